"""``prepare DATASET SRC DST`` on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from training.datasets.preparing import DATASETS, check, prepare
from training.datasets.source import Options
from training.datasets.split import Shares

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``prepare``."""
    parser.add_argument("dataset", choices=list(DATASETS), metavar="DATASET", help=f"one of {', '.join(DATASETS)}")
    parser.add_argument("src", type=Path, metavar="SRC", help="folder into which the data set was unpacked; see docs/datasets.md")
    parser.add_argument("dst", type=Path, metavar="DST", nargs="?", help="folder to make (left out with --check)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the split by patient (default: 0)")
    parser.add_argument("--size", type=int, help="longest side of a slice in pixels, 0 for the source's own (default: the data set's)")
    parser.add_argument(
        "--validation", type=float, default=Shares().validation, metavar="SHARE", help="share of patients (default: %(default)s)"
    )
    parser.add_argument("--test", type=float, default=Shares().test, metavar="SHARE", help="share of patients (default: %(default)s)")
    parser.add_argument("--split", type=Path, metavar="PATH", help="take the split of this prepared set; refuse a source that has changed")
    parser.add_argument("--patient-pattern", default="", metavar="REGEX", help="its first group, found in a picture's name, is the patient")
    parser.add_argument("--structures", default="", metavar="A,B", help="folder: names of the labels 1, 2 and so on")
    parser.add_argument("--window", type=float, nargs=2, metavar=("LOW", "HIGH"), help="manifest: intensities that become 0 and 1")
    parser.add_argument("--check", action="store_true", help="read everything, write nothing, say what is wrong")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Carry out ``prepare`` and return its summary as plain values.

    Raises
    ------
    UserError
        When the source is wrong or the folder cannot be made.
    """
    options = Options(
        size=arguments.size,
        patient_pattern=arguments.patient_pattern,
        structures=tuple(name.strip() for name in arguments.structures.split(",") if name.strip()),
        window=None if arguments.window is None else (arguments.window[0], arguments.window[1]),
    )
    if arguments.check:
        findings = check(arguments.dataset, arguments.src, options=options)
        return {"dataset": arguments.dataset, "source": str(arguments.src), "findings": [finding.message for finding in findings]}
    if arguments.dst is None:
        from gf_desktop.errors import TrainingError

        raise TrainingError("There is no folder to prepare into", next_step="Give one behind the source, or ask for --check.")
    shares = Shares(arguments.validation, arguments.test)
    return prepare(
        arguments.dataset, arguments.src, arguments.dst, seed=arguments.seed, options=options, shares=shares, frozen=arguments.split
    )
