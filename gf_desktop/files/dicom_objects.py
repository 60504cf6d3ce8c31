"""A mask as a DICOM object over the series that it was drawn on, found in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.files.dicom_rtstruct import write_rtstruct
from gf_desktop.files.dicom_seg import write_dicom_seg
from gf_desktop.files.dicom_source import series_under
from gf_desktop.files.formats import DicomFormat, PatientTags
from gf_desktop.files.landing import ExportedFile
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["export_dicom_object", "write_dicom_object"]


def export_dicom_object(
    labels: npt.NDArray[np.uint8], geometry: Geometry, table: LabelTable, *, source: Path, series: str = "", **more: Any
) -> list[ExportedFile]:
    """Write one case's mask over the series that is found in a folder.

    Parameters
    ----------
    labels, geometry, table, more
        As :func:`write_dicom_object`.
    source
        The folder that holds the DICOM series, or one of its files; other series may lie there too: the mask's grid tells.
    series
        As :func:`gf_desktop.files.dicom_source.series_under`.

    Returns
    -------
    The files, all verified.

    Raises
    ------
    GeometryError
        When no series there has the mask's grid, or several have it.
    UserError, ValueError
        As :func:`write_dicom_object`.
    """
    return write_dicom_object(labels, geometry, table, sources=series_under(source, geometry, series=series), **more)


def write_dicom_object(
    labels: npt.NDArray[np.uint8],
    geometry: Geometry,
    table: LabelTable,
    *,
    format: DicomFormat,  # noqa: A002 - the word of the command line
    sources: Sequence[Path],
    folder: Path,
    stem: str,
    patient_tags: PatientTags,
    model_id: str,
    per_structure: bool = False,
    edited: bool = True,
    **landing: Any,
) -> list[ExportedFile]:
    """Write one case's mask as ``stem_seg.dcm`` or ``stem_rtstruct.dcm``.

    With ``per_structure`` there is one segmentation for each structure, named after it; a structure set always holds all.

    Parameters
    ----------
    labels, geometry, table, sources, model_id, edited, landing
        As :func:`gf_desktop.files.dicom_seg.write_dicom_seg`.
    folder
        Where to write; made where it is missing.
    patient_tags
        "copy" only after the user was asked: then name, number, birth date and sex of the patient are in the file.

    Returns
    -------
    The files, all verified.

    Raises
    ------
    UserError
        As :func:`gf_desktop.files.dicom_seg.write_dicom_seg`.
    ValueError
        When labels, geometry and table do not fit, or the stem is no plain name.
    """
    if not stem or Path(stem).name != stem or stem.startswith("."):
        raise ValueError(f"{stem!r} is no plain file name")
    more: dict[str, Any] = {"sources": sources, "patient_tags": patient_tags, "model_id": model_id, "edited": edited} | landing
    if format == "rtstruct":
        return write_rtstruct(labels, geometry, table, path=folder / f"{stem}_rtstruct.dcm", **more)
    kind: Any = "LABELMAP" if format == "seg-labelmap" else "BINARY"
    return write_dicom_seg(labels, geometry, table, path=folder / f"{stem}_seg.dcm", segmentation=kind, per_structure=per_structure, **more)
