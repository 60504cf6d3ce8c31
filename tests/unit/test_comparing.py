"""Another mask beside that of a case: kept revisions, the student's proposal, files; without a window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gf_desktop.comparing import default_choice, fitted, total_change
from gf_desktop.errors import GeometryError, ProjectError
from gf_desktop.imaging.labelmap import LabelTable, Structure


@pytest.fixture
def corrected(world):
    """The session with the case on screen: predicted, then corrected in two visits; and the masks of each."""
    session, masks = world.session, []
    session.predict("C-001")
    masks.append(world.labels.copy())
    for place in ((10.0, 10.0, 1.0), (30.0, 20.0, 3.0)):
        session.open_case("C-001")
        session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=place).finish()
        masks.append(world.labels.copy())
        session.close_case()
    session.open_case("C-001")
    return session, masks


def test_that_the_proposal_is_kept_when_a_person_corrects_it(corrected) -> None:
    session, masks = corrected
    revisions = session.comparing.revisions("C-001")
    assert [one.kind for one in revisions] == ["proposed", "corrected", "corrected"]
    for revision, mask in zip(revisions, masks, strict=True):
        session.comparing.with_revision(revision.number)
        np.testing.assert_array_equal(session.comparing.other.label_map.labels, mask)
    assert default_choice(revisions) == revisions[0]
    assert default_choice(revisions[1:]) == revisions[2]
    assert default_choice(()) is None


def test_that_a_proposal_that_another_one_replaces_is_not_kept(world) -> None:
    session = world.session
    for _ in range(3):
        session.predict("C-001")
    assert [one.kind for one in session.comparing.revisions("C-001")] == ["proposed"]


def test_that_the_comparison_counts_what_strokes_added_and_removed(corrected) -> None:
    session, masks = corrected
    comparing = session.comparing
    comparing.with_revision(1)
    ml = session.open.volume.geometry.voxel_ml
    for structure in session.must_project().table:
        mine, theirs = masks[2] == structure.id, masks[0] == structure.id
        change = comparing.changes[structure.name]
        assert change.added_ml == pytest.approx((mine & ~theirs).sum() * ml)
        assert change.removed_ml == pytest.approx((theirs & ~mine).sum() * ml)
        assert change.dice == pytest.approx(2 * (mine & theirs).sum() / (mine.sum() + theirs.sum()))
    mean, changed = total_change(comparing.changes)
    assert mean == pytest.approx(np.mean([change.dice for change in comparing.changes.values()]))
    differing = [((masks[2] == s.id) != (masks[0] == s.id)).sum() for s in session.must_project().table]
    assert changed == pytest.approx(sum(differing) * ml)


def test_that_a_stroke_makes_the_count_outdated_until_it_is_made_anew(corrected) -> None:
    session, _masks = corrected
    comparing, told = session.comparing, []
    comparing.with_revision(3)
    comparing.counted.connect(lambda: told.append(comparing.outdated))
    assert total_change(comparing.changes)[1] == 0
    session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=(20.0, 30.0, 2.0)).finish()
    assert comparing.outdated
    assert told == [True]
    comparing.count()
    assert not comparing.outdated
    assert total_change(comparing.changes)[1] > 0


def test_that_a_file_is_compared_through_the_reader_of_masks(corrected, world, tmp_path: Path) -> None:
    session, masks = corrected
    # the file stores its axes the other way round
    session.comparing.with_file(tmp_path / "flipped.nii.gz")
    np.testing.assert_array_equal(session.comparing.other.label_map.labels, world.truth)
    assert session.comparing.other.name == "flipped.nii.gz"
    before = session.comparing.other
    troubles: list[Exception] = []
    sitk = pytest.importorskip("SimpleITK")
    small = sitk.GetImageFromArray(np.zeros((2, 3, 4), np.uint8))
    sitk.WriteImage(small, str(tmp_path / "small.nii.gz"))
    session.comparing.with_file(tmp_path / "small.nii.gz", on_error=troubles.append)
    assert [type(error) for error in troubles] == [GeometryError]
    assert session.comparing.other is before, "a failure leaves what is compared"
    np.testing.assert_array_equal(world.labels, masks[2])


def test_that_a_mask_from_elsewhere_is_compared_and_changes_nothing(corrected, world) -> None:
    session, masks = corrected
    session.comparing.with_mask("elsewhere.nii.gz", world.truth)
    np.testing.assert_array_equal(session.comparing.other.label_map.labels, world.truth)
    assert session.comparing.other.name == "elsewhere.nii.gz"
    assert session.comparing.changes is not None
    np.testing.assert_array_equal(world.labels, masks[2])


def test_that_a_damaged_or_unknown_revision_is_refused(corrected) -> None:
    session, _masks = corrected
    with pytest.raises(ProjectError, match="has no mask number 9"):
        session.comparing.with_revision(9)
    path = session.project.masks.path("C-001", session.comparing.revisions("C-001")[1])
    path.write_bytes(path.read_bytes()[:-9])
    troubles: list[Exception] = []
    session.comparing.with_revision(2, on_error=troubles.append)
    assert "does not match its hash" in str(troubles[0])
    assert session.comparing.other is None


def test_that_another_case_and_stopping_end_the_comparison(corrected) -> None:
    session, _masks = corrected
    told = []
    session.comparing.with_revision(1)
    session.comparing.changed.connect(lambda: told.append(session.comparing.other))
    session.comparing.stop()
    session.comparing.stop()
    assert told == [None]
    session.comparing.with_revision(1)
    session.close_case()
    assert session.comparing.other is None
    assert session.comparing.changes is None


def test_that_older_masks_follow_merged_structures_and_drop_deleted_ones() -> None:
    table = LabelTable((Structure(1, "one", "#e69f00"), Structure(2, "two", "#56b4e9")))
    labels = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    # 3 became part of 4, 4 of 1; 5 was deleted
    assert fitted(labels, table, {3: 4, 4: 1}).ravel().tolist() == [0, 1, 2, 1, 1, 0]
    assert fitted(labels, table, {3: 4, 4: 3}).ravel().tolist() == [0, 1, 2, 0, 0, 0]
