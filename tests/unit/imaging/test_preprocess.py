from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gf_desktop.errors import ModelError
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.preprocess import MIN_SIDE_PX, PlaneGrid, PreprocessSpec, SliceSource, _resampling_matrix
from gf_desktop.imaging.volume import Volume

ORDERS = [AxisMap(order, flips) for order in itertools.permutations(range(3)) for flips in itertools.product((False, True), repeat=3)]  # type: ignore[arg-type]
steps = st.floats(0.3, 6.0)
counts = st.integers(1, 120)


def plane_grid(rows: int, columns: int, native_mm: float, step_mm: float) -> PlaneGrid:
    return PlaneGrid.of(Geometry.identity((columns, rows, 1), (native_mm, native_mm, 1.0)), PreprocessSpec(spacing_mm=step_mm))


@given(counts, steps, counts, steps)
def test_that_each_resampled_pixel_is_an_average_with_weights_that_sum_to_one(
    n_in: int, step_in: float, n_out: int, step_out: float
) -> None:
    matrix = _resampling_matrix(n_in, step_in, n_out, step_out)
    assert matrix.shape == (n_out, n_in)
    assert (matrix >= 0).all()
    assert np.allclose(matrix.sum(axis=1), 1.0, atol=1e-6)


@given(counts, counts, steps, steps, st.floats(-1000, 1000))
def test_that_a_constant_plane_stays_constant_there_and_back(rows: int, columns: int, native: float, step: float, value: float) -> None:
    grid = plane_grid(rows, columns, native, step)
    working = grid.to_working(np.full((rows, columns), value, np.float32))
    assert working.shape == grid.inner_hw
    assert np.allclose(working, value, rtol=1e-5, atol=1e-4)
    back = grid.to_native(working)
    assert back.shape == (rows, columns)
    assert np.allclose(back, value, rtol=1e-5, atol=1e-4)


@given(n=st.integers(40, 150), native=steps, step=steps, down=st.booleans())
def test_that_a_ramp_comes_back_within_a_tenth_of_a_pixel_away_from_the_border(n: int, native: float, step: float, *, down: bool) -> None:
    grid = plane_grid(n, n, native, step)
    coarse = max(native, step)
    position_mm = (np.arange(n, dtype=np.float32) + 0.5) * np.float32(native)
    plane = np.broadcast_to(position_mm[:, None] if down else position_mm, (n, n))
    error = np.abs(grid.to_native(grid.to_working(plane)) - plane)
    margin = int(np.ceil(2 * coarse / native)) + 1
    inner = error[margin:-margin, margin:-margin]
    assert inner.size == 0 or inner.max() <= 0.1 * coarse


def test_that_the_same_pixels_pass_through_untouched() -> None:
    plane = np.random.default_rng(0).normal(size=(70, 90)).astype(np.float32)
    grid = PlaneGrid.of(Geometry.identity((90, 70, 1), (0.7, 0.7, 1.0)), PreprocessSpec())
    assert grid.inner_hw == (70, 90)
    assert np.array_equal(grid.to_native(grid.to_working(plane)), plane)


@given(st.integers(1, 700), st.integers(1, 700), steps, steps, st.sampled_from((1, 16, 32)))
def test_that_the_padded_grid_covers_the_plane_in_whole_multiples(
    rows: int, columns: int, native: float, step: float, multiple: int
) -> None:
    spec = PreprocessSpec(spacing_mm=step, multiple=multiple)
    grid = PlaneGrid.of(Geometry.identity((columns, rows, 1), (native, native, 1.0)), spec)
    for native_n, inner, padded in zip((rows, columns), grid.inner_hw, grid.padded_hw, strict=True):
        assert inner * step >= native_n * native * (1 - 1e-6) - 1e-4 * step
        assert (inner - 1) * step < native_n * native
        assert padded >= inner
        assert padded == MIN_SIDE_PX or padded % multiple == 0


def test_that_padding_is_at_the_far_ends_and_taken_off_again() -> None:
    grid = plane_grid(50, 70, 1.0, 1.0)
    plane = np.random.default_rng(0).normal(size=(50, 70)).astype(np.float32)
    padded = grid.pad(plane, -7.0)
    assert padded.shape == grid.padded_hw == (64, 96)
    assert np.array_equal(padded[:50, :70], plane)
    assert (padded[50:] == -7.0).all()
    assert (padded[:, 70:] == -7.0).all()
    assert np.allclose(grid.to_native(padded), plane)


SIZE = (30, 26, 9)
VOXELS = np.random.default_rng(1).integers(-200, 300, SIZE[::-1]).astype(np.int16)
TURN = np.array([[0.9919, -0.1271, 0.0], [0.1271, 0.9919, 0.0], [0.0, 0.0, 1.0]])
TURN /= np.linalg.norm(TURN, axis=0)
GRID = Geometry(SIZE, (1.5, 1.2, 4.0), (-30.0, 12.0, 700.0), TURN)
SPEC = PreprocessSpec(spacing_mm=2.0, window=(-160.0, 240.0), mean=0.4, std=0.3, context=1, context_mm=4.0)


@pytest.mark.parametrize("axis_map", ORDERS, ids=lambda m: "".join("ijk"[o] + "+-"[f] for o, f in zip(m.order, m.flipped, strict=True)))
def test_that_the_network_sees_the_same_however_the_file_is_stored(axis_map: AxisMap) -> None:
    expected = SliceSource(Volume(VOXELS.copy(), GRID), SPEC)
    stored = Volume(np.ascontiguousarray(axis_map.view(VOXELS)), GRID.reordered(axis_map))
    source = SliceSource(stored, SPEC)
    assert len(source) == len(expected) == 9
    for index in (0, 4, 8):
        assert np.allclose(source.network_input(index), expected.network_input(index), atol=1e-6)
    marked = (VOXELS > 100).astype(np.uint8)
    one, other = (
        s.mask_to_working(m, 4, classes=2) for s, m in ((expected, marked), (source, np.ascontiguousarray(axis_map.view(marked))))
    )
    assert np.allclose(one, other, atol=1e-6)


def test_that_acquired_slicing_keeps_the_planes_as_stored() -> None:
    spec = dataclasses.replace(SPEC, slicing="acquired")
    axis_map = AxisMap((2, 0, 1), (False, True, False))
    stored = Volume(np.ascontiguousarray(axis_map.view(VOXELS)), GRID.reordered(axis_map))
    source = SliceSource(stored, spec)
    assert len(source) == stored.geometry.size_ijk[2]
    assert source.axes.is_identity


@settings(max_examples=30)
@given(st.integers(0, 8))
def test_that_the_shares_of_all_classes_sum_to_one(index: int) -> None:
    mask = np.random.default_rng(index).integers(0, 4, SIZE[::-1]).astype(np.uint8)
    shares = SliceSource(Volume(VOXELS.copy(), GRID), SPEC).mask_to_working(mask, index, classes=4)
    assert np.allclose(shares.sum(axis=0), 1.0, atol=1e-5)


def test_that_the_window_is_cut_and_normalised() -> None:
    voxels = np.full((1, 64, 64), 1000, np.int16)
    voxels[0, :32] = -1000
    source = SliceSource(Volume(voxels, Geometry.identity((64, 64, 1))), PreprocessSpec(window=(-160, 240), mean=0.5, std=0.25))
    plane = source.network_input(0)
    assert plane.shape == (1, 64, 64)
    assert np.allclose(plane[0, :32], -2.0)
    assert np.allclose(plane[0, 32:], 2.0)
    assert source.pad_value == pytest.approx(-2.0)


def test_that_values_that_are_no_numbers_count_as_the_lower_end_of_the_window() -> None:
    voxels = np.full((1, 64, 64), np.nan, np.float32)
    source = SliceSource(Volume(voxels, Geometry.identity((64, 64, 1))), PreprocessSpec(window=(-160, 240)))
    assert (source.network_input(0) == 0.0).all()


def test_that_colour_has_three_channels_between_zero_and_one() -> None:
    voxels = np.zeros((1, 64, 80, 3), np.uint8)
    voxels[..., 1] = 255
    source = SliceSource(Volume(voxels, Geometry.identity((80, 64, 1))), PreprocessSpec(colour=True))
    plane = source.network_input(0)
    assert plane.shape == (3, 64, 96)
    assert np.allclose(plane[:, :64, :80].mean(axis=(1, 2)), (0.0, 1.0, 0.0))


def test_that_neighbours_are_chosen_by_distance_and_repeat_at_the_ends() -> None:
    source = SliceSource(Volume(VOXELS.copy(), GRID), dataclasses.replace(SPEC, context=2, context_mm=8.0))
    assert source.neighbours(4) == [0, 2, 4, 6, 8]
    assert source.neighbours(0) == [0, 0, 0, 2, 4]
    assert source.network_input(0).shape[0] == source.spec.channels == 5


def test_that_a_colour_scan_and_a_grey_model_refuse_each_other() -> None:
    grey = Volume(np.zeros((1, 64, 64), np.uint8), Geometry.identity((64, 64, 1)))
    colour = Volume(np.zeros((1, 64, 64, 3), np.uint8), Geometry.identity((64, 64, 1)))
    with pytest.raises(ModelError, match="colour"):
        SliceSource(grey, PreprocessSpec(colour=True))
    with pytest.raises(ModelError, match="grey"):
        SliceSource(colour, PreprocessSpec())


@pytest.mark.parametrize(
    "change", [{"window": (1.0, 1.0)}, {"std": 0.0}, {"multiple": 0}, {"context": -1}, {"spacing_mm": -1.0}, {"colour": True, "context": 1}]
)
def test_that_a_spec_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        PreprocessSpec(**change)


def test_that_a_spec_survives_json_and_refuses_unknown_keys() -> None:
    document = json.loads(json.dumps(SPEC.as_json()))
    assert PreprocessSpec.from_json(document) == SPEC
    with pytest.raises(TypeError):
        PreprocessSpec.from_json({**document, "gamma": 2.2})


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(PreprocessSpec)])
def test_that_specs_that_differ_in_one_field_are_not_equal(field: str) -> None:
    other: dict[str, Any] = {
        "colour": True, "spacing_mm": 2.5, "window": (0.0, 2.0), "mean": 0.1, "std": 0.5, "context": 2, "context_mm": 1.0,
        "slicing": "acquired", "multiple": 16, "percentiles": True,
    }  # fmt: skip
    assert dataclasses.replace(PreprocessSpec(), **{field: other[field]}) != PreprocessSpec()
