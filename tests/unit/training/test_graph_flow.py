"""The Graph Flow term against a loop implementation in float64, and its properties."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from gf_desktop.errors import TrainingError
from training import graph_flow as module
from training.config import GraphFlowConfig
from training.graph_flow import (
    SalientPatches,
    attention_scores,
    average_windows,
    gather_windows,
    graph_flow,
    graph_flow_from_patches,
    patches_of,
    salient_positions,
)

Array = npt.NDArray[np.float64]

FORMS = ("published", "normalised")
SALIENCES = ("own", "teacher", "top_m", "soft", "map")


def _config(**fields: Any) -> GraphFlowConfig:
    return GraphFlowConfig(**({"windows": 3} if fields.get("salience") == "top_m" else {}) | fields)


def _features(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _taps(*shape: int) -> list[Tensor]:
    return [_features(*shape, seed=seed) for seed in range(4)]


# --- the same by loops ---


def _window(plane: Array, row: int, col: int, side: int) -> Array:
    reach = side // 2
    out = np.zeros((side, side))
    for dy in range(side):
        for dx in range(side):
            y, x = row + dy - reach, col + dx - reach
            if 0 <= y < plane.shape[0] and 0 <= x < plane.shape[1]:
                out[dy, dx] = plane[y, x]
    return out.reshape(-1)


def _allowed(plane: Array, border: int) -> list[tuple[int, int]]:
    rows, cols = plane.shape
    return [(y, x) for y in range(border, rows - border) for x in range(border, cols - border)]


def _peaks(plane: Array, config: GraphFlowConfig) -> list[tuple[int, int]]:
    allowed = _allowed(plane, config.border)
    if config.salience != "top_m":
        return [max(allowed, key=lambda at: plane[at])]
    reach = max(3, config.patch) // 2
    tops = []
    for y, x in allowed:
        near = [plane[v, u] for v, u in allowed if abs(v - y) <= reach and abs(u - x) <= reach]
        if plane[y, x] >= max(near):
            tops.append((y, x))
    tops.sort(key=lambda at: -plane[at])
    return (tops + [tops[0]] * config.windows)[: config.windows]


def _node(plane: Array, guide: Array, config: GraphFlowConfig) -> Array:
    allowed = _allowed(plane, config.border)
    if config.salience == "map":
        node = np.array([plane[at] for at in allowed])
    elif config.salience == "soft":
        values = np.array([guide[at] for at in allowed])
        raised = np.exp((values - values.mean()) / values.std() / config.temperature)
        node = np.zeros(config.patch**2)
        for share, (y, x) in zip(raised / raised.sum(), allowed, strict=True):
            node = node + share * _window(plane, y, x, config.patch)
    else:
        node = np.concatenate([_window(plane, y, x, config.patch) for y, x in _peaks(guide, config)])
    if config.form == "normalised":
        node = node - node.mean()
        node = node / np.sqrt((node**2).sum())
    return node


def _by_loops(taps: list[Tensor], config: GraphFlowConfig) -> tuple[float, float]:
    shallow_t, deep_t, shallow_s, deep_s = (t.numpy() for t in taps)
    batch, channels = shallow_t.shape[:2]
    vertices = edges = 0.0
    for image in range(batch):
        graphs = {}
        for layer, teacher, student in (("shallow", shallow_t, shallow_s), ("deep", deep_t, deep_s)):
            guides = student if config.salience == "own" else teacher
            graphs[layer, "T"] = [_node(teacher[image, c], teacher[image, c], config) for c in range(channels)]
            graphs[layer, "S"] = [_node(student[image, c], guides[image, c], config) for c in range(channels)]
        for c in range(channels):
            flow = {n: graphs["deep", n][c] - graphs["shallow", n][c] for n in "TS"}
            vertices += sum(float(v) ** 2 for v in flow["T"] - flow["S"])
        for c, d in itertools.product(range(channels), repeat=2):
            change = {n: np.dot(*(graphs["deep", n][i] for i in (c, d))) - np.dot(*(graphs["shallow", n][i] for i in (c, d))) for n in "TS"}
            edges += float(change["T"] - change["S"]) ** 2
    if config.form == "published":
        return vertices, edges
    return vertices / (batch * channels), edges / (batch * channels**2)


@pytest.mark.parametrize("border", [0, 1, 2])
@pytest.mark.parametrize("patch", [1, 3, 9])
@pytest.mark.parametrize("salience", SALIENCES)
@pytest.mark.parametrize("form", FORMS)
def test_that_the_term_equals_a_loop_implementation(form: str, salience: str, patch: int, border: int) -> None:
    fields = {"form": form, "salience": salience, "patch": patch, "border": border, "vertex_weight": 0.25, "edge_weight": 0.5}
    if form == "normalised" and patch == 1 and salience in ("own", "teacher", "soft"):
        with pytest.raises(TrainingError, match="always zero"):
            _config(**fields)
        return
    config = _config(**fields)
    taps = _taps(2, 3, 8, 7)
    terms = graph_flow(*taps, config=config)
    vertices, edges = _by_loops(taps, config)
    assert vertices > 0
    assert edges > 0
    assert abs(float(terms.vertices) - vertices) <= 1e-10 * max(1.0, vertices)
    assert abs(float(terms.edges) - edges) <= 1e-10 * max(1.0, edges)
    assert abs(float(terms.total) - (0.25 * vertices + 0.5 * edges)) <= 1e-10 * max(1.0, vertices + edges)


@pytest.mark.parametrize("border", [0, 1])
@pytest.mark.parametrize("salience", SALIENCES)
@pytest.mark.parametrize("form", FORMS)
def test_that_the_gradient_is_the_derivative_of_the_term(form: str, salience: str, border: int) -> None:
    teacher = [_features(1, 2, 5, 4, seed=seed) for seed in range(2)]
    student = [_features(1, 2, 5, 4, seed=seed).requires_grad_(True) for seed in (7, 8)]
    config = _config(form=form, salience=salience, border=border)

    def total(shallow: Tensor, deep: Tensor) -> Tensor:
        return graph_flow(teacher[0], teacher[1], shallow, deep, config=config).total

    assert torch.autograd.gradcheck(total, tuple(student))


# --- properties ---


@pytest.mark.parametrize("salience", SALIENCES)
@pytest.mark.parametrize("form", FORMS)
def test_that_equal_features_give_zero_and_no_gradient(form: str, salience: str) -> None:
    shallow, deep = _features(2, 5, 8, 8), _features(2, 5, 8, 8, seed=1)
    student = [t.clone().requires_grad_(True) for t in (shallow, deep)]
    total = graph_flow(shallow, deep, *student, config=_config(form=form, salience=salience)).total
    total.backward()  # type: ignore[no-untyped-call]
    assert float(total.detach()) == 0.0
    assert all(s.grad is not None and not bool(s.grad.any()) for s in student)


@pytest.mark.parametrize("salience", SALIENCES)
def test_that_no_gradient_passes_to_the_teacher(salience: str) -> None:
    teacher = [_features(1, 3, 6, 6, seed=seed).requires_grad_(True) for seed in range(2)]
    student = [_features(1, 3, 6, 6, seed=seed).requires_grad_(True) for seed in (5, 6)]
    graph_flow(*teacher, *student, config=_config(salience=salience)).total.backward()  # type: ignore[no-untyped-call]
    assert all(t.grad is None for t in teacher)
    assert all(s.grad is not None and bool(s.grad.abs().sum() > 0) for s in student)


@pytest.mark.parametrize("salience", ["own", "teacher", "top_m"])
def test_that_no_gradient_passes_through_the_index(salience: str) -> None:
    teacher = [_features(1, 2, 12, 12, seed=seed) for seed in range(2)]
    student = [_features(1, 2, 12, 12, seed=seed).requires_grad_(True) for seed in (5, 6)]
    config = _config(salience=salience)
    graph_flow(*teacher, *student, config=config).total.backward()  # type: ignore[no-untyped-call]
    for fixed, tap in zip(teacher, student, strict=True):
        where = salient_positions(tap if salience == "own" else fixed, windows=config.windows, apart=3)
        reached = torch.zeros_like(tap).requires_grad_(True)
        gather_windows(reached, where, patch=3).sum().backward()  # type: ignore[no-untyped-call]
        assert tap.grad is not None
        assert reached.grad is not None
        assert torch.equal(tap.grad != 0, reached.grad > 0)


@pytest.mark.parametrize("salience", ["soft", "map"])
def test_that_without_an_index_every_position_gets_a_gradient(salience: str) -> None:
    teacher = [_features(1, 2, 8, 8, seed=seed) for seed in range(2)]
    student = [_features(1, 2, 8, 8, seed=seed).requires_grad_(True) for seed in (5, 6)]
    graph_flow(*teacher, *student, config=_config(salience=salience)).total.backward()  # type: ignore[no-untyped-call]
    assert all(s.grad is not None and bool((s.grad != 0).all()) for s in student)


@pytest.mark.parametrize("salience", SALIENCES)
@pytest.mark.parametrize("form", FORMS)
def test_that_the_order_of_the_batch_does_not_matter(form: str, salience: str) -> None:
    taps = _taps(4, 3, 6, 6)
    order = torch.tensor([2, 0, 3, 1])
    config = _config(form=form, salience=salience)
    one, other = graph_flow(*taps, config=config), graph_flow(*(t[order] for t in taps), config=config)
    assert float(one.total) == pytest.approx(float(other.total), rel=1e-12)


@pytest.mark.parametrize("salience", SALIENCES)
def test_that_the_normalised_form_depends_on_neither_scale_nor_batch_nor_channels(salience: str) -> None:
    taps = _taps(2, 3, 8, 8)
    config = _config(salience=salience)
    one = graph_flow(*taps, config=config)
    changed = {
        "scale": [t * 50 for t in taps],
        "scale of the student": [*taps[:2], taps[2] * 0.2, taps[3] * 30],
        "batch": [t.repeat(3, 1, 1, 1) for t in taps],
        "channels": [t.repeat(1, 4, 1, 1) for t in taps],
    }
    for name, other_taps in changed.items():
        other = graph_flow(*other_taps, config=config)
        for part in ("vertices", "edges"):
            assert float(getattr(other, part)) == pytest.approx(float(getattr(one, part)), rel=1e-9), (name, part)


def test_that_the_normalised_form_does_not_depend_on_how_often_a_node_repeats_its_values() -> None:
    taps = _taps(2, 3, 6, 6)
    one = graph_flow(*taps, config=_config(salience="map"))
    finer = graph_flow(*(t.repeat_interleave(2, dim=2).repeat_interleave(3, dim=3) for t in taps), config=_config(salience="map"))
    assert float(finer.total) == pytest.approx(float(one.total), rel=1e-9)
    # one peak a channel: further windows repeat the first
    hill = -(torch.arange(8.0, dtype=torch.float64) - 3.2).square()
    teacher = [(hill[:, None] + 1.5 * hill + shift).expand(1, 2, 8, 8).contiguous() for shift in (0.0, 1.0)]
    student = _taps(1, 2, 8, 8)[2:]
    single = graph_flow(*teacher, *student, config=_config(salience="teacher"))
    several = graph_flow(*teacher, *student, config=_config(salience="top_m", windows=4))
    assert float(several.total) == pytest.approx(float(single.total), rel=1e-9)


@pytest.mark.parametrize("salience", SALIENCES)
def test_that_the_published_sums_scale_as_stated(salience: str) -> None:
    taps = _taps(2, 3, 8, 8)
    config = _config(form="published", salience=salience)
    one = graph_flow(*taps, config=config)
    changed = {
        (2.0, 2.0): [t.repeat(2, 1, 1, 1) for t in taps],
        (3.0, 9.0): [t.repeat(1, 3, 1, 1) for t in taps],
        (25.0, 625.0): [t * 5 for t in taps],
    }
    for (vertices, edges), other_taps in changed.items():
        other = graph_flow(*other_taps, config=config)
        assert float(other.vertices) == pytest.approx(vertices * float(one.vertices), rel=1e-9)
        assert float(other.edges) == pytest.approx(edges * float(one.edges), rel=1e-9)


@pytest.mark.parametrize("salience", ["own", "teacher", "soft"])
def test_that_the_published_sums_grow_with_the_area_of_the_window(salience: str) -> None:
    taps = [torch.full((1, 2, 11, 11), value, dtype=torch.float64) for value in (0.5, 1.5, 0.2, 0.9)]
    small, large = (graph_flow(*taps, config=_config(form="published", salience=salience, patch=k, border=5)) for k in (3, 9))
    assert float(small.vertices) == pytest.approx(2 * 9 * (1.0 - 0.7) ** 2)
    assert float(large.vertices) == pytest.approx(9 * float(small.vertices))
    assert float(large.edges) == pytest.approx(81 * float(small.edges))


def test_that_the_published_total_is_summed_with_the_published_weights() -> None:
    terms = graph_flow(*_taps(2, 3, 6, 6), config=GraphFlowConfig(form="published", salience="own", vertex_weight=1e-5, edge_weight=1e-9))
    assert float(terms.total) == pytest.approx(1e-5 * float(terms.vertices) + 1e-9 * float(terms.edges), rel=1e-12)


@pytest.mark.parametrize(("weight", "part"), [("vertex_weight", "vertices"), ("edge_weight", "edges")])
def test_that_a_part_of_weight_zero_is_not_computed(weight: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Tensor:
        raise AssertionError("computed")

    taps = _taps(1, 3, 6, 6)
    both = graph_flow(*taps, config=GraphFlowConfig())
    monkeypatch.setattr(module, {"vertices": "_vertex_loss", "edges": "_edges"}[part], fail)
    terms = graph_flow(*taps, config=GraphFlowConfig(**{weight: 0.0}))  # type: ignore[arg-type]
    (other,) = {"vertices", "edges"} - {part}
    assert float(getattr(terms, part)) == 0.0
    assert float(terms.total) == float(getattr(both, other))


# --- salience ---


@pytest.mark.parametrize(("row", "col"), [(0, 0), (0, 5), (4, 0), (4, 5), (2, 3)])
def test_that_windows_at_the_border_are_padded_with_zeros(row: int, col: int) -> None:
    features = 1 + torch.rand(1, 1, 5, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    features[0, 0, row, col] = 9.0
    for patch in (1, 3, 9):
        found = patches_of(features, config=_config(form="published", patch=patch))
        assert int(found.where[0, 0, 0]) == row * 6 + col
        assert found.patches[0, 0].tolist() == _window(features[0, 0].numpy(), row, col, patch).tolist()


def test_that_gathered_windows_equal_the_unfolded_map() -> None:
    features = _features(2, 3, 6, 7)
    unfolded = torch.nn.functional.unfold(features, 3, padding=1).reshape(2, 3, 9, 42)
    positions = torch.randint(42, (2, 3, 4), generator=torch.Generator().manual_seed(0))
    expected = torch.stack([unfolded.gather(3, positions[:, :, n].reshape(2, 3, 1, 1).expand(2, 3, 9, 1))[..., 0] for n in range(4)], dim=2)
    assert torch.equal(gather_windows(features, positions, patch=3), expected.flatten(2))


def test_that_several_windows_are_different_peaks_the_largest_first() -> None:
    features = torch.zeros(1, 1, 9, 9)
    features[0, 0, 1, 1], features[0, 0, 1, 2], features[0, 0, 7, 7] = 5.0, 4.0, 3.0
    assert salient_positions(features, windows=2, apart=3)[0, 0].tolist() == [10, 70]


def test_that_a_channel_with_fewer_peaks_repeats_its_largest() -> None:
    features = torch.arange(25.0).reshape(1, 1, 5, 5)
    assert salient_positions(features, windows=3)[0, 0].tolist() == [24, 24, 24]


def test_that_more_windows_than_pixels_are_as_many_as_there_are() -> None:
    assert salient_positions(torch.rand(1, 2, 2, 2), windows=9, border=0).shape == (1, 2, 4)


@pytest.mark.parametrize("windows", [1, 2])
def test_that_nothing_on_the_border_is_salient(windows: int) -> None:
    features = torch.zeros(1, 1, 7, 8)
    features[0, 0, 0, 3], features[0, 0, 6, 7], features[0, 0, 3, 1] = 9.0, 8.0, 7.0
    features[0, 0, 1, 5], features[0, 0, 5, 6] = 2.0, 1.0
    assert salient_positions(features, windows=windows, border=1)[0, 0].tolist()[:2] == [25, 13][:windows]
    assert salient_positions(features, windows=windows, border=2)[0, 0, 0].item() != 25


@pytest.mark.parametrize("salience", SALIENCES)
def test_that_a_border_that_leaves_nothing_is_refused(salience: str) -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        graph_flow(*_taps(1, 2, 6, 9), config=_config(salience=salience, border=3))


def test_that_a_small_temperature_makes_soft_salience_that_of_the_teachers_peak() -> None:
    taps = _taps(2, 3, 7, 6)
    soft = graph_flow(*taps, config=_config(salience="soft", temperature=1e-3))
    hard = graph_flow(*taps, config=_config(salience="teacher"))
    assert float(soft.total) == pytest.approx(float(hard.total), rel=1e-9)


def test_that_attention_scores_do_not_depend_on_scale_and_level() -> None:
    features = _features(2, 3, 6, 6)
    assert torch.allclose(attention_scores(features * 40 + 7, border=1), attention_scores(features, border=1), atol=1e-12)


def test_that_a_channel_without_contrast_is_attended_to_evenly() -> None:
    features = _features(1, 2, 6, 6)
    scores = attention_scores(torch.full((1, 2, 6, 6), 3.0, dtype=torch.float64))
    averages = average_windows(features, scores, patch=1, temperature=0.5)
    assert torch.allclose(averages[..., 0], features.mean(dim=(2, 3)), atol=1e-12)


def test_that_soft_salience_keeps_its_digits_under_mixed_precision() -> None:
    taps = [t.float() for t in _taps(2, 3, 8, 8)]
    config = _config(salience="soft")
    plain = graph_flow(*taps, config=config)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = graph_flow(*taps, config=config)
    assert float(mixed.total) == float(plain.total)


# --- a stored teacher ---


@pytest.mark.parametrize("salience", SALIENCES)
@pytest.mark.parametrize("form", FORMS)
def test_that_stored_patches_give_the_term_of_the_taps(form: str, salience: str) -> None:
    taps = _taps(2, 3, 8, 7)
    config = _config(form=form, salience=salience, border=1)
    exact = graph_flow(*taps, config=config)
    patches = [patches_of(t, config=config) for t in taps[:2]]
    again = graph_flow_from_patches(patches[0], patches[1], *taps[2:], config=config)
    assert [float(t) for t in again] == [float(t) for t in exact]
    halves = [SalientPatches(p.patches.half(), p.where.half() if salience == "soft" else p.where.to(torch.int16)) for p in patches]
    stored = graph_flow_from_patches(halves[0], halves[1], *(t.float() for t in taps[2:]), config=config)
    assert float(stored.total) == pytest.approx(float(exact.total), rel=5e-3)


def test_that_stored_patches_hold_no_more_than_the_windows() -> None:
    patches = patches_of(_features(2, 3, 16, 16).requires_grad_(True), config=_config(salience="top_m", windows=2))
    assert patches.patches.shape == (2, 3, 18)
    assert patches.where.shape == (2, 3, 2)
    assert not patches.patches.requires_grad


def test_that_patches_of_another_configuration_or_batch_are_refused() -> None:
    taps = _taps(2, 3, 8, 7)
    patches = patches_of(taps[0], config=_config(patch=3))
    with pytest.raises(ValueError, match="nodes of the teacher"):
        graph_flow_from_patches(patches, patches, *taps[2:], config=_config(salience="own", patch=5))
    with pytest.raises(ValueError, match="differ"):
        graph_flow_from_patches(patches, patches, taps[2][:1], taps[3][:1], config=_config(patch=3))


def test_that_taps_of_different_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        graph_flow(_features(1, 3, 4, 4), _features(1, 3, 4, 4), _features(1, 2, 4, 4), _features(1, 3, 4, 4), config=GraphFlowConfig())


# --- dead channels ---


@pytest.mark.parametrize("salience", SALIENCES)
def test_that_a_dead_channel_gives_numbers(salience: str) -> None:
    taps = [torch.zeros(1, 2, 6, 6) for _ in range(3)] + [torch.zeros(1, 2, 6, 6, requires_grad=True)]
    total = graph_flow(*taps, config=_config(salience=salience)).total
    total.backward()  # type: ignore[no-untyped-call]
    assert taps[3].grad is not None
    assert bool(torch.isfinite(total))
    assert bool(torch.isfinite(taps[3].grad).all())


def test_that_a_flat_window_of_the_student_gets_no_gradient_instead_of_a_huge_one() -> None:
    teacher = [_features(1, 2, 6, 6, seed=seed) for seed in range(2)]
    flat = torch.full((1, 2, 6, 6), 0.3, dtype=torch.float64, requires_grad=True)
    graph_flow(teacher[0], teacher[1], _features(1, 2, 6, 6, seed=4), flat, config=_config(border=1)).total.backward()  # type: ignore[no-untyped-call]
    assert flat.grad is not None
    assert not bool(flat.grad.any())


def test_that_each_field_changes_the_term() -> None:
    taps = _taps(2, 3, 8, 8)
    base = GraphFlowConfig(salience="top_m", windows=2)
    changes: list[dict[str, Any]] = [{"form": "published"}, {"patch": 5}, {"windows": 3}, {"border": 2}, {"vertex_weight": 2.0}]
    changes += [{"edge_weight": 2.0}, {"salience": "own", "windows": 1}]
    totals = [float(graph_flow(*taps, config=replace(base, **change)).total) for change in [{}, *changes]]
    assert len(set(totals)) == len(totals)
    soft, warm = (float(graph_flow(*taps, config=_config(salience="soft", temperature=t)).total) for t in (0.5, 1.0))
    assert soft != warm


# --- what lies outside of a moved image ---


@pytest.mark.parametrize("form", ["normalised", "published"])
@pytest.mark.parametrize(
    "salience",
    [{"salience": "own"}, {"salience": "teacher"}, {"salience": "top_m", "windows": 3}, {"salience": "soft"}, {"salience": "map"}],
)
def test_that_features_outside_of_the_image_change_neither_term_nor_gradient(form: str, salience: dict[str, Any]) -> None:
    config = GraphFlowConfig(form=form, **salience)  # type: ignore[arg-type]
    rng = torch.Generator().manual_seed(0)
    taps = [torch.randn(2, 3, 8, 8, generator=rng, dtype=torch.float64) for _ in range(4)]
    inside = torch.ones(2, 1, 8, 8)
    inside[0, :, :, 5:], inside[1, :, :3] = 0, 0
    found = []
    for scale in (0.0, 50.0):
        noisy = [tap + scale * torch.randn(tap.shape, generator=rng, dtype=torch.float64) * (inside == 0) for tap in taps]
        students = [tap.clone().requires_grad_(True) for tap in noisy[2:]]
        loss = graph_flow(noisy[0], noisy[1], students[0], students[1], config=config, inside=inside).total
        found.append((float(loss.detach()), *torch.autograd.grad(loss, students)))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-9)
    assert found[0][0] > 0
    for before, after in zip(found[0][1:], found[1][1:], strict=True):
        assert torch.allclose(before, after, rtol=1e-6, atol=1e-12)
        assert not bool((after * (inside == 0)).any())


def test_that_a_mask_of_ones_changes_nothing() -> None:
    rng = torch.Generator().manual_seed(0)
    taps = [torch.randn(2, 3, 8, 8, generator=rng, dtype=torch.float64) for _ in range(4)]
    for salience in ("own", "teacher", "soft", "map"):
        config = GraphFlowConfig(salience=salience)
        with_mask = graph_flow(*taps, config=config, inside=torch.ones(2, 1, 8, 8)).total
        assert float(with_mask) == pytest.approx(float(graph_flow(*taps, config=config).total), rel=1e-12)
