"""Supervision, and distillation of logits and features, against their equations."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.losses import (
    attention_map,
    attention_transfer,
    channel_wise_distillation,
    dist_distillation,
    flow_matrix,
    flow_of_solution,
    gradient_norm,
    pixel_distillation,
    soft_dice_distillation,
    supervision,
)

Array = npt.NDArray[np.float64]
Loss = Callable[[Tensor, Tensor], Tensor]


def _logits(seed: int = 0, *, batch: int = 2, classes: int = 3, side: int = 6) -> Tensor:
    return torch.randn(batch, classes, side, side, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _targets(seed: int = 1, *, batch: int = 2, classes: int = 3, side: int = 6) -> Tensor:
    labels = torch.randint(classes, (batch, side, side), generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.one_hot(labels, classes).permute(0, 3, 1, 2).double()


def _mask(seed: int = 2, *, batch: int = 2, side: int = 6) -> Tensor:
    return (torch.rand(batch, 1, side, side, generator=torch.Generator().manual_seed(seed)) > 0.4).double()


def _softmax(logits: Tensor, temperature: float = 1.0) -> Array:
    raised = np.exp(logits.detach().numpy() / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def test_that_supervision_equals_its_equations() -> None:
    logits, targets = _logits(), _targets()
    mask = (torch.rand(2, 1, 6, 6, generator=torch.Generator().manual_seed(2)) > 0.5).double()
    p = np.exp(logits.numpy()) / np.exp(logits.numpy()).sum(axis=1, keepdims=True)
    y, w = targets.numpy(), mask.numpy()
    cross_entropy = -(w * y * np.log(p)).sum() / w.sum()
    score = [(2 * (w * p * y)[:, c].sum() + 1) / ((w * p)[:, c].sum() + (w * y)[:, c].sum() + 1) for c in (1, 2)]
    found = supervision(logits, targets, mask)
    assert float(found.cross_entropy) == pytest.approx(cross_entropy, abs=1e-10)
    assert float(found.dice) == pytest.approx(1 - np.mean(score), abs=1e-10)
    assert float(found.total) == pytest.approx(cross_entropy + 1 - np.mean(score), abs=1e-10)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.02, 0.9))
def test_that_only_reviewed_pixels_count(seed: int, share: float) -> None:
    rng = torch.Generator().manual_seed(seed)
    logits, targets = _logits(seed), _targets(seed + 1)
    mask = (torch.rand(2, 1, 6, 6, generator=rng) < share).double()
    other = logits + (1 - mask) * torch.randn(logits.shape, generator=rng, dtype=torch.float64) * 5
    wrong = torch.where(mask > 0, targets, targets.roll(1, dims=1))
    for name in ("cross_entropy", "dice", "total"):
        one, two = getattr(supervision(logits, targets, mask), name), getattr(supervision(other, wrong, mask), name)
        assert float(one) == pytest.approx(float(two), abs=1e-9)


def test_that_one_reviewed_pixel_gives_as_strong_a_gradient_as_a_whole_image_of_its_like() -> None:
    logits = torch.zeros(1, 3, 16, 16, requires_grad=True)
    targets = torch.zeros(1, 3, 16, 16)
    targets[:, 1] = 1
    sizes = []
    for share in (1, 16):
        mask = torch.zeros(1, 1, 16, 16)
        mask[..., :share, :share] = 1
        (gradient,) = torch.autograd.grad(supervision(logits, targets, mask).cross_entropy, logits)
        sizes.append(float(gradient.abs().sum()))
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-5)


def test_that_nothing_reviewed_gives_zero_and_no_gradient() -> None:
    logits = torch.zeros(1, 3, 4, 4, requires_grad=True)
    loss = supervision(logits, torch.zeros(1, 3, 4, 4), torch.zeros(1, 1, 4, 4)).total
    (gradient,) = torch.autograd.grad(loss, logits)
    assert float(loss.detach()) == 0.0
    assert float(gradient.abs().sum()) == 0.0


def test_that_supervision_without_dice_is_cross_entropy_alone() -> None:
    logits, targets = _logits().requires_grad_(True), _targets()
    mask = _mask()
    both, alone = supervision(logits, targets, mask), supervision(logits, targets, mask, dice=False)
    assert float(alone.dice) == 0.0
    assert torch.equal(alone.total, both.cross_entropy)
    assert torch.equal(alone.total, alone.cross_entropy)
    assert float(both.total.detach()) > float(alone.total.detach())


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_that_pixel_distillation_equals_its_equation(temperature: float) -> None:
    teacher, student = _logits(), _logits(5)
    t, s = teacher.numpy() / temperature, student.numpy() / temperature
    p, q = np.exp(t) / np.exp(t).sum(1, keepdims=True), np.exp(s) / np.exp(s).sum(1, keepdims=True)
    expected = (p * (np.log(p) - np.log(q))).sum(1).mean() * temperature**2
    assert float(pixel_distillation(teacher, student, temperature=temperature)) == pytest.approx(expected, abs=1e-10)


def test_that_pixel_distillation_leaves_out_pixels_of_weight_zero() -> None:
    teacher, student = _logits(), _logits(5)
    weight = torch.zeros(2, 1, 6, 6, dtype=torch.float64)
    weight[:, :, 2:5, 1:4] = 1
    inside = pixel_distillation(teacher[:, :, 2:5, 1:4], student[:, :, 2:5, 1:4])
    assert float(pixel_distillation(teacher, student, weight=weight)) == pytest.approx(float(inside), abs=1e-10)


def test_that_ignored_pixels_leave_the_weighted_mean_of_the_others() -> None:
    teacher, student, inside = _logits(), _logits(5), _mask()
    weight = torch.rand(2, 1, 6, 6, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    p, q, w = _softmax(teacher), _softmax(student), (weight * inside).numpy()[:, 0]
    divergence = (p * np.log(p / q)).sum(1)
    found = pixel_distillation(teacher, student, weight=weight, inside=inside.bool())
    assert float(found) == pytest.approx((w * divergence).sum() / w.sum(), abs=1e-10)
    counted = inside.numpy()[:, 0]
    alone = pixel_distillation(teacher, student, inside=inside)
    assert float(alone) == pytest.approx((counted * divergence).sum() / counted.sum(), abs=1e-10)


def test_that_masked_channel_wise_distillation_is_over_the_pixels_inside() -> None:
    teacher, student, inside = _logits(batch=3), _logits(5, batch=3), _mask(batch=3)
    inside[1] = 0
    expected = []
    for image, channel in itertools.product((0, 2), range(3)):
        where = inside[image, 0].numpy() > 0
        t, s = (np.exp(x[image, channel].numpy()[where] / 2.0) for x in (teacher, student))
        p, q = t / t.sum(), s / s.sum()
        expected.append((p * np.log(p / q)).sum())
    found = channel_wise_distillation(teacher, student, temperature=2.0, inside=inside.bool())
    assert float(found) == pytest.approx(np.mean(expected) * 4, abs=1e-10)
    everywhere = channel_wise_distillation(teacher, student, inside=torch.ones_like(inside))
    assert float(everywhere) == pytest.approx(float(channel_wise_distillation(teacher, student)), abs=1e-12)
    assert float(channel_wise_distillation(teacher, student, inside=torch.zeros_like(inside))) == 0.0


def test_that_channel_wise_distillation_equals_its_equation() -> None:
    teacher, student = _logits(), _logits(5)
    t, s = (x.numpy().reshape(2, 3, 36) / 4.0 for x in (teacher, student))
    p, q = (np.exp(x) / np.exp(x).sum(2, keepdims=True) for x in (t, s))
    expected = (p * (np.log(p) - np.log(q))).sum(2).mean() * 16
    assert float(channel_wise_distillation(teacher, student)) == pytest.approx(expected, abs=1e-10)


# --- soft Dice, DIST ---


@pytest.mark.parametrize("weighted", [False, True])
def test_that_soft_dice_distillation_equals_its_equation(weighted: bool) -> None:
    teacher, student, mask = _logits(), _logits(5), _mask()
    p, q = _softmax(teacher, 2.0), _softmax(student, 2.0)
    scores = []
    for channel in (1, 2):
        over = under = 0.0
        for image, y, x in itertools.product(range(2), range(6), range(6)):
            w = float(mask[image, 0, y, x]) if weighted else 1.0
            one, other = p[image, channel, y, x], q[image, channel, y, x]
            over += w * 2 * one * other
            under += w * (one**2 + other**2)
        scores.append((over + 1) / (under + 1))
    found = soft_dice_distillation(teacher, student, temperature=2.0, weight=mask if weighted else None)
    assert float(found) == pytest.approx(1 - np.mean(scores), abs=1e-10)


def _pearson(one: Array, other: Array, weight: Array) -> float:
    a, b = one - np.average(one, weights=weight), other - np.average(other, weights=weight)
    return float((weight * a * b).sum() / np.sqrt((weight * a * a).sum() * (weight * b * b).sum()))


@pytest.mark.parametrize("weighted", [False, True])
def test_that_dist_equals_its_equation(weighted: bool) -> None:
    teacher, student = _logits(), _logits(5)
    mask = _mask() * torch.rand(2, 1, 6, 6, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    p, q = (_softmax(z, 1.5).transpose(0, 2, 3, 1).reshape(-1, 3) for z in (teacher, student))
    w = mask.numpy().reshape(-1) if weighted else np.ones(len(p))
    between = np.average([1 - _pearson(p[n], q[n], np.ones(3)) for n in range(len(p))], weights=w)
    within = np.mean([1 - _pearson(p[:, c], q[:, c], w) for c in range(3)])
    weight = mask if weighted else None
    for beta, gamma in ((1.0, 1.0), (2.0, 0.0), (0.0, 0.5)):
        found = dist_distillation(teacher, student, beta=beta, gamma=gamma, temperature=1.5, weight=weight)
        assert float(found) == pytest.approx(beta * between + gamma * within, abs=1e-10)


def test_that_dist_over_no_pixel_is_zero() -> None:
    assert float(dist_distillation(_logits(), _logits(5), weight=torch.zeros(2, 1, 6, 6, dtype=torch.float64))) == 0.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("level", [0.0, 40.0])
def test_that_a_constant_which_has_no_correlation_costs_dist_nothing(dtype: torch.dtype, level: float) -> None:
    student = torch.zeros(1, 3, 4, 4, dtype=dtype)
    student[:, 0] = level
    student.requires_grad_(True)
    teacher = _logits(batch=1, side=4).to(dtype)
    loss = dist_distillation(teacher, student, beta=0.0 if level else 1.0)
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == 0.0
    assert student.grad is not None
    assert bool(torch.isfinite(student.grad).all())


def test_that_dist_does_not_see_affine_changes_of_the_probabilities() -> None:
    teacher, student = _logits(), _logits(5)
    affine = torch.log(0.4 * torch.softmax(student, dim=1) + 0.2)
    assert float(dist_distillation(teacher, affine)) == pytest.approx(float(dist_distillation(teacher, student)), abs=1e-10)
    assert float(dist_distillation(student, affine)) == pytest.approx(0.0, abs=1e-10)
    raised = student + torch.randn(2, 1, 6, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert float(dist_distillation(teacher, raised)) == pytest.approx(float(dist_distillation(teacher, student)), abs=1e-10)


# --- features ---


def _attention(features: Array, mask: Array) -> Array:
    energy = np.zeros(features.shape[1:])
    for channel in features:
        energy = energy + channel**2 * mask
    return np.asarray(energy / np.sqrt((energy**2).sum()))


@pytest.mark.parametrize("masked", [False, True])
def test_that_attention_transfer_equals_its_equation(masked: bool) -> None:
    teacher, student = [_logits(n, classes=5) for n in (1, 2)], [_logits(n, classes=3) for n in (3, 4)]
    mask = _mask() if masked else torch.ones(2, 1, 6, 6, dtype=torch.float64)
    expected = 0.0
    for t, s in zip(teacher, student, strict=True):
        for image in range(2):
            w = mask[image, 0].numpy()
            expected += ((_attention(t[image].numpy(), w) - _attention(s[image].numpy(), w)) ** 2).sum() / float(mask.sum())
    maps = (attention_map(teacher[0]), attention_map(teacher[1]))
    found = attention_transfer(maps, (student[0], student[1]), inside=mask.bool() if masked else None)
    assert float(found) == pytest.approx(expected, abs=1e-10)


def test_that_an_attention_map_has_length_one_and_a_dead_tap_none() -> None:
    maps = attention_map(_logits(classes=4))
    assert maps.shape == (2, 1, 6, 6)
    assert torch.allclose(maps.flatten(1).norm(dim=1), torch.ones(2, dtype=torch.float64))
    assert not bool(attention_map(torch.zeros(1, 2, 4, 4)).any())


def test_that_attention_transfer_does_not_see_the_scale_of_either_side() -> None:
    teacher, student = _logits(), _logits(5)
    one = attention_transfer((attention_map(teacher),), (student,))
    for maps, taps in (
        (attention_map(teacher * 30), student),
        (attention_map(teacher), student * 0.02),
        (attention_map(teacher) * 7, student),
    ):
        assert float(attention_transfer((maps,), (taps,))) == pytest.approx(float(one), rel=1e-10)


def test_that_attention_transfer_of_a_dead_student_gives_numbers() -> None:
    student = torch.zeros(1, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    attention_transfer((attention_map(_logits(batch=1, side=4)),), (student,)).backward()  # type: ignore[no-untyped-call]
    assert student.grad is not None
    assert bool(torch.isfinite(student.grad).all())


@pytest.mark.parametrize("masked", [False, True])
def test_that_the_flow_of_solution_equals_its_equation(masked: bool) -> None:
    taps = [_logits(n, classes=c) for n, c in enumerate((3, 4, 3, 4))]
    mask = _mask() if masked else torch.ones(2, 1, 6, 6, dtype=torch.float64)
    expected = 0.0
    for image, i, j in itertools.product(range(2), range(3), range(4)):
        w = mask[image, 0].numpy()
        grams = [(taps[n][image, i].numpy() * taps[n + 1][image, j].numpy() * w).sum() / w.sum() for n in (0, 2)]
        expected += (grams[0] - grams[1]) ** 2 / 24
    found = flow_of_solution((taps[0], taps[1]), (taps[2], taps[3]), inside=mask if masked else None)
    assert float(found) == pytest.approx(expected, abs=1e-10)


def test_that_the_flow_of_solution_does_not_see_where_things_are() -> None:
    shallow, deep = _logits(1), _logits(2)
    order = torch.randperm(36, generator=torch.Generator().manual_seed(0))
    moved = [t.flatten(2)[:, :, order].reshape(t.shape) for t in (shallow, deep)]
    assert torch.allclose(flow_matrix(*moved), flow_matrix(shallow, deep), atol=1e-12)


def test_that_taps_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        attention_transfer((attention_map(_logits(side=4)),), (_logits(side=6),))
    with pytest.raises(ValueError, match="different size"):
        flow_matrix(_logits(side=4), _logits(side=6))
    with pytest.raises(ValueError, match="different channels"):
        flow_of_solution((_logits(classes=2), _logits()), (_logits(), _logits()))


# --- what holds for all ---


def _attention_loss(teacher: Tensor, student: Tensor, *, inside: Tensor | None = None) -> Tensor:
    return attention_transfer((attention_map(teacher),), (student,), inside=inside)


def _flow_loss(teacher: Tensor, student: Tensor, *, inside: Tensor | None = None) -> Tensor:
    return flow_of_solution((teacher, teacher.roll(1, dims=1)), (student, student.roll(1, dims=1)), inside=inside)


MASK = _mask()
LOSSES: dict[str, Loss] = {
    "pixels": pixel_distillation,
    "pixels inside": lambda t, s: pixel_distillation(t, s, temperature=2.0, weight=MASK * 0.7, inside=MASK),
    "channels": channel_wise_distillation,
    "channels inside": lambda t, s: channel_wise_distillation(t, s, inside=MASK),
    "soft Dice": soft_dice_distillation,
    "soft Dice inside": lambda t, s: soft_dice_distillation(t, s, weight=MASK),
    "DIST": dist_distillation,
    "DIST inside": lambda t, s: dist_distillation(t, s, weight=MASK, temperature=2.0),
    "attention": _attention_loss,
    "attention inside": lambda t, s: _attention_loss(t, s, inside=MASK),
    "flow": _flow_loss,
    "flow inside": lambda t, s: _flow_loss(t, s, inside=MASK),
}
all_losses = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


@all_losses
def test_that_agreement_costs_nothing(loss: Loss) -> None:
    assert float(loss(_logits(), _logits())) == pytest.approx(0.0, abs=1e-12)
    assert float(loss(_logits(), _logits(5))) > 1e-4


@all_losses
def test_that_the_gradient_is_the_derivative(loss: Loss) -> None:
    teacher, student = _logits(), _logits(5).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda s: loss(teacher, s), (student,), fast_mode=True)


@all_losses
def test_that_a_teacher_gets_no_gradient(loss: Loss) -> None:
    teacher, student = _logits().requires_grad_(True), _logits(5).requires_grad_(True)
    loss(teacher, student).backward()  # type: ignore[no-untyped-call]
    assert teacher.grad is None
    assert student.grad is not None
    assert bool(student.grad.any())


@all_losses
def test_that_the_order_of_the_batch_does_not_matter(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, student = _logits(), _logits(5)
    one = float(loss(teacher, student))
    monkeypatch.setitem(globals(), "MASK", MASK.flip(0))
    assert float(loss(teacher.flip(0), student.flip(0))) == pytest.approx(one, rel=1e-10)


@pytest.mark.parametrize("name", [name for name in LOSSES if name.endswith("inside")])
def test_that_nothing_outside_counts(name: str) -> None:
    teacher, student = _logits(), _logits(5)
    noise = (1 - MASK) * _logits(8) * 4
    assert float(LOSSES[name](teacher + noise, student - noise)) == pytest.approx(float(LOSSES[name](teacher, student)), abs=1e-10)


@all_losses
def test_that_half_precision_is_reckoned_in_float32(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "MASK", MASK.float())
    teacher, student = (z.half() for z in (_logits(), _logits(5)))
    found = loss(teacher, student)
    assert found.dtype == torch.float32
    assert float(found) == pytest.approx(float(loss(teacher.double(), student.double())), rel=1e-2)


# --- weighing by gradients ---


def test_that_a_gradients_length_is_that_of_all_blocks_together() -> None:
    blocks = tuple(torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(n), requires_grad=True) for n in (0, 1))
    loss = blocks[0].square().sum() + 1e-3 * (blocks[1] ** 3).sum()
    gradients = torch.autograd.grad(loss, blocks, retain_graph=True)
    expected = float(torch.cat([g.flatten() for g in gradients]).double().norm())
    assert gradient_norm(loss, blocks) == pytest.approx(expected, rel=1e-6)
    assert gradient_norm(loss, blocks[:1]) == pytest.approx(float(gradients[0].double().norm()), rel=1e-6)


def test_that_a_loss_without_gradient_has_length_zero() -> None:
    block = torch.ones(1, 1, 2, 2, requires_grad=True)
    assert gradient_norm((block * 0).sum(), (block,)) == 0.0
