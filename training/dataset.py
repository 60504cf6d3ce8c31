"""From a manifest and a pack's replay slices to samples on the working grid.

Everything a round needs lies in memory: working planes are small (a whole abdomen at 3 mm is 8 MB).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gf_desktop.errors import ModelError, TrainingError, UserError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.some_slices import choose, shares, spread
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume
from gf_desktop.pack import file_sha256
from training.amounts import EVERY, Amounts
from training.augment import Views

__all__ = [
    "Manifest",
    "ManifestItem",
    "Round",
    "SliceSet",
    "ValidationScan",
    "load_round",
    "read_labels",
    "read_manifest",
    "read_replay",
    "read_volume",
    "trusted_slices",
    "write_replay",
]

MANIFEST_FORMATS = (1, 2)
"""In the first one, files are named by absolute paths; in the second, relative to the project's folder, and that to the manifest's."""

REPLAY_KEYS = ("images", "labels", "regions", "validation")

MIN_SUPERVISED_SHARE = 0.5
"""Share of a working pixel that must be reviewed for it to count as supervised."""

RESTART = "Refine again; if it happens again, export the masks and start a new project."


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """One scan of a round.

    Attributes
    ----------
    labels
        None where nobody has touched it.
    validation_slices, gap_slices
        Stored slices that judge, and those that neither judge nor are learned from.
    """

    case: str
    image: Path
    geometry: Geometry
    modality: str
    spacing_known: bool
    labels: Path | None
    labels_sha256: str
    validation_slices: tuple[int, ...]
    time: TimeAxis | None = None
    gap_slices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a trainer may read; ``sha256`` is of the file itself."""

    run_id: str
    seed: int
    table: LabelTable
    items: tuple[ManifestItem, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class SliceSet:
    """Slices on the working grid, all padded to one size.

    Attributes
    ----------
    images
        float32 [n, channels, rows, cols] on the 0..1 scale, before mean and standard deviation.
    targets
        float16 [n, classes, rows, cols]: share of each class; background only where nothing is known.
    supervised
        float32 [n, 1, rows, cols], 1 where a person stands behind the target.
    regions
        uint8 [n, rows, cols], regions whose greys augmentation may change; all 0 without.
    guide, codes
        The cached word of the teachers, float16, see :class:`training.augment.Views`.
    unknown
        Numbers of the classes that nobody knew who labelled these slices: their background may be one of them.
    """

    images: Tensor
    targets: Tensor
    supervised: Tensor
    regions: Tensor
    guide: Tensor | None = None
    codes: Tensor | None = None
    unknown: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    def views(self, index: Tensor) -> Views:
        """Return the slices of an int64 index as a batch."""
        guide = None if self.guide is None else self.guide[index].float()
        codes = None if self.codes is None else self.codes[index].float()
        return Views(self.images[index], self.targets[index].float(), self.supervised[index], self.regions[index].long(), guide, codes)

    def subset(self, index: Tensor) -> SliceSet:
        """Return the slices of an int64 index."""
        return SliceSet(self.images[index], self.targets[index], self.supervised[index], self.regions[index], unknown=self.unknown)


@dataclass(frozen=True, slots=True)
class ValidationScan:
    """Held-back slices of one scan, judged on the scan's own grid.

    Attributes
    ----------
    source
        The scan as network inputs.
    slices
        Slice numbers in the spec's order.
    classes, counted
        uint8 and bool [slices, rows, cols] of the scan: the reference and where it counts.
    drawn
        bool [slices, rows, cols], what a person painted; elsewhere borders may lie aside (:mod:`gf_desktop.imaging.borders`). None where
        all is meant as it is.
    """

    source: SliceSource
    slices: tuple[int, ...]
    classes: npt.NDArray[np.uint8]
    counted: npt.NDArray[np.bool_]
    drawn: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """The data of one refinement.

    Attributes
    ----------
    labelled
        Slices with supervised pixels, or as many of them as are wanted at most.
    unlabelled
        Slices without, their whole planes, or as many as are wanted at most; validation slices are among them, without their labels.
    validation
        Held-back slices by scan, or as many as are wanted at most.
    taught
        Where none is held back: slices of ``labelled`` in the form of ``validation``, few of them.
    validation_count
        All slices that are held back.
    labelled_count, unlabelled_count
        All slices of all scans with supervised pixels, and without.
    """

    labelled: SliceSet
    unlabelled: SliceSet
    validation: tuple[ValidationScan, ...]
    taught: tuple[ValidationScan, ...]
    validation_count: int
    labelled_count: int
    unlabelled_count: int


def read_manifest(path: Path) -> Manifest:
    """Read a round's manifest.

    Raises
    ------
    TrainingError
        When it is missing, damaged or of another format.
    """
    try:
        data = path.read_bytes()
        document = json.loads(data)
        if document["format"] not in MANIFEST_FORMATS:
            raise TrainingError(f"The round's list of scans is of format {document['format']}", where=str(path), next_step=RESTART)
        root = None if document["format"] == 1 else (path.parent / str(document["root"])).resolve()
        items = tuple(_item(entry, root) for entry in document["items"])
        table = LabelTable.from_json(document["structures"])
        return Manifest(str(document["run_id"]), int(document["seed"]), table, items, hashlib.sha256(data).hexdigest())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"The round's list of scans is not readable: {error!r}", where=str(path), next_step=RESTART) from error


def _place(name: str, root: Path | None) -> Path:
    """Return the path of a file of the project; ValueError where it would lie outside."""
    if root is None:
        return Path(name)
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise ValueError(f"{name!r} is not in the project")
    return root / path


def _item(entry: dict[str, Any], root: Path | None) -> ManifestItem:
    return ManifestItem(
        case=str(entry["case"]),
        image=_place(str(entry["image"]), root),
        geometry=Geometry.from_json(entry["geometry"]),
        modality=str(entry["modality"]),
        spacing_known=bool(entry["spacing_known"]),
        labels=None if entry["labels"] is None else _place(str(entry["labels"]), root),
        labels_sha256=str(entry.get("labels_sha256") or ""),
        validation_slices=tuple(int(k) for k in entry["validation_slices"]),
        time=TimeAxis.from_json(entry.get("time")),
        gap_slices=tuple(int(k) for k in entry.get("gap_slices", ())),
    )


def read_volume(item: ManifestItem) -> Volume:
    """Read one scan of a round; TrainingError where it is missing, damaged or holds values that are no numbers."""
    try:
        voxels = np.load(item.image, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TrainingError(f"The scan of {item.case} cannot be read: {error}", where=str(item.image), next_step=RESTART) from error
    if voxels.dtype.kind == "f" and not np.isfinite(voxels).all():
        raise TrainingError(f"The scan of {item.case} has values that are no numbers", where=str(item.image), next_step="Import it again.")
    return Volume(voxels, item.geometry, item.modality, item.case, item.spacing_known, time=item.time)


def read_labels(
    item: ManifestItem, table: LabelTable, *, known: LabelTable | None = None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | None:
    """Return class numbers and voxel states, uint8 [k, j, i], None where nobody has touched the scan.

    Parameters
    ----------
    table
        Structures of the project.
    known
        Structures of the network, whose class numbers are wanted; voxels of others are background that nobody has looked at. None where
        they are the project's.

    Raises
    ------
    TrainingError
        When they are missing, damaged, changed, or do not fit the scan or the table.
    """
    if item.labels is None:
        return None
    try:
        with np.load(item.labels, allow_pickle=False) as archive:
            labels, states = archive["labels"], archive["states"]
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"The masks of {item.case} cannot be read: {error}", where=str(item.labels), next_step=RESTART) from error
    if item.labels_sha256 and file_sha256(item.labels) != item.labels_sha256:
        raise TrainingError(f"The masks of {item.case} changed after the round began", where=str(item.labels), next_step=RESTART)
    shape = item.geometry.shape_kji
    if labels.shape != shape or states.shape != shape or labels.dtype != np.uint8 or states.dtype != np.uint8:
        raise TrainingError(f"The masks of {item.case} do not fit the scan", where=str(item.labels), next_step=RESTART)
    unknown = sorted(set(np.unique(labels).tolist()) - {0, *table.ids})
    if unknown or int(states.max(initial=0)) > max(VoxelState):
        found = f"labels {unknown} that are not in the list of structures" if unknown else "voxel states that do not exist"
        raise TrainingError(f"The masks of {item.case} hold {found}", where=str(item.labels), next_step=RESTART)
    if known is None or set(table.ids) <= set(known.ids):
        return (known or table).id_to_class()[labels], states
    foreign = np.zeros(256, bool)
    foreign[sorted(set(table.ids) - set(known.ids))] = True
    return known.id_to_class()[labels], np.where(foreign[labels], np.uint8(VoxelState.UNSEEN), states)


def trusted_slices(item: ManifestItem) -> npt.NDArray[np.bool_]:
    """Return which stored slices of a scan may be trained on, bool [k]: all but those that are held back, and near copies of them."""
    trusted = np.ones(item.geometry.shape_kji[0], bool)
    trusted[[k for k in (*item.validation_slices, *item.gap_slices) if 0 <= k < len(trusted)]] = False
    return trusted


def load_round(
    manifest: Manifest,
    spec: PreprocessSpec,
    *,
    classes: int,
    known: LabelTable | None = None,
    structures: Collection[int] = (),
    most: Amounts = EVERY,
    seed: int = 0,
) -> Round:
    """Read every scan and mask of a round and bring them onto the working grid.

    Supervised are voxels that a person accepted or edited on slices that are not held back. Voxels of structures that the network does not
    know are as if nobody had looked at them: what it should say there cannot be told from the mask.

    Parameters
    ----------
    classes
        Of the network, background included.
    known
        Structures of the network; None where they are the project's.
    structures
        Label values that are learned from, with background; voxels of others are as if nobody had looked at them. None of them means all.
    most, seed
        So many slices at most, and which, see :mod:`gf_desktop.imaging.some_slices`.

    Raises
    ------
    TrainingError
        When a file is missing, damaged, not of this scan or of this list of structures, or nothing is labelled.
    ModelError
        When a scan does not suit the model.
    """
    table = manifest.table if known is None else known
    if len(table) + 1 != classes:
        raise TrainingError(
            f"The project has {len(table)} structures and the model {classes - 1}",
            next_step="Start a project with the model's structures.",
        )
    learned = np.array([not structures or label in (0, *structures) for label in table.class_to_id().tolist()])
    sources = [SliceSource(read_volume(item), spec) for item in manifest.items]

    def read() -> Iterator[_Masks | None]:
        return (_read_masks(item, source, manifest.table, table, learned) for item, source in zip(manifest.items, sources, strict=True))

    learn, judge = _shares(manifest.items, sources, read, most, seed)
    parts = _Parts(classes, most.judged)
    for number, (source, masks) in enumerate(zip(sources, read(), strict=True)):
        parts.add(source, masks, learn=learn[number], judge=judge[number], seed=(seed, number))
    if not any(len(part) for part in parts.labelled):
        raise TrainingError(
            "There is nothing to learn from: no slice is approved", next_step="Correct and approve at least one slice, then refine."
        )
    counts = [len(rest) for _source, rest in parts.unlabelled]
    taken = spread(counts, most.unlabelled, seed)
    planes = [_planes(source, rest[some]) for (source, rest), some in zip(parts.unlabelled, taken, strict=True)]
    labelled, unlabelled = _join(parts.labelled), _without_labels(planes, classes)
    taught = () if parts.validation else tuple(parts.taught)
    return Round(labelled, unlabelled, tuple(parts.validation), taught, parts.held_count, parts.labelled_count, sum(counts))


@dataclass(slots=True)
class _Parts:
    """What the scans give, one after the other.

    ``unlabelled`` are all slices without labels, of which some are taken in the end; ``room`` is how many more may be ``taught``.
    """

    classes: int
    room: int
    labelled: list[SliceSet] = field(default_factory=list)
    unlabelled: list[tuple[SliceSource, npt.NDArray[np.int64]]] = field(default_factory=list)
    validation: list[ValidationScan] = field(default_factory=list)
    taught: list[ValidationScan] = field(default_factory=list)
    held_count: int = 0
    labelled_count: int = 0

    def add(self, source: SliceSource, masks: _Masks | None, *, learn: int, judge: int, seed: tuple[int, int]) -> None:
        """Add a scan: at most ``learn`` of its slices with labels, ``judge`` of those held back, and all others."""
        if masks is None:
            self.unlabelled.append((source, np.arange(len(source))))
            return
        self.held_count, self.labelled_count = self.held_count + len(masks.judged), self.labelled_count + len(masks.chosen)
        self.unlabelled.append((source, np.setdiff1d(np.arange(len(source)), masks.chosen)))
        chosen = masks.some(masks.chosen, masks.trusted, learn, seed=seed, painted_first=True)
        self.labelled.append(_with_labels(source, masks.classes, trusted=masks.trusted, chosen=chosen, classes=self.classes))
        judged = masks.some(masks.judged, masks.kept, judge, seed=seed)
        if len(judged):
            self.validation.append(masks.references(judged, masks.kept))
        elif not self.validation:
            shown = masks.some(chosen, masks.trusted, self.room, seed=seed)
            self.room -= len(shown)
            if len(shown):
                self.taught.append(masks.references(shown, masks.trusted))


@dataclass(frozen=True, slots=True, eq=False)
class _Masks:
    """What a person stands behind in one scan, all [k, j, i] but the slice numbers, which are in the spec's order.

    ``trusted`` and ``kept`` are the voxels to learn from and to judge on, ``chosen`` and ``judged`` the slices that have any.
    """

    source: SliceSource
    classes: npt.NDArray[np.uint8]
    painted: npt.NDArray[np.bool_]
    trusted: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.bool_]
    chosen: npt.NDArray[np.int64]
    judged: npt.NDArray[np.int64]

    def some(
        self,
        slices: npt.NDArray[np.int64],
        counted: npt.NDArray[np.bool_],
        share: int,
        *,
        seed: tuple[int, int],
        painted_first: bool = False,
    ) -> npt.NDArray[np.int64]:
        """Return ``share`` of some slices, or all, see :func:`gf_desktop.imaging.some_slices.choose`."""
        if share >= len(slices):
            return slices

        def touches(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
            found: npt.NDArray[np.bool_] = (self.source.axes.view(mask)[slices].astype(bool) & view).any(axis=(1, 2))
            return found

        view = self.source.axes.view(counted)[slices].astype(bool)
        there = np.unique(self.source.axes.view(self.classes)[slices][view])
        shows = [touches(self.classes == number) for number in there if number]
        painted = touches(self.painted) if painted_first else np.zeros(len(slices), bool)
        return slices[choose(share, np.stack(shows, axis=1) if shows else np.zeros((len(slices), 0), bool), painted, seed)]

    def references(self, slices: npt.NDArray[np.int64], counted: npt.NDArray[np.bool_]) -> ValidationScan:
        """Return slices to judge on, by the voxels that count."""
        view = self.source.axes.view
        where, drawn = (view(mask)[slices].astype(bool) for mask in (counted, self.painted))
        return ValidationScan(self.source, tuple(int(n) for n in slices), view(self.classes)[slices].astype(np.uint8), where, drawn)


def _read_masks(
    item: ManifestItem, source: SliceSource, table: LabelTable, known: LabelTable, learned: npt.NDArray[np.bool_]
) -> _Masks | None:
    """Return what a person stands behind in a scan, None where nobody has touched it; ``learned`` says which classes are learned from."""
    read = read_labels(item, table, known=known)
    if read is None:
        return None
    classes, states = read
    held = np.zeros(len(states), bool)
    held[[k for k in item.validation_slices if 0 <= k < len(held)]] = True
    # near copies of held-back slices are as if nobody had looked at them
    trained = trusted_slices(item)
    trusted, kept, painted = (np.zeros(states.shape, bool) for _ in range(3))
    for k in np.flatnonzero((states >= VoxelState.ACCEPTED).any(axis=(1, 2))):
        reviewed = states[k] >= VoxelState.ACCEPTED
        trusted[k], kept[k], painted[k] = reviewed & trained[k] & learned[classes[k]], reviewed & held[k], states[k] == VoxelState.EDITED
    chosen, judged = (np.flatnonzero(source.axes.view(mask).any(axis=(1, 2))) for mask in (trusted, kept))
    return _Masks(source, classes, painted, trusted, kept, chosen, judged)


def _shares(
    items: Sequence[ManifestItem],
    sources: Sequence[SliceSource],
    read: Callable[[], Iterable[_Masks | None]],
    most: Amounts,
    seed: int,
) -> tuple[list[int], list[int]]:
    """Return how many slices each scan gives at most to learn from, and how many to judge on; masks are only read where that is needed."""
    pairs = list(zip(items, sources, strict=True))
    learn = [0 if item.labels is None else len(source) for item, source in pairs]
    # where the network sees other slices than those that are stored, each of them may cross one that is held back
    judge = [len(item.validation_slices) if source.axes.order[2] == 2 else len(source) for item, source in pairs]
    if sum(learn) <= most.labelled and sum(judge) <= most.judged:
        return learn, judge
    counts = [(0, 0) if masks is None else (len(masks.chosen), len(masks.judged)) for masks in read()]
    learn, judge = ([count[n] for count in counts] for n in range(2))
    return shares(learn, most.labelled, seed), shares(judge, most.judged, seed)


def _planes(source: SliceSource, chosen: npt.NDArray[np.int64]) -> Tensor:
    """Return slices of a scan, float32 [n, channels, rows, cols] on the 0..1 scale."""
    planes = [source.network_input(int(n)) for n in chosen]
    stacked = torch.from_numpy(np.stack(planes)) if planes else torch.zeros(0, source.spec.channels, *source.grid.padded_hw)
    return stacked * source.spec.std + source.spec.mean


def _with_labels(
    source: SliceSource,
    classes_kji: npt.NDArray[np.uint8],
    *,
    trusted: npt.NDArray[np.bool_],
    chosen: npt.NDArray[Any],
    classes: int,
) -> SliceSet:
    targets = np.zeros((len(chosen), classes, *source.grid.padded_hw), np.float16)
    targets[:, 0] = 1
    supervised = np.zeros((len(chosen), 1, *source.grid.padded_hw), np.float32)
    rows, cols = source.grid.inner_hw
    view = source.axes.view(trusted)
    for place, index in enumerate(int(n) for n in chosen):
        targets[place, :, :rows, :cols] = source.mask_to_working(classes_kji, index, classes=classes)
        whole = bool(view[index].all())
        # beyond the edge of a slice that was reviewed whole there is air, and air is background
        supervised[place] = 1.0 if whole else 0.0
        supervised[place, 0, :rows, :cols] = source.grid.to_working(view[index].astype(np.float32)) >= MIN_SUPERVISED_SHARE
    images = _planes(source, chosen)
    regions = torch.zeros(len(chosen), *images.shape[2:], dtype=torch.uint8)
    return SliceSet(images, torch.from_numpy(targets), torch.from_numpy(supervised), regions)


def _without_labels(parts: list[Tensor], classes: int) -> SliceSet:
    """Put the slices of several scans into one set, padded at the far ends to the largest size."""
    parts = [part for part in parts if len(part)] or parts[:1]
    rows, cols = (max(part.shape[axis] for part in parts) for axis in (2, 3))
    images = torch.cat([_grown(part, rows, cols) for part in parts])
    # the same for every slice, so one lies in memory for all
    target = torch.zeros(1, classes, rows, cols, dtype=torch.float16)
    target[:, 0] = 1
    targets, nothing = target.expand(len(images), -1, -1, -1), torch.zeros(1, rows, cols)
    return SliceSet(images, targets, nothing.expand(len(images), 1, -1, -1), nothing.byte().expand(len(images), -1, -1))


def _grown(values: Tensor, rows: int, cols: int) -> Tensor:
    """Return slices with zeros at the far ends."""
    return torch.nn.functional.pad(values, (0, cols - values.shape[-1], 0, rows - values.shape[-2]))


def _join(parts: list[SliceSet]) -> SliceSet:
    """Pad all slices at the far ends to the largest size and put them into one set."""
    parts = [part for part in parts if len(part)] or parts[:1]
    rows, cols = (max(part.images.shape[axis] for part in parts) for axis in (2, 3))

    targets = [_grown(part.targets, rows, cols) for part in parts]
    for target in targets:
        target[:, 0] += 1 - target.sum(dim=1)
    return SliceSet(
        torch.cat([_grown(part.images, rows, cols) for part in parts]),
        torch.cat(targets),
        torch.cat([_grown(part.supervised, rows, cols) for part in parts]),
        torch.cat([_grown(part.regions, rows, cols) for part in parts]),
    )


def read_replay(path: Path, table: LabelTable, *, ids: Collection[int] | None = None) -> tuple[SliceSet, SliceSet]:
    """Read a pack's labelled slices: those to train on and those held back.

    Parameters
    ----------
    table
        Structures of the network.
    ids
        Label values of those that whoever labelled the slices knew; None for all.

    Raises
    ------
    ModelError
        When the file is damaged or holds labels that are not in the table.
    """
    advice = "Get the pack again from where it came from."
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, labels, regions, validation = (archive[key] for key in REPLAY_KEYS)
        if (
            images.ndim != 4
            or labels.shape != (len(images), *images.shape[2:])
            or regions.shape != labels.shape
            or validation.shape != labels.shape[:1]
        ):
            raise ModelError("The pack's own slices have shapes that do not belong together", where=str(path), next_step=advice)
    except UserError:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"The pack's own slices cannot be read: {error}", where=str(path), next_step=advice) from error
    if set(np.unique(labels).tolist()) - {0, *table.ids}:
        raise ModelError("The pack's own slices hold labels that its card does not name", where=str(path), next_step=advice)
    classes = torch.from_numpy(table.id_to_class()[labels]).long()
    targets = torch.nn.functional.one_hot(classes, len(table) + 1).permute(0, 3, 1, 2).half()
    unknown = () if ids is None else tuple(number for number, label in enumerate(table.ids, start=1) if label not in ids)
    supervised, greys = torch.ones(len(images), 1, *images.shape[2:]), torch.from_numpy(regions.astype(np.uint8))
    everything = SliceSet(torch.from_numpy(images).float(), targets, supervised, greys, unknown=unknown)
    held = torch.from_numpy(validation != 0)
    return everything.subset(torch.nonzero(~held)[:, 0]), everything.subset(torch.nonzero(held)[:, 0])


def write_replay(
    path: Path, *, images: npt.NDArray[Any], labels: npt.NDArray[Any], regions: npt.NDArray[Any], validation: npt.NDArray[Any]
) -> None:
    """Write a pack's labelled slices.

    Parameters
    ----------
    images
        float [n, channels, rows, cols] padded planes on the 0..1 scale, before mean and standard deviation; stored as float16.
    labels
        Values of the label table on the working grid, [n, rows, cols]; stored as uint8.
    regions
        Regions whose greys augmentation may change, [n, rows, cols]; stored as uint8.
    validation
        [n], not 0 for slices that no training may see.
    """
    with path.open("wb") as stream:
        np.savez_compressed(
            stream,
            images=images.astype(np.float16),
            labels=labels.astype(np.uint8),
            regions=regions.astype(np.uint8),
            validation=validation.astype(np.uint8),
        )
