"""Projects with structures of their own: from the first picture to a first student, and structures that come later."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gf_desktop.cli.main import main
from gf_desktop.errors import UserError
from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import read_card, verify_pack
from gf_desktop.project.records import RoundReport
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport

nibabel = pytest.importorskip("nibabel")

pytestmark = pytest.mark.timeout(400)

RECIPE: dict[str, float | int | str | bool] = {
    "batch": 4, "crop_px": 64, "teacher_steps": 30, "max_steps": 30, "paraphraser_steps": 4, "augment.elastic_px": 0.0,
}  # fmt: skip

DISC, SPOT = 3, 8
STRUCTURES = {"structures": [{"id": DISC, "name": "disc", "color": "#e69f00"}, {"id": SPOT, "name": "spot", "color": "#56b4e9"}]}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a verb with --json and return its document; ``code`` is the exit code that is expected."""

    def call(*words: object, code: int = 0) -> Any:
        capfd.readouterr()
        assert main([*map(str, words), "--json"]) == code
        return json.loads(capfd.readouterr()[0])

    return call


def _drawing(number: int, side: tuple[int, int] = (72, 80)) -> npt.NDArray[np.uint8]:
    """Return labels [rows, columns] of one slice: a disc, and a spot beside it, elsewhere in each."""
    rows, columns = np.mgrid[: side[0], : side[1]]
    labels = np.zeros(side, np.uint8)
    labels[(rows - 30 - number) ** 2 + (columns - 30 - 2 * number) ** 2 < 17**2] = DISC
    labels[58:66, 50 - number : 60 - number] = SPOT
    return labels


@dataclass(frozen=True)
class Data:
    """Scans of a project, the mask of each, and the slices that are approved of it."""

    scans: list[Path]
    masks: list[Path]
    approved: list[str]


def _volume(folder: Path) -> Data:
    """A grey volume, as an MR would be: thick slices, numbers of no fixed meaning."""
    labels = np.stack([_drawing(n) for n in range(8)])
    grey = 400 + 500 * (labels == DISC) + 900 * (labels == SPOT) + 40 * np.random.default_rng(0).standard_normal(labels.shape)
    affine = np.diag([-1.0, -1.0, 5.0, 1.0])
    for name, values in (("scan", grey.astype(np.float32)), ("mask", labels)):
        nibabel.save(nibabel.Nifti1Image(values.transpose(2, 1, 0), affine), folder / f"{name}.nii.gz")
    return Data([folder / "scan.nii.gz"], [folder / "mask.nii.gz"], ["0-4,7"])


def _pictures(folder: Path, *, colour: bool) -> Data:
    """Pictures without a size in mm."""
    from PIL import Image

    rng, scans, masks = np.random.default_rng(1), [], []
    for number in range(5):
        labels = _drawing(number)
        noise = rng.integers(0, 20, labels.shape)
        grey = (60 + 90 * (labels == DISC) + 150 * (labels == SPOT) + noise).astype(np.uint8)
        red = (60 + 150 * (labels == DISC) + noise).astype(np.uint8)
        picture = np.stack([red, grey, noise.astype(np.uint8)], axis=-1) if colour else grey
        for kind, values, paths in (("scan", picture, scans), ("mask", labels, masks)):
            paths.append(folder / f"{kind}-{number}.png")
            Image.fromarray(values).save(paths[-1])
    return Data(scans, masks, ["0"] * 4 + [""])


def _make(kind: str, folder: Path) -> Data:
    folder.mkdir()
    return _volume(folder) if kind == "volume" else _pictures(folder, colour=kind == "colour")


def _refine(project: Path, **recipe: float | str | bool) -> RoundReport:
    """Refine for a fixed number of steps, which the command line leaves to the minutes."""
    reports: list[RoundReport] = []
    errors: list[UserError] = []
    session = Session(InlineJobs(), SubprocessTransport)
    session.round_finished.connect(reports.append)
    session.trouble.connect(errors.append)
    session.open_project(project)
    try:
        session.refine(minutes=20, seed=0, threads=1, recipe=RECIPE | recipe)
        session.wait_for_round()
    finally:
        session.close_project()
    if errors:
        raise errors[0]
    return reports[0]


def _begin(run: Callable[..., Any], folder: Path, data: Data, structures: dict[str, Any] = STRUCTURES) -> tuple[Path, list[str]]:
    project = folder / "Own project"
    (folder / "labels.json").write_text(json.dumps(structures))
    (folder / "map.json").write_text(json.dumps({str(DISC): "disc", str(SPOT): "spot"}))
    run("new", project, "--labels", folder / "labels.json")
    cases = [case["id"] for case in run("import", project, *data.scans)["cases"]]
    for case, mask, slices in zip(cases, data.masks, data.approved, strict=True):
        if slices:
            run("correct", project, case, "--mask", mask, "--map", folder / "map.json", "--slices", slices)
    return project, cases


@pytest.mark.parametrize(("kind", "channels"), [("volume", 1), pytest.param("grey", 1, marks=pytest.mark.long), ("colour", 3)])
def test_that_a_first_round_makes_a_student_that_serves(run: Callable[..., Any], tmp_path: Path, kind: str, channels: int) -> None:
    data = _make(kind, tmp_path / "data")
    project, cases = _begin(run, tmp_path, data)
    report = _refine(project)
    card = verify_pack(project / "models" / report.candidate_id)
    assert (report.candidate_id, card.parent, report.previous_id) == ("own-project-v1", None, "")
    assert card.table.ids == (DISC, SPOT)
    assert card.preprocess.channels == channels
    assert card.preprocess.percentiles == (kind == "volume")
    assert "Own project" not in (project / "models" / card.id / "card.json").read_text()
    assert report.promoted, report.reason
    (model,) = run("models", project)["models"]
    assert (model["id"], model["state"]) == (card.id, "active")
    untouched = "5,6" if kind == "volume" else "0"
    run("predict", project, "--case", cases[-1])
    words = ("evaluate", project, cases[-1], "--reference", data.masks[-1], "--map", tmp_path / "map.json", "--slices", untouched)
    scores = run(*words)["structures"]
    assert scores["disc"]["dice"] > 0.7
    exported = run("export", project, "--out", tmp_path / "out", "--format", "nifti" if kind == "volume" else "png")
    assert exported["files"]


@pytest.mark.long
def test_that_a_first_round_by_command_ends_with_a_candidate(run: Callable[..., Any], tmp_path: Path) -> None:
    project, _cases = _begin(run, tmp_path, _make("volume", tmp_path / "data"))
    document = run("refine", project, "--minutes", "0.4")
    assert document["candidate"] == "own-project-v1"
    assert read_card(project / "models" / "own-project-v1").training["steps"] >= 0


@pytest.mark.long
def test_that_a_structure_that_comes_later_is_learned_and_the_old_one_kept(run: Callable[..., Any], tmp_path: Path) -> None:
    data = _make("volume", tmp_path / "data")
    only_disc = {"structures": STRUCTURES["structures"][:1]}
    (tmp_path / "map.json").write_text("{}")
    project = tmp_path / "Own project"
    (tmp_path / "labels.json").write_text(json.dumps(only_disc))
    (tmp_path / "disc.json").write_text(json.dumps({str(DISC): "disc"}))
    run("new", project, "--labels", tmp_path / "labels.json")
    (case,) = (c["id"] for c in run("import", project, *data.scans)["cases"])
    run("correct", project, case, "--mask", data.masks[0], "--map", tmp_path / "disc.json", "--slices", "0-4,7")
    first = _refine(project)
    assert first.promoted, first.reason
    run("structures", project, "edit", "disc", "--name", "plate")
    run("structures", project, "add", "spot")
    spot = next(s["id"] for s in run("structures", project)["structures"] if s["name"] == "spot")
    (tmp_path / "both.json").write_text(json.dumps({str(DISC): "plate", str(SPOT): "spot"}))
    run("correct", project, case, "--mask", data.masks[0], "--map", tmp_path / "both.json", "--slices", "0-4,7")
    second = _refine(project, teacher_lr=4e-3, student_lr=2e-3)
    card = read_card(project / "models" / second.candidate_id)
    assert [(s.id, s.name) for s in card.table] == [(DISC, "plate"), (spot, "spot")]
    assert (card.parent, card.student["num_classes"]) == (first.candidate_id, 3)
    assert second.structures["spot"][1] is not None
    assert second.structures["spot"][1] > 0.3
    assert (second.structures["plate"][1] or 0) > (second.structures["plate"][0] or 0) - 0.05


def test_that_a_pack_for_other_channels_is_refused_before_training(run: Callable[..., Any], tmp_path: Path) -> None:
    project = tmp_path / "grey pack"
    run("new", project, "--model", "abdomen-ct")
    data = _make("colour", tmp_path / "data")
    cases = [case["id"] for case in run("import", project, *data.scans)["cases"]]
    (tmp_path / "map.json").write_text(json.dumps({str(DISC): "liver", str(SPOT): "spleen"}))
    run("correct", project, cases[0], "--mask", data.masks[0], "--map", tmp_path / "map.json", "--slices", "0")
    with pytest.raises(UserError, match="made for grey images and this scan is colour"):
        _refine(project)
    assert [m["state"] for m in run("models", project)["models"]] == ["active"]
    assert run("list", project)["cases"][0]["status"] == "approved"


def test_that_scans_of_grey_and_colour_make_no_first_model(run: Callable[..., Any], tmp_path: Path) -> None:
    grey, colour = _make("grey", tmp_path / "grey"), _make("colour", tmp_path / "colour")
    mixed = Data(grey.scans[:2] + colour.scans[:1], grey.masks[:2] + colour.masks[:1], ["0", "0", "0"])
    project, _cases = _begin(run, tmp_path, mixed)
    with pytest.raises(UserError, match="mixes 2 grey scans with 1 in colour"):
        _refine(project)
    assert run("models", project)["models"] == []
