from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.files.axes import AXES_TOL, SHIFT_TOL_VOXELS, SILENT_TOL_MM, grid_of_matrix
from gf_desktop.imaging.geometry import orthonormal_error

SIZE = (60, 50, 20)
SOUND = np.array([[0.7, 0, 0, 5], [0, 0.8, 0, 6], [0, 0, 2.5, 7], [0, 0, 0, 1.0]])
CORNERS = np.array([[a, b, c, 1] for a in (0, 59) for b in (0, 49) for c in (0, 19)], dtype=float)


@given(st.tuples(*[st.floats(-0.03, 0.03)] * 9))
def test_that_slightly_crooked_axes_are_straightened_within_the_stated_limits_or_refused(noise: tuple[float, ...]) -> None:
    matrix = SOUND.copy()
    matrix[:3, :3] += np.reshape(noise, (3, 3)) * matrix[:3, :3].max(axis=0)
    geometry, findings = grid_of_matrix(matrix, SIZE)
    error = orthonormal_error(matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0))
    if geometry is None:
        assert [f.severity for f in findings] == ["red"]
        return
    moved = np.linalg.norm(geometry.index_to_world(CORNERS[:, :3]) - (CORNERS @ matrix.T)[:, :3], axis=1)
    assert error <= AXES_TOL
    assert moved.max() <= SHIFT_TOL_VOXELS * min(geometry.spacing_mm)
    assert (moved.max() > SILENT_TOL_MM) == bool(findings) or error <= 1e-5
    middle = (np.array(SIZE) - 1) / 2
    assert np.allclose(geometry.index_to_world(middle), (matrix @ [*middle, 1])[:3])


def test_that_a_sound_matrix_is_kept_to_the_last_bit() -> None:
    geometry, findings = grid_of_matrix(SOUND, SIZE)
    assert findings == []
    assert geometry is not None
    assert np.array_equal(geometry.affine, SOUND)


def test_that_a_mirrored_grid_stays_mirrored() -> None:
    matrix = SOUND @ np.diag([1.0, 1.0, -1.0, 1.0])
    matrix[0, 1] += 1e-3
    geometry, _ = grid_of_matrix(matrix, SIZE)
    assert geometry is not None
    assert np.linalg.det(geometry.direction) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [(0, 0, 0.0, "no_matrix"), (1, 3, np.nan, "no_matrix"), (2, 2, np.inf, "no_matrix"), (1, 0, 0.7, "sheared"), (0, 1, 50.0, "sheared")],
)
def test_that_a_matrix_that_is_no_grid_is_red(row: int, column: int, value: float, code: str) -> None:
    matrix = SOUND.copy()
    matrix[row, column] = value
    geometry, findings = grid_of_matrix(matrix, SIZE)
    assert geometry is None
    assert [(f.code, f.severity) for f in findings] == [(code, "red")]
    assert findings[0].next_step
