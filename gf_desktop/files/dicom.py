"""DICOM: which files belong together, what their headers say, and their pixels.

Headers and pixels are read with pydicom (python-gdcm decodes JPEG, JPEG-LS and JPEG 2000). Order and spacing come from
``stack``, not from a series reader: SimpleITK's takes missing slices, two phases and a tilted gantry without a word.
"""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.intensities import exact_type, rescaled
from gf_desktop.files.quiet import load_pydicom, quiet, quiet_native
from gf_desktop.files.stack import Plane

__all__ = [
    "CROSS_SECTIONAL",
    "SliceHeader",
    "could_be_dicom",
    "group_headers",
    "pixel_digest",
    "read_header",
    "read_slices",
]

CROSS_SECTIONAL = frozenset({"CT", "MR", "PT", "NM"})
"""Modalities whose pictures are slices of a body: several of them without a position are not guessed into a volume."""

MAX_SLICE_BYTES = 1 << 30
"""A header that claims a larger slice than this is damaged."""

_FACTS = {
    "BodyPartExamined": "body part",
    "PatientPosition": "patient position",
    "SliceThickness": "slice thickness in mm",
    "KVP": "tube voltage in kV",
    "ConvolutionKernel": "kernel",
    "MagneticFieldStrength": "field strength in T",
    "RepetitionTime": "repetition time in ms",
    "EchoTime": "echo time in ms",
    "Manufacturer": "manufacturer",
}
"""The only header fields that leave this room, and their names in ``Volume.facts``: how the picture was made, never of whom,
when or where. Free text (descriptions, comments) is left out because people type names into it."""

_PHASE_TAGS = ("TemporalPositionIdentifier", "EchoTime", "InversionTime", "DiffusionBValue", "TriggerTime", "AcquisitionNumber")
_GROUP_TAGS = (
    "StudyInstanceUID",
    "PatientID",
    "FrameOfReferenceUID",
    "SeriesNumber",
    "AcquisitionNumber",
    "SeriesDescription",
    "ImageType",
)
_OTHER_TAGS = (
    "SOPClassUID", "SeriesInstanceUID", "Modality", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation",
    "BitsAllocated", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "ImagerPixelSpacing", "SpacingBetweenSlices",
    "RescaleSlope", "RescaleIntercept",
)  # fmt: skip
_TAGS = [*dict.fromkeys((*_OTHER_TAGS, *_PHASE_TAGS, *_GROUP_TAGS, *_FACTS))]

_NOT_A_SCAN = ("SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "PR", "KO", "SR", "REG", "FID", "RWV")
"""Modalities of objects that describe scans instead of being one."""

_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
"""Transfer syntaxes without compression (DICOM PS3.5 A.1, A.2, A.3)."""

_FAULTS = (
    AttributeError, EOFError, IndexError, KeyError, MemoryError, NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip


def _faults() -> tuple[type[Exception], ...]:
    """Return what pydicom and its decoders raise on damaged files; its own errors and Python's share no base."""
    errors = load_pydicom().errors
    return (*_FAULTS, errors.InvalidDicomError, errors.BytesLengthException)


_DAMAGED = "Export the file again from where it came from."


@dataclass(frozen=True, slots=True)
class SliceHeader:
    """What one DICOM file says about its picture.

    Attributes
    ----------
    path
        The file.
    series_uid
        Empty where the file has none.
    group
        Values that agree within a series; used where there is no series UID. Never shown.
    modality
        DICOM's code.
    plane
        Its place in space.
    slope, intercept
        Of the stored values.
    frames
        Pictures in the file.
    detector_spacing
        Whether the pixel spacing is that at the detector instead of in the patient.
    facts
        Allow-listed fields by their readable names.
    """

    path: Path
    series_uid: str
    group: tuple[str, ...]
    modality: str
    plane: Plane
    slope: float = 1.0
    intercept: float = 0.0
    frames: int = 1
    detector_spacing: bool = False
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def has_place(self) -> bool:
        """Whether the file says where in the patient its picture lies."""
        return self.plane.position_mm is not None and self.plane.orientation is not None


def could_be_dicom(path: Path) -> bool:
    """Whether the first bytes are those of a DICOM file, with or without the 128-byte preamble.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(132)
    if start[128:132] == b"DICM":
        return True
    # Old files begin with their first element: group 0002 or 0008 in either byte order, then a low element number.
    return len(start) == 132 and start[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x08") and 0 in start[2:4]


def read_header(path: Path) -> SliceHeader | None:
    """Read the header of a file without its pixels; None where it is DICOM but no picture of a patient.

    Raises
    ------
    FileFormatError
        When the file is not DICOM or its header is damaged.
    UserError
        When it may not be read.
    """
    try:
        if not could_be_dicom(path):
            raise FileFormatError("This is not a DICOM file", where=str(path), next_step="Choose a DICOM, NIfTI, PNG or JPEG file.")
        pydicom = load_pydicom()
        with quiet():
            dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS, force=True)
            return _header_of(dataset, path)
    except OSError as error:
        raise reading_fault(error, path) from error
    except _faults() as error:
        raise FileFormatError("The DICOM header is damaged", where=str(path), next_step=_DAMAGED) from error


def _header_of(dataset: Any, path: Path) -> SliceHeader | None:
    rows, columns = (int(_number(dataset, name) or 0) for name in ("Rows", "Columns"))
    modality = _text(dataset, "Modality").upper()
    if modality in _NOT_A_SCAN:
        return None
    if rows < 1 or columns < 1:
        if _should_be_picture(dataset):
            raise FileFormatError("The DICOM file is damaged or cut off", where=str(path), next_step=_DAMAGED)
        return None
    if rows * columns * int(_number(dataset, "SamplesPerPixel") or 1) * int(_number(dataset, "BitsAllocated") or 16) // 8 > MAX_SLICE_BYTES:
        raise FileFormatError(f"The header claims a picture of {columns} × {rows}", where=str(path), next_step=_DAMAGED)
    patient, detector = (_numbers(dataset, name, 2) for name in ("PixelSpacing", "ImagerPixelSpacing"))
    spacing = patient or detector
    phase = tuple((name, _text(dataset, name)) for name in _PHASE_TAGS if _text(dataset, name))
    if modality != "CT":
        # Concatenated MR acquisitions lie between each other on purpose; in CT it means two passes.
        phase = tuple(p for p in phase if p[0] != "AcquisitionNumber")
    position, orientation = _numbers(dataset, "ImagePositionPatient", 3), _numbers(dataset, "ImageOrientationPatient", 6)
    plane = Plane(
        position_mm=(position[0], position[1], position[2]) if position else None,
        orientation=(orientation[0], orientation[1], orientation[2], orientation[3], orientation[4], orientation[5])
        if orientation
        else None,
        spacing_mm=(spacing[0], spacing[1]) if spacing else None,
        size=(rows, columns),
        thickness_mm=_number(dataset, "SliceThickness"),
        stated_gap_mm=_number(dataset, "SpacingBetweenSlices"),
        phase=phase,
    )
    slope = _number(dataset, "RescaleSlope")
    return SliceHeader(
        path=path,
        series_uid=_text(dataset, "SeriesInstanceUID"),
        group=(str(path.parent), modality, f"{rows} {columns}", *(_text(dataset, name) for name in _GROUP_TAGS)),
        modality=modality,
        plane=plane,
        slope=1.0 if slope is None or slope == 0.0 else slope,
        intercept=_number(dataset, "RescaleIntercept") or 0.0,
        frames=int(_number(dataset, "NumberOfFrames") or 1),
        detector_spacing=patient is None and detector is not None,
        facts=_facts(dataset),
    )


def _should_be_picture(dataset: Any) -> bool:
    """Whether a header without rows and columns is that of a picture: by its class or, where it has none, in any case."""
    kind = _text(dataset, "SOPClassUID")
    return not kind or "Image Storage" in load_pydicom().uid.UID(kind).name


def _text(dataset: Any, name: str) -> str:
    value = dataset.get(name)
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return "\\".join(str(v).strip() for v in value)
    return str(value).strip()


def _number(dataset: Any, name: str) -> float | None:
    found = _numbers(dataset, name, 1)
    return found[0] if found else None


def _numbers(dataset: Any, name: str, count: int) -> tuple[float, ...] | None:
    """Return exactly ``count`` finite numbers of an element; None where it is missing, empty, of another length or not numbers."""
    value = dataset.get(name)
    if value is None or value == "":
        return None
    items = [value] if count == 1 and isinstance(value, (int, float, str)) else value
    try:
        found = tuple(float(v) for v in items)
    except (TypeError, ValueError):
        return None
    return found if len(found) == count and all(math.isfinite(v) for v in found) else None


def _facts(dataset: Any) -> dict[str, str]:
    found = {}
    for name, readable in _FACTS.items():
        value = "".join(c for c in _text(dataset, name) if c.isprintable())[:64]
        if value:
            found[readable] = value
    uid = _text(dataset, "SeriesInstanceUID")
    if uid:
        found["series"] = hashlib.sha256(uid.encode()).hexdigest()[:16]
    return found


def group_headers(headers: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Return the headers series by series, in the order in which each series is met first.

    A series is what shares a series UID; without one, what shares folder, size, modality, study, patient, frame of
    reference, series and acquisition number, description and image type. Pictures without a position that are no slices
    (ultrasound, photographs, projections) and files of several frames stand alone.
    """
    groups: dict[tuple[str, ...], list[SliceHeader]] = {}
    for header in headers:
        if header.frames > 1 or (not header.has_place and header.modality not in CROSS_SECTIONAL):
            key: tuple[str, ...] = ("alone", str(header.path))
        elif header.series_uid:
            key = ("uid", header.series_uid, header.modality)
        else:
            key = ("group", *header.group)
        groups.setdefault(key, []).append(header)
    return list(groups.values())


def pixel_digest(path: Path) -> bytes:
    """Return a hash of the stored pixel bytes of a file; equal for identical pictures."""
    dataset = _read_whole(path)
    return hashlib.sha256(bytes(dataset.get("PixelData") or b"")).digest()


def _read_whole(path: Path) -> Any:
    try:
        pydicom = load_pydicom()
        with quiet():
            dataset = pydicom.dcmread(path, force=True)
        if not dataset.file_meta.get("TransferSyntaxUID"):
            # Without file meta there is no compression (DICOM PS3.10 section 7), and pydicom has worked out the byte order.
            implicit, little = dataset.original_encoding
            dataset.file_meta.TransferSyntaxUID = _PLAIN[0] if implicit else _PLAIN[1] if little else _PLAIN[2]
        return dataset
    except OSError as error:
        raise reading_fault(error, path) from error
    except _faults() as error:
        raise FileFormatError("The DICOM file is damaged", where=str(path), next_step=_DAMAGED) from error


def read_slices(headers: Sequence[SliceHeader]) -> tuple[npt.NDArray[Any], list[Finding]]:
    """Read the pixels of a series, one picture a file, in the order given.

    Returns
    -------
    Intensities after slope and intercept, int16 where exact, else float32, [k, j, i]; or uint8 [k, j, i, 3] colour. And
    what was noticed.

    Raises
    ------
    FileFormatError
        When a file is damaged, truncated, of a compression that cannot be decoded, or 16-bit colour.
    """
    findings: list[Finding] = []
    stored = []
    inverted = False
    for header in headers:
        plane, is_inverted = _read_plane(header)
        inverted |= is_inverted
        stored.append(plane)
    if len({p.shape for p in stored}) > 1:
        raise FileFormatError("The series mixes grey and colour pictures", where=str(headers[0].path.parent), next_step=_DAMAGED)
    if inverted:
        findings.append(Finding("inverted_greys", "Stored with white as zero; the greys are turned over so that bright is high", "green"))
    if stored[0].ndim == 3:
        return np.stack(stored), findings
    scales = [(h.slope, h.intercept) for h in headers]
    if len(set(scales)) > 1:
        findings.append(Finding("rescale_varies", "Slope or intercept differ between slices; each slice is scaled by its own", "green"))
    for n, (slope, intercept) in enumerate(scales):
        stored[n] = rescaled(stored[n], slope=slope, intercept=intercept)
    whole = all(p.dtype == np.int16 for p in stored)
    return np.stack(stored).astype(exact_type(-1.0, 1.0, whole=whole), copy=False), findings


def _read_plane(header: SliceHeader) -> tuple[npt.NDArray[Any], bool]:
    """Return the stored values of one file, [j, i] or uint8 [j, i, 3], and whether white was zero and they were turned over."""
    path = header.path
    dataset = _read_whole(path)
    damaged = FileFormatError("The pixels of this DICOM file are damaged or cut off", where=str(path), next_step=_DAMAGED)
    try:
        # OpenJPEG writes to descriptor 2 what it thinks of a damaged picture, whatever GDCM's trace switches say.
        with quiet_native() if dataset.file_meta.get("TransferSyntaxUID", "") not in _PLAIN else quiet():
            pixels = _decode(dataset)
    except MemoryError as error:
        raise FileFormatError("There is not enough memory for this picture", where=str(path), next_step="Close other programs.") from error
    except OSError as error:
        raise damaged from error
    except _faults() as error:
        raise damaged from error
    if pixels.shape[:2] != header.plane.size or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise FileFormatError(f"The pixels form an array of {pixels.shape}, not one picture", where=str(path), next_step=_DAMAGED)
    if pixels.ndim == 3 and pixels.dtype != np.uint8:
        raise FileFormatError("Colour of more than 8 bits is not read", where=str(path), next_step="Export it with 8 bits a channel.")
    if pixels.ndim == 2 and str(dataset.PhotometricInterpretation).strip() == "MONOCHROME1":
        top = (1 << int(dataset.BitsStored)) - 1 if int(dataset.PixelRepresentation) == 0 else -1
        return (top - pixels.astype(np.int32)), True
    return pixels, False


def _decode(dataset: Any) -> npt.NDArray[Any]:
    """Return the pixels of a data set; a palette becomes 8-bit colour, a modality table is applied."""
    pixels: npt.NDArray[Any] = dataset.pixel_array
    if str(dataset.PhotometricInterpretation).strip() == "PALETTE COLOR":
        coloured = load_pydicom().pixels.apply_color_lut(pixels, dataset)
        return (coloured >> 8).astype(np.uint8) if coloured.dtype == np.uint16 else np.asarray(coloured)
    if dataset.get("ModalityLUTSequence"):
        return np.asarray(load_pydicom().pixels.apply_modality_lut(pixels, dataset))
    return pixels
