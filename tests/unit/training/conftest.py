"""A tiny pack, round and replay: networks of a few thousand weights, slices of 64 pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import ModelCard
from training.config import NetworkConfig
from training.dataset import write_replay
from training.distill import Models
from training.networks import build_network
from training.packs import complete_folder, write_pack
from training.paraphrase import new_paraphrasers

TINY_TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
TINY_SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
STUDENT = NetworkConfig("mobile_unet", 1, 3, 0.25)
TEACHER = NetworkConfig("fanet", 1, 3, 0.125)


@pytest.fixture
def tiny_models() -> Models:
    """Untrained networks that fit each other."""
    torch.manual_seed(0)
    student, teacher = build_network(STUDENT), build_network(TEACHER)
    paraphrasers = new_paraphrasers(student, teacher, 1)
    for paraphraser in paraphrasers:
        paraphraser.eval().requires_grad_(False)
    return Models(student, teacher, paraphrasers)


@pytest.fixture
def tiny_card() -> ModelCard:
    return ModelCard(
        id="tiny",
        title="Tiny",
        table=TINY_TABLE,
        preprocess=TINY_SPEC,
        student=STUDENT.as_json(),
        teacher=TEACHER.as_json(),
        files={},
        licence="Apache-2.0",
        training_data="none",
    )


@pytest.fixture
def tiny_replay(tmp_path: Path) -> Path:
    """Six slices with a soft and a hard square; the last two are held back."""
    rng = np.random.default_rng(0)
    labels = np.zeros((6, 64, 64), np.uint8)
    labels[:, 10:30, 10:50], labels[:, 40:55, 20:40] = 1, 5
    images = (0.4 * (labels == 1) + 0.8 * (labels == 5) + 0.05 * rng.random(labels.shape))[:, None]
    path = tmp_path / "replay-slices.npz"
    write_replay(path, images=images, labels=labels, regions=labels, validation=np.array([0, 0, 0, 0, 1, 1]))
    return path


@pytest.fixture
def tiny_pack(tmp_path: Path, tiny_models: Models, tiny_card: ModelCard, tiny_replay: Path) -> Path:
    with complete_folder(tmp_path / "tiny") as folder:
        write_pack(folder, tiny_card, tiny_models, replay=tiny_replay, probe=torch.zeros(1, 1, 64, 64))
    return tmp_path / "tiny"


@pytest.fixture
def write_tiny_round(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a manifest of one scan with three reviewed slices of eight, one of them held back."""
    import json

    from gf_desktop.imaging.geometry import Geometry

    def write(*, reviewed: tuple[int, ...] = (1, 3, 5), held: tuple[int, ...] = (3,)) -> Path:
        rng = np.random.default_rng(1)
        labels = np.zeros((8, 64, 64), np.uint8)
        labels[:, 12:32, 8:52], labels[:, 42:56, 24:44] = 1, 5
        states = np.ones_like(labels)
        states[list(reviewed)] = 2
        np.save(tmp_path / "image.npy", (40 * (labels == 1) + 80 * (labels == 5) + 5 * rng.random(labels.shape)).astype(np.float32))
        np.savez(tmp_path / "labels.npz", labels=labels, states=states)
        item = {
            "case": "C-001",
            "image": str(tmp_path / "image.npy"),
            "geometry": Geometry.identity((64, 64, 8)).as_json(),
            "modality": "CT",
            "spacing_known": True,
            "labels": str(tmp_path / "labels.npz"),
            "labels_sha256": "",
            "model_id": "tiny",
            "validation_slices": list(held),
        }
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps({"format": 1, "run_id": "r", "seed": 0, "structures": TINY_TABLE.as_json(), "items": [item]}))
        return path

    return write
