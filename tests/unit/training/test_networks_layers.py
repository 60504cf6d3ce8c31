"""Layers that carry a claim of their own: unpooling, strips, the position embedding, width and depth, linear taps."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import conv2d, max_pool2d, max_unpool2d

from training.config import NetworkConfig
from training.networks import Taps, build_network, tap_channels
from training.networks.blocks import ConvBesidePool
from training.networks.complexity import count_parameters
from training.networks.enet import place_of_maximum, unpool
from training.networks.fanet import FANet, SelectiveKernel, StripPooling
from training.networks.mobile_unet import MobileUNet
from training.networks.transunet import Attention, StandardisedConv, TransUNet, VisionTransformer


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.integers(1, 3), st.integers(1, 5), st.integers(1, 5))
def test_that_unpooling_equals_torchs_own_also_where_values_tie(seed: int, channels: int, rows: int, cols: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    # few distinct values, so that squares with equal maxima are common
    x = torch.randint(-2, 3, (2, channels, 2 * rows, 2 * cols), generator=generator).float()
    values = torch.randn(2, channels, rows, cols, generator=generator)
    _, indices = max_pool2d(x, 2, return_indices=True)
    assert torch.equal(unpool(values, place_of_maximum(x)), max_unpool2d(values, indices, 2))


def test_that_unpooling_what_was_pooled_keeps_the_maxima_and_clears_the_rest() -> None:
    x = torch.tensor([[[[1.0, 7.0], [3.0, 2.0]]]])
    assert unpool(max_pool2d(x, 2), place_of_maximum(x)).tolist() == [[[[0.0, 7.0], [0.0, 0.0]]]]


def test_that_the_gradient_of_unpooling_comes_from_the_places_alone() -> None:
    values = torch.randn(1, 2, 3, 3, requires_grad=True)
    place = torch.randint(0, 4, (1, 2, 3, 3))
    weight = torch.randn(1, 2, 6, 6)
    (unpool(values, place) * weight).sum().backward()
    picked = torch.stack([weight[..., dy::2, dx::2] for dy in (0, 1) for dx in (0, 1)], dim=2).gather(2, place.unsqueeze(2)).squeeze(2)
    assert values.grad is not None
    assert torch.equal(values.grad, picked)


@pytest.mark.parametrize(("c_in", "pooled"), [(1, 1), (3, 3), (8, 8), (9, 8), (40, 8)])
def test_that_pooling_beside_a_convolution_never_takes_more_than_half_of_the_channels(c_in: int, pooled: int) -> None:
    block = ConvBesidePool(c_in, 16)
    assert block.conv.out_channels == 16 - pooled
    image = torch.randn(1, c_in, 8, 6)
    assert block(image).shape == (1, 16, 4, 3)
    if pooled == c_in:
        assert torch.equal(block(image)[:, 16 - pooled :], max_pool2d(image, 2))


def test_that_fanets_deep_tap_is_linear_in_the_bottleneck_and_knows_no_skip() -> None:
    torch.manual_seed(0)
    network = FANet(1, 2, 0.125).eval()
    assert isinstance(network.up3, nn.ConvTranspose2d)
    bottoms: list[torch.Tensor] = []
    network.bottom.register_forward_hook(lambda _m, _i, out: bottoms.append(out))
    with torch.no_grad():
        taps: Taps = network(torch.randn(1, 1, 64, 64))
        assert bottoms[0].shape[1:] == (64, 8, 8)
        assert bool((taps.deep < 0).any())
        doubled = network.up3(2 * bottoms[0])
    assert network.up3.bias is not None
    bias = network.up3.bias[:, None, None]
    assert torch.allclose(doubled - bias, 2 * (taps.deep - bias), atol=1e-5)


def test_that_fanet_has_two_selective_kernels_a_stage_and_strips_in_its_decoder_only() -> None:
    network = FANet(1, 2, 0.125)
    counts = {
        name: (
            sum(isinstance(m, SelectiveKernel) for m in stage.modules()),
            sum(isinstance(m, StripPooling) for m in stage.modules()),
        )
        for name, stage in network.named_children()
    }
    assert [counts[n] for n in ("level1", "level2", "level3", "bottom")] == [(2, 0)] * 4
    assert [counts[n] for n in ("join3", "join2", "join1")] == [(2, 1)] * 3


def test_that_a_selective_kernel_lies_between_its_two_branches() -> None:
    torch.manual_seed(0)
    block = SelectiveKernel(8, 8).eval()
    x = torch.randn(1, 8, 12, 12)
    with torch.no_grad():
        entered = block.enter(x)
        branches = torch.stack([torch.relu(x + block.small(entered)), torch.relu(x + block.large(entered))])
        found = block(x)
    assert bool((found >= branches.amin(0) - 1e-5).all())
    assert bool((found <= branches.amax(0) + 1e-5).all())


def test_that_replicated_strips_gate_an_even_image_evenly_and_zero_padded_ones_do_not() -> None:
    torch.manual_seed(0)
    even = torch.ones(1, 4, 8, 8)
    with torch.no_grad():
        replicated = StripPooling(4, padding="replicate")(even)
        padded = StripPooling(4)(even)
    assert float(replicated.std(dim=(2, 3)).max()) < 1e-6
    assert float(padded.std(dim=(2, 3)).max()) > 1e-3


def test_that_mobile_u_nets_scores_come_from_more_channels_than_three_and_taps_follow_the_width() -> None:
    network = MobileUNet(1, 9)
    assert network.head.in_channels == 16
    assert network.last[0].out_channels == 1280  # type: ignore[union-attr]
    assert tap_channels(MobileUNet(1, 9, 2.0), 1) == (48, 48)


@pytest.mark.parametrize("name", ["mobile_unet", "enet", "erfnet", "fanet", "transunet"])
def test_that_half_the_width_is_about_a_quarter_of_the_parameters(name: str) -> None:
    with torch.device("meta"):
        whole, half = (count_parameters(build_network(NetworkConfig(name, 1, 9, width))) for width in (1.0, 0.5))  # type: ignore[arg-type]
    assert 0.2 < half / whole < 0.3


def test_that_mobile_u_net_stays_cheap_when_narrow() -> None:
    assert count_parameters(MobileUNet(1, 9, 0.25)) < 400_000


@pytest.mark.parametrize(("width", "depth"), [(0.25, 0.25), (0.25, 0.5)])
def test_that_a_narrow_shallow_transunet_suits_a_laptop(width: float, depth: float) -> None:
    assert 1e6 < count_parameters(TransUNet(1, 9, width, depth=depth)) < 5e6


def test_that_depth_is_the_number_of_layers_and_at_least_one() -> None:
    with torch.device("meta"):
        networks = [TransUNet(1, 2, 0.125, depth=depth) for depth in (0.01, 0.5, 1.0)]
    assert [len(n.vit.layers) for n in networks] == [1, 6, 12]
    assert [len(n.stem.sixteenth) for n in networks] == [1, 4, 9]  # type: ignore[arg-type]


def test_that_standardised_filters_ignore_scale_and_offset() -> None:
    torch.manual_seed(0)
    conv = StandardisedConv(3, 5, 3, padding=1, bias=False).double()
    x = torch.randn(1, 3, 6, 6, dtype=torch.float64)
    with torch.no_grad():
        before = conv(x)
        standard = (conv.weight - conv.weight.mean((1, 2, 3), keepdim=True)) / conv.weight.std((1, 2, 3), keepdim=True, correction=0)
        assert torch.allclose(before, conv2d(x, standard, padding=1), atol=1e-2)
        conv.weight.mul_(7).add_(2)
        assert torch.allclose(before, conv(x), atol=1e-2)


def test_that_attention_equals_its_equation() -> None:
    torch.manual_seed(0)
    layer = Attention(2).double()
    tokens = torch.randn(2, 5, 128, dtype=torch.float64)
    with torch.no_grad():
        found = layer(tokens)
        query, key, value = layer.into(tokens).chunk(3, dim=2)
        parts = []
        for head in range(2):
            part = slice(64 * head, 64 * head + 64)
            share = torch.softmax(query[..., part] @ key[..., part].transpose(1, 2) / 8, dim=2)
            parts.append(share @ value[..., part])
        expected = layer.out(torch.cat(parts, dim=2))
    assert torch.allclose(found, expected, atol=1e-12)


def test_that_tokens_know_their_place_on_any_grid() -> None:
    torch.manual_seed(0)
    vit = VisionTransformer(8, heads=1, layers=1).eval()
    even = torch.ones(1, 8, 4, 6)
    with torch.no_grad():
        assert vit(even).shape == (1, 64, 4, 6)
        assert float(vit(even).std(dim=(2, 3)).max()) > 1e-3
        vit.position.zero_()
        assert float(vit(even).std(dim=(2, 3)).max()) < 1e-5


def test_that_the_position_embedding_is_used_as_it_is_on_its_own_grid() -> None:
    vit = VisionTransformer(8, heads=1, layers=1).eval()
    seen: list[torch.Tensor] = []
    vit.drop.register_forward_hook(lambda _m, _i, out: seen.append(out))
    with torch.no_grad():
        vit.embed.weight.zero_()
        assert vit.embed.bias is not None
        vit.embed.bias.zero_()
        vit(torch.zeros(1, 8, 14, 14))
        assert torch.allclose(seen[0].transpose(1, 2).reshape(1, 64, 14, 14), vit.position, atol=1e-6)
