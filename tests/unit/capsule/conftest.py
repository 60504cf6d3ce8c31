"""A small model with every file that a capsule may carry, and its capsule."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from gf_desktop.capsule.writing import Origin, write_capsule
from gf_desktop.pack import file_sha256, read_card, write_card


@pytest.fixture(scope="session")
def whole_pack(tmp_path_factory: pytest.TempPathFactory, make_pack: Callable[..., Path]) -> Path:
    """The pack “threshold” with weights and labelled slices of its own."""
    folder = make_pack(tmp_path_factory.mktemp("whole") / "whole", soft_at=0.5, hard_at=0.75)
    rng = np.random.default_rng(0)
    for name in ("student", "teacher", "paraphrasers"):
        tensors = {"weight": rng.random((3, 4)).astype(np.float32), "bias": rng.random(5).astype(np.float16)}
        (folder / f"{name}.safetensors").write_bytes(save(tensors))
    labels = np.zeros((3, 32, 32), np.uint8)
    labels[:, 4:20, 4:20] = 5
    np.savez_compressed(
        folder / "replay.npz",
        images=(labels / 10)[:, None].astype(np.float16),
        labels=labels,
        regions=labels,
        validation=np.array([0, 0, 1], np.uint8),
    )
    names = ("student.onnx", "student.safetensors", "teacher.safetensors", "paraphrasers.safetensors", "replay.npz")
    write_card(folder, dataclasses.replace(read_card(folder), files={name: file_sha256(folder / name) for name in names}))
    return folder


@pytest.fixture(scope="session")
def capsule_file(tmp_path_factory: pytest.TempPathFactory, whole_pack: Path) -> Path:
    """A sound capsule, unsigned."""
    path = tmp_path_factory.mktemp("capsules") / "whole.gfcapsule"
    write_capsule(whole_pack, path, origin=Origin(gate={"reason": "it was better", "before": {"soft": 0.5}, "after": {"soft": 0.75}}))
    return path
