"""The Graph Flow term against a loop implementation in float64, and its properties."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from training.config import GraphFlowConfig
from training.graph_flow import gather_windows, graph_flow, salient_positions

Array = npt.NDArray[np.float64]


def _features(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _window(plane: Array, row: int, col: int, side: int) -> Array:
    reach = side // 2
    out = np.zeros((side, side))
    for dy in range(side):
        for dx in range(side):
            y, x = row + dy - reach, col + dx - reach
            if 0 <= y < plane.shape[0] and 0 <= x < plane.shape[1]:
                out[dy, dx] = plane[y, x]
    return out.reshape(-1)


def _vertices(features: Array, guide: Array, config: GraphFlowConfig) -> Array:
    rows = []
    for channel in range(features.shape[0]):
        row, col = np.unravel_index(guide[channel].argmax(), guide[channel].shape)
        patch = _window(features[channel], int(row), int(col), config.patch)
        if config.form == "normalised":
            patch = patch - patch.mean()
            patch = patch / (np.linalg.norm(patch) + 1e-6)
        rows.append(patch)
    return np.stack(rows)


def _by_loops(taps: list[Tensor], config: GraphFlowConfig) -> tuple[float, float]:
    shallow_t, deep_t, shallow_s, deep_s = (t.numpy() for t in taps)
    vertices, edges = [], []
    for image in range(len(shallow_t)):
        graphs = []
        for teacher, student in ((shallow_t, shallow_s), (deep_t, deep_s)):
            guide = teacher[image] if config.positions == "teacher" else student[image]
            graphs.append((_vertices(teacher[image], teacher[image], config), _vertices(student[image], guide, config)))
        (v_shallow_t, v_shallow_s), (v_deep_t, v_deep_s) = graphs
        vertices.append((((v_deep_t - v_shallow_t) - (v_deep_s - v_shallow_s)) ** 2).sum())
        flow_t = v_deep_t @ v_deep_t.T - v_shallow_t @ v_shallow_t.T
        flow_s = v_deep_s @ v_deep_s.T - v_shallow_s @ v_shallow_s.T
        edges.append(((flow_t - flow_s) ** 2).sum())
    if config.form == "published":
        return sum(vertices), sum(edges)
    channels, batch = shallow_t.shape[1], len(shallow_t)
    return sum(vertices) / (batch * channels), sum(edges) / (batch * channels**2)


@pytest.mark.parametrize("form", ["published", "normalised"])
@pytest.mark.parametrize("positions", ["teacher", "own"])
@pytest.mark.parametrize("patch", [1, 3, 5])
def test_that_the_term_equals_a_loop_implementation(form: str, positions: str, patch: int) -> None:
    if form == "normalised" and patch == 1:
        pytest.skip("a centred patch of one value is zero")
    config = GraphFlowConfig(form=form, positions=positions, patch=patch, edge_weight=0.5)  # type: ignore[arg-type]
    taps = [_features(2, 4, 7, 6, seed=seed) for seed in range(4)]
    terms = graph_flow(*taps, config=config)
    vertices, edges = _by_loops(taps, config)
    assert abs(float(terms.vertices) - vertices) <= 1e-10 * max(1.0, vertices)
    assert abs(float(terms.edges) - edges) <= 1e-10 * max(1.0, edges)
    assert abs(float(terms.total) - (vertices + 0.5 * edges)) <= 1e-10 * max(1.0, vertices + edges)


@pytest.mark.parametrize("form", ["published", "normalised"])
def test_that_the_gradient_is_the_derivative_of_the_term(form: str) -> None:
    teacher = [_features(1, 3, 5, 5, seed=seed) for seed in range(2)]
    student = [_features(1, 3, 5, 5, seed=seed).requires_grad_(True) for seed in (7, 8)]
    config = GraphFlowConfig(form=form)  # type: ignore[arg-type]

    def total(shallow: Tensor, deep: Tensor) -> Tensor:
        return graph_flow(*teacher, shallow, deep, config=config).total

    assert torch.autograd.gradcheck(total, tuple(student))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("form", ["published", "normalised"])
def test_that_equal_features_give_zero(form: str) -> None:
    shallow, deep = _features(2, 5, 8, 8), _features(2, 5, 8, 8, seed=1)
    terms = graph_flow(shallow, deep, shallow.clone(), deep.clone(), config=GraphFlowConfig(form=form))  # type: ignore[arg-type]
    assert float(terms.total) == 0.0


def test_that_no_gradient_passes_to_the_teacher() -> None:
    teacher = [_features(1, 3, 6, 6, seed=seed).requires_grad_(True) for seed in range(2)]
    student = [_features(1, 3, 6, 6, seed=seed).requires_grad_(True) for seed in (5, 6)]
    graph_flow(*teacher, *student, config=GraphFlowConfig()).total.backward()
    assert all(t.grad is None for t in teacher)
    assert all(s.grad is not None and bool(s.grad.abs().sum() > 0) for s in student)


def test_that_the_order_of_the_batch_does_not_matter() -> None:
    taps = [_features(4, 3, 6, 6, seed=seed) for seed in range(4)]
    order = torch.tensor([2, 0, 3, 1])
    one = graph_flow(*taps, config=GraphFlowConfig())
    other = graph_flow(*(t[order] for t in taps), config=GraphFlowConfig())
    assert float(one.total) == pytest.approx(float(other.total), abs=1e-12)


def test_that_the_normalised_form_does_not_depend_on_the_scale_of_the_features() -> None:
    taps = [_features(2, 3, 6, 6, seed=seed) for seed in range(4)]
    one = graph_flow(*taps, config=GraphFlowConfig())
    scaled = graph_flow(*(t * 50 for t in taps), config=GraphFlowConfig())
    assert float(scaled.total) == pytest.approx(float(one.total), rel=1e-4)


def test_that_windows_at_the_border_are_padded_with_zeros() -> None:
    features = torch.ones(1, 1, 4, 5)
    corner = torch.tensor([[[0]]])
    assert gather_windows(features, corner, patch=3).reshape(3, 3).tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 1]]
    last = torch.tensor([[[19]]])
    assert gather_windows(features, last, patch=3).reshape(3, 3).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


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


def test_that_a_dead_channel_gives_numbers() -> None:
    taps = [torch.zeros(1, 2, 4, 4) for _ in range(3)] + [torch.zeros(1, 2, 4, 4, requires_grad=True)]
    total = graph_flow(*taps, config=GraphFlowConfig()).total
    total.backward()  # type: ignore[no-untyped-call]
    assert taps[3].grad is not None
    assert bool(torch.isfinite(total))
    assert bool(torch.isfinite(taps[3].grad).all())


def test_that_taps_of_different_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        graph_flow(_features(1, 3, 4, 4), _features(1, 3, 4, 4), _features(1, 2, 4, 4), _features(1, 3, 4, 4), config=GraphFlowConfig())
