"""The strokes of a patient hand: each stays inside what is to be painted, and together they end."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.imaging.hand import next_stroke

RADII = (0.5, 1.0, 2.0, 4.0)


def discs(shift: float) -> np.ndarray:
    j, i = np.indices((40, 50))
    away = np.hypot(j - 20 - shift, i - 25 + shift)
    return np.select([away < 6, away < 14], [2, 7], 0).astype(np.uint8)


def painted(plane: np.ndarray, stroke, spacing: tuple[float, float]) -> np.ndarray:
    j, i = np.indices(plane.shape)
    result = plane.copy()
    for a, b in stroke.path:
        result[np.hypot((j - a) * spacing[0], (i - b) * spacing[1]) <= stroke.radius_mm] = stroke.label
    return result


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.7, 1.4)])
def test_that_strokes_mend_and_spoil_nothing_until_all_is_right(spacing: tuple[float, float]) -> None:
    plane, target = discs(3.0), discs(0.0)
    for _ in range(60):
        if (plane == target).all():
            break
        after = painted(plane, next_stroke(plane, target, radii_mm=RADII, spacing_mm=spacing), spacing)
        assert (after != target).sum() < (plane != target).sum()
        assert not ((plane == target) & (after != target)).any()
        plane = after
    assert (plane == target).all()


def test_that_a_path_has_no_gap_of_more_than_three_pixels() -> None:
    stroke = next_stroke(np.zeros((40, 50), np.uint8), discs(0.0), radii_mm=RADII, spacing_mm=(1.0, 1.0))
    assert stroke.label == 7
    assert (np.linalg.norm(np.diff(np.array(stroke.path), axis=0), axis=1) <= 3.0).all()


def test_that_only_pixels_that_are_to_be_mended_are_painted_for() -> None:
    plane, target = np.zeros((40, 50), np.uint8), discs(0.0)
    stroke = next_stroke(plane, target, radii_mm=RADII, spacing_mm=(1.0, 1.0), wrong=(target == 2))
    assert stroke.label == 2
    assert all(target[place] == 2 for place in stroke.path)
