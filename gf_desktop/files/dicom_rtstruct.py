"""Masks as DICOM structure sets (DICOM PS3.3 A.19): contours along the edges of pixels, read back before anybody sees the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop import __version__
from gf_desktop.files.dicom_codes import Code, code_of, dicom_names
from gf_desktop.files.dicom_rtstruct_read import open_rtstruct, read_rtstruct
from gf_desktop.files.dicom_seg import PROGRAM, SERIES_NUMBER, drawn_structures, how_made, new_uid
from gf_desktop.files.dicom_source import CARRIED, SourceSeries, read_source
from gf_desktop.files.formats import PatientTags
from gf_desktop.files.landing import ExportedFile, Piece, land
from gf_desktop.files.quiet import load_pydicom, quiet
from gf_desktop.imaging.contours import trace_contours
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

__all__ = ["write_rtstruct"]

UInt8 = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

_RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_IMPLICIT_LITTLE = "1.2.840.10008.1.2"
"""A long contour does not fit the 65,534 bytes that explicit VR allows for decimal strings (DICOM PS3.5 section 7.1.2)."""
_STUDY_CLASS = "1.2.840.10008.3.1.2.3.1"
"""Detached Study Management, which the standard still asks for here (DICOM PS3.3 C.8.8.5)."""


def write_rtstruct(
    labels: UInt8,
    geometry: Geometry,
    table: LabelTable,
    *,
    sources: Sequence[Path],
    path: Path,
    patient_tags: PatientTags,
    model_id: str,
    edited: bool = True,
    **landing: Any,
) -> list[ExportedFile]:
    """Write a mask as DICOM structure set that refers to the slices it was drawn on.

    A region's number is its structure's id; structures without a voxel are left out. In each slice a contour, CLOSED_PLANAR, runs
    along the outer edges of the pixels of each island and of each hole; all of one slice joined by XOR, and rasterised by the
    centres of pixels, give the very same voxels back.

    Parameters
    ----------
    labels, geometry, sources, patient_tags, edited, landing
        As :func:`gf_desktop.files.dicom_seg.write_dicom_seg`.
    path
        The file.
    model_id
        Named as the origin of the regions; "" where no student had a hand in them.

    Returns
    -------
    The file, verified: every voxel, corner and name was read back.

    Raises
    ------
    GeometryError, FileFormatError, UserError, ValueError
        As :func:`gf_desktop.files.dicom_seg.write_dicom_seg`.
    """
    structures = drawn_structures(labels, geometry, table, where=str(path))
    series = read_source(sources, patient_tags=patient_tags)
    placed = series.fit(labels, geometry, where=str(path))
    names = dicom_names(structures)
    write = partial(_write, placed, series, structures, names, model_id=model_id, edited=edited)
    return land(path.parent, [Piece(path.name, write, partial(_same, placed, series, structures, names))], **landing)


def _item(**elements: Any) -> Any:
    item = load_pydicom().Dataset()
    for name, value in elements.items():
        setattr(item, name, value)
    return item


def _write(
    labels: UInt8, series: SourceSeries, structures: Sequence[Structure], names: Sequence[str], path: Path, *, model_id: str, edited: bool
) -> None:
    pydicom = load_pydicom()
    with quiet():
        dataset = _frame(series)
        frame = str(series.first.FrameOfReferenceUID)
        dataset.StructureSetROISequence = [
            _item(
                ROINumber=structure.id,
                ReferencedFrameOfReferenceUID=frame,
                ROIName=name,
                ROIGenerationAlgorithm=how_made(model_id, edited=edited),
                ROIGenerationDescription=(f"{PROGRAM}, {model_id}" if model_id else PROGRAM)[:64],
            )
            for structure, name in zip(structures, names, strict=True)
        ]
        dataset.ROIContourSequence = [
            _item(
                ROIDisplayColor=list(structure.rgb),
                ContourSequence=_contours(labels == structure.id, series),
                ReferencedROINumber=structure.id,
            )
            for structure in structures
        ]
        dataset.RTROIObservationsSequence = [_observation(n, structure) for n, structure in enumerate(structures, start=1)]
        meta = pydicom.dataset.FileMetaDataset()
        meta.MediaStorageSOPClassUID = _RT_STRUCTURE_SET
        meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        meta.TransferSyntaxUID = _IMPLICIT_LITTLE
        dataset.file_meta = meta
        dataset.save_as(path, enforce_file_format=True)


def _frame(series: SourceSeries) -> Any:
    """Return what a structure set holds beside its structures: patient, study, equipment and the slices that it refers to."""
    now, first = dt.datetime.now(tz=dt.UTC).astimezone(), series.first
    date, time = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    dataset = load_pydicom().Dataset()
    for element in first:
        if element.keyword in CARRIED:
            dataset[element.tag] = element
    images = [_reference(header) for header in series.headers]
    listed = _item(SeriesInstanceUID=first.SeriesInstanceUID, ContourImageSequence=images)
    study = _item(ReferencedSOPClassUID=_STUDY_CLASS, ReferencedSOPInstanceUID=first.StudyInstanceUID, RTReferencedSeriesSequence=[listed])
    frame = _item(FrameOfReferenceUID=first.FrameOfReferenceUID, RTReferencedStudySequence=[study])
    values = {
        "SpecificCharacterSet": "ISO_IR 192",
        "InstanceCreationDate": date,
        "InstanceCreationTime": time,
        "SOPClassUID": _RT_STRUCTURE_SET,
        "SOPInstanceUID": new_uid(),
        "Modality": "RTSTRUCT",
        "Manufacturer": PROGRAM,
        "ManufacturerModelName": PROGRAM,
        "SoftwareVersions": __version__,
        "SeriesDescription": "Structures",
        "SeriesInstanceUID": new_uid(),
        "SeriesNumber": SERIES_NUMBER,
        "OperatorsName": "",
        "FrameOfReferenceUID": first.FrameOfReferenceUID,
        "PositionReferenceIndicator": "",
        "InstanceNumber": 1,
        "StructureSetLabel": "STRUCTURES",
        "StructureSetDate": date,
        "StructureSetTime": time,
        "ReferencedFrameOfReferenceSequence": [frame],
        "ApprovalStatus": "UNAPPROVED",
    }
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset


def _reference(header: Any) -> Any:
    return _item(ReferencedSOPClassUID=header.SOPClassUID, ReferencedSOPInstanceUID=header.SOPInstanceUID)


def _contours(inside: npt.NDArray[np.bool_], series: SourceSeries) -> list[Any]:
    """Return the contours of one structure, slice by slice."""
    raw = load_pydicom().dataelem.RawDataElement
    tag = load_pydicom().tag.Tag("ContourData")
    items = []
    for k in np.flatnonzero(inside.any(axis=(1, 2))):
        for line in trace_contours(inside[k]):
            points = np.column_stack([line, np.ones(len(line))]) @ series.slice_affine(int(k)).T
            item = _item(
                ContourImageSequence=[_reference(series.headers[k])],
                ContourGeometricType="CLOSED_PLANAR",
                NumberOfContourPoints=len(points),
            )
            text = "\\".join(_decimal(v) for v in points.reshape(-1).tolist()).encode()
            text += b" " * (len(text) % 2)
            # as bytes: pydicom would check and format each of what may be millions of numbers
            item[tag] = raw(tag, "DS", len(text), text, 0, True, True)
            items.append(item)
    return items


def _decimal(value: float) -> str:
    """Return a length in mm to a hundredth of a micrometre, in the 16 letters of a decimal string."""
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _observation(number: int, structure: Structure) -> Any:
    """Return what a region is, in a code."""
    code = code_of(structure)
    coded = _code_item(code.type)
    if code.side is not None:
        coded.SegmentedPropertyTypeModifierCodeSequence = [_code_item(code.side)]
    return _item(
        ObservationNumber=number,
        ReferencedROINumber=structure.id,
        RTROIIdentificationCodeSequence=[coded],
        RTROIInterpretedType="",
        ROIInterpreter="",
    )


def _code_item(code: Code) -> Any:
    return _item(CodeValue=code.value, CodingSchemeDesignator=code.scheme, CodeMeaning=code.meaning)


def _same(labels: UInt8, series: SourceSeries, structures: Sequence[Structure], names: Sequence[str], path: Path) -> bool:
    """Compare with what is read: numbers, names, every voxel, and that every corner lies at the corner of a pixel."""
    file = open_rtstruct(path)
    if [(s.number, s.name) for s in file.structures] != sorted(zip((s.id for s in structures), names, strict=True)):
        return False
    affines = [series.slice_affine(k) for k in range(len(series.headers))]
    across = series.geometry.direction[:, 2]
    for structure in file.structures:
        for points in file.contours_of(structure.number):
            affine = affines[int(np.abs((series.positions_mm - points[0]) @ across).argmin())]
            there = (points - affine[:, 2]) @ np.linalg.pinv(affine[:, :2]).T
            corners = np.round(there - 0.5) + 0.5
            if float(np.abs(corners @ affine[:, :2].T + affine[:, 2] - points).max()) > GRID_TOL_MM:
                return False
    return np.array_equal(read_rtstruct(path, series.geometry).labels, labels)
