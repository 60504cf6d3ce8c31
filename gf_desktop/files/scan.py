"""Finding scans on disk and reading them into volumes whose place in space can be trusted.

``find_scans`` looks at headers only; ``read_scan`` reads one scan and says what it noticed. Nothing that identifies a
person leaves: not in descriptions, not in ``Volume.source``, not in ``Volume.facts``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.analyze import header_of_pair, pair_kind, read_analyze
from gf_desktop.files.apart import read_apart
from gf_desktop.files.dicom import SliceHeader, could_be_dicom, group_headers, is_packed, pixel_digest, read_header, read_slices
from gf_desktop.files.dicomdir import files_of_directory, is_dicomdir
from gf_desktop.files.faults import missing, reading_fault
from gf_desktop.files.findings import Finding, Severity, UnusableScanError, refuse_red, verdict_of
from gf_desktop.files.itk import is_itk_label, is_itk_name, read_itk
from gf_desktop.files.multiframe import read_multiframe
from gf_desktop.files.nifti import is_label_file, is_nifti_name, looks_like_ct, open_nifti
from gf_desktop.files.picture import PICTURE_SUFFIXES, picture_grid, read_picture
from gf_desktop.files.sidecar import is_exported_mask
from gf_desktop.files.stack import stack_planes
from gf_desktop.files.tiff import TIFF_SUFFIXES, TiffLevel, default_level, read_tiff, tiff_levels
from gf_desktop.files.video import VIDEO_SUFFIXES, read_video
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume

__all__ = ["Finding", "Scan", "ScanSource", "UnusableScanError", "find_scans", "read_here", "read_scan"]

Kind = Literal["dicom", "nifti", "itk", "analyze", "picture", "tiff", "video"]

PHOTO = "PHOTO"
"""Modality of plain pictures."""

_PAIRS = (".hdr", ".img")
_OTHER_IMAGES = (*_PAIRS, ".mgz", ".mnc")


@dataclass(frozen=True, slots=True)
class ScanSource:
    """Where one scan lies.

    Attributes
    ----------
    kind
        "dicom", "nifti", "itk" (NRRD, MetaImage), "analyze", "picture", "tiff" or "video".
    paths
        Its files, sorted by path.
    series_uid
        DICOM's, or empty. It identifies the examination: keep it out of texts and exports.
    description
        One line for a list, without identifiers: "CT, 20 files of 512 × 512".
    modality
        DICOM's code, "PHOTO", or "" where the header does not say.
    unreadable
        Files of the same folders that could be DICOM but are damaged; a slice of this scan may be among them.
    levels
        Of a slide the sizes in which it is stored, the largest first; else empty.
    level
        Which of them is read, from 0; ``dataclasses.replace`` chooses another.
    """

    kind: Kind
    paths: tuple[Path, ...]
    series_uid: str
    description: str
    modality: str
    unreadable: tuple[Path, ...] = ()
    levels: tuple[TiffLevel, ...] = ()
    level: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A scan that was read.

    Attributes
    ----------
    volume
        Intensities and grid.
    findings
        What was noticed.
    verdict
        "green" or "amber"; a red scan is never returned.
    frames
        Of a series of volumes in time every volume, read-only [t, k, j, i]; ``volume`` is one of them. Else None.
    """

    volume: Volume
    findings: tuple[Finding, ...]
    verdict: Severity
    frames: npt.NDArray[Any] | None = None


def find_scans(path: Path) -> list[ScanSource]:
    """Return the scans in a folder, searched with all folders in it, or the scan that a file belongs to.

    A single DICOM file stands for its whole series in that folder. In folders, label maps (files that say so, masks
    that this program exported), DICOM objects that are no pictures, and other files are passed over.

    Parameters
    ----------
    path
        A folder or a file.

    Returns
    -------
    At least one scan, in the order of their first files.

    Raises
    ------
    FileFormatError
        When there is no scan, or the file is damaged or of a kind that is not read.
    UserError
        When the path does not exist or may not be read.
    """
    try:
        if path.is_dir():
            return _find_in_folder(path)
        path.stat()
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise reading_fault(error, path) from error
    if is_nifti_name(path):
        return [_nifti_source(path)]
    if is_itk_name(path):
        return [_itk_source(path)]
    if is_dicomdir(path):
        return _find_in_directory(path)
    other = _other_source(path)
    if other is not None:
        return [other]
    if path.suffix.lower() in _OTHER_IMAGES:
        raise FileFormatError("Scans of this kind are not read", where=str(path), next_step="Convert the scan to NIfTI (.nii.gz) or DICOM.")
    return [_series_of_file(path)]


def _other_source(path: Path) -> ScanSource | None:
    """Return the scan of a file that is known by its name and is neither DICOM, NIfTI, NRRD nor MetaImage; None for others."""
    suffix = path.suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return _picture_source(path)
    if suffix in TIFF_SUFFIXES:
        return _tiff_source(path)
    if suffix in VIDEO_SUFFIXES:
        return ScanSource("video", (path,), "", f"{suffix[1:].upper()} video", PHOTO)
    if suffix not in _PAIRS:
        return None
    header = header_of_pair(path)
    try:
        kind = pair_kind(header)
    except OSError:
        return None
    if kind == "nifti":
        return _nifti_source(header)
    return None if kind is None else ScanSource("analyze", (header,), "", "Analyze file", "")


def _find_in_directory(path: Path) -> list[ScanSource]:
    """Return the series that a DICOMDIR names."""
    named = files_of_directory(path)
    headers, unreadable = _read_headers(named.found)
    sources = [_dicom_source(group, (*unreadable, *named.missing)) for group in group_headers(headers)]
    if not sources:
        raise FileFormatError(
            "None of the files that the DICOMDIR names is a scan", where=str(path), next_step="Choose the folder beside it, or its files."
        )
    return sources


def _series_of_file(path: Path) -> ScanSource:
    """Return the series that a DICOM file belongs to, of the files beside it."""
    own = read_header(path)
    if own is None:
        raise FileFormatError(
            "This DICOM file is not a scan: it describes or outlines one", where=str(path), next_step="Choose the scan's own files."
        )
    try:
        beside = [p for p in sorted(path.parent.iterdir()) if p != path and p.is_file() and not p.name.startswith(".")]
    except PermissionError:  # a folder may let its files be read but not be listed
        beside = []
    headers, unreadable = _read_headers(beside)
    for group in group_headers(sorted([own, *headers], key=lambda h: str(h.path))):
        if any(h.path == path for h in group):
            return _dicom_source(group, unreadable)
    raise AssertionError("every header is in a group")


def _find_in_folder(folder: Path) -> list[ScanSource]:
    denied: list[OSError] = []
    files = []
    for parent, folders, names in os.walk(folder, onerror=denied.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(parent) / name for name in sorted(names) if not name.startswith(".") and name.upper() != "DICOMDIR"]
    niftis = [p for p in files if is_nifti_name(p)]
    itks = [p for p in files if is_itk_name(p)]
    named = [p for p in files if p.suffix.lower() in (*PICTURE_SUFFIXES, *TIFF_SUFFIXES, *VIDEO_SUFFIXES, ".hdr")]
    taken = {*niftis, *itks, *named, *(p for p in files if p.suffix.lower() == ".img" and header_of_pair(p) in named)}
    headers, unreadable = _read_headers(p for p in files if p not in taken)
    sources = [_dicom_source(group, unreadable) for group in group_headers(headers)]
    sources += [_nifti_source(p) for p in niftis if not _is_mask(p)]
    sources += [_itk_source(p) for p in itks if not is_itk_label(p) and not is_exported_mask(p)]
    sources += _other_sources(p for p in named if not is_exported_mask(p))
    if sources:
        return sorted(sources, key=lambda s: str(s.paths[0]))
    if denied:
        raise reading_fault(denied[0], Path(denied[0].filename or folder)) from denied[0]
    if unreadable:
        more = f", nor are {len(unreadable) - 1} others in this folder" if len(unreadable) > 1 else ""
        raise FileFormatError(
            f"This is not a DICOM file that can be read{more}",
            where=str(unreadable[0]),
            next_step="Export the scan again, then choose its folder.",
        )
    looked = f"none of its {len(files)} files is one" if files else "it is empty"
    raise FileFormatError(
        f"There is no scan in this folder: {looked}",
        where=str(folder),
        next_step="Choose a folder with DICOM, NIfTI, NRRD, TIFF, PNG or JPEG files.",
    )


def _other_sources(paths: Iterable[Path]) -> list[ScanSource]:
    """Return the scans among files of a folder that are known by their names; a damaged one stays, so that reading it says why."""
    found = []
    for path in paths:
        try:
            source = _other_source(path)
        except UserError:
            source = ScanSource("tiff", (path,), "", "TIFF picture", PHOTO)
        if source is not None:
            found.append(source)
    return found


def _read_headers(paths: Iterable[Path]) -> tuple[list[SliceHeader], tuple[Path, ...]]:
    """Return the headers of the DICOM pictures among some files, and the files that claim to be DICOM but cannot be read."""
    headers, unreadable = [], []
    for path in paths:
        try:
            if path.suffix.lower() not in (".dcm", ".ima") and not could_be_dicom(path):
                continue
            header = read_header(path)
        except (OSError, UserError):
            unreadable.append(path)
            continue
        if header is not None:
            headers.append(header)
    return headers, tuple(unreadable)


def _is_mask(path: Path) -> bool:
    """Whether a NIfTI file says that it is a label map; a damaged one does not."""
    if is_exported_mask(path):
        return True
    try:
        return is_label_file(open_nifti(path).image)
    except UserError:
        return False


def _dicom_source(group: list[SliceHeader], unreadable: tuple[Path, ...]) -> ScanSource:
    first = group[0]
    rows, columns = first.plane.size
    count = f"{len(group)} files" if len(group) > 1 else f"{first.frames} frames" if first.frames > 1 else "1 file"
    folders = {h.path.parent for h in group}
    return ScanSource(
        kind="dicom",
        paths=tuple(sorted(h.path for h in group)),
        series_uid=first.series_uid,
        description=f"{first.modality or 'DICOM'}, {count} of {columns} × {rows}",
        modality=first.modality,
        unreadable=tuple(p for p in unreadable if p.parent in folders),
    )


def _nifti_source(path: Path) -> ScanSource:
    return ScanSource("nifti", (path,), "", "NIfTI file", "")


def _itk_source(path: Path) -> ScanSource:
    name = "NRRD" if path.suffix.lower() in (".nrrd", ".nhdr") else "MetaImage"
    return ScanSource("itk", (path,), "", f"{name} file", "")


def _picture_source(path: Path) -> ScanSource:
    return ScanSource("picture", (path,), "", f"{path.suffix[1:].upper().replace('JPG', 'JPEG')} picture", PHOTO)


def _tiff_source(path: Path) -> ScanSource:
    levels = tiff_levels(path)
    if len(levels) == 1:
        return ScanSource("tiff", (path,), "", "TIFF picture", PHOTO)
    return ScanSource("tiff", (path,), "", f"Slide of {levels[0].columns} × {levels[0].rows}", PHOTO, (), levels, default_level(levels))


def read_scan(source: ScanSource) -> Scan:
    """Read a scan; what needs a decoder that a hostile file could crash is read in a process of its own.

    Returns
    -------
    The scan, with the grid in LPS mm. DICOM slices are sorted along their normal and NIfTI axes kept as stored, so that
    what is exported later fits the file.

    Raises
    ------
    UnusableScanError
        A GeometryError: when slices are missing, unevenly spaced, tilted, of several phases, not parallel or without a
        place, or the axes are sheared.
    FileFormatError
        When a file is damaged, cut off or of a kind that is not read.
    UserError
        When a file is gone or may not be read.
    """
    return read_apart(source, Scan, paths=source.paths) if _needs_decoder(source) else read_here(source)


def _needs_decoder(source: ScanSource) -> bool:
    """Whether a scan is read by code beside Python's and NumPy's; plain DICOM, NIfTI and Analyze are not, and copying them costs."""
    if source.kind == "dicom":
        return any(is_packed(path) for path in source.paths)
    return source.kind not in ("nifti", "analyze")


def read_here(source: ScanSource) -> Scan:
    """Read a scan in this process; as :func:`read_scan`."""
    if source.kind == "dicom":
        return _read_dicom(source)
    if source.kind == "nifti":
        return _read_nifti(source)
    if source.kind == "itk":
        return _read_itk(source)
    if source.kind == "analyze":
        return _read_analyze(source)
    if source.kind == "tiff":
        tiff = read_tiff(source.paths[0], source.level)
        return _of_pictures(source, tiff.voxels, tiff.findings, spacing_mm=tiff.spacing_mm)
    if source.kind == "video":
        video = read_video(source.paths[0])
        return _of_pictures(source, video.voxels, video.findings, frame_ms=video.frame_ms, moving=True)
    voxels, findings = read_picture(source.paths[0])
    return _of_pictures(source, voxels, findings)


def _of_pictures(
    source: ScanSource,
    voxels: npt.NDArray[Any],
    findings: Iterable[Finding],
    *,
    spacing_mm: tuple[float, float] | None = None,
    frame_ms: float | None = None,
    moving: bool = False,
) -> Scan:
    """Return the scan of a plain picture [1, j, i] or of several [n, j, i], which are frames; colour has a last axis of 3."""
    count, rows, columns = voxels.shape[:3]
    grid = picture_grid(columns, rows)
    if count > 1 or spacing_mm is not None:
        grid = Geometry.identity((columns, rows, count), (*(spacing_mm or (1.0, 1.0)), 1.0))
    volume = Volume(
        voxels,
        grid,
        modality=PHOTO,
        source=source.description if count == 1 else f"{source.description}, {count} frames",
        spacing_known=spacing_mm is not None,
        time=TimeAxis("cine", count, frame_ms) if count > 1 or moving else None,
        place_known=False,
    )
    found = tuple(findings)
    return Scan(volume, found, verdict_of(found))


def _read_analyze(source: ScanSource) -> Scan:
    read = read_analyze(source.paths[0])
    refuse_red(read.findings, where=str(source.paths[0]))
    grid = _Grid(read.geometry, read.frames, None, read.spacing_known, False)
    return _without_modality(read.voxels, grid, list(read.findings), source=source.description, named="Analyze")


def _read_dicom(source: ScanSource) -> Scan:
    headers = []
    for path in source.paths:
        header = read_header(path)
        if header is None:
            raise FileFormatError("This DICOM file is not a scan", where=str(path), next_step="Choose the scan's own files.")
        headers.append(header)
    if len(headers) == 1 and headers[0].frames > 1:
        return _read_multiframe(source, headers[0])
    where = str(source.paths[0] if len(source.paths) == 1 else Path(os.path.commonpath([p.parent for p in source.paths])))
    digests: dict[int, bytes] = {}

    def identical(one: int, other: int) -> bool:
        for n in (one, other):
            if n not in digests:
                digests[n] = pixel_digest(headers[n].path)
        return digests[one] == digests[other]

    findings = _about_files(source, headers)
    stack = stack_planes([h.plane for h in headers], identical=identical)
    findings += stack.findings
    refuse_red(findings, where=where)
    ordered = [headers[n] for n in stack.order]
    voxels, more = read_slices(ordered)
    assert stack.geometry is not None, "a stack without a grid has a red finding"
    findings += more
    volume = Volume(
        voxels,
        stack.geometry,
        modality=source.modality,
        source=f"DICOM {source.description}",
        spacing_known=stack.spacing_known,
        facts=dict(ordered[0].facts),
        place_known=all(header.has_place for header in ordered),
    )
    return Scan(volume, tuple(findings), verdict_of(findings))


def _read_multiframe(source: ScanSource, header: SliceHeader) -> Scan:
    read = read_multiframe(header)
    findings = (*_about_files(source, [header]), *read.findings)
    volume = Volume(
        read.voxels,
        read.geometry,
        modality=source.modality,
        source=f"DICOM {source.description}",
        spacing_known=read.spacing_known,
        facts=dict(header.facts),
        time=read.time,
        place_known=read.place_known,
    )
    if read.frames is not None:
        read.frames.setflags(write=False)
    return Scan(volume, findings, verdict_of(findings), read.frames)


def _about_files(source: ScanSource, headers: list[SliceHeader]) -> list[Finding]:
    findings = []
    if not source.series_uid and len(headers) > 1:
        message = "The files have no series identifier; those that agree in everything else were taken as one series"
        findings.append(Finding("no_series_uid", message, "amber"))
    if source.unreadable:
        count = len(source.unreadable)
        files = "file" if count == 1 else "files"
        message = f"{count} damaged {files} beside the series could not be read; slices may be missing at its ends"
        findings.append(Finding("unreadable_files", message, "amber"))
    if any(h.detector_spacing for h in headers):
        message = "Pixel size is that at the detector; in the patient it is smaller by the magnification"
        findings.append(Finding("detector_spacing", message, "amber"))
    if any(h.region_spacing for h in headers):
        message = "Pixel size is that of the tissue in the ultrasound picture; beside it lengths mean nothing"
        findings.append(Finding("region_spacing", message, "green"))
    return findings


def _read_nifti(source: ScanSource) -> Scan:
    path = source.paths[0]
    file = open_nifti(path, frames=True)
    findings = list(file.findings)
    refuse_red(findings, where=str(path))
    assert file.geometry is not None, "a file without a grid has a red finding"
    voxels, more = file.intensities()
    findings += more
    if is_label_file(file.image):
        findings.append(Finding("is_label_map", "The file says that it holds labels, not intensities", "amber"))
    grid = _Grid(file.geometry, frames=file.frames, frame_ms=file.frame_ms)
    return _without_modality(voxels, grid, findings, source=source.description, named="NIfTI")


def _read_itk(source: ScanSource) -> Scan:
    read = read_itk(source.paths[0])
    grid = _Grid(read.geometry, read.frames, None, read.spacing_known, read.place_known)
    named = source.description.removesuffix(" file")
    return _without_modality(read.voxels, grid, list(read.findings), source=source.description, named=named)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where voxels lie, and how many volumes of them there are in time."""

    geometry: Geometry
    frames: int = 1
    frame_ms: float | None = None
    spacing_known: bool = True
    place_known: bool = True


def _without_modality(voxels: npt.NDArray[Any], grid: _Grid, findings: list[Finding], *, source: str, named: str) -> Scan:
    """Return the scan of a file that does not state the modality; of several frames, voxels have the time in front."""
    geometry, time, every = grid.geometry, None, None
    if grid.frames > 1 and geometry.size_ijk[2] == 1:
        time = TimeAxis("cine", grid.frames, grid.frame_ms)
        voxels = voxels[:, 0]
        columns, rows, _ = geometry.size_ijk
        geometry = Geometry((columns, rows, grid.frames), (*geometry.spacing_mm[:2], 1.0), geometry.origin_mm, geometry.direction)
    elif grid.frames > 1:
        time = TimeAxis("series", grid.frames, grid.frame_ms)
        every = np.ascontiguousarray(voxels)
        every.setflags(write=False)
        voxels = every[0].copy()
    modality = ""
    if looks_like_ct(voxels):
        modality = "CT"
        findings.append(
            Finding("modality_from_values", f"{named} does not state the modality; the values are those of a CT in HU", "green")
        )
    volume = Volume(
        voxels,
        geometry,
        modality=modality,
        source=source if time is None else f"{source}, {time.count} frames",
        spacing_known=grid.spacing_known,
        time=time,
        place_known=grid.place_known,
    )
    return Scan(volume, tuple(findings), verdict_of(findings), every)
