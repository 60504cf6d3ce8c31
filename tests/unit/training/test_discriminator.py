"""The critic of the adversarial term: sizes, norms, attention, a penalty on its gradient."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gf_desktop.errors import TrainingError
from training.networks.discriminator import Discriminator, SelfAttention


def small(classes: int = 3) -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(classes, width=0.125)


def scores(*shape: int) -> torch.Tensor:
    return torch.tanh(torch.randn(shape))


@pytest.mark.parametrize(("sides", "expected"), [((64, 64), (1, 1)), ((96, 160), (3, 7)), ((70, 64), (1, 1))])
def test_that_it_scores_patches_of_any_map_from_64_pixels_on(sides: tuple[int, int], expected: tuple[int, int]) -> None:
    assert small()(scores(2, 3, *sides)).shape == (2, 1, *expected)


@pytest.mark.parametrize("shape", [(1, 3, 63, 64), (1, 3, 64, 48), (1, 2, 64, 64), (3, 64, 64)])
def test_that_maps_too_small_or_of_other_classes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(TrainingError) as caught:
        small()(torch.zeros(shape))
    assert caught.value.next_step


def test_that_it_is_built_as_specified() -> None:
    with torch.device("meta"):
        body = Discriminator(9).body
    kinds = [type(layer).__mro__[1 if hasattr(layer, "parametrizations") else 0] for layer in body]
    halved = [nn.Conv2d, nn.LeakyReLU]
    assert kinds == [*halved, *halved, *halved, SelfAttention, *halved, SelfAttention, nn.Conv2d]
    convolutions = [layer for layer in body if isinstance(layer, nn.Conv2d)]
    assert [c.out_channels for c in convolutions] == [64, 128, 256, 512, 1]
    assert [(c.kernel_size, c.stride) for c in convolutions] == [((4, 4), (2, 2))] * 4 + [((4, 4), (1, 1))]
    assert {layer.negative_slope for layer in body if isinstance(layer, nn.LeakyReLU)} == {0.1}


def test_that_the_norm_of_every_halving_convolution_becomes_one() -> None:
    critic = small().train()
    with torch.no_grad():
        for _ in range(30):
            critic(scores(1, 3, 64, 64))
    normed = [layer for layer in critic.body if hasattr(layer, "parametrizations")]
    assert len(normed) == 4
    for layer in normed:
        assert isinstance(layer, nn.Conv2d)
        largest = torch.linalg.svdvals(layer.weight.detach().flatten(1))[0]
        assert float(largest) == pytest.approx(1.0, abs=0.05)


def test_that_attention_begins_as_the_identity_and_equals_its_equation() -> None:
    torch.manual_seed(0)
    layer = SelfAttention(16).double()
    x = torch.randn(2, 16, 3, 4, dtype=torch.float64)
    with torch.no_grad():
        assert torch.equal(layer(x), x)
        layer.gamma.fill_(0.7)
        query, key, value = (part(x).flatten(2) for part in (layer.query, layer.key, layer.value))
        expected = x.clone().flatten(2)
        for b in range(2):
            for i in range(12):
                share = torch.softmax(torch.stack([query[b, :, i] @ key[b, :, j] for j in range(12)]), dim=0)
                expected[b, :, i] += 0.7 * sum(share[j] * value[b, :, j] for j in range(12))
        assert torch.allclose(layer(x), expected.reshape(x.shape), atol=1e-12)


def test_that_a_gradient_reaches_every_parameter_once_attention_has_begun() -> None:
    critic = small()
    for module in critic.modules():
        if isinstance(module, SelfAttention):
            module.gamma.data.fill_(0.5)
    (critic(scores(2, 3, 96, 96)) ** 2).sum().backward()
    for name, parameter in critic.named_parameters():
        assert parameter.grad is not None, name
        assert float(parameter.grad.abs().max()) > 0, name


def test_that_a_penalty_on_the_gradient_can_be_trained() -> None:
    critic = small().train()
    for module in critic.modules():
        if isinstance(module, SelfAttention):
            module.gamma.data.fill_(0.5)
    given = scores(2, 3, 64, 64).requires_grad_()
    (slope,) = torch.autograd.grad(critic(given).sum(), given, create_graph=True)
    ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean().backward()
    missing = {name for name, parameter in critic.named_parameters() if parameter.grad is None}
    # what is added to a score moves no slope
    assert missing <= {name for name, _ in critic.named_parameters() if name.endswith("bias")}


def test_that_evaluation_is_repeatable_and_images_do_not_see_each_other() -> None:
    critic = small().eval()
    given = scores(3, 3, 64, 64)
    with torch.no_grad():
        together = critic(given)
        assert torch.equal(together, critic(given))
        assert torch.allclose(together.flip(0), critic(given.flip(0)), atol=1e-6)
        assert torch.allclose(together[:1], critic(given[:1]), atol=1e-6)


def test_that_weights_survive_a_state_dict() -> None:
    one, other = small(), Discriminator(3, width=0.125)
    other.load_state_dict(one.state_dict())
    given = scores(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(one.eval()(given), other.eval()(given))
