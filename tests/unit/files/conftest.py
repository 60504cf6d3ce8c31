"""Scans made on the spot: DICOM slices with pydicom, NIfTI with nibabel; what is read back must be what was put in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from gf_desktop.imaging.labelmap import LabelTable, Structure

ROWS, COLUMNS = 12, 16
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def make_slice(path: Path, *, position: Sequence[float], pixels: np.ndarray, series: str, **tags: Any) -> Path:
    """Write one CT slice; a tag that is None is left out."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    values: dict[str, Any] = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "SeriesInstanceUID": series,
        "StudyInstanceUID": "1.2.3",
        "PatientName": "Secret^Person",
        "PatientID": "ID-4711",
        "SeriesDescription": "Secret description",
        "Modality": "CT",
        "Manufacturer": "SIEMENS",
        "ImagePositionPatient": [f"{v:.10g}"[:16] for v in position],
        "ImageOrientationPatient": list(AXIAL),
        "PixelSpacing": [0.8, 0.7],
        "SliceThickness": 2.0,
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "RescaleSlope": 1,
        "RescaleIntercept": -1024,
        "PixelData": pixels.astype("<u2").tobytes(),
    }
    values.update(tags)
    for name, value in values.items():
        if value is not None:
            setattr(data, name, value)
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def dicom_slice() -> Callable[..., Path]:
    """Return :func:`make_slice`."""
    return make_slice


@pytest.fixture
def series(tmp_path: Path) -> Callable[..., tuple[Path, np.ndarray]]:
    """Return a function that writes an axial CT series and returns its folder and intensities in HU [k, j, i]."""

    def write(
        heights: Sequence[float] = tuple(2.0 * k for k in range(10)),
        *,
        folder: str = "series",
        name: str = "{:03d}.dcm",
        shuffled: bool = True,
        tags: Callable[[int], dict[str, Any]] = lambda _k: {},
        seed: int = 0,
    ) -> tuple[Path, np.ndarray]:
        into = tmp_path / folder
        into.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(seed)
        stored = random.integers(0, 3000, (len(heights), ROWS, COLUMNS))
        numbers = random.permutation(len(heights)) if shuffled else np.arange(len(heights))
        uid = generate_uid(entropy_srcs=[folder, str(seed)])
        for k, height in enumerate(heights):
            options: dict[str, Any] = {"position": (-5.0, -7.0, height), "series": uid, **tags(k)}
            make_slice(into / name.format(numbers[k]), pixels=stored[k], **options)
        return into, stored - 1024

    return write


@pytest.fixture
def nifti(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes voxels [i, j, k] with a RAS matrix as NIfTI."""

    def write(
        voxels: np.ndarray, affine: np.ndarray | None = None, *, name: str = "scan.nii.gz", sform: int = 1, qform: int = 1, **more: Any
    ) -> Path:
        matrix = np.diag([-0.7, -0.8, 2.0, 1.0]) if affine is None else affine
        image = nibabel.Nifti1Image(voxels, matrix)
        image.set_sform(matrix, code=sform)
        if qform:
            image.set_qform(more.pop("qform_matrix", matrix), code=qform)
        for key, value in more.items():
            image.header[key] = value
        path = tmp_path / name
        nibabel.save(image, path)
        return path

    return write


@pytest.fixture
def table() -> LabelTable:
    return LabelTable((Structure(1, "spleen", "#e69f00"), Structure(2, "liver", "#56b4e9"), Structure(9, "aorta", "#d55e00")))


@pytest.fixture
def rewrite() -> Callable[..., None]:
    """Return a function that changes elements of a DICOM file in place."""

    def change(path: Path, **tags: Any) -> None:
        data = pydicom.dcmread(path)
        for name, value in tags.items():
            setattr(data, name, value)
        data.save_as(path)

    return change
