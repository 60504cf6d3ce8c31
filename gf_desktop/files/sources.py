"""Where a scan lies on disk, and what a scan is that was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy.typing as npt

from gf_desktop.errors import UserError
from gf_desktop.files.findings import Finding, Severity, UnusableScanError
from gf_desktop.files.passport import Passport
from gf_desktop.files.spacing import Spacing
from gf_desktop.files.splitting import Part
from gf_desktop.files.tiff import TiffLevel
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume

__all__ = ["Glance", "Kind", "Scan", "ScanSource", "glance_of", "red_glance"]

Kind = Literal["dicom", "nifti", "itk", "analyze", "picture", "tiff", "video"]


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
    part
        Which of several scans under one series identifier it is; None where the series is whole.
    spacing_mm
        What the user states of files that do not: mm between rows, between columns and between slices; else None.
    frames
        Of a file of several frames that holds several scans: which of them are this one's, from 0. Else None.
    """

    kind: Kind
    paths: tuple[Path, ...]
    series_uid: str
    description: str
    modality: str
    unreadable: tuple[Path, ...] = ()
    levels: tuple[TiffLevel, ...] = ()
    level: int | None = None
    part: Part | None = None
    spacing_mm: Spacing | None = None
    frames: tuple[int, ...] | None = None


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
    passport
        Where it lies, and why that is believed.
    frames
        Of a series of volumes in time every volume, read-only [t, k, j, i]; ``volume`` is one of them. Else None.
    """

    volume: Volume
    findings: tuple[Finding, ...]
    verdict: Severity
    passport: Passport
    frames: npt.NDArray[Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What can be said of a scan without keeping its voxels: enough to choose it, or to refuse it.

    Attributes
    ----------
    verdict
        The worst severity of the findings.
    findings
        What was noticed. Of a DICOM series only the headers and one slice were read: reading it may find more.
    passport
        Where it lies, and why that is believed.
    modality
        DICOM's code, "PHOTO", or "" where nothing says.
    next_step
        Red only: what to do about it.
    size_ijk
        Columns, rows, slices; None of a red scan.
    frames
        Volumes or pictures in time; 1 of a scan without.
    spacing_mm
        Of i, j, k; None of a red scan.
    spacing_known
        Whether the spacing is stated in mm.
    picture
        One slice from the middle, [1, j, i], to show; None where none can be read.
    """

    verdict: Severity
    findings: tuple[Finding, ...]
    passport: Passport
    modality: str
    next_step: str = ""
    size_ijk: tuple[int, int, int] | None = None
    frames: int = 1
    spacing_mm: tuple[float, float, float] | None = None
    spacing_known: bool = False
    picture: Volume | None = None


def glance_of(scan: Scan) -> Glance:
    """Return what can be said of a scan that was read."""
    volume = scan.volume
    columns, rows, slices = volume.geometry.size_ijk
    is_cine = volume.time is not None and volume.is_cine
    at = 0 if is_cine else slices // 2
    grid = Geometry((columns, rows, 1), volume.geometry.spacing_mm, volume.geometry.origin_mm, volume.geometry.direction)
    picture = Volume(
        volume.voxels[at : at + 1].copy(),
        grid,
        modality=volume.modality,
        source=volume.source,
        spacing_known=volume.spacing_known,
        place_known=volume.place_known,
    )
    return Glance(
        scan.verdict,
        scan.findings,
        scan.passport,
        volume.modality,
        size_ijk=(columns, rows, 1 if is_cine else slices),
        frames=1 if volume.time is None else volume.time.count,
        spacing_mm=volume.geometry.spacing_mm,
        spacing_known=volume.spacing_known,
        picture=picture,
    )


def red_glance(error: UserError, *, modality: str, picture: Volume | None = None) -> Glance:
    """Return what can be said of a scan that is refused."""
    if isinstance(error, UnusableScanError):
        findings, passport = error.findings, error.passport or Passport("red")
    else:
        findings, passport = (Finding("unreadable", error.what, "red", error.next_step),), Passport("red")
    return Glance("red", findings, passport, modality, next_step=error.next_step, picture=picture)
