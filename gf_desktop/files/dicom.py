"""DICOM: which files belong together, what their headers say, and their pixels.

Headers and pixels are read with pydicom (python-gdcm decodes JPEG, JPEG-LS and JPEG 2000). Order and spacing come from
``stack``, not from a series reader: SimpleITK's takes missing slices, two phases and a tilted gantry without a word.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.claims import PICTURE_RATIO, bytes_of, check_claim, inflate
from gf_desktop.files.elements import number, numbers, text_of
from gf_desktop.files.facts import FACTS, FRAME_FACT, allowed_fact, digest_of_uid
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.intensities import finite, rescaled_planes
from gf_desktop.files.plain_pixels import TAGS as PIXEL_TAGS
from gf_desktop.files.plain_pixels import PlainPixels, plain_pixels
from gf_desktop.files.quick_header import quick_header
from gf_desktop.files.quiet import load_pydicom, quiet, quiet_native
from gf_desktop.files.real_world_read import real_world_of
from gf_desktop.files.stack import Plane
from gf_desktop.files.stated_window import stated_window
from gf_desktop.files.stored_values import as_shown
from gf_desktop.imaging.real_world import RealWorld

__all__ = [
    "CROSS_SECTIONAL",
    "SliceHeader",
    "could_be_dicom",
    "decoding_faults",
    "group_headers",
    "is_packed",
    "number",
    "numbers",
    "pixel_digest",
    "pixels_of",
    "read_dataset",
    "read_dataset_header",
    "read_header",
    "read_slices",
    "text_of",
]

CROSS_SECTIONAL = frozenset({"CT", "MR", "PT", "NM"})
"""Modalities whose pictures are slices of a body: several of them without a position are not guessed into a volume."""

MAX_SLICE_BYTES = 1 << 30
"""A header that claims a larger slice than this is damaged."""

_UNITS = frozenset({
    "HU", "OD", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT", "CNTS", "CPS", "BQML", "GML", "MGMINML", "UMOLML", "MLMINML", "PROPCNTS",
    "PROPCPS",
})  # fmt: skip
"""Units of intensities that DICOM defines (PS3.3 C.11.1.1.2 and C.8.9.1.1.3); other words are left out, as free text is."""

_PHASE_TAGS = ("TemporalPositionIdentifier", "EchoTime", "InversionTime", "DiffusionBValue", "TriggerTime", "AcquisitionNumber")
_KIND_TAGS = (
    "ImageType", "ComplexImageComponent", "EchoTime", "InversionTime", "DiffusionBValue", "DiffusionGradientOrientation",
    "TemporalPositionIdentifier", "TriggerTime", "AcquisitionNumber",
)  # fmt: skip
"""What may tell the scans under one series identifier apart, what says most first."""

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
    "RescaleSlope", "RescaleIntercept", "SequenceOfUltrasoundRegions", "RescaleType", "Units",
    "WindowCenter", "WindowWidth", "VOILUTSequence", "RealWorldValueMappingSequence", "InstanceNumber", "ImagesInAcquisition",
    *PIXEL_TAGS,
)  # fmt: skip
_TAGS = (*dict.fromkeys((*_OTHER_TAGS, *_PHASE_TAGS, *_KIND_TAGS, *_GROUP_TAGS, *FACTS)),)

_NOT_A_SCAN = ("SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "PR", "KO", "SR", "REG", "FID", "RWV")
"""Modalities of objects that describe scans instead of being one."""

_IN_TWO_DIMENSIONS, _TISSUE, _CENTIMETRES = 1, 1, 3
"""Codes of a region's spatial format, its data type, and the unit of its axes (DICOM PS3.3 C.8.5.5.1)."""

MM_PER_CM = 10.0

_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
"""Transfer syntaxes without compression (DICOM PS3.5 A.1, A.2, A.3)."""

_DEFLATED = "1.2.840.10008.1.2.1.99"
_META_BYTES = 2048
"""The transfer syntax stands among the first elements of a file."""

_SYNTAX = re.compile(rb"\x02\x00\x10\x00UI..([0-9.]+[\x00 ]?)", re.DOTALL)
"""The element that states the transfer syntax, in explicit little endian as all of this group (DICOM PS3.10 7.1)."""

_PREAMBLE_BYTES = 132
_LONG_KINDS = (b"OB", b"OW", b"SQ", b"UN", b"UT")
"""Of the kinds of element those whose length has 4 bytes, behind 2 empty ones (DICOM PS3.5 7.1.2)."""

MAX_INFLATED_BYTES = 1 << 27
"""A deflated file that unpacks to more than this is no picture."""

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
    region_spacing
        Whether the pixel spacing is that of the tissue in an ultrasound picture.
    facts
        Allow-listed fields by their readable names.
    kinds
        Names and values of what may tell scans of one series apart; a field that is missing is left out.
    instance, in_acquisition
        Number of the picture, and how many there are of the acquisition; None where not stated.
    pixels
        Where the pixels lie in the file, of one that needs no decoder; else None.
    real_world
        What intensities mean in a unit of the real world; None where nothing says.
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
    region_spacing: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    kinds: tuple[tuple[str, str], ...] = ()
    instance: int | None = None
    in_acquisition: int | None = None
    pixels: PlainPixels | None = None
    real_world: RealWorld | None = None

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


def is_packed(path: Path) -> bool:
    """Whether the pixels of a file are compressed, so that a decoder is needed; False where the file cannot be read or says nothing."""
    try:
        with path.open("rb") as stream:
            start = stream.read(_META_BYTES)
        if start[128:132] != b"DICM":
            return False
        match = _SYNTAX.search(start)
        if match is None:
            syntax = text_of(load_pydicom().filereader.read_file_meta_info(path), "TransferSyntaxUID")
            return syntax not in ("", *_PLAIN)
    except OSError:
        return False
    except _faults():
        return False
    # a deflated file is unpacked by Python's own zlib, within a limit
    return match[1].rstrip(b"\0 ").decode("ascii", "replace") not in (*_PLAIN, _DEFLATED)


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
        quick = quick_header(path, _TAGS)
        if quick is not None:
            header = _header_of(quick, path)
            return None if header is None else replace(header, pixels=plain_pixels(quick))
        with quiet():
            dataset = _read(path, stop_before_pixels=True, specific_tags=list(_TAGS))
            return _header_of(dataset, path)
    except OSError as error:
        raise reading_fault(error, path) from error
    except _faults() as error:
        raise FileFormatError("The DICOM header is damaged", where=str(path), next_step=_DAMAGED) from error


def _header_of(dataset: Any, path: Path) -> SliceHeader | None:
    rows, columns = (int(number(dataset, name) or 0) for name in ("Rows", "Columns"))
    modality = text_of(dataset, "Modality").upper()
    if modality in _NOT_A_SCAN:
        return None
    if rows < 1 or columns < 1:
        if _should_be_picture(dataset):
            raise FileFormatError("The DICOM file is damaged or cut off", where=str(path), next_step=_DAMAGED)
        return None
    if rows * columns * int(number(dataset, "SamplesPerPixel") or 1) * int(number(dataset, "BitsAllocated") or 16) // 8 > MAX_SLICE_BYTES:
        raise FileFormatError(f"The header claims a picture of {columns} × {rows}", where=str(path), next_step=_DAMAGED)
    patient, detector = (numbers(dataset, name, 2) for name in ("PixelSpacing", "ImagerPixelSpacing"))
    region = None if patient or detector else _region_spacing(dataset)
    spacing = patient or detector or region
    phase = tuple((name, text_of(dataset, name)) for name in _PHASE_TAGS if text_of(dataset, name))
    if modality != "CT":
        # Concatenated MR acquisitions lie between each other on purpose; in CT it means two passes.
        phase = tuple(p for p in phase if p[0] != "AcquisitionNumber")
    position, orientation = numbers(dataset, "ImagePositionPatient", 3), numbers(dataset, "ImageOrientationPatient", 6)
    plane = Plane(
        position_mm=(position[0], position[1], position[2]) if position else None,
        orientation=(orientation[0], orientation[1], orientation[2], orientation[3], orientation[4], orientation[5])
        if orientation
        else None,
        spacing_mm=(spacing[0], spacing[1]) if spacing else None,
        size=(rows, columns),
        thickness_mm=number(dataset, "SliceThickness"),
        stated_gap_mm=number(dataset, "SpacingBetweenSlices"),
        phase=phase,
    )
    slope = number(dataset, "RescaleSlope") or 1.0
    intercept = number(dataset, "RescaleIntercept") or 0.0
    return SliceHeader(
        path=path,
        series_uid=text_of(dataset, "SeriesInstanceUID"),
        group=(str(path.parent), modality, f"{rows} {columns}", *(text_of(dataset, name) for name in _GROUP_TAGS)),
        modality=modality,
        plane=plane,
        slope=slope,
        intercept=intercept,
        frames=int(number(dataset, "NumberOfFrames") or 1),
        detector_spacing=patient is None and detector is not None,
        region_spacing=region is not None,
        facts=_facts(dataset),
        kinds=tuple((name, text_of(dataset, name)) for name in _KIND_TAGS if text_of(dataset, name)),
        instance=_whole(dataset, "InstanceNumber"),
        in_acquisition=_whole(dataset, "ImagesInAcquisition"),
        real_world=real_world_of(dataset.get("RealWorldValueMappingSequence"), dataset, (slope, intercept)),
    )


def _whole(dataset: Any, name: str) -> int | None:
    value = number(dataset, name)
    return None if value is None else int(value)


def _region_spacing(dataset: Any) -> tuple[float, float] | None:
    """Return the distance between rows and between columns in mm of the tissue in an ultrasound picture.

    None unless every region that shows tissue in two dimensions states the same in cm (DICOM PS3.3 C.8.5.5.1).
    """
    found = set()
    for region in dataset.get("SequenceOfUltrasoundRegions") or ():
        if number(region, "RegionSpatialFormat") != _IN_TWO_DIMENSIONS or number(region, "RegionDataType") != _TISSUE:
            continue
        down, across = (number(region, f"PhysicalDelta{axis}") for axis in "YX")
        units = {number(region, f"PhysicalUnits{axis}Direction") for axis in "YX"}
        if units != {_CENTIMETRES} or not down or not across:
            return None
        found.add((round(abs(down) * MM_PER_CM, 9), round(abs(across) * MM_PER_CM, 9)))
    return found.pop() if len(found) == 1 else None


def _should_be_picture(dataset: Any) -> bool:
    """Whether a header without rows and columns is that of a picture: by its class or, where it has none, in any case."""
    kind = text_of(dataset, "SOPClassUID")
    return not kind or "Image Storage" in load_pydicom().uid.UID(kind).name


def _facts(dataset: Any) -> dict[str, str]:
    found = {}
    for name, readable in FACTS.items():
        value = allowed_fact(name, text_of(dataset, name))
        if value:
            found[readable] = value
    unit = next((unit for unit in (text_of(dataset, name).upper() for name in ("RescaleType", "Units")) if unit in _UNITS), "")
    if unit:
        found["unit"] = unit
    found |= stated_window(dataset)
    for name, readable in (("SeriesInstanceUID", "series"), ("FrameOfReferenceUID", FRAME_FACT)):
        uid = text_of(dataset, name)
        if uid:
            found[readable] = digest_of_uid(uid)
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
    dataset = read_dataset(path)
    return hashlib.sha256(bytes(dataset.get("PixelData") or b"")).digest()


def read_dataset(path: Path) -> Any:
    """Read a whole file as a pydicom data set, its transfer syntax filled in.

    Raises
    ------
    FileFormatError
        When it is damaged.
    UserError
        When it may not be read.
    """
    try:
        with quiet():
            dataset = _read(path)
        if not dataset.file_meta.get("TransferSyntaxUID"):
            # Without file meta there is no compression (DICOM PS3.10 section 7), and pydicom has worked out the byte order.
            implicit, little = dataset.original_encoding
            dataset.file_meta.TransferSyntaxUID = _PLAIN[0] if implicit else _PLAIN[1] if little else _PLAIN[2]
        return dataset
    except OSError as error:
        raise reading_fault(error, path) from error
    except _faults() as error:
        raise FileFormatError("The DICOM file is damaged", where=str(path), next_step=_DAMAGED) from error


def _read(path: Path, **how: Any) -> Any:
    """Read a data set with pydicom; a deflated one is unpacked here first, as far as a file may go: pydicom knows no limit."""
    pydicom = load_pydicom()
    with path.open("rb") as stream:
        start = stream.read(_META_BYTES)
        if _DEFLATED.encode() not in start:
            return pydicom.dcmread(path, force=True, **how)
        stream.seek(0)
        meta = pydicom.filereader.read_file_meta_info(path)
        if meta.get("TransferSyntaxUID") != _DEFLATED:
            return pydicom.dcmread(path, force=True, **how)
        whole = stream.read()
    content = inflate(whole[_end_of_meta(whole) :], limit=MAX_INFLATED_BYTES)
    meta.TransferSyntaxUID = _PLAIN[1]
    head = io.BytesIO()
    pydicom.filewriter.write_file_meta_info(head, meta, enforce_standard=False)
    return pydicom.dcmread(io.BytesIO(bytes(128) + b"DICM" + head.getvalue() + content), force=True, **how)


def decoding_faults() -> tuple[type[Exception], ...]:
    """Return what pydicom and its decoders raise on damaged files."""
    return _faults()


def read_dataset_header(path: Path, tags: Sequence[str]) -> Any:
    """Read some elements of a file's header, by their keywords, as a pydicom data set.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    UserError
        When it may not be read.
    """
    try:
        with quiet():
            return _read(path, stop_before_pixels=True, specific_tags=list(tags))
    except OSError as error:
        raise reading_fault(error, path) from error
    except _faults() as error:
        raise FileFormatError("The DICOM header is damaged", where=str(path), next_step=_DAMAGED) from error


def _end_of_meta(content: bytes) -> int:
    """Return where the elements that say how a file is written end; its own statement of their length may be missing."""
    place = _PREAMBLE_BYTES
    while content[place : place + 2] == b"\x02\x00":
        if content[place + 4 : place + 6] in _LONG_KINDS:
            place += 12 + struct.unpack_from("<I", content, place + 8)[0]
        else:
            place += 8 + struct.unpack_from("<H", content, place + 6)[0]
    return place


def read_slices(headers: Sequence[SliceHeader]) -> tuple[npt.NDArray[Any], list[Finding]]:
    """Read the pixels of a series, one picture a file, in the order given.

    Returns
    -------
    Intensities after slope and intercept, int16 where exact, else float32, [k, j, i]; or uint8 [k, j, i, 3] colour. And
    what was noticed.

    Raises
    ------
    FileFormatError
        When a file is damaged, truncated, or of a compression that cannot be decoded.
    """
    findings: list[Finding] = []
    stored = []
    for header in headers:
        plane, found = _read_plane(header)
        findings += found
        stored.append(plane)
    findings = list(dict.fromkeys(findings))
    if len({p.shape for p in stored}) > 1:
        raise FileFormatError("The series mixes grey and colour pictures", where=str(headers[0].path.parent), next_step=_DAMAGED)
    if stored[0].ndim == 3:
        return np.stack(stored), findings
    voxels, more = rescaled_planes(stored, [(h.slope, h.intercept) for h in headers])
    checked = finite(voxels)
    if checked is None:
        raise FileFormatError("The scan holds no numbers at all", where=str(headers[0].path), next_step=_DAMAGED)
    return checked[0], findings + more + checked[1]


def _read_plane(header: SliceHeader) -> tuple[npt.NDArray[Any], tuple[Finding, ...]]:
    """Return the stored values of one file, [j, i] or uint8 [j, i, 3], and what was done to them."""
    path = header.path
    plain = None if header.pixels is None else header.pixels.read(path)
    if plain is not None:
        return plain, ()
    pixels, found = pixels_of(read_dataset(path), path)
    if pixels.shape[:2] != header.plane.size or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise FileFormatError(f"The pixels form an array of {pixels.shape}, not one picture", where=str(path), next_step=_DAMAGED)
    return pixels, found


def pixels_of(dataset: Any, path: Path) -> tuple[npt.NDArray[Any], tuple[Finding, ...]]:
    """Return the stored values of a data set as they are shown, and what was done to them.

    Returns
    -------
    [j, i] or uint8 [j, i, 3]; of a file of several frames with the frame in front.

    Raises
    ------
    FileFormatError
        When they are damaged, cut off, or do not fit into memory.
    """
    _check_pixels(dataset, path)
    damaged = FileFormatError("The pixels of this DICOM file are damaged or cut off", where=str(path), next_step=_DAMAGED)
    try:
        # OpenJPEG writes to descriptor 2 what it thinks of a damaged picture, whatever GDCM's trace switches say.
        with quiet_native() if dataset.file_meta.get("TransferSyntaxUID", "") not in _PLAIN else quiet():
            return as_shown(_decode(dataset), dataset)
    except MemoryError as error:
        raise FileFormatError("There is not enough memory for this picture", where=str(path), next_step="Close other programs.") from error
    except OSError as error:
        raise damaged from error
    except _faults() as error:
        raise damaged from error


def _check_pixels(dataset: Any, path: Path) -> None:
    """Refuse a compressed picture that claims more than its file can hold; of others pydicom compares the length first."""
    if dataset.file_meta.get("TransferSyntaxUID", "") in _PLAIN:
        return
    sizes = [int(number(dataset, name) or 1) for name in ("Rows", "Columns", "SamplesPerPixel", "NumberOfFrames")]
    held = dataset.get("PixelData")
    claimed = bytes_of(sizes, int(number(dataset, "BitsAllocated") or 16))
    check_claim(path, claimed=claimed, there=len(held) if isinstance(held, bytes) else 0, ratio=PICTURE_RATIO)


def _decode(dataset: Any) -> npt.NDArray[Any]:
    """Return the pixels of a data set; a palette becomes 8-bit colour, a modality table is applied."""
    pixels: npt.NDArray[Any] = dataset.pixel_array
    if str(dataset.PhotometricInterpretation).strip() == "PALETTE COLOR":
        coloured = load_pydicom().pixels.apply_color_lut(pixels, dataset)
        return (coloured >> 8).astype(np.uint8) if coloured.dtype == np.uint16 else np.asarray(coloured)
    if dataset.get("ModalityLUTSequence"):
        return np.asarray(load_pydicom().pixels.apply_modality_lut(pixels, dataset))
    return pixels
