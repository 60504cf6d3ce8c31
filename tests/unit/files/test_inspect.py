from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.inspect import inspect

Series = Callable[..., tuple[Path, np.ndarray]]


def test_that_a_sound_series_is_described_in_plain_json(series: Series) -> None:
    folder, intensities = series()
    document = json.loads(json.dumps(inspect(folder)))
    assert document["kind"] == "dicom"
    assert document["modality"] == "CT"
    assert document["size"] == [16, 12, 10]
    assert document["spacing_mm"] == [0.7, 0.8, 2.0]
    assert document["origin_mm"] == [-5.0, -7.0, 0.0]
    assert document["direction"] == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert (document["verdict"], document["findings"]) == ("green", [])
    assert document["range"] == [intensities.min(), intensities.max()]


def test_that_every_scan_of_a_folder_has_a_number_and_a_passport(series: Series, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(tmp_path / "a photo.png")
    series()
    series([0, 2, 6], folder="zoo")
    documents = json.loads(json.dumps(inspect(tmp_path)))["scans"]
    assert [d["number"] for d in documents] == [1, 2, 3]
    photo, sound, lacking = (d["passport"] for d in documents)
    assert photo["spacing_from"] == ["not stated"] * 3
    assert (sound["verdict"], sound["spacing_mm"], sound["origin_mm"]) == ("green", [0.7, 0.8, 2.0], [-5.0, -7.0, 0.0])
    assert sound["spacing_from"] == ["PixelSpacing", "PixelSpacing", "ImagePositionPatient of 10 slices"]
    assert sound["slices"]["count"] == 10
    assert (sound["resampled"], sound["contradictions"]) == (False, [])
    assert (lacking["verdict"], lacking["origin_mm"]) == ("red", None)
    assert lacking["slices"]["gaps"] == [{"after_mm": 2.0, "before_mm": 6.0, "missing": 1}]


def test_that_one_scan_of_a_folder_is_chosen_by_number_or_word_and_keeps_its_number(series: Series, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(tmp_path / "a photo.png")
    series()
    for wanted in ("2", "ct, 10"):
        (document,) = inspect(tmp_path, series=wanted)["scans"]
        assert (document["kind"], document["number"]) == ("dicom", 2)
    for wanted in ("0", "3", "liver", " "):
        with pytest.raises(UserError, match=r"None of the 2 scans is .* 1 PNG picture; 2 CT, 10 files of 16 × 12"):
            inspect(tmp_path, series=wanted)


def test_that_a_spacing_that_the_user_states_opens_what_was_refused(series: Series) -> None:
    folder, _ = series(tags=lambda _k: {"PixelSpacing": None})
    assert "--spacing" in inspect(folder)["next"]
    document = inspect(folder, spacing_mm=(0.9, 0.6, 2.0))
    assert (document["verdict"], document["spacing_mm"]) == ("amber", [0.6, 0.9, 2.0])


@pytest.mark.parametrize("spacing", [(0.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, float("nan")), (1.0, 1.0, 5000.0)])
def test_that_a_spacing_that_is_none_is_refused(series: Series, spacing: tuple[float, float, float]) -> None:
    folder, _ = series()
    with pytest.raises(UserError, match="not three lengths"):
        inspect(folder, spacing_mm=spacing)


def test_that_two_matrices_of_a_nifti_file_are_compared_in_mm_and_degrees(nifti: Callable[..., Path]) -> None:
    turned = np.diag([-0.7, -0.8, 2.0, 1.0])
    c, s = np.cos(np.radians(2)), np.sin(np.radians(2))
    turned[:2, :2] = np.array([[c, -s], [s, c]]) @ turned[:2, :2]
    passport = inspect(nifti(np.zeros((6, 5, 4), np.int16), qform_matrix=turned))["passport"]
    assert passport["qform_turned_deg"] == pytest.approx(2, abs=0.01)
    assert passport["qform_apart_mm"] == pytest.approx(np.hypot(5 * 0.7, 4 * 0.8) * 2 * np.sin(np.radians(1)), rel=0.01)
    assert passport["origin_from"] == "sform"
    alone = inspect(nifti(np.zeros((6, 5, 4), np.int16), sform=0))["passport"]
    assert (alone["origin_from"], alone["qform_apart_mm"], alone["qform_turned_deg"]) == ("qform", None, None)


def test_that_an_unusable_series_is_described_with_its_reason_and_the_way_out(series: Series) -> None:
    folder, _ = series([0, 2, 6])
    document = inspect(folder)
    assert document["verdict"] == "red"
    assert [(f["code"], f["severity"]) for f in document["findings"]] == [("missing_slices", "red")]
    assert document["size"] is document["spacing_mm"] is document["origin_mm"] is document["direction"] is None
    assert document["next"]


def test_that_the_scan_with_most_files_stands_on_top_of_a_folder(series: Series, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(tmp_path / "a photo.png")
    series()
    document = inspect(tmp_path)
    assert document["kind"] == "dicom"
    assert [d["kind"] for d in document["scans"]] == ["picture", "dicom"]


def test_that_one_damaged_scan_among_others_is_described_and_alone_is_an_error(series: Series, tmp_path: Path) -> None:
    series()
    (tmp_path / "photo.png").write_bytes(b"no picture")
    document = inspect(tmp_path)
    assert [d["verdict"] for d in document["scans"]] == ["red", "green"]
    with pytest.raises(FileFormatError):
        inspect(tmp_path / "photo.png")


def test_that_a_slide_is_read_at_the_level_that_is_asked_for_and_lists_all(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.svs") as writer:
        how = {"tile": (16, 16), "photometric": "rgb", "metadata": None}
        writer.write(np.zeros((64, 96, 3), np.uint8), description="Aperio Image Library v1\n96x64 |MPP = 0.5", **how)
        writer.write(np.zeros((32, 48, 3), np.uint8), description="Aperio 48x32", **how)
    assert inspect(tmp_path / "a.svs")["size"] == [96, 64, 1]
    document = inspect(tmp_path / "a.svs", level=1)
    assert document["size"] == [48, 32, 1]
    assert document["spacing_mm"][:2] == pytest.approx([0.001, 0.001])
    assert [level["size"] for level in document["levels"]] == [[96, 64], [48, 32]]
    with pytest.raises(UserError, match="no level 2: 0 96 × 64; 1 48 × 32"):
        inspect(tmp_path / "a.svs", level=2)
