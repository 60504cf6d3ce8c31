"""What a point on the way from the old student to the new one is worth."""

from __future__ import annotations

import numpy as np
import pytest

from training.choosing import held_value
from training.evaluate import Scores, Units

NAMES = ("liver", "spleen", "kidney")
SIZE = 1000
"""Voxels of each structure in each unit, in the reference and in the mask."""

BEFORE = (0.6, 0.6, 0.6)
KIDNEY_FELL = (0.7, 0.7, 0.5)


def scores(dice: tuple[float, ...], *, units: int) -> Scores:
    """Return scores of a network that has the same Dice in every unit."""
    sizes = np.full((units, len(dice)), SIZE)
    right = np.tile(np.rint(SIZE * np.array(dice)).astype(np.int64), (units, 1))
    return Scores(dict(zip(NAMES, dice, strict=True)), units=Units(right, sizes, sizes, np.arange(units)))


def test_that_one_slice_on_which_a_structure_fell_does_not_outweigh_the_rise_of_the_others() -> None:
    before = scores(BEFORE, units=1)
    assert held_value(scores(KIDNEY_FELL, units=1), before) > held_value(before, before) == pytest.approx(0.6)


def test_that_a_structure_that_fell_on_many_slices_outweighs_the_rise_of_the_others() -> None:
    before = scores(BEFORE, units=20)
    assert held_value(scores(KIDNEY_FELL, units=20), before) < held_value(before, before)


def test_that_a_student_that_is_worse_in_all_structures_is_worth_less_even_on_one_slice() -> None:
    before = scores(BEFORE, units=1)
    fell = held_value(scores((0.5, 0.5, 0.5), units=1), before)
    assert fell < held_value(scores((0.58, 0.58, 0.58), units=1), before) < held_value(before, before)
    assert fell < 0.5, "beyond the tolerance a fall counts twice"


def test_that_without_held_back_slices_all_students_are_worth_the_same() -> None:
    assert held_value(None, None) == 0.0
    assert held_value(scores(BEFORE, units=1), None) == 0.0
    nothing = Scores(dict.fromkeys(NAMES))
    assert held_value(nothing, nothing) == 0.0
