"""ONNX Runtime repeats what torch computed, at any size and batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from training.config import NetworkConfig
from training.export_onnx import export_student
from training.networks import Taps, build_network

STUDENTS = [
    NetworkConfig("lite_unet", 2, 5),
    NetworkConfig("mobile_unet", 2, 5),
    NetworkConfig("enet", 2, 5),
    NetworkConfig("erfnet", 2, 5),
]

TEACHERS = [NetworkConfig("fanet", 2, 5, 0.125), NetworkConfig("transunet", 2, 5, 0.125, 0.25)]

MAX_DIFFERENCE = 1e-4


def warmed(config: NetworkConfig) -> nn.Module:
    """Return a network whose batch norms have seen some batches."""
    torch.manual_seed(0)
    network = build_network(config).train()
    with torch.no_grad():
        for _ in range(2):
            network(torch.randn(2, config.in_channels, 64, 64))
    return network.eval()


@pytest.mark.parametrize("config", STUDENTS + TEACHERS, ids=lambda config: config.name)
def test_that_onnx_runtime_repeats_what_torch_computed(config: NetworkConfig, tmp_path: Path) -> None:
    network = warmed(config)
    path = tmp_path / "student.onnx"
    export_student(network, path, channels=2)
    assert path.stat().st_size < 20e6
    model = onnx.load(path)
    assert [opset.version for opset in model.opset_import] == [17]
    # its output takes a fixed size in the exporter
    assert "MaxUnpool" not in {node.op_type for node in model.graph.node}
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for batch, rows, cols in ((1, 64, 64), (3, 96, 160)):
        image = torch.randn(batch, 2, rows, cols)
        with torch.no_grad():
            taps: Taps = network(image)
        (found,) = session.run(["logits"], {"image": image.numpy()})
        assert found.shape == (batch, 5, rows, cols)
        assert float(taps.logits.std()) > 1e-3
        assert np.abs(found - taps.logits.numpy()).max() < MAX_DIFFERENCE
