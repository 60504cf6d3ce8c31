"""The Graph Flow term: how salient features change from the shallow to the deep tap, teacher against student.

Source: Zou et al., "Graph Flow: Cross-layer Graph Flow Distillation for Dual Efficient Medical Image
Segmentation", arXiv 2203.08667, doi 10.1109/TMI.2022.3224459. The authors' public code never contained the file
that defines the term, so this is a **reconstruction** consistent with the released code, its figure and its
published weights; it is not known to be the authors' own.

For the layers l in {s: shallow, d: deep} and the networks n in {T: teacher (paraphrased), S: student}, with C
channels and windows of k x k positions::

    i*_c  = argmax over (y, x) of F_l^n[c]                      no gradient through the index
    V_l   = windows of F_l^n[c] around i*_c, zero padded        vertices, [C, k*k]
    E_l   = V_l V_l^T                                           edges, [C, C]
    dV    = V_d - V_s ,   dE = E_d - E_s                        the flow between the layers
    L_V   = |dV^T - dV^S|_F^2 ,   L_E = |dE^T - dE^S|_F^2
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, pad

from training.config import GraphFlowConfig

__all__ = ["GraphFlowTerms", "gather_windows", "graph_flow", "salient_positions"]

LENGTH_EPS = 1e-6
"""Added to the length of a patch, so that a dead channel gives zeros and not a division by zero."""


class GraphFlowTerms(NamedTuple):
    """The two parts of the term and their weighted sum, scalars."""

    vertices: Tensor
    edges: Tensor
    total: Tensor


def salient_positions(features: Tensor, *, windows: int = 1, apart: int = 3) -> Tensor:
    """Return where each channel is largest.

    Parameters
    ----------
    features
        float [batch, channels, height, width].
    windows
        How many positions per channel.
    apart
        Odd; further positions are local maxima of windows of this side. Where a channel has too few, its
        largest is repeated.

    Returns
    -------
    int64 [batch, channels, windows]: flat index ``y * width + x``, the largest first. No gradient passes.
    """
    with torch.no_grad():
        flat = features.detach().flatten(2)
        if windows == 1:
            return flat.argmax(dim=2, keepdim=True)
        peaks = max_pool2d(features.detach(), apart, stride=1, padding=apart // 2).flatten(2)
        scores = torch.where(flat >= peaks, flat, torch.full_like(flat, -torch.inf))
        best = scores.topk(min(windows, flat.shape[2]), dim=2)
        chosen: Tensor = torch.where(torch.isfinite(best.values), best.indices, best.indices[..., :1])
        return chosen


def gather_windows(features: Tensor, positions: Tensor, *, patch: int) -> Tensor:
    """Return the windows around positions, zero padded at the borders of the map.

    The k*k offsets are gathered from a padded, flattened map: the values that unfolding the whole map would give,
    with k*k-fold less memory.

    Parameters
    ----------
    features
        float [batch, channels, height, width].
    positions
        int64 [batch, channels, windows], flat indices of the map.
    patch
        Odd side k of a window.

    Returns
    -------
    float [batch, channels, windows * k * k].
    """
    width = features.shape[3]
    reach = patch // 2
    padded = pad(features, (reach, reach, reach, reach))
    padded_width = width + 2 * reach
    steps = torch.arange(patch, device=features.device)
    offsets = (steps[:, None] * padded_width + steps[None, :]).reshape(-1)
    corner = torch.div(positions, width, rounding_mode="floor") * padded_width + positions % width
    index = (corner[..., None] + offsets).flatten(2)
    gathered: Tensor = padded.flatten(2).gather(2, index)
    return gathered


def _unit(windows: Tensor) -> Tensor:
    centred = windows - windows.mean(dim=2, keepdim=True)
    unit: Tensor = centred / (centred.norm(dim=2, keepdim=True) + LENGTH_EPS)
    return unit


def graph_flow(
    teacher_shallow: Tensor, teacher_deep: Tensor, student_shallow: Tensor, student_deep: Tensor, *, config: GraphFlowConfig
) -> GraphFlowTerms:
    """Return the Graph Flow term between two networks; a reconstruction, see the module's text.

    ``form="published"``: raw patches and sums over batch, channels and positions::

        L = sum |dV^T - dV^S|^2 + edge_weight * sum |dE^T - dE^S|^2

    ``form="normalised"``: patches p centred and of length one, p <- (p - mean p) / |p - mean p|, and means instead
    of sums: over batch and channels for the vertices, over batch and pairs of channels for the edges. It depends
    on neither batch, channels, patch nor the scale of the features.

    Parameters
    ----------
    teacher_shallow, teacher_deep
        The paraphrased teacher's taps, float [batch, channels, height, width]; no gradient passes to them.
    student_shallow, student_deep
        The student's taps, raw, of the same shape.

    Raises
    ------
    ValueError
        When the shapes of teacher and student differ.
    """
    layers = []
    for teacher, student in ((teacher_shallow, student_shallow), (teacher_deep, student_deep)):
        if teacher.shape != student.shape:
            raise ValueError(f"taps of teacher {tuple(teacher.shape)} and student {tuple(student.shape)} differ")
        fixed = teacher.detach()
        at = salient_positions(fixed, windows=config.windows, apart=config.patch)
        own = at if config.positions == "teacher" else salient_positions(student, windows=config.windows, apart=config.patch)
        # C x C sums cancel in float32 when teacher and student agree
        pair = [gather_windows(fixed, at, patch=config.patch).double(), gather_windows(student, own, patch=config.patch).double()]
        layers.append([_unit(p) for p in pair] if config.form == "normalised" else pair)
    (shallow_t, shallow_s), (deep_t, deep_s) = layers
    flow = (deep_t - shallow_t) - (deep_s - shallow_s)
    edge_flow = (_edges(deep_t) - _edges(shallow_t)) - (_edges(deep_s) - _edges(shallow_s))
    if config.form == "normalised":
        vertices, edges = flow.square().sum(dim=2).mean(), edge_flow.square().mean()
    else:
        vertices, edges = flow.square().sum(), edge_flow.square().sum()
    return GraphFlowTerms(vertices, edges, vertices + config.edge_weight * edges)


def _edges(vertices: Tensor) -> Tensor:
    return vertices @ vertices.transpose(1, 2)
