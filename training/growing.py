"""Networks that learn structures which they did not know: their heads grow, and all else stays.

A class that a network knows keeps its number, its weights and its label value, whatever the project calls it. The Paraphrasers read the
taps, which lie before the head, and stay.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.structures import named_by
from training.config import NetworkConfig
from training.dataset import Manifest, read_labels, trusted_slices
from training.networks import build_network
from training.packs import LoadedPack

__all__ = ["REPLAY_STRUCTURES", "grow_network", "grow_pack", "grown_table", "replay_ids"]

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
    seen: set[int] = set()
    for item in manifest.items if lacking else ():
        masks = read_labels(item, manifest.table)
        if masks is None:
            continue
        trusted = trusted_slices(item)
        reviewed = masks[0][trusted][masks[1][trusted] >= VoxelState.ACCEPTED]
        seen |= set(manifest.table.class_to_id()[np.unique(reviewed)].tolist())
    new = tuple(structure for structure in manifest.table if structure.id in lacking and structure.id in seen)
    return LabelTable((*named_by(known, manifest.table), *new))


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
