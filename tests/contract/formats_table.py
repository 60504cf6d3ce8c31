"""The tables of ``docs/formats.md``: ``python -m tests.contract.formats_table DATA --write docs/formats.md`` makes them anew."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gf_desktop.errors import UserError
from gf_desktop.files.dicom_seg_frames import open_seg
from gf_desktop.files.dicom_seg_read import seg_grid
from gf_desktop.files.masks import MaskFile, names_in_mask, open_mask
from gf_desktop.files.passport import NOT_STATED
from gf_desktop.files.scan import Scan, find_scans, read_scan
from gf_desktop.imaging.geometry import Geometry
from tests.contract.formats_expected import MASKS, NOT_IMAGES, SCANS, SERIES, MaskRow, ScanRow
from tests.contract.formats_judges import Array, Judged, judge_mask, judge_scan
from tests.contract.formats_words import line, table, words

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = ROOT / "docs" / "formats.md"

NO_SCAN: Final = "This DICOM file is not a scan: it describes or outlines one"

SCAN_HEADINGS: Final = ("file", "what it is", "expected", "found", "passport", "held against")
MASK_HEADINGS: Final = ("file", "what it is", "expected", "found", "held against")


def data_folder() -> Path | None:
    """Return the folder of the shared data: the variable GF_DATA, else ``shared/data`` beside the repository; None where it is not."""
    stated = os.environ.get("GF_DATA")
    # a worktree lies one folder deeper than the repository
    places = [Path(stated)] if stated else [up / "shared" / "data" for up in (ROOT.parent, ROOT.parent.parent)]
    return next((place for place in places if place.is_dir()), None)


# words for what is expected and what is found


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def _spacing_words(spacing: Iterable[float | None], *, flat: bool) -> str:
    steps = list(spacing)
    if steps[0] is None:
        return "size not stated"
    return " × ".join(_number(step) for step in (steps[:2] if flat else steps)) + " mm"


def _scan_words(
    modality: str, size: Iterable[int], spacing: Iterable[float | None], verdict: str, findings: Iterable[str], *, time: bool, placed: bool
) -> str:
    columns, rows, count = size
    extent = f"{columns} × {rows}" + (f", {count} frames" if time else f" × {count}")
    codes = ", ".join(sorted(findings))
    return f"{modality or 'not stated'}; {extent}; {_spacing_words(spacing, flat=time or not placed)}; {verdict}{': ' * bool(codes)}{codes}"


def expected_scan(row: ScanRow) -> str:
    """Return what a scan should be, in the words of the table."""
    placed = row.place_mm is not None
    return _scan_words(row.modality, row.size, row.spacing, row.verdict, row.findings, time=row.time, placed=placed)


def expected_mask(row: MaskRow) -> str:
    """Return what a mask should be, in the words of the table."""
    return f"refused: {row.refused}" if row.refused else _mask_words(row.structures, row.named, row.findings)


def _mask_words(drawn: int, names: Iterable[str], findings: Iterable[str]) -> str:
    called, codes = ", ".join(names), ", ".join(findings)
    return f"{drawn} drawn{'; names: ' * bool(called)}{called}{'; ' * bool(codes)}{codes}"


# scans


@dataclass(frozen=True, slots=True)
class FoundScan:
    """What the program found of a scan, in the words of the table, and what other libraries say.

    ``apart_mm`` is how far a voxel at most lies from where they place it, None where nothing places it.
    """

    words: str
    passport: str
    apart_mm: float | None
    steps_differ: float
    voxels_equal: bool
    judges: str


def look_at_scan(row: ScanRow, path: Path) -> tuple[FoundScan, Scan]:
    """Read a scan with the program and without it."""
    source = next(s for s in find_scans(path) if path.is_dir() or path in s.paths)
    scan = read_scan(source)
    judged = judge_scan(list(source.paths))
    volume, passport = scan.volume, scan.passport
    spacing = [None if by == NOT_STATED else step for step, by in zip(volume.geometry.spacing_mm, passport.spacing_from, strict=True)]
    time = volume.time is not None
    found = _scan_words(
        volume.modality,
        volume.geometry.size_ijk,
        spacing,
        scan.verdict,
        [f.code for f in scan.findings],
        time=time,
        placed=volume.place_known,
    )
    apart = _apart(volume.geometry, judged) if volume.place_known else None
    # how closely is not said: rounding differs between processors
    placed = "not placed by either" if apart is None else f"places ({judged.place_by})"
    if (apart is None) != (judged.planes is None):
        placed = f"placed by one only, beside {judged.place_by}"
    equal = np.array_equal(judged.voxels, volume.voxels)
    judges = f"{placed}; voxels {'equal' if equal else 'differ'} ({judged.voxels_by})"
    steps = [(a, b) for a, b in zip(spacing, judged.spacing, strict=True)]
    differ = max(np.inf if (a is None) != (b is None) else 0.0 if a is None else abs(a - b) for a, b in steps)
    return FoundScan(found, _passport_words(scan), apart, differ, equal, judges), scan


def _passport_words(scan: Scan) -> str:
    passport, geometry = scan.passport, scan.volume.geometry
    assert passport.origin_mm is not None
    said = list(dict.fromkeys(by for by in passport.spacing_from if by != NOT_STATED))
    parts = []
    if scan.volume.place_known:
        at = ", ".join(_number(round(v, 2) + 0.0) for v in passport.origin_mm)
        parts.append(f"starts at ({at}), axes {''.join(geometry.axis_letters)}, by {passport.origin_from}")
    else:
        parts.append("place not stated")
    parts.append(f"spacing by {', '.join(said)}" if said else "spacing not stated")
    slices = passport.slices
    if slices is not None and slices.residual_mm > 0.01:
        parts.append(f"slices {slices.smallest_gap_mm:.2f} to {slices.largest_gap_mm:.2f} mm apart")
    parts += [f"{c.name} says {c.stated:g} {c.unit}" for c in passport.contradictions]
    return "; ".join(parts)


def _apart(geometry: Geometry, judged: Judged) -> float:
    """Return how far the corners of all slices at most lie from where they should, in mm."""
    if judged.planes is None or len(judged.planes) != geometry.size_ijk[2]:
        return float("inf")
    columns, rows, _ = geometry.size_ijk
    worst = 0.0
    for k, plane in enumerate(judged.planes):
        for i, j in ((0, 0), (columns - 1, 0), (0, rows - 1), (columns - 1, rows - 1)):
            worst = max(worst, float(np.linalg.norm(geometry.index_to_world((i, j, k)) - plane @ [i, j, 1.0])))
    return worst


# masks


@dataclass(frozen=True, slots=True)
class FoundMask:
    """What the program found of a mask, in the words of the table, and what others say: voxels and centres of each id.

    ``volume_differs`` is the largest share by which a structure's voxels differ in number, ``apart_mm`` how far its centre does.
    """

    words: str
    volume_differs: float
    apart_mm: float
    judge: str


def look_at_mask(row: MaskRow, path: Path, scan: Path | None) -> FoundMask:
    """Read a mask with the program and without it; ``scan`` is what it lies on, None for its own grid."""
    judged = None
    if scan is None:
        geometry = seg_grid(open_seg(path))
    else:
        source = next(s for s in find_scans(scan) if scan.is_dir() or scan in s.paths)
        geometry = read_scan(source).volume.geometry
        judged = judge_scan(list(source.paths)) if path.suffix == ".dcm" else None
    try:
        mask = open_mask(path, geometry)
    except UserError as error:
        return FoundMask(f"refused: {error.what}", 0.0, 0.0, "–")
    found = _mask_words(len(np.unique(mask.labels[mask.labels > 0])), names_in_mask(path).values(), [f.code for f in mask.findings])
    others = judge_mask(path, judged)
    differs, apart = _beside(mask, geometry, others)
    judge = {".gz": "nibabel", ".nrrd": "its header and gzip", ".tif": "Pillow"}.get(path.suffix, "pydicom and NumPy")
    return FoundMask(found, differs, apart, f"voxels and centre of each structure ({judge})")


def _beside(mask: MaskFile, geometry: Geometry, others: dict[int, tuple[int, Array | None]]) -> tuple[float, float]:
    spots = np.argwhere(mask.labels)
    ids = mask.labels[tuple(spots.T)]
    if set(np.unique(ids).tolist()) != set(others):
        return float("inf"), float("inf")
    differs = apart = 0.0
    for label, (count, centre) in others.items():
        chosen = spots[ids == label][:, ::-1]
        differs = max(differs, abs(len(chosen) - count) / count)
        if centre is not None:
            apart = max(apart, float(np.linalg.norm(geometry.index_to_world(chosen).mean(axis=0) - centre)))
    return differs, apart


# the document


def scan_line(row: ScanRow, found: FoundScan) -> str:
    """Return the line of a scan."""
    return line((f"`{_shown(row.path)}`", row.what, expected_scan(row), found.words, found.passport, found.judges))


def mask_line(row: MaskRow, found: FoundMask) -> str:
    """Return the line of a mask."""
    on = f", on `{row.scan}`" if row.scan else ""
    return line((f"`{row.path}`", f"{row.what}{on}", expected_mask(row), found.words, found.judge))


def _shown(path: str) -> str:
    return SERIES.get(path, path)


def scans_top() -> str:
    """Return what stands before the table of scans."""
    return f"""## Scans, expected and found

Modality; columns × rows × slices; distances in mm between columns, rows and slices (? where the file states none); verdict and findings.
Expected is a table in the tests, written by hand: sizes and distances are what other libraries read in the headers, verdicts and
findings what follows from them and from what is known of the files. Found is what the program says. The last column names who reads the
same file beside it: places of the corners of all slices, and every voxel.

{table(SCAN_HEADINGS, ())}"""


def masks_top() -> str:
    """Return what stands before the table of masks."""
    head = table(MASK_HEADINGS, ())
    return (
        "## Masks, expected and found\n\nHow many structures are drawn on the scan's grid, what the file calls its structures, findings.\n"
        f"Segmentations and structure sets opened as a scan are refused: “{NO_SCAN}”.\n\n" + head
    )


def bottom() -> str:
    """Return what stands behind the tables."""
    return "Not read, because they are no images: " + ", ".join(f"`{path}` ({what})" for path, what in NOT_IMAGES.items()) + "."


def document(data: Path) -> str:
    """Return the whole document; every file of the data is opened."""
    scans = [scan_line(row, look_at_scan(row, data / row.path)[0]) for row in SCANS]
    masks = [mask_line(row, look_at_mask(row, data / row.path, data / row.scan if row.scan else None)) for row in MASKS]
    return "\n\n".join((words(), "\n".join((scans_top(), *scans)), "\n".join((masks_top(), *masks)), bottom())) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Write the document."""
    parser = argparse.ArgumentParser(description="Open every file of the shared data and write docs/formats.md.")
    parser.add_argument("--write", type=Path, default=DOCUMENT)
    arguments = parser.parse_args(argv)
    data = data_folder()
    if data is None:
        sys.stderr.write("The shared data is not there: set GF_DATA to its folder.\n")
        return 1
    arguments.write.write_text(document(data), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
