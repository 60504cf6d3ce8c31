"""What of a scan says whose it is: tags that stay apart, and text in its pixels.

The tags go to one place only, the map from pseudonym to patient (:mod:`gf_desktop.project.patients`); the text is blacked out in the
project's own copy of the scan. The files that were read are never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.dicom import decoding_faults, number, text_of
from gf_desktop.files.findings import Finding, verdict_of
from gf_desktop.files.quiet import load_pydicom, quiet
from gf_desktop.files.sources import Scan
from gf_desktop.imaging.burned_in import Region, black_out, find_text, outside_bands
from gf_desktop.imaging.volume import Volume
from gf_desktop.imaging.windowing import to_grey

__all__ = ["MAY_SHOW_TEXT", "Identity", "Private", "framed", "private_of", "text_finding", "text_in", "without_text"]

MAY_SHOW_TEXT: Final = frozenset({"US", "ES", "IVUS", "XC", "GM", "OP", "OPT", "OT", "SC", "XA", "RF"})
"""Modalities whose machines write into the picture."""

FRAMES_LOOKED_AT: Final = 7
"""Of a cine so many frames, evenly spread, are looked at together: text stands still, tissue moves."""

MOST_CHARACTERS: Final = 256

FRAME_PX: Final = 3
FRAME_RGB: Final = (255, 0, 255)
"""A colour that no scanner uses."""

_TAGS: Final = {
    "patient_id": "PatientID",
    "name": "PatientName",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_uid": "StudyInstanceUID",
    "study_date": "StudyDate",
    "accession": "AccessionNumber",
    "series_uid": "SeriesInstanceUID",
}
_TISSUE: Final = 1
"""Code of a region's data type (DICOM PS3.3 C.8.5.5.1.2)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Tags of a DICOM file that tell one person and one examination from others; empty where the file has none."""

    patient_id: str = ""
    name: str = ""
    birth_date: str = ""
    sex: str = ""
    study_uid: str = ""
    study_date: str = ""
    accession: str = ""
    series_uid: str = ""

    @property
    def person(self) -> tuple[str, str, str] | None:
        """What is the same in all scans of a person: the patient's number, else name and date of birth; None where neither is known."""
        if self.patient_id:
            return (self.patient_id, "", "")
        return ("", self.name, self.birth_date) if self.name else None

    def as_json(self) -> dict[str, str]:
        """Return what is known, by name."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Private:
    """What a scan's files say of a person, and of text in its pixels.

    Attributes
    ----------
    identity
        None where the files hold no such tags.
    scanned
        Parts of the picture that show tissue, as ultrasound states them.
    says_burned_in
        Whether the file states that its pixels hold identifying text (DICOM's "Burned In Annotation"); None where it does not say.
    """

    identity: Identity | None = None
    scanned: tuple[Region, ...] = ()
    says_burned_in: bool | None = None


def private_of(path: Path) -> Private:
    """Return what a DICOM file says of a person; nothing for files that cannot be read or are none."""
    pydicom = load_pydicom()
    tags = [*_TAGS.values(), "BurnedInAnnotation", "SequenceOfUltrasoundRegions"]
    faults: tuple[type[Exception], ...] = (OSError, *decoding_faults())
    try:
        with quiet():
            dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags, force=True)
            values = {name: _plain(text_of(dataset, tag)) for name, tag in _TAGS.items()}
            burned = text_of(dataset, "BurnedInAnnotation").upper()
            scanned = tuple(_region(item) for item in dataset.get("SequenceOfUltrasoundRegions") or () if _is_tissue(item))
    except faults:
        # the scan itself was read, or refused, by others: what its damaged header says of a person is no reason to refuse it
        return Private()
    identity = Identity(**values)
    return Private(
        identity if any(values.values()) else None, tuple(r for r in scanned if r is not None), {"YES": True, "NO": False}.get(burned)
    )


def _plain(value: str) -> str:
    return "".join(c for c in value if c.isprintable())[:MOST_CHARACTERS]


def _is_tissue(item: Any) -> bool:
    return number(item, "RegionDataType") == _TISSUE


def _region(item: Any) -> Region | None:
    names = ("RegionLocationMinY0", "RegionLocationMinX0", "RegionLocationMaxY1", "RegionLocationMaxX1")
    top, left, bottom, right = (number(item, name) for name in names)
    if top is None or left is None or bottom is None or right is None or bottom <= top or right <= left:
        return None
    # the last row and column belong to the region
    return Region(int(top), int(left), int(bottom) + 1, int(right) + 1)


def text_in(volume: Volume, private: Private) -> tuple[Region, ...]:
    """Return where a scan's pictures hold text, in rows j and columns i of every frame.

    Where the file states which parts show tissue, the bands beside them are named whole as soon as there is text in one, or the
    file says that there is. Only modalities of :data:`MAY_SHOW_TEXT`, and files that say so, are looked at.
    """
    if volume.modality not in MAY_SHOW_TEXT and not private.says_burned_in:
        return ()
    picture = _still(volume)
    shape = (picture.shape[0], picture.shape[1])
    found = find_text(picture)
    bands = outside_bands(shape, private.scanned)
    if not private.says_burned_in:
        bands = tuple(band for band in bands if any(band.meets(text) for text in found))
    inside = tuple(text for text in found if not any(_within(text, band) for band in bands))
    return tuple(sorted((*bands, *inside)))


def without_text(scan: Scan, private: Private, *, keep: bool = False) -> Scan:
    """Return a scan whose burned-in text is blacked out, in every frame, and says so; with ``keep`` it only says that there is some."""
    regions = text_in(scan.volume, private)
    if not regions:
        return scan
    if keep:
        return _with_finding(scan, Finding("text_kept", f"{_holds(len(regions))}; it is kept as you asked", "amber"))
    cleared = replace(scan.volume, voxels=black_out(scan.volume.voxels, regions))
    frames = scan.frames
    if frames is not None:
        frames = np.stack([black_out(volume, regions) for volume in frames])
        frames.setflags(write=False)
    return _with_finding(replace(scan, volume=cleared, frames=frames), text_finding(len(regions)))


def _holds(places: int) -> str:
    return f"The picture holds text ({places} ×), which may name the patient"


def text_finding(places: int) -> Finding:
    """Return what is said of a scan whose text becomes black."""
    return Finding("text_blacked_out", f"{_holds(places)}: it becomes black in the project's copy, the file stays as it is", "amber")


def framed(picture: Volume, regions: Sequence[Region]) -> Volume:
    """Return a slice [1, j, i] in colour with a frame around each region."""
    grey = picture.voxels if picture.is_colour else np.repeat(to_grey(picture.voxels, picture.default_window())[..., None], 3, axis=3)
    voxels = np.array(grey, np.uint8)
    for region in regions:
        outer = region.grown(FRAME_PX, (voxels.shape[1], voxels.shape[2]))
        inside = voxels[(slice(None), *region.slices)].copy()
        voxels[(slice(None), *outer.slices)] = FRAME_RGB
        voxels[(slice(None), *region.slices)] = inside
    return replace(picture, voxels=voxels)


def _with_finding(scan: Scan, finding: Finding) -> Scan:
    findings = (*scan.findings, finding)
    verdict = verdict_of(findings)
    return replace(scan, findings=findings, verdict=verdict, passport=replace(scan.passport, verdict=verdict))


def _within(one: Region, other: Region) -> bool:
    return other.top <= one.top and one.bottom <= other.bottom and other.left <= one.left and one.right <= other.right


def _still(volume: Volume) -> npt.NDArray[np.uint8]:
    """Return what stands still in a scan's frames, uint8 [rows, columns(, 3)]."""
    count = len(volume.voxels)
    chosen: Sequence[int] = sorted({round(n) for n in np.linspace(0, count - 1, min(count, FRAMES_LOOKED_AT))})
    frames = volume.voxels[list(chosen)]
    if not volume.is_colour:
        frames = to_grey(frames, volume.default_window())
    return np.median(frames, axis=0).astype(np.uint8) if len(chosen) > 1 else np.asarray(frames[0])
