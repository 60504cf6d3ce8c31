"""What is exported: the mask of one case, and what is known of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume

__all__ = ["ExportSource", "file_word", "structure_word"]

UInt8 = npt.NDArray[np.uint8]

LONGEST_WORD: Final = 40
"""Letters of a structure's name in the name of a file."""

_NO_FACTS: Final[dict[str, Any]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class ExportSource:
    """One mask with its scan.

    Attributes
    ----------
    stem
        Name of the files without ending: the case's pseudonym.
    labels
        uint8 [k, j, i] of the table's ids and 0.
    states
        uint8 [k, j, i] of :class:`VoxelState`; None where nobody knows.
    geometry
        The scan's grid, LPS mm.
    volume
        Brings the scan's intensities, for tables and reports; None without.
    title, status, verdict, findings
        For people: kind of the scan, state of the review, the passport's colour and its remarks. Nothing that identifies a person.
    model
        Plain values of the model's card: "title", "metrics", "training_data", "licence".
    mask_name
        Number, kind and date of the last revision, for people; "" where there is none yet.

    Raises
    ------
    ValueError
        When labels and geometry do not fit, labels hold ids that the table has not, or the stem is no plain name.
    """

    stem: str
    labels: UInt8
    geometry: Geometry
    table: LabelTable
    modality: str
    model_id: str
    spacing_known: bool
    time: TimeAxis | None = None
    states: UInt8 | None = None
    volume: Callable[[], Volume] | None = None
    title: str = ""
    status: str = ""
    verdict: str = ""
    findings: tuple[str, ...] = ()
    model: dict[str, Any] = field(default_factory=lambda: dict(_NO_FACTS))
    mask_name: str = ""

    def __post_init__(self) -> None:
        if self.labels.shape != self.geometry.shape_kji or self.labels.dtype != np.uint8:
            raise ValueError(f"labels of shape {self.labels.shape} and type {self.labels.dtype} for a grid of {self.geometry.shape_kji}")
        unknown = sorted(set(self.present) - set(self.table.ids))
        if unknown:
            raise ValueError(f"labels {unknown} are not in the table")
        if not self.stem or Path(self.stem).name != self.stem or self.stem.startswith("."):
            raise ValueError(f"{self.stem!r} is no plain file name")

    @property
    def present(self) -> tuple[int, ...]:
        """Labels other than 0 that occur, ascending. Slice by slice: a scan's own count of all values takes eight times its memory."""
        counts = np.zeros(256, np.int64)
        for plane in self.labels:
            counts += np.bincount(plane.reshape(-1), minlength=256)
        return tuple(int(v) for v in np.flatnonzero(counts) if v)

    @property
    def structures(self) -> tuple[Structure, ...]:
        """Structures of the table that occur, in its order."""
        present = set(self.present)
        return tuple(one for one in self.table if one.id in present)

    @property
    def is_cine(self) -> bool:
        """Whether the slices are frames in time."""
        return self.time is not None and self.time.kind == "cine"

    @property
    def in_space(self) -> bool:
        """Whether voxels have a size in all three directions, so that there are ml and surfaces."""
        return self.spacing_known and not self.is_cine


def file_word(text: str) -> str:
    """Return a text as a part of a file's name on every system: letters a to z, digits and hyphens, at most ``LONGEST_WORD``."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_WORD].rstrip("-")


def structure_word(structure: Structure) -> str:
    """Return a structure's part of a file's name, such as "s02-liver"; no two structures share it."""
    word = file_word(structure.name)
    return f"s{structure.id:02d}-{word}" if word else f"s{structure.id:02d}"
