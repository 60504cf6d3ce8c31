"""Batches: what is labelled, what is not, and what the teacher said of the very views that a student sees."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.batches import batch_drawer, pick
from training.config import AugmentConfig, NetworkConfig
from training.dataset import SliceSet
from training.method import LoopConfig, Method, Term
from training.networks import build_network
from training.objective import StepBatch
from training.paraphrase import new_paraphrasers
from training.teacher import Teacher, cache_word, cached_word

SPEC = PreprocessSpec(mean=0.4, std=0.3)
STILL = AugmentConfig(
    scale=(1.0, 1.0), rotate_deg=0, shift=0, elastic_px=0, gamma=0, contrast=0, brightness=0, noise=0, blur_px=0, probability=0
)
LOOP = LoopConfig(steps=1, batch=4, crop_px=64, augment=STILL, strong=STILL)
DISTIL = Method(kl=Term(weight=1.0), graph=Term(share=0.1))


def _slices(count: int, seed: int = 0) -> SliceSet:
    rng = torch.Generator().manual_seed(seed)
    classes = torch.randint(3, (count, 64, 64), generator=rng)
    targets = torch.nn.functional.one_hot(classes, 3).permute(0, 3, 1, 2).half()
    return SliceSet(
        torch.rand(count, 1, 64, 64, generator=rng), targets, torch.ones(count, 1, 64, 64), torch.zeros(count, 64, 64, dtype=torch.uint8)
    )


@pytest.fixture(scope="module")
def teacher() -> Teacher:
    torch.manual_seed(0)
    network = build_network(NetworkConfig("fanet", 1, 3, 0.125)).eval()
    student = build_network(NetworkConfig("mobile_unet", 1, 3, 0.25))
    pair = new_paraphrasers(student, network, 1)
    return Teacher(network, (pair[0].eval(), pair[1].eval()))


def _draw(method: Method, *, loop: LoopConfig = LOOP, free: int = 3, teacher: Teacher | None = None, seed: int = 0) -> StepBatch:
    return batch_drawer(_slices(3), _slices(free, 1), method, loop, spec=SPEC, teacher=teacher)(torch.Generator().manual_seed(seed))


def test_that_a_supervised_batch_is_labelled_throughout() -> None:
    batch = _draw(Method())
    assert batch.word is None
    assert batch.weak is None
    assert float(batch.supervised.min()) == 1.0
    assert batch.images.shape == (4, 1, 64, 64)


def test_that_half_a_semi_supervised_batch_has_no_supervision(teacher: Teacher) -> None:
    for use in ("terms", "strong"):
        batch = _draw(replace(DISTIL, unlabelled=use), teacher=teacher)
        assert batch.supervised.flatten(1).amax(dim=1).tolist() == [1.0, 1.0, 0.0, 0.0]
        assert batch.word is not None
        assert len(batch.word.logits) == 4


def test_that_without_unlabelled_slices_the_batch_is_labelled() -> None:
    batch = batch_drawer(_slices(3), None, Method(unlabelled="consistency"), LOOP, spec=SPEC)(torch.Generator())
    assert float(batch.supervised.min()) == 1.0
    assert len(batch.images) == 4


def test_that_images_are_normalised() -> None:
    batch = _draw(Method())
    assert float(batch.images.min()) == pytest.approx(-0.4 / 0.3, abs=0.1)
    assert float(batch.images.max()) == pytest.approx(0.6 / 0.3, abs=0.1)


def test_that_the_cached_word_is_what_the_teacher_says(teacher: Teacher) -> None:
    slices = _slices(3)
    cached, _ = cached_word(cache_word(slices, teacher, spec=SPEC).views(torch.arange(3)))
    online = teacher.ask((slices.images - SPEC.mean) / SPEC.std)
    for name in ("logits", "inside", "shallow", "deep", "attention"):
        assert torch.allclose(getattr(cached, name), getattr(online, name), atol=2e-2, rtol=5e-3), name


def test_that_the_word_moves_along_with_the_view(teacher: Teacher) -> None:
    loop = replace(LOOP, augment=replace(STILL, shift=0.3))
    labelled = cache_word(_slices(3), teacher, spec=SPEC)
    marked = replace(labelled, guide=torch.cat([labelled.targets, labelled.guide[:, 3:]], dim=1))  # type: ignore[index]
    batch = batch_drawer(marked, None, DISTIL, loop, spec=SPEC)(torch.Generator().manual_seed(1))
    assert batch.word is not None
    inside = (batch.word.inside > 0.99).expand_as(batch.targets)
    assert 0.2 < float(inside.float().mean()) < 1.0
    assert torch.allclose(batch.word.logits[inside], batch.targets[inside], atol=1e-5)


def test_that_a_second_teachers_logits_come_last(teacher: Teacher) -> None:
    torch.manual_seed(1)
    old = build_network(NetworkConfig("mobile_unet", 1, 3, 0.25)).eval()
    slices = _slices(2)
    cached = cache_word(slices, teacher, spec=SPEC, second=old)
    word, second = cached_word(cached.views(torch.arange(2)))
    with torch.no_grad():
        expected = old((slices.images - SPEC.mean) / SPEC.std).logits
    assert second is not None
    assert torch.allclose(second, expected, atol=2e-2, rtol=5e-3)
    assert float(word.inside.min()) == 1.0
    assert cached_word(cache_word(slices, teacher, spec=SPEC).views(torch.arange(2)))[1] is None


def test_that_slices_nobody_asked_about_are_a_fault() -> None:
    with pytest.raises(ValueError, match="not asked"):
        cached_word(_slices(2).views(torch.arange(2)))


def test_that_cutmix_moves_image_and_word_alike(teacher: Teacher) -> None:
    method = replace(DISTIL, unlabelled="strong", cutmix=1.0)
    mixed, plain = (_draw(m, teacher=teacher, seed=2) for m in (method, replace(method, cutmix=0.0)))
    assert mixed.cut is not None
    assert plain.cut is None
    assert mixed.word is not None
    assert plain.word is not None
    assert 0 < float(mixed.cut.float().mean()) < 0.5
    for name, images in (("images", (mixed.images, plain.images)), ("logits", (mixed.word.logits, plain.word.logits))):
        after, before = images[0][2:], images[1][2:]
        there = mixed.cut.expand_as(after)
        assert torch.equal(after[there], before.roll(1, dims=0)[there]), name
        assert torch.equal(after[~there], before[~there]), name
    taps = mixed.cut[:, :, ::4, ::4].expand_as(mixed.word.deep[2:])
    assert torch.equal(mixed.word.deep[2:][taps], plain.word.deep[2:].roll(1, dims=0)[taps])


def test_that_weak_views_are_there_only_where_an_average_is_asked(teacher: Teacher) -> None:
    plain = replace(DISTIL, unlabelled="strong")
    assert _draw(plain, teacher=teacher).weak is None
    weak = _draw(replace(plain, second_teacher=1.0), teacher=teacher).weak
    assert weak is not None
    assert len(weak) == 2
    assert _draw(Method(unlabelled="consistency")).strong is None
    assert _draw(Method(unlabelled="pseudo")).strong is not None


def test_that_the_same_generator_gives_the_same_batch() -> None:
    loop = replace(LOOP, augment=AugmentConfig())
    one, two, other = (_draw(Method(), loop=loop, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.images, two.images)
    assert not torch.equal(one.images, other.images)


def test_that_nothing_labelled_is_refused() -> None:
    empty = _slices(2).subset(torch.zeros(0, dtype=torch.long))
    with pytest.raises(TrainingError, match="nothing to learn from"):
        batch_drawer(empty, None, Method(), LOOP, spec=SPEC)


def test_that_a_distilling_method_without_a_teacher_is_refused() -> None:
    with pytest.raises(TrainingError, match="no teacher"):
        batch_drawer(_slices(2), None, DISTIL, LOOP, spec=SPEC)


def test_that_every_slice_is_drawn_before_one_is_drawn_again() -> None:
    rng = torch.Generator().manual_seed(0)
    assert sorted(pick(5, 5, rng).tolist()) == [0, 1, 2, 3, 4]
    assert sorted(pick(2, 4, rng).tolist()) == [0, 0, 1, 1]


def test_that_weights_say_how_often_a_slice_is_drawn() -> None:
    draw = batch_drawer(_slices(3), None, Method(), LOOP, spec=SPEC, weights=torch.tensor([0.0, 1.0, 1.0]))
    first = (_slices(3).images[0] - SPEC.mean) / SPEC.std
    rng = torch.Generator().manual_seed(0)
    images = torch.cat([draw(rng).images for _ in range(10)])
    assert not any(torch.allclose(image, first, atol=0.1) for image in images)
