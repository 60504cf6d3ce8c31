"""Active student and candidate on the same voxels."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gf_desktop import judging
from gf_desktop.gate import GateDecision
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure, VoxelState
from gf_desktop.imaging.volume import Volume
from gf_desktop.inference.segmenter import Cancelled, Segmenter
from gf_desktop.jobs import CancelToken
from gf_desktop.judging import Reference, Replay, _probes, check_student, judge, judge_packs, read_references, seed_of
from gf_desktop.project.manifest import ManifestItem

Make = Callable[..., Segmenter]


@pytest.fixture
def student(tmp_path: Path, make_pack: Callable[..., Path]) -> Make:
    def made(name: str, soft_at: float, hard_at: float) -> Segmenter:
        return Segmenter.load(make_pack(tmp_path / name, soft_at=soft_at, hard_at=hard_at))

    return made


def scene(held: tuple[int, ...], corrected: tuple[int, ...], *, slices: int = 12, seed: int = 0) -> Reference:
    """Return a scan whose truth cuts at 40 and 80."""
    voxels = np.random.default_rng(seed).choice([10, 45, 60, 77, 90], (slices, 32, 48)).astype(np.int16)
    truth = np.select([voxels > 80, voxels > 40], [5, 1], 0).astype(np.uint8)
    geometry = Geometry((48, 32, slices), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0), np.eye(3))
    return Reference(Volume(voxels, geometry, "CT", "scan"), truth, np.ones(truth.shape, bool), held, corrected)


def judged(active: Segmenter | None, candidate: Segmenter, *references: Reference, replay: Replay | None = None) -> GateDecision:
    is_held = any(reference.held_back for reference in references)
    return judge(active, candidate, references, replay, CancelToken(), is_held=is_held)


def test_that_the_better_student_takes_over_and_the_worse_one_does_not(student: Make) -> None:
    old, right = student("old", 0.5, 0.75), student("right", 0.4, 0.8)
    reference = scene((2, 6, 10), (0, 4, 8))
    decision = judged(old, right, reference)
    assert decision.promoted
    assert decision.scores.after == {"soft": 1.0, "hard": 1.0}
    assert decision.document["sets"]["held_back"]["slices"] == 3
    assert not judged(right, old, reference).promoted
    assert not judged(old, student("same", 0.5, 0.75), reference).promoted


def accepted_scene(candidate: Segmenter, active: Segmenter) -> Reference:
    """Return a scan of which a person mended one place, and accepted all else as the active student proposed it.

    On the left lies a disc that fades outwards, where another threshold draws the same border aside; on the right a hard one.
    """
    j, i = np.mgrid[:48, :80]
    fading = np.clip(70.0 - 2.0 * np.hypot(j - 24, i - 22), 0, None)
    hard = np.where(np.hypot(j - 24, i - 64) <= 8, 90.0, 0.0)
    hard[(np.hypot(j - 24, i - 64) <= 8) & (i > 66)] = 77.0
    voxels = np.broadcast_to(np.maximum(fading, hard), (12, 48, 80)).astype(np.float32)
    geometry = Geometry((80, 48, 12), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0), np.eye(3))
    volume = Volume(voxels, geometry, "CT", "scan")
    proposed, better = (student.predict(volume).labels for student in (active, candidate))
    mended = (proposed != better) & (np.arange(80) > 45)
    truth = np.where(mended, better, proposed)
    return Reference(volume, truth, np.ones(truth.shape, bool), (2, 6, 10), (0,), mended)


def test_that_a_border_which_was_accepted_as_proposed_does_not_speak_for_who_proposed_it(student: Make) -> None:
    old, better = student("old", 0.4, 0.8), student("better", 0.42, 0.75)
    reference = accepted_scene(better, old)
    taken = judged(old, better, reference)
    assert taken.promoted, taken.reason
    assert taken.scores.after["soft"] is not None
    assert taken.scores.after["soft"] > 0.98
    meant = judged(old, better, replace(reference, drawn=np.ones(reference.labels.shape, bool)))
    assert not meant.promoted
    assert meant.scores.after["soft"] is not None
    assert meant.scores.after["soft"] < 0.97
    assert judged(old, better, replace(reference, drawn=None)).scores == meant.scores
    # what lies farther aside is a fall all the same
    shrunk = student("shrunk", 0.5, 0.75)
    assert "soft" in judged(old, shrunk, reference).reason


def test_that_a_corrected_slice_alone_is_judged_by_tiles(student: Make) -> None:
    old, right = student("old", 0.5, 0.75), student("right", 0.4, 0.8)
    decision = judged(old, right, scene((), (4,)))
    assert decision.promoted
    assert decision.document["decided_by"] == "corrected"
    soft = decision.document["sets"]["corrected"]["structures"]["soft"]
    assert soft["units"] > 8
    assert soft["slices"] == 1
    assert not judged(right, old, scene((), (4,))).promoted


def test_that_only_known_voxels_are_judged(student: Make) -> None:
    reference = scene((2, 6, 10), (0,))
    reference.known[:, 10:] = False
    reference.labels[:, 10:] = 1
    decision = judged(student("old", 0.5, 0.75), student("right", 0.4, 0.8), reference)
    assert decision.scores.after == {"soft": 1.0, "hard": 1.0}
    assert decision.scores.voxels["soft"] == int((reference.labels[[2, 6, 10], :10] == 1).sum())


def test_that_a_first_student_is_judged_against_an_empty_mask(student: Make) -> None:
    decision = judged(None, student("right", 0.4, 0.8), scene((2, 6, 10), (0,)))
    assert decision.promoted
    assert decision.scores.before == {"soft": 0.0, "hard": 0.0}


def test_that_a_candidate_which_forgets_the_packs_own_slices_stays_out(student: Make) -> None:
    old, right = student("old", 0.5, 0.75), student("right", 0.4, 0.8)
    images = np.random.default_rng(1).choice([0.45, 0.6, 0.77], (6, 1, 32, 32)).astype(np.float32)
    labels = np.select([images[:, 0] > 0.75, images[:, 0] > 0.5], [5, 1], 0).astype(np.uint8)
    decision = judged(old, right, scene((2, 6, 10), (0,)), replay=Replay(images, labels))
    assert not decision.promoted
    assert "it forgets" in decision.reason


def test_that_structures_have_the_names_of_the_project(student: Make) -> None:
    names = LabelTable((Structure(1, "weich", "#56b4e9"), Structure(5, "hart", "#d55e00")))
    decision = judge(
        student("old", 0.5, 0.75), student("right", 0.4, 0.8), [scene((2, 6), (0,))], None, CancelToken(), is_held=True, names=names
    )
    assert [sentence.split(":")[0] for sentence in decision.sentences] == ["weich", "hart"]


def test_that_judging_is_given_up_when_it_is_told_so(student: Make) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        judge(student("old", 0.5, 0.75), student("right", 0.4, 0.8), [scene((2,), (0,))], None, token, is_held=True)


def test_that_a_student_is_run_timed_and_weighed(student: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = student("old", 0.5, 0.75), student("right", 0.4, 0.8)
    new.card.training["steps"] = 120
    checks = check_student(old, new, [scene((2,), (0,)).volume], parity=1e-5, sizes=(100, 120))
    assert (checks.parity, checks.finite, checks.active_bytes, checks.candidate_bytes, checks.has_new) == (1e-5, True, 100, 120, False)
    assert checks.steps == 120
    assert checks.active_ms is not None
    assert checks.candidate_ms is not None
    assert min(checks.active_ms, checks.candidate_ms) > 0
    monkeypatch.setattr(new, "slice_logits", lambda plane: np.full((3, *plane.shape[1:]), np.nan, np.float32))
    assert not check_student(old, new, [scene((2,), (0,)).volume], parity=1e-5, sizes=(100, 120)).finite


def test_that_a_student_which_other_programs_slowed_down_is_timed_again(student: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = student("old", 0.5, 0.75), student("right", 0.4, 0.8)
    calls: list[int] = []
    run = new.slice_logits

    def slowed(plane: np.ndarray) -> np.ndarray:
        calls.append(len(calls))
        # the first try of each slice warms up, the second and third meet a busy machine
        if len(calls) <= 3 * planes:
            time.sleep(0.03)
        return run(plane)

    planes = len(_probes(new, [scene((2,), (0,)).volume]))
    monkeypatch.setattr(new, "slice_logits", slowed)
    checks = check_student(old, new, [scene((2,), (0,)).volume], parity=0.0, sizes=(100, 100))
    assert checks.fault() is None
    assert len(calls) == 4 * planes
    monkeypatch.setattr(new, "slice_logits", lambda plane: (time.sleep(0.03), run(plane))[1])
    fault = check_student(old, new, [scene((2,), (0,)).volume], parity=0.0, sizes=(100, 100)).fault()
    assert fault is not None
    assert "ms a slice" in fault


def items_on_disk(folder: Path, *scenes: Reference) -> tuple[list[ManifestItem], dict[str, Volume]]:
    """Return scans as a round lists them, all approved and painted on at slice 1; each holds slice 0 back."""
    items, volumes = [], {}
    for number, one in enumerate(scenes):
        path, slices = folder / f"labels-{number}.npz", len(one.labels)
        states = np.full(one.labels.shape, VoxelState.ACCEPTED, np.uint8)
        states[1, :4, :4] = VoxelState.EDITED
        np.savez(path, labels=one.labels, states=states)
        items.append(ManifestItem(f"C-{number}", folder / "image.npy", path, (0,), tuple(range(slices))))
        volumes[f"C-{number}"] = one.volume
    return items, volumes


def test_that_few_corrected_slices_are_all_judged(student: Make, tmp_path: Path) -> None:
    items, volumes = items_on_disk(tmp_path, scene((), ()), scene((), (), seed=1))
    first, second = read_references(items, volumes, student("old", 0.5, 0.75).card.table)
    assert (first.held_back, first.corrected) == ((0,), tuple(range(1, 12)))
    assert second.corrected == first.corrected
    assert first.known.all()


def test_that_of_many_corrected_slices_some_of_each_scan_are_judged_and_all_that_are_held_back(
    student: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_CORRECTED", 8)
    rare = scene((), (), slices=30)
    rare.labels[rare.labels == 5] = 0
    rare.labels[17, 3:5, 3:5] = 5
    items, volumes = items_on_disk(tmp_path, scene((), (), slices=3), rare)
    table = student("old", 0.5, 0.75).card.table
    first, second = read_references(items, volumes, table, seed=4)
    assert (first.held_back, second.held_back) == ((0,), (0,))
    assert first.corrected == (1, 2)
    assert len(second.corrected) == 6
    assert {1, 17} <= set(second.corrected), "what was painted on, and the only slice with a structure"
    assert [one.corrected for one in read_references(items, volumes, table, seed=4)] == [first.corrected, second.corrected]


def test_that_a_scan_of_which_nothing_is_judged_is_not_read(student: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_CORRECTED", 1)
    items, volumes = items_on_disk(tmp_path, *(scene((), (), seed=n) for n in range(3)))
    items = [replace(item, validation_slices=()) for item in items]
    table = student("old", 0.5, 0.75).card.table
    assert len(list(read_references(items, volumes, table))) == 1


def test_that_packs_are_judged_by_what_is_on_disk(tmp_path: Path, make_pack: Callable[..., Path]) -> None:
    items, volumes = items_on_disk(tmp_path, scene((), ()), scene((), (), seed=1))
    untouched = ManifestItem("C-9", tmp_path / "image.npy", None, (), ())
    old, new = make_pack(tmp_path / "old", soft_at=0.5, hard_at=0.75), make_pack(tmp_path / "new", soft_at=0.4, hard_at=0.8)
    table = Segmenter.load(new).card.table
    decision = judge_packs(old, new, [*items, untouched], volumes, CancelToken(), names=table, merged={}, parity=1e-5, run_id="run-0001")
    assert decision.document["sets"]["held_back"]["slices"] == 2
    assert decision.document["sets"]["corrected"]["slices"] == 22
    assert decision.scores.after == {"soft": 1.0, "hard": 1.0}


def test_that_a_round_has_its_own_seed_and_always_the_same() -> None:
    assert seed_of("run-0001") == seed_of("run-0001") != seed_of("run-0002")
