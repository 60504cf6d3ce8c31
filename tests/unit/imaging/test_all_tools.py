"""What holds for every correcting tool, on random masks of straight and oblique scans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gf_desktop.imaging.brushes import Brush, BrushShape, brush_edit
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.interpolation import copy_slice_edit, interpolate_edit
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, VoxelState
from gf_desktop.imaging.limits import EdgeLimit, IntensityLimit, ProbabilityLimit
from gf_desktop.imaging.morphology import (
    Logic,
    Smoothing,
    close_edit,
    combine_edit,
    fill_holes_edit,
    keep_largest_edit,
    margin_edit,
    open_edit,
    remove_islands_edit,
    smooth_edit,
)
from gf_desktop.imaging.regions import fill_edit, grow_region_edit, grow_seeds_edit, polygon_edit, threshold_edit
from gf_desktop.imaging.review import (
    accept_scan_edit,
    accept_slice_edit,
    accept_structure_edit,
    delete_edit,
    merge_edit,
)
from gf_desktop.imaging.rule import PaintRule

TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
GEOMETRIES = {
    "oblique": Geometry((8, 7, 6), (0.8, 1.7, 3.1), (5, -3, 11), TURN),
    "one slice": Geometry.identity((8, 7, 1), (1.0, 1.5, 5.0)),
    "one column": Geometry.identity((1, 7, 6), (1.0, 1.5, 2.0)),
}
MARK = (3, 3, 0)
OUTLINE = {
    0: [(0, -0.5, -0.5), (0, 5.2, 1.1), (0, 2.0, 4.4)],
    1: [(-0.5, 3, -0.5), (5.2, 3, 1.1), (2.0, 3, 4.4)],
    2: [(-0.5, -0.5, 0), (5.2, 1.1, 0), (2.0, 4.4, 0)],
}

Tool = Callable[[LabelMap, np.ndarray, int, int, PaintRule], LabelEdit | None]


def painted(brush: Callable[[int], Brush], limit: Callable[[np.ndarray], object] | None = None, *, erase: bool = False) -> Tool:
    def tool(m: LabelMap, v: np.ndarray, axis: int, label: int, rule: PaintRule) -> LabelEdit | None:
        held = None if limit is None else limit(v)
        mark = tuple(min(c, n - 1) for c, n in zip(MARK, m.geometry.size_ijk, strict=True))
        return brush_edit(m, brush(axis), mark, (4, 3, 0), label=0 if erase else label, rule=rule, limit=held)  # type: ignore[arg-type]

    return tool


TOOLS: dict[str, Tool] = {
    "round brush": painted(lambda axis: Brush(2.0, axis=axis)),
    "square brush": painted(lambda axis: Brush(2.0, BrushShape.SQUARE, axis)),
    "ball": painted(lambda _axis: Brush(2.5, axis=None)),
    "eraser": painted(lambda axis: Brush(2.0, axis=axis), erase=True),
    "threshold brush": painted(lambda axis: Brush(2.0, axis=axis), lambda v: IntensityLimit(v, 20, 90)),
    "adaptive brush": painted(lambda axis: Brush(3.0, axis=axis), EdgeLimit),
    "model brush": painted(lambda axis: Brush(3.0, axis=axis), lambda v: ProbabilityLimit(v.astype(np.uint8), 0.3)),
    "polygon": lambda m, _v, axis, label, rule: polygon_edit(m, axis, OUTLINE[axis], label=label, rule=rule),
    "polygon away": lambda m, _v, axis, label, rule: polygon_edit(m, axis, OUTLINE[axis], label=label, rule=rule, subtract=True),
    "fill": lambda m, _v, axis, label, rule: fill_edit(m, (0, 3, 0), label=label, rule=rule, axis=axis),
    "fill in space": lambda m, _v, _axis, label, rule: fill_edit(m, (0, 3, 0), label=label, rule=rule, axis=None),
    "threshold": lambda m, v, _axis, label, rule: threshold_edit(m, v, low=10, high=60, label=label, rule=rule),
    "grow region": lambda m, v, _axis, label, rule: grow_region_edit(m, v, (0, 3, 0), low=0, high=80, label=label, rule=rule),
    "grow seeds": lambda m, v, _axis, _label, rule: grow_seeds_edit(m, v, Box.whole(m.labels.shape), rule=rule),
    "interpolate": lambda m, _v, axis, label, rule: interpolate_edit(m, [label, 1], axis=axis, rule=rule, include_reviewed=True),
    "copy slice": lambda m, _v, axis, label, rule: copy_slice_edit(m, [label, 1], axis=axis, source=0, target=2, rule=rule),
    "smooth": lambda m, _v, _axis, label, rule: smooth_edit(m, [label, 1], radius_mm=1.5, rule=rule),
    "median": lambda m, _v, axis, label, rule: smooth_edit(
        m, [label], radius_mm=2.0, rule=rule, method=Smoothing.MEDIAN, axis=axis, box=Box((0, 1, 0), (m.labels.shape[0], 6, 1))
    ),
    "close": lambda m, _v, axis, label, rule: close_edit(m, label, radius_mm=2.0, rule=rule, axis=axis),
    "open": lambda m, _v, _axis, label, rule: open_edit(m, label, radius_mm=1.0, rule=rule),
    "grow": lambda m, _v, _axis, label, rule: margin_edit(m, label, margin_mm=1.8, rule=rule),
    "shrink": lambda m, _v, axis, label, rule: margin_edit(m, label, margin_mm=-1.0, rule=rule, axis=axis),
    "fill holes": lambda m, _v, axis, label, rule: fill_holes_edit(m, label, rule=rule, axis=axis),
    "keep largest": lambda m, _v, _axis, label, rule: keep_largest_edit(m, label, rule=rule),
    "remove islands": lambda m, _v, _axis, label, rule: remove_islands_edit(m, label, min_ml=0.02, rule=rule),
    "add": lambda m, v, _axis, label, rule: combine_edit(m, label, v > 50, Logic.ADD, rule=rule),
    "copy": lambda m, _v, _axis, label, rule: combine_edit(m, label, m.labels == 1, Logic.COPY, rule=rule),
}
STRUCTURAL: dict[str, Tool] = {
    "merge": lambda m, _v, _axis, label, rule: merge_edit(m, 1, label, locked=rule.locked),
    "delete": lambda m, _v, _axis, label, rule: delete_edit(m, label, locked=rule.locked),
}
REVIEWING: dict[str, Tool] = {
    "review brush": lambda m, _v, axis, _label, rule: brush_edit(m, Brush(2.0, axis=axis), (0, 3, 0), (4, 3, 0), label=None, rule=rule),
    "accept structure": lambda m, _v, _axis, label, _rule: accept_structure_edit(m, label),
    "accept slice": lambda m, _v, axis, _label, _rule: accept_slice_edit(m, axis, 0),
    "accept scan": lambda m, _v, _axis, _label, _rule: accept_scan_edit(m),
}

situations = st.tuples(
    st.sampled_from(list(GEOMETRIES.values())),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 2]),
    st.sampled_from([1, 4, 255]),
    st.builds(
        PaintRule,
        over=st.none() | st.frozensets(st.sampled_from([0, 1, 4, 9, 255])),
        locked=st.frozensets(st.sampled_from([1, 4, 9])),
        spare_reviewed=st.booleans(),
    ),
)
Situation = tuple[Geometry, int, int, int, PaintRule]


def case(geometry: Geometry, seed: int) -> tuple[LabelMap, np.ndarray]:
    """Return a random mask of coarse patches, and intensities 0 to 99."""
    random = np.random.default_rng(seed)
    shape = geometry.shape_kji
    patches = random.choice([0, 0, 1, 4, 9, 255], [-(-n // 2) for n in shape])
    labels = np.kron(patches, np.ones((2, 2, 2)))[tuple(slice(n) for n in shape)].astype(np.uint8)
    labels[random.random(shape) < 0.1] = random.choice([0, 1, 4, 9, 255])
    return LabelMap(geometry, LabelTable(()), labels, random.integers(0, 4, shape).astype(np.uint8)), random.integers(0, 100, shape)


def run(tool: Tool, situation: Situation) -> tuple[LabelEdit | None, LabelMap, np.ndarray, np.ndarray]:
    """Carry a tool out; check that it waited for it, touched its box only and can be taken back and repeated bit for bit."""
    geometry, seed, axis, label, rule = situation
    label_map, voxels = case(geometry, seed)
    labels, states = label_map.labels.copy(), label_map.states.copy()
    edit = tool(label_map, voxels, axis, label, rule)
    np.testing.assert_array_equal(label_map.labels, labels)
    np.testing.assert_array_equal(label_map.states, states)
    if edit is None:
        return None, label_map, labels, states
    label_map.apply(edit)
    after = label_map.labels.copy(), label_map.states.copy()
    changed = np.zeros(labels.shape, bool)
    changed[edit.box.slices] = edit.mask
    np.testing.assert_array_equal(changed, (after[0] != labels) | (after[1] != states))
    label_map.revert(edit)
    np.testing.assert_array_equal(label_map.labels, labels)
    np.testing.assert_array_equal(label_map.states, states)
    label_map.apply(edit)
    np.testing.assert_array_equal(label_map.labels, after[0])
    np.testing.assert_array_equal(label_map.states, after[1])
    return edit, label_map, labels, states


@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=20)
@given(situations)
def test_that_a_tool_obeys_its_rule_and_can_be_taken_back(name: str, situation: Situation) -> None:
    rule = situation[-1]
    edit, label_map, labels, states = run(TOOLS[name], situation)
    locked = list(rule.locked)
    np.testing.assert_array_equal(np.isin(label_map.labels, locked), np.isin(labels, locked))
    np.testing.assert_array_equal(label_map.labels[np.isin(labels, locked)], labels[np.isin(labels, locked)])
    np.testing.assert_array_equal(label_map.states[np.isin(labels, locked)], states[np.isin(labels, locked)])
    if edit is None:
        return
    changed = (label_map.labels != labels) | (label_map.states != states)
    assert (label_map.states[changed] == VoxelState.EDITED).all()
    if rule.spare_reviewed:
        assert (states[changed] < VoxelState.ACCEPTED).all()
    if rule.over is not None and name != "grow seeds":
        # other structures than those worked on change only where the rule says so
        own = {situation[3]} | ({1} if name in {"interpolate", "copy slice", "smooth"} else set())
        assert set(labels[label_map.labels != labels].tolist()) <= rule.over | own


@pytest.mark.parametrize("name", STRUCTURAL)
@settings(max_examples=20)
@given(situations)
def test_that_merging_and_deleting_respect_locks_and_can_be_taken_back(name: str, situation: Situation) -> None:
    _edit, label_map, labels, states = run(STRUCTURAL[name], situation)
    for value in situation[-1].locked:
        np.testing.assert_array_equal(label_map.labels == value, labels == value)
    np.testing.assert_array_equal(label_map.states, states)


@pytest.mark.parametrize("name", REVIEWING)
@settings(max_examples=20)
@given(situations)
def test_that_reviewing_changes_no_label_and_can_be_taken_back(name: str, situation: Situation) -> None:
    _edit, label_map, labels, states = run(REVIEWING[name], situation)
    np.testing.assert_array_equal(label_map.labels, labels)
    raised = label_map.states != states
    assert (states[raised] < VoxelState.ACCEPTED).all()
    assert (label_map.states[raised] == VoxelState.ACCEPTED).all()


@pytest.mark.parametrize("name", TOOLS)
def test_that_a_tool_changes_nothing_when_its_structure_and_all_others_are_locked(name: str) -> None:
    rule = PaintRule.everything(locked=range(1, 256))
    label_map, voxels = case(GEOMETRIES["oblique"], 3)
    for axis in (0, 1, 2):
        edit = TOOLS[name](label_map, voxels, axis, 4, replace(rule))
        if name == "eraser" and edit is not None:
            # erasing background is a decision about background
            assert edit.before.size == 0
        else:
            assert edit is None
