"""Phantoms: exact masks, the same every time, and a dial that changes the device and never the anatomy."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from gf_desktop.errors import TrainingError
from training.phantoms import PHANTOM_KINDS, PHANTOM_NOTICE, Phantoms, endoscopy, make_phantoms, mr, phantom_structures, ultrasound
from training.phantoms.fields import draw_outline, lerp, pixel_grid, smooth_noise

MODULES = {"endoscopy": endoscopy, "ultrasound": ultrasound, "mr": mr}
DIAL = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.mark.parametrize("kind", PHANTOM_KINDS)
def test_that_phantoms_have_the_promised_shapes_and_ranges(kind: str) -> None:
    phantoms = make_phantoms(kind, 12, seed=1, size=48)
    channels = 3 if kind == "endoscopy" else 1
    assert phantoms.images.shape == (12, channels, 48, 48)
    assert phantoms.images.dtype == np.float32
    assert phantoms.labels.shape == (12, 48, 48)
    assert phantoms.labels.dtype == np.uint8
    assert float(phantoms.images.min()) >= 0
    assert float(phantoms.images.max()) <= 1
    assert len(phantoms) == 12
    assert phantoms.structures == phantom_structures(kind)
    assert set(np.unique(phantoms.labels)) == set(range(len(phantoms.structures) + 1))


@pytest.mark.parametrize("kind", PHANTOM_KINDS)
def test_that_a_longer_series_begins_with_the_shorter_one(kind: str) -> None:
    short, long = (make_phantoms(kind, n, seed=5, shift=0.3, size=32) for n in (2, 4))
    assert np.array_equal(short.images, long.images[:2])
    assert np.array_equal(short.labels, long.labels[:2])


@pytest.mark.parametrize("kind", PHANTOM_KINDS)
def test_that_another_seed_gives_other_pictures(kind: str) -> None:
    one, other = (make_phantoms(kind, 2, seed=seed, size=32) for seed in (0, 1))
    assert not np.array_equal(one.images[0], other.images[0])
    assert not np.array_equal(one.images[0], one.images[1])


@pytest.mark.parametrize("kind", PHANTOM_KINDS)
def test_that_the_dial_changes_pictures_and_no_label(kind: str) -> None:
    home, away = (make_phantoms(kind, 4, seed=2, shift=shift, size=48) for shift in (0.0, 1.0))
    assert np.array_equal(home.labels, away.labels)
    assert float(np.abs(home.images - away.images).mean()) > 0.02


def test_that_the_endoscopes_dial_turns_red_towards_blue_step_by_step() -> None:
    series = [make_phantoms("endoscopy", 6, seed=3, shift=shift, size=32).images for shift in DIAL]
    ratio = [float(images[:, 0].mean() / images[:, 2].mean()) for images in series]
    assert ratio == sorted(ratio, reverse=True)
    assert ratio[-1] < 0.8 * ratio[0]


def test_that_the_ultrasounds_dial_widens_the_speckle_step_by_step() -> None:
    def neighbours_agree(shift: float) -> float:
        images = make_phantoms("ultrasound", 6, seed=3, shift=shift, size=64).images[:, 0]
        grain = images - (np.roll(images, 2, axis=2) + np.roll(images, -2, axis=2)) / 2
        return float((grain[:, :, 2:-3] * grain[:, :, 3:-2]).mean() / (grain**2).mean())

    agreement = [neighbours_agree(shift) for shift in DIAL]
    assert agreement == sorted(agreement)
    assert agreement[-1] > agreement[0] + 0.1


def test_that_the_scanners_dial_takes_contrast_and_adds_noise_step_by_step() -> None:
    contrast, noise = [], []
    for shift in DIAL:
        phantoms = make_phantoms("mr", 6, seed=3, shift=shift, size=64)
        images = phantoms.images[:, 0]
        contrast.append(float(images[phantoms.labels == 3].mean() - images[phantoms.labels == 1].mean()))
        noise.append(float(images[:, :3, :3].mean()))
    assert contrast == sorted(contrast, reverse=True)
    assert noise == sorted(noise)


@pytest.mark.parametrize("kind", PHANTOM_KINDS)
def test_that_every_field_of_a_clinic_lies_between_the_two_clinics(kind: str) -> None:
    module = MODULES[kind]
    assert module.clinic_at(0.0) == module.HOME
    middle = module.clinic_at(0.5)
    for field in fields(middle):
        home, half, away = (np.atleast_1d(getattr(clinic, field.name)) for clinic in (module.HOME, middle, module.AWAY))
        assert np.allclose(half, (home + away) / 2)
    assert lerp(module.HOME, module.AWAY, 1.0) == module.AWAY


def test_that_a_polyp_colours_the_wall_exactly_where_the_mask_is() -> None:
    scene = endoscopy.draw_scene(np.random.default_rng(11), 64)
    assert scene.label.any()
    assert np.array_equal(scene.label == 1, scene.polyp > 0.5)
    assert float(scene.polyp[scene.label == 0].max()) <= 0.5


def test_that_a_lesion_without_speckle_is_darker_inside_its_mask_than_just_outside() -> None:
    found = 0
    for seed in range(8):
        scene = ultrasound.draw_scene(np.random.default_rng(seed), 64)
        for label, drop_db in ((1, 2.0), (2, 8.0)):
            inside = scene.label == label
            ring = _grown(inside, 5) & ~_grown(inside, 2) & (scene.label == 0)
            if inside.sum() > 60 and ring.any():
                found += 1
                assert scene.echo_db[inside].mean() < scene.echo_db[ring].mean() - drop_db
    assert found >= 4


def _grown(mask: np.ndarray, steps: int) -> np.ndarray:
    from scipy.ndimage import binary_dilation

    return binary_dilation(mask, iterations=steps)


def test_that_tissues_without_noise_have_one_brightness_each_where_the_mask_says() -> None:
    rng = np.random.default_rng(4)
    scene = replace(mr.draw_scene(rng, 64), texture=np.zeros((64, 64)))
    plain = replace(mr.HOME, bias=0.0, noise=0.0, blur_px=1e-3, ghost=0.0)
    image = mr.render(scene, np.random.default_rng(0), plain)[0]
    means = [float(image[scene.label == label].mean()) for label in range(1, 5)]
    spreads = [float(np.ptp(image[scene.label == label])) for label in range(1, 5)]
    assert max(spreads) < 1e-6
    assert len({round(mean, 3) for mean in means}) == 4
    assert np.array_equal(scene.label, np.where(scene.tissue < 5, scene.tissue, 0))


def test_that_an_outline_is_negative_inside_and_grows_outwards() -> None:
    rows, columns = pixel_grid(64)
    outline = draw_outline(np.random.default_rng(0), radius=(0.3, 0.3), rows=(0, 0), columns=(0, 0), wobble=0.05)
    distance = outline.distance(rows, columns)
    assert distance[32, 32] < 0
    assert (distance[[0, 0, -1, -1], [0, -1, 0, -1]] > 0).all()
    assert outline.apart(outline) < 0


def test_that_noise_has_mean_zero_deviation_one_and_the_asked_smoothness() -> None:
    fine, coarse = (smooth_noise(np.random.default_rng(0), 64, scale) for scale in (0.01, 0.1))
    for noise in (fine, coarse):
        assert abs(float(noise.mean())) < 1e-9
        assert float(noise.std()) == pytest.approx(1.0)
    assert np.abs(np.diff(coarse)).mean() < 0.3 * np.abs(np.diff(fine)).mean()


@pytest.mark.parametrize("wrong", [{"kind": "xray"}, {"count": -1}, {"seed": -1}, {"shift": 1.5}, {"shift": float("nan")}, {"size": 16}])
def test_that_wrong_wishes_are_refused(wrong: dict[str, object]) -> None:
    wishes: dict[str, object] = {"kind": "mr", "count": 1, "seed": 0, "shift": 0.0, "size": 32} | wrong
    with pytest.raises(TrainingError):
        make_phantoms(wishes.pop("kind"), wishes.pop("count"), **wishes)  # type: ignore[arg-type]


def test_that_no_phantoms_are_an_empty_series() -> None:
    assert make_phantoms("mr", 0, seed=0, size=32).images.shape == (0, 1, 32, 32)


def test_that_images_and_labels_must_belong_together() -> None:
    with pytest.raises(ValueError, match="belong"):
        Phantoms(np.zeros((1, 1, 4, 4), np.float32), np.zeros((2, 4, 4), np.uint8), ("a",))
    with pytest.raises(ValueError, match="structure"):
        Phantoms(np.zeros((1, 1, 4, 4), np.float32), np.full((1, 4, 4), 2, np.uint8), ("a",))


def test_that_the_notice_says_phantom() -> None:
    assert "Phantom" in PHANTOM_NOTICE
