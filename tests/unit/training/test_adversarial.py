"""The adversarial term against critics whose gradient is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gf_desktop.errors import TrainingError
from training.adversarial import adversarial_loss, critic_loss

SIDE = 64


class Linear(nn.Module):
    """Scores w . z + b at two places, so that their mean has the gradient w."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(torch.tensor(0.7, dtype=weight.dtype))

    def forward(self, z: Tensor) -> Tensor:
        score = (z.flatten(1) * self.weight.flatten()).sum(dim=1)[:, None, None, None] + self.bias
        return torch.cat([0.5 * score, 1.5 * score], dim=3)


class Square(nn.Module):
    """Scores |z|^2 / 2, whose gradient is z."""

    def forward(self, z: Tensor) -> Tensor:
        return z.flatten(1).square().sum(dim=1, keepdim=True) / 2


def _rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _logits(seed: int, *, batch: int = 3, side: int = SIDE) -> Tensor:
    return torch.randn(batch, 2, side, side, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _value(loss: Tensor) -> float:
    return float(loss.detach())


def _linear(length: float) -> Linear:
    weight = _logits(9, batch=1)[0]
    return Linear(weight / weight.norm() * length)


@pytest.mark.parametrize("length", [1.0, 0.25, 3.0])
def test_that_the_penalty_of_a_linear_critic_is_known_from_its_slope(length: float) -> None:
    loss = critic_loss(_linear(length), _logits(1), _logits(2), _rng())
    assert _value(loss.penalty) == pytest.approx(10 * (length - 1) ** 2, abs=1e-10)


def test_that_the_distance_is_the_difference_of_the_mean_scores() -> None:
    critic, teacher, student = _linear(2.0), _logits(1), _logits(2)
    loss = critic_loss(critic, teacher, student, _rng())
    weight = critic.weight.detach().numpy()
    real, fake = (np.mean([(np.tanh(z) * weight).sum() for z in logits.numpy()]) for logits in (teacher, student))
    assert _value(loss.wasserstein) == pytest.approx(fake - real, abs=1e-10)
    assert _value(loss.total) == pytest.approx(fake - real + 10.0, abs=1e-10)
    assert _value(adversarial_loss(critic, student)) == pytest.approx(-(fake + 0.7), abs=1e-10)


def test_that_the_penalty_is_taken_between_teacher_and_student_with_one_share_an_image() -> None:
    teacher, student = _logits(1), _logits(2)
    loss = critic_loss(Square(), teacher, student, _rng())
    shares = torch.rand(3, 1, 1, 1, generator=_rng())[:, 0, 0, 0].double()
    lengths = [
        np.linalg.norm(float(e) * np.tanh(t.numpy()) + (1 - float(e)) * np.tanh(s.numpy()))
        for e, t, s in zip(shares, teacher, student, strict=True)
    ]
    assert _value(loss.penalty) == pytest.approx(10 * np.mean([(n - 1) ** 2 for n in lengths]), rel=1e-12)


def test_that_the_same_seed_gives_the_same_penalty_and_another_another() -> None:
    teacher, student = _logits(1), _logits(2)
    one, again = (critic_loss(Square(), teacher, student, _rng()) for _ in range(2))
    other = critic_loss(Square(), teacher, student, torch.Generator().manual_seed(1))
    assert _value(one.penalty) == _value(again.penalty)
    assert _value(one.penalty) != _value(other.penalty)


def test_that_equal_logits_have_no_distance() -> None:
    assert _value(critic_loss(_linear(1.0), _logits(1), _logits(1), _rng()).total) == pytest.approx(0.0, abs=1e-10)


def test_that_the_order_of_the_batch_does_not_matter() -> None:
    critic, order = _linear(2.0), torch.tensor([2, 0, 1])
    one = critic_loss(critic, _logits(1), _logits(2), _rng())
    other = critic_loss(critic, _logits(1)[order], _logits(2)[order], _rng())
    assert _value(one.total) == pytest.approx(_value(other.total), abs=1e-10)


def test_that_the_critics_loss_teaches_the_critic_alone() -> None:
    critic = _linear(2.0)
    teacher, student = _logits(1).requires_grad_(True), _logits(2).requires_grad_(True)
    critic_loss(critic, teacher, student, _rng()).total.backward()  # type: ignore[no-untyped-call]
    assert teacher.grad is None
    assert student.grad is None
    assert critic.weight.grad is not None
    # d/dw 10 (|w| - 1)^2 = 20 (|w| - 1) w / |w|, and the mean difference of the inputs
    weight = critic.weight.detach()
    expected = 20 * weight / 2 + (torch.tanh(student) - torch.tanh(teacher)).detach().mean(dim=0)
    assert torch.allclose(critic.weight.grad, expected, atol=1e-10)


def test_that_the_students_loss_teaches_the_student_alone() -> None:
    critic, student = _linear(2.0), _logits(2).requires_grad_(True)
    adversarial_loss(critic, student).backward()  # type: ignore[no-untyped-call]
    assert critic.weight.grad is None
    assert critic.weight.requires_grad
    assert student.grad is not None
    expected = -critic.weight.detach() * (1 - torch.tanh(student.detach()) ** 2) / 3
    assert torch.allclose(student.grad, expected, atol=1e-10)


def test_that_a_critic_that_was_held_before_stays_held() -> None:
    critic = _linear(2.0)
    critic.bias.requires_grad_(False)
    adversarial_loss(critic, _logits(2))
    assert critic.weight.requires_grad
    assert not critic.bias.requires_grad


def test_that_a_critic_that_fails_learns_again_afterwards() -> None:
    critic = _linear(2.0)
    with pytest.raises(RuntimeError):
        adversarial_loss(critic, _logits(2, side=96))
    assert critic.weight.requires_grad


def test_that_a_convolutional_critic_learns_to_tell_teacher_from_student() -> None:
    torch.manual_seed(0)
    first: nn.Module = spectral_norm(nn.Conv2d(2, 4, 4, stride=4))
    critic = nn.Sequential(first, nn.LeakyReLU(0.1), nn.Conv2d(4, 1, 4, stride=4))
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-2, betas=(0.9, 0.99))
    teacher, student, rng = _logits(1).float() + 1, _logits(2).float(), _rng()
    distances = []
    for _ in range(15):
        loss = critic_loss(critic, teacher, student, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        distances.append(-_value(loss.wasserstein))
    assert distances[-1] > distances[0] + 0.05


def test_that_half_precision_is_reckoned_in_float32() -> None:
    critic = _linear(2.0).float()
    loss = critic_loss(critic, _logits(1).to(torch.bfloat16), _logits(2).half(), _rng())
    assert loss.total.dtype == torch.float32
    assert _value(loss.penalty) == pytest.approx(10.0, rel=1e-4)


@pytest.mark.parametrize("shape", [(63, 64), (64, 32)])
def test_that_views_below_64_pixels_are_refused(shape: tuple[int, int]) -> None:
    logits = torch.zeros(1, 2, *shape)
    with pytest.raises(TrainingError, match="at least 64 x 64 pixels"):
        critic_loss(Square(), logits, logits, _rng())
    with pytest.raises(TrainingError, match=f"{shape[0]} x {shape[1]}"):
        adversarial_loss(Square(), logits)


def test_that_logits_of_different_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        critic_loss(Square(), _logits(1), _logits(2, batch=2), _rng())
