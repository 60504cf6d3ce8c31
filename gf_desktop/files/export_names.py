"""How the files of an export are called, so that those that are there can be counted before any is replaced."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from gf_desktop.files.faults import reading_fault
from gf_desktop.files.formats import DICOM_FORMATS, SEGMENTATIONS, DicomFormat, ExportFormat
from gf_desktop.files.sidecar import sidecar_name

__all__ = ["files_there"]

_STRUCTURE: Final = r"_s\d{2,3}(?:-[a-z0-9-]+)?"
"""What :func:`gf_desktop.files.export_source.structure_word` gives."""
_SLICE: Final = r"(?:_k\d+)?"

_NAMES: Final[Mapping[str, str]] = {
    "nifti": r"\.nii\.gz",
    "nrrd": r"\.seg\.nrrd",
    "mha": r"\.mha",
    "png": rf"{_SLICE}\.png",
    "png-structures": rf"{_STRUCTURE}{_SLICE}\.png",
    "png16": rf"_16bit{_SLICE}\.png",
    "stl": rf"{_STRUCTURE}\.stl",
    "obj": rf"{_STRUCTURE}\.obj",
    "ply": rf"{_STRUCTURE}\.ply",
    "csv": r"_structures\.csv",
    "json": r"_structures\.json",
    "report": r"_report\.html",
    "seg": r"_seg\.dcm",
    "seg-labelmap": r"_seg\.dcm",
    "rtstruct": r"_rtstruct\.dcm",
}
"""What stands behind the stem, without the document beside the files."""
_PER_STRUCTURE: Final = rf"_seg{_STRUCTURE}\.dcm"
_WITHOUT_DOCUMENT: Final = ("csv", "json", "report", *DICOM_FORMATS)


def files_there(
    folder: Path, stems: Collection[str], file_format: ExportFormat | DicomFormat, *, per_structure: bool = False
) -> tuple[Path, ...]:
    """Return the files in a folder that have the names of an export of some cases in a format, in the order of their names.

    Parameters
    ----------
    folder
        Need not exist.
    stems
        Names of the cases.
    per_structure
        Of segmentations: one for each structure.

    Raises
    ------
    UserError
        When the folder may not be read.
    """
    own = _PER_STRUCTURE if per_structure and file_format in SEGMENTATIONS else _NAMES[file_format]
    ends = [own] if file_format in _WITHOUT_DOCUMENT else [own, re.escape(sidecar_name("", file_format))]
    # the longest first, so that no stem hides one that begins with it
    cases = "|".join(re.escape(stem) for stem in sorted(stems, key=len, reverse=True))
    pattern = re.compile(f"(?:{cases})(?:{'|'.join(ends)})")
    try:
        return tuple(sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))) if stems and folder.is_dir() else ()
    except OSError as error:
        raise reading_fault(error, folder) from error
