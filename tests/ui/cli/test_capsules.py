"""Models and capsules by command line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from gf_desktop.cli.main import main
from gf_desktop.pack import file_sha256, read_card, write_card


@pytest.fixture
def project(run: Callable[..., Any], tmp_path: Path, make_pack: Callable[..., Path]) -> Path:
    pack = make_pack(tmp_path / "base", soft_at=0.5, hard_at=0.75)
    (pack / "teacher.safetensors").write_bytes(save({"w": np.ones(3, np.float32)}))
    names = ("student.onnx", "teacher.safetensors")
    write_card(pack, dataclasses.replace(read_card(pack), files={name: file_sha256(pack / name) for name in names}))
    run("new", tmp_path / "trial", "--model", pack)
    return tmp_path / "trial"


def test_that_a_model_goes_from_one_project_to_another(
    run: Callable[..., Any], project: Path, threshold_pack: Path, tmp_path: Path
) -> None:
    file = tmp_path / "base.gfcapsule"
    key = run("capsule", "key", "--out", tmp_path / "key.json")
    made = run("capsule", "export", project, "base", "--out", file, "--key", tmp_path / "key.json")
    assert made["signed_by"] == key["fingerprint"]
    told = run("capsule", "verify", file)
    assert told == {name: value for name, value in made.items() if name != "path"}
    assert (told["model"], told["structures"], told["channels"]) == ("base", ["soft", "hard"], 1)
    run("new", tmp_path / "other", "--model", threshold_pack)
    assert run("capsule", "import", tmp_path / "other", file) == {
        "model": "base",
        "state": "imported",
        "parent": None,
        "title": "Thresholds",
    }
    assert [m["state"] for m in run("models", tmp_path / "other")["models"]] == ["active", "imported"]
    assert run("activate", tmp_path / "other", "base") == {"active": "base"}
    run("capsule", "export", project, "base", "--out", file, code=1)
    run("capsule", "export", project, "base", "--out", file, "--overwrite")
    assert run("capsule", "verify", file)["signed_by"] is None


def test_that_what_is_no_capsule_is_refused_with_a_reason(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    (tmp_path / "no.gfcapsule").write_bytes(b"no capsule")
    for words in (("verify", tmp_path / "no.gfcapsule"), ("import", project, tmp_path / "no.gfcapsule")):
        error = run("capsule", *words, code=1)["error"]
        assert "no capsule" in error["what"]
        assert error["next"]
    assert run("capsule", code=1)["error"]["what"].startswith("The command is not understood")


def test_that_a_replay_needs_a_parent_and_steps_that_can_be_repeated(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    run("capsule", "export", project, "base", "--out", tmp_path / "base.gfcapsule")
    words = ("capsule", "replay", tmp_path / "base.gfcapsule", "--project", project, "--out", tmp_path / "out")
    assert "from which model" in run(*words, code=1)["error"]["what"]
    assert not (tmp_path / "out").exists()


def test_that_a_model_is_told_named_and_compared(run: Callable[..., Any], project: Path) -> None:
    assert run("models", project, "--rename", "base", "For the knee")["title"] == "For the knee"
    assert run("models", project, "--note", "base", "a note") == {"id": "base", "title": "For the knee", "note": "a note"}
    told = run("models", project, "--show", "base")
    assert (told["title"], told["note"], told["state"], told["data"], told["decision"]) == ("For the knee", "a note", "active", None, [])
    both = run("models", project, "--compare", "base", "base")
    assert both["same_slices"]
    assert both["structures"] == {"soft": {"first": None, "second": None}, "hard": {"first": None, "second": None}}
    run("models", project, "--show", "nothing", code=1)


def test_that_people_read_what_is_in_a_capsule(run: Callable[..., Any], project: Path, tmp_path: Path, capfd: Any) -> None:
    run("capsule", "export", project, "base", "--out", tmp_path / "base.gfcapsule")
    assert main(["capsule", "verify", str(tmp_path / "base.gfcapsule")]) == 0
    shown = capfd.readouterr().out
    for text in ("base: Thresholds, for CT, grey; unsigned.", "Structures: soft, hard.", "Licence: Apache-2.0."):
        assert text in shown
    assert main(["models", str(project), "--show", "base"]) == 0
    assert "the pack that came with the program or its maker" in capfd.readouterr().out
