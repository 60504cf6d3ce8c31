"""Where a scan lies on disk, and what a scan is that was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy.typing as npt

from gf_desktop.files.findings import Finding, Severity
from gf_desktop.files.passport import Passport
from gf_desktop.files.spacing import Spacing
from gf_desktop.files.splitting import Part
from gf_desktop.files.tiff import TiffLevel
from gf_desktop.imaging.volume import Volume

__all__ = ["Kind", "Scan", "ScanSource"]

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
