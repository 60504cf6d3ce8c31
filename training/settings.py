"""Changing a frozen configuration by the names of its settings, as a recipe, a TOML file or ``--set`` give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from gf_desktop.errors import TrainingError

__all__ = ["with_settings"]

Config = TypeVar("Config")


def with_settings(config: Config, settings: Mapping[str, Any]) -> Config:
    """Return a frozen configuration with fields replaced, checked by its own rules.

    All settings of one part are replaced at once, so their order does not matter.

    Parameters
    ----------
    config
        A frozen dataclass, which may hold others. Where its class names two fields ``EXCLUSIVE``, setting one of them
        to more than zero makes the other zero.
    settings
        Values by dotted name, e.g. ``{"method.graph.share": 0.2}``.

    Raises
    ------
    TrainingError
        When a name is unknown, a value is of another kind, or the result contradicts itself.
    """
    changed: Config = _replaced(config, settings, "")
    return changed


def _replaced(config: Any, settings: Mapping[str, Any], prefix: str) -> Any:
    if not settings:
        return config
    known = [f.name for f in fields(config)] if is_dataclass(config) else []
    changes: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        name, _, rest = key.partition(".")
        if name not in known:
            place = ", ".join(known) if known else "nothing below it"
            raise TrainingError(f"There is no setting {prefix + key!r}", next_step=f"Known at this place: {place}.")
        if rest:
            parts.setdefault(name, {})[rest] = value
        else:
            changes[name] = _as_kind_of(getattr(config, name), value, prefix + key)
    for name, below in parts.items():
        changes[name] = _replaced(getattr(config, name), below, f"{prefix}{name}.")
    exclusive: tuple[str, ...] = getattr(config, "EXCLUSIVE", ())
    chosen = [name for name in exclusive if changes.get(name, 0) > 0]
    if len(chosen) == 1:
        changes |= {name: type(getattr(config, name))(0) for name in exclusive if name not in chosen}
    return replace(config, **changes)


def _as_kind_of(current: Any, value: Any, key: str) -> Any:
    if isinstance(current, bool) and isinstance(value, bool):
        return value
    number = isinstance(current, int | float) and isinstance(value, int | float)
    if number and not isinstance(current, bool) and not isinstance(value, bool):
        if not isinstance(current, int) or float(value) == int(value):
            return type(current)(value)
    elif isinstance(current, str) and isinstance(value, str):
        return value
    elif isinstance(current, tuple) and isinstance(value, list | tuple) and len(value) == len(current):
        return tuple(_as_kind_of(c, v, key) for c, v in zip(current, value, strict=True))
    raise TrainingError(f"Setting {key!r} cannot be {value!r}", next_step=f"It is of the kind of {current!r}.")
