from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gf_desktop.files.export import export_source
from gf_desktop.files.export_source import ExportSource
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.surface import surface_of
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume

RANDOM = np.random.default_rng(5)
ANGLE = np.radians(12)
AXES = np.array([[np.cos(ANGLE), -np.sin(ANGLE), 0], [np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, -1.0]])
GRID = Geometry((9, 8, 7), (0.7, 0.8, 2.5), (-100.5, 33.25, 700.0), AXES)
# the spleen (1) nowhere, the aorta (9) in a corner
LABELS = RANDOM.choice(np.array([0, 2], np.uint8), (7, 8, 9))
LABELS[5:, 6:, 7:] = 9
STATES = RANDOM.integers(0, 4, LABELS.shape, dtype=np.uint8)
VOXELS = RANDOM.normal(-900, 40, LABELS.shape).astype(np.float32)


def source(table: LabelTable, **change: Any) -> ExportSource:
    facts: dict[str, Any] = {
        "stem": "C-001", "labels": LABELS, "geometry": GRID, "table": table, "modality": "CT", "model_id": "abdomen-ct-3",
        "spacing_known": True, "states": STATES, "volume": lambda: Volume(VOXELS.copy(), GRID, "CT"),
    }  # fmt: skip
    return ExportSource(**(facts | change))


def document(tmp_path: Path, made: ExportSource) -> dict[str, Any]:
    (file,) = export_source(made, folder=tmp_path, format="json", overwrite=True)
    assert file.verified
    return json.loads(file.path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_that_figures_are_those_that_numpy_finds(tmp_path: Path, table: LabelTable) -> None:
    told = document(tmp_path, source(table))
    assert (told["case"], told["model_id"], told["modality"]) == ("C-001", "abdomen-ct-3", "CT")
    spleen, *others = told["structures"]
    assert (spleen["voxels"], spleen["volume_ml"]) == (0, 0.0)
    assert {spleen[name] for name in ("mean", "sd", "area_mm2", "centroid_lps_mm", "first_ijk", "reviewed")} == {None}
    for one, label in zip(others, (2, 9), strict=True):
        k, j, i = np.nonzero(label == LABELS)
        values = VOXELS[k, j, i].astype(np.float64)
        places = GRID.index_to_world(np.stack([i, j, k], axis=-1))
        assert one["voxels"] == len(i)
        assert one["volume_ml"] == pytest.approx(len(i) * 0.7 * 0.8 * 2.5 / 1000)
        assert (one["mean"], one["sd"], one["unit"]) == (pytest.approx(values.mean()), pytest.approx(values.std()), "HU")
        assert one["centroid_lps_mm"] == pytest.approx(places.mean(axis=0))
        assert one["first_ijk"] == [i.min(), j.min(), k.min()]
        assert one["last_ijk"] == [i.max(), j.max(), k.max()]
        assert one["reviewed"] == pytest.approx((STATES[k, j, i] >= 2).mean())
        surface = surface_of(LABELS, label, GRID)
        assert surface is not None
        assert one["area_mm2"] == pytest.approx(surface.area_mm2)
        assert (places >= np.array(one["low_lps_mm"])).all()
        assert (places <= np.array(one["high_lps_mm"])).all()


def test_that_a_scan_of_one_doubly_oblique_slice_has_its_figures(tmp_path: Path, table: LabelTable) -> None:
    c, s = np.cos(np.radians(17.0)), np.sin(np.radians(17.0))
    axes = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])
    grid = Geometry((9, 8, 1), (0.7, 0.8, 2.5), (-100.5, 33.25, 700.0), axes)
    labels, voxels = np.zeros((1, 8, 9), np.uint8), np.arange(72, dtype=np.float32).reshape(1, 8, 9)
    labels[0, 2:5, 3:8] = 2
    made = source(table, labels=labels, geometry=grid, states=None, volume=lambda: Volume(voxels.copy(), grid, "CT"))
    liver = document(tmp_path, made)["structures"][1]
    assert liver["voxels"] == 15
    assert liver["volume_ml"] == pytest.approx(15 * 0.7 * 0.8 * 2.5 / 1000)
    assert liver["mean"] == pytest.approx(voxels[0, 2:5, 3:8].mean())
    assert liver["centroid_lps_mm"] == pytest.approx(grid.index_to_world((5.0, 3.0, 0.0)))
    assert (liver["first_ijk"], liver["last_ijk"]) == ([3, 2, 0], [7, 4, 0])
    corners = grid.index_to_world(np.array([(i, j, k) for i in (2.5, 7.5) for j in (1.5, 4.5) for k in (-0.5, 0.5)]))
    assert liver["low_lps_mm"] == pytest.approx(corners.min(axis=0))
    assert liver["high_lps_mm"] == pytest.approx(corners.max(axis=0))
    surface = surface_of(labels, 2, grid)
    assert surface is not None
    # rounded off, so smaller than that of the box of voxels
    assert 0 < surface.area_mm2 == pytest.approx(liver["area_mm2"])
    assert surface.area_mm2 < 2 * (3.5 * 2.4 + 3.5 * 2.5 + 2.4 * 2.5)


def test_that_the_table_says_the_same_as_the_document(tmp_path: Path, table: LabelTable) -> None:
    structures = document(tmp_path, source(table))["structures"]
    (file,) = export_source(source(table), folder=tmp_path, format="csv")
    with file.path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == ["spleen", "liver", "aorta"]
    for row, one in zip(rows, structures, strict=True):
        assert (row["case"], row["model"], row["voxels"]) == ("C-001", "abdomen-ct-3", str(one["voxels"]))
        posterior = None if one["centroid_lps_mm"] is None else one["centroid_lps_mm"][1]
        for column, value in (("volume_ml", one["volume_ml"]), ("mean", one["mean"]), ("centroid_p_mm", posterior)):
            assert row[column] == "" if value is None else float(row[column]) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("change", [{"spacing_known": False}, {"time": TimeAxis("cine", 7, 40.0)}])
def test_that_what_has_no_size_in_space_has_no_ml_and_no_place(tmp_path: Path, table: LabelTable, change: dict[str, Any]) -> None:
    told = document(tmp_path, source(table, **change))
    assert told["in_space"] is False
    liver = told["structures"][1]
    assert {liver[name] for name in ("volume_ml", "area_mm2", "centroid_lps_mm", "low_lps_mm", "high_lps_mm")} == {None}
    assert liver["voxels"] == np.count_nonzero(LABELS == 2)
    assert liver["mean"] == pytest.approx(VOXELS[LABELS == 2].mean(dtype=np.float64))


def test_that_colour_has_no_mean(tmp_path: Path, table: LabelTable) -> None:
    picture = Volume(np.zeros((*LABELS.shape, 3), np.uint8), GRID, "PHOTO")
    liver = document(tmp_path, source(table, volume=lambda: picture))["structures"][1]
    assert (liver["mean"], liver["sd"], liver["unit"]) == (None, None, "")


def test_that_a_deviation_far_from_zero_keeps_its_digits(tmp_path: Path, table: LabelTable) -> None:
    far = Volume((VOXELS.astype(np.float64) / 1000 + 1e7), GRID, "MR")
    liver = document(tmp_path, source(table, volume=lambda: far))["structures"][1]
    assert liver["sd"] == pytest.approx(far.voxels[LABELS == 2].std(), rel=1e-6)
