"""What a point on the way from the old student to the new one is worth."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training import choosing
from training.choosing import FitResult, Judge, forgets, held_value, learned_enough
from training.evaluate import Scores, Units
from training.schedule import FreeRun

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


def test_that_a_structure_that_fades_on_the_packs_own_slices_is_forgotten() -> None:
    before = scores((0.9, 0.9, 0.9), units=5)
    assert forgets(scores((0.87, 0.9, 0.9), units=5), before)
    assert not forgets(scores((0.89, 0.9, 0.9), units=5), before)
    assert not forgets(scores((0.97, 0.9, 0.9), units=5), before)
    assert not forgets(None, before)
    assert not forgets(scores((0.5, 0.9, 0.9), units=5), None)


class Point(nn.Module):
    """A network that is one number."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))


def chosen(
    monkeypatch: pytest.MonkeyPatch, *, held: Callable[[float], Scores], kept: Callable[[float], Scores], taught: bool = False
) -> FitResult:
    """Return the point that is chosen between 0 and 1, by what students there are worth; with ``taught`` on the corrected slices."""
    monkeypatch.setattr(choosing, "judge_scans", lambda network, *_, **__: held(network.value.item()))
    monkeypatch.setattr(choosing, "judge_slices", lambda network, *_, **__: kept(network.value.item()))
    data: Any = SimpleNamespace(validation=() if taught else (object(),), taught=(object(),) if taught else ())
    own: Any = ((), (object(),))
    table = LabelTable(tuple(Structure(n, name, "#56b4e9") for n, name in enumerate(NAMES, start=1)))
    judge = Judge(data, own, PreprocessSpec(), table, FreeRun())
    return judge.choose(Point(0.0), Point(1.0), Point(1.0), None, step=100)


def rising(share: float) -> Scores:
    return scores((0.6 + 0.2 * share,) * 3, units=20)


def test_that_the_farthest_point_is_taken_where_it_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, held=rising, kept=lambda share: scores((0.9 - 0.01 * share, 0.9, 0.9), units=5)).kept == 1.0


def test_that_a_point_that_does_not_forget_comes_before_a_better_one_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, held=rising, kept=lambda share: scores((0.9 - 0.028 * share, 0.9, 0.9), units=5)).kept == 0.5


def test_that_where_all_points_forget_the_best_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, held=rising, kept=lambda share: scores((0.87 if share else 0.9, 0.9, 0.9), units=5)).kept == 1.0


def remembering(_share: float) -> Scores:
    return scores((0.9, 0.9, 0.9), units=5)


@pytest.mark.parametrize(("gained", "kept"), [(0.4, 0.85), (0.28, 0.85), (0.23, 1.0), (0.1, 1.0)])
def test_that_without_held_back_slices_the_nearest_point_that_learned_enough_is_taken(
    monkeypatch: pytest.MonkeyPatch, gained: float, kept: float
) -> None:
    taught = chosen(monkeypatch, held=lambda share: scores((0.6 + gained * share,) * 3, units=1), kept=remembering, taught=True)
    assert taught.kept == kept


def test_that_a_structure_that_is_new_to_the_student_is_not_learned_by_half(monkeypatch: pytest.MonkeyPatch) -> None:
    found = chosen(monkeypatch, held=lambda share: scores((0.6 + 0.4 * share, 0.9, 0.8 * share), units=1), kept=remembering, taught=True)
    assert found.kept == 1.0


def test_that_without_held_back_slices_a_point_that_forgets_comes_last_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = chosen(
        monkeypatch,
        held=lambda share: scores((0.6 + 0.4 * share,) * 3, units=1),
        kept=lambda share: scores((0.9 - 0.028 * share, 0.9, 0.9), units=5),
        taught=True,
    )
    assert found.kept == 0.5


def test_that_enough_is_what_the_gate_asks_and_a_little_more() -> None:
    before = scores((0.6, 0.6, 0.6), units=1)
    assert learned_enough(scores((0.83, 0.83, 0.83), units=1), before)
    assert not learned_enough(scores((0.81, 0.81, 0.81), units=1), before)
    assert not learned_enough(None, before)
    nearly = scores((0.97, 0.97, 0.97), units=1)
    assert not learned_enough(scores((0.99, 0.99, 0.99), units=1), nearly)
