"""Finding scans on disk and reading them into volumes whose place in space can be trusted.

``find_scans`` looks at headers only; ``read_scan`` reads one scan and says what it noticed. Nothing that identifies a
person leaves: not in descriptions, not in ``Volume.source``, not in ``Volume.facts``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.analyze import header_of_pair, pair_kind, read_analyze
from gf_desktop.files.apart import read_apart
from gf_desktop.files.dicom import SliceHeader, could_be_dicom, group_headers, is_packed, read_header
from gf_desktop.files.dicom_scan import peek_dicom, read_dicom
from gf_desktop.files.dicomdir import files_of_directory, is_dicomdir
from gf_desktop.files.faults import missing, reading_fault
from gf_desktop.files.findings import Finding, UnusableScanError, refuse_red, verdict_of
from gf_desktop.files.itk import is_itk_label, is_itk_name, read_itk
from gf_desktop.files.multiframe import frame_headers
from gf_desktop.files.nifti import is_label_file, is_nifti_name, looks_like_ct, open_nifti
from gf_desktop.files.passport import BY_USER, NOT_STATED, Passport, geometry_of
from gf_desktop.files.picture import PICTURE_SUFFIXES, picture_grid, read_picture
from gf_desktop.files.sidecar import is_exported_mask
from gf_desktop.files.sources import Glance, Scan, ScanSource, glance_of, red_glance
from gf_desktop.files.spacing import Spacing, check_stated
from gf_desktop.files.splitting import Part, split_frames, split_series
from gf_desktop.files.tiff import TIFF_SUFFIXES, default_level, read_tiff, tiff_levels
from gf_desktop.files.video import VIDEO_SUFFIXES, read_video
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume

__all__ = [
    "Finding",
    "Glance",
    "Scan",
    "ScanSource",
    "UnusableScanError",
    "Watch",
    "find_scans",
    "glance_at",
    "glance_here",
    "read_here",
    "read_scan",
]

PHOTO = "PHOTO"
"""Modality of plain pictures."""

WATCHED_FILES = 16
"""After so many headers, some 10 ms, it is told how far the looking is."""

_PAIRS = (".hdr", ".img")
_OTHER_IMAGES = (*_PAIRS, ".mgz", ".mnc")


Watch = Callable[[int, int], bool]
"""Told how many of how many files were looked at; returns whether to go on."""


def find_scans(path: Path, *, spacing_mm: Spacing | None = None, watch: Watch | None = None) -> list[ScanSource]:
    """Return the scans in a folder, searched with all folders in it, or the scan that a file belongs to.

    A single DICOM file stands for its whole series in that folder. A series that holds several scans (directions, phases, echoes, …)
    is split into them. In folders, label maps (files that say so, masks
    that this program exported), DICOM objects that are no pictures, and other files are passed over.

    Parameters
    ----------
    path
        A folder or a file.
    spacing_mm
        What the user states of files that do not: mm between rows, between columns and between slices.
    watch
        Told how many of how many DICOM files of a folder were looked at; returns False to stop.

    Returns
    -------
    At least one scan, in the order of their first files.

    Raises
    ------
    FileFormatError
        When there is no scan, or the file is damaged or of a kind that is not read.
    UserError
        When the path does not exist or may not be read, the spacing is none, or ``watch`` stopped it.
    """
    check_stated(spacing_mm)
    found = _find(path, watch)
    return found if spacing_mm is None else [replace(source, spacing_mm=spacing_mm) for source in found]


def _find(path: Path, watch: Watch | None) -> list[ScanSource]:
    try:
        if path.is_dir():
            return _find_in_folder(path, watch)
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
        return _find_in_directory(path, watch)
    other = _other_source(path)
    if other is not None:
        return [other]
    if path.suffix.lower() in _OTHER_IMAGES:
        raise FileFormatError("Scans of this kind are not read", where=str(path), next_step="Convert the scan to NIfTI (.nii.gz) or DICOM.")
    return _series_of_file(path, watch)


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


def _find_in_directory(path: Path, watch: Watch | None) -> list[ScanSource]:
    """Return the series that a DICOMDIR names."""
    named = files_of_directory(path)
    headers, unreadable = _read_headers(named.found, watch)
    sources = _dicom_sources(headers, (*unreadable, *named.missing))
    if not sources:
        raise FileFormatError(
            "None of the files that the DICOMDIR names is a scan", where=str(path), next_step="Choose the folder beside it, or its files."
        )
    return sources


def _series_of_file(path: Path, watch: Watch | None) -> list[ScanSource]:
    """Return the series that a DICOM file belongs to, of the files beside it; the scans in it where it holds several."""
    own = read_header(path)
    if own is None:
        raise FileFormatError(
            "This DICOM file is not a scan: it describes or outlines one", where=str(path), next_step="Choose the scan's own files."
        )
    try:
        beside = [p for p in sorted(path.parent.iterdir()) if p != path and p.is_file() and not p.name.startswith(".")]
    except PermissionError:  # a folder may let its files be read but not be listed
        beside = []
    headers, unreadable = _read_headers(beside, watch)
    for group in group_headers(sorted([own, *headers], key=lambda h: str(h.path))):
        if any(h.path == path for h in group):
            # a file of several frames may hold several scans, and all of them are meant
            return [source for source in _sources_of(group, unreadable) if path in source.paths]
    raise AssertionError("every header is in a group")


def _find_in_folder(folder: Path, watch: Watch | None) -> list[ScanSource]:
    denied: list[OSError] = []
    files = []
    for parent, folders, names in os.walk(folder, onerror=denied.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(parent) / name for name in sorted(names) if not name.startswith(".") and name.upper() != "DICOMDIR"]
    niftis = [p for p in files if is_nifti_name(p)]
    itks = [p for p in files if is_itk_name(p)]
    named = [p for p in files if p.suffix.lower() in (*PICTURE_SUFFIXES, *TIFF_SUFFIXES, *VIDEO_SUFFIXES, ".hdr")]
    taken = {*niftis, *itks, *named, *(p for p in files if p.suffix.lower() == ".img" and header_of_pair(p) in named)}
    headers, unreadable = _read_headers([p for p in files if p not in taken], watch)
    sources = _dicom_sources(headers, unreadable)
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


def _read_headers(paths: Sequence[Path], watch: Watch | None) -> tuple[list[SliceHeader], tuple[Path, ...]]:
    """Return the headers of the DICOM pictures among some files, and the files that claim to be DICOM but cannot be read."""
    headers, unreadable = [], []
    for number, path in enumerate(paths):
        if watch is not None and number % WATCHED_FILES == 0 and not watch(number, len(paths)):
            # what was found so far may lack slices
            raise UserError("Looking for scans was stopped", where=str(path.parent), next_step="Choose the folder again.")
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


def _dicom_sources(headers: list[SliceHeader], unreadable: tuple[Path, ...]) -> list[ScanSource]:
    return [source for group in group_headers(headers) for source in _sources_of(group, unreadable)]


def _sources_of(group: list[SliceHeader], unreadable: tuple[Path, ...]) -> list[ScanSource]:
    """Return the scans of what :func:`group_headers` put together."""
    if len(group) == 1 and group[0].frames > 1:
        return _scans_in_file(group[0], unreadable)
    return [_dicom_source(one, part, unreadable) for one, part in split_series(group)]


def _scans_in_file(header: SliceHeader, unreadable: tuple[Path, ...]) -> list[ScanSource]:
    """Return the scans in a file of several frames; a damaged one stays one, so that reading it says why."""
    try:
        frames = frame_headers(header)
    except UserError:
        frames = []
    parts = split_frames(frames) if frames else [((), None)]
    if len(parts) == 1:
        return [_dicom_source([header], None, unreadable)]
    return [_dicom_source([header], part, unreadable, frames=chosen) for chosen, part in parts]


def _dicom_source(
    group: list[SliceHeader], part: Part | None, unreadable: tuple[Path, ...], *, frames: tuple[int, ...] | None = None
) -> ScanSource:
    first = group[0]
    rows, columns = first.plane.size
    pictures = first.frames if frames is None else len(frames)
    in_file = f"{pictures} frames" if pictures > 1 else "1 file" if frames is None else "1 frame"
    count = f"{len(group)} files" if len(group) > 1 else in_file
    named = "" if part is None else f", {part.name}"
    folders = {h.path.parent for h in group}
    return ScanSource(
        kind="dicom",
        paths=tuple(sorted(h.path for h in group)),
        series_uid=first.series_uid,
        description=f"{first.modality or 'DICOM'}{named}, {count} of {columns} × {rows}",
        modality=first.modality,
        unreadable=tuple(p for p in unreadable if p.parent in folders),
        part=part,
        frames=frames,
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


def read_scan(source: ScanSource, *, spacing_mm: Spacing | None = None) -> Scan:
    """Read a scan; what needs a decoder that a hostile file could crash is read in a process of its own.

    Parameters
    ----------
    spacing_mm
        What the user states of files that do not: mm between rows, between columns and between slices. By default the source's.

    Returns
    -------
    The scan, with the grid in LPS mm. DICOM slices are sorted along their normal and NIfTI axes kept as stored, so that
    what is exported later fits the file. Uneven or tilted slices are resampled, and the findings say how.

    Raises
    ------
    UnusableScanError
        A GeometryError: when slices are missing, of several phases, not parallel or without a place, or the axes are sheared.
    FileFormatError
        When a file is damaged, cut off or of a kind that is not read.
    UserError
        When a file is gone or may not be read, or the spacing is none.
    """
    if spacing_mm is not None:
        source = replace(source, spacing_mm=spacing_mm)
    check_stated(source.spacing_mm)
    return read_apart(source, Scan, paths=source.paths) if _needs_decoder(source) else read_here(source)


def glance_at(source: ScanSource) -> Glance:
    """Look at a scan as far as it takes to choose or to refuse it; where a decoder is needed, in a process of its own.

    Returns
    -------
    Also of a scan that is red or damaged: the verdict says so. Of a DICOM series only headers and one slice are read.

    Raises
    ------
    UserError
        When the stated spacing is none.
    """
    check_stated(source.spacing_mm)
    try:
        return read_apart(source, Glance, paths=source.paths, task="glance") if _needs_decoder(source) else glance_here(source)
    except UserError as error:
        return red_glance(error, modality=source.modality)


def glance_here(source: ScanSource) -> Glance:
    """Look at a scan in this process; as :func:`glance_at`, but what cannot be read raises."""
    return peek_dicom(source, source.spacing_mm) if source.kind == "dicom" else glance_of(read_here(source))


def _needs_decoder(source: ScanSource) -> bool:
    """Whether a scan is read by code beside Python's and NumPy's; plain DICOM, NIfTI and Analyze are not, and copying them costs."""
    if source.kind == "dicom":
        return any(is_packed(path) for path in source.paths)
    return source.kind not in ("nifti", "analyze")


def read_here(source: ScanSource) -> Scan:
    """Read a scan in this process; as :func:`read_scan`."""
    stated = source.spacing_mm
    if source.kind == "dicom":
        return read_dicom(source, stated)
    if source.kind == "nifti":
        return _read_nifti(source, stated)
    if source.kind == "itk":
        return _read_itk(source, stated)
    if source.kind == "analyze":
        return _read_analyze(source, stated)
    if source.kind == "tiff":
        tiff = read_tiff(source.paths[0], source.level)
        return _of_pictures(source, tiff.voxels, tiff.findings, spacing_mm=tiff.spacing_mm, stated=stated)
    if source.kind == "video":
        video = read_video(source.paths[0])
        return _of_pictures(source, video.voxels, video.findings, frame_ms=video.frame_ms, moving=True, stated=stated)
    voxels, findings = read_picture(source.paths[0])
    return _of_pictures(source, voxels, findings, stated=stated)


def _of_pictures(
    source: ScanSource,
    voxels: npt.NDArray[Any],
    findings: Iterable[Finding],
    *,
    spacing_mm: tuple[float, float] | None = None,
    frame_ms: float | None = None,
    moving: bool = False,
    stated: Spacing | None = None,
) -> Scan:
    """Return the scan of a plain picture [1, j, i] or of several [n, j, i], which are frames; colour has a last axis of 3."""
    count, rows, columns = voxels.shape[:3]
    grid, found, by = picture_grid(columns, rows), tuple(findings), NOT_STATED if spacing_mm is None else "resolution of the picture"
    depth_mm = 1.0
    if spacing_mm is None and stated is not None:
        row_mm, column_mm, depth_mm = stated
        spacing_mm, by = (column_mm, row_mm), BY_USER
        message = f"As the user states, pixels are {row_mm:.4g} × {column_mm:.4g} mm"
        found = (*(f for f in found if f.code != "spacing_unknown"), Finding("spacing_stated", message, "amber"))
    if count > 1 or spacing_mm is not None:
        grid = Geometry.identity((columns, rows, count), (*(spacing_mm or (1.0, 1.0)), depth_mm if count == 1 else 1.0))
    volume = Volume(
        voxels,
        grid,
        modality=PHOTO,
        source=source.description if count == 1 else f"{source.description}, {count} frames",
        spacing_known=spacing_mm is not None,
        time=TimeAxis("cine", count, frame_ms) if count > 1 or moving else None,
        place_known=False,
    )
    depth = BY_USER if by == BY_USER and count == 1 else NOT_STATED
    return Scan(volume, found, verdict_of(found), Passport(verdict_of(found), **geometry_of(grid), spacing_from=(by, by, depth)))


def _read_analyze(source: ScanSource, stated: Spacing | None) -> Scan:
    read = read_analyze(source.paths[0], spacing_mm=stated)
    refuse_red(read.findings, where=str(source.paths[0]))
    by = BY_USER if read.spacing_by_user else "pixdim" if read.spacing_known else NOT_STATED
    said = Passport("red", spacing_from=(by,) * 3)
    grid = _Grid(read.geometry, said, read.frames, None, read.spacing_known, False)
    return _without_modality(read.voxels, grid, list(read.findings), source=source.description, named="Analyze")


def _read_nifti(source: ScanSource, stated: Spacing | None) -> Scan:
    path = source.paths[0]
    file = open_nifti(path, frames=True, spacing_mm=stated)
    findings = list(file.findings)
    measured = Passport("red", qform_apart_mm=file.qform_apart_mm, qform_turned_deg=file.qform_turned_deg, unit_stated=file.unit_stated)
    refuse_red(findings, where=str(path), passport=measured)
    assert file.geometry is not None, "a file without a grid has a red finding"
    voxels, more = file.intensities()
    findings += more
    if is_label_file(file.image):
        findings.append(Finding("is_label_map", "The file says that it holds labels, not intensities", "amber"))
    placed = NOT_STATED if file.placed_by == "pixdim" else file.placed_by
    first, second, third = (BY_USER if by_user else file.placed_by for by_user in file.spacing_by_user)
    said = replace(measured, origin_from=placed, axes_from=placed, spacing_from=(first, second, third))
    grid = _Grid(file.geometry, said, frames=file.frames, frame_ms=file.frame_ms)
    return _without_modality(voxels, grid, findings, source=source.description, named="NIfTI")


def _read_itk(source: ScanSource, stated: Spacing | None) -> Scan:
    read = read_itk(source.paths[0], spacing_mm=stated)
    said = Passport("red", origin_from=read.placed_by, axes_from=read.placed_by, spacing_from=(read.spacing_from,) * 3)
    grid = _Grid(read.geometry, said, read.frames, None, read.spacing_known, read.place_known)
    named = source.description.removesuffix(" file")
    return _without_modality(read.voxels, grid, list(read.findings), source=source.description, named=named)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where voxels lie, what says so, and how many volumes of them there are in time."""

    geometry: Geometry
    said: Passport
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
    passport = replace(grid.said, verdict=verdict_of(findings), **geometry_of(geometry))
    return Scan(volume, tuple(findings), verdict_of(findings), passport, every)
