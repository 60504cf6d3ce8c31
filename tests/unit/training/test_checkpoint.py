"""Weights on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from gf_desktop.errors import TrainingError
from training import checkpoint
from training.checkpoint import load_weights, save_checkpoint, save_weights


def _network(seed: int = 0, channels: int = 4) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(1, channels, 3), nn.BatchNorm2d(channels))


def _equal(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_that_weights_and_running_statistics_come_back(tmp_path: Path) -> None:
    network, other = _network(), _network(1)
    network(torch.randn(2, 1, 8, 8))
    save_weights(tmp_path / "w.safetensors", network)
    load_weights(tmp_path / "w.safetensors", other)
    assert _equal(network, other)


def test_that_half_precision_halves_the_file_and_comes_back_nearly(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(8, 64, 3))
    save_weights(tmp_path / "full.safetensors", network)
    save_weights(tmp_path / "half.safetensors", network, half=True)
    assert (tmp_path / "half.safetensors").stat().st_size < 0.6 * (tmp_path / "full.safetensors").stat().st_size
    other = nn.Sequential(nn.Conv2d(8, 64, 3))
    load_weights(tmp_path / "half.safetensors", other)
    assert torch.allclose(network[0].weight.detach(), other[0].weight.detach(), atol=1e-3)  # type: ignore[operator]


def test_that_missing_damaged_foreign_or_nan_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    with pytest.raises(TrainingError, match="no weights"):
        load_weights(path, _network())
    path.write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00not json")
    with pytest.raises(TrainingError, match="damaged"):
        load_weights(path, _network())
    save_weights(path, _network(channels=5))
    with pytest.raises(TrainingError, match="another network"):
        load_weights(path, _network())
    broken = _network()
    with torch.no_grad():
        broken[0].weight[0] = torch.nan  # type: ignore[index,operator]
    save_weights(path, broken)
    with pytest.raises(TrainingError, match="no numbers"):
        load_weights(path, _network())


def test_that_a_checkpoint_that_cannot_be_finished_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _network()
    document = save_checkpoint(tmp_path, first, {"step": 1})

    def break_off(_tensors: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save", break_off)
    with pytest.raises(Exception, match="disk is full"):
        save_checkpoint(tmp_path, _network(1), {"step": 2})
    assert json.loads(document.read_text())["step"] == 1
    other = _network(2)
    load_weights(tmp_path / "checkpoint.safetensors", other)
    assert _equal(first, other)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint.json", "checkpoint.safetensors"]
