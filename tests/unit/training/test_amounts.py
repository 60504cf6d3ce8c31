"""How many slices a round takes."""

from __future__ import annotations

import pytest

from training.amounts import Amounts, most_in


@pytest.mark.parametrize(
    ("minutes", "most"),
    [(0.5, Amounts(128, 256, 24)), (2.0, Amounts(128, 256, 24)), (5.0, Amounts(250, 500, 50)), (40.0, Amounts(2000, 4000, 400))],
)
def test_that_longer_rounds_take_more(minutes: float, most: Amounts) -> None:
    assert most_in(minutes) == most
