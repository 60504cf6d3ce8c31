"""Scans on their way into a project: copied on any thread, to a place from where they become a case at once or not at all."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.atomic import atomic_path, explain_os_error
from gf_desktop.imaging.volume import Volume
from gf_desktop.pack import file_sha256

__all__ = ["FRAMES", "IMAGE", "INCOMING", "StagedScan", "drop_left_overs", "stage_scan", "write_voxels"]

IMAGE = "image.npy"
FRAMES = "frames.npy"

INCOMING = ".incoming-"
"""How the folder of a scan or model begins that is not the project's yet."""


@dataclass(frozen=True, slots=True)
class StagedScan:
    """The project's copy of a scan that is no case yet.

    Attributes
    ----------
    folder
        Where it lies.
    digests
        SHA-256 of the file of its volume, and of that of its series in time, "" for none.
    """

    folder: Path
    digests: tuple[str, str]

    def drop(self) -> None:
        """Throw it away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def stage_scan(cases: Path, volume: Volume, *, frames: npt.NDArray[Any] | None = None) -> StagedScan:
    """Copy a scan's voxels into a folder of their own among those of the cases.

    Parameters
    ----------
    cases
        The project's folder of cases.
    frames
        Of a series of volumes in time all of them, [t, k, j, i].

    Raises
    ------
    UserError
        When the disk is full or fails; nothing is left then.
    """
    folder = cases / f"{INCOMING}{uuid.uuid4().hex[:12]}"
    try:
        folder.mkdir(parents=True)
        digest = write_voxels(folder / IMAGE, volume.voxels)
        return StagedScan(folder, (digest, "" if frames is None else write_voxels(folder / FRAMES, frames)))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise explain_os_error(error, folder) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_voxels(path: Path, voxels: npt.NDArray[Any]) -> str:
    """Write an array and return the file's SHA-256; UserError where the disk is full or fails."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.lib.format.write_array(stream, np.ascontiguousarray(voxels), allow_pickle=False)
    return file_sha256(path)


def drop_left_overs(place: Path) -> None:
    """Throw away what a program left that ended while it copied a scan or a model; nobody else may be writing."""
    for folder in place.glob(f"{INCOMING}*"):
        shutil.rmtree(folder, ignore_errors=True)
