"""A look at a mask before it is taken: its structures, what they mean beyond doubt, and how far its grid is from the scan's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import GeometryError, UserError
from gf_desktop.files.label_files import write_mha
from gf_desktop.files.mask_look import MaskLook, MaskRow, chosen_mask, look_at_mask, suggested_mapping
from gf_desktop.files.masks import MaskFile
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

GRID = Geometry((8, 6, 5), (1.0, 2.0, 5.0), (0.0, 0.0, 0.0), np.eye(3))
TABLE = LabelTable((Structure(1, "spleen", "#e69f00"), Structure(2, "Liver", "#56b4e9")))


def block() -> np.ndarray:
    labels = np.zeros(GRID.shape_kji, np.uint8)
    labels[1:3, 1:3, 1:4] = 1
    labels[3, 4, 4:6] = 2
    return labels


def moved(k: float) -> Geometry:
    x, y, z = GRID.index_to_world(np.array([0.0, 0.0, k]))
    return Geometry(GRID.size_ijk, GRID.spacing_mm, (x, y, z), GRID.direction)


def look_of(*rows: MaskRow) -> MaskLook:
    return MaskLook(Path("m"), GRID, cine=False, file=MaskFile(block()), rows=rows)


def test_that_sizes_are_counted_in_voxels_and_ml(tmp_path: Path) -> None:
    write_mha(block(), GRID, tmp_path / "m.mha")
    look = look_at_mask(tmp_path / "m.mha", GRID)
    # a voxel is 1 x 2 x 5 mm
    assert look.rows == (MaskRow(1, "", 12, pytest.approx(0.12)), MaskRow(2, "", 2, pytest.approx(0.02)))
    assert (look.apart, look.method) == ("", None)


def test_that_another_grid_is_told_with_its_distance_and_figures(tmp_path: Path) -> None:
    write_mha(block(), moved(-2.0), tmp_path / "m.mha")
    look = look_at_mask(tmp_path / "m.mha", GRID, resample="linear")
    assert "up to 10 mm away" in look.apart
    assert look.method == "linear"
    [one, two] = look.rows
    assert (one.ml, one.ml_after, one.outside_share) == pytest.approx((0.12, 0.06, 0.5))
    assert (two.ml, two.ml_after, two.outside_share) == pytest.approx((0.02, 0.02, 0.0))


def test_that_a_mask_of_elsewhere_is_refused(tmp_path: Path) -> None:
    write_mha(block(), moved(100.0), tmp_path / "m.mha")
    with pytest.raises(GeometryError, match="Nothing of the mask lies within the scan"):
        look_at_mask(tmp_path / "m.mha", GRID)


def test_that_the_frames_of_a_cine_are_looked_at_like_slices(tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    frames = Geometry((8, 6, 5), (1.0, 2.0, 1.0), (0.0, 0.0, 0.0), np.eye(3))
    stored = nibabel.Nifti1Image(block().transpose(2, 1, 0)[:, :, None], np.diag([-1.0, -2.0, 1.0, 1.0]))
    nibabel.save(stored, tmp_path / "m.nii.gz")
    look = look_at_mask(tmp_path / "m.nii.gz", frames, cine=True)
    assert [(row.number, row.voxels) for row in look.rows] == [(1, 12), (2, 2)]
    assert np.array_equal(chosen_mask(look, {1: "Liver", 2: "spleen"}, TABLE).labels, np.array([0, 2, 1], np.uint8)[block()])
    with pytest.raises(GeometryError, match="it has 5 frames and the scan 4"):
        look_at_mask(tmp_path / "m.nii.gz", Geometry((8, 6, 4), (1.0, 2.0, 1.0), (0.0, 0.0, 0.0), np.eye(3)), cine=True)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(7, " LIVER ")], {7: "Liver"}),
        ([(1, "kidney"), (2, "spleen")], {2: "spleen"}),
        ([(1, ""), (2, "")], {1: "spleen", 2: "Liver"}),
        ([(1, ""), (9, "")], {}),
        ([(1, "liver"), (2, "")], {1: "Liver"}),
        ([], {}),
    ],
)
def test_that_only_equal_names_or_the_projects_own_ids_mean_something(rows: list[tuple[int, str]], expected: dict[int, str]) -> None:
    look = look_of(*(MaskRow(number, name, 1, 1.0) for number, name in rows))
    assert suggested_mapping(look, TABLE) == expected


def test_that_several_ids_may_mean_one_structure_and_others_are_background() -> None:
    look = look_of(MaskRow(1, "", 12, 0.12), MaskRow(2, "", 2, 0.02))
    assert np.array_equal(chosen_mask(look, {1: "Liver", 2: "Liver"}, TABLE).labels, (block() > 0) * np.uint8(2))
    assert np.array_equal(chosen_mask(look, {2: "spleen"}, TABLE).labels, (block() == 2) * np.uint8(1))


def test_that_a_structure_in_which_nothing_is_drawn_empties_the_mask() -> None:
    assert not chosen_mask(look_of(MaskRow(1, "a", 12, 0.12), MaskRow(3, "spleen", 0, 0.0)), {3: "spleen"}, TABLE).labels.any()


def test_that_a_structure_that_is_gone_is_told() -> None:
    with pytest.raises(UserError, match="kidney"):
        chosen_mask(look_of(MaskRow(1, "", 12, 0.12)), {1: "kidney"}, TABLE)
