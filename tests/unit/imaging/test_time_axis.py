from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.errors import GeometryError, UserError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.morphology import Logic
from gf_desktop.imaging.operations import (
    Combine,
    CopySlice,
    Delete,
    Fill,
    FillHoles,
    GrowRegion,
    GrowSeeds,
    Interpolate,
    KeepLargest,
    Operation,
    Polygon,
    RemoveIslands,
    Smooth,
    Threshold,
    frame_by_frame,
)
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume


@pytest.mark.parametrize(
    ("kind", "count", "frame_ms", "frame"),
    [
        ("cine", 0, None, 0),
        ("movie", 3, None, 0),
        ("cine", 3, 0.0, 0),
        ("cine", 3, float("nan"), 0),
        ("series", 3, None, 3),
        ("series", 3, None, -1),
    ],
)
def test_that_frames_that_contradict_themselves_are_refused(kind: str, count: int, frame_ms: float | None, frame: int) -> None:
    with pytest.raises(GeometryError, match="contradict"):
        TimeAxis(kind, count, frame_ms, frame)


@pytest.mark.parametrize(("frame_ms", "fps"), [(None, 10.0), (40.0, 25.0), (33.333, 30.0003), (5.0, 60.0), (2000.0, 10.0), (1000.0, 1.0)])
def test_that_play_begins_at_the_speed_that_the_file_states_where_it_can_be_watched(frame_ms: float | None, fps: float) -> None:
    assert TimeAxis("cine", 5, frame_ms).fps == pytest.approx(fps, rel=1e-4)


@pytest.mark.parametrize("axis", [TimeAxis("cine", 5, 40.0), TimeAxis("series", 5, None, 3), None])
def test_that_frames_are_read_as_they_were_written(axis: TimeAxis | None) -> None:
    assert TimeAxis.from_json(None if axis is None else axis.as_json()) == axis


def test_that_a_cine_has_as_many_frames_as_slices() -> None:
    with pytest.raises(GeometryError, match="cine of 4 frames"):
        Volume(np.zeros((5, 6, 7), np.int16), Geometry.identity((7, 6, 5)), time=TimeAxis("cine", 4))


def test_that_a_series_may_have_any_number_of_slices() -> None:
    volume = Volume(np.zeros((5, 6, 7), np.int16), Geometry.identity((7, 6, 5)), time=TimeAxis("series", 4))
    assert not volume.is_planar
    assert not volume.is_cine


@pytest.mark.parametrize(
    "operation",
    [
        Fill(1, (1, 1, 1), None),
        GrowRegion(1, (1, 1, 1), 0, 5),
        Smooth(1, 2.0),
        FillHoles(1),
        Polygon(1, 2, ((0, 0, 0),)),
        Interpolate(1),
        CopySlice(1, 0, 1),
    ],
)
def test_that_what_reaches_in_space_stays_in_each_frame_of_a_cine(operation: Operation) -> None:
    changed = frame_by_frame(operation)
    assert type(changed) is type(operation)
    assert changed.axis == 2
    assert changed.label == operation.label


@pytest.mark.parametrize("operation", [Threshold(1, 0, 5), Combine(1, 2, Logic.ADD), Delete(1)])
def test_that_what_has_no_reach_is_the_same_on_a_cine(operation: Operation) -> None:
    assert frame_by_frame(operation) is operation


@pytest.mark.parametrize("operation", [GrowSeeds(), KeepLargest(1), RemoveIslands(1, 0.5), FillHoles(1, 0), Interpolate(1, 1)])
def test_that_what_needs_space_is_refused_on_a_cine(operation: Operation) -> None:
    with pytest.raises(UserError, match="frames in time"):
        frame_by_frame(operation)


def test_that_the_student_sees_a_frame_of_a_cine_alone() -> None:
    voxels = np.random.default_rng(0).integers(0, 100, (5, 64, 64)).astype(np.int16)
    spec = PreprocessSpec(spacing_mm=1.0, window=(0, 100), context=2, context_mm=1.0)
    grid = Geometry.identity((64, 64, 5))
    cine = SliceSource(Volume(voxels, grid, time=TimeAxis("cine", 5)), spec).network_input(2)
    body = SliceSource(Volume(voxels, grid), spec).network_input(2)
    assert all(np.array_equal(channel, cine[0]) for channel in cine)
    assert not np.array_equal(body[0], body[1])
    assert np.array_equal(cine[2], body[2])
