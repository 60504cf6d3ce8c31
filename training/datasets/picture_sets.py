"""Data sets of pictures: Gastric Cancer tiles, BUSI, CVC-ClinicDB, and a folder of images and masks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from gf_desktop.errors import TrainingError
from gf_desktop.files.findings import Finding
from training.datasets.pictures import Layout, Pair, find_pairs, part_of, read_pair, some_of
from training.datasets.source import SEE_DOCS, Catalogue, Options, SourceCase, check_folder, read_table, table_of

__all__ = ["open_busi", "open_clinicdb", "open_folder", "open_gastric"]

_IMAGES = ("images", "image", "imgs", "img", "original", "tiles")
_MASKS = ("masks", "mask", "labels", "label", "ground truth", "ground_truth", "groundtruth", "gt", "1stho")

FOLDER_LAYOUT = Layout(_IMAGES, _MASKS, ("_mask", "_label", "_gt"))

GASTRIC_LAYOUT = Layout(_IMAGES, _MASKS, ("_1stho", "_mask"))
"""Assumed: ``TILE.png`` with ``TILE_1stHO.png`` (or ``_mask``) beside it, or in a folder of masks."""

GASTRIC_TILE = r"^(.+?)(?:[_-][xy]?\d+)*$"
"""Assumed: a tile's name is its slide's, then numbers of where the tile was cut, as in ``SLIDE_1024_2048``."""

BUSI_LAYOUT = Layout((), (), ("_mask",))
BUSI_CLASSES = ("benign", "malignant", "normal")

CLINICDB_LAYOUT = Layout(("original",), ("ground truth", "ground_truth", "groundtruth"), ("_mask",))
CLINICDB_SEQUENCES = 29
CLINICDB_FORMATS = ("PNG", "TIF")
"""Folders of the copies that hold every frame twice."""

SEQUENCE_TABLES = ("sequences.csv", "metadata.csv")
PATIENT_TABLE = "patients.csv"

SEE_DISTRIBUTOR = "See the distributor."


def open_folder(src: Path, options: Options) -> Catalogue:
    """Open a folder of images and masks: ``images/`` and ``masks/`` with equal names, or ``NAME`` and ``NAME_mask`` side by side.

    Folders named train, validation and test are the split; else it is by patient: from ``patients.csv``
    (columns image, patient), from ``options.patient_pattern``, or each picture for itself.

    Raises
    ------
    TrainingError
        When the tree is not of this layout.
    """
    pairs = find_pairs(src, FOLDER_LAYOUT)
    cases, findings = _cases(src, pairs, options, default="")
    table = table_of(options.structures or ("structure",))
    split = _split_of(cases, "by patient, drawn with the seed")
    return Catalogue(
        "folder", src.resolve().name, table, 3, "As the folder's owner says.", "", cases, findings, split,
        partial(read_pair, table=table, channels=3),
    )  # fmt: skip


def open_gastric(src: Path, options: Options) -> Catalogue:
    """Open the Gastric Cancer tiles: ``TILE.png`` with ``TILE_1stHO.png`` or ``TILE_mask.png``.

    Slides are the patients: a tile's name without the numbers at its end (:data:`GASTRIC_TILE`), or ``patients.csv``.

    Raises
    ------
    TrainingError
        When the tree is not of this layout.
    """
    pairs = find_pairs(src, GASTRIC_LAYOUT)
    cases, findings = _cases(src, pairs, options, default=GASTRIC_TILE)
    table = table_of(("cancer",))
    split = _split_of(cases, "by slide, drawn with the seed")
    return Catalogue(
        "gastric", "Gastric Cancer (pathology tiles)", table, 3, SEE_DISTRIBUTOR, "", cases, findings, split,
        partial(read_pair, table=table, channels=3),
    )  # fmt: skip


def open_busi(src: Path, options: Options) -> Catalogue:
    """Open BUSI, "Dataset of breast ultrasound images" (Al-Dhabyani et al. 2020, doi 10.1016/j.dib.2019.104863).

    Folders benign, malignant and normal; ``benign (1).png`` with ``benign (1)_mask.png`` and, where there are several
    lesions, ``benign (1)_mask_1.png`` and so on, which are joined.

    Raises
    ------
    TrainingError
        When the tree is not of this layout.
    """
    check_folder(src)
    inner = src / "Dataset_BUSI_with_GT"
    root = inner if inner.is_dir() else src
    folders = {path.name.lower() for path in root.iterdir() if path.is_dir()}
    lost = [name for name in BUSI_CLASSES if name not in folders]
    if lost:
        raise TrainingError(f"The folder {' and '.join(lost)} of BUSI is missing", where=str(root), next_step=SEE_DOCS)
    pairs = [pair for pair in find_pairs(root, BUSI_LAYOUT) if pair.folder.parts and pair.folder.parts[0].lower() in BUSI_CLASSES]
    cases, findings = _cases(src, pairs, options, default="")
    strata = {pair.name: pair.folder.parts[0].lower() for pair in pairs}
    cases = tuple(SourceCase(c.name, c.patient, c.images, c.masks, c.part, strata[c.name] if c.patient == c.name else "") for c in cases)
    table = table_of(("lesion",))
    return Catalogue(
        "busi", "BUSI, breast ultrasound images", table, 1, SEE_DISTRIBUTOR, "", cases, findings,
        "by picture within benign, malignant and normal, drawn with the seed; the data set does not say which pictures are of one patient",
        partial(read_pair, table=table, channels=1),
    )  # fmt: skip


def open_clinicdb(src: Path, options: Options) -> Catalogue:
    """Open CVC-ClinicDB (Bernal et al. 2015, doi 10.1016/j.compmedimag.2015.02.007): ``Original/N.tif`` and ``Ground Truth/N.tif``.

    Its 29 sequences are the patients. They come from ``sequences.csv`` (columns frame, sequence) or ``metadata.csv``
    (frame_id, sequence_id); without either, blocks of neighbouring frames stand for them, and a finding says so.

    Raises
    ------
    TrainingError
        When the tree is not of this layout or the table lacks a frame.
    """
    check_folder(src)
    copies = [src / name for name in CLINICDB_FORMATS if (src / name).is_dir()]
    root = copies[0] if copies else src
    folders = {path.name.lower() for path in root.iterdir() if path.is_dir()}
    for names in (CLINICDB_LAYOUT.image_folders, CLINICDB_LAYOUT.mask_folders):
        if not folders & set(names):
            raise TrainingError(f"The folder “{names[0].title()}” of CVC-ClinicDB is missing", where=str(root), next_step=SEE_DOCS)
    pairs = [p for p in find_pairs(root, CLINICDB_LAYOUT) if p.image.parent.parent == root]
    if not pairs:
        raise TrainingError("The folder “Original” holds no frames", where=str(root), next_step=SEE_DOCS)
    sequences, findings, split = _sequences(src, pairs, options)
    cases = tuple(SourceCase(pair.name, sequence, (pair.image,), pair.masks) for pair, sequence in zip(pairs, sequences, strict=True))
    table = table_of(("polyp",))
    return Catalogue(
        "clinicdb", "CVC-ClinicDB", table, 3, SEE_DISTRIBUTOR, "", cases, findings, split, partial(read_pair, table=table, channels=3),
    )  # fmt: skip


def _sequences(src: Path, pairs: list[Pair], options: Options) -> tuple[list[str], tuple[Finding, ...], str]:
    """Return each frame's sequence, what was noticed, and how the split comes about."""
    stems = [pair.image.stem for pair in pairs]
    by_sequence = "by sequence, drawn with the seed"
    if options.patient_pattern:
        return [_patient(stem, options.patient_pattern) for stem in stems], (), by_sequence
    path = next((src / name for name in SEQUENCE_TABLES if (src / name).is_file()), None)
    if path is not None:
        table = read_table(path, key=("frame", "frame_id", "image"), value=("sequence", "sequence_id"))
        lost = [stem for stem in stems if stem not in table]
        if lost:
            raise TrainingError(
                f"The table of sequences lacks {len(lost)} frames, {lost[0]} among them", where=str(path), next_step=SEE_DOCS
            )
        return [f"sequence-{table[stem]}" for stem in stems], (), by_sequence
    count = min(CLINICDB_SEQUENCES, len(pairs))
    block = np.concatenate([np.full(len(part), n) for n, part in enumerate(np.array_split(np.arange(len(pairs)), count), start=1)])
    message = (
        f"There is no sequences.csv, so {count} blocks of neighbouring frames stand for the sequences; "
        "frames of one patient may lie on both sides of a border between two blocks"
    )
    names = [f"block-{n:02d}" for n in block]
    return names, (Finding("sequences_unknown", message, "amber"),), "by blocks of neighbouring frames, drawn with the seed"


def _cases(src: Path, pairs: list[Pair], options: Options, *, default: str) -> tuple[tuple[SourceCase, ...], tuple[Finding, ...]]:
    """Return the cases of pairs with their patients and parts, and what was noticed.

    Train and test, or train and validation, are a split; any other folders of such names are none, and a finding says so.
    """
    if not pairs:
        raise TrainingError("There is not a single picture in this folder", where=str(src), next_step=SEE_DOCS)
    patient_of, findings = _patients(src, pairs, options, default=default)
    parts, named = [part_of(pair.folder) for pair in pairs], {part_of(pair.folder) for pair in pairs} - {None}
    outside = [str(pair.image.relative_to(src)) for pair, part in zip(pairs, parts, strict=True) if part is None]
    if named and outside:
        raise TrainingError(
            f"{some_of(outside, 'picture')} outside of the folders {' and '.join(sorted(map(str, named)))} that say the split",
            where=str(src),
            next_step="Move each picture into train, validation or test, or out of the data set; or let no folder have such a name.",
        )
    official = {"train", "test"} <= named or {"train", "validation"} <= named
    if named and not official:
        message = f"The folders say {' and '.join(sorted(map(str, named)))}, which is no split, and are ignored: the split is drawn"
        findings = (*findings, Finding("split_ignored", message, "amber"))
    cases = tuple(
        SourceCase(pair.name, patient_of(pair), (pair.image,), pair.masks, part if official else None)
        for pair, part in zip(pairs, parts, strict=True)
    )
    return cases, findings


def _split_of(cases: tuple[SourceCase, ...], drawn: str) -> str:
    """Return how the split comes about: as the folders say, or as ``drawn`` says."""
    if not cases[0].part:
        return drawn
    return "the folders' own" if any(case.part == "test" for case in cases) else "the folders' own, and the test drawn from their train"


def _patients(src: Path, pairs: list[Pair], options: Options, *, default: str) -> tuple[Callable[[Pair], str], tuple[Finding, ...]]:
    path = src / PATIENT_TABLE
    if path.is_file():
        table = read_table(path, key=("image", "name", "file"), value=("patient", "patient_id"))
        lost = [pair.image.name for pair in pairs if pair.image.stem not in table]
        if lost:
            raise TrainingError(
                f"The table of patients lacks {len(lost)} pictures, {lost[0]} among them", where=str(path), next_step=SEE_DOCS
            )
        return lambda pair: table[pair.image.stem], ()
    pattern = options.patient_pattern or default
    found = {_patient(pair.image.stem, pattern) for pair in pairs} if pattern else set()
    if pattern and (options.patient_pattern or len(found) < len(pairs)):
        message = f"{len(found)} patients were read from the pictures' names, {min(found)} among them"
        return lambda pair: _patient(pair.image.stem, pattern), (Finding("patients_from_names", message, "green"),)
    message = "Nothing says which pictures are of one patient: each counts as a patient of its own, and the test may be too kind"
    return lambda pair: pair.name, (Finding("patients_unknown", message, "amber"),)


def _patient(stem: str, pattern: str) -> str:
    match = re.search(pattern, stem)
    if match is None or not match.group(1):
        raise TrainingError(f"The pattern for patients does not fit the name {stem}", next_step="Correct --patient-pattern.")
    return match.group(1)
