"""Masks as DICOM segmentations (DICOM PS3.3 A.51): written with highdicom, read back with pydicom before anybody sees the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop import __version__
from gf_desktop.errors import UserError
from gf_desktop.files.dicom_codes import Code, code_of, dicom_names
from gf_desktop.files.dicom_seg_frames import SegFile, open_seg
from gf_desktop.files.dicom_source import SourceSeries, read_source
from gf_desktop.files.export_source import structure_word
from gf_desktop.files.formats import PatientTags
from gf_desktop.files.landing import ExportedFile, Piece, land
from gf_desktop.files.quiet import load_highdicom, quiet
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

__all__ = ["PROGRAM", "drawn_structures", "how_made", "new_uid", "write_dicom_seg"]

UInt8 = npt.NDArray[np.uint8]
PROGRAM = "Graph Flow Desktop"

SERIES_NUMBER = 9001
"""Of the objects made here: beyond the numbers that scanners give, so that they stand behind the scans in a list."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What one file holds: the numbers 1, 2, … in ``segments`` [k, j, i] stand for the structures in order."""

    segments: UInt8
    structures: tuple[Structure, ...]
    names: tuple[str, ...]


def write_dicom_seg(
    labels: UInt8,
    geometry: Geometry,
    table: LabelTable,
    *,
    sources: Sequence[Path],
    path: Path,
    patient_tags: PatientTags,
    model_id: str,
    segmentation: Literal["BINARY", "LABELMAP"] = "BINARY",
    per_structure: bool = False,
    edited: bool = True,
    **landing: Any,
) -> list[ExportedFile]:
    """Write a mask as DICOM segmentation that refers to the slices it was drawn on.

    Segments are numbered 1, 2, … in the order of the table; structures without a voxel are left out, and so are frames without
    one. Each has the structure's name, colour and code (:func:`gf_desktop.files.dicom_codes.code_of`).

    Parameters
    ----------
    labels
        uint8 [k, j, i] of the table's ids and 0.
    geometry
        The mask's grid: that of the series within ``SOURCE_TOL_MM``, its axes in any order.
    sources
        The files of the series, in any order.
    path
        The file; with ``per_structure`` each structure's id and name are put behind its stem, as in “mask_s02-liver.dcm”.
    patient_tags
        "copy": the tags of patient and study are those of the series; ask the user first. "blank": they are empty, and only
        the UIDs of the study, the series, the frame of reference and the slices are kept.
    model_id
        Named as the version of the algorithm; "" where no student had a hand in the mask, which is then called "MANUAL".
    segmentation
        LABELMAP (DICOM Supplement 243) is smaller; many viewers do not read it yet.
    edited
        Whether a person had a hand in a student's mask: "SEMIAUTOMATIC" instead of "AUTOMATIC".
    landing
        ``overwrite``, ``known`` and ``stopped`` of :func:`gf_desktop.files.landing.land`.

    Returns
    -------
    The files, verified: every voxel, place and name was read back.

    Raises
    ------
    GeometryError
        When the mask lies on another grid than the series, or the series' geometry is not sound.
    FileFormatError
        When a source is no slice of a series that can be referred to.
    UserError
        When the mask is empty, a file exists already, the folder cannot be written to, the disk is full, or what was read back
        differs.
    ValueError
        When labels and geometry do not fit or labels hold ids that the table has not.
    """
    structures = drawn_structures(labels, geometry, table, where=str(path))
    series = read_source(sources, patient_tags=patient_tags)
    placed = series.fit(labels, geometry, where=str(path))
    names = dicom_names(structures)
    groups = [[n] for n in range(len(structures))] if per_structure else [list(range(len(structures)))]
    files = [path.with_name(f"{path.stem}_{structure_word(s)}{path.suffix}") for s in structures] if per_structure else [path]
    contents = []
    for group in groups:
        numbers = np.zeros(256, np.uint8)
        numbers[[structures[n].id for n in group]] = np.arange(1, len(group) + 1)
        contents.append(_Content(numbers[placed], tuple(structures[n] for n in group), tuple(names[n] for n in group)))
    series_uid = new_uid()
    pieces = []
    for at, (content, file) in enumerate(zip(contents, files, strict=True)):
        write = partial(
            _write,
            content,
            series,
            series_uid=series_uid,
            instance=at + 1,
            segmentation=segmentation,
            model_id=model_id,
            edited=edited,
        )
        pieces.append(Piece(file.name, write, partial(_same, content, series)))
    return land(path.parent, pieces, **landing)


def drawn_structures(labels: UInt8, geometry: Geometry, table: LabelTable, *, where: str) -> list[Structure]:
    """Return the structures that have voxels, in the order of the table.

    Raises
    ------
    UserError
        When there are none.
    ValueError
        When labels and geometry do not fit or labels hold ids that the table has not.
    """
    if labels.shape != geometry.shape_kji or labels.dtype != np.uint8:
        raise ValueError(f"labels of shape {labels.shape} and type {labels.dtype} for a grid of {geometry.shape_kji}")
    present = {int(v) for v in np.unique(labels)} - {0}
    if present - set(table.ids):
        raise ValueError(f"labels {sorted(present - set(table.ids))} are not in the table")
    if not present:
        raise UserError("The mask is empty, so there is nothing to export", where=where, next_step="Draw or predict a structure first.")
    return [structure for structure in table if structure.id in present]


def how_made(model_id: str, *, edited: bool) -> Literal["MANUAL", "SEMIAUTOMATIC", "AUTOMATIC"]:
    """Return who drew a mask in DICOM's words (PS3.3 C.8.20.4.2)."""
    if not model_id:
        return "MANUAL"
    return "SEMIAUTOMATIC" if edited else "AUTOMATIC"


def new_uid() -> str:
    """Return a UID made of random numbers (DICOM PS3.5 B.2): nothing of the computer or the time is in it."""
    from pydicom.uid import generate_uid

    return str(generate_uid(prefix=None))


def _concept(code: Code) -> Any:
    return load_highdicom().sr.CodedConcept(code.value, code.scheme, code.meaning)


def _describe(number: int, structure: Structure, name: str, *, model_id: str, edited: bool) -> Any:
    """Return highdicom's description of one segment."""
    highdicom = load_highdicom()
    code = code_of(structure)
    learned = Code("123110", "DCM", "Artificial Intelligence")
    algorithm = highdicom.AlgorithmIdentificationSequence(PROGRAM, family=_concept(learned), version=model_id[:64])
    description = highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=name,
        segmented_property_category=_concept(code.category),
        segmented_property_type=_concept(code.type),
        algorithm_type=how_made(model_id, edited=edited),
        # no version may be empty, and a hand has none
        algorithm_identification=algorithm if model_id else None,
        display_color=highdicom.color.CIELabColor.from_rgb(*structure.rgb),
    )
    if code.side is not None:
        description.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [_concept(code.side)]
    return description


def _write(
    content: _Content,
    series: SourceSeries,
    path: Path,
    *,
    series_uid: str,
    instance: int,
    segmentation: str,
    model_id: str,
    edited: bool,
) -> None:
    highdicom = load_highdicom()
    with quiet():
        described = [
            _describe(n, structure, name, model_id=model_id, edited=edited)
            for n, (structure, name) in enumerate(zip(content.structures, content.names, strict=True), start=1)
        ]
        dataset = highdicom.seg.Segmentation(
            source_images=series.headers,
            pixel_array=content.segments,
            segmentation_type=segmentation,
            segment_descriptions=described,
            series_instance_uid=series_uid,
            series_number=SERIES_NUMBER,
            sop_instance_uid=new_uid(),
            instance_number=instance,
            manufacturer=PROGRAM,
            manufacturer_model_name=PROGRAM,
            software_versions=__version__,
            device_serial_number="0",
            content_label="SEGMENTATION",
            content_description="Mask",
            series_description="Segmentation",
            specific_character_set="ISO_IR 192",
        )
        dataset.save_as(path)


def _same(content: _Content, series: SourceSeries, path: Path) -> bool:
    """Compare with what pydicom reads: names, the place of every frame, every voxel."""
    file = open_seg(path)
    if [s.name for s in file.structures] != list(content.names):
        return False
    found = np.zeros_like(content.segments)
    for frame in file.frames:
        k = _slice_of(frame.affine, series)
        if k is None or frame.size != content.segments.shape[1:]:
            return False
        for number, inside in file.masks_of(frame):
            if (found[k][inside] != 0).any():
                return False
            found[k][inside] = number
    return np.array_equal(found, content.segments) and _refers(file, series)


def _slice_of(affine: npt.NDArray[np.float64], series: SourceSeries) -> int | None:
    """Return the slice on which a frame's (i, j, 1) -> mm matrix puts every pixel within ``GRID_TOL_MM``, else None."""
    k = int(np.linalg.norm(series.positions_mm - affine[:, 2], axis=1).argmin())
    header = series.headers[k]
    rows, columns = int(header.Rows), int(header.Columns)
    corners = np.array([[0, 0, 1], [columns - 1, 0, 1], [0, rows - 1, 1], [columns - 1, rows - 1, 1]], dtype=np.float64).T
    return k if float(np.abs((affine - series.slice_affine(k)) @ corners).max()) <= GRID_TOL_MM else None


def _refers(file: SegFile, series: SourceSeries) -> bool:
    """Whether the file refers to each slice of the series that it has a frame of, and to no other file."""
    known = {str(h.SOPInstanceUID) for h in series.headers}
    used = {str(series.headers[k].SOPInstanceUID) for frame in file.frames if (k := _slice_of(frame.affine, series)) is not None}
    return used <= file.references <= known
