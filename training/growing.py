"""Networks that learn structures which they did not know: their heads grow, and all else stays.

A class that a network knows keeps its number, its weights and its label value, whatever the project calls it. The Paraphrasers read the
taps, which lie before the head, and stay.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.structures import named_by
from training.config import NetworkConfig
from training.dataset import Manifest, ManifestItem, read_labels, trusted_slices
from training.networks import build_network
from training.packs import LoadedPack

__all__ = ["REPLAY_STRUCTURES", "grow_network", "grow_pack", "grown_table", "not_learned_yet", "replay_ids"]

REPLAY_STRUCTURES = "replay_structures"
"""Entry of a card's ``training``: label values that whoever labelled the pack's own slices knew; where it is missing, all of the card."""

NEW_SHARE = 0.1
"""All new classes together begin with this share of what background has, so that no pixel changes its class before training."""

NOISE = 0.02
"""Standard deviation of the new rows' difference from background's row, in standard deviations of the head's weights."""


def grown_table(known: LabelTable, manifest: Manifest, *, structures: Collection[int] = ()) -> LabelTable:
    """Return a model's structures under the project's names, and after them those of the project that it can learn now.

    Those are the ones that it lacks and that have voxels which a person accepted or edited on slices to train on; where ``structures``
    names label values, among these.

    Raises
    ------
    TrainingError
        When masks are missing, damaged, or not of this project.
    """
    lacking = sorted(set(structures or manifest.table.ids) & set(manifest.table.ids) - set(known.ids))
    seen = _reviewed(manifest, trusted_slices) if lacking else set()
    new = tuple(structure for structure in manifest.table if structure.id in lacking and structure.id in seen)
    return LabelTable((*named_by(known, manifest.table), *new))


def not_learned_yet(known: LabelTable, manifest: Manifest, *, structures: Collection[int] = ()) -> tuple[str, ...]:
    """Return the names of structures that a person approved, though on no slice to train on, and that the model of a round lacks.

    ``known`` are the structures of the round's model, grown already; the others as for :func:`grown_table`.
    """
    lacking = set(structures or manifest.table.ids) & set(manifest.table.ids) - set(known.ids)
    seen = _reviewed(manifest, lambda _item: slice(None)) if lacking else set()
    return tuple(structure.name for structure in manifest.table if structure.id in lacking & seen)


def _reviewed(manifest: Manifest, slices: Callable[[ManifestItem], Any]) -> set[int]:
    """Return the label values of voxels that a person accepted or edited, on the slices that are chosen of each scan."""
    seen: set[int] = set()
    for item in manifest.items:
        masks = read_labels(item, manifest.table)
        if masks is not None:
            labels, states = (array[slices(item)] for array in masks)
            seen |= set(manifest.table.class_to_id()[np.unique(labels[states >= VoxelState.ACCEPTED])].tolist())
    return seen


def grow_network(network: nn.Module, config: NetworkConfig, classes: int, rng: torch.Generator) -> tuple[nn.Module, NetworkConfig]:
    """Return a network with more classes, and its configuration; what it says of the ones that it knows stays the same.

    New rows of the head are background's with a little noise, and a bias so much lower that all of them together begin with a tenth of
    what background has (Cermelli et al., arXiv 2002.00718, begin with equal shares).

    Parameters
    ----------
    network
        Of ``config``; it is left as it is.
    classes
        Of the new network, background included; more than before.
    rng
        Of the noise.
    """
    grown_config = replace(config, num_classes=classes)
    grown = build_network(grown_config)
    known, wanted = network.state_dict(), grown.state_dict()
    added = classes - config.num_classes
    for name, value in known.items():
        if value.shape == wanted[name].shape:
            wanted[name].copy_(value)
            continue
        # rows of a convolution lie along its first axis, those of a transposed one along its second
        axis = next(axis for axis, length in enumerate(value.shape) if length != wanted[name].shape[axis])
        background = value.narrow(axis, 0, 1)
        rows = background.expand(*(added if at == axis else length for at, length in enumerate(value.shape))).clone()
        if value.dim() == 1:
            rows += math.log(NEW_SHARE / added)
        else:
            rows += NOISE * value.std() * torch.randn(rows.shape, generator=rng)
        wanted[name].copy_(torch.cat([value, rows], dim=axis))
    grown.load_state_dict(wanted)
    return grown.eval(), grown_config


def grow_pack(pack: LoadedPack, manifest: Manifest, *, seed: int, structures: Collection[int] = ()) -> LoadedPack:
    """Return a pack whose networks know the structures of a round; the same but for names where there is nothing new to learn.

    ``structures`` and errors as for :func:`grown_table`.
    """
    card = pack.card
    table = grown_table(card.table, manifest, structures=structures)
    if len(table) == len(card.table):
        return replace(pack, card=replace(card, table=table))
    rng, classes = torch.Generator().manual_seed(seed), len(table) + 1
    student, student_config = grow_network(pack.models.student, NetworkConfig.from_json(card.student), classes, rng)
    teacher, teacher_config = grow_network(pack.models.teacher, NetworkConfig.from_json(card.teacher), classes, rng)
    grown = replace(card, table=table, student=student_config.as_json(), teacher=teacher_config.as_json())
    return LoadedPack(grown, replace(pack.models, student=student, teacher=teacher))


def replay_ids(pack: LoadedPack) -> tuple[int, ...]:
    """Return the label values that whoever labelled a pack's own slices knew; to be asked before it grows."""
    return tuple(int(label) for label in pack.card.training.get(REPLAY_STRUCTURES, pack.card.table.ids))
