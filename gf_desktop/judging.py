"""Active student and candidate on the same voxels: what is judged, by which reference, before the gate decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays
from gf_desktop.errors import ModelError
from gf_desktop.gate import Counts, GateDecision, SetScores, decide
from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.imaging.structures import ProposalRule, named_by
from gf_desktop.imaging.volume import Volume
from gf_desktop.inference.segmenter import Cancelled, Segmenter
from gf_desktop.jobs import CancelToken
from gf_desktop.pack import REPLAY_NAME
from gf_desktop.project.manifest import ManifestItem

__all__ = ["Reference", "Replay", "judge", "load_references", "read_replay"]

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A scan with the slices to judge on: ``held_back`` and ``corrected`` are stored slice numbers."""

    volume: Volume
    labels: UInt8
    known: npt.NDArray[np.bool_]
    held_back: tuple[int, ...]
    corrected: tuple[int, ...]


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


def judge(
    active: Segmenter,
    candidate: Segmenter,
    references: list[Reference],
    replay: Replay | None,
    cancel: CancelToken,
    *,
    names: LabelTable | None = None,
    rule: ProposalRule | None = None,
) -> GateDecision:
    """Score both students on the same voxels and decide.

    Parameters
    ----------
    names
        What the project calls the structures; None for the student's own names.
    rule
        What the students' words count for in the project; None where both have the same structures.

    Raises
    ------
    Cancelled
        When the token says so.
    """
    table = active.card.table if names is None else named_by(active.card.table, names)
    sets: dict[str, tuple[Counts, Counts, Counts]] = {
        name: (Counts(table), Counts(table), Counts(table)) for name in ("held back", "corrected")
    }
    for reference in references:
        wanted = frozenset((*reference.held_back, *reference.corrected))
        predictions = [s.predict(reference.volume, only_k=wanted, cancel=cancel).labels for s in (active, candidate)]
        if rule is not None:
            predictions = [rule.lookup[labels] for labels in predictions]
        for name, slices in (("held back", reference.held_back), ("corrected", reference.corrected)):
            _count(sets[name], predictions, reference, slices)
    held_back = _scores(sets["held back"]) if any(r.held_back for r in references) else None
    remembered = _scores_on_replay(table, active, candidate, replay, cancel) if replay is not None else None
    return decide(held_back, _scores(sets["corrected"]), remembered, candidate_id=candidate.card.id, active_id=active.card.id)


def _count(counts: tuple[Counts, Counts, Counts], predictions: list[UInt8], reference: Reference, slices: tuple[int, ...]) -> None:
    rows = list(slices)
    known = reference.known[rows]
    truth = reference.labels[rows][known]
    for index, labels in enumerate(predictions):
        counts[index].add(labels[rows][known], truth)
    counts[2].add(truth, truth)


def _scores(counts: tuple[Counts, Counts, Counts]) -> SetScores:
    return SetScores(counts[0].dice(), counts[1].dice(), counts[2].voxels())


def _scores_on_replay(table: LabelTable, active: Segmenter, candidate: Segmenter, replay: Replay, cancel: CancelToken) -> SetScores:
    counts = (Counts(table), Counts(table), Counts(table))
    for image, truth in zip(replay.images, replay.labels, strict=True):
        if cancel():
            raise Cancelled
        for index, segmenter in enumerate((active, candidate)):
            classes = segmenter.logits(image[None])[0].argmax(axis=0)
            counts[index].add(segmenter.card.table.class_to_id()[classes], truth)
        counts[2].add(truth, truth)
    return _scores(counts)


def load_references(items: list[ManifestItem], volumes: dict[str, Volume], table: LabelTable) -> list[Reference]:
    """Return what a person stands behind; where a structure is that no student of this table knows, none can be right or wrong.

    Parameters
    ----------
    items
        Of a round; those that nobody touched are passed over.
    volumes
        Scan by case id, of every item with a mask.
    table
        Structures of the students.
    """
    references = []
    judged = np.zeros(256, bool)
    judged[[0, *table.ids]] = True
    for item in items:
        if item.labels is None:
            continue
        arrays = read_arrays(item.labels)
        labels, states = arrays["labels"], arrays["states"]
        held = tuple(k for k in item.validation_slices if k in item.touched_slices)
        corrected = tuple(k for k in item.touched_slices if k not in held)
        references.append(Reference(volumes[item.case_id], labels, (states >= VoxelState.ACCEPTED) & judged[labels], held, corrected))
    return references
