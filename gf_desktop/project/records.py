"""What a project knows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["Case", "CaseStatus", "Finding", "LabelRevision", "ModelRecord", "ModelState", "RevisionKind", "RoundReport"]

CaseStatus = Literal["new", "proposed", "in progress", "approved"]
RevisionKind = Literal["proposed", "corrected", "approved"]
ModelState = Literal["candidate", "active", "retired", "rejected", "imported"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about a scan's geometry, as stored with its case; ``severity`` is "green", "amber", or "" where nobody kept it."""

    code: str
    message: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One scan of a project.

    Attributes
    ----------
    id
        Pseudonym, such as "C-001".
    title
        Kind of the scan, without anything that identifies a person.
    status
        new: no mask; proposed: predicted only; in progress: a person has touched it; approved: every slice reviewed.
    slices
        Number of stored slices.
    reviewed
        Number of slices in which every voxel is accepted or edited.
    validation_slices
        Stored slices that are held back for checking new students; once there, always there.
    image_sha256
        Of the project's own copy of the voxels.
    time, place_known, resampled
        As of the scan's :class:`Volume`.
    series_sha256
        Of all volumes of a series in time, of which this scan is one; else empty.
    patient
        Pseudonym of the patient, such as "P-001"; empty where the files name nobody.
    judges
        Whether it is held back whole, because its patient (or it, where the patient is unknown) judges new students.
    """

    id: str
    title: str
    modality: str
    geometry: Geometry
    spacing_known: bool
    is_colour: bool
    status: CaseStatus
    slices: int
    reviewed: int
    verdict: str
    findings: tuple[Finding, ...]
    image_sha256: str
    validation_slices: tuple[int, ...]
    model_id: str
    time: TimeAxis | None = None
    place_known: bool = True
    series_sha256: str = ""
    resampled: bool = False
    patient: str = ""
    judges: bool = False

    @property
    def is_cine(self) -> bool:
        """Whether its slices are frames in time."""
        return self.time is not None and self.time.kind == "cine"


@dataclass(frozen=True, slots=True)
class LabelRevision:
    """A saved mask: an immutable file and what it is."""

    number: int
    kind: RevisionKind
    file: str
    sha256: str
    model_id: str
    author: str
    created: str


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One model of a project."""

    id: str
    state: ModelState
    parent: str | None
    created: str
    title: str
    mean_dice: float | None
    note: str


@dataclass(frozen=True, slots=True)
class RoundReport:
    """How a refinement ended.

    Attributes
    ----------
    reason
        One sentence.
    sentences
        One a structure.
    structures
        Dice of active and candidate on the slices of the gate; None where the structure is on none of them.
    gate
        All numbers of the decision as plain JSON, see :class:`gf_desktop.gate.GateDecision`.
    """

    run_id: str
    candidate_id: str
    previous_id: str
    promoted: bool
    reason: str
    sentences: tuple[str, ...]
    minutes: float
    structures: dict[str, tuple[float | None, float | None]]
    parity: float
    changed_cases: tuple[str, ...] = ()
    gate: dict[str, Any] = field(default_factory=dict)

    @property
    def advice(self) -> str:
        """What to do next where the candidate stayed out; "" where it took over, or was judged by a former program."""
        return str(self.gate.get("advice", ""))
