"""How many slices a round takes: few enough to ask the teacher about in time, and to judge students on.

A folder of thirty CTs has ten thousand slices. To ask the teacher about all of them takes longer than a usual round, and a step sees eight:
a round takes as many as its minutes allow, and another round takes others.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

__all__ = ["EVERY", "Amounts", "most_in"]

UNLABELLED_A_MINUTE: Final = 100
"""Two cores ask about so many slices of 128 x 128 in three seconds, of 192 x 192 in seven, a slow laptop in three times as long."""

LEAST_UNLABELLED: Final = 256
"""A scan or a few small ones are taken whole, however short the round is."""

LABELLED_A_MINUTE, LEAST_LABELLED = 50, 128
JUDGED_A_MINUTE, LEAST_JUDGED = 10, 24
"""Of held-back slices: students are judged on them a dozen times in a round, in their scan's own pixels."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """So many slices at most: that a person stands behind, that nobody labelled, and that are held back and judge."""

    labelled: int = sys.maxsize
    unlabelled: int = sys.maxsize
    judged: int = sys.maxsize


EVERY: Final = Amounts()


def most_in(minutes: float) -> Amounts:
    """Return how many slices a round of so many minutes takes at most; the gate judges on all that are held back."""
    return Amounts(
        labelled=max(LEAST_LABELLED, round(LABELLED_A_MINUTE * minutes)),
        unlabelled=max(LEAST_UNLABELLED, round(UNLABELLED_A_MINUTE * minutes)),
        judged=max(LEAST_JUDGED, round(JUDGED_A_MINUTE * minutes)),
    )
