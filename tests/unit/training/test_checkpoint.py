"""Weights on disk."""

from __future__ import annotations

import copy
import errno
import logging
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor, nn

from gf_desktop.errors import TrainingError, UserError
from training import checkpoint
from training.checkpoint import checkpoint_path, load_learner, load_weights, newest_checkpoint, save_learner, save_weights
from training.loop import Learner, start_learner
from training.method import LoopConfig


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


def test_that_weights_that_cannot_be_finished_leave_the_last_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _network()
    save_weights(tmp_path / "w.safetensors", first)

    def break_off(_tensors: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save", break_off)
    with pytest.raises(UserError, match="disk is full"):
        save_weights(tmp_path / "w.safetensors", _network(1))
    other = _network(2)
    load_weights(tmp_path / "w.safetensors", other)
    assert _equal(first, other)
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


def _learner(seed: int = 0, *, channels: int = 4, critic: bool = False, steps: int = 2) -> Learner:
    """Return a learner after some steps on a made-up loss."""
    network = _network(seed, channels)
    judge = nn.utils.parametrizations.spectral_norm(nn.Conv2d(channels, 1, 3)) if critic else None
    learner = start_learner(network, LoopConfig(), torch.Generator().manual_seed(seed), critic=judge)
    for _ in range(steps):
        learner.step += 1
        seen = network(torch.rand(2, 1, 9, 9, generator=learner.rng))
        seen.square().mean().backward()
        learner.optimizer.step()
        if learner.critic is not None:
            learner.critic.network(seen.detach()).mean().backward()
            learner.critic.optimizer.step()
    learner.weights["graph"] = 0.1 + seed
    return learner


def _content(learner: Learner) -> tuple[dict[str, Tensor], list[Any]]:
    """Return copies of a learner's tensors, and its numbers."""
    networks, optimizers = [learner.network, learner.average], [learner.optimizer]
    if learner.critic is not None:
        networks.append(learner.critic.network)
        optimizers.append(learner.critic.optimizer)
    tensors = {f"{n}.{name}": value for n, network in enumerate(networks) for name, value in network.state_dict().items()}
    numbers: list[Any] = [learner.step, dict(learner.weights)]
    for n, optimizer in enumerate(optimizers):
        document = copy.deepcopy(optimizer.state_dict())
        numbers.append(document["param_groups"])
        tensors |= {f"o{n}.{i}.{name}": value for i, state in document["state"].items() for name, value in state.items()}
    tensors |= {"rng": learner.rng.get_state(), "torch": torch.get_rng_state()}
    return {name: value.clone() for name, value in tensors.items()}, numbers


def _same(one: tuple[dict[str, Tensor], list[Any]], other: tuple[dict[str, Tensor], list[Any]]) -> bool:
    tensors = one[0].keys() == other[0].keys() and all(torch.equal(value, other[0][name]) for name, value in one[0].items())
    return tensors and one[1] == other[1]


@pytest.mark.parametrize("critic", [False, True])
@pytest.mark.parametrize("steps", [0, 2])
def test_that_all_of_a_learner_and_the_callers_state_come_back(tmp_path: Path, critic: bool, steps: int) -> None:
    learner = _learner(critic=critic, steps=steps)
    learner.optimizer.param_groups[0]["lr"] = 1 / 3
    path = tmp_path / "new" / "run.safetensors"
    state = {"stage": "distil", "best": 0.1 + 0.2, "seen": [1, None, True], "of": {"a": {}}}
    save_learner(path, learner, state)
    wanted = _content(learner)
    other = _learner(1, critic=critic)
    torch.manual_seed(5)
    assert not _same(wanted, _content(other))
    assert load_learner(path, other) == state
    assert _same(wanted, _content(other))
    assert [p.name for p in path.parent.iterdir()] == ["run.safetensors"]


def test_that_the_memory_order_of_weights_and_of_the_optimiser_is_kept(tmp_path: Path) -> None:
    learner = _learner()
    save_learner(tmp_path / "run.safetensors", learner, {})
    other = _learner(1)
    weight = nn.Parameter(torch.zeros(4, 2, 3, 3).contiguous(memory_format=torch.channels_last))
    learner.optimizer.add_param_group({"params": [weight]})
    weight.square().sum().backward()
    learner.optimizer.step()
    like = nn.Parameter(torch.ones(4, 2, 3, 3).contiguous(memory_format=torch.channels_last))
    other.optimizer.add_param_group({"params": [like]})
    save_learner(tmp_path / "run.safetensors", learner, {})
    load_learner(tmp_path / "run.safetensors", other)
    assert other.optimizer.state[like]["exp_avg"].stride() == like.stride()
    assert other.optimizer.state[like]["step"].item() == 1


@pytest.mark.parametrize("fused", [False, True])
def test_that_steps_stay_scalars_whether_the_optimiser_is_fused_or_not(tmp_path: Path, fused: bool) -> None:
    learner, other = _learner(steps=0), _learner(1, steps=0)
    for one in (learner, other):
        one.optimizer = torch.optim.AdamW(one.network.parameters(), fused=fused)
    learner.network(torch.ones(2, 1, 9, 9)).square().mean().backward()
    learner.optimizer.step()
    save_learner(tmp_path / "run.safetensors", learner, {})
    load_learner(tmp_path / "run.safetensors", other)
    assert _same(_content(learner), _content(other))
    for one in (learner, other):
        one.optimizer.zero_grad()
        one.network(torch.ones(2, 1, 9, 9)).square().mean().backward()
        one.optimizer.step()
    assert _same(_content(learner), _content(other))


def test_that_a_checkpoint_that_cannot_be_used_is_refused_and_leaves_the_learner_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    with pytest.raises(TrainingError, match="no checkpoint"):
        load_learner(path, _learner())
    save_learner(path, _learner(), {})
    whole = path.read_bytes()
    stochastic = _learner(2)
    stochastic.optimizer = torch.optim.SGD(stochastic.network.parameters(), 0.1)
    grouped = _learner(2)
    grouped.optimizer = torch.optim.AdamW([{"params": [p]} for p in grouped.network.parameters()])
    for other, what in [
        (_learner(2, channels=5), "another network"),
        (_learner(2, critic=True), "has no critic"),
        (stochastic, "another optimiser"),
        (grouped, "another optimiser"),
    ]:
        before = _content(other)
        with pytest.raises(TrainingError, match=what) as refusal:
            load_learner(path, other)
        assert refusal.value.where == str(path)
        assert refusal.value.next_step
        assert _same(before, _content(other))
    other = _learner(2)
    before = _content(other)
    for data, what in [
        (whole[:5], "damaged"),
        (whole[:200], "damaged"),
        (whole[:-1], "damaged"),
        (whole + b"\0", "damaged"),
        (b"", "damaged"),
        (whole.replace(b"graph-flow-learner/1", b"graph-flow-learner/9"), "no checkpoint of a run"),
    ]:
        path.write_bytes(data)
        with pytest.raises(TrainingError, match=what):
            load_learner(path, other)
        assert _same(before, _content(other))
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(TrainingError, match="no checkpoint of a run"):
        load_learner(path, other)
    save_learner(path, _learner(critic=True), {})
    before = _content(other)
    with pytest.raises(TrainingError, match="has a critic"):
        load_learner(path, other)
    assert _same(before, _content(other))


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "run.safetensors"
    save_learner(path, _learner(), {"a": 1})
    return path


@settings(max_examples=60)
@example(place=0.0, mask=1)
@example(place=1.0, mask=255)
@given(place=st.floats(0, 1), mask=st.integers(1, 255))
def test_that_no_changed_byte_goes_unnoticed(whole_file: Path, place: float, mask: int) -> None:
    """But for what means the same, as white space in the header does: then all of it comes back."""
    other, spoiled = _learner(1, steps=0), whole_file.with_name("spoiled.safetensors")
    data = bytearray(whole_file.read_bytes())
    data[min(int(place * len(data)), len(data) - 1)] ^= mask
    spoiled.write_bytes(data)
    before = _content(other)
    try:
        state = load_learner(spoiled, other)
    except TrainingError:
        assert _same(before, _content(other))
    else:
        found = _content(other)
        assert load_learner(whole_file, other) == state == {"a": 1}
        assert _same(found, _content(other))


@pytest.mark.parametrize("half_written", [False, True])
def test_that_a_full_disk_is_said_and_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half_written: bool
) -> None:
    path = tmp_path / "run.safetensors"
    first = _learner()
    save_learner(path, first, {"step": 1})
    wanted = _content(first)
    write = Path.write_bytes

    def break_off(self: Path, data: bytes) -> int:
        if half_written:
            write(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", break_off)
    with pytest.raises(UserError, match="disk is full") as refusal:
        save_learner(path, _learner(1), {"step": 2})
    assert refusal.value.where == str(path)
    assert "intact" in refusal.value.next_step
    monkeypatch.undo()
    other = _learner(2)
    assert load_learner(path, other) == {"step": 1}
    assert _same(wanted, _content(other))
    assert [p.name for p in tmp_path.iterdir()] == ["run.safetensors"]


def test_that_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="Writing failed"):
        save_learner(tmp_path / "file" / "run.safetensors", _learner(), {})


def test_that_what_a_killed_process_left_behind_is_swept_away(tmp_path: Path) -> None:
    mine, foreign = tmp_path / f".a.safetensors.{os.getpid()}.tmp", tmp_path / ".a.json.1.tmp"
    left = tmp_path / ".a.safetensors.99999999.tmp"
    for path in (mine, foreign, left):
        path.write_text("half")
    save_learner(tmp_path / "run.safetensors", _learner(), {})
    assert sorted(tmp_path.iterdir()) == sorted([mine, foreign, tmp_path / "run.safetensors"])


def test_that_the_newest_whole_checkpoint_is_found_and_damaged_ones_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="training.checkpoint")
    assert newest_checkpoint(tmp_path) is None
    assert newest_checkpoint(tmp_path / "absent") is None
    learner = _learner(steps=1)
    for learner.step in (1, 9, 10, 11, 12):
        save_learner(checkpoint_path(tmp_path, learner.step), learner, {})
    save_weights(tmp_path / "student.safetensors", _network())
    assert caplog.text == ""
    assert newest_checkpoint(tmp_path) == checkpoint_path(tmp_path, 12)
    for steps, cut in ((12, 100), (11, -1)):
        path = checkpoint_path(tmp_path, steps)
        path.write_bytes(path.read_bytes()[:cut])
    data = bytearray(checkpoint_path(tmp_path, 10).read_bytes())
    data[-1] ^= 1
    checkpoint_path(tmp_path, 10).write_bytes(data)
    (tmp_path / ".step-00000013.safetensors.99.tmp").write_bytes(b"half")
    assert newest_checkpoint(tmp_path) == checkpoint_path(tmp_path, 9)
    assert all(checkpoint_path(tmp_path, steps).name in caplog.text for steps in (10, 11, 12))
    assert checkpoint_path(tmp_path, 9).name not in caplog.text
