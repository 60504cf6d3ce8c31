"""Names of the formats that are written; nothing heavy is imported here, because the command line asks before it does anything."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = [
    "DICOM_FORMATS",
    "EXPORT_FORMATS",
    "LABEL_FORMATS",
    "MESH_FORMATS",
    "SEGMENTATIONS",
    "DicomFormat",
    "ExportFormat",
    "LabelFormat",
    "MeshFormat",
    "Orientation",
    "PatientTags",
]

LabelFormat = Literal["nifti", "nrrd", "mha", "png", "png-structures", "png16"]
MeshFormat = Literal["stl", "obj", "ply"]
ExportFormat = Literal["nifti", "nrrd", "mha", "png", "png-structures", "png16", "stl", "obj", "ply", "csv", "json", "report"]
DicomFormat = Literal["seg", "seg-labelmap", "rtstruct"]
"""Objects that refer to the DICOM series under the mask: a segmentation of BINARY segments, one of type LABELMAP, a structure set."""
PatientTags = Literal["copy", "blank"]
"""Whether a DICOM object carries the patient's and the study's tags of its series, as an archive needs them, or empty ones."""
Orientation = Literal["lps", "ras"]
"""Frame of a mesh: x to the Left and y to the Posterior side as in DICOM, or x to the Right and y to the Anterior side; z to the head."""

LABEL_FORMATS: Final[tuple[LabelFormat, ...]] = get_args(LabelFormat)
MESH_FORMATS: Final[tuple[MeshFormat, ...]] = get_args(MeshFormat)
DICOM_FORMATS: Final[tuple[DicomFormat, ...]] = get_args(DicomFormat)
SEGMENTATIONS: Final[tuple[DicomFormat, ...]] = ("seg", "seg-labelmap")
"""Objects of which each structure may have one of its own."""
EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = get_args(ExportFormat)
