"""What the verbs have in common that take settings from a TOML file, from ``--set`` and from arguments of their own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["add_config_arguments", "configured"]

Config = TypeVar("Config")


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add CONFIG, ``--set`` and ``--print-config``."""
    parser.add_argument("config", type=Path, nargs="?", metavar="CONFIG", help="TOML file; what it leaves out keeps its default")
    parser.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="KEY=VALUE", help="change a setting; may be repeated"
    )
    parser.add_argument("--print-config", action="store_true", help="print the effective configuration as TOML and do nothing else")


def configured(default: Config, arguments: argparse.Namespace, given: Mapping[str, Any]) -> Config | None:
    """Return the configuration of a verb, None where it was only to be shown.

    Parameters
    ----------
    given
        Dotted name -> value of what arguments of the verb's own set; None for one that was left out. They outrank file and ``--set``.

    Raises
    ------
    TrainingError
        As :func:`training.commands.configs.read_config`.
    """
    from training.commands.configs import as_toml, read_config
    from training.settings import with_settings

    config = read_config(default, arguments.config, arguments.settings)
    config = with_settings(config, {name: value for name, value in given.items() if value is not None})
    if arguments.print_config:
        sys.stdout.write(as_toml(config))
        return None
    return config
