"""The student in ONNX Runtime, as the program runs it, beside the same network in eager torch.

Same weights, same inputs (the slices of the demo series, prepared as for a prediction), same number of threads, one process, turns
taken series by series. The outputs are compared first: a fast wrong answer does not count.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file

from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.preprocess import SliceSource
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.resources import resource_dir
from rows import Row, add_common_options, machine, quantile, report
from training.config import NetworkConfig
from training.networks import build_network

GOAL = 2.0
"""ONNX Runtime is to be at least this many times faster than eager torch."""

LARGEST_DIFFERENCE = 1e-3
"""Logits further apart than this are not the same network."""

SETTLE_S = 0.2

Float32 = npt.NDArray[np.float32]


def network_inputs(segmenter: Segmenter, series: Path) -> list[Float32]:
    """Return every slice of the series as float32 [1, channels, rows, columns]."""
    scan = read_scan(find_scans(series)[0])
    source = SliceSource(scan.volume, segmenter.card.preprocess)
    return [source.network_input(index)[None] for index in range(len(source))]


def eager_network(pack: Path, segmenter: Segmenter) -> torch.nn.Module:
    """Return the pack's student in torch, ready to predict."""
    network = build_network(NetworkConfig.from_json(segmenter.card.student))
    network.load_state_dict(load_file(pack / "student.safetensors"))
    return network.eval()


def time_series(call: Callable[[Any], object], images: list[Any]) -> list[float]:
    """Return the seconds of each slice of a series, after a pause."""
    # idle threads of the one who was just measured go on spinning for a while, and would take the cores from the other
    time.sleep(SETTLE_S)
    seconds = []
    for image in images:
        begin = time.perf_counter()
        call(image)
        seconds.append(time.perf_counter() - begin)
    return seconds


def measure(segmenter: Segmenter, network: torch.nn.Module, images: list[Float32], repeats: int) -> tuple[list[float], list[float], float]:
    """Return seconds a slice of ours and of the peer, and the largest difference of their logits."""

    def eager(batch: torch.Tensor) -> Float32:
        with torch.inference_mode():
            return network(batch).logits.numpy()

    tensors = [torch.from_numpy(image).to(memory_format=torch.channels_last) for image in images]
    difference = max(
        float(np.abs(segmenter.logits(image) - eager(tensor)).max()) for image, tensor in zip(images, tensors, strict=True)
    )  # the first run of both, too: memory is found, kernels are chosen
    ours: list[float] = []
    peer: list[float] = []
    for turn in range(repeats):
        pair = [(ours, segmenter.logits, images), (peer, eager, tensors)]
        for values, call, inputs in pair if turn % 2 else reversed(pair):
            values.extend(time_series(call, inputs))
    return ours, peer, difference


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_common_options(parser, repeats=10)
    parser.add_argument("--pack", type=Path, default=resource_dir() / "models" / "abdomen-ct")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    segmenter = Segmenter.load(options.pack, threads=options.threads)
    images = network_inputs(segmenter, resource_dir() / "demo" / "B_ct_dicom")
    ours, peer, difference = measure(segmenter, eager_network(options.pack, segmenter), images, options.repeats)
    rows = [
        Row.of("one slice through the student, median ms", ours=1e3 * quantile(ours, 0.5), peer=1e3 * quantile(peer, 0.5), goal=GOAL),
        Row.of("one slice through the student, p95 ms", ours=1e3 * quantile(ours, 0.95), peer=1e3 * quantile(peer, 0.95)),
    ]
    facts = machine() | {
        "ours": f"ONNX Runtime, {segmenter.provider}",
        "peer": f"torch {torch.__version__}, eager",
        "threads": options.threads,
        "input": list(images[0].shape),
        "measurements": len(ours),
        "largest_difference_of_logits": float(f"{difference:.3g}"),
    }
    status = report(rows, title="Prediction: ONNX Runtime beside eager torch", as_json=options.json, facts=facts)
    return status if difference <= LARGEST_DIFFERENCE else 1


if __name__ == "__main__":
    sys.exit(main())
