"""The round's loop on tiny networks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.config import RefineConfig
from training.dataset import SliceSet, load_round, read_manifest, read_replay
from training.distill import FitResult, Models, fit, method_of, view_side
from training.method import Term
from training.schedule import FreeRun, StopRequested

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
QUICK = RefineConfig(minutes=5, batch=4, crop_px=64, max_steps=6, teacher_steps=3, measure_every=3)


class Recorder(FreeRun):
    """Notes what the loop tells, can stop it, and can wish that it ends early."""

    def __init__(self, *, stop_at: str = "", early_from: str = "") -> None:
        super().__init__()
        self.stages: list[str] = []
        self.judged: list[tuple[str, int]] = []
        self.can_finish = False
        self._stop_at, self._early_from = stop_at, early_from
        self.until_s: list[float] = []

    def between(self) -> None:
        if self._stop_at and self.stages and self.stages[-1] == self._stop_at:
            raise StopRequested("test")

    @property
    def early(self) -> bool:
        return bool(self._early_from) and self._early_from in self.stages

    def expect(self, seconds: Mapping[str, float], until_s: float) -> None:
        self.until_s.append(until_s)

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        assert step <= steps or steps == 0
        assert all(isinstance(v, float) for v in losses.values())
        self.stages.append(stage)

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        assert set(dice) == {"soft", "hard"}
        self.judged.append((who, step))

    def may_finish(self) -> None:
        self.can_finish = True


def _fit(models: Models, manifest: Path, replay: Path | None, control: Recorder, config: RefineConfig = QUICK) -> FitResult:
    data = load_round(read_manifest(manifest), SPEC, classes=3)
    kept = None if replay is None else read_replay(replay, TABLE)
    return fit(models, data, kept, spec=SPEC, table=TABLE, config=config, control=control)


def test_that_a_round_goes_through_its_stages_and_judges_student_and_teacher(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    control = Recorder()
    result = _fit(tiny_models, write_tiny_round(), tiny_replay, control)
    assert list(dict.fromkeys(control.stages)) == ["teacher", "cache", "distil", "check"]
    assert control.judged[0] == ("student", 0)
    assert ("teacher", 0) in control.judged
    assert control.judged[-1] == ("student", result.steps)
    assert result.steps == 6
    assert result.student_scores is not None
    assert result.replay_scores is not None
    assert not result.student.training


def test_that_the_same_seed_gives_the_same_student(tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path) -> None:
    manifest = write_tiny_round()
    results = [_fit(copy.deepcopy(tiny_models), manifest, tiny_replay, Recorder()).student.state_dict() for _ in range(2)]
    assert all(torch.equal(results[0][name], results[1][name]) for name in results[0])


def test_that_another_seed_gives_another_student(tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path) -> None:
    manifest = write_tiny_round()
    results = [
        _fit(copy.deepcopy(tiny_models), manifest, tiny_replay, Recorder(), replace(QUICK, seed=seed)).student.state_dict()
        for seed in (0, 1)
    ]
    assert any(not torch.equal(results[0][name], results[1][name]) for name in results[0])


def test_that_a_round_without_replay_and_without_held_back_slices_ends(tiny_models: Models, write_tiny_round: Callable[..., Path]) -> None:
    control = Recorder()
    result = _fit(tiny_models, write_tiny_round(held=()), None, control)
    assert result.student_scores is None
    assert result.kept == 1.0
    assert control.judged == []


def test_that_a_scan_reviewed_to_the_last_slice_needs_no_unlabelled_slices(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    assert _fit(tiny_models, write_tiny_round(reviewed=tuple(range(8)), held=()), tiny_replay, Recorder()).steps == 6


@pytest.mark.parametrize("stage", ["teacher", "cache", "distil"])
def test_that_a_stop_is_honoured_in_every_stage(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path, stage: str
) -> None:
    control = Recorder(stop_at=stage)
    with pytest.raises(StopRequested):
        _fit(tiny_models, write_tiny_round(), tiny_replay, control)
    assert control.stages[-1] == stage
    assert control.stages.count(stage) <= 2


@pytest.mark.parametrize(("wished", "teacher_steps"), [("teacher", 6), ("cache", 20)])
def test_that_finishing_now_ends_the_stage_that_runs_and_those_to_come_after_their_first_quarters(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path, wished: str, teacher_steps: int
) -> None:
    control = Recorder(early_from=wished)
    result = _fit(tiny_models, write_tiny_round(), tiny_replay, control, replace(QUICK, teacher_steps=20, max_steps=40))
    # the quarter is told with its last step, and the next one is the last
    assert (result.steps, control.can_finish) == (11, True)
    assert control.stages.count("teacher") == teacher_steps


def test_that_a_student_gets_no_more_time_because_its_teacher_ended_early(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    class EndsSoonError(Exception):
        """Training by time would take a minute here."""

    class Impatient(Recorder):
        """Ends the round with its teacher."""

        def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
            super().progress(stage, step, steps, losses)
            if stage == "cache":
                raise EndsSoonError

    control = Impatient(early_from="teacher")
    # by time: the teacher would have 135 s of 270
    config = replace(QUICK, teacher_steps=20, max_steps=0, teacher_share=0.5, minutes=5)
    began_s = control.elapsed_s
    with pytest.raises(EndsSoonError):
        _fit(tiny_models, write_tiny_round(), tiny_replay, control, config)
    whole_s, shortened_s = control.until_s[0], control.until_s[-1]
    assert shortened_s < whole_s
    assert shortened_s - control.elapsed_s == pytest.approx((whole_s - began_s) / 2, abs=10.0)


def test_that_the_frozen_paraphrasers_are_never_trained(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    before = [copy.deepcopy(p.state_dict()) for p in tiny_models.paraphrasers]
    _fit(tiny_models, write_tiny_round(), tiny_replay, Recorder())
    for old, paraphraser in zip(before, tiny_models.paraphrasers, strict=True):
        assert all(torch.equal(old[name], value) for name, value in paraphraser.state_dict().items())


def test_that_a_rounds_method_holds_what_its_settings_say() -> None:
    method = method_of(replace(QUICK, kd_weight=0.5, cwd_share=0.0, graph_share=0.2, old_weight=2.0, temperature=3.0))
    assert (method.kl, method.cwd, method.graph) == (Term(weight=0.5), Term(), Term(share=0.2))
    assert (method.second_weight, method.temperature, method.confidence) == (2.0, 3.0, True)


@pytest.mark.parametrize(
    ("sizes", "side"), [([(64, 64)], 64), ([(40, 40)], 64), ([(40, 65)], 96), ([(512, 512)], 128), ([(64, 64), (96, 64)], 96)]
)
def test_that_views_are_no_larger_than_the_largest_slice_needs(sizes: list[tuple[int, int]], side: int) -> None:
    sets = [_blank(1, rows, columns) for rows, columns in sizes]
    # a set without slices has a size too
    assert view_side(128, [*sets, _blank(0, 300, 300)]) == side


def test_that_small_pictures_are_learned_from_in_small_views(tiny_models: Models, write_tiny_round: Callable[..., Path]) -> None:
    seen = set()
    student = tiny_models.student
    student.register_forward_hook(lambda network, given, _out: seen.add(tuple(given[0].shape[2:])) if network.training else None)
    data = load_round(read_manifest(write_tiny_round()), SPEC, classes=3)
    largest = max(data.labelled.images.shape[2:])
    fit(tiny_models, data, None, spec=SPEC, table=TABLE, config=replace(QUICK, crop_px=256), control=Recorder())
    assert {max(size) for size in seen} == {max(64, -(-largest // 32) * 32)}


def _blank(count: int, rows: int, columns: int) -> SliceSet:
    planes = torch.zeros(count, 1, rows, columns)
    return SliceSet(planes, torch.zeros(count, 3, rows, columns, dtype=torch.float16), planes, planes[:, 0].byte())
