"""CutMix, labels from sure predictions and agreement with an average, against their definitions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.mixing import (
    confidence,
    consistency_cross_entropy,
    cutmix_boxes,
    mean_teacher_consistency,
    mix,
    pseudo_labels,
    ramp_up,
)


def _rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _logits(seed: int = 0, *, batch: int = 2, classes: int = 3, side: int = 6) -> Tensor:
    return 2 * torch.randn(batch, classes, side, side, generator=_rng(seed), dtype=torch.float64)


def _softmax(logits: Tensor) -> np.ndarray:
    raised = np.exp(logits.detach().numpy())
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


INSIDE = (torch.rand(2, 1, 6, 6, generator=_rng(7)) > 0.4).double()


# --- CutMix ---


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 12),
    columns=st.integers(1, 12),
    shares=st.tuples(st.floats(0.01, 1.0), st.floats(0.01, 1.0)),
)
def test_that_every_mask_is_one_box_on_the_grid_of_the_taps(seed: int, rows: int, columns: int, shares: tuple[float, float]) -> None:
    low, high = sorted(shares)
    boxes = cutmix_boxes(3, 4 * rows, 4 * columns, share=(low, high), probability=1.0, rng=_rng(seed))
    assert boxes.shape == (3, 1, 4 * rows, 4 * columns)
    assert boxes.dtype == torch.bool
    for box in boxes[:, 0]:
        y, x = torch.nonzero(box.any(dim=1))[:, 0], torch.nonzero(box.any(dim=0))[:, 0]
        edges = [int(e) for e in (y[0], y[-1] + 1, x[0], x[-1] + 1)]
        assert all(edge % 4 == 0 for edge in edges)
        assert int(box.sum()) == (edges[1] - edges[0]) * (edges[3] - edges[2])
        # rounded to whole cells of the grid in each direction
        cells, tall, wide = int(box.sum()) / 16, (edges[1] - edges[0]) / 4, (edges[3] - edges[2]) / 4
        assert cells >= low * rows * columns - tall / 2 - 1e-9
        assert cells <= max(high * rows * columns + tall / 2, tall) + 1e-9
        assert wide >= 1


def test_that_a_box_is_the_same_at_a_quarter_of_the_resolution() -> None:
    boxes = cutmix_boxes(6, 64, 96, share=(0.1, 0.4), probability=0.8, rng=_rng())
    small = boxes[:, :, ::4, ::4]
    assert torch.equal(small.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3), boxes)


def test_that_boxes_have_the_share_and_the_chance_that_were_asked() -> None:
    boxes = cutmix_boxes(600, 64, 64, share=(0.2, 0.4), probability=0.5, rng=_rng())
    shares = boxes.double().mean(dim=(1, 2, 3))
    cut = shares[shares > 0]
    assert 0.42 < len(cut) / 600 < 0.58
    assert float(cut.mean()) == pytest.approx(0.3, abs=0.02)
    assert 0.15 < float(cut.min()) < float(cut.max()) < 0.45
    exact = cutmix_boxes(4, 64, 64, share=1.0, probability=1.0, rng=_rng())
    assert bool(exact.all())
    assert not bool(cutmix_boxes(4, 64, 64, share=0.3, probability=0.0, rng=_rng()).any())


def test_that_boxes_reach_every_part_of_the_image() -> None:
    boxes = cutmix_boxes(400, 32, 48, share=(0.1, 0.3), probability=1.0, rng=_rng())
    often = boxes.double().mean(dim=(0, 1))
    assert float(often.min()) > 0.01
    assert torch.allclose(often, often.flip(0), atol=0.12)
    assert torch.allclose(often, often.flip(1), atol=0.12)


def test_that_a_seed_decides_the_boxes() -> None:
    one, again, other = (cutmix_boxes(8, 64, 64, share=0.3, probability=1.0, rng=_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    ("height", "share", "probability"),
    [(62, 0.3, 0.5), (0, 0.3, 0.5), (64, 0.0, 0.5), (64, (0.4, 0.2), 0.5), (64, 1.2, 0.5), (64, 0.3, 1.5)],
)
def test_that_boxes_without_sense_are_refused(height: int, share: float | tuple[float, float], probability: float) -> None:
    with pytest.raises(ValueError, match=r"pixels|boxes of"):
        cutmix_boxes(2, height, 64, share=share, probability=probability, rng=_rng())


def test_that_pixels_come_from_the_second_inside_of_the_box_and_from_the_first_outside() -> None:
    boxes = cutmix_boxes(3, 16, 24, share=0.4, probability=1.0, rng=_rng())
    for stride, kind in itertools.product((1, 4), (torch.float32, torch.int64, torch.bool)):
        a = torch.zeros(3, 2, 16 // stride, 24 // stride, dtype=kind)
        b = torch.ones_like(a)
        mixed = mix(a, b, boxes)
        assert mixed.dtype == kind
        assert torch.equal(mixed.bool(), boxes[:, :, ::stride, ::stride].expand_as(a))


def test_that_mixing_keeps_the_gradient_of_each_side() -> None:
    boxes = cutmix_boxes(2, 8, 8, share=0.4, probability=1.0, rng=_rng())
    a, b = torch.zeros(2, 1, 8, 8, requires_grad=True), torch.zeros(2, 1, 8, 8, requires_grad=True)
    mix(a, b, boxes).sum().backward()  # type: ignore[no-untyped-call]
    assert a.grad is not None
    assert b.grad is not None
    assert torch.equal(b.grad > 0, boxes)
    assert torch.equal(a.grad > 0, ~boxes)


def test_that_what_does_not_fit_is_not_mixed() -> None:
    boxes = cutmix_boxes(2, 16, 16, share=0.4, probability=1.0, rng=_rng())
    for shapes in (((2, 1, 8, 8), (2, 1, 8, 8)), ((2, 1, 16, 16), (2, 3, 16, 16)), ((1, 1, 16, 16), (1, 1, 16, 16))):
        with pytest.raises(ValueError, match=r"mix|resolution"):
            mix(torch.zeros(shapes[0]), torch.zeros(shapes[1]), boxes)


# --- labels from sure predictions ---


def test_that_confidence_is_the_largest_probability_without_a_gradient() -> None:
    logits = _logits().requires_grad_(True)
    found = confidence(logits)
    assert not found.requires_grad
    assert np.abs(found.numpy()[:, 0] - _softmax(logits).max(axis=1)).max() < 1e-12


def test_that_labels_are_the_likeliest_classes_above_the_threshold() -> None:
    logits = _logits().requires_grad_(True)
    classes, weight = pseudo_labels(logits, threshold=0.8)
    p = _softmax(logits)
    assert (classes.dtype, weight.dtype) == (torch.int64, torch.float64)
    assert (classes.numpy()[:, 0] == p.argmax(axis=1)).all()
    assert (weight.numpy()[:, 0] == (p.max(axis=1) >= 0.8)).all()
    assert 0 < float(weight.mean()) < 1
    assert not weight.requires_grad


@pytest.mark.parametrize("masked", [False, True])
def test_that_consistency_is_the_mean_over_all_pixels(masked: bool) -> None:
    student = _logits(3)
    classes, weight = pseudo_labels(_logits(), threshold=0.8)
    p, total, count = _softmax(student), 0.0, 0.0
    for image, y, x in itertools.product(range(2), range(6), range(6)):
        inside = float(INSIDE[image, 0, y, x]) if masked else 1.0
        total += inside * float(weight[image, 0, y, x]) * -math.log(p[image, int(classes[image, 0, y, x]), y, x])
        count += inside
    found = consistency_cross_entropy(student, classes, weight, inside=INSIDE.bool() if masked else None)
    assert float(found) == pytest.approx(total / count, abs=1e-10)


def test_that_nothing_sure_gives_zero() -> None:
    classes, weight = pseudo_labels(torch.zeros(1, 3, 4, 4), threshold=0.95)
    assert float(consistency_cross_entropy(torch.randn(1, 3, 4, 4, generator=_rng()), classes, weight)) == 0.0
    everywhere = torch.ones(1, 1, 4, 4)
    assert float(consistency_cross_entropy(torch.zeros(1, 3, 4, 4), classes, everywhere, inside=torch.zeros(1, 1, 4, 4))) == 0.0


# --- agreement with an average ---


@pytest.mark.parametrize("masked", [False, True])
def test_that_mean_teacher_consistency_is_the_mean_squared_difference_of_probabilities(masked: bool) -> None:
    student, average = _logits(3), _logits(4)
    squares = ((_softmax(student) - _softmax(average)) ** 2).mean(axis=1)
    weight = INSIDE.numpy()[:, 0] if masked else np.ones((2, 6, 6))
    found = mean_teacher_consistency(student, average, inside=INSIDE if masked else None)
    assert float(found) == pytest.approx((weight * squares).sum() / weight.sum(), abs=1e-10)


def test_that_agreement_costs_nothing_and_a_shift_of_all_classes_is_agreement() -> None:
    logits = _logits()
    assert float(mean_teacher_consistency(logits, logits)) == 0.0
    assert float(mean_teacher_consistency(logits + 3.0, logits)) == pytest.approx(0.0, abs=1e-20)


def test_that_the_gradient_is_the_derivative_and_reaches_the_student_alone() -> None:
    student, average = _logits(3).requires_grad_(True), _logits(4).requires_grad_(True)
    classes, weight = pseudo_labels(average, threshold=0.6)
    for loss in (lambda s: mean_teacher_consistency(s, average, inside=INSIDE), lambda s: consistency_cross_entropy(s, classes, weight)):
        assert torch.autograd.gradcheck(loss, (student,), fast_mode=True)
        loss(student).backward()  # type: ignore[no-untyped-call]
        assert average.grad is None


def test_that_the_order_of_the_batch_does_not_matter() -> None:
    student, average = _logits(3), _logits(4)
    one, other = mean_teacher_consistency(student, average), mean_teacher_consistency(student.flip(0), average.flip(0))
    assert float(one) == pytest.approx(float(other), rel=1e-12)


def test_that_a_term_rises_from_little_to_its_whole_weight() -> None:
    assert ramp_up(0, 100) == pytest.approx(math.exp(-5))
    assert ramp_up(50, 100) == pytest.approx(math.exp(-1.25))
    assert (ramp_up(100, 100), ramp_up(400, 100), ramp_up(3, 0)) == (1.0, 1.0, 1.0)
    assert ramp_up(-1, 100) == ramp_up(0, 100)
    values = [ramp_up(step, 20) for step in range(21)]
    assert values == sorted(values)
