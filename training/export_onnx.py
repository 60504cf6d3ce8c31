"""From a trained student to the ONNX file that the desktop runs, and the proof that both agree."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.inference.segmenter import Segmenter
from training.networks import Taps

__all__ = ["MAX_PARITY", "export_student", "measure_parity"]

MAX_PARITY = 1e-3
"""Largest difference of a logit between torch and ONNX Runtime at which a student may leave the trainer."""

OPSET = 17


class _LogitsOnly(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        taps: Taps = self.network(image)
        return taps.logits


def export_student(network: nn.Module, path: Path, *, channels: int) -> None:
    """Write a student as ONNX: input "image", output "logits", any batch and any sides that are multiples of 32.

    The network is left in evaluation mode.
    """
    wrapped = _LogitsOnly(network).eval()
    example = torch.zeros(2, channels, 64, 96)
    axes = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        # the exporter by tracing needs no further package and is announced as legacy; its output is checked below
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", category=torch.jit._trace.TracerWarning)
        # it leaves a constant as it is, which changes no number
        warnings.filterwarnings("ignore", message="Constant folding", category=UserWarning)
        torch.onnx.export(
            wrapped,
            (example,),
            str(path),
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": axes, "logits": axes},
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(onnx.load(path), full_check=True)


def measure_parity(network: nn.Module, folder: Path, spec: PreprocessSpec, *, images: Tensor, threads: int = 0) -> float:
    """Return the largest |torch - ONNX Runtime| in the logits of real slices and of a size never exported.

    Parameters
    ----------
    folder
        A complete pack; it is opened as the desktop opens it.
    images
        float32 [n, channels, rows, cols] network inputs.

    Raises
    ------
    TrainingError
        When the difference exceeds ``MAX_PARITY``: the student is not given out.
    """
    network.eval()
    segmenter = Segmenter.load(folder, threads=threads)
    odd = torch.linspace(-1, 1, spec.channels * 96 * 160).reshape(1, spec.channels, 96, 160)
    worst = 0.0
    for batch in (images, odd):
        with torch.no_grad():
            taps: Taps = network(batch)
        difference = np.abs(segmenter.logits(batch.numpy()) - taps.logits.numpy())
        worst = max(worst, float(difference.max())) if np.isfinite(difference).all() else float("inf")
    if worst > MAX_PARITY:
        raise TrainingError(
            f"The exported student differs from the trained one by {worst:.2g}",
            where=str(folder),
            next_step="Keep the active model and report this.",
        )
    return worst
