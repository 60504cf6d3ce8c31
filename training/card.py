"""The graphics card of a round: chosen when it begins, given up for the processor when it fails.

A round computes in float32 on either (in half precision a step of these small networks took longer on a card, and learned less; see
docs/training.md). What is drawn is drawn on the processor from the learner's generator, so a card sees the batches that a processor
would; sums of a card have no fixed order, so only a processor's rounds repeat bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from gf_desktop.errors import TrainingError
from training.objective import StepBatch, Word

__all__ = ["PROCESSOR", "NoMemoryError", "choose_device", "device_name", "is_card_failure", "is_out_of_memory", "moved"]

PROCESSOR: Final = torch.device("cpu")

NO_MEMORY: Final = ("not enough memory", "can't allocate memory", "cannot allocate memory", "out of memory", "bad_alloc", "alloc_failed")

CARD_FAILED: Final = (
    "cuda error",
    "cuda driver",
    "hip error",
    "cudnn",
    "cublas",
    "nvrtc",
    "device-side assert",
    "no cuda gpus are available",
)


class NoMemoryError(TrainingError):
    """Memory does not suffice, even for the smallest batch."""


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that there was not enough memory: Python's own, one of torch's, or a round's last word on it."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError | NoMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in NO_MEMORY)


def is_card_failure(error: BaseException) -> bool:
    """Return whether an error says that a graphics card, its driver or its libraries failed; nothing can be computed there afterwards."""
    if isinstance(error, torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in CARD_FAILED)


def choose_device(kind: str, *, on_trouble: Callable[[str], object]) -> torch.device:
    """Return where a round computes.

    Parameters
    ----------
    kind
        "auto": a graphics card where there is one that works. "cpu", "gpu".
    on_trouble
        Told, in a sentence, of a card that is there and does not work; with "auto" the processor takes its place.

    Raises
    ------
    TrainingError
        When "gpu" is asked for and there is none that works, or ``kind`` is another word.
    """
    if kind not in ("auto", "cpu", "gpu"):
        raise TrainingError(f"There is no device {kind!r}", next_step="Choose auto, cpu or gpu.")
    if kind == "cpu":
        return PROCESSOR
    advice = "Choose auto or cpu, or look at the card's driver."
    if not torch.cuda.is_available():
        if kind == "gpu":
            raise TrainingError("There is no graphics card that torch can use", next_step=advice)
        return PROCESSOR
    card = torch.device("cuda")
    try:
        _try_out(card)
    except (RuntimeError, MemoryError) as error:
        told = f"The graphics card cannot be used ({_first_line(error)})"
        if kind == "gpu":
            raise TrainingError(told, next_step=advice) from error
        on_trouble(f"{told}; the round computes on the processor")
        return PROCESSOR
    # as exact as on the processor
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    return card


def _try_out(card: torch.device) -> None:
    """Compute a little: a card that is too old for this torch is there, and fails at its first kernel."""
    image = torch.ones(1, 8, 16, 16, device=card)
    kernel = torch.ones(8, 8, 3, 3, device=card, requires_grad=True)
    (gradient,) = torch.autograd.grad(torch.nn.functional.conv2d(image, kernel).sum(), kernel)
    # to ask for a number is to wait for it, and for what went wrong on the way
    float(gradient.sum())


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def device_name(device: torch.device) -> str:
    """Return what computes, in words: "CPU" or the graphics card's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def moved(batch: StepBatch, device: torch.device) -> StepBatch:
    """Return a batch on a device; the batch itself where it is there already."""
    if batch.images.device.type == device.type:
        return batch
    word = None if batch.word is None else Word(*(part.to(device) for part in batch.word))
    parts = {name: value.to(device) for name, value in batch._asdict().items() if isinstance(value, Tensor)}
    return batch._replace(word=word, **parts)
