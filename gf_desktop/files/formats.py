"""Names of the formats that are written; nothing heavy is imported here, because the command line asks before it does anything."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["EXPORT_FORMATS", "LABEL_FORMATS", "MESH_FORMATS", "ExportFormat", "LabelFormat", "MeshFormat", "Orientation"]

LabelFormat = Literal["nifti", "nrrd", "mha", "png", "png-structures", "png16"]
MeshFormat = Literal["stl", "obj", "ply"]
ExportFormat = Literal["nifti", "nrrd", "mha", "png", "png-structures", "png16", "stl", "obj", "ply", "csv", "json", "report"]
Orientation = Literal["lps", "ras"]
"""Frame of a mesh: x to the Left and y to the Posterior side as in DICOM, or x to the Right and y to the Anterior side; z to the head."""

LABEL_FORMATS: Final[tuple[LabelFormat, ...]] = get_args(LabelFormat)
MESH_FORMATS: Final[tuple[MeshFormat, ...]] = get_args(MeshFormat)
EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = get_args(ExportFormat)
