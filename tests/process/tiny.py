"""A pack that trains in seconds, and a scan for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import ModelCard

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)


def draw(slices: int, seed: int) -> tuple[Any, Any]:
    """Return grey values, float32 [slices, 64, 64], and labels, uint8."""
    labels = np.zeros((slices, 64, 64), np.uint8)
    labels[:, 12:32, 8:52], labels[:, 42:56, 24:44] = 1, 5
    grey = 40 * (labels == 1) + 80 * (labels == 5) + 5 * np.random.default_rng(seed).random(labels.shape)
    return grey.astype(np.float32), labels


def write_tiny_pack(folder: Path, *, licence: str = "", replay: bool = True) -> Path:
    """Write a pack of tiny untrained networks, whose student drops features at random, and return its folder."""
    import torch

    from training.config import NetworkConfig
    from training.dataset import write_replay
    from training.distill import Models
    from training.networks import build_network
    from training.packs import complete_folder, write_pack
    from training.paraphrase import new_paraphrasers

    torch.manual_seed(0)
    configs = NetworkConfig("mobile_unet", 1, 3, 0.25), NetworkConfig("fanet", 1, 3, 0.125)
    student, teacher = (build_network(config) for config in configs)
    slices = folder / "replay.npz" if replay else None
    if slices is not None:
        grey, labels = draw(6, 5)
        held = np.array([0, 0, 0, 0, 1, 1])
        write_replay(slices, images=grey[:, None] / 100, labels=labels, regions=labels, validation=held)
    card = ModelCard("tiny", "Tiny", TABLE, SPEC, configs[0].as_json(), configs[1].as_json(), {}, licence=licence)
    with complete_folder(folder / "tiny") as temporary:
        models = Models(student, teacher, new_paraphrasers(student, teacher, 1))
        write_pack(temporary, card, models, replay=slices, probe=torch.zeros(1, 1, 64, 64))
    return folder / "tiny"
