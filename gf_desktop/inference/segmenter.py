"""A student at work: from a scan to labels and confidence with ONNX Runtime."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import ModelError
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.preprocess import SliceSource
from gf_desktop.imaging.volume import Volume
from gf_desktop.pack import STUDENT_ONNX, ModelCard, verify_pack

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["Cancelled", "Prediction", "Segmenter", "labels_from_logits"]

Float32 = npt.NDArray[np.float32]
UInt8 = npt.NDArray[np.uint8]

PROVIDERS = ("CUDAExecutionProvider", "CoreMLExecutionProvider", "CPUExecutionProvider")
"""Wanted providers, best first; those that the installed runtime does not know are left out."""

FATAL_ONLY = 4
"""ONNX Runtime's log level: what it cannot do is told by its exceptions, and by the provider that is shown."""

FOLDED_KEY = "optimization.constant_folding_max_output_size_in_bytes"
MOST_FOLDED_BYTES = 64 << 20
"""What is computed from weights alone when a student is loaded may have so many bytes."""

TILE_SIDE_PX = 1024
"""Inputs with a longer side are cut into tiles of this side, so that memory stays bounded."""

TILE_OVERLAP_PX = 128
"""Overlap of tiles; logits are blended linearly across it."""


class Cancelled(Exception):  # noqa: N818 - not an error but the answer to a request
    """The caller's ``cancel`` said yes; nothing is returned."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a student says about one scan.

    Attributes
    ----------
    labels
        uint8 [k, j, i], label values of the model's table.
    confidence
        uint8 [k, j, i], probability of the chosen class, 0 to 255.
    model_id
        Id of the model that predicted.
    provider
        ONNX Runtime's provider that was really in use.
    """

    labels: UInt8
    confidence: UInt8
    model_id: str
    provider: str


def labels_from_logits(logits: Float32, source: SliceSource) -> tuple[UInt8, UInt8]:
    """Return class numbers and confidence on the scan's plane.

    Probabilities, not labels, are brought back to the scan's pixels: the borders between structures
    stay as smooth as the network drew them.

    Parameters
    ----------
    logits
        float32 [classes, padded rows, padded columns] on the working grid of ``source``.

    Returns
    -------
    uint8 [rows, columns] classes and uint8 [rows, columns] probability of the chosen class (0..255).
    """
    native = _probabilities(logits, source)
    classes = native.argmax(axis=0)
    best = np.take_along_axis(native, classes[None], axis=0)[0]
    return classes.astype(np.uint8), _to_bytes(best)


def _probabilities(logits: Float32, source: SliceSource) -> Float32:
    inner = logits[:, : source.grid.inner_hw[0], : source.grid.inner_hw[1]]
    shifted = np.exp(inner - inner.max(axis=0, keepdims=True))
    return source.grid.to_native(shifted / shifted.sum(axis=0, keepdims=True))


def _to_bytes(probability: Float32) -> UInt8:
    rounded: UInt8 = np.clip(np.rint(probability * 255.0), 0, 255).astype(np.uint8)
    return rounded


@cache
def _has_nvidia_driver() -> bool:
    """Whether asking for CUDA can succeed; without a driver the attempt costs seconds and ends on the CPU anyway."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _tile_starts(length: int) -> list[int]:
    if length <= TILE_SIDE_PX:
        return [0]
    step = TILE_SIDE_PX - TILE_OVERLAP_PX
    starts = list(range(0, length - TILE_SIDE_PX, step))
    return [*starts, length - TILE_SIDE_PX]


def _tile_weight(side: int) -> Float32:
    ramp = np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1)).astype(np.float32)
    return np.minimum(ramp / TILE_OVERLAP_PX, 1.0)


class Segmenter:
    """One model, ready to predict. It keeps nothing of a scan, so that several threads may use it at once.

    Parameters
    ----------
    card
        What the model is.
    runtime
        ONNX Runtime session of its student.
    """

    def __init__(self, card: ModelCard, runtime: onnxruntime.InferenceSession) -> None:
        self.card = card
        self._runtime = runtime

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0) -> Segmenter:
        """Open a pack after checking every file against its hash.

        Parameters
        ----------
        folder
            The model pack.
        threads
            Threads within an operator; 0 leaves it to the runtime.

        Raises
        ------
        ModelError
            When the pack is missing or damaged, or its student is not of the shape that the card says.
        """
        card = verify_pack(folder)
        # imported here: the window paints before it is needed
        import onnxruntime

        onnxruntime.set_default_logger_severity(FATAL_ONLY)
        # some builds report usage to their maker; nothing leaves this machine unasked
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = FATAL_ONLY
        options.add_session_config_entry(FOLDED_KEY, str(MOST_FOLDED_BYTES))
        known = onnxruntime.get_available_providers()
        providers = [p for p in PROVIDERS if p in known and (p != "CUDAExecutionProvider" or _has_nvidia_driver())]
        path = folder / STUDENT_ONNX
        try:
            runtime = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:
            # ONNX Runtime raises a dozen classes of its own that share no base but Exception
            raise ModelError(
                "The student of the pack cannot be loaded", where=str(path), next_step="Get the pack again from where it came from."
            ) from error
        segmenter = cls(card, runtime)
        segmenter._check_contract(path)
        return segmenter

    def _check_contract(self, path: Path) -> None:
        shape: list[Any] = self._runtime.get_inputs()[0].shape
        outputs: list[Any] = self._runtime.get_outputs()[0].shape
        wanted = (self.card.preprocess.channels, len(self.card.table) + 1)
        if len(shape) != 4 or len(outputs) != 4 or (shape[1], outputs[1]) != wanted:
            raise ModelError(
                f"The student takes {shape} and gives {outputs}; its card promises {wanted[0]} channels and {wanted[1]} classes",
                where=str(path),
                next_step="Get the pack again from where it came from.",
            )

    @property
    def provider(self) -> str:
        """The provider in use, such as "CPU" or "CUDA"; not merely one that is installed."""
        return str(self._runtime.get_providers()[0]).removesuffix("ExecutionProvider")

    def logits(self, batch: Float32) -> Float32:
        """Run the network.

        Parameters
        ----------
        batch
            float32 [n, channels, rows, columns], sides multiples of the spec's ``multiple``.

        Returns
        -------
        float32 [n, classes, rows, columns].
        """
        return np.asarray(self._runtime.run(["logits"], {"image": np.ascontiguousarray(batch, dtype=np.float32)})[0], dtype=np.float32)

    def slice_logits(self, image: Float32) -> Float32:
        """Run the network over one input of any size, in blended tiles where it is large.

        Parameters
        ----------
        image
            float32 [channels, rows, columns].
        """
        rows, cols = image.shape[1:]
        if max(rows, cols) <= TILE_SIDE_PX:
            return np.asarray(self.logits(image[None])[0], dtype=np.float32)
        total = np.zeros((len(self.card.table) + 1, rows, cols), np.float32)
        weight = np.zeros((rows, cols), np.float32)
        for top in _tile_starts(rows):
            for left in _tile_starts(cols):
                tile = image[None, :, top : top + TILE_SIDE_PX, left : left + TILE_SIDE_PX]
                part = _tile_weight(tile.shape[2])[:, None] * _tile_weight(tile.shape[3])[None, :]
                region = (slice(top, top + tile.shape[2]), slice(left, left + tile.shape[3]))
                total[(slice(None), *region)] += self.logits(tile)[0] * part
                weight[region] += part
        return np.asarray(total / weight, dtype=np.float32)

    def predict(
        self,
        volume: Volume,
        *,
        first_k: int = 0,
        on_slice: Callable[[Box, UInt8, UInt8], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        only_k: frozenset[int] | None = None,
    ) -> Prediction:
        """Predict every slice, the one on screen first, then its neighbours outwards.

        Parameters
        ----------
        volume
            The scan.
        first_k
            Stored slice that is wanted first.
        on_slice
            Called after each slice with its box and the labels and confidence of that box, both uint8.
        cancel
            Asked before each slice.
        only_k
            Stored slices that are needed; others may be left empty. Where the model slices along another
            axis than the file, every slice is needed and predicted.

        Raises
        ------
        ModelError
            When the scan does not suit the model (colour against grey).
        Cancelled
            When ``cancel`` said yes.
        """
        source = SliceSource(volume, self.card.preprocess)
        labels = np.zeros(volume.geometry.shape_kji, np.uint8)
        confidence = np.zeros(labels.shape, np.uint8)
        label_view, confidence_view = source.axes.view(labels), source.axes.view(confidence)
        to_id = self.card.table.class_to_id()
        for index in _outwards(len(source), _start_slice(source, volume, first_k)):
            if only_k is not None and not _is_needed(source, index, only_k):
                continue
            if cancel is not None and cancel():
                raise Cancelled
            classes, sure = labels_from_logits(self.slice_logits(source.network_input(index)), source)
            label_view[index] = to_id[classes]
            confidence_view[index] = sure
            if on_slice is not None:
                box = _plane_box(source, volume, index)
                on_slice(box, labels[box.slices], confidence[box.slices])
        return Prediction(labels, confidence, self.card.id, self.provider)

    def predict_structure(
        self,
        volume: Volume,
        label: int,
        *,
        first_k: int = 0,
        on_slice: Callable[[Box, UInt8], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> UInt8:
        """Return the probability of one structure, uint8 [k, j, i] from 0 to 255; the slice on screen is computed first.

        Parameters
        ----------
        label
            Label value of a structure of the model's table.
        first_k
            Stored slice that is wanted first.
        on_slice
            Called after each slice with its box and the probability there, uint8 of the box's shape.
        cancel
            Asked before each slice.

        Raises
        ------
        ModelError
            When the model does not know the structure, or the scan does not suit it.
        Cancelled
            When ``cancel`` said yes.
        """
        if label not in self.card.table.ids:
            raise ModelError(
                "The student does not know this structure",
                where=self.card.id,
                next_step="Choose one of its structures.",
            )
        source = SliceSource(volume, self.card.preprocess)
        channel = 1 + self.card.table.ids.index(label)
        probability = np.zeros(volume.geometry.shape_kji, np.uint8)
        view = source.axes.view(probability)
        for index in _outwards(len(source), _start_slice(source, volume, first_k)):
            if cancel is not None and cancel():
                raise Cancelled
            view[index] = _to_bytes(_probabilities(self.slice_logits(source.network_input(index)), source)[channel])
            if on_slice is not None:
                box = _plane_box(source, volume, index)
                on_slice(box, probability[box.slices])
        return probability


def _start_slice(source: SliceSource, volume: Volume, first_k: int) -> int:
    if source.axes.order[2] != 2:
        return len(source) // 2
    last = volume.geometry.size_ijk[2] - 1
    k = min(max(first_k, 0), last)
    return last - k if source.axes.flipped[2] else k


def _is_needed(source: SliceSource, index: int, only_k: frozenset[int]) -> bool:
    if source.axes.order[2] != 2:
        return True
    return (len(source) - 1 - index if source.axes.flipped[2] else index) in only_k


def _outwards(count: int, start: int) -> Iterator[int]:
    yield start
    for distance in range(1, count):
        for index in (start + distance, start - distance):
            if 0 <= index < count:
                yield index


def _plane_box(source: SliceSource, volume: Volume, index: int) -> Box:
    axis = 2 - source.axes.order[2]
    size = volume.geometry.shape_kji
    stored = size[axis] - 1 - index if source.axes.flipped[2] else index
    start, stop = [0, 0, 0], list(size)
    start[axis], stop[axis] = stored, stored + 1
    return Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))
