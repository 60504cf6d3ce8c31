"""Pictures of validation slices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training import previews
from training.dataset import ValidationScan, load_round, read_manifest
from training.distill import Models
from training.previews import TILE_PX, Previews
from training.schedule import FreeRun

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)


class Ear(FreeRun):
    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[tuple[str, int]] = []
        self.words: list[str] = []

    def preview(self, path: Path, step: int) -> None:
        self.pictures.append((path.name, step))

    def warned(self, message: str) -> None:
        self.words.append(message)


@pytest.fixture
def scans(write_tiny_round: Callable[..., Path]) -> tuple[ValidationScan, ...]:
    manifest = write_tiny_round(reviewed=tuple(range(8)), held=(1, 2, 3, 5, 6))
    return load_round(read_manifest(manifest), SPEC, classes=3).validation


def _drawn(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def test_that_four_slices_are_drawn_with_both_outlines(
    scans: tuple[ValidationScan, ...], tiny_models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shifted = {n: np.roll(scans[0].classes[place], 8, axis=1) for place, n in enumerate(scans[0].slices)}
    monkeypatch.setattr(previews, "predict_classes", lambda _network, _source, slices: np.stack([shifted[n] for n in slices]))
    ear = Ear()
    Previews(tmp_path, scans, TABLE, ear).draw(tiny_models.student, 7)
    assert ear.pictures == [("step-000007.png", 7)]
    image = _drawn(tmp_path / "previews" / "step-000007.png")
    assert image.shape == (TILE_PX, 4 * TILE_PX, 3)
    for tile in np.split(image, 4, axis=1):
        assert (tile == 255).all(axis=-1).sum() > 300
        for structure in TABLE:
            assert (tile == structure.rgb).all(axis=-1).sum() > 100
    # the reference's left edge of the soft square is at column 8 of 64, the student's 8 to the right
    row = image[TILE_PX * 20 // 64, :TILE_PX]
    white = np.flatnonzero((row == 255).all(axis=-1))
    blue = np.flatnonzero((row == TABLE.structures[0].rgb).all(axis=-1))
    assert abs(white[0] - 8 * TILE_PX / 64) <= 1
    assert abs(blue[0] - 16 * TILE_PX / 64) <= 1


def test_that_nothing_is_drawn_without_held_back_slices(tiny_models: Models, tmp_path: Path) -> None:
    ear = Ear()
    Previews(tmp_path, (), TABLE, ear).draw(tiny_models.student, 0)
    assert ear.pictures == []
    assert list(tmp_path.iterdir()) == []


def test_that_a_picture_that_cannot_be_written_is_told_once(scans: tuple[ValidationScan, ...], tiny_models: Models, tmp_path: Path) -> None:
    (tmp_path / "previews").write_text("in the way")
    ear = Ear()
    drawing = Previews(tmp_path, scans, TABLE, ear)
    for step in range(3):
        drawing.draw(tiny_models.student, step)
    assert len(ear.words) == 1
    assert ear.pictures == []


def test_that_drawing_leaves_the_networks_weights_alone(scans: tuple[ValidationScan, ...], tiny_models: Models, tmp_path: Path) -> None:
    network: nn.Module = tiny_models.student
    before = {name: value.clone() for name, value in network.state_dict().items()}
    Previews(tmp_path, scans, TABLE, Ear()).draw(network, 0)
    assert all(bool((before[name] == value).all()) for name, value in network.state_dict().items())
