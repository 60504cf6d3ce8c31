"""Which model serves."""

from pathlib import Path

import pytest

from gf_desktop.errors import ModelError
from gf_desktop.project.store import Project


def add(project: Project, make_pack, model_id: str, parent: str = "threshold") -> None:
    make_pack(project.models.folder / model_id, soft_at=0.5, hard_at=0.8, parent=parent)
    project.models.register(model_id)


def states(project: Project) -> dict[str, str]:
    return {r.id: r.state for r in project.models.records()}


def test_that_a_new_project_serves_its_pack(project: Project) -> None:
    assert project.models.active_id == "threshold"
    assert states(project) == {"threshold": "active"}


def test_that_a_candidate_serves_only_once_it_is_activated(project: Project, make_pack) -> None:
    add(project, make_pack, "threshold-v2")
    assert states(project) == {"threshold": "active", "threshold-v2": "candidate"}
    project.models.activate("threshold-v2", reason="better")
    assert states(project) == {"threshold": "retired", "threshold-v2": "active"}
    assert project.models.record("threshold-v2").parent == "threshold"


def test_that_rolling_back_goes_to_the_one_that_served_before(project: Project, make_pack) -> None:
    for name in ("threshold-v2", "threshold-v3"):
        add(project, make_pack, name)
        project.models.activate(name, reason="better")
    assert project.models.roll_back() == "threshold-v2"
    assert project.models.roll_back() == "threshold"
    with pytest.raises(ModelError, match="no earlier model"):
        project.models.roll_back()
    assert states(project) == {"threshold": "active", "threshold-v2": "retired", "threshold-v3": "retired"}


def test_that_a_rejected_candidate_can_still_be_chosen_by_hand(project: Project, make_pack) -> None:
    add(project, make_pack, "threshold-v2")
    project.models.reject("threshold-v2", gate={"reason": "worse"}, mean_dice=0.3)
    assert states(project)["threshold-v2"] == "rejected"
    project.models.activate("threshold-v2", reason="chosen by the user")
    assert project.models.active_id == "threshold-v2"


def test_that_a_damaged_model_is_not_activated_and_the_old_one_serves_on(project: Project, make_pack) -> None:
    add(project, make_pack, "threshold-v2")
    (project.models.path("threshold-v2") / "student.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="does not match its hash"):
        project.models.activate("threshold-v2", reason="better")
    assert project.models.active_id == "threshold"
    assert states(project)["threshold"] == "active"


def test_that_ids_count_on_from_the_first_free_number(project: Project, make_pack) -> None:
    assert project.models.next_id("threshold") == "threshold-v2"
    add(project, make_pack, "threshold-v2")
    assert project.models.next_id("threshold-v2") == "threshold-v3"
    (project.models.folder / "threshold-v3").mkdir()
    assert project.models.next_id("threshold") == "threshold-v4"


def test_that_a_pack_under_another_name_is_refused(project: Project, make_pack) -> None:
    folder: Path = make_pack(project.models.folder / "other", soft_at=0.5, hard_at=0.8, id="threshold-v7")
    with pytest.raises(ModelError, match="card says “threshold-v7”"):
        project.models.register(folder.name)


def test_that_an_unknown_model_is_answered_with_those_there_are(project: Project) -> None:
    with pytest.raises(ModelError, match="Its models are: threshold"):
        project.models.path("nothing")


def test_that_a_card_that_was_changed_or_damaged_meanwhile_is_read_again(project: Project) -> None:
    card = project.models.card("threshold")
    assert project.models.card("threshold") is card
    path = project.models.path("threshold") / "card.json"
    path.write_text(path.read_text().replace(card.title, "Another title"))
    assert project.models.card("threshold").title == "Another title"
    path.write_text("{")
    with pytest.raises(ModelError, match="card is not readable"):
        project.models.card("threshold")
    path.unlink()
    with pytest.raises(ModelError, match="no model pack here"):
        project.models.card("threshold")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Knee MR 2024", "knee-mr-2024-v1"),
        ("Größe_Ä", "groe-a-v1"),
        ("../..", "model-v1"),
        ("x" * 90, "x" * 40 + "-v1"),
        ("膝", "model-v1"),
    ],
)
def test_that_the_first_models_id_is_the_projects_name_in_plain_letters(project: Project, name: str, expected: str) -> None:
    assert project.models.first_id(name) == expected
    (project.models.folder / expected).mkdir()
    assert project.models.first_id(name) == expected.replace("-v1", "-v2")


def test_that_what_is_written_together_is_kept_whole_or_not_at_all(project: Project, make_pack) -> None:
    add(project, make_pack, "threshold-v2")

    def activate(*names: str) -> None:
        with project.together():
            for name in names:
                project.models.activate(name, reason="better")

    with pytest.raises(ModelError, match="nobody"):
        activate("threshold-v2", "nobody")
    assert states(project) == {"threshold": "active", "threshold-v2": "candidate"}
    activate("threshold-v2")
    assert project.models.active_id == "threshold-v2"
