"""A round of a real trainer, its capsule, and the same round again from the capsule: the weights are the same, bit for bit."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gf_desktop.capsule.replay import ReplayReport, ReplaySources, replay_capsule
from gf_desktop.errors import TrainingError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import read_card, verify_pack, write_card
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from tests.process.tiny import TABLE, draw, write_tiny_pack

SITK = pytest.importorskip("SimpleITK")

RECIPE: dict[str, float | int | str | bool] = {"batch": 4, "crop_px": 64, "max_steps": 4, "teacher_steps": 2, "augment.noise": 0.03}

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project in which a tiny model was refined once, and the id of the candidate."""
    folder = tmp_path_factory.mktemp("replay")
    session = Session(InlineJobs(), SubprocessTransport)
    session.create_project(folder / "trial", write_tiny_pack(folder, licence="Apache-2.0"))
    grey, labels = draw(8, 1)
    for name, array in (("scan", grey), ("truth", labels)):
        SITK.WriteImage(SITK.GetImageFromArray(array), str(folder / f"{name}.nii.gz"))
    session.import_paths([folder / "scan.nii.gz"])
    session.correct("C-001", folder / "truth.nii.gz", slices=[1, 2, 3, 4, 5])
    errors: list[Exception] = []
    session.trouble.connect(errors.append)
    session.refine(minutes=5, seed=3, threads=1, recipe=RECIPE | {"most_labelled": 1, "most_unlabelled": 2})
    session.wait_for_round()
    assert errors == []
    (candidate,) = [record.id for record in session.models() if record.parent]
    session.versions.export_capsule(candidate, folder / "child.gfcapsule")
    session.versions.export_capsule("tiny", folder / "tiny.gfcapsule")
    session.close_project()
    return folder, candidate


def replay(folder: Path, out: Path, **sources: Any) -> ReplayReport:
    return replay_capsule(folder / "child.gfcapsule", out, ReplaySources(**sources), SubprocessTransport())


def test_that_a_capsule_replays_to_the_same_weights_on_another_copy_of_the_data(refined: tuple[Path, str], tmp_path: Path) -> None:
    folder, candidate = refined
    clone = Path(shutil.copytree(folder / "trial", tmp_path / "clone"))
    (item,) = json.loads((clone / "runs" / "run-0001" / "manifest.json").read_text(encoding="utf-8"))["items"]
    assert item["validation_slices"], "a slab judges"
    assert item["gap_slices"], "and nothing is learned from what lies beside it"
    # neither the runs nor any model of the first machine are there, only scans, masks and the capsules
    shutil.rmtree(clone / "runs")
    shutil.rmtree(clone / "models")
    report = replay(folder, tmp_path / "out", project=clone, parent=folder / "tiny.gfcapsule")
    assert report.same
    assert (report.model_id, report.threads) == (candidate, 1)
    assert [one.name for one in report.files] == ["student.safetensors", "teacher.safetensors", "paraphrasers.safetensors"]
    assert all(one.differing == 0 and one.tensors > 0 for one in report.files)
    made = read_card(tmp_path / "out" / "model")
    assert made.files == verify_pack(folder / "trial" / "models" / candidate).files


def test_that_the_capsule_of_a_first_round_replays_to_the_same_weights(tmp_path: Path) -> None:
    """A first round has no parent: it begins with the encoders that ship with the program."""
    session = Session(InlineJobs(), SubprocessTransport)
    session.create_project(tmp_path / "own", TABLE)
    grey, labels = draw(8, 1)
    for name, array in (("scan", grey), ("truth", labels)):
        SITK.WriteImage(SITK.GetImageFromArray(array), str(tmp_path / f"{name}.nii.gz"))
    session.import_paths([tmp_path / "scan.nii.gz"])
    session.correct("C-001", tmp_path / "truth.nii.gz", slices=[1, 2, 3, 4, 5])
    session.refine(minutes=5, seed=3, threads=1, recipe=RECIPE | {"paraphraser_steps": 2})
    session.wait_for_round()
    (first,) = [record.id for record in session.models()]
    # as a program wrote it that took every slice and did not say so
    card = read_card(tmp_path / "own" / "models" / first)
    recipe = {name: value for name, value in card.training["recipe"].items() if not name.startswith("most_")}
    write_card(tmp_path / "own" / "models" / first, dataclasses.replace(card, training=card.training | {"recipe": recipe}))
    session.versions.export_capsule(first, tmp_path / "child.gfcapsule")
    session.close_project()
    clone = Path(shutil.copytree(tmp_path / "own", tmp_path / "clone"))
    shutil.rmtree(clone / "runs")
    shutil.rmtree(clone / "models")
    report = replay(tmp_path, tmp_path / "out", project=clone)
    assert report.same
    assert report.model_id == first
    assert all(one.differing == 0 and one.tensors > 0 for one in report.files)


def test_that_other_weights_are_told_as_such(refined: tuple[Path, str], tmp_path: Path) -> None:
    folder, candidate = refined
    # a capsule that says of itself that it was made from another seed
    forged = Path(shutil.copytree(folder / "trial", tmp_path / "forged"))
    card = read_card(forged / "models" / candidate)
    write_card(forged / "models" / candidate, dataclasses.replace(card, training=card.training | {"seed": 4}))
    session = Session(InlineJobs(), SubprocessTransport)
    session.open_project(forged)
    session.versions.export_capsule(candidate, tmp_path / "child.gfcapsule")
    session.close_project()
    report = replay(tmp_path, tmp_path / "out", manifest=folder / "trial" / "runs" / "run-0001" / "manifest.json", packs=(folder / "tiny",))
    assert not report.same
    assert next(one for one in report.files if one.name == "student.safetensors").differing > 0


def test_that_a_replay_says_what_it_lacks(refined: tuple[Path, str], tmp_path: Path) -> None:
    folder, _candidate = refined
    clone = Path(shutil.copytree(folder / "trial", tmp_path / "clone"))
    shutil.rmtree(clone / "models")
    with pytest.raises(TrainingError, match="parent of the model, tiny, is not here"):
        replay(folder, tmp_path / "out", project=clone)
    image = clone / "cases" / "C-001" / "image.npy"
    data = bytearray(image.read_bytes())
    data[-1] ^= 1
    image.write_bytes(data)
    with pytest.raises(TrainingError, match="was changed since the round"):
        replay(folder, tmp_path / "out", project=clone, packs=(folder / "tiny",))
    empty = Session(InlineJobs(), SubprocessTransport)
    empty.create_project(tmp_path / "empty", folder / "tiny")
    empty.close_project()
    with pytest.raises(TrainingError, match="C-001 of the round"):
        replay(folder, tmp_path / "out", project=tmp_path / "empty")
    assert not (tmp_path / "out").exists()


def test_that_a_round_by_the_clock_without_a_plan_cannot_be_repeated(
    refined: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, candidate = refined
    copy = Path(shutil.copytree(folder / "trial", tmp_path / "copy"))
    (copy / "runs" / "run-0001" / "plan.json").unlink(missing_ok=True)
    card = read_card(copy / "models" / candidate)
    recipe = card.training["recipe"] | {"max_steps": 0}
    write_card(copy / "models" / candidate, dataclasses.replace(card, training=card.training | {"recipe": recipe}))
    session = Session(InlineJobs(), SubprocessTransport)
    session.open_project(copy)
    session.versions.export_capsule(candidate, tmp_path / "child.gfcapsule")
    session.close_project()
    with pytest.raises(TrainingError, match="went by the clock"):
        replay(tmp_path, tmp_path / "out", project=copy)


def test_that_a_geometry_that_differs_is_another_scan() -> None:
    from gf_desktop.capsule.origin import grid_sha256

    grid = Geometry.identity((4, 4, 2)).as_json()
    entry = {"geometry": grid, "modality": "CT", "spacing_known": True, "time": None}
    assert grid_sha256(entry) == grid_sha256(dict(reversed(entry.items())) | {"image": "/elsewhere"})
    for changes in ({"modality": "MR"}, {"spacing_known": False}, {"geometry": Geometry.identity((4, 4, 3)).as_json()}):
        assert grid_sha256(entry | changes) != grid_sha256(entry)
