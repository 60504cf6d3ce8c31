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

That is salience "own". The others are ours and mend what a student's own argmax lacks, namely a place: "teacher" and
"top_m" put both networks' windows at the teacher's positions, "map" takes V_l = F_l as [C, height * width], and "soft"
averages all windows with the teacher's channel as attention, so that every position gets a gradient::

    z_c(x) = (F_l^T[c](x) - mean_x F_l^T[c]) / std_x F_l^T[c]        over the positions x inside of the border
    a_c(x) = exp(z_c(x) / temperature) / sum_x' exp(z_c(x') / temperature),   0 on the border
    V_l^n[c](o) = sum_x a_c(x) F_l^n[c](x + o)                       o: the k*k offsets; F is 0 outside of the map

Nothing here is of order (height * width)^2: positions cost B C N, windows B C k^2 ("soft": B C N k^2, "map": B C N) and
edges C^2 times the length of a node.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d, pad

from training.config import GraphFlowConfig

__all__ = [
    "GraphFlowTerms",
    "SalientPatches",
    "attention_scores",
    "average_windows",
    "gather_windows",
    "graph_flow",
    "graph_flow_from_patches",
    "patches_of",
    "salient_positions",
]

LENGTH_EPS = 1e-6
"""A node that is not longer than this has no direction and gives zeros without a gradient."""

PEAK_SIDE = 3
"""Smallest neighbourhood in which a local maximum is the largest, in pixels."""


class GraphFlowTerms(NamedTuple):
    """The two parts of the term and their weighted sum, scalars in float64; a part of weight 0 is not computed and is 0."""

    vertices: Tensor
    edges: Tensor
    total: Tensor


class SalientPatches(NamedTuple):
    """What the term needs to know of one tap of the teacher; small enough to be stored for every view.

    Attributes
    ----------
    patches
        Raw nodes, float [batch, channels, length]: length is windows * k * k, or for "map" the positions inside of the
        border. May be stored as float16.
    where
        Where they lie. "own", "teacher", "top_m": integers [batch, channels, windows], flat index ``y * width + x`` (any
        integer type that holds it). "soft": ``attention_scores``, float [batch, channels, height, width], may be stored
        as float16. "map": nothing, [batch, channels, 0].
    """

    patches: Tensor
    where: Tensor


def _inside(features: Tensor, border: int) -> Tensor:
    """Return the map without its border.

    Raises
    ------
    ValueError
        When nothing is left.
    """
    height, width = features.shape[2:]
    if min(height, width) <= 2 * border:
        raise ValueError(f"a border of {border} pixels leaves nothing of a map of {height} x {width}")
    return features[:, :, border : height - border, border : width - border]


def salient_positions(
    features: Tensor, *, windows: int = 1, apart: int = PEAK_SIDE, border: int = 0, inside: Tensor | None = None
) -> Tensor:
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
    border
        Pixels along each side that are left out; a pixel beside them counts as a local maximum whatever lies there.
    inside
        [batch, 1, height, width], 0 where a moved view shows what was never there: such positions are never chosen as long as
        there are others.

    Returns
    -------
    int64 [batch, channels, windows]: flat index ``y * width + x`` of the whole map, the largest first. No gradient
    passes.

    Raises
    ------
    ValueError
        When the border leaves nothing.
    """
    with torch.no_grad():
        inner = _inside(features.detach(), border)
        if inside is not None:
            inner = inner.masked_fill(_inside(inside, border) == 0, -torch.inf)
        flat = inner.flatten(2)
        if windows == 1:
            chosen = flat.argmax(dim=2, keepdim=True)
        else:
            # rows, then columns: 2 k comparisons instead of k^2; with the channels last the CPU does many at once
            along = max_pool2d(inner.contiguous(memory_format=torch.channels_last), (1, apart), stride=1, padding=(0, apart // 2))
            peaks = max_pool2d(along, (apart, 1), stride=1, padding=(apart // 2, 0)).flatten(2)
            scores = torch.where(flat >= peaks, flat, torch.full_like(flat, -torch.inf))
            best = scores.topk(min(windows, flat.shape[2]), dim=2)
            chosen = torch.where(torch.isfinite(best.values), best.indices, best.indices[..., :1])
        rows = torch.div(chosen, inner.shape[3], rounding_mode="floor") + border
        return rows * features.shape[3] + chosen % inner.shape[3] + border


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


def attention_scores(features: Tensor, *, border: int = 0, inside: Tensor | None = None) -> Tensor:
    """Return each channel in its own standard deviations, z of the module's equation.

    Parameters
    ----------
    features
        float [batch, channels, height, width].
    border
        Pixels along each side that take no part in mean and deviation.
    inside
        [batch, 1, height, width], 0 where a moved view shows what was never there: no part either, and a score of minus
        infinity, which has no weight.

    Returns
    -------
    Of the same shape; 0 on the border, and everywhere in a channel without contrast. No gradient passes.

    Raises
    ------
    ValueError
        When the border leaves nothing.
    """
    with torch.no_grad():
        inner = _inside(features.detach(), border)
        mask = torch.ones_like(inner[:, :1]) if inside is None else (_inside(inside, border) != 0).to(inner.dtype)
        count = mask.sum(dim=(2, 3), keepdim=True)
        centred = (inner - (inner * mask).sum(dim=(2, 3), keepdim=True) / count.clamp_min(1)) * mask
        deviation = (centred.square().sum(dim=(2, 3), keepdim=True) / count.clamp_min(1)).sqrt()
        scores = torch.where(deviation > LENGTH_EPS, centred / deviation.clamp_min(LENGTH_EPS), torch.zeros_like(centred))
        scores = scores.masked_fill((mask == 0) & (count > 0), -torch.inf)
        return pad(scores, (border, border, border, border))


def average_windows(features: Tensor, scores: Tensor, *, patch: int, temperature: float, border: int = 0) -> Tensor:
    """Return the average of all windows, weighed by a softmax of scores over the positions; salience "soft".

    ``sum_x a_c(x) F[c](x + o)`` for the k*k offsets o, as one correlation of the padded map with the weights.

    Parameters
    ----------
    features
        float [batch, channels, height, width].
    scores
        ``attention_scores``, of the same shape.
    patch
        Odd side k of a window.
    temperature
        Divides the scores.
    border
        Pixels along each side whose windows have no weight.

    Returns
    -------
    float [batch, channels, k * k], at least float32 even under automatic mixed precision.
    """
    batch, channels, height, width = features.shape
    features = features.to(torch.promote_types(features.dtype, torch.float32))
    inner = _inside(scores, border)
    weights = torch.softmax(inner.to(features.dtype).flatten(2) / temperature, dim=2)
    reach = patch // 2
    # windows of inner positions reach at most this far beyond them
    padded = pad(features, (reach - border,) * 4)
    kernels = weights.reshape(batch * channels, 1, height - 2 * border, width - 2 * border)
    with torch.autocast(features.device.type, enabled=False):
        averages = conv2d(padded.reshape(1, batch * channels, *padded.shape[2:]), kernels, groups=batch * channels)
    return averages.reshape(batch, channels, patch * patch)


def _nodes(features: Tensor, where: Tensor, config: GraphFlowConfig, inside: Tensor | None) -> Tensor:
    if inside is not None:
        features = features * (inside != 0).to(features.dtype)
    if config.salience == "map":
        return _inside(features, config.border).flatten(2)
    if config.salience == "soft":
        return average_windows(features, where, patch=config.patch, temperature=config.temperature, border=config.border)
    return gather_windows(features, where.long(), patch=config.patch)


def patches_of(features: Tensor, *, config: GraphFlowConfig, inside: Tensor | None = None) -> SalientPatches:
    """Return the raw nodes of one of the teacher's taps and where they lie, without a gradient.

    With ``graph_flow_from_patches`` the term is computed from them, so that a teacher is asked once per view.

    Parameters
    ----------
    features
        The paraphrased tap, float [batch, channels, height, width].
    inside
        As in ``graph_flow``.

    Raises
    ------
    ValueError
        When the border leaves nothing of the map.
    """
    with torch.no_grad():
        fixed = features.detach()
        if config.salience == "map":
            where = torch.zeros(*fixed.shape[:2], 0, dtype=torch.int64, device=fixed.device)
        elif config.salience == "soft":
            where = attention_scores(fixed, border=config.border, inside=inside)
        else:
            apart = max(PEAK_SIDE, config.patch)
            where = salient_positions(fixed, windows=config.windows, apart=apart, border=config.border, inside=inside)
        return SalientPatches(_nodes(fixed, where, config, inside), where)


def _unit(nodes: Tensor, mask: Tensor | None) -> Tensor:
    # means in float64: a constant channel of float32 is then exactly zero when centred, not noise that is made a direction
    if mask is None:
        centred = nodes - nodes.mean(dim=2, keepdim=True, dtype=torch.float64).to(nodes.dtype)
    else:
        count = mask.sum(dim=2, keepdim=True).clamp_min(1)
        centred = (nodes - ((nodes * mask).sum(dim=2, keepdim=True, dtype=torch.float64) / count).to(nodes.dtype)) * mask
    length = centred.norm(dim=2, keepdim=True)
    unit: Tensor = centred * ((length > LENGTH_EPS) / length.clamp_min(LENGTH_EPS))
    return unit


def graph_flow(
    teacher_shallow: Tensor,
    teacher_deep: Tensor,
    student_shallow: Tensor,
    student_deep: Tensor,
    *,
    config: GraphFlowConfig,
    inside: Tensor | None = None,
) -> GraphFlowTerms:
    """Return the Graph Flow term between two networks; a reconstruction, see the module's text.

    ``form="published"``: raw nodes and sums over batch, channels and positions::

        L = vertex_weight * sum |dV^T - dV^S|^2 + edge_weight * sum |dE^T - dE^S|^2

    ``form="normalised"``: nodes p centred and of length one, p <- (p - mean p) / |p - mean p|, and means instead
    of sums: over batch and channels for the vertices, over batch and pairs of channels for the edges. It depends
    on neither batch, channels, patch nor the scale of the features.

    Parameters
    ----------
    teacher_shallow, teacher_deep
        The paraphrased teacher's taps, float [batch, channels, height, width]; no gradient passes to them.
    student_shallow, student_deep
        The student's taps, raw, of the same shape.
    inside
        [batch, 1, height, width], 0 where a moved view shows what was never there. Nothing salient lies there, its features
        count as 0 like those beyond the map, and for "map" it is no part of the node. None: all is inside.

    Raises
    ------
    ValueError
        When the shapes of teacher and student differ, or the border leaves nothing of the map.
    """
    for teacher, student in ((teacher_shallow, student_shallow), (teacher_deep, student_deep)):
        if teacher.shape != student.shape:
            raise ValueError(f"taps of teacher {tuple(teacher.shape)} and student {tuple(student.shape)} differ")
    shallow, deep = (patches_of(teacher, config=config, inside=inside) for teacher in (teacher_shallow, teacher_deep))
    return graph_flow_from_patches(shallow, deep, student_shallow, student_deep, config=config, inside=inside)


def graph_flow_from_patches(
    teacher_shallow: SalientPatches,
    teacher_deep: SalientPatches,
    student_shallow: Tensor,
    student_deep: Tensor,
    *,
    config: GraphFlowConfig,
    inside: Tensor | None = None,
) -> GraphFlowTerms:
    """Return the Graph Flow term from the teacher's patches, the same as ``graph_flow`` gives from its taps.

    Parameters
    ----------
    teacher_shallow, teacher_deep
        What ``patches_of`` gave for the same view, map size and configuration.
    student_shallow, student_deep
        The student's taps, raw, float [batch, channels, height, width].
    inside
        As in ``graph_flow``, the same that the patches were taken with.

    Raises
    ------
    ValueError
        When batch, channels or length of the nodes differ, or the border leaves nothing of the map.
    """
    # nodes of length one keep their differences in float32; raw ones are large, and their C x C sums cancel where teacher and student agree
    kind = torch.promote_types(student_shallow.dtype, torch.float32) if config.form == "normalised" else torch.float64
    mask = _inside((inside != 0).to(kind), config.border).flatten(2) if inside is not None and config.salience == "map" else None
    layers = []
    for teacher, student in ((teacher_shallow, student_shallow), (teacher_deep, student_deep)):
        if teacher.patches.shape[:2] != student.shape[:2]:
            raise ValueError(f"patches of the teacher {tuple(teacher.patches.shape)} and taps of the student {tuple(student.shape)} differ")
        where = salient_positions(student, border=config.border, inside=inside) if config.salience == "own" else teacher.where
        nodes = _nodes(student, where, config, inside)
        if teacher.patches.shape != nodes.shape:
            raise ValueError(f"nodes of the teacher {tuple(teacher.patches.shape)} and of the student {tuple(nodes.shape)} differ")
        pair = (teacher.patches.detach().to(kind), nodes.to(kind))
        layers.append((_unit(pair[0], mask), _unit(pair[1], mask)) if config.form == "normalised" else pair)
    shallow, deep = layers
    zero = torch.zeros((), dtype=torch.float64, device=student_shallow.device)
    with torch.autocast(student_shallow.device.type, enabled=False):
        vertices = _vertex_loss(shallow, deep, form=config.form) if config.vertex_weight > 0 else zero
        edges = _edge_loss(shallow, deep, form=config.form) if config.edge_weight > 0 else zero
    return GraphFlowTerms(vertices, edges, config.vertex_weight * vertices + config.edge_weight * edges)


def _vertex_loss(shallow: tuple[Tensor, Tensor], deep: tuple[Tensor, Tensor], *, form: str) -> Tensor:
    squares = ((deep[0] - shallow[0]) - (deep[1] - shallow[1])).square()
    return squares.sum(dim=2).mean(dtype=torch.float64) if form == "normalised" else squares.sum()


def _edge_loss(shallow: tuple[Tensor, Tensor], deep: tuple[Tensor, Tensor], *, form: str) -> Tensor:
    squares = ((_edges(deep[0]) - _edges(shallow[0])) - (_edges(deep[1]) - _edges(shallow[1]))).square()
    return squares.mean(dtype=torch.float64) if form == "normalised" else squares.sum()


def _edges(vertices: Tensor) -> Tensor:
    return vertices @ vertices.transpose(1, 2)
