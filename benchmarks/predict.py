"""The student in ONNX Runtime, as the program runs it, beside the same network in eager torch.

Same weights, same inputs (the slices of the demo series, prepared as for a prediction), same number of threads, one process, turns
taken slice by slice. The outputs are compared first: a fast wrong answer does not count.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

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

WARM_UP = 3

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


def time_one(call: object, image: object) -> float:
    """Return the seconds of one call."""
    begin = time.perf_counter()
    call(image)  # type: ignore[operator]
    return time.perf_counter() - begin


def measure(segmenter: Segmenter, network: torch.nn.Module, images: list[Float32], repeats: int) -> tuple[list[float], list[float], float]:
    """Return seconds a slice of ours and of the peer, and the largest difference of their logits."""

    def eager(batch: torch.Tensor) -> Float32:
        with torch.inference_mode():
            return network(batch).logits.numpy()

    tensors = [torch.from_numpy(image).to(memory_format=torch.channels_last) for image in images]
    pairs = list(zip(images, tensors, strict=True))
    difference = max(float(np.abs(segmenter.logits(image) - eager(tensor)).max()) for image, tensor in pairs)
    for image, tensor in pairs[:WARM_UP]:
        time_one(segmenter.logits, image)
        time_one(eager, tensor)
    ours, peer = [], []
    for turn in range(repeats):
        for image, tensor in pairs:
            # who goes first changes, so that neither always finds the other's data in the cache
            if turn % 2:
                ours.append(time_one(segmenter.logits, image))
                peer.append(time_one(eager, tensor))
            else:
                peer.append(time_one(eager, tensor))
                ours.append(time_one(segmenter.logits, image))
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
