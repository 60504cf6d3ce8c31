"""Models as versions: what is known of them, and how they go from one project to another."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from safetensors.numpy import save

from gf_desktop.capsule.origin import origin_of
from gf_desktop.capsule.reading import Capsule, verify_capsule
from gf_desktop.errors import FileFormatError, ModelError, ProjectError, UserError
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.pack import file_sha256, read_card, write_card
from gf_desktop.project.records import ModelRecord
from gf_desktop.project.split import Split
from gf_desktop.session import Session

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))


class NoTrainer:
    def __init__(self) -> None:
        raise AssertionError("no round is started here")


def ask(command: Callable[..., object], *arguments: Any, **options: Any) -> Any:
    answers: list[Any] = []
    errors: list[Exception] = []
    command(*arguments, on_done=answers.append, on_error=errors.append, **options)
    if errors:
        raise errors[0]
    return answers[0]


def with_weights(folder: Path, **changes: Any) -> Path:
    """Give a pack weights that are some."""
    for name in ("student", "teacher"):
        (folder / f"{name}.safetensors").write_bytes(save({"w": np.ones(3, np.float32)}))
    names = ("student.onnx", "student.safetensors", "teacher.safetensors")
    write_card(folder, dataclasses.replace(read_card(folder), files={n: file_sha256(folder / n) for n in names}, **changes))
    return folder


@pytest.fixture
def session(tmp_path: Path, make_pack: Callable[..., Path]) -> Session:
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(tmp_path / "trial", with_weights(make_pack(tmp_path / "base", soft_at=0.5, hard_at=0.75)))
    yield session
    session.close_project()


@pytest.fixture
def other(tmp_path: Path, make_pack: Callable[..., Path]) -> Session:
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(tmp_path / "elsewhere", make_pack(tmp_path / "first", soft_at=0.4, hard_at=0.8))
    yield session
    session.close_project()


def add(session: Session, make_pack: Callable[..., Path], model_id: str, parent: str, **changes: Any) -> None:
    models = session.project.models
    with_weights(make_pack(models.folder / model_id, soft_at=0.5, hard_at=0.8, parent=parent), **changes)
    models.register(model_id)


def export(session: Session, model_id: str, path: Path, **options: Any) -> Capsule:
    return ask(session.versions.export_capsule, model_id, path, **options)


def take(session: Session, path: Path) -> ModelRecord:
    return ask(session.versions.import_capsule, path)


def test_that_a_capsule_brings_a_model_that_waits_to_be_used(session: Session, other: Session, tmp_path: Path) -> None:
    export(session, "base", tmp_path / "base.gfcapsule")
    record = take(other, tmp_path / "base.gfcapsule")
    assert (record.id, record.state) == ("base", "imported")
    assert other.project.models.active_id == "first"
    assert other.project.models.card("base").files == session.project.models.card("base").files
    other.activate("base")
    assert other.project.models.active_id == "base"
    assert other.roll_back() == "first"


def test_that_a_model_gets_a_free_id_and_its_parent_is_known_by_its_files(
    session: Session, other: Session, make_pack: Callable[..., Path], tmp_path: Path
) -> None:
    add(session, make_pack, "base-v2", "base")
    for name in ("base", "base-v2"):
        export(session, name, tmp_path / f"{name}.gfcapsule")
    # the other project has a model “base” of its own, which is another one
    make_pack(other.project.models.folder / "base", soft_at=0.1, hard_at=0.2)
    other.project.models.register("base")
    child = take(other, tmp_path / "base-v2.gfcapsule")
    assert (child.id, child.parent) == ("base-v2", None)
    assert take(other, tmp_path / "base.gfcapsule").id == "base-2"
    again = take(other, tmp_path / "base-v2.gfcapsule")
    assert (again.id, again.parent) == ("base-v2-2", "base-2")
    assert read_card(other.project.models.path("base-v2-2")).id == "base-v2-2"


def test_that_a_model_that_came_in_a_capsule_goes_on_in_another_with_all_that_was_said(
    session: Session, other: Session, make_pack: Callable[..., Path], tmp_path: Path
) -> None:
    add(session, make_pack, "base-v2", "base")
    gate = {"reason": "it was better", "sentences": ["soft: rose."], "before": {"soft": 0.5}, "after": {"soft": 0.7}}
    session.project.models.activate("base-v2", reason="better", gate=gate, mean_dice=0.7)
    first = export(session, "base-v2", tmp_path / "a.gfcapsule")
    take(other, tmp_path / "a.gfcapsule")
    second = export(other, "base-v2", tmp_path / "b.gfcapsule")
    assert second.document == first.document
    assert [a.id for a in first.document.lineage] == ["base"]
    assert first.document.lineage[0].files == session.project.models.card("base").files
    assert other.versions.story("base-v2").brought


def test_that_what_a_round_saw_is_told_by_hashes_alone(session: Session, make_pack: Callable[..., Path], tmp_path: Path) -> None:
    run = session.project.run_folder("run-0001")
    run.mkdir(parents=True)
    item = {
        "case": "C-001", "image": "/home/doctor/Jane Doe/image.npy", "image_sha256": "a" * 64, "geometry": {"origin": [1, 2, 3]},
        "modality": "CT", "spacing_known": True, "time": None, "labels": "/home/doctor/Jane Doe/labels.npz", "labels_sha256": "b" * 64,
        "model_id": "base", "validation_slices": [3, 5],
    }  # fmt: skip
    untouched = item | {"case": "C-002", "labels": None, "labels_sha256": "", "validation_slices": []}
    document = {"format": 1, "run_id": "run-0001", "seed": 0, "structures": TABLE.as_json(), "items": [item, untouched]}
    (run / "manifest.json").write_text(json.dumps(document))
    (run / "events.jsonl").write_text('{"type":"accepted","run_id":"run-0001","labelled":7,"unlabelled":9,"validation":2}\n')
    training = {"run_id": "run-0001", "manifest_sha256": file_sha256(run / "manifest.json")}
    add(session, make_pack, "base-v2", "base", training=training)
    capsule = export(session, "base-v2", tmp_path / "out.gfcapsule")
    data = capsule.document.data
    assert [(s.case, s.image_sha256, s.labels_sha256, s.held_back) for s in data.scans] == [
        ("C-001", "a" * 64, "b" * 64, [3, 5]),
        ("C-002", "a" * 64, "", []),
    ]
    assert (data.labelled, data.unlabelled, data.validation) == (7, 9, 2)
    assert b"Jane" not in (tmp_path / "out.gfcapsule").read_bytes()
    assert b"doctor" not in (tmp_path / "out.gfcapsule").read_bytes()
    used = session.versions.story("base-v2").data
    assert (used.scans, used.labelled, used.validation) == (1, 7, 2)
    assert session.versions.story("base").data is None
    # another round of the same name is not the one that made the model
    (run / "manifest.json").write_text(json.dumps(document | {"seed": 1}))
    assert session.versions.story("base-v2").data is None


def test_that_two_models_are_compared_on_the_gates_slices_where_it_compared_them(session: Session, make_pack: Callable[..., Path]) -> None:
    add(session, make_pack, "base-v2", "base", metrics={"structures": {"soft": {"dice": 0.1}}, "of": "something else"})
    gate = {"reason": "it was better", "sentences": [], "before": {"soft": 0.5, "hard": None}, "after": {"soft": 0.7, "hard": 0.2}}
    session.project.models.reject("base-v2", gate=gate, mean_dice=0.6)
    compared = session.versions.compare("base", "base-v2")
    assert compared.rows == (("soft", 0.5, 0.7), ("hard", None, 0.2))
    assert compared.same_slices
    turned = session.versions.compare("base-v2", "base")
    assert turned.rows == (("soft", 0.7, None), ("hard", 0.2, None))
    assert not turned.same_slices
    assert session.versions.story("base-v2").decision == ("it was better",)


def test_that_any_two_models_are_measured_on_the_slices_that_are_held_back(
    session: Session, make_pack: Callable[..., Path], tmp_path: Path
) -> None:
    greys = np.random.default_rng(0).integers(0, 100, (8, 12, 12)).astype(np.int16)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(greys), str(tmp_path / "scan.nii.gz"))
    case = answer_of(session.import_paths, [tmp_path / "scan.nii.gz"])[0][1]
    session.predict(case.id)
    session.open_case(case.id)
    for k in (1, 2, 5):
        session.approve_slice(k)
    for child, parent in (("base-v2", "base"), ("base-v3", "base-v2")):
        add(session, make_pack, child, parent)
    compared = session.versions.compare("base", "base-v3")
    assert ask(session.versions.measure, compared) is compared, "nothing is held back yet"
    session.project.keep_split(Split({}, {case.id: (2, 5, 7)}, {}), "run-0001")
    measured = ask(session.versions.measure, compared)
    # slice 7 is nobody's yet
    assert (measured.same_slices, measured.slices) == (True, 2)
    first, second = ({row[0]: row[n] for row in measured.rows} for n in (1, 2))
    # what was approved is what the first had proposed; the last calls less of it hard
    assert first == {"soft": 1.0, "hard": 1.0}
    assert 0.5 < second["hard"] < 1.0
    # a scan that is not on screen is read from the disk
    session.close_case()
    assert ask(session.versions.measure, compared).rows == measured.rows


def test_that_a_title_and_a_note_are_kept_and_the_note_stays_at_home(session: Session, tmp_path: Path) -> None:
    told: list[bool] = []
    session.versions.changed.connect(lambda: told.append(True))
    record = session.versions.describe("base", title="  For the\nknee ", note="asked by somebody")
    assert (record.title, record.note) == ("For the knee", "asked by somebody")
    assert told == [True]
    capsule = export(session, "base", tmp_path / "out.gfcapsule")
    assert capsule.card.title == "For the knee"
    assert b"somebody" not in (tmp_path / "out.gfcapsule").read_bytes()
    for title, note in (("", None), ("x" * 201, None), (None, "x" * 2001)):
        with pytest.raises(ModelError):
            session.versions.describe("base", title=title, note=note)
    assert session.project.models.record("base").title == "For the knee"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"table": LabelTable((Structure(3, "bone", "#56b4e9"), Structure(4, "fat", "#d55e00")))}, "none of the project's structures"),
        ({"table": LabelTable((Structure(1, "hard", "#56b4e9"), Structure(5, "soft", "#d55e00")))}, "calls structure 1 “hard”"),
        ({"modality": "MR"}, "made for MR"),
    ],
)
def test_that_a_model_for_other_scans_or_structures_is_refused_when_it_is_to_be_used(
    session: Session, make_pack: Callable[..., Path], tmp_path: Path, changes: dict[str, Any], problem: str
) -> None:
    elsewhere = Session(InlineJobs(), NoTrainer)
    elsewhere.create_project(tmp_path / "third", with_weights(make_pack(tmp_path / "odd", soft_at=0.5, hard_at=0.7, **changes)))
    export(elsewhere, "odd", tmp_path / "odd.gfcapsule")
    elsewhere.close_project()
    from gf_desktop.imaging.geometry import Geometry
    from gf_desktop.imaging.volume import Volume

    volume = Volume(np.zeros((2, 8, 8), np.int16), Geometry.identity((8, 8, 2)), "CT", "x", spacing_known=True)
    session.project.add_case(volume, title="CT", verdict="green", findings=())
    assert take(session, tmp_path / "odd.gfcapsule").state == "imported"
    with pytest.raises(ModelError, match=problem):
        session.activate("odd")
    assert session.project.models.active_id == "base"


def test_that_a_structure_that_was_renamed_here_is_still_known(session: Session, other: Session, tmp_path: Path) -> None:
    export(session, "base", tmp_path / "base.gfcapsule")
    other.change_structure(1, name="weich")
    take(other, tmp_path / "base.gfcapsule")
    other.activate("base")
    assert other.project.models.active_id == "base"


def test_that_a_refused_capsule_leaves_the_project_as_it_was(session: Session, other: Session, tmp_path: Path) -> None:
    path = tmp_path / "base.gfcapsule"
    export(session, "base", path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = sorted(p.relative_to(other.project.folder) for p in other.project.folder.rglob("*"))
    with pytest.raises(FileFormatError):
        take(other, path)
    with pytest.raises(UserError, match="no such file"):
        take(other, tmp_path / "gone.gfcapsule")
    assert sorted(p.relative_to(other.project.folder) for p in other.project.folder.rglob("*")) == before
    assert [r.id for r in other.models()] == ["first"]


def test_that_what_a_broken_import_left_is_gone_at_the_next_opening(session: Session) -> None:
    folder = session.project.folder
    (folder / "models" / ".incoming-abc").mkdir()
    session.close_project()
    session.open_project(folder)
    assert sorted(p.name for p in (folder / "models").iterdir()) == ["base"]


def test_that_nothing_comes_into_a_project_that_is_only_read(session: Session, tmp_path: Path) -> None:
    export(session, "base", tmp_path / "base.gfcapsule")
    folder = session.project.folder
    session.close_project()
    session.open_project(folder, read_only=True)
    with pytest.raises(ProjectError, match="reading only"):
        session.versions.import_capsule(tmp_path / "base.gfcapsule")
    with pytest.raises(ProjectError, match="reading only"):
        session.versions.describe("base", title="x")
    assert export(session, "base", tmp_path / "again.gfcapsule").card.id == "base"


def test_that_a_moved_project_still_tells_where_its_models_come_from(session: Session, tmp_path: Path) -> None:
    session.close_project()
    shutil.move(tmp_path / "trial", tmp_path / "moved")
    session.open_project(tmp_path / "moved")
    assert origin_of(session.project, "base").title == "Thresholds"
    export(session, "base", tmp_path / "base.gfcapsule")
    assert verify_capsule(tmp_path / "base.gfcapsule").card.id == "base"
