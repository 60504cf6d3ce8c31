"""DICOM files of several frames: slices of a body, moments of a cine, or volumes one after the other.

What a frame is, its own functional groups say (DICOM PS3.3 C.7.6.16). Frames that lie apart are slices and are put in order by
position, as single files are. Frames at one place are moments. Frames that say nothing of their place are pictures with frames,
in pixels unless the size of a pixel is stated: a distance between them is never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.correction import background_of, corrected
from gf_desktop.files.dicom import SliceHeader, decoding_faults, pixels_of, read_dataset, read_dataset_header
from gf_desktop.files.elements import number, numbers, text_of
from gf_desktop.files.findings import Finding, refuse_red, verdict_of
from gf_desktop.files.intensities import rescaled_planes
from gf_desktop.files.passport import NOT_STATED, Passport, geometry_of
from gf_desktop.files.real_world_read import common_real_world, real_world_of
from gf_desktop.files.slice_positions import SAME_POSITION_MM
from gf_desktop.files.stack import Plane, Stack, stack_planes
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.real_world import RealWorld
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["Multiframe", "frame_headers", "read_multiframe"]

Array = npt.NDArray[Any]

_GROUPS: Final = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_NEEDED: Final = ("PhotometricInterpretation", "PixelRepresentation", "ModalityLUTSequence", "RealWorldValueMappingSequence")
"""Of the data set itself, what is asked when frames are looked at without pixels."""

LEAST_SHARE: Final = 1000
"""A file whose pixels would be larger than it by this factor is damaged: no picture of a patient is packed as tightly."""

_AGAIN: Final = "Export the file again from where it came from."

_MOMENTS: Final = (
    ("FrameContentSequence", "TemporalPositionIndex"),
    ("TemporalPositionSequence", "TemporalPositionTimeOffset"),
    ("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime"),
)
"""Where a frame says which moment it is of; the first that tells frames apart is used."""

_PHASES: Final = (("MREchoSequence", "EffectiveEchoTime"), ("MRDiffusionSequence", "DiffusionBValue"))
"""What makes frames at one place different scans; it is no time. Frames that nothing else splits are refused by name."""

_KINDS: Final = (
    ("MRImageFrameTypeSequence", "ComplexImageComponent"),
    ("MRImageFrameTypeSequence", "FrameType"),
    ("CTImageFrameTypeSequence", "FrameType"),
    ("MREchoSequence", "EffectiveEchoTime"),
    ("MRModifierSequence", "InversionTimes"),
    ("MRDiffusionSequence", "DiffusionBValue"),
)
"""What may tell the scans in one file apart, by functional group."""


@dataclass(frozen=True, slots=True, eq=False)
class Multiframe:
    """A file of several frames that was read.

    Attributes
    ----------
    voxels
        Intensities [k, j, i] or uint8 [k, j, i, 3] of the scan: the stack, the cine's frames, or the first volume of a series.
    geometry
        The grid.
    findings
        What was noticed.
    spacing_known, place_known
        As of a :class:`Volume`.
    time
        Frames in time, None where they lie in space.
    passport
        What says where it lies, and how its slices lie; its verdict is that of ``findings``.
    resampled
        Whether slices were brought onto the grid by interpolation.
    frames
        Series only: every volume, [t, k, j, i].
    real_world
        What intensities mean in a unit of the real world; None where nothing says, or frames differ in it.
    """

    voxels: Array
    geometry: Geometry
    findings: tuple[Finding, ...]
    spacing_known: bool
    place_known: bool
    time: TimeAxis | None
    passport: Passport
    resampled: bool = False
    frames: Array | None = None
    real_world: RealWorld | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """What one frame says.

    Its plane, slope and intercept, which moment it is of, whether the size of its pixels is its own, what its intensities mean, and
    what may make it another scan's.
    """

    plane: Plane
    scale: tuple[float, float]
    moment: float | None
    states_spacing: bool
    real_world: RealWorld | None
    kinds: tuple[tuple[str, str], ...]


def frame_headers(header: SliceHeader) -> list[tuple[SliceHeader, float | None]]:
    """Return for each frame of a file what it says, as the header of a file of its own, and which moment it is of; no pixel is read.

    Empty where frames have no functional groups of their own, so that nothing tells them apart. Errors as :func:`read_multiframe`.
    """
    dataset = read_dataset_header(header.path, (*_GROUPS, *_NEEDED))
    try:
        if len(dataset.get("PerFrameFunctionalGroupsSequence") or ()) != header.frames:
            return []
        frames = _frames_of(dataset, header)
    except decoding_faults() as error:
        raise FileFormatError("The DICOM header is damaged", where=str(header.path), next_step=_AGAIN) from error
    return [
        (replace(header, plane=frame.plane, kinds=frame.kinds, frames=1, instance=n + 1, in_acquisition=None), frame.moment)
        for n, frame in enumerate(frames)
    ]


def read_multiframe(header: SliceHeader, *, pixels_from: str = "PixelSpacing", chosen: Sequence[int] | None = None) -> Multiframe:
    """Read a file of several frames.

    Parameters
    ----------
    pixels_from
        What the header's size of a pixel is from, for the passport. Frames that state their own do so as "PixelSpacing".
    chosen
        Numbers of the frames that are read, from 0; None: all of them.

    Raises
    ------
    UnusableScanError
        When its frames lie in space but make no regular grid, or differ in what is not time.
    FileFormatError
        When it is damaged, cut off, or of a kind that is not read.
    UserError
        When it is gone or may not be read.
    """
    path = header.path
    dataset = read_dataset(path)
    try:
        _check_size(dataset, header, on_disk=path.stat().st_size)
        frames, frame_ms = _frames_of(dataset, header), _frame_ms(dataset)
    except decoding_faults() as error:
        raise FileFormatError("The DICOM header is damaged", where=str(path), next_step=_AGAIN) from error
    if chosen is not None:
        if not all(0 <= n < len(frames) for n in chosen):
            raise FileFormatError("The file has fewer frames than when it was found", where=str(path), next_step=_AGAIN)
        frames = [frames[n] for n in chosen]
    kept: list[tuple[Array, tuple[Finding, ...]]] = []

    def pixels() -> Array:
        if not kept:
            every, done = _pixels(dataset, header)
            kept.append((every if chosen is None else every[list(chosen)], done))
        return kept[0][0]

    read = _arranged(frames, header, pixels, where=str(path), frame_ms=frame_ms)
    if read.passport.spacing_from[0] != NOT_STATED and not any(frame.states_spacing for frame in frames):
        said = (pixels_from, pixels_from, read.passport.spacing_from[2])
        read = replace(read, passport=replace(read.passport, spacing_from=said))
    real_world, varies = common_real_world([frame.real_world for frame in frames])
    return replace(read, findings=(*read.findings, *(kept[0][1] if kept else ()), *varies), real_world=real_world)


def _check_size(dataset: Any, header: SliceHeader, *, on_disk: int) -> None:
    rows, columns = header.plane.size
    samples, bits = int(number(dataset, "SamplesPerPixel") or 1), int(number(dataset, "BitsAllocated") or 16)
    if header.frames * rows * columns * samples * bits // 8 > on_disk * LEAST_SHARE:
        message = f"The header claims {header.frames} frames of {columns} × {rows}, more than the file can hold"
        raise FileFormatError(message, where=str(header.path), next_step=_AGAIN)


def _pixels(dataset: Any, header: SliceHeader) -> tuple[Array, tuple[Finding, ...]]:
    """Return every frame's stored values, [n, j, i] or uint8 [n, j, i, 3], and what was done to them."""
    found, done = pixels_of(dataset, header.path)
    expected = (header.frames, *header.plane.size)
    if found.shape not in (expected, (*expected, 3)):
        message = f"The pixels form an array of {found.shape}, not {header.frames} frames of one size"
        raise FileFormatError(message, where=str(header.path), next_step=_AGAIN)
    return found, done


# what the frames say


def _groups(dataset: Any, count: int) -> list[tuple[Any, Any]]:
    """Return for each frame its own functional groups and those that all share; empty data sets where there are none."""
    shared: Any = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), {})
    own = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())
    return [(own[n] if len(own) == count else {}, shared) for n in range(count)]


def _in_group(groups: tuple[Any, Any], sequence: str) -> Any:
    """Return the item of a functional group: the frame's own, else the shared one, else nothing."""
    for group in groups:
        item = next(iter(group.get(sequence) or ()), None)
        if item is not None:
            return item
    return {}


def _frames_of(dataset: Any, header: SliceHeader) -> list[_Frame]:
    every = _groups(dataset, header.frames)
    source = next((pair for pair in _MOMENTS if len({number(_in_group(g, pair[0]), pair[1]) for g in every} - {None}) > 1), None)
    frames = [
        _frame_of(groups, header, dataset, None if source is None else number(_in_group(groups, source[0]), source[1])) for groups in every
    ]
    # a number of time that only counts the echoes or b-values is none
    if len({f.plane.phase for f in frames}) == len({f.moment for f in frames}) == len({(f.plane.phase, f.moment) for f in frames}) > 1:
        frames = [replace(frame, moment=None) for frame in frames]
    return frames


def _kinds_of(groups: tuple[Any, Any]) -> Iterator[tuple[str, str]]:
    for sequence, name in _KINDS:
        value = text_of(_in_group(groups, sequence), name)
        if value:
            yield name, value
    direction: Any = next(iter(_in_group(groups, "MRDiffusionSequence").get("DiffusionGradientDirectionSequence") or ()), {})
    if text_of(direction, "DiffusionGradientOrientation"):
        yield "DiffusionGradientOrientation", text_of(direction, "DiffusionGradientOrientation")


def _frame_of(groups: tuple[Any, Any], header: SliceHeader, dataset: Any, moment: float | None) -> _Frame:
    position = numbers(_in_group(groups, "PlanePositionSequence"), "ImagePositionPatient", 3)
    orientation = numbers(_in_group(groups, "PlaneOrientationSequence"), "ImageOrientationPatient", 6)
    measures = _in_group(groups, "PixelMeasuresSequence")
    spacing = numbers(measures, "PixelSpacing", 2)
    scaling = _in_group(groups, "PixelValueTransformationSequence")
    slope, intercept = number(scaling, "RescaleSlope"), number(scaling, "RescaleIntercept")
    thickness, gap = number(measures, "SliceThickness"), number(measures, "SpacingBetweenSlices")
    found = ((name, text_of(_in_group(groups, sequence), name)) for sequence, name in _PHASES)
    plane = replace(
        header.plane,
        position_mm=(position[0], position[1], position[2]) if position else None,
        orientation=(orientation[0], orientation[1], orientation[2], orientation[3], orientation[4], orientation[5])
        if orientation
        else None,
        spacing_mm=(spacing[0], spacing[1]) if spacing else header.plane.spacing_mm,
        thickness_mm=header.plane.thickness_mm if thickness is None else thickness,
        stated_gap_mm=header.plane.stated_gap_mm if gap is None else gap,
        phase=tuple(pair for pair in found if pair[1]),
    )
    scale = (slope or header.slope, header.intercept if intercept is None else intercept)
    own = next((group for group in groups if group.get("RealWorldValueMappingSequence")), dataset)
    real_world = real_world_of(own.get("RealWorldValueMappingSequence"), dataset, scale)
    return _Frame(plane, scale, moment, bool(spacing), real_world, tuple(_kinds_of(groups)))


def _frame_ms(dataset: Any) -> float | None:
    """Return the time from frame to frame in ms where the file states it (DICOM PS3.3 C.7.6.5), else None."""
    step = number(dataset, "FrameTime")
    if step is None:
        steps = dataset.get("FrameTimeVector")
        # the first one is the time before the first frame, zero
        times = numbers(dataset, "FrameTimeVector", len(steps)) if steps is not None and not isinstance(steps, (str, float, int)) else None
        step = float(np.median(times[1:])) if times and len(times) > 1 else None
    if step is None or step <= 0:
        rate = number(dataset, "RecommendedDisplayFrameRate") or number(dataset, "CineRate")
        step = 1000.0 / rate if rate and rate > 0 else None
    return step if step is not None and math.isfinite(step) else None


# what they make together


def _arranged(frames: list[_Frame], header: SliceHeader, pixels: Callable[[], Array], *, where: str, frame_ms: float | None) -> Multiframe:
    planes = [frame.plane for frame in frames]
    if all(plane.position_mm is None or plane.orientation is None for plane in planes):
        return _cine(frames, header, pixels(), None, frame_ms=frame_ms)
    if len(planes) > 1 and _at_one_place(planes) and len({plane.phase for plane in planes}) == 1:
        return _cine(frames, header, pixels(), _one_plane(planes[0], where=where), frame_ms=_between(frames, frame_ms))
    moments = sorted({frame.moment for frame in frames if frame.moment is not None})
    if len(moments) > 1 and not any(frame.moment is None for frame in frames):
        numbered = [[n for n, frame in enumerate(frames) if frame.moment == moment] for moment in moments]
        if len({len(group) for group in numbered}) == 1:
            return _series(frames, numbered, pixels, header, where=where, frame_ms=_between(frames, frame_ms))
    stack = _stacked(planes, range(len(planes)), pixels, where=where)
    voxels, more = _intensities(pixels(), frames, stack.order)
    assert stack.geometry is not None, "a stack without a grid has a red finding"
    voxels = _on_grid(voxels, stack, header)
    findings = (*stack.findings, *more)
    return Multiframe(
        voxels, stack.geometry, findings, stack.spacing_known, place_known=True, time=None,
        passport=_passport(stack.geometry, findings, stack=stack), resampled=stack.correction is not None,
    )  # fmt: skip


def _on_grid(voxels: Array, stack: Stack, header: SliceHeader) -> Array:
    if stack.correction is None:
        return voxels
    return corrected(voxels, stack.correction, background=background_of(voxels, header.modality))


def _passport(geometry: Geometry, findings: Sequence[Finding], *, stack: Stack | None, known: bool = True) -> Passport:
    """Return the passport of frames; without a stack they do not say where they lie."""
    placed = stack is not None and stack.slices is not None
    count = 0 if stack is None else len(stack.order)
    pixels = "PixelSpacing" if known else NOT_STATED
    lies = "ImagePositionPatient of 1 frame" if count == 1 else f"ImagePositionPatient of {count} frames"
    turned = "ImageOrientationPatient of 1 frame" if count == 1 else f"ImageOrientationPatient of {count} frames"
    return Passport(
        verdict_of(findings),
        **geometry_of(geometry),
        origin_from=lies if placed else NOT_STATED,
        axes_from=turned if placed else NOT_STATED,
        spacing_from=(pixels, pixels, lies if placed else NOT_STATED),
        slices=None if stack is None else stack.slices,
        contradictions=() if stack is None else stack.contradictions,
        resampled=stack is not None and stack.correction is not None,
    )


def _at_one_place(planes: Sequence[Plane]) -> bool:
    if any(plane.position_mm is None or plane.orientation != planes[0].orientation for plane in planes):
        return False
    positions = np.array([plane.position_mm for plane in planes], dtype=np.float64)
    return bool(np.linalg.norm(positions - positions[0], axis=1).max() < SAME_POSITION_MM)


def _one_plane(plane: Plane, *, where: str) -> Stack:
    stack = stack_planes([plane], identical=lambda _one, _other: False)
    refuse_red(stack.findings, where=where)
    return stack


def _between(frames: Sequence[_Frame], frame_ms: float | None) -> float | None:
    """Return the time between frames: as stated for all, else None. Indices of moments are numbers, not times."""
    return frame_ms if len(frames) > 1 else None


def _stacked(planes: Sequence[Plane], chosen: Sequence[int], pixels: Callable[[], Array], *, where: str) -> Stack:
    """Return frames in order along their normal; UnusableScanError where they make no grid. ``order`` has numbers of all frames."""

    def identical(one: int, other: int) -> bool:
        return np.array_equal(pixels()[chosen[one]], pixels()[chosen[other]])

    stack = stack_planes([planes[n] for n in chosen], identical=identical)
    refuse_red(stack.findings, where=where, passport=Passport("red", slices=stack.slices, contradictions=stack.contradictions))
    return replace(stack, order=tuple(chosen[n] for n in stack.order))


def _intensities(stored: Array, frames: Sequence[_Frame], order: Sequence[int]) -> tuple[Array, list[Finding]]:
    if stored.ndim == 4:
        return np.ascontiguousarray(stored[list(order)]), []
    return rescaled_planes([stored[n] for n in order], [frames[n].scale for n in order])


def _cine(frames: Sequence[_Frame], header: SliceHeader, stored: Array, place: Stack | None, *, frame_ms: float | None) -> Multiframe:
    """Return frames of one plane; without a place a picture with frames, whose pixels have a size only where it is stated."""
    rows, columns = header.plane.size
    stated = frames[0].plane.spacing_mm
    known = stated is not None and min(stated) > 0 and all(frame.plane.spacing_mm == stated for frame in frames)
    findings: list[Finding] = []
    if place is None or place.geometry is None or frames[0].plane.position_mm is None:
        row_mm, column_mm = stated if known and stated is not None else (1.0, 1.0)
        grid = Geometry.identity((columns, rows, len(frames)), (column_mm, row_mm, 1.0))
        findings.append(Finding("no_position", "The frames do not say where in the patient they are; they are shown as stored", "amber"))
        placed = False
    else:
        one = place.geometry
        grid = Geometry((columns, rows, len(frames)), (*one.spacing_mm[:2], 1.0), one.origin_mm, one.direction)
        known, placed = place.spacing_known, place.spacing_known
    if not known:
        findings.append(Finding("spacing_unknown", "The pixels have no stated size; lengths and areas are in pixels", "amber"))
    if frame_ms is None:
        findings.append(Finding("frame_time_unknown", "The file does not state how fast the frames follow each other", "green"))
    order = sorted(range(len(frames)), key=lambda n: (frames[n].moment or 0.0, n))
    voxels, more = _intensities(stored, frames, order)
    said = (*findings, *more)
    passport = _passport(grid, said, stack=place if placed else None, known=known)
    passport = replace(passport, spacing_from=(*passport.spacing_from[:2], NOT_STATED))
    return Multiframe(voxels, grid, said, known, placed, TimeAxis("cine", len(frames), frame_ms), passport)


def _series(
    frames: Sequence[_Frame],
    numbered: list[list[int]],
    pixels: Callable[[], Array],
    header: SliceHeader,
    *,
    where: str,
    frame_ms: float | None,
) -> Multiframe:
    """Return volumes one after the other on one grid; UnusableScanError where they lie on several."""
    planes = [frame.plane for frame in frames]
    stacks = [_stacked(planes, group, pixels, where=where) for group in numbered]
    first = stacks[0].geometry
    assert first is not None, "a stack without a grid has a red finding"
    if any(stack.geometry is None or not first.same_grid(stack.geometry) for stack in stacks):
        message = f"The file holds {len(stacks)} volumes that do not lie on one grid"
        refuse_red([Finding("several_grids", message, "red", "Export each volume as a series of its own.")], where=where)
    voxels, more = _intensities(pixels(), frames, [n for stack in stacks for n in stack.order])
    every = voxels.reshape(len(stacks), -1, *voxels.shape[1:])
    if any(stack.correction is not None for stack in stacks):
        every = np.stack([_on_grid(volume, stack, header) for volume, stack in zip(every, stacks, strict=True)])
    findings = (*stacks[0].findings, *more)
    assert verdict_of(findings) != "red", "red findings are refused"
    return Multiframe(
        every[0].copy(), first, findings, True, True, TimeAxis("series", len(stacks), frame_ms),
        _passport(first, findings, stack=stacks[0]), stacks[0].correction is not None, every,
    )  # fmt: skip
