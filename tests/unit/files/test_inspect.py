from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gf_desktop.errors import FileFormatError
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
