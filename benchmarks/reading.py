"""Three figures of reading: a DICOM series beside SimpleITK, a NIfTI file beside nibabel, a large folder to its first slice.

A synthetic CT is written as a series of uncompressed DICOM files with names in no order, and as NIfTI. Ours finds the scan, checks its
geometry and reads every voxel; SimpleITK's series reader checks nothing. Ours and the peer take turns in one process, with the files in
the system's cache. The folder is opened in the real window.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gf_desktop.files.scan import find_scans, read_scan
from phantom_scan import SPACING_MM, phantom_planes, write_nifti
from rows import Row, add_common_options, machine, quantile, report

SERIES_GOAL = 1 / 1.2
"""Reading a series takes at most 1.2 times as long as SimpleITK's bare reader."""

NIFTI_GOAL = 1 / 1.1
"""Reading NIfTI takes at most 1.1 times as long as nibabel."""

FIRST_SLICE_GOAL_S = 2.0

CT_STORAGE, EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"


def write_series(folder: Path, slices: int, side: int) -> None:
    """Write the phantom as DICOM files whose names tell nothing of their order."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import generate_uid

    folder.mkdir(parents=True)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    names = np.random.default_rng(1).permutation(slices)
    for k, plane in enumerate(phantom_planes((slices, side, side))):
        data = Dataset()
        data.SOPClassUID, data.SOPInstanceUID = CT_STORAGE, generate_uid()
        data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = study, series, frame
        data.Modality, data.InstanceNumber, data.SeriesNumber, data.ImageType = "CT", k + 1, 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.ImagePositionPatient, data.ImageOrientationPatient = [-100.0, -100.0, k * SPACING_MM[2]], [1, 0, 0, 0, 1, 0]
        data.PixelSpacing, data.SliceThickness = list(SPACING_MM[:2]), SPACING_MM[2]
        data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = side, side, 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
        data.RescaleIntercept, data.RescaleSlope, data.RescaleType = -1024, 1, "HU"
        data.PixelData = (np.maximum(plane, -1024) + 1024).astype("<u2").tobytes()
        data["PixelData"].VR = "OW"
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID, data.file_meta.MediaStorageSOPClassUID = EXPLICIT_LITTLE_ENDIAN, CT_STORAGE
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.save_as(folder / f"{names[k]:05d}", enforce_file_format=True)


def read_ours(path: Path) -> Any:
    """Find the one scan and read it with all checks; its voxels."""
    (source,) = find_scans(path)
    return read_scan(source).volume.voxels


def read_simpleitk(folder: Path) -> Any:
    """Read the series as SimpleITK's documentation shows; its voxels."""
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return SimpleITK.GetArrayFromImage(reader.Execute())


def read_nibabel(path: Path) -> Any:
    """Read all voxels of a NIfTI file; [k, j, i]."""
    import nibabel

    return np.asarray(nibabel.load(path).dataobj.get_unscaled()).T


def in_turns(ours: Callable[[], Any], peer: Callable[[], Any], *, repeats: int) -> tuple[list[float], list[float]]:
    """Return seconds of both, after one reading of each that is compared and not counted."""
    if not np.array_equal(ours(), peer()):
        raise SystemExit("the two readers disagree")
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats):
        for which in (0, 1) if turn % 2 else (1, 0):
            gc.collect()
            begin = time.perf_counter()
            (ours, peer)[which]()
            seconds[which].append(time.perf_counter() - begin)
    return seconds


def first_slice_s(folder: Path, work: Path, *, repeats: int) -> list[float]:
    """Return the seconds from asking for a folder to its first painted slice, each in a new project of a new window."""
    from interaction import screen

    seconds = []
    with screen() as variables:
        for turn in range(repeats):
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("interaction_ours.py")), str(work / f"window-{turn}")],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables_of(variables),
            )  # fmt: skip
            answer, _ = process.communicate(json.dumps({"do": "open_scan", "path": str(folder)}) + "\n")
            seconds.append(json.loads(answer.splitlines()[0])["ms"][0] / 1e3)
    return seconds


def variables_of(more: dict[str, str]) -> dict[str, str]:
    """Return this process's environment with some variables more."""
    import os

    return os.environ | more


def measure(options: argparse.Namespace, work: Path) -> list[Row]:
    """Write the scans and measure all rows."""
    series, nifti, large = work / "series", work / "scan.nii.gz", work / "large"
    write_series(series, options.slices, options.side)
    write_nifti(nifti, np.stack(list(phantom_planes((options.slices, options.side, options.side)))))
    write_series(large, options.files, options.side // 2)
    dicom = in_turns(lambda: read_ours(series), lambda: read_simpleitk(series), repeats=options.repeats)
    packed = in_turns(lambda: read_ours(nifti), lambda: read_nibabel(nifti), repeats=options.repeats)
    first = first_slice_s(large, work, repeats=options.windows) if options.windows else []
    rows = [
        Row.of(
            f"series of {options.slices} slices, SimpleITK, s", ours=quantile(dicom[0], 0.5), peer=quantile(dicom[1], 0.5), goal=SERIES_GOAL
        ),
        Row.of("NIfTI, nibabel, s", ours=quantile(packed[0], 0.5), peer=quantile(packed[1], 0.5), goal=NIFTI_GOAL),
    ]
    if first:
        name = f"first slice of a folder of {options.files:,} files on screen, s (beside it what is asked for)"
        rows.append(Row.of(name, ours=quantile(first, 0.5), peer=FIRST_SLICE_GOAL_S, goal=1.0))
    return rows


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_common_options(parser, repeats=5)
    parser.add_argument("--slices", type=int, default=500)
    parser.add_argument("--side", type=int, default=512, help="rows and columns of a slice; half of it in the large folder")
    parser.add_argument("--files", type=int, default=2000, help="in the large folder")
    parser.add_argument("--windows", type=int, default=3, help="times that the large folder is opened in a window; 0 leaves it out")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="reading-"))
    try:
        rows = measure(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report(rows, title="Reading: ours beside bare readers", as_json=options.json, facts=machine())


if __name__ == "__main__":
    sys.exit(main())
