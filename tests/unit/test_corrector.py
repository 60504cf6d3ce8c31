"""The simulated corrector of the user study: it mends a slice with the program's own tools, and knows when to stop."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.labelmap import VoxelState
from tests.unit.conftest import World

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

corrector: Any = importlib.import_module("corrector")


def discs(shape: tuple[int, int], shift: float) -> np.ndarray:
    """A disc of structure 5 that has a smaller one of structure 1 in its middle."""
    j, i = np.indices(shape)
    away = np.hypot(j - shape[0] / 2 - shift, i - shape[1] / 2 + shift)
    return np.select([away < shape[0] / 6, away < shape[0] / 3], [1, 5], 0).astype(np.uint8)


@pytest.fixture
def predicted(world: World) -> World:
    world.session.open_case("C-001")
    label_map = world.session.must_open().label_map
    shape = label_map.labels.shape
    label_map.propose(np.stack([discs(shape[1:], 3.0)] * shape[0]), Box.whole(shape))
    return world


def reference_of(world: World) -> np.ndarray:
    return discs(world.session.must_open().label_map.labels.shape[1:], 0.0)


def test_that_every_structure_of_the_slice_is_right_in_the_end_and_the_slice_accepted(predicted: World) -> None:
    session, reference = predicted.session, reference_of(predicted)
    opened = session.must_open()
    others = np.delete(opened.label_map.labels, 1, axis=0).copy()
    steps = opened.journal.steps
    done = corrector.Corrector().correct(session, 1, reference)
    assert done.before < 0.95 <= done.after == corrector.worst_dice(opened.label_map.labels[1], reference)
    assert 0 < done.strokes < 60
    assert opened.journal.steps == steps + done.strokes + 1, "each stroke can be undone, and the acceptance"
    assert (opened.label_map.states[1] >= VoxelState.ACCEPTED).all()
    assert (np.delete(opened.label_map.labels, 1, axis=0) == others).all()


def test_that_a_slice_that_is_right_takes_no_stroke_and_the_time_of_a_look(predicted: World) -> None:
    hand = corrector.Hand(look_s=2.0)
    mask = predicted.session.must_open().label_map.labels[1].copy()
    done = corrector.Corrector(hand).correct(predicted.session, 1, mask)
    assert (done.strokes, done.hand_s, done.before, done.after) == (0, 2.0, 1.0, 1.0)


def test_that_a_hand_that_may_not_go_on_gives_up(predicted: World) -> None:
    done = corrector.Corrector(most_strokes=1).correct(predicted.session, 1, reference_of(predicted))
    assert done.strokes == 1
    assert done.after < 0.95


def test_that_a_wrong_region_is_outlined_where_a_brush_would_take_longer() -> None:
    reference = np.zeros((96, 96), np.uint8)
    reference[20:60, 30:33] = 4
    (lasso,) = corrector._lassos(reference == 4, reference)
    assert lasso.label == 4
    assert corrector._mended(lasso, np.zeros_like(reference), reference, (1.0, 1.0)) >= 110
    nothing = np.zeros_like(reference)
    assert corrector._mended(lasso, nothing, nothing, (1.0, 1.0)) <= -110, "what was right and becomes wrong counts against it"
    stroke = corrector.next_stroke(np.zeros_like(reference), reference, radii_mm=corrector.BRUSH_RADII_MM, spacing_mm=(1.0, 1.0))
    assert 0 < corrector._mended(stroke, np.zeros_like(reference), reference, (1.0, 1.0)) <= 120


def test_that_dice_counts_structures_that_only_one_of_both_has() -> None:
    ours, theirs = np.array([[1, 1, 0, 2]], np.uint8), np.array([[1, 0, 0, 3]], np.uint8)
    assert corrector.dice_of(ours, theirs) == {1: pytest.approx(2 / 3), 2: 0.0, 3: 0.0}
    assert corrector.worst_dice(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8)) == 1.0
