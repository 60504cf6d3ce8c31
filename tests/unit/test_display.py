from __future__ import annotations

import dataclasses
import itertools

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.display import (
    DisplayState,
    EdgeLetters,
    dragged_window,
    overlay_lookup,
    plane_axes,
    read_out,
    resolve,
    resolve_labels,
    summarise_slice,
    thumbnail,
    to_grey,
    window_names,
    window_presets,
)
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure, VoxelState
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume, Window
from gf_desktop.layers import layer_lookup, resolve_layer

SIZE = (5, 4, 3)
SPACING = (0.8, 1.5, 4.0)
TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(5, "spleen", "#e69f00")))

ORDERS = [(order, signs) for order in itertools.permutations(range(3)) for signs in itertools.product((1.0, -1.0), repeat=3)]


def direction_of(order: tuple[int, ...], signs: tuple[float, ...]) -> np.ndarray:
    direction = np.zeros((3, 3))
    for axis, (component, sign) in enumerate(zip(order, signs, strict=True)):
        direction[component, axis] = sign
    return direction


def scan(order: tuple[int, ...] = (0, 1, 2), signs: tuple[float, ...] = (1.0, 1.0, 1.0), **changes: object) -> Volume:
    """A scan whose voxels all differ, stored along any axes."""
    geometry = Geometry(SIZE, SPACING, (10.0, -20.0, 30.0), direction_of(order, signs))
    voxels = np.arange(np.prod(SIZE), dtype=np.int16).reshape(geometry.shape_kji)
    return dataclasses.replace(Volume(voxels, geometry, "CT"), **changes)


def flat_window(volume: Volume) -> Window:
    """A window that shows the values 0..59 of ``scan`` unchanged."""
    return Window(127.5, 255.0)


def nibabel_canonical(volume: Volume) -> np.ndarray:
    """The voxels [x to the Right, y to the Anterior, z to the Superior], as nibabel orders them."""
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.geometry.affine
    image = nib.Nifti1Image(volume.voxels.transpose(2, 1, 0), affine)
    return np.asarray(nib.as_closest_canonical(image).dataobj)


@pytest.mark.parametrize(("order", "signs"), ORDERS)
def test_that_an_axial_slice_is_radiological_however_the_scan_is_stored(order: tuple[int, ...], signs: tuple[float, ...]) -> None:
    volume = scan(order, signs)
    canonical = nibabel_canonical(volume)
    axes = plane_axes(volume, "axial")
    count = volume.geometry.size_ijk[axes.across]
    for index in range(count):
        plane = resolve(volume, DisplayState("axial", index, flat_window(volume)))
        height = count - 1 - index if axes.across_falls else index
        # screen left is the patient's right, the screen's top is the front
        assert np.array_equal(plane.image, canonical[::-1, ::-1, height].T)
        assert plane.letters == EdgeLetters(left="R", right="L", top="A", bottom="P")


@pytest.mark.parametrize(("order", "signs"), ORDERS)
def test_that_coronal_and_sagittal_slices_have_the_head_on_top(order: tuple[int, ...], signs: tuple[float, ...]) -> None:
    volume = scan(order, signs)
    canonical = nibabel_canonical(volume)
    coronal = resolve(volume, DisplayState("coronal", 0, flat_window(volume)))
    sagittal = resolve(volume, DisplayState("sagittal", 0, flat_window(volume)))
    depth = -1 if plane_axes(volume, "coronal").across_falls else 0
    side = 0 if plane_axes(volume, "sagittal").across_falls else -1
    assert np.array_equal(coronal.image, canonical[::-1, depth, ::-1].T)
    assert np.array_equal(sagittal.image, canonical[side, ::-1, ::-1].T)
    assert coronal.letters == EdgeLetters(left="R", right="L", top="S", bottom="I")
    assert sagittal.letters == EdgeLetters(left="A", right="P", top="S", bottom="I")


@pytest.mark.parametrize("plane_name", ["axial", "coronal", "sagittal"])
@pytest.mark.parametrize(("order", "signs"), ORDERS[::5])
def test_that_every_voxel_is_drawn_where_its_mapping_says(plane_name: str, order: tuple[int, ...], signs: tuple[float, ...]) -> None:
    volume = scan(order, signs)
    for index in range(volume.geometry.size_ijk[plane_axes(volume, plane_name).across]):
        plane = resolve(volume, DisplayState(plane_name, index, flat_window(volume)))
        rows, columns = plane.image.shape
        for row, column in itertools.product(range(rows), range(columns)):
            x, y = (column + 0.5) * plane.pixel_mm[1], (row + 0.5) * plane.pixel_mm[0]
            i, j, k = plane.voxel_at(x, y)
            assert volume.voxels[k, j, i] == plane.image[row, column]
            assert plane.position_of((i, j, k)) == pytest.approx((x, y))


@given(
    st.sampled_from(ORDERS),
    st.sampled_from(["axial", "coronal", "sagittal"]),
    st.tuples(*(st.floats(-2.0, 8.0) for _ in range(2))),
)
def test_that_the_way_to_the_voxel_and_back_ends_where_it_began(stored: tuple, plane_name: str, place: tuple[float, float]) -> None:
    plane = resolve(scan(*stored), DisplayState(plane_name, 1))
    assert plane.position_of(plane.index_at(*place)) == pytest.approx(place, abs=1e-9)


def test_that_neighbouring_pixels_lie_a_spacing_apart_in_the_patient() -> None:
    volume = scan((2, 0, 1), (-1.0, 1.0, -1.0))
    plane = resolve(volume, DisplayState("axial", 1))
    here, right, below = (volume.geometry.index_to_world(plane.index_at(x, y)) for x, y in ((2.0, 2.0), (3.0, 2.0), (2.0, 3.0)))
    # a millimetre to the right on screen is a millimetre to the patient's left, one down is one to the back
    assert right - here == pytest.approx([1.0, 0.0, 0.0])
    assert below - here == pytest.approx([0.0, 1.0, 0.0])


def test_that_places_outside_the_scan_are_no_voxel() -> None:
    plane = resolve(scan(), DisplayState("axial", 0))
    width, height = plane.extent_mm
    assert plane.extent_mm == pytest.approx((5 * 0.8, 4 * 1.5))
    assert plane.voxel_at(0.0, 0.0) == (0, 0, 0)
    assert plane.voxel_at(width - 1e-9, height - 1e-9) == (4, 3, 0)
    for x, y in ((-1e-9, 1.0), (1.0, -1e-9), (width, 1.0), (1.0, height)):
        assert plane.voxel_at(x, y) is None


def test_that_a_tilted_edge_gets_two_letters_the_nearest_side_first() -> None:
    angle = np.radians(30.0)
    turned = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    geometry = Geometry(SIZE, SPACING, (0.0, 0.0, 0.0), turned)
    volume = Volume(np.zeros(geometry.shape_kji, np.int16), geometry, "MR")
    assert resolve(volume, DisplayState()).letters == EdgeLetters(left="RA", right="LP", top="AL", bottom="PR")


def test_that_a_picture_without_a_size_is_shown_as_it_is_and_has_no_letters() -> None:
    geometry = Geometry((6, 4, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), np.eye(3))
    colours = np.random.default_rng(0).integers(0, 256, (1, 4, 6, 3), dtype=np.uint8)
    volume = Volume(colours, geometry, "PHOTO", spacing_known=False)
    plane = resolve(volume, DisplayState.opening(volume))
    assert np.array_equal(plane.image, colours[0])
    assert plane.letters == EdgeLetters()
    assert (plane.name, plane.place_text) == ("picture", "1/1")


def test_that_a_single_sagittal_slice_opens_as_sagittal() -> None:
    geometry = Geometry((6, 4, 1), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0), direction_of((1, 2, 0), (1.0, -1.0, 1.0)))
    volume = Volume(np.zeros((1, 4, 6), np.int16), geometry, "MR")
    assert DisplayState.opening(volume).plane == "sagittal"


def test_that_the_opening_state_shows_the_middle_axial_slice_in_the_modalitys_window() -> None:
    volume = scan((2, 0, 1))
    state = DisplayState.opening(volume)
    assert (state.plane, state.index, state.window) == ("axial", 2, Window(40, 400))


@pytest.mark.parametrize(("signs", "expected"), [((1.0, 1.0, 1.0), 2), ((1.0, 1.0, -1.0), 0)])
def test_that_a_step_up_goes_to_the_head(signs: tuple[float, ...], expected: int) -> None:
    volume = scan(signs=signs)
    assert DisplayState(index=1).stepped(1, volume).index == expected


def test_that_stepping_stops_at_the_ends() -> None:
    volume = scan()
    assert DisplayState(index=1).stepped(50, volume).index == 2
    assert DisplayState(index=1).stepped(-50, volume).index == 0


def test_that_a_slice_outside_the_scan_is_refused() -> None:
    with pytest.raises(IndexError, match="slice 3 of 3"):
        resolve(scan(), DisplayState(index=3))


@pytest.mark.parametrize(
    "changed",
    [
        {"plane": "coronal"},
        {"index": 2},
        {"window": Window(1.0, 2.0)},
        {"overlay": False},
        {"opacity": 0.5},
        {"hidden": frozenset({1})},
        {"outline": True},
    ],
)
def test_that_states_which_differ_in_one_field_are_different(changed: dict[str, object]) -> None:
    assert dataclasses.replace(DisplayState(), **changed) != DisplayState()
    assert set(changed) <= {f.name for f in dataclasses.fields(DisplayState)}


def test_that_grey_runs_from_black_to_white_over_the_window() -> None:
    values = np.array([-1000.0, -160.0, 40.0, 240.0, 3000.0, np.nan])
    assert to_grey(values, Window(40, 400)).tolist() == [0, 0, 127, 255, 255, 0]


@pytest.mark.parametrize("kind", [np.int16, np.uint16, ">i2"])
@pytest.mark.parametrize("window", [Window(40, 400), Window(-600, 1500), Window(0.5, 0.1), Window(3e4, 7e4)])
def test_that_a_large_slice_has_the_greys_of_a_small_one(kind: object, window: Window) -> None:
    limits = np.iinfo(np.dtype(kind))
    large = np.random.default_rng(2).integers(limits.min, limits.max, (90, 70), endpoint=True).astype(kind)[::-1, ::2]
    assert large.size > 3000
    large = np.concatenate([large, large[:, ::-1]], axis=1)
    small = np.stack([to_grey(row, window) for row in large])
    np.testing.assert_array_equal(to_grey(large, window), small)
    low, high = window.limits
    exact = np.clip((large.astype(float) - low) * 255 / (high - low), 0, 255)
    assert np.abs(small - exact).max() <= 1.01


def test_that_dragging_right_widens_and_dragging_up_brightens() -> None:
    start = Window(40, 400)
    assert dragged_window(start, 300, 0) == Window(40, 800)
    brighter = dragged_window(start, 0, -30)
    assert brighter.width == 400
    assert to_grey(np.array([40]), brighter) > to_grey(np.array([40]), start)


def test_that_presets_are_those_of_the_modality_else_an_automatic_one() -> None:
    assert [name for name, _ in window_presets(scan())][:2] == ["abdomen", "lung"]
    assert [name for name, _ in window_presets(scan(modality="US"))] == ["automatic"]


def labelled() -> LabelMap:
    label_map = LabelMap(scan().geometry, TABLE)
    label_map.labels[1, 1:4, 1:4] = 1
    label_map.labels[1, 0, 4] = 5
    return label_map


def test_that_labels_lie_over_the_same_voxels_as_the_scan() -> None:
    volume = scan((2, 0, 1), (-1.0, 1.0, -1.0))
    label_map = LabelMap(volume.geometry, TABLE, labels=np.ascontiguousarray(volume.voxels.astype(np.uint8)))
    for name in ("axial", "coronal", "sagittal"):
        plane = resolve(volume, DisplayState(name, 1, flat_window(volume)), label_map)
        assert np.array_equal(plane.labels, plane.image)


def test_that_new_labels_change_nothing_else_of_a_plane() -> None:
    volume, label_map = scan(), labelled()
    state = DisplayState(index=1)
    plane = resolve(volume, state, label_map)
    label_map.labels[1, 3, 0] = 5
    renewed = resolve_labels(plane, state, label_map)
    assert renewed.labels[3, 0] == 5
    assert plane.labels[3, 0] == 0
    assert renewed.image is plane.image


def test_that_outlines_keep_only_the_rim() -> None:
    plane = resolve(scan(), DisplayState(index=1, outline=True), labelled())
    expected = labelled().labels[1]
    # the square 3 x 3 touches the picture's lower border, where it has no rim
    expected[2:4, 2] = 0
    assert np.array_equal(plane.labels, expected)


def test_that_the_lookup_colours_structures_and_leaves_background_and_hidden_ones_clear() -> None:
    lookup = overlay_lookup(TABLE, DisplayState(opacity=0.4))
    assert lookup[1].tolist() == [0x56, 0xB4, 0xE9, 102]
    assert lookup[5].tolist() == [0xE6, 0x9F, 0x00, 102]
    assert lookup[[0, 2, 255], 3].tolist() == [0, 0, 0]
    assert overlay_lookup(TABLE, DisplayState(hidden=frozenset({1})))[1, 3] == 0
    assert not overlay_lookup(TABLE, DisplayState(overlay=False)).any()


def test_that_toggling_a_structure_twice_changes_nothing() -> None:
    state = DisplayState()
    assert state.toggled(5).hidden == {5}
    assert state.toggled(5).toggled(5) == state


def test_that_the_read_out_names_place_value_structure_and_confidence() -> None:
    volume, label_map = scan(), labelled()
    label_map.states[1] = VoxelState.PROPOSED
    confidence = np.full(volume.geometry.shape_kji, 204, np.uint8)
    read = read_out(volume, (2, 2, 1), label_map=label_map, confidence=confidence)
    assert read.world_mm == pytest.approx((10.0 + 2 * 0.8, -20.0 + 2 * 1.5, 30.0 + 4.0))
    assert (read.value, read.structure, read.confidence_percent) == (f"{volume.voxels[1, 2, 2]} HU", "liver", 80)


def test_that_a_painted_voxel_has_no_confidence_of_the_student() -> None:
    volume, label_map = scan(), labelled()
    label_map.states[1] = VoxelState.EDITED
    confidence = np.full(volume.geometry.shape_kji, 204, np.uint8)
    assert read_out(volume, (2, 2, 1), label_map=label_map, confidence=confidence).confidence_percent is None


def test_that_a_pixel_of_a_picture_has_no_place_in_a_patient() -> None:
    geometry = Geometry((2, 2, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), np.eye(3))
    volume = Volume(np.full((1, 2, 2, 3), 7, np.uint8), geometry, "PHOTO", spacing_known=False)
    read = read_out(volume, (1, 1, 0))
    assert (read.world_mm, read.value) == (None, "RGB 7 7 7")


def test_that_a_summary_counts_voxels_and_tells_the_furthest_state() -> None:
    label_map = labelled()
    label_map.states[1] = VoxelState.PROPOSED
    summary = summarise_slice(label_map, 1)
    assert (summary.counts[1], summary.counts[5], sum(summary.counts)) == (9, 1, 20)
    assert (summary.state, summary.reviewed, summary.doubt) == (VoxelState.PROPOSED, False, None)
    label_map.states[1, 0, 0] = VoxelState.EDITED
    assert (summarise_slice(label_map, 1).state, summarise_slice(label_map, 1).reviewed) == (VoxelState.EDITED, False)
    label_map.states[1] = VoxelState.ACCEPTED
    assert (summarise_slice(label_map, 1).state, summarise_slice(label_map, 1).reviewed) == (VoxelState.ACCEPTED, True)


def test_that_doubt_is_missing_probability_of_unreviewed_voxels_for_each_voxel_of_a_structure() -> None:
    label_map = labelled()
    label_map.states[1] = VoxelState.PROPOSED
    confidence = np.full(label_map.labels.shape, 255, np.uint8)
    confidence[1, 1, 1:3] = 0
    assert summarise_slice(label_map, 1, confidence=confidence).doubt == pytest.approx(2 / 10)
    label_map.states[1, 1, 1] = VoxelState.ACCEPTED
    assert summarise_slice(label_map, 1, confidence=confidence).doubt == pytest.approx(1 / 10)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_that_slices_of_any_axis_add_up_to_the_whole_scan(axis: int) -> None:
    label_map = labelled()
    total = sum(summarise_slice(label_map, index, axis=axis).counts[1] for index in range(SIZE[axis]))
    assert total == int((label_map.labels == 1).sum())


def test_that_a_thumbnail_is_the_middle_slice_to_scale() -> None:
    volume = scan(modality="")
    small = thumbnail(volume, side=60)
    # 4 mm wide and 6 mm high
    assert small.shape == (60, 40, 3)
    assert len(np.unique(small)) == 20


@pytest.mark.parametrize(("order", "signs"), ORDERS[::7])
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_that_every_plane_through_the_crosshair_shows_its_voxel_at_the_same_place(
    order: tuple[int, ...], signs: tuple[float, ...], plane: str
) -> None:
    volume = scan(order, signs)
    state = DisplayState.opening(volume).centred_on((3, 1, 2), volume)
    seen = state.seen_from(plane, volume)
    cut = resolve(volume, dataclasses.replace(seen, window=flat_window(volume)))
    assert cut.index == (3, 1, 2)[cut.axes.across]
    x, y = cut.position_of((3, 1, 2))
    assert cut.voxel_at(x, y) == (3, 1, 2)
    assert cut.image[int(y / cut.pixel_mm[0]), int(x / cut.pixel_mm[1])] == volume.voxels[2, 1, 3]


def test_that_going_to_a_slice_moves_the_crosshair_along() -> None:
    volume = scan()
    state = DisplayState.opening(volume).centred_on((3, 1, 0), volume)
    moved = state.at(2, volume)
    assert moved.cursor_ijk == (3, 1, 2)
    assert moved.seen_from("sagittal", volume).index == 3
    assert moved.at(99, volume).cursor_ijk == (3, 1, 2)
    assert moved.centred_on((-4, 99, 1), volume).cursor_ijk == (0, 3, 1)


def test_that_doubt_is_shown_only_where_the_students_word_still_stands() -> None:
    volume = scan()
    label_map = LabelMap(volume.geometry, TABLE)
    label_map.states[1] = VoxelState.PROPOSED
    label_map.states[1, 2, 3] = VoxelState.EDITED
    confidence = np.full(volume.geometry.shape_kji, 200, np.uint8)
    confidence[1, 0, 0] = 40
    state = dataclasses.replace(DisplayState("axial", 1), layer="doubt")
    plane = resolve(volume, state, label_map)
    layer = resolve_layer(plane, state, label_map, confidence)
    expected = np.full((4, 5), 55, np.uint8)
    expected[2, 3], expected[0, 0] = 0, 215
    assert np.array_equal(layer, expected)
    assert resolve_layer(plane, state, label_map, None) is None
    assert resolve_layer(plane, dataclasses.replace(state, layer="none"), label_map, confidence) is None
    opacity = layer_lookup("doubt")[:, 3].astype(int)
    assert opacity[0] == 0
    assert (np.diff(opacity) >= 0).all()


def test_that_the_states_of_voxels_have_colours_of_their_own_and_unseen_none() -> None:
    volume = scan()
    label_map = LabelMap(volume.geometry, TABLE)
    label_map.states[1, 0, :4] = [0, 1, 2, 3]
    state = dataclasses.replace(DisplayState("axial", 1), layer="states")
    layer = resolve_layer(resolve(volume, state, label_map), state, label_map, None)
    assert layer is not None
    assert sorted(np.unique(layer)) == [0, 1, 2, 3]
    colours = layer_lookup("states")[:4]
    assert colours[0, 3] == 0
    assert len({tuple(colour) for colour in colours}) == 4
    assert not layer_lookup("none").any()


def test_that_the_names_of_windows_are_those_of_the_presets() -> None:
    for modality in ("CT", "MR", "US"):
        volume = scan(modality=modality)
        assert window_names(volume) == tuple(name for name, _window in window_presets(volume))


def test_that_no_window_changes_the_colours_of_a_picture() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (1, 6, 9, 3), dtype=np.uint8)
    picture = Volume(pixels, Geometry.identity((9, 6, 1)), "PHOTO", spacing_known=False)
    shown = resolve(picture, dataclasses.replace(DisplayState.opening(picture), window=Window(300, 10)))
    assert np.array_equal(shown.image, pixels[0])


# frames in time


def cine(**more: object) -> Volume:
    voxels = np.random.default_rng(1).integers(0, 200, (4, 6, 8)).astype(np.int16)
    turned = Geometry((8, 6, 4), (0.5, 0.6, 1.0), (10.0, 20.0, 30.0), np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]))
    return Volume(voxels, turned, "US", time=TimeAxis("cine", 4, 40.0), **more)


def test_that_a_cine_opens_as_stored_at_its_first_frame() -> None:
    volume = cine()
    state = DisplayState.opening(volume)
    plane = resolve(volume, dataclasses.replace(state, window=Window(100, 200)))
    assert (plane.name, plane.index, plane.count) == ("cine", 0, 4)
    assert plane.image.shape == (6, 8)
    assert np.array_equal(np.argsort(plane.image, axis=None, kind="stable"), np.argsort(volume.voxels[0], axis=None, kind="stable"))


def test_that_a_cine_with_a_place_has_the_letters_of_its_own_axes() -> None:
    volume = cine()
    letters = resolve(volume, DisplayState.opening(volume)).letters
    # columns run to the back, rows to the feet
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("A", "P", "S", "I")


def test_that_a_scan_without_a_place_has_neither_letters_nor_a_position() -> None:
    volume = cine(place_known=False)
    assert resolve(volume, DisplayState.opening(volume)).letters == EdgeLetters()
    assert read_out(volume, (1, 2, 3)).world_mm is None


def test_that_every_frame_of_a_cine_lies_where_the_first_does() -> None:
    volume = cine()
    first = read_out(volume, (3, 2, 0)).world_mm
    assert first == pytest.approx(tuple(volume.geometry.index_to_world((3, 2, 0))))
    assert read_out(volume, (3, 2, 3)).world_mm == first


def test_that_a_moment_is_the_slice_of_a_cine_and_the_frame_of_a_series() -> None:
    volume = cine()
    state = DisplayState.opening(volume).at_moment(2, volume)
    assert (state.index, state.frame, state.moment(volume)) == (2, 0, 2)
    assert DisplayState.opening(volume).at_moment(9, volume).index == 3
    series = Volume(volume.voxels, volume.geometry, time=TimeAxis("series", 7, None, 3))
    state = DisplayState.opening(series)
    assert (state.frame, state.moment(series)) == (3, 3)
    assert state.at_moment(6, series) == dataclasses.replace(state, frame=6)
    assert state.at_moment(9, series).frame == 6


def test_that_the_mask_is_an_outline_on_a_frame_that_it_is_not_of() -> None:
    series = Volume(cine().voxels, cine().geometry, time=TimeAxis("series", 7, None, 3))
    state = dataclasses.replace(DisplayState.opening(series), layer="states")
    assert state.over_mask(series) is state
    other = state.at_moment(2, series).over_mask(series)
    assert (other.outline, other.layer) == (True, "none")
