"""Reading libraries, loaded on first use and kept from talking to the user's terminal.

Their warnings are advice to programmers, may quote a patient's name from a header, and would break the one
JSON document on stdout or the rule that a log line means something. What matters is found by our own checks.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

__all__ = ["load_highdicom", "load_nibabel", "load_pydicom", "load_simpleitk", "load_tifffile", "quiet", "quiet_native"]

_reading = threading.RLock()
"""Python's warning filters and file descriptor 2 belong to the whole process: one reader at a time changes them."""


@contextmanager
def quiet() -> Iterator[None]:
    """Within it no Python warning comes through. Threads started inside are covered too."""
    with _reading, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def quiet_native() -> Iterator[None]:
    """As ``quiet``, and whatever C++ code writes to file descriptor 2 goes to a temporary file that is thrown away.

    MetaImage writes to ``std::cerr`` whatever ITK's warning switch says. Only for short calls: a crash report of
    another thread would be lost as well.
    """
    with quiet(), tempfile.TemporaryFile() as sink:
        if sys.stderr is not None:
            sys.stderr.flush()
        try:
            kept = os.dup(2)
        except OSError:  # a windowed program has no descriptor 2, so there is nothing to silence
            yield
            return
        try:
            os.dup2(sink.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def load_pydicom() -> ModuleType:
    """Return pydicom with the checks of value syntax off: they warn, and what we use we check ourselves."""
    import pydicom

    if pydicom.config.settings.reading_validation_mode != pydicom.config.IGNORE:
        pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
        logging.getLogger("pydicom").setLevel(logging.CRITICAL)
        _quiet_gdcm()
    return pydicom


def load_highdicom() -> ModuleType:
    """Return highdicom; its logger would quote names from the headers that it is given."""
    load_pydicom()
    logging.getLogger("highdicom").setLevel(logging.CRITICAL)
    with quiet():
        import highdicom

    return highdicom


def _quiet_gdcm() -> None:
    """Turn off the trace of the decoder that pydicom calls for JPEG, JPEG-LS and JPEG 2000."""
    try:
        import gdcm
    except ImportError:  # only compressed files need it, and reading one says so
        return
    gdcm.Trace.DebugOff()
    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()


def load_nibabel() -> ModuleType:
    """Return nibabel; its logger otherwise prints repairs of the header to the terminal."""
    logging.getLogger("nibabel.global").setLevel(logging.CRITICAL + 1)
    import nibabel

    return nibabel


def load_simpleitk() -> ModuleType:
    """Return SimpleITK with ITK's warnings off."""
    import SimpleITK

    toolkit: Any = SimpleITK
    toolkit.ProcessObject.SetGlobalWarningDisplay(False)
    return SimpleITK


def load_tifffile() -> ModuleType:
    """Return tifffile; its logger otherwise tells the terminal what it thinks of a damaged file."""
    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)
    import tifffile

    return tifffile
