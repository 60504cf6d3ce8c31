"""Weights on disk: safetensors beside JSON, never half-written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError

__all__ = ["load_weights", "save_checkpoint", "save_weights"]


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
        tensors[name] = stored.contiguous().clone()
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


def save_checkpoint(folder: Path, network: nn.Module, state: dict[str, Any]) -> Path:
    """Write a student and where its round stands; the JSON is written last and names a complete file.

    Returns
    -------
    Path of the JSON document.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(folder / "checkpoint.safetensors", network)
    document = folder / "checkpoint.json"
    with atomic_path(document) as temporary:
        temporary.write_text(json.dumps(state | {"weights": "checkpoint.safetensors"}, indent=1), encoding="utf-8")
    return document
