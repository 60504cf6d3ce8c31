"""Named arrays in one compressed file, without pickle."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["read_arrays", "write_arrays"]

COMPRESS_LEVEL = 1
"""Of zlib."""


def write_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Write arrays as a compressed .npz, whatever the file is called."""
    # numpy's own level takes several times as long, and masks become hardly smaller by it
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESS_LEVEL) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read all arrays of an .npz.

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        When it is damaged, no .npz, or holds Python objects.
    """
    # opened here, because numpy leaves a file open that it cannot make sense of
    with path.open("rb") as stream:
        try:
            with np.load(stream, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (zipfile.BadZipFile, EOFError, AttributeError) as error:
            raise ValueError(f"{path.name} is damaged: {error}") from error
