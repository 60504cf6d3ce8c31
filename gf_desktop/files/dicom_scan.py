"""A DICOM series, or a file of several frames, as a scan."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.correction import background_of, corrected
from gf_desktop.files.dicom import SliceHeader, pixel_digest, read_header, read_slices
from gf_desktop.files.findings import Finding, refuse_red, verdict_of
from gf_desktop.files.multiframe import read_multiframe
from gf_desktop.files.passport import BY_USER, NOT_STATED, Passport, geometry_of
from gf_desktop.files.slice_positions import check_ends
from gf_desktop.files.sources import Scan, ScanSource
from gf_desktop.files.spacing import Spacing
from gf_desktop.files.stack import Stack, stack_planes
from gf_desktop.files.stated import differing, with_depth, with_spacing
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume

__all__ = ["read_dicom"]


def read_dicom(source: ScanSource, spacing_mm: Spacing | None) -> Scan:
    """Read a DICOM scan; arguments and errors as ``read_scan``."""
    headers = []
    for path in source.paths:
        header = read_header(path)
        if header is None:
            raise FileFormatError("This DICOM file is not a scan", where=str(path), next_step="Choose the scan's own files.")
        headers.append(header)
    if len(headers) == 1 and headers[0].frames > 1:
        return _read_multiframe(source, headers[0], spacing_mm)
    where = str(source.paths[0] if len(source.paths) == 1 else Path(os.path.commonpath([p.parent for p in source.paths])))
    stated, findings = with_spacing(headers, spacing_mm)
    findings = [*_about_files(source, headers), *findings]
    stack = _stacked(stated)
    findings += stack.findings
    refuse_red(findings, where=where, passport=Passport("red", slices=stack.slices, contradictions=stack.contradictions))
    ordered = [headers[n] for n in stack.order]
    voxels, more = read_slices(ordered)
    assert stack.geometry is not None, "a stack without a grid has a red finding"
    placed = all(header.has_place for header in ordered)
    geometry = stack.geometry if placed else with_depth(stack.geometry, spacing_mm, known=stack.spacing_known)
    if stack.correction is not None:
        voxels = corrected(voxels, stack.correction, background=background_of(voxels, source.modality))
    stack, ends = _about_ends(source, stack, ordered)
    other, differ = differing(geometry, spacing_mm)
    findings += [*more, *ends, *differ]
    volume = _volume(source, voxels, geometry, ordered[0], stack=stack, placed=placed)
    passport = _passport(stack, geometry, headers=ordered, findings=findings, stated=stated[stack.order[0]])
    return Scan(volume, tuple(findings), verdict_of(findings), replace(passport, contradictions=(*passport.contradictions, *other)))


def _stacked(headers: Sequence[SliceHeader]) -> Stack:
    digests: dict[int, bytes] = {}

    def identical(one: int, other: int) -> bool:
        for n in (one, other):
            if n not in digests:
                digests[n] = pixel_digest(headers[n].path)
        return digests[one] == digests[other]

    return stack_planes([h.plane for h in headers], identical=identical)


def _volume(source: ScanSource, voxels: npt.NDArray[Any], geometry: Geometry, header: SliceHeader, *, stack: Stack, placed: bool) -> Volume:
    return Volume(
        voxels,
        geometry,
        modality=source.modality,
        source=f"DICOM {source.description}",
        spacing_known=stack.spacing_known,
        facts=dict(header.facts),
        place_known=placed,
        resampled=stack.correction is not None,
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
    placed = f"ImagePositionPatient of {len(headers)} slices"
    pixels = "ImagerPixelSpacing" if first.detector_spacing else "SequenceOfUltrasoundRegions" if first.region_spacing else "PixelSpacing"
    if first.plane.spacing_mm is None:
        pixels = NOT_STATED if stated.plane.spacing_mm is None else BY_USER
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
        axes_from=f"ImageOrientationPatient of {len(headers)} slices" if first.has_place else NOT_STATED,
        spacing_from=(pixels, pixels, depth),
        slices=stack.slices,
        contradictions=stack.contradictions,
        resampled=stack.correction is not None,
    )


def _read_multiframe(source: ScanSource, header: SliceHeader, spacing_mm: Spacing | None) -> Scan:
    (stated,), taken = with_spacing([header], spacing_mm)
    read = read_multiframe(stated)
    other, differ = differing(read.geometry, spacing_mm) if read.time is None else ((), [])
    findings = (*_about_files(source, [header]), *taken, *read.findings, *differ)
    volume = Volume(
        read.voxels,
        read.geometry,
        modality=source.modality,
        source=f"DICOM {source.description}",
        spacing_known=read.spacing_known,
        facts=dict(header.facts),
        time=read.time,
        place_known=read.place_known,
        resampled=read.resampled,
    )
    if read.frames is not None:
        read.frames.setflags(write=False)
    passport = replace(read.passport, verdict=verdict_of(findings), contradictions=(*read.passport.contradictions, *other))
    return Scan(volume, findings, verdict_of(findings), passport, read.frames)


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
