"""Active student and candidate on the same voxels: what is judged, by which reference, before the gate decides."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays
from gf_desktop.errors import ModelError
from gf_desktop.gate import Checks, GateDecision, decide, is_slower
from gf_desktop.imaging.borders import allow_for_borders, border_reach
from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.paired import BLOCK_SLICES, blocks
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.some_slices import choose, shares
from gf_desktop.imaging.structures import named_by, proposal_rule
from gf_desktop.imaging.tally import JudgedSet, Tally
from gf_desktop.imaging.volume import Volume
from gf_desktop.inference.segmenter import Cancelled, Segmenter
from gf_desktop.jobs import CancelToken
from gf_desktop.pack import REPLAY_NAME, STUDENT_ONNX
from gf_desktop.project.manifest import ManifestItem

__all__ = ["Reference", "Replay", "check_student", "judge", "judge_packs", "measure_packs", "read_references", "read_replay", "seed_of"]

TILES = 4
"""A slice is cut into so many rows and columns of tiles where tiles are the units."""

PROBES = 6
"""Slices on which two students are timed in turns."""

MOST_CORRECTED = 256
"""Of the corrected slices so many are judged: some of each scan, with every structure among them. All that are held back are."""

MOST_TURNS = 8
"""A candidate that seems slow is timed so often on each slice."""

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A scan with the slices to judge on.

    Attributes
    ----------
    labels
        uint8 [k, j, i], what a person stands behind.
    known
        bool [k, j, i], where that counts.
    held_back, corrected
        Stored slice numbers.
    drawn
        bool [k, j, i], what a person painted; elsewhere borders are as a student proposed them (:mod:`.imaging.borders`). None where all
        is meant as it is.
    """

    volume: Volume
    labels: UInt8
    known: npt.NDArray[np.bool_]
    held_back: tuple[int, ...]
    corrected: tuple[int, ...]
    drawn: npt.NDArray[np.bool_] | None = None

    @classmethod
    def of_mask(cls, volume: Volume, labels: UInt8, states: UInt8, held_back: tuple[int, ...], corrected: tuple[int, ...]) -> Reference:
        """Return a scan with what a person accepted or painted of its mask; ``states`` uint8 [k, j, i]."""
        return cls(volume, labels, states >= VoxelState.ACCEPTED, held_back, corrected, states == VoxelState.EDITED)


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Slices that a pack brought along and that no training sees, on its own working grid.

    ``images`` float32 [n, channels, rows, columns] as the network wants them; ``labels`` uint8 [n, rows, columns], label values.
    """

    images: npt.NDArray[np.float32]
    labels: UInt8


def read_replay(folder: Path, spec: PreprocessSpec) -> Replay | None:
    """Return the pack's own slices that are kept from training, or None where it brought none.

    Raises
    ------
    ModelError
        When the file is damaged.
    """
    path = folder / REPLAY_NAME
    if not path.is_file():
        return None
    try:
        arrays = read_arrays(path)
        chosen = arrays["validation"].astype(bool)
        images, labels = arrays["images"][chosen].astype(np.float32), arrays["labels"][chosen]
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            "The pack's own slices are damaged", where=str(path), next_step="Get the pack again from where it came from."
        ) from error
    return Replay((images - np.float32(spec.mean)) / np.float32(spec.std), labels) if len(images) else None


def judge_packs(
    active_folder: Path | None,
    candidate_folder: Path,
    items: list[ManifestItem],
    volumes: dict[str, Volume],
    cancel: CancelToken,
    *,
    names: LabelTable,
    merged: Mapping[int, int],
    parity: float,
    run_id: str,
) -> GateDecision:
    """Judge a candidate as a project does it: its checks, then both students on what a person stands behind and on the pack's own slices.

    Parameters
    ----------
    active_folder
        Pack of the student that serves; None where there is none.
    items, volumes
        Of the round, as :func:`read_references` wants them.
    names, merged
        As :func:`judge`.
    parity
        As the trainer measured it.
    run_id
        The round, from which the seed of the draws comes.

    Raises
    ------
    ModelError
        When a pack is damaged.
    Cancelled
        When the token says so.
    """
    active = None if active_folder is None else Segmenter.load(active_folder)
    candidate = Segmenter.load(candidate_folder)
    seed, labelled = seed_of(run_id), [item for item in items if item.labels is not None]
    replay = None if active is None or active_folder is None else read_replay(active_folder, active.card.preprocess)
    sizes = (None if active_folder is None else _student_bytes(active_folder), _student_bytes(candidate_folder))
    checks = check_student(active, candidate, [volumes[item.case_id] for item in labelled], parity=parity, sizes=sizes)
    references = read_references(labelled, volumes, candidate.card.table, seed=seed)
    is_held = any(_held(item) for item in labelled)
    return judge(active, candidate, references, replay, cancel, is_held=is_held, names=names, merged=merged, checks=checks, seed=seed)


def measure_packs(
    first_folder: Path,
    second_folder: Path,
    load: Iterable[Callable[[], Reference]],
    cancel: CancelToken,
    *,
    names: LabelTable,
    merged: Mapping[int, int],
) -> tuple[tuple[tuple[str, float | None, float | None], ...], int] | None:
    """Return structures with the Dice of two students on the held-back slices, and how many slices these are; None where there are none.

    A structure that one of them does not know is one that it draws nowhere.

    Parameters
    ----------
    load
        Gives each scan when its turn comes.
    names, merged
        As :func:`judge`.

    Raises
    ------
    ModelError
        When a pack is damaged.
    Cancelled
        When the token says so.
    """
    packs = [Segmenter.load(folder) for folder in (first_folder, second_folder)]
    students = [_Student(pack, names, merged) for pack in packs]
    tally, slices = Tally(names), 0
    for scan, read in enumerate(load):
        reference = read()
        held = tuple(k for k in reference.held_back if reference.known[k].any())
        if held:
            predictions = [student.predict(reference, frozenset(held), cancel) for student in students]
            _count(tally, predictions, reference, scan, held, tiles=1)
            slices += len(held)
    judged = tally.judged()
    if judged is None:
        return None
    columns = [[None if np.isnan(value) else float(value) for value in dice] for dice in judged.counts.dice]
    return tuple(zip(judged.names, *columns, strict=True)), slices


def _student_bytes(folder: Path) -> int:
    return (folder / STUDENT_ONNX).stat().st_size


def judge(
    active: Segmenter | None,
    candidate: Segmenter,
    references: Iterable[Reference],
    replay: Replay | None,
    cancel: CancelToken,
    *,
    is_held: bool,
    names: LabelTable | None = None,
    merged: Mapping[int, int] | None = None,
    checks: Checks | None = None,
    seed: int = 0,
) -> GateDecision:
    """Score both students on the same voxels and decide.

    Parameters
    ----------
    active
        The student that serves; None where there is none yet: then an empty mask is what the candidate has to be better than.
    references
        Each is asked for when its turn comes.
    is_held
        Whether any of them has held-back slices.
    names
        The project's structures; None for the student's own.
    merged
        Of the project's structures that were merged into others, see :func:`.structures.proposal_rule`.
    checks
        What :func:`check_student` found; None to leave that out.
    seed
        Of the gate's draws, see :func:`seed_of`.

    Raises
    ------
    Cancelled
        When the token says so.
    """
    table = candidate.card.table if active is None else _all_structures(active.card.table, candidate.card.table)
    shown = table if names is None else named_by(table, names)
    students = [_Student(student, names, merged or {}) for student in (active, candidate)]
    held, corrected = Tally(shown), Tally(shown)
    for scan, reference in enumerate(references):
        wanted = frozenset((*reference.held_back, *reference.corrected))
        predictions = [student.predict(reference, wanted, cancel) for student in students]
        _count(held, predictions, reference, scan, reference.held_back, tiles=1)
        # without held-back slices tiles have to tell how sure a rise is
        _count(corrected, predictions, reference, scan, reference.corrected, tiles=1 if is_held else TILES)
    remembered = None if replay is None or active is None else _count_replay(shown, students, replay, cancel)
    return decide(
        held.judged(),
        corrected.judged(),
        remembered,
        candidate_id=candidate.card.id,
        active_id="" if active is None else active.card.id,
        checks=checks,
        seed=seed,
    )


def seed_of(run_id: str) -> int:
    """Return the seed of a round's draws: the same for the same round, wherever it is judged."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "big")


class _Student:
    """What a student says in the project's label values; nothing where there is no student."""

    def __init__(self, segmenter: Segmenter | None, names: LabelTable | None, merged: Mapping[int, int]) -> None:
        self._segmenter = segmenter
        known = None if segmenter is None else segmenter.card.table
        self._rule = None if names is None or known is None else proposal_rule(names, known, merged)

    def predict(self, reference: Reference, wanted: frozenset[int], cancel: CancelToken) -> UInt8:
        """Return what is judged on the wanted slices: a border that nobody drew may lie aside."""
        volume = reference.volume
        if self._segmenter is None:
            return np.zeros(volume.geometry.shape_kji, np.uint8)
        labels = self._segmenter.predict(volume, only_k=wanted, cancel=cancel).labels
        if self._rule is not None:
            labels = self._rule.lookup[labels]
        if reference.drawn is not None:
            reach = border_reach(volume.geometry, self._segmenter.card.preprocess)
            for k in wanted:
                labels[k] = allow_for_borders(labels[k], reference.labels[k], reference.drawn[k], reach)
        return labels

    def labels_of(self, image: npt.NDArray[np.float32]) -> UInt8:
        """Return label values of the student itself for one network input."""
        assert self._segmenter is not None, "only a student that serves has slices to remember"
        classes = self._segmenter.logits(image[None])[0].argmax(axis=0)
        labels: UInt8 = self._segmenter.card.table.class_to_id()[classes]
        return labels


def _all_structures(one: LabelTable, other: LabelTable) -> LabelTable:
    return LabelTable((*one, *(structure for structure in other if structure.id not in one.ids)))


def _count(tally: Tally, predictions: list[UInt8], reference: Reference, scan: int, slices: tuple[int, ...], *, tiles: int) -> None:
    for number, block in enumerate(blocks(list(slices))):
        for k in block:
            parts = _tiles(reference.known[k], tiles)
            for place, (rows, columns) in enumerate(parts):
                known = reference.known[k, rows, columns]
                truth, one, other = (mask[k, rows, columns][known] for mask in (reference.labels, *predictions))
                tally.add(one, other, truth, scan=scan, unit=(number, place), plane=k)


def _tiles(known: npt.NDArray[np.bool_], count: int) -> list[tuple[slice, slice]]:
    """Return a slice cut into ``count`` by ``count`` tiles of what is known of it."""
    if count == 1:
        return [(slice(None), slice(None))]
    rows, columns = (np.flatnonzero(known.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return []
    edges = [np.linspace(line[0], line[-1] + 1, count + 1).astype(int) for line in (rows, columns)]
    return [(slice(*edges[0][i : i + 2]), slice(*edges[1][j : j + 2])) for i in range(count) for j in range(count)]


def _count_replay(table: LabelTable, students: list[_Student], replay: Replay, cancel: CancelToken) -> JudgedSet | None:
    tally = Tally(table)
    for number, (image, truth) in enumerate(zip(replay.images, replay.labels, strict=True)):
        if cancel():
            raise Cancelled
        one, other = (student.labels_of(image) for student in students)
        # which slices are of one scan is not kept with a pack; neighbours lie side by side
        tally.add(one, other, truth, scan=0, unit=number // BLOCK_SLICES, plane=number)
    return tally.judged()


def check_student(
    active: Segmenter | None, candidate: Segmenter, volumes: Sequence[Volume], *, parity: float, sizes: tuple[int | None, int]
) -> Checks:
    """Return what can be said of a candidate without any reference: it runs, how fast and how large it is.

    Parameters
    ----------
    volumes
        Scans on which it is tried.
    parity
        As the trainer measured it.
    sizes
        Bytes of student.onnx, of both.
    """
    students = [candidate] if active is None else [active, candidate]
    planes = _probes(candidate, volumes)
    fastest = np.full((len(students), len(planes)), np.inf)
    finite = True
    # the first time each shape is seen counts for nothing
    for turn in range(MOST_TURNS + 1):
        for n, plane in enumerate(planes):
            for number, student in enumerate(students):
                began = time.perf_counter()
                logits = student.slice_logits(plane)
                took_ms = (time.perf_counter() - began) * 1e3
                fastest[number, n] = min(fastest[number, n], took_ms) if turn > 1 else took_ms
                if student is candidate and turn == 0:
                    finite = bool(np.isfinite(logits).all()) and finite
        # other programs only ever make a student slower: one that seems slow is tried again
        median = np.median(fastest, axis=1).tolist()
        if turn and (active is None or not is_slower(median[0], median[1])):
            break
    return Checks(
        parity=parity,
        finite=finite,
        active_ms=None if active is None else median[0],
        candidate_ms=median[-1],
        active_bytes=sizes[0],
        candidate_bytes=sizes[1],
        has_new=active is None or bool(set(candidate.card.table.ids) - set(active.card.table.ids)),
        steps=candidate.card.training.get("steps"),
    )


def _probes(candidate: Segmenter, volumes: Sequence[Volume]) -> list[npt.NDArray[np.float32]]:
    """Return network inputs of some slices, the middle ones of what is judged."""
    planes: list[npt.NDArray[np.float32]] = []
    for volume in volumes[:PROBES]:
        source = SliceSource(volume, candidate.card.preprocess)
        count = max(1, PROBES // len(volumes[:PROBES]))
        planes += [source.network_input(int(n)) for n in np.linspace(0, len(source) - 1, count + 2)[1:-1]]
    return planes


def _held(item: ManifestItem) -> tuple[int, ...]:
    touched = set(item.touched_slices)
    return tuple(k for k in item.validation_slices if k in touched)


def read_references(
    items: Sequence[ManifestItem], volumes: Mapping[str, Volume], table: LabelTable, *, seed: int = 0
) -> Iterator[Reference]:
    """Give what a person stands behind, scan by scan; where a structure is that no student of this table knows, none can be right or wrong.

    Parameters
    ----------
    items
        Of a round, each with a mask.
    volumes
        Scan by case id.
    table
        Structures of the students.
    seed
        Says which corrected slices are judged where there are more than ``MOST_CORRECTED``.
    """
    judged = np.zeros(256, bool)
    judged[[0, *table.ids]] = True
    corrected = [sorted(set(item.touched_slices) - set(_held(item))) for item in items]
    for number, share in enumerate(shares([len(slices) for slices in corrected], MOST_CORRECTED, seed)):
        item, slices = items[number], corrected[number]
        assert item.labels is not None, "it has a mask"
        if not (share or _held(item)):
            continue
        arrays = read_arrays(item.labels)
        labels, states = arrays["labels"], arrays["states"]
        if share < len(slices):
            known = states[slices] >= VoxelState.ACCEPTED
            shows = np.stack([((labels[slices] == value) & known).any(axis=(1, 2)) for value in table.ids], axis=1)
            painted = (states[slices] == VoxelState.EDITED).any(axis=(1, 2))
            slices = [slices[n] for n in choose(share, shows, painted, (seed, number))]
        reference = Reference.of_mask(volumes[item.case_id], labels, states, _held(item), tuple(slices))
        yield replace(reference, known=reference.known & judged[labels])
