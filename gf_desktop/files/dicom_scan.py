"""A DICOM series, or a file of several frames, as a scan."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.correction import background_of, corrected
from gf_desktop.files.dicom import SliceHeader, pixel_digest, read_header, read_slices
from gf_desktop.files.findings import Finding, UnusableScanError, refuse_red, verdict_of
from gf_desktop.files.multiframe import read_multiframe
from gf_desktop.files.passport import BY_USER, NOT_STATED, Contradiction, Passport, geometry_of, with_values
from gf_desktop.files.picture import picture_grid
from gf_desktop.files.real_world_read import common_real_world
from gf_desktop.files.slice_positions import check_ends
from gf_desktop.files.sources import Glance, Scan, ScanSource, glance_of, red_glance
from gf_desktop.files.spacing import Spacing
from gf_desktop.files.stack import Stack, stack_planes
from gf_desktop.files.stated import differing, with_depth, with_spacing
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.real_world import RealWorld, facts_of
from gf_desktop.imaging.volume import Volume

__all__ = ["peek_dicom", "read_dicom"]


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """What the headers of a series say, before a pixel is read: slices in order, the grid, and what was noticed."""

    source: ScanSource
    headers: tuple[SliceHeader, ...]
    stack: Stack
    geometry: Geometry
    stated: SliceHeader
    findings: tuple[Finding, ...]
    differing: tuple[Contradiction, ...]
    real_world: RealWorld | None

    def passport(self, findings: Sequence[Finding]) -> Passport:
        """Return the passport with the verdict of all findings."""
        passport = _passport(self.stack, self.geometry, headers=self.headers, findings=findings, stated=self.stated)
        return with_values(replace(passport, contradictions=(*passport.contradictions, *self.differing)), self.real_world)


def read_dicom(source: ScanSource, spacing_mm: Spacing | None) -> Scan:
    """Read a DICOM scan; arguments and errors as ``read_scan``."""
    headers = _headers(source)
    if _is_multiframe(headers):
        return _read_multiframe(source, headers[0], spacing_mm)
    series = _placed(source, headers, spacing_mm)
    voxels, more = read_slices(series.headers)
    if series.stack.correction is not None:
        voxels = corrected(voxels, series.stack.correction, background=background_of(voxels, source.modality))
    findings = (*series.findings, *more)
    return Scan(_volume(series, voxels, series.geometry), findings, verdict_of(findings), series.passport(findings))


def peek_dicom(source: ScanSource, spacing_mm: Spacing | None) -> Glance:
    """Look at a DICOM scan: all headers, and the pixels of the middle slice. A file of several frames is read whole.

    Errors as ``read_scan``, but a red scan is returned with what can be said of it.
    """
    headers = _headers(source)
    if _is_multiframe(headers):
        return glance_of(_read_multiframe(source, headers[0], spacing_mm))
    try:
        series = _placed(source, headers, spacing_mm)
    except UnusableScanError as error:
        ordered = sorted(headers, key=lambda header: (header.instance is None, header.instance, str(header.path)))
        return red_glance(error, modality=source.modality, picture=_alone(source, ordered[len(ordered) // 2]))
    middle = series.headers[len(series.headers) // 2]
    voxels, more = read_slices([middle])
    findings = (*series.findings, *more)
    columns, rows, _ = series.geometry.size_ijk
    grid = Geometry((columns, rows, 1), series.geometry.spacing_mm, series.geometry.origin_mm, series.geometry.direction)
    # a correction slides and mixes slices, which a picture for a list need not show
    height, width = voxels.shape[1:3]
    picture = _volume(series, voxels, grid) if (width, height) == (columns, rows) else _alone(source, middle)
    return Glance(
        verdict_of(findings),
        findings,
        series.passport(findings),
        source.modality,
        size_ijk=series.geometry.size_ijk,
        spacing_mm=series.geometry.spacing_mm,
        spacing_known=series.stack.spacing_known,
        picture=picture,
    )


def _alone(source: ScanSource, header: SliceHeader) -> Volume | None:
    """Return one slice as a picture without a place; None where it cannot be read."""
    try:
        voxels, _ = read_slices([header])
    except (OSError, UserError):
        return None
    grid = picture_grid(voxels.shape[2], voxels.shape[1])
    return Volume(voxels, grid, modality=source.modality, source=source.description, spacing_known=False, place_known=False)


def _headers(source: ScanSource) -> list[SliceHeader]:
    headers = []
    for path in source.paths:
        header = read_header(path)
        if header is None:
            raise FileFormatError("This DICOM file is not a scan", where=str(path), next_step="Choose the scan's own files.")
        headers.append(header)
    return headers


def _is_multiframe(headers: Sequence[SliceHeader]) -> bool:
    return len(headers) == 1 and headers[0].frames > 1


def _placed(source: ScanSource, headers: list[SliceHeader], spacing_mm: Spacing | None) -> _Series:
    """Put the slices of a series in order; UnusableScanError where they make no volume."""
    where = str(source.paths[0] if len(source.paths) == 1 else Path(os.path.commonpath([p.parent for p in source.paths])))
    stated, findings = with_spacing(headers, spacing_mm)
    findings = [*_about_files(source, headers), *findings]
    stack = _stacked(stated)
    findings += stack.findings
    refuse_red(findings, where=where, passport=Passport("red", slices=stack.slices, contradictions=stack.contradictions))
    ordered = tuple(headers[n] for n in stack.order)
    assert stack.geometry is not None, "a stack without a grid has a red finding"
    placed = all(header.has_place for header in ordered)
    geometry = stack.geometry if placed else with_depth(stack.geometry, spacing_mm, known=stack.spacing_known)
    stack, ends = _about_ends(source, stack, ordered)
    other, differ = differing(geometry, spacing_mm)
    real_world, varies = common_real_world([header.real_world for header in ordered])
    noticed = (*findings, *ends, *differ, *varies)
    return _Series(source, ordered, stack, geometry, stated[stack.order[0]], noticed, other, real_world)


def _stacked(headers: Sequence[SliceHeader]) -> Stack:
    digests: dict[int, bytes] = {}

    def identical(one: int, other: int) -> bool:
        for n in (one, other):
            if n not in digests:
                digests[n] = pixel_digest(headers[n].path)
        return digests[one] == digests[other]

    return stack_planes([h.plane for h in headers], identical=identical)


def _volume(series: _Series, voxels: npt.NDArray[Any], geometry: Geometry) -> Volume:
    return Volume(
        voxels,
        geometry,
        modality=series.source.modality,
        source=f"DICOM {series.source.description}",
        spacing_known=series.stack.spacing_known,
        facts=series.headers[0].facts | facts_of(series.real_world),
        place_known=all(header.has_place for header in series.headers),
        resampled=series.stack.correction is not None,
    )


def _about_ends(source: ScanSource, stack: Stack, ordered: Sequence[SliceHeader]) -> tuple[Stack, list[Finding]]:
    """Return what pictures' numbers say of slices missing at the ends; those of a split series count other scans too."""
    if source.part is not None or stack.slices is None or len(ordered) < 2 or stack.slices.duplicates:
        return stack, []
    totals = {h.in_acquisition for h in ordered}
    acquisitions = {dict(h.kinds).get("AcquisitionNumber") for h in ordered}
    total = totals.pop() if len(totals) == 1 and len(acquisitions) == 1 else None
    missing, findings = check_ends([h.instance for h in ordered], total)
    return replace(stack, slices=replace(stack.slices, missing_at_ends=missing)), findings


def _passport(
    stack: Stack, geometry: Geometry, *, headers: Sequence[SliceHeader], findings: Sequence[Finding], stated: SliceHeader
) -> Passport:
    """Return the passport of slices in order; ``stated`` is the first one with what the user said."""
    first = headers[0]
    count = len(headers)
    placed = "ImagePositionPatient of 1 slice" if count == 1 else f"ImagePositionPatient of {count} slices"
    turned = "ImageOrientationPatient of 1 slice" if count == 1 else f"ImageOrientationPatient of {count} slices"
    pixels = _pixels_from(first, stated)
    if len(headers) > 1:
        depth = placed if first.has_place else BY_USER
    elif first.plane.thickness_mm is not None and first.has_place:
        depth = "SliceThickness"
    else:
        depth = NOT_STATED if stated.plane.thickness_mm in (None, first.plane.thickness_mm) else BY_USER
    return Passport(
        verdict_of(findings),
        **geometry_of(geometry),
        origin_from=placed if first.has_place else NOT_STATED,
        axes_from=turned if first.has_place else NOT_STATED,
        spacing_from=(pixels, pixels, depth),
        slices=stack.slices,
        contradictions=stack.contradictions,
        resampled=stack.correction is not None,
    )


def _pixels_from(header: SliceHeader, stated: SliceHeader) -> str:
    """Return what states the size of a pixel; ``stated`` is the header with what the user said."""
    if header.plane.spacing_mm is None:
        return NOT_STATED if stated.plane.spacing_mm is None else BY_USER
    if header.detector_spacing:
        return "ImagerPixelSpacing"
    return "SequenceOfUltrasoundRegions" if header.region_spacing else "PixelSpacing"


def _read_multiframe(source: ScanSource, header: SliceHeader, spacing_mm: Spacing | None) -> Scan:
    (stated,), taken = with_spacing([header], spacing_mm)
    read = read_multiframe(stated, pixels_from=_pixels_from(header, stated), chosen=source.frames)
    other, differ = differing(read.geometry, spacing_mm) if read.time is None else ((), [])
    findings = (*_about_files(source, [header]), *taken, *read.findings, *differ)
    volume = Volume(
        read.voxels,
        read.geometry,
        modality=source.modality,
        source=f"DICOM {source.description}",
        spacing_known=read.spacing_known,
        facts=header.facts | facts_of(read.real_world),
        time=read.time,
        place_known=read.place_known,
        resampled=read.resampled,
    )
    if read.frames is not None:
        read.frames.setflags(write=False)
    passport = replace(read.passport, verdict=verdict_of(findings), contradictions=(*read.passport.contradictions, *other))
    return Scan(volume, findings, verdict_of(findings), with_values(passport, read.real_world), read.frames)


def _about_files(source: ScanSource, headers: list[SliceHeader]) -> list[Finding]:
    findings = []
    if source.part is not None:
        message = f"One series identifier covers {source.part.count} scans, told apart by {source.part.by}; this one is {source.part.name}"
        findings.append(Finding("split_series", message, source.part.severity))
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
