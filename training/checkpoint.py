"""Weights and whole runs on disk: safetensors and JSON, never half-written, no pickle.

A learner's checkpoint is one safetensors file. Its header carries a JSON document (step, numbers of the optimisers, the caller's own
state) and one SHA-256 over document and tensors, so a file is either whole or refused. Loading copies into the tensors that the
learner already has: they keep their memory order and their alignment, on which the last bit of a sum may depend.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import torch
from safetensors import SafetensorError
from safetensors.torch import load, load_file, save
from torch import Tensor, nn

from gf_desktop.atomic import atomic_path, explain_os_error
from gf_desktop.errors import TrainingError
from training.loop import Learner

__all__ = [
    "checkpoint_path",
    "content_hash",
    "load_learner",
    "load_weights",
    "newest_checkpoint",
    "read_learner_state",
    "save_learner",
    "save_weights",
]

log = logging.getLogger(__name__)

LEARNER_FORMAT = "graph-flow-learner/1"

LENGTH_BYTES = 8
"""A safetensors file begins with the length of its header in so many bytes."""

LEFT_BEHIND = re.compile(r"^\..+\.safetensors\.(\d+)\.tmp$")
"""What a process that was killed while it wrote leaves behind, with its number."""

GO_BACK = "Take an earlier checkpoint, or start the run anew."
AS_BEGUN = "Resume with the configuration that the run began with, or start it anew in another folder."


def save_weights(path: Path, network: nn.Module, *, half: bool = False) -> None:
    """Write a network's parameters and buffers.

    Parameters
    ----------
    half
        Store floating point numbers as float16, which halves the file.
    """
    tensors: dict[str, Tensor] = {}
    for name, value in network.state_dict().items():
        stored = value.detach().half() if half and value.is_floating_point() else value.detach()
        tensors[name] = stored.cpu().contiguous().clone()
    with atomic_path(path) as temporary:
        # save_file would make the file readable for its owner only
        temporary.write_bytes(save(tensors))


def load_weights(path: Path, network: nn.Module) -> None:
    """Read what ``save_weights`` wrote into a network of the same configuration.

    Raises
    ------
    TrainingError
        When the file is missing, damaged, of another network or holds values that are no numbers. A round never
        goes on with random weights.
    """
    advice = "Get the model pack again from where it came from."
    try:
        tensors = load_file(path)
    except FileNotFoundError as error:
        raise TrainingError("The model pack has no weights to refine from", where=str(path), next_step=advice) from error
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"The weights are damaged: {error}", where=str(path), next_step=advice) from error
    if any(not bool(torch.isfinite(t).all()) for t in tensors.values() if t.is_floating_point()):
        raise TrainingError("The weights hold values that are no numbers", where=str(path), next_step=advice)
    try:
        network.load_state_dict({name: t.float() if t.is_floating_point() else t for name, t in tensors.items()})
    except RuntimeError as error:
        raise TrainingError("The weights are of another network than the card says", where=str(path), next_step=advice) from error


def content_hash(text: str, tensors: dict[str, Tensor]) -> str:
    """Return the SHA-256 over a text and over names, kinds, shapes and bytes of tensors, in hexadecimal digits."""
    digest = hashlib.sha256(text.encode())
    for name, value in sorted(tensors.items()):
        digest.update(f"\n{name} {value.dtype} {list(value.shape)}\n".encode())
        digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


class _Stored(NamedTuple):
    """The content of a learner's file."""

    document: dict[str, Any]
    tensors: dict[str, Tensor]

    def part(self, prefix: str) -> dict[str, Tensor]:
        """Return the tensors whose names begin so, without the prefix."""
        return {name.removeprefix(prefix): value for name, value in self.tensors.items() if name.startswith(prefix)}


def checkpoint_path(folder: Path, step: int) -> Path:
    """Return where a run keeps the checkpoint of a step."""
    return folder / f"step-{step:08d}.safetensors"


def save_learner(path: Path, learner: Learner, state: dict[str, Any]) -> None:
    """Write all of a learner, so that a run goes on from here as if it had not been broken.

    Parameters, buffers, running average, optimisers, critic, gradient-share weights, step, the learner's generator, torch's global
    generator (dropout) and those of the graphics cards. An earlier file at ``path`` stays until the new one is complete on the disk.

    Parameters
    ----------
    path
        Of the file; ``checkpoint_path`` where several are kept. One process at a time writes to its folder.
    state
        Whatever the caller needs to go on; plain JSON values.

    Raises
    ------
    UserError
        When the disk is full or the folder cannot be written; what was saved before is intact.
    """
    tensors = {f"network/{name}": value for name, value in learner.network.state_dict().items()}
    tensors |= {f"average/{name}": value for name, value in learner.average.state_dict().items()}
    optimizer, numbers = _optimizer_parts(learner.optimizer)
    tensors |= {f"optimizer/{name}": value for name, value in optimizer.items()}
    critic = None
    if learner.critic is not None:
        tensors |= {f"critic/{name}": value for name, value in learner.critic.network.state_dict().items()}
        optimizer, critic = _optimizer_parts(learner.critic.optimizer)
        tensors |= {f"critic_optimizer/{name}": value for name, value in optimizer.items()}
    tensors |= {"rng/learner": learner.rng.get_state(), "rng/torch": torch.get_rng_state()}
    tensors |= {f"rng/cuda/{index}": value for index, value in enumerate(_cuda_states(learner))}
    document = {"step": learner.step, "weights": learner.weights, "optimizer": numbers, "critic": critic, "state": state}
    text = json.dumps(document)
    # a copy of its own for each: safetensors refuses tensors that share memory
    plain = {name: value.detach().cpu().clone(memory_format=torch.contiguous_format) for name, value in tensors.items()}
    metadata = {"format": LEARNER_FORMAT, "document": text, "sha256": content_hash(text, plain)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
    except OSError as error:
        raise explain_os_error(error, path) from error
    with atomic_path(path) as temporary:
        temporary.write_bytes(save(plain, metadata))


def load_learner(path: Path, learner: Learner) -> dict[str, Any]:
    """Bring a learner, and torch's global generators, to where ``save_learner`` kept them.

    Parameters
    ----------
    learner
        Built like the one that was saved; where loading fails it is as it was before.

    Returns
    -------
    The caller's own state.

    Raises
    ------
    TrainingError
        When the file is missing, damaged, or of another network, optimiser, critic or kind of generator.
    """
    stored = _read(path)
    document = stored.document
    judge = learner.critic
    if (judge is None) != (document["critic"] is None):
        have = "has a critic and the run has none" if judge is None else "has no critic and the run has one"
        raise TrainingError(f"The checkpoint {have}", where=str(path), next_step=AS_BEGUN)
    networks = {"network/": learner.network, "average/": learner.average}
    optimizers = [(learner.optimizer, document["optimizer"], stored.part("optimizer/"))]
    if judge is not None:
        networks["critic/"] = judge.network
        optimizers.append((judge.optimizer, document["critic"], stored.part("critic_optimizer/")))
    # everything is checked before anything is changed
    for prefix, network in networks.items():
        _check_network(path, network, stored.part(prefix))
    for parts in optimizers:
        _check_optimizer(path, *parts)
    _check_generators(path, learner, stored)
    for prefix, network in networks.items():
        network.load_state_dict(stored.part(prefix))
    for parts in optimizers:
        _set_optimizer(*parts)
    learner.weights.clear()
    learner.weights.update(document["weights"])
    learner.step = document["step"]
    learner.rng.set_state(stored.tensors["rng/learner"])
    torch.set_rng_state(stored.tensors["rng/torch"])
    cards = list(stored.part("rng/cuda/").values())
    if len(cards) == len(_cuda_states(learner)):
        for index, value in enumerate(cards):
            torch.cuda.set_rng_state(value, index)
    else:
        log.info("%s was written beside %d graphics cards; dropout will not repeat bit for bit on this machine", path.name, len(cards))
    own_state: dict[str, Any] = document["state"]
    return own_state


def read_learner_state(path: Path) -> dict[str, Any]:
    """Return the caller's own state of a learner's file, which is checked whole; nothing is changed.

    Raises
    ------
    TrainingError
        When the file is missing, damaged or something else.
    """
    own_state: dict[str, Any] = _read(path).document["state"]
    return own_state


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the whole learner's checkpoint of the highest step in a folder, None where there is none.

    Damaged files are passed over and named in the log at INFO; other safetensors files do not count.
    """
    found: list[tuple[int, int, Path]] = []
    for path in sorted(folder.glob("*.safetensors")):
        if path.name.startswith("."):
            continue
        try:
            metadata = _metadata(path)
            if metadata.get("format") == LEARNER_FORMAT:
                found.append((int(json.loads(metadata["document"])["step"]), path.stat().st_mtime_ns, path))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.info("Passed over %s: %s", path.name, error)
    for _, _, path in sorted(found, reverse=True):
        try:
            _read(path)
        except TrainingError as error:
            log.info("Passed over %s: %s", path.name, error)
            continue
        return path
    return None


def _metadata(path: Path) -> dict[str, str]:
    """Return what a safetensors file's header says beside its tensors; ValueError where there is no whole header."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(LENGTH_BYTES), "little")
        if not 0 < length <= path.stat().st_size - LENGTH_BYTES:
            raise ValueError("its length is not what its header says")
        metadata: dict[str, str] = json.loads(stream.read(length)).get("__metadata__", {})
    return metadata


def _read(path: Path) -> _Stored:
    """Return the content of a learner's file; TrainingError where it is missing, damaged or something else."""
    try:
        metadata = _metadata(path)
        if metadata.get("format") != LEARNER_FORMAT:
            raise TrainingError("This is no checkpoint of a run, or one of another version", where=str(path), next_step=GO_BACK)
        text = metadata["document"]
        tensors = load(path.read_bytes())
        if metadata["sha256"] != content_hash(text, tensors):
            raise TrainingError("The checkpoint is damaged: its content is not what was written", where=str(path), next_step=GO_BACK)
        return _Stored(json.loads(text), tensors)
    except FileNotFoundError as error:
        raise TrainingError("There is no checkpoint", where=str(path), next_step="Start the run anew.") from error
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"The checkpoint is damaged: {error}", where=str(path), next_step=GO_BACK) from error


def _cuda_states(learner: Learner) -> list[Tensor]:
    """Return the states of the cards' generators; none for a learner that is on no card, whose card may have failed."""
    where = next(learner.network.parameters(), torch.empty(0)).device
    return torch.cuda.get_rng_state_all() if where.type == "cuda" else []


def _kind(optimizer: torch.optim.Optimizer) -> str:
    """Return the class of an optimiser; Lightning Fabric puts its own name in front."""
    return type(optimizer).__name__.removeprefix("Fabric")


def _optimizer_parts(optimizer: torch.optim.Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return tensors by ``<number of the parameter>/<name>``, and the kind, groups and other numbers as JSON."""
    tensors: dict[str, Tensor] = {}
    groups: list[dict[str, Any]] = []
    number = 0
    for group in optimizer.param_groups:
        groups.append({name: value for name, value in group.items() if name != "params"} | {"count": len(group["params"])})
        for parameter in group["params"]:
            tensors |= {f"{number}/{name}": value for name, value in optimizer.state.get(parameter, {}).items()}
            number += 1
    return tensors, {"kind": _kind(optimizer), "groups": groups}


def _set_optimizer(optimizer: torch.optim.Optimizer, numbers: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Give an optimiser the numbers and tensors of another one of its kind; both were checked."""
    for group, kept in zip(optimizer.param_groups, numbers["groups"], strict=True):
        for name, value in kept.items():
            if name in group:
                group[name] = tuple(value) if isinstance(group[name], tuple) else value
    optimizer.state.clear()
    number = 0
    for group in optimizer.param_groups:
        on_device = bool(group.get("fused") or group.get("capturable"))
        for parameter in group["params"]:
            state: dict[str, Tensor] = {}
            for name in sorted(n for n in tensors if n.startswith(f"{number}/")):
                value, key = tensors[name], name.partition("/")[2]
                # memory order and device of the parameter; torch counts steps in main memory unless told otherwise
                if key == "step":
                    like = torch.empty_like(value, device=parameter.device if on_device else "cpu")
                else:
                    like = torch.empty_like(parameter, dtype=value.dtype)
                state[key] = like.copy_(value)
            if state:
                optimizer.state[parameter] = state
            number += 1


def _check_network(path: Path, network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Raise TrainingError where names, shapes or kinds of a network's tensors differ from those of a checkpoint."""
    ours = {name: (value.shape, value.dtype) for name, value in network.state_dict().items()}
    theirs = {name: (value.shape, value.dtype) for name, value in tensors.items()}
    if ours != theirs:
        differ = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
        found = f"{len(differ)} of its tensors differ, the first is {differ[0]}"
        raise TrainingError(f"The checkpoint is of another network: {found}", where=str(path), next_step=AS_BEGUN)


def _check_optimizer(path: Path, optimizer: torch.optim.Optimizer, numbers: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Raise TrainingError where kind, groups or shapes differ from those of a checkpoint."""
    ours = [{*group} - {"params"} | {"count"} for group in optimizer.param_groups]
    counts = [len(group["params"]) for group in optimizer.param_groups]
    groups = numbers["groups"]
    if numbers["kind"] != _kind(optimizer) or ours != [{*group} for group in groups] or counts != [group["count"] for group in groups]:
        have = f"{numbers['kind']} of {len(groups)} groups, and the run has {_kind(optimizer)} of {len(counts)} with its own settings"
        raise TrainingError(f"The checkpoint is of another optimiser: {have}", where=str(path), next_step=AS_BEGUN)
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for name, value in tensors.items():
        number, _, key = name.partition("/")
        shape = torch.Size() if key == "step" else parameters[int(number)].shape
        if value.shape != shape:
            raise TrainingError(f"The checkpoint's optimiser is of another network: {name}", where=str(path), next_step=AS_BEGUN)


def _check_generators(path: Path, learner: Learner, stored: _Stored) -> None:
    """Raise TrainingError where a generator's state is of another kind, as of another device or version."""
    for name, ours in (("rng/learner", learner.rng.get_state()), ("rng/torch", torch.get_rng_state())):
        if stored.tensors[name].shape != ours.shape:
            raise TrainingError("The checkpoint's random numbers are of another kind of generator", where=str(path), next_step=AS_BEGUN)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed while they wrote left behind."""
    for path in folder.glob(".*.tmp"):
        left = LEFT_BEHIND.match(path.name)
        if left is not None and not psutil.pid_exists(int(left.group(1))):
            path.unlink(missing_ok=True)
