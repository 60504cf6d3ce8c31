"""How well a person agrees with themselves: approved slices are read again blind, and what comes of it says when a student is good enough.

No student can be measured more exactly than its references are: two readings of one slice by the same person differ, and a student that
differs no more from the person is as good as these references can tell.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, VoxelState
from gf_desktop.imaging.structures import proposal_rule
from gf_desktop.imaging.volume import Volume
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.jobs import CancelToken
from gf_desktop.memory import sparse_zeros
from gf_desktop.project.agreement_file import AgreementFile, Repeat, read_agreement, write_agreement
from gf_desktop.project.store import Project
from gf_desktop.workspace import OnError, Workspace, no_answer

__all__ = ["Advice", "Agreeing", "Reading", "advise", "is_due", "own_dice"]

UInt8 = npt.NDArray[np.uint8]

FIRST_AFTER: Final = 8
"""Slices that have to be approved before one is offered again."""

SHARE: Final = 10
"""One of so many approved slices is offered again."""

REST_S: Final = 3600.0
"""Between two offers at least."""

FEW: Final = 2
"""With fewer second readings nothing can be said."""

NEAR: Final = 0.01
"""Dice; a student that is no further below the person's own agreement agrees as well: repeated readings tell no finer differences."""

LEAST_VOXELS: Final = 40
"""A structure with fewer voxels in all second readings says nothing."""


@dataclass(slots=True, eq=False)
class Reading:
    """A slice that is being read a second time, in a copy that is not the project's mask.

    Attributes
    ----------
    case_id, k
        The scan and the stored number of its slice.
    volume
        The scan.
    label_map
        The student's proposal as it draws it now on that slice, and nothing anywhere else: neighbours would tell.
    model_id
        Whose proposal it is.
    first
        uint8 [j, i], what was approved; not for showing.
    """

    case_id: str
    k: int
    volume: Volume
    label_map: LabelMap
    model_id: str
    first: UInt8
    began_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be said about going on.

    Attributes
    ----------
    kind
        unknown: too few second readings, or nothing to compare with; go on; stop.
    slices
        Number of second readings.
    own
        Dice of the person with themselves by structure, None where it says nothing.
    student
        Of the student with the person on the slices that no training saw.
    below
        Structures in which the student agrees less with the person than they do with themselves, the furthest first.
    """

    kind: Literal["unknown", "go on", "stop"]
    slices: int
    own: Mapping[str, float | None]
    student: Mapping[str, float | None]
    below: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The advice in words."""
        if self.kind == "unknown":
            return "Too few slices were read a second time to say whether the student is good enough"
        if self.kind == "stop":
            return "The student agrees with you as well as you agree with yourself: stop"
        return f"The student agrees with you less than you agree with yourself in {', '.join(self.below)}: go on"


def own_dice(repeats: Sequence[Repeat], table: LabelTable) -> dict[str, float | None]:
    """Return Dice between first and second readings by structure, pooled over slices; None where there are too few voxels."""
    found: dict[str, float | None] = {}
    for structure in table:
        key = str(structure.id)
        first, second, both = (sum(getattr(one, name).get(key, 0) for one in repeats) for name in ("first", "second", "both"))
        found[structure.name] = 2.0 * both / (first + second) if max(first, second) >= LEAST_VOXELS else None
    return found


def advise(repeats: Sequence[Repeat], student: Mapping[str, float | None], table: LabelTable) -> Advice:
    """Compare a student's Dice by structure with the person's own agreement, and say whether to go on.

    Parameters
    ----------
    student
        Dice on slices that it did not learn from.
    """
    own = own_dice(repeats, table)
    pairs = {name: (mine, theirs) for name, mine in own.items() if mine is not None and (theirs := student.get(name)) is not None}
    gaps = {name: mine - theirs for name, (mine, theirs) in pairs.items()}
    below = tuple(sorted((name for name, gap in gaps.items() if gap > NEAR), key=lambda name: -gaps[name]))
    kind: Literal["unknown", "go on", "stop"] = "unknown" if len(repeats) < FEW or not pairs else "go on" if below else "stop"
    return Advice(kind, len(repeats), own, dict(student), below)


def is_due(document: AgreementFile, approved: int, *, now: datetime, since_s: float | None) -> bool:
    """Whether a slice is to be offered again.

    Parameters
    ----------
    approved
        Slices that are reviewed whole in the project.
    now
        In UTC. A clock that was set back holds nothing up.
    since_s
        Seconds since the last offer while the program runs; None where there was none.
    """
    if not document.enabled or approved < FIRST_AFTER or (since_s is not None and since_s < REST_S):
        return False
    try:
        passed = (now - datetime.fromisoformat(document.offered)).total_seconds() if document.offered else REST_S
    except (ValueError, TypeError):
        passed = REST_S
    waits = 0 <= passed < REST_S
    return not waits and len(document.repeats) + len(document.declined) < max(1, approved // SHARE)


def _order(case_id: str, k: int) -> str:
    # any order does that the person cannot foresee and that is the same for the same project
    return hashlib.sha256(f"{case_id} {k}".encode()).hexdigest()


class Agreeing:
    """Belongs to the thread of its workspace.

    Attributes
    ----------
    reading
        The slice that is being read again; None where none is.

    Signals: ``changed()`` another reading, or another answer of :meth:`advice`.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._document: AgreementFile | None = None
        self._offered_s: float | None = None
        self._asked = 0
        self.reading: Reading | None = None
        workspace.project_changed.connect(self._project_changed)
        workspace.model_changed.connect(self._model_changed)

    def _project_changed(self) -> None:
        self._document, self.reading = None, None
        self._asked += 1
        self.changed.emit()

    def _model_changed(self) -> None:
        self.changed.emit()

    # what is known

    @property
    def document(self) -> AgreementFile:
        """What is kept in the open project."""
        project = self._workspace.must_project()
        if self._document is None:
            self._document, finding = read_agreement(project.folder, may_write=not project.read_only)
            if finding is not None:
                self._workspace.told.emit(finding.message)
        return self._document

    def _keep(self, document: AgreementFile) -> None:
        project = self._workspace.must_project()
        project.must_write()
        write_agreement(project.folder, document)
        self._document = document
        self.changed.emit()

    def set_enabled(self, *, enabled: bool) -> None:
        """Offer approved slices again, or never."""
        self._keep(msgspec.structs.replace(self.document, enabled=enabled))

    def advice(self) -> Advice:
        """Return what can be said about going on, of the student that serves."""
        project = self._workspace.must_project()
        return advise(self.document.repeats, _student_dice(project), project.table)

    def _reader(self, case_id: str) -> Callable[[], LabelMap]:
        """Return what reads a case's mask on any thread."""
        opened = self._workspace.open
        if opened is not None and opened.id == case_id:
            label_map = opened.label_map
            return lambda: label_map
        return self._workspace.must_project().masks.reader(case_id)

    def due(self) -> bool:
        """Whether a slice is to be offered again now; quick, it reads no mask."""
        project = self._workspace.project
        if project is None or project.read_only or project.models.active_id is None or self.reading is not None:
            return False
        since_s = None if self._offered_s is None else time.monotonic() - self._offered_s
        return is_due(self.document, sum(case.reviewed for case in self._workspace.cases()), now=datetime.now(UTC), since_s=since_s)

    def note_offer(self) -> None:
        """Take note that the person was asked: the next time is an hour away."""
        self._offered_s = time.monotonic()
        self._keep(msgspec.structs.replace(self.document, offered=datetime.now(UTC).isoformat(timespec="seconds")))

    def choose(self, on_done: Callable[[tuple[str, int] | None], None], *, on_error: OnError | None = None) -> None:
        """Find the slice to read again, in an order that nobody can foresee; masks are read off the thread.

        Parameters
        ----------
        on_done
            Given the case and the stored slice; None where every approved one was read again, or was declined.
        """
        gone = {(one.case, one.k) for one in self.document.repeats} | {tuple(one) for one in self.document.declined}
        opened = self._workspace.open
        cases = [case for case in self._workspace.cases() if case.reviewed]
        # another scan than the one on screen first: nobody remembers it as well
        cases.sort(key=lambda case: (opened is not None and case.id == opened.id, _order(case.id, len(gone))))
        readers = [(case.id, self._reader(case.id)) for case in cases]

        def work(token: CancelToken) -> tuple[str, int] | None:
            for case_id, read in readers:
                if token():
                    return None
                label_map = read()
                # an empty slice says nothing about agreement
                left = [k for k in label_map.reviewed_slices() if (case_id, k) not in gone and label_map.labels[k].any()]
                if left:
                    return case_id, min(left, key=lambda k: _order(case_id, k))
            return None

        self._workspace.run_job(work, on_done, on_error)

    # reading again

    def begin(self, case_id: str, k: int, *, on_done: Callable[[Reading], None] = no_answer, on_error: OnError | None = None) -> None:
        """Let the student draw a slice anew into a copy, for the person to correct; what they approved before is not in it.

        Raises
        ------
        ModelError
            When there is no active model.
        ProjectError
            When the project is open for reading only; ``on_error`` is told of a slice that is not approved.
        """
        project = self._workspace.must_project()
        project.must_write()
        active = project.models.active_id
        if active is None:
            raise project.models.no_active(project.name)
        self.note_offer()
        self._asked += 1
        mask = self._reader(case_id)
        asked, load, path, table = self._asked, project.volume_reader(case_id), project.models.path(active), project.table
        merged = project.structures.merged

        def work(token: CancelToken) -> Reading:
            first = _approved_slice(mask(), case_id, k)
            segmenter, volume = Segmenter.load(path), load()
            said = segmenter.predict(volume, first_k=k, only_k=frozenset({k}), cancel=token).labels[k]
            rule = proposal_rule(table, segmenter.card.table, merged)
            shape = volume.geometry.shape_kji
            labels, states = sparse_zeros(shape), sparse_zeros(shape)
            labels[k] = said if rule is None else rule.lookup[said]
            states[k] = VoxelState.PROPOSED
            return Reading(case_id, k, volume, LabelMap(volume.geometry, table, labels, states, copy=False), active, first)

        def done(reading: Reading) -> None:
            if asked != self._asked:
                return
            reading.began_s = time.monotonic()
            self.reading = reading
            self.changed.emit()
            on_done(reading)

        self._workspace.run_job(work, done, on_error)

    def finish(self) -> Repeat:
        """Compare the second reading with the first and keep how far they agree; the mask of the project stays as it is.

        Raises
        ------
        ProjectError
            When no slice is being read.
        """
        reading = self.reading
        if reading is None:
            raise ProjectError("No slice is being read again", next_step="Begin with one.")
        seconds = time.monotonic() - reading.began_s
        second = reading.label_map.labels[reading.k]
        repeat = self._compared((reading.case_id, reading.k), reading.first, second, model_id=reading.model_id, seconds=seconds)
        self.reading = None
        self.changed.emit()
        return repeat

    def compare(self, case_id: str, k: int, second: UInt8, *, model_id: str = "") -> Repeat:
        """Compare a second reading of a slice, uint8 [j, i], with the approved first one, and keep how far they agree.

        Raises
        ------
        ProjectError
            When the slice is not approved, or the project is open for reading only.
        """
        first = _approved_slice(self._reader(case_id)(), case_id, k)
        return self._compared((case_id, k), first, second, model_id=model_id, seconds=0.0)

    def _compared(self, place: tuple[str, int], first: UInt8, second: UInt8, *, model_id: str, seconds: float) -> Repeat:
        done = datetime.now(UTC).isoformat(timespec="seconds")
        both, one, two = (_counts(labels) for labels in (first[first == second], first, second))
        repeat = Repeat(*place, done, model_id, both, one, two, round(seconds, 1))
        others = tuple(known for known in self.document.repeats if (known.case, known.k) != place)
        self._keep(msgspec.structs.replace(self.document, repeats=(*others, repeat)))
        return repeat

    def give_up(self) -> None:
        """Drop the slice that is being read; nothing is kept of it, and it is not offered again."""
        self._asked += 1
        reading, self.reading = self.reading, None
        if reading is not None:
            self.decline(reading.case_id, reading.k)

    def decline(self, case_id: str, k: int) -> None:
        """Take note that the person does not want to read a slice again."""
        self._keep(msgspec.structs.replace(self.document, declined=(*self.document.declined, (case_id, k))))


def _approved_slice(label_map: LabelMap, case_id: str, k: int) -> UInt8:
    if k not in label_map.reviewed_slices():
        raise ProjectError(f"Slice {k + 1} is not approved", where=case_id, next_step="Read an approved slice again.")
    first: UInt8 = label_map.labels[k].copy()
    return first


def _counts(labels: UInt8) -> dict[str, int]:
    return {str(label): int(count) for label, count in enumerate(np.bincount(labels.reshape(-1), minlength=256)) if label and count}


def _student_dice(project: Project) -> dict[str, float | None]:
    """Return Dice of the active student by structure, as the gate measured it; empty for one that no gate has judged here."""
    active = project.models.active_id
    after = {} if active is None else project.models.gate(active).get("after")
    if not isinstance(after, dict):
        return {}
    return {str(name): float(dice) for name, dice in after.items() if isinstance(dice, (int, float))}
