"""Packs: complete or not there, and never refined from random weights."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gf_desktop.errors import ModelError, TrainingError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.pack import file_sha256, read_card, verify_pack, write_card
from training import packs
from training.__main__ import main
from training.distill import Models
from training.export_onnx import measure_parity
from training.packs import complete_folder, load_pack, write_pack

NAMES = {"paraphrasers.safetensors", "replay.npz", "student.onnx", "student.safetensors", "teacher.safetensors"}


def test_that_a_written_pack_is_complete_and_every_file_is_hashed(tiny_pack: Path) -> None:
    card = verify_pack(tiny_pack)
    assert set(card.files) == NAMES
    assert {p.name for p in tiny_pack.iterdir()} == NAMES | {"card.json"}
    assert [p.name for p in tiny_pack.parent.iterdir() if p.name.startswith(".")] == []


def test_that_a_pack_gives_back_its_networks(tiny_pack: Path, tiny_models: Models) -> None:
    loaded = load_pack(tiny_pack).models
    for name, value in tiny_models.student.state_dict().items():
        assert torch.equal(value, loaded.student.state_dict()[name])
    for name, value in tiny_models.teacher.state_dict().items():
        assert torch.allclose(value, loaded.teacher.state_dict()[name], atol=1e-3), name
    assert not any(p.requires_grad for paraphraser in loaded.paraphrasers for p in paraphraser.parameters())


@pytest.mark.parametrize("name", ["teacher.safetensors", "paraphrasers.safetensors", "student.safetensors"])
def test_that_a_pack_without_teacher_or_paraphrasers_is_not_refined(tiny_pack: Path, name: str) -> None:
    (tiny_pack / name).unlink()
    with pytest.raises(ModelError, match="missing"):
        load_pack(tiny_pack)
    card = read_card(tiny_pack)
    write_card(tiny_pack, dataclasses.replace(card, files={k: v for k, v in card.files.items() if k != name}))
    with pytest.raises(TrainingError, match=name):
        load_pack(tiny_pack)


def test_that_weights_of_another_network_are_refused(tiny_pack: Path) -> None:
    card = read_card(tiny_pack)
    write_card(tiny_pack, dataclasses.replace(card, teacher=card.teacher | {"width": 0.25}))
    with pytest.raises(TrainingError, match="another network"):
        load_pack(tiny_pack)
    write_card(tiny_pack, dataclasses.replace(card, teacher=card.teacher | {"in_channels": 3}))
    with pytest.raises(TrainingError, match="do not fit"):
        load_pack(tiny_pack)


def _break_off(out_dir: Path) -> None:
    with complete_folder(out_dir) as folder:
        (folder / "student.onnx").write_bytes(b"half")
        raise RuntimeError


def test_that_a_fault_while_writing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        _break_off(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_that_a_folder_that_exists_is_never_overwritten(tiny_pack: Path) -> None:
    before = file_sha256(tiny_pack / "card.json")
    with pytest.raises(TrainingError, match="exists already"), complete_folder(tiny_pack):
        pass
    assert file_sha256(tiny_pack / "card.json") == before


def test_that_what_a_killed_trainer_left_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / ".new.tmp"
    left.mkdir()
    (left / "student.onnx").write_bytes(b"half")
    with complete_folder(tmp_path / "new") as folder:
        assert list(folder.iterdir()) == []
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_that_a_student_that_onnx_runtime_does_not_repeat_is_not_given_out(tiny_pack: Path, tiny_models: Models) -> None:
    card = read_card(tiny_pack)
    images = torch.rand(2, 1, 64, 64)
    assert measure_parity(tiny_models.student, tiny_pack, card.preprocess, images=images) < 1e-4
    with torch.no_grad():
        tiny_models.student.head.bias += 0.01  # type: ignore[union-attr,operator]
    with pytest.raises(TrainingError, match="differs"):
        measure_parity(tiny_models.student, tiny_pack, card.preprocess, images=images)


def test_that_a_failed_parity_check_leaves_no_pack(
    tmp_path: Path, tiny_models: Models, tiny_card: packs.ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differ(*_args: object, **_kwargs: object) -> float:
        raise TrainingError("The exported student differs", next_step="Report it.")

    monkeypatch.setattr(packs, "measure_parity", differ)
    with pytest.raises(TrainingError), complete_folder(tmp_path / "new") as folder:
        write_pack(folder, tiny_card, tiny_models, replay=None, probe=torch.zeros(1, 1, 64, 64))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("who", ["student", "teacher"])
def test_that_predict_writes_labels_of_the_table_on_the_scans_grid(tiny_pack: Path, tmp_path: Path, who: str) -> None:
    voxels = np.random.default_rng(0).integers(0, 100, (3, 70, 90)).astype(np.int16)
    np.save(tmp_path / "x.npy", voxels)
    geometry = Geometry((90, 70, 3), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0), np.diag([1.0, 1.0, -1.0]))
    (tmp_path / "g.json").write_text(json.dumps(geometry.as_json()))
    arguments = ["--image", str(tmp_path / "x.npy"), "--geometry", str(tmp_path / "g.json"), "--out", str(tmp_path / "l.npz")]
    assert main(["predict", "--pack", str(tiny_pack), "--who", who, *arguments]) == 0
    with np.load(tmp_path / "l.npz", allow_pickle=False) as archive:
        labels = archive["labels"]
    assert labels.shape == (3, 70, 90)
    assert labels.dtype == np.uint8
    assert set(np.unique(labels)) <= {0, 1, 5}
    if who == "student":
        from gf_desktop.imaging.volume import Volume

        expected = Segmenter.load(tiny_pack, threads=1).predict(Volume(voxels, geometry)).labels
        assert (labels == expected).mean() > 0.999


def test_that_predict_explains_what_is_missing(tiny_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.npy")
    assert main(["predict", "--pack", str(tiny_pack), "--image", missing, "--geometry", missing, "--out", str(tmp_path / "l.npz")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "l.npz").exists()


def test_that_networks_are_in_evaluation_mode_after_loading(tiny_pack: Path) -> None:
    models = load_pack(tiny_pack).models
    networks: tuple[nn.Module, ...] = (models.student, models.teacher, *models.paraphrasers)
    assert not any(network.training for network in networks)
