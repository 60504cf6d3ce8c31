"""The window: the only importer of PySide6 and pyqtgraph."""

from __future__ import annotations

import importlib
from contextlib import suppress
from types import ModuleType
from typing import Any


def _uses_no_switch(_module: ModuleType) -> bool:
    """Say of every module that it does not switch PySide6 to another way of naming."""
    return False


def _spare_sources() -> None:
    """Keep PySide6 from reading the source of every module that is imported after it.

    It looks for modules that switch it to ``snake_case`` names, which none here does, and all that it has read stays in memory: 36 MB.
    The hook is PySide6's own affair; where a version of it has none, nothing happens.
    """
    importlib.import_module("PySide6.QtCore")
    with suppress(ImportError, AttributeError):
        feature: Any = importlib.import_module("shibokensupport.feature")
        if callable(feature._mod_uses_pyside):
            feature._mod_uses_pyside = _uses_no_switch


_spare_sources()
