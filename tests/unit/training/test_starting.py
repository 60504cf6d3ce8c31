"""Preprocessing chosen from a project's scans, and the networks that a first round begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gf_desktop.errors import ModelError, TrainingError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.volume import Volume
from training.config import NetworkConfig
from training.dataset import read_manifest
from training.networks import build_network
from training.starting import ScanFacts, choose_spec, first_pack, first_recipe


def _scan(
    size: tuple[int, int, int] = (128, 128, 8),
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0),
    *,
    modality: str = "MR",
    colour: bool = False,
    dtype: type = np.int16,
) -> Volume:
    shape = (*size[::-1], 3) if colour else size[::-1]
    voxels = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8 if colour else dtype)
    return Volume(voxels, Geometry.identity(size, spacing), modality)


def test_that_the_window_of_ct_is_that_of_soft_tissue_and_holds_what_is_approved() -> None:
    facts = [ScanFacts(_scan(modality="CT"), 400.0, (20.0, 90.0))]
    assert choose_spec(facts).window == (-160.0, 240.0)
    lung = choose_spec([*facts, ScanFacts(_scan(modality="CT"), 400.0, (-900.0, -700.0))])
    assert (lung.window, lung.percentiles) == ((-960.0, 240.0), False)


@pytest.mark.parametrize("modality", ["MR", "US", "PT", ""])
def test_that_intensities_without_a_fixed_meaning_are_scaled_by_each_scans_percentiles(modality: str) -> None:
    spec = choose_spec([ScanFacts(_scan(modality=modality))])
    assert (spec.colour, spec.percentiles, spec.window) == (False, True, (0.5, 99.5))


def test_that_mixed_modalities_share_percentiles() -> None:
    assert choose_spec([ScanFacts(_scan(modality="CT")), ScanFacts(_scan(modality="MR"))]).percentiles


def test_that_grey_pictures_of_8_bits_keep_their_greys_and_deeper_ones_are_scaled() -> None:
    assert choose_spec([ScanFacts(_scan((96, 64, 1), modality="PHOTO", dtype=np.uint8))]).window == (0.0, 255.0)
    assert choose_spec([ScanFacts(_scan((96, 64, 1), modality="PHOTO", dtype=np.uint16))]).percentiles


def test_that_colour_is_seen_as_colour_and_a_mix_is_refused() -> None:
    photo = ScanFacts(_scan((96, 64, 1), modality="PHOTO", colour=True))
    assert choose_spec([photo]).channels == 3
    with pytest.raises(TrainingError, match="1 grey scans with 1 in colour"):
        choose_spec([photo, ScanFacts(_scan())])


def test_that_small_scans_keep_their_pixels_and_large_ones_are_reduced() -> None:
    assert choose_spec([ScanFacts(_scan((200, 160, 4), (0.5, 0.5, 3.0)))]).spacing_mm == 0.0
    large = choose_spec([ScanFacts(_scan((1024, 512, 4), (0.5, 0.5, 3.0)))])
    assert large.spacing_mm == 2.0
    assert max(SliceSource(_scan((1024, 512, 4), (0.5, 0.5, 3.0)), large).grid.inner_hw) == 256


def test_that_pictures_without_a_size_are_reduced_by_their_pixels() -> None:
    assert choose_spec([ScanFacts(_scan((1000, 800, 1), modality="PHOTO", colour=True))]).spacing_mm == pytest.approx(3.91)


def test_that_small_structures_get_a_finer_grid() -> None:
    scan = _scan((1024, 1024, 2))
    assert choose_spec([ScanFacts(scan, 4000.0)]).spacing_mm == 4.0
    assert choose_spec([ScanFacts(scan, 180.0)]).spacing_mm == 3.0
    # but not so fine that a round takes for ever
    assert choose_spec([ScanFacts(scan, 9.0)]).spacing_mm == pytest.approx(2.29)


def test_that_one_large_picture_among_small_ones_does_not_fill_the_memory() -> None:
    facts = [ScanFacts(_scan((128, 128, 1), modality="PHOTO")) for _ in range(3)]
    spec = choose_spec([*facts, ScanFacts(_scan((4096, 256, 1), modality="PHOTO"))])
    assert spec.spacing_mm == 8.0


def test_that_thick_sagittal_slices_are_looked_at_as_they_were_acquired() -> None:
    def sagittal(thickness: float) -> Volume:
        direction = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
        geometry = Geometry((64, 64, 10), (1.0, 1.0, thickness), (0.0, 0.0, 0.0), direction)
        return Volume(np.zeros((10, 64, 64), np.int16), geometry, "MR")

    assert choose_spec([ScanFacts(sagittal(4.0))]).slicing == "acquired"
    assert choose_spec([ScanFacts(sagittal(1.0))]).slicing == "axial"
    assert choose_spec([ScanFacts(_scan(spacing=(1.0, 1.0, 6.0)))]).slicing == "axial"


def test_that_percentiles_make_one_picture_of_scans_with_other_numbers() -> None:
    spec = PreprocessSpec(window=(1.0, 99.0), percentiles=True)
    scan = _scan((96, 96, 6), dtype=np.float32)
    other = Volume(scan.voxels * np.float32(37) + np.float32(1000), scan.geometry, "MR")
    planes = [SliceSource(volume, spec).working_plane(2) for volume in (scan, other)]
    np.testing.assert_allclose(planes[0], planes[1], atol=1e-4)
    assert (planes[0].min(), planes[0].max()) == (0.0, 1.0)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_that_a_scan_of_one_value_or_none_gives_numbers(value: float) -> None:
    volume = Volume(np.full((2, 64, 64), value, np.float32), Geometry.identity((64, 64, 2)), "MR")
    assert np.isfinite(SliceSource(volume, PreprocessSpec(window=(1.0, 99.0), percentiles=True)).working_plane(0)).all()


@pytest.mark.parametrize("window", [(-1.0, 99.0), (1.0, 101.0)])
def test_that_percentiles_beyond_0_and_100_are_refused(window: tuple[float, float]) -> None:
    with pytest.raises(ModelError):
        PreprocessSpec(window=window, percentiles=True)
    assert PreprocessSpec.from_json(PreprocessSpec(window=(1.0, 99.0), percentiles=True).as_json()).percentiles


def test_that_a_card_of_before_has_a_window_of_intensities() -> None:
    document = PreprocessSpec(window=(0.0, 100.0)).as_json()
    del document["percentiles"]
    assert not PreprocessSpec.from_json(document).percentiles


def test_that_a_first_pack_begins_with_imagenet_and_knows_what_is_approved(write_tiny_round: Callable[..., Path]) -> None:
    pack = first_pack(read_manifest(write_tiny_round()), model_id="knee-v1", between=lambda: None)
    card = pack.card
    assert (card.id, card.parent, card.files, card.table.ids) == ("knee-v1", None, {}, (1, 5))
    assert card.licence == "As the project's owner says."
    assert (card.student["name"], card.teacher["name"], card.student["num_classes"]) == ("lite_unet", "lite_fanet", 3)
    assert pack.models.untrained
    stem = pack.models.student.encoder.stem.state_dict()  # type: ignore[union-attr, operator]
    fresh = build_network(NetworkConfig("lite_unet", 1, 3)).encoder.stem.state_dict()  # type: ignore[union-attr, operator]
    teachers = pack.models.teacher.encoder.stem.state_dict()  # type: ignore[union-attr, operator]
    weights = [name for name, value in stem.items() if value.dim() == 4]
    assert all(torch.equal(stem[name], teachers[name]) and not torch.equal(stem[name], fresh[name]) for name in weights)


def test_that_nothing_approved_is_nothing_to_begin_with(write_tiny_round: Callable[..., Path]) -> None:
    with pytest.raises(TrainingError, match="nothing to learn from"):
        first_pack(read_manifest(write_tiny_round(reviewed=(3,), held=(3,))), model_id="m", between=lambda: None)


def test_that_a_recipe_that_is_named_holds_in_a_first_round() -> None:
    assert first_recipe({"teacher_lr": 1e-4, "batch": 4})["teacher_lr"] == 1e-4
    assert first_recipe({})["teacher_lr"] > 1e-3
