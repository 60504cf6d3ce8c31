"""Video (MP4, AVI) as frames of one picture, where the decoder PyAV is installed; the program does not bring it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.claims import bytes_of
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.quiet import quiet_native

__all__ = ["VIDEO_SUFFIXES", "VideoScan", "read_video"]

VIDEO_SUFFIXES: Final = (".mp4", ".avi", ".m4v", ".mov")

MAX_BYTES: Final = 2 << 30
"""A video whose frames take more than this is refused: it would be in memory whole."""

_SHORTER: Final = "Cut out the part that matters, then open that."


@dataclass(frozen=True, slots=True, eq=False)
class VideoScan:
    """A video that was read: uint8 [n, j, i, 3], or [n, j, i] where it is grey; time between frames in ms where it is stated."""

    voxels: npt.NDArray[np.uint8]
    frame_ms: float | None
    findings: tuple[Finding, ...]


def read_video(path: Path) -> VideoScan:
    """Read the frames of a video; sound is left out.

    Raises
    ------
    FileFormatError
        When it is damaged, holds no pictures, or is too long for memory.
    UserError
        When the decoder is not installed, or the file does not exist or may not be read.
    """
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise reading_fault(error, path) from error
    try:
        import av
    except ImportError as error:
        message = "Videos are read with the package PyAV (av), which is not installed"
        raise UserError(message, where=str(path), next_step="Install it beside this program, or save the frames as pictures.") from error
    try:
        with quiet_native(), av.open(str(path)) as container:
            frames, frame_ms = _frames(container, path)
    except MemoryError as error:
        raise FileFormatError("There is not enough memory for this video", where=str(path), next_step=_SHORTER) from error
    except (av.error.FFmpegError, AttributeError, IndexError, OSError, OverflowError, TypeError, ValueError, ZeroDivisionError) as error:
        raise FileFormatError("The video is damaged, cut off, or is none", where=str(path), next_step=_SHORTER) from error
    if not frames:
        raise FileFormatError("The file holds no pictures", where=str(path), next_step="Choose a video.")
    voxels = np.stack(frames)
    frames.clear()
    if (voxels[..., :1] == voxels).all():
        voxels = np.ascontiguousarray(voxels[..., 0])
    findings = [Finding("spacing_unknown", "A plain picture's pixels have no stated size; lengths and volumes are in pixels", "green")]
    if frame_ms is None:
        findings.append(Finding("frame_time_unknown", "The file does not state how fast the frames follow each other", "green"))
    return VideoScan(voxels, frame_ms, tuple(findings))


def _frames(container: Any, path: Path) -> tuple[list[npt.NDArray[np.uint8]], float | None]:
    if not container.streams.video:
        return [], None
    stream = container.streams.video[0]
    rate = stream.average_rate
    found: list[npt.NDArray[np.uint8]] = []
    total = 0
    for frame in container.decode(stream):
        total += bytes_of((frame.width, frame.height, 3))
        if total > MAX_BYTES:
            raise FileFormatError(f"The video has more than {len(found)} frames, too many for memory", where=str(path), next_step=_SHORTER)
        found.append(frame.to_ndarray(format="rgb24"))
    if len({frame.shape for frame in found}) > 1:
        raise ValueError("frames of several sizes")
    return found, (1000.0 / float(rate) if rate else None)
