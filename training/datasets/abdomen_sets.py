"""Synapse multi-organ CT: as TransUNet prepares it (npz and h5), and raw, as BTCV's NIfTI files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays
from gf_desktop.errors import TrainingError
from gf_desktop.files.findings import Finding
from gf_desktop.files.masks import read_mask
from gf_desktop.files.nifti import is_nifti_name, open_nifti
from training.datasets.source import SEE_DOCS, Catalogue, Options, Part, Slices, SourceCase, check_folder, stack_slices, table_of

__all__ = ["BTCV_TO_SYNAPSE", "SYNAPSE_TEST", "open_btcv", "open_synapse"]

ORGANS = ("aorta", "gallbladder", "left kidney", "right kidney", "liver", "pancreas", "spleen", "stomach")
"""TransUNet's labels 1 to 8."""

BTCV_TO_SYNAPSE = {8: 1, 4: 2, 3: 3, 2: 4, 6: 5, 11: 6, 1: 7, 7: 8}
"""BTCV's labels of the eight organs and TransUNet's; BTCV's other five (5, 9, 10, 12, 13) become background."""

BTCV_LABELS = 13

SYNAPSE_TEST = ("0001", "0002", "0003", "0004", "0008", "0022", "0025", "0029", "0032", "0035", "0036", "0038")
"""The twelve test scans of TransUNet's list ``test_vol.txt``; the other eighteen train."""

WINDOW_HU = (-125.0, 275.0)

SYNAPSE_SIZE = 224

SYNAPSE_LICENCE = "See the distributor: registration at synapse.org (syn3193805) and its data use agreement."

NO_NUMBERS = "not_finite"
"""The code of the finding that a NIfTI file holds NaN."""

_SLICE = re.compile(r"^(case\d+)_slice(\d+)$", re.IGNORECASE)
_VOLUME = re.compile(r"^(case\d+)\.npy\.h5$", re.IGNORECASE)
_SCAN = re.compile(r"^img(\d+)\.nii(\.gz)?$", re.IGNORECASE)
_LABEL = re.compile(r"^label(\d+)\.nii(\.gz)?$", re.IGNORECASE)
_LISTS = ("lists/lists_Synapse", "lists_Synapse", "lists", ".")


def open_synapse(src: Path, options: Options) -> Catalogue:
    """Open Synapse as TransUNet prepares it: ``train_npz/case0005_slice000.npz`` and ``test_vol_h5/case0001.npy.h5``.

    Both hold ``image`` on 0..1 (window -125 to 275 HU) and ``label`` 0 to 8. Lists ``train.txt`` and ``test_vol.txt``
    are obeyed where they lie in ``lists/lists_Synapse``.

    Raises
    ------
    TrainingError
        When a folder, or a file that a list names, is missing.
    """
    del options
    check_folder(src)
    root = next((path for path in (src, src / "Synapse", src / "data" / "Synapse") if (path / "train_npz").is_dir()), src)
    for name in ("train_npz", "test_vol_h5"):
        if not (root / name).is_dir():
            raise TrainingError(f"The folder {name} of TransUNet's Synapse is missing", where=str(root), next_step=SEE_DOCS)
    train = {p.stem: p for p in sorted((root / "train_npz").glob("*.npz")) if _SLICE.match(p.stem)}
    test = {p.name.split(".")[0]: p for p in sorted((root / "test_vol_h5").glob("*.h5")) if _VOLUME.match(p.name)}
    findings: list[Finding] = []
    train = _listed(src, root, "train.txt", train, findings)
    test = _listed(src, root, "test_vol.txt", test, findings)
    for found, what in ((train, "train_npz holds no caseNNNN_sliceNNN.npz"), (test, "test_vol_h5 holds no caseNNNN.npy.h5")):
        if not found:
            raise TrainingError(f"The folder {what}", where=str(root), next_step=SEE_DOCS)
    slices: dict[str, list[Path]] = defaultdict(list)
    for stem, path in train.items():
        slices[stem.split("_")[0].lower()].append(path)
    for paths in slices.values():
        paths.sort(key=lambda path: int(path.stem.rsplit("slice", 1)[1]))
    cases = [SourceCase(case, case, tuple(paths), (), None) for case, paths in sorted(slices.items())]
    cases += [SourceCase(case.lower(), case.lower(), (path,), (), "test") for case, path in sorted(test.items())]
    table = table_of(ORGANS)

    def read(case: SourceCase, size: int) -> Slices:
        where = str(case.images[0].parent / case.name)
        planes = _h5_planes(case.images[0]) if case.part == "test" else _npz_planes(case.images)
        return stack_slices(planes, table=table, size=size, deep=True, where=where)

    return Catalogue(
        "synapse", "Synapse multi-organ CT (TransUNet's files)", table, 1, SYNAPSE_LICENCE, "", tuple(_marked(cases)), tuple(findings),
        "test_vol_h5 is the test; of train_npz some patients are drawn with the seed for validation", read, SYNAPSE_SIZE,
    )  # fmt: skip


def _marked(cases: list[SourceCase]) -> list[SourceCase]:
    """Refuse a patient that lies in both folders."""
    training = {case.patient for case in cases if case.part is None}
    both = sorted(case.patient for case in cases if case.part == "test" and case.patient in training)
    if both:
        raise TrainingError(
            f"{both[0]} lies in train_npz and in test_vol_h5", next_step="Remove it from train_npz; else the test measures memory."
        )
    return cases


def _listed(src: Path, root: Path, name: str, found: dict[str, Path], findings: list[Finding]) -> dict[str, Path]:
    """Return the files that a list names, all of them where there is no list."""
    candidates = [base / folder / name for base in (src, root) for folder in _LISTS]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        findings.append(Finding("no_list", f"There is no {name}; every file of its folder is taken", "green"))
        return found
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"The list cannot be read: {error}", where=str(path), next_step="Get the list again.") from error
    wanted = [line.split(".")[0].strip() for line in lines if line.strip()]
    lost = [stem for stem in wanted if stem not in found]
    if lost:
        raise TrainingError(
            f"{len(lost)} files that {name} names are missing, {lost[0]} among them", where=str(path), next_step="Get the data set again."
        )
    left = len(found) - len(set(wanted))
    if left:
        findings.append(Finding("not_listed", f"{left} files that {name} does not name are left out", "amber"))
    return {stem: found[stem] for stem in wanted}


def _as_labels(values: npt.NDArray[Any], where: Path) -> npt.NDArray[np.uint8]:
    if not np.isfinite(values).all() or (values != np.round(values)).any() or values.min(initial=0) < 0 or values.max(initial=0) > 255:
        raise TrainingError("The mask holds values that are no labels", where=str(where), next_step="Get the file again.")
    return values.astype(np.uint8)


def _npz_planes(paths: tuple[Path, ...]) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]]:
    for path in paths:
        try:
            arrays = read_arrays(path)
            image, label = arrays["image"], arrays["label"]
        except (OSError, ValueError, KeyError) as error:
            raise TrainingError(
                f"The slice is damaged or lacks image and label: {error}", where=str(path), next_step="Get the file again."
            ) from error
        if image.ndim != 2 or image.shape != label.shape:
            raise TrainingError(
                f"Image {image.shape} and label {label.shape} do not belong together", where=str(path), next_step="Get the file again."
            )
        yield image.astype(np.float32)[None], _as_labels(label, path)


def _h5_planes(path: Path) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]]:
    try:
        import h5py
    except ImportError as error:
        raise TrainingError(
            "The test scans are HDF5 files, and the package h5py is not installed", where=str(path), next_step="Run: pip install h5py"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            image, label = np.asarray(file["image"]), np.asarray(file["label"])
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise TrainingError(
            f"The scan is damaged or lacks image and label: {error}", where=str(path), next_step="Get the file again."
        ) from error
    if image.ndim != 3 or image.shape != label.shape:
        raise TrainingError(
            f"Image {image.shape} and label {label.shape} do not belong together", where=str(path), next_step="Get the file again."
        )
    if image.shape[0] == image.shape[1] != image.shape[2]:  # written by scripts that leave the slices last
        image, label = np.moveaxis(image, -1, 0), np.moveaxis(label, -1, 0)
    for plane, mask in zip(image, label, strict=True):
        yield plane.astype(np.float32)[None], _as_labels(mask, path)


def open_btcv(src: Path, options: Options) -> Catalogue:
    """Open BTCV's raw scans: ``img0001.nii.gz`` with ``label0001.nii.gz`` in ``RawData/Training/img|label`` or ``imagesTr|labelsTr``.

    The eight organs of Synapse are kept; the window is -125 to 275 HU; slices are axial. TransUNet's twelve test scans are the test.

    Raises
    ------
    TrainingError
        When there are no scans, or one has no mask.
    """
    del options
    check_folder(src)
    scans, masks = {}, {}
    for path in sorted(p for p in src.rglob("*") if is_nifti_name(p)):
        # BTCV's own test scans have no masks and lie in folders of their own
        if {part.lower() for part in path.relative_to(src).parts[:-1]} & {"imagests", "testing"}:
            continue
        scan, label = _SCAN.match(path.name), _LABEL.match(path.name)
        if scan:
            scans[scan.group(1)] = path
        elif label:
            masks[label.group(1)] = path
    if not scans:
        raise TrainingError("There is no imgNNNN.nii.gz in this folder", where=str(src), next_step=SEE_DOCS)
    for one, other, what in ((scans, masks, "img{} has no label{}"), (masks, scans, "label{} has no img{}")):
        lost = sorted(set(one) - set(other))
        if lost:
            raise TrainingError(f"{what.format(lost[0], lost[0])}; {len(lost)} of {len(one)}", where=str(src), next_step=SEE_DOCS)
    numbers = {number: number.zfill(4)[-4:] for number in scans}
    missing = [number for number in SYNAPSE_TEST if number not in numbers.values()]
    findings, official = [], len(missing) < len(SYNAPSE_TEST)
    if missing:
        findings.append(Finding("test_incomplete", f"{len(missing)} of TransUNet's 12 test scans are not here", "amber"))
    cases = []
    for number, path in sorted(scans.items()):
        part: Part | None = "test" if numbers[number] in SYNAPSE_TEST else None
        cases.append(SourceCase(f"case{numbers[number]}", f"case{numbers[number]}", (path,), (masks[number],), part))
    split = "TransUNet's twelve test scans; of the others some are drawn for validation" if official else "by patient, drawn with the seed"
    return Catalogue(
        "btcv", "Synapse multi-organ CT (BTCV's NIfTI files)", table_of(ORGANS), 1, SYNAPSE_LICENCE, "", tuple(cases), tuple(findings),
        split, _read_btcv, SYNAPSE_SIZE,
    )  # fmt: skip


def _read_btcv(case: SourceCase, size: int) -> Slices:
    path = case.images[0]
    file = open_nifti(path)
    if file.geometry is None:
        reason = next((finding.message for finding in file.findings if finding.severity == "red"), "its grid cannot be read")
        raise TrainingError(f"The scan's place in space cannot be trusted: {reason}", where=str(path), next_step="Get the file again.")
    voxels, findings = file.intensities()
    if voxels.ndim != 3 or any(finding.code == NO_NUMBERS for finding in findings):
        what = "is in colour" if voxels.ndim != 3 else "holds values that are no numbers (NaN)"
        raise TrainingError(f"The scan {what}", where=str(path), next_step="Get the file again, or leave the case out.")
    ids = read_mask(case.masks[0], file.geometry)
    unknown = sorted(set(np.unique(ids).tolist()) - set(range(BTCV_LABELS + 1)))
    if unknown:
        raise TrainingError(
            f"The mask holds labels {unknown}, and BTCV has 0 to {BTCV_LABELS}", where=str(case.masks[0]), next_step="Get the file again."
        )
    lookup = np.zeros(BTCV_LABELS + 1, np.uint8)
    lookup[list(BTCV_TO_SYNAPSE)] = list(BTCV_TO_SYNAPSE.values())
    axes = file.geometry.canonical_axes()
    scan, mask = axes.view(voxels), axes.view(lookup[ids])
    low, high = WINDOW_HU
    scaled = ((np.clip(plane.astype(np.float32), low, high) - low) / (high - low) for plane in scan)
    planes = ((image[None], label) for image, label in zip(scaled, mask, strict=True))
    return stack_slices(planes, table=table_of(ORGANS), size=size, deep=True, where=str(path))
