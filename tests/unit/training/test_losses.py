"""Supervision and logit distillation against their equations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.losses import channel_wise_distillation, gradient_share_weight, pixel_distillation, supervision


def _logits(seed: int = 0, *, batch: int = 2, classes: int = 3, side: int = 6) -> Tensor:
    return torch.randn(batch, classes, side, side, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _targets(seed: int = 1, *, batch: int = 2, classes: int = 3, side: int = 6) -> Tensor:
    labels = torch.randint(classes, (batch, side, side), generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.one_hot(labels, classes).permute(0, 3, 1, 2).double()


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


def test_that_channel_wise_distillation_equals_its_equation() -> None:
    teacher, student = _logits(), _logits(5)
    t, s = (x.numpy().reshape(2, 3, 36) / 4.0 for x in (teacher, student))
    p, q = (np.exp(x) / np.exp(x).sum(2, keepdims=True) for x in (t, s))
    expected = (p * (np.log(p) - np.log(q))).sum(2).mean() * 16
    assert float(channel_wise_distillation(teacher, student)) == pytest.approx(expected, abs=1e-10)


def test_that_agreement_costs_nothing() -> None:
    logits = _logits()
    assert float(pixel_distillation(logits, logits)) == pytest.approx(0.0, abs=1e-12)
    assert float(channel_wise_distillation(logits, logits)) == pytest.approx(0.0, abs=1e-12)


def test_that_a_weighed_term_has_the_wanted_share_of_the_gradient() -> None:
    block = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0), requires_grad=True)
    supervised, term = block.square().sum(), 1e-6 * (block**3).sum()
    weight = gradient_share_weight(supervised, term, (block,), share=0.15)
    (one,) = torch.autograd.grad(supervised, block, retain_graph=True)
    (other,) = torch.autograd.grad(weight * term, block)
    assert float(other.norm() / one.norm()) == pytest.approx(0.15, rel=1e-4)


def test_that_a_term_without_gradient_gets_no_weight() -> None:
    block = torch.ones(1, 1, 2, 2, requires_grad=True)
    assert gradient_share_weight(block.sum(), (block * 0).sum(), (block,), share=0.1) == 0.0
