"""A round that is broken off, resumed, repeated by its plan, and that goes astray: the same student, or a plain word."""

from __future__ import annotations

import copy
import errno
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training import checkpoint, distill, loop
from training.checkpoint import read_learner_state
from training.choosing import FitResult
from training.config import RefineConfig
from training.dataset import load_round, read_manifest, read_replay
from training.distill import Models, fit
from training.outlook import Outlook
from training.plan import Plan, read_plan
from training.schedule import FreeRun, StopRequested
from training.states import RoundFolder

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
QUICK = RefineConfig(minutes=5, batch=4, crop_px=64, max_steps=8, teacher_steps=4, measure_every=3, state_every_s=0.0)
TIMED = replace(QUICK, teacher_steps=0, max_steps=0, minutes=0.4, state_every_s=1e9)


class Broken(BaseException):
    """What a killed process is to its memory: nothing of it is kept, no fault is handled."""


class Watch(FreeRun):
    """A control with a clock that the test sets; it breaks off, stops or hurries where the test says."""

    def __init__(self, *, break_at: int = -1, stop_at: int = -1) -> None:
        super().__init__()
        self.now_s = 0.0
        self.stage = "load"
        self.calls = 0
        self.words: list[str] = []
        self.states: list[tuple[str, int]] = []
        self.stages: list[str] = []
        self.pictures: list[str] = []
        self._break_at, self._stop_at = break_at, stop_at

    @property
    def elapsed_s(self) -> float:
        return self.now_s

    def go_on_from(self, elapsed_s: float) -> None:
        self.now_s = elapsed_s

    def between(self) -> None:
        self.calls += 1
        if self.calls == self._break_at:
            raise Broken
        if self.calls == self._stop_at:
            raise StopRequested("test")

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        self.stage = stage
        self.stages.append(stage)

    def warned(self, message: str) -> None:
        self.words.append(message)

    def kept(self, path: Path, step: int) -> None:
        self.states.append((self.stage, step))

    def preview(self, path: Path, step: int) -> None:
        assert path.is_file()
        self.pictures.append(path.name)


class Rounds:
    """Carries out rounds on the same networks and slices."""

    def __init__(self, models: Models, manifest: Path, replay: Path, folder: Path) -> None:
        self._models = models
        self._data = load_round(read_manifest(manifest), SPEC, classes=3)
        self._replay = read_replay(replay, TABLE)
        self.folder = folder

    def run(
        self,
        watch: Watch | None = None,
        *,
        config: RefineConfig = QUICK,
        name: str = "run",
        resume: bool = False,
        plan: Plan | None = None,
        sources: dict[str, Any] | None = None,
    ) -> FitResult:
        watch = watch or Watch()
        torch.manual_seed(3)
        folder = RoundFolder(self.folder / name, watch, sources=sources, every_s=config.state_every_s)
        return fit(copy.deepcopy(self._models), self._data, self._replay, spec=SPEC, table=TABLE, config=config, control=watch,
                   folder=folder, resume=resume, plan=plan)  # fmt: skip

    def states(self, name: str = "run") -> list[Path]:
        return sorted((self.folder / name).glob("state-*.safetensors"))


@pytest.fixture
def rounds(tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path, tmp_path: Path) -> Rounds:
    return Rounds(tiny_models, write_tiny_round(), tiny_replay, tmp_path / "runs")


def _weights(result: FitResult) -> dict[str, Tensor]:
    both = {"student": result.student, "teacher": result.teacher}
    return {f"{who}.{name}": value for who, network in both.items() for name, value in network.state_dict().items()}


def _differences(one: FitResult, other: FitResult) -> list[str]:
    mine, theirs = _weights(one), _weights(other)
    assert mine.keys() == theirs.keys()
    return [name for name, value in mine.items() if not torch.equal(value, theirs[name])]


def test_that_a_round_broken_off_anywhere_and_resumed_ends_with_the_same_networks(rounds: Rounds) -> None:
    watch = Watch()
    unbroken = rounds.run(watch, name="unbroken")
    for break_at in range(2, watch.calls + 1, 13):
        name = f"broken-{break_at}"
        with pytest.raises(Broken):
            rounds.run(Watch(break_at=break_at), name=name)
        resumed = rounds.run(name=name, resume=True)
        assert _differences(unbroken, resumed) == [], break_at
        assert (resumed.steps, resumed.kept, resumed.student_scores) == (unbroken.steps, unbroken.kept, unbroken.student_scores)
        assert (resumed.teacher_scores, resumed.replay_scores) == (unbroken.teacher_scores, unbroken.replay_scores)


@pytest.mark.long
def test_that_a_round_broken_off_again_and_again_comes_to_its_end(rounds: Rounds) -> None:
    unbroken = rounds.run(name="unbroken")
    stages: set[str] = set()
    for _ in range(40):
        watch = Watch(break_at=6)
        try:
            resumed = rounds.run(watch, resume=True)
        except Broken:
            stages.add(watch.stage)
            continue
        break
    else:
        watch = Watch()
        resumed = rounds.run(watch, resume=True)
    assert {"teacher", "distil"} <= stages
    assert _differences(unbroken, resumed) == []


def test_that_a_resumed_round_does_not_train_the_teacher_or_ask_it_again(rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(stop_at=-1)

    def stop_in_distil(terms: object) -> None:
        raise Broken

    steps = 0
    take = loop.train_step

    def step(*arguments: Any, **more: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == QUICK.teacher_steps + 5:
            raise Broken
        return take(*arguments, **more)

    monkeypatch.setattr(loop, "train_step", step)
    with pytest.raises(Broken):
        rounds.run(watch)
    monkeypatch.setattr(loop, "train_step", take)
    monkeypatch.setattr(distill, "cache_word", lambda *_a, **_b: pytest.fail("the teacher was asked again"))
    asked: list[int] = []
    monkeypatch.setattr("training.teacher_cache.cache_word", lambda *_a, **_b: asked.append(1))
    again = Watch()
    rounds.run(again, resume=True)
    assert "teacher" not in again.stages
    assert asked == []
    assert again.stages.count("distil") == 4


def test_that_a_stop_keeps_a_state_with_the_last_step(rounds: Rounds) -> None:
    unbroken = rounds.run(name="unbroken", config=replace(QUICK, state_every_s=1e9))
    counting = Watch()
    rounds.run(counting, name="count", config=replace(QUICK, state_every_s=1e9))
    stopped = Watch(stop_at=counting.calls // 2)
    with pytest.raises(StopRequested):
        rounds.run(stopped, config=replace(QUICK, state_every_s=1e9))
    assert stopped.states
    resumed = rounds.run(config=replace(QUICK, state_every_s=1e9), resume=True)
    assert _differences(unbroken, resumed) == []


def test_that_no_more_than_two_states_are_kept(rounds: Rounds) -> None:
    watch = Watch()
    rounds.run(watch)
    assert len(watch.states) > 6
    assert len(rounds.states()) == 2
    assert watch.pictures


def test_that_a_damaged_state_is_passed_over_and_told(rounds: Rounds) -> None:
    unbroken = rounds.run(name="unbroken")
    counting = Watch()
    rounds.run(counting, name="count")
    with pytest.raises(Broken):
        rounds.run(Watch(break_at=counting.calls - 12))
    newest = rounds.states()[-1]
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 0xFF
    newest.write_bytes(data)
    watch = Watch()
    resumed = rounds.run(watch, resume=True)
    assert [f"{newest.name} of the round is damaged and is passed over"] == watch.words
    assert _differences(unbroken, resumed) == []


@pytest.mark.long
def test_that_a_round_all_of_whose_states_are_damaged_begins_again_by_its_plan(rounds: Rounds) -> None:
    unbroken = rounds.run(name="unbroken")
    rounds.run()
    for path in rounds.states():
        path.write_bytes(b"nothing")
    watch = Watch()
    resumed = rounds.run(watch, resume=True)
    assert len(watch.words) == 2
    assert watch.stages.count("teacher") == 4
    assert _differences(unbroken, resumed) == []


@pytest.mark.long
def test_that_a_damaged_teacher_and_cache_are_made_anew_and_told(rounds: Rounds) -> None:
    unbroken = rounds.run(name="unbroken")
    rounds.run()
    for path in (rounds.folder / "run" / "cache").glob("*/guide.npy"):
        path.write_bytes(path.read_bytes()[:-8])
    watch = Watch()
    assert _differences(unbroken, rounds.run(watch, resume=True)) == []
    assert watch.words
    assert all(word.startswith("The teacher is asked once more: guide.npy of the cache is damaged") for word in watch.words)
    (rounds.folder / "run" / "teacher.safetensors").write_bytes(b"nothing")
    watch = Watch()
    assert _differences(unbroken, rounds.run(watch, resume=True)) == []
    assert "The teacher that the round had made is damaged; the round goes back to before it" in watch.words


@pytest.mark.long
def test_that_a_damaged_plan_is_told_and_taken_from_the_state(rounds: Rounds) -> None:
    config = TIMED
    unbroken = rounds.run(_Machine(), config=config, name="unbroken")
    rounds.run(_Machine(), config=config)
    planned = read_plan(rounds.folder / "run" / "plan.json")
    (rounds.folder / "run" / "plan.json").write_text("{")
    watch = _Machine()
    assert _differences(unbroken, rounds.run(watch, config=config, resume=True)) == []
    assert [word for word in watch.words if "plan.json of the round is damaged" in word]
    assert read_plan(rounds.folder / "run" / "plan.json") == planned


def test_that_a_folder_of_another_round_is_refused(rounds: Rounds) -> None:
    rounds.run(sources={"model": "a", "list of scans": "b"})
    with pytest.raises(TrainingError, match="began with another list of scans and model"):
        rounds.run(sources={"model": "x", "list of scans": "y"}, resume=True)
    rounds.run(sources={"model": "a", "list of scans": "b"}, resume=True)


def test_that_a_round_that_begins_anew_forgets_the_one_before(rounds: Rounds) -> None:
    rounds.run(config=replace(QUICK, max_steps=12))
    watch = Watch()
    assert rounds.run(watch).steps == 8
    assert watch.stages.count("teacher") == 4


class _Machine(Watch):
    """A clock by which each step takes its time: the teacher 0.5 s, the student 0.25 s, a batch of the cache 0.4 s."""

    SECONDS: Mapping[str, float] = {"load": 0.1, "teacher": 0.5, "cache": 0.4, "distil": 0.25, "check": 0.1, "export": 3.0}

    def __init__(self, *, slower: float = 1.0, from_s: float = 1e9, **more: int) -> None:
        super().__init__(**more)
        self._slower, self._from_s = slower, from_s

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        super().progress(stage, step, steps, losses)
        if step:
            self.now_s += self.SECONDS[stage] * (self._slower if self.now_s > self._from_s else 1.0)


@pytest.mark.long
def test_that_a_timed_round_ends_in_time_and_its_plan_gives_the_same_networks_on_another_machine(rounds: Rounds) -> None:
    config = TIMED
    machine = _Machine()
    timed = rounds.run(machine, config=config, name="timed")
    assert 14 < machine.now_s < 20
    plan = read_plan(rounds.folder / "timed" / "plan.json")
    assert plan is not None
    assert [[entry.from_step for entry in plan.of(stage)][:2] for stage in ("teacher", "distil")] == [[0, 8], [0, 8]]
    slow = _Machine(slower=5.0, from_s=0.0)
    repeated = rounds.run(slow, config=config, name="repeated", plan=plan)
    assert slow.now_s > 60
    assert _differences(timed, repeated) == []
    assert read_plan(rounds.folder / "repeated" / "plan.json") == plan


@pytest.mark.long
def test_that_a_machine_that_becomes_slower_is_planned_anew_and_the_round_ends_nearly_in_time(rounds: Rounds) -> None:
    config = TIMED
    machine = _Machine(slower=2.0, from_s=11.0)
    timed = rounds.run(machine, config=config)
    assert machine.now_s < 21
    plan = read_plan(rounds.folder / "run" / "plan.json")
    assert plan is not None
    assert len(plan.of("distil")) > 2
    assert _differences(timed, rounds.run(config=config, name="repeated", plan=plan)) == []


@pytest.mark.long
def test_that_a_timed_round_broken_off_and_resumed_is_what_its_plan_says(rounds: Rounds) -> None:
    config = replace(TIMED, state_every_s=2.0)
    counting = _Machine()
    rounds.run(counting, config=config, name="count")
    with pytest.raises(Broken):
        rounds.run(_Machine(break_at=counting.calls // 2), config=config)
    resumed = rounds.run(_Machine(slower=1.5, from_s=0.0), config=config, resume=True)
    plan = read_plan(rounds.folder / "run" / "plan.json")
    assert _differences(resumed, rounds.run(config=config, name="repeated", plan=plan)) == []


class _Foreseeing(_Machine):
    """Notes at each sign of progress when the round is said to end, as the worker does."""

    def __init__(self, minutes: float, **more: Any) -> None:
        super().__init__(**more)
        self.outlook = Outlook(minutes * 60)
        self.told: list[tuple[float, float]] = []

    def expect(self, seconds: Mapping[str, float], until_s: float) -> None:
        self.outlook.expect(seconds, until_s)

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        super().progress(stage, step, steps, losses)
        self.outlook.at(stage, step, steps, self.now_s)
        self.told.append((self.now_s, self.now_s + self.outlook.left_s(self.now_s)))


@pytest.mark.parametrize("steps", [0, 24])
def test_that_the_end_that_is_told_after_the_first_tenth_is_true_within_a_fifth(
    rounds: Rounds, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(TIMED, teacher_steps=steps, max_steps=2 * steps)
    machine = _Foreseeing(TIMED.minutes)
    take = distill.train_step

    def probe(*arguments: Any, **more: Any) -> Any:
        machine.now_s += machine.SECONDS["distil"]
        return take(*arguments, **more)

    monkeypatch.setattr(distill, "train_step", probe)
    rounds.run(machine, config=config)
    machine.progress("export", 0, 1, {})
    machine.progress("export", 1, 1, {})
    end_s = machine.now_s
    late = [(now, told) for now, told in machine.told if now >= end_s / 10]
    assert len(late) > 30
    assert max(abs(told - end_s) for _now, told in late) < 0.2 * end_s


def _faulty(monkeypatch: pytest.MonkeyPatch, faults: Mapping[int, Exception]) -> list[float]:
    """Let steps of the loop fail by their number, and return the learning rates of all that did not."""
    rates: list[float] = []
    take, made = loop.train_step, 0

    def step(learner: Any, *arguments: Any, **more: Any) -> Any:
        nonlocal made
        made += 1
        if made in faults:
            raise faults[made]
        terms = take(learner, *arguments, **more)
        rates.append(learner.optimizer.param_groups[0]["lr"])
        return terms

    monkeypatch.setattr(loop, "train_step", step)
    return rates


@pytest.mark.parametrize("at", [3, 9])
def test_that_a_loss_that_is_no_number_leads_back_to_the_last_state_at_half_the_learning_rate(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    even = _faulty(monkeypatch, {})
    rounds.run(name="even")
    monkeypatch.undo()
    halved = _faulty(monkeypatch, {at: loop.AstrayError("astray", next_step="-")})
    watch = Watch()
    result = rounds.run(watch)
    assert len(watch.words) == 1
    assert "the loss is not a number. The round goes on from step" in watch.words[0]
    assert "half the learning rate" in watch.words[0]
    assert halved[: at - 1] == even[: at - 1]
    assert halved[at - 1] == pytest.approx(even[at - 1] / 2)
    monkeypatch.undo()
    plan = read_plan(rounds.folder / "run" / "plan.json")
    assert _differences(result, rounds.run(name="repeated", plan=plan)) == []


def test_that_a_loss_that_is_no_number_again_and_again_ends_the_round_with_what_to_do(rounds: Rounds) -> None:
    watch = Watch()
    with pytest.raises(TrainingError, match="not a number") as caught:
        rounds.run(watch, config=replace(QUICK, teacher_lr=1e30))
    assert "refine again" in caught.value.next_step
    assert len(watch.words) == 3


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9")])
@pytest.mark.long
def test_that_memory_that_does_not_suffice_halves_the_batch(rounds: Rounds, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    _faulty(monkeypatch, {9: error})
    watch = Watch()
    result = rounds.run(watch, config=replace(QUICK, batch=8))
    assert len(watch.words) == 1
    assert "not enough memory to train" in watch.words[0]
    assert "4 images in a step instead of 8" in watch.words[0]
    monkeypatch.undo()
    plan = read_plan(rounds.folder / "run" / "plan.json")
    assert plan is not None
    assert [entry.batch for entry in plan.of("distil")] == [8, 4]
    assert _differences(result, rounds.run(config=replace(QUICK, batch=8), name="repeated", plan=plan)) == []


def test_that_memory_that_does_not_suffice_for_two_images_ends_the_round(rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    _faulty(monkeypatch, dict.fromkeys(range(5, 100), MemoryError()))
    watch = Watch()
    with pytest.raises(TrainingError, match="not enough memory"):
        rounds.run(watch, config=replace(QUICK, batch=8))
    assert len(watch.words) == 2


def test_that_another_fault_of_a_step_is_not_hidden(rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    _faulty(monkeypatch, {2: RuntimeError("shapes do not fit")})
    with pytest.raises(RuntimeError, match="do not fit"):
        rounds.run()


def test_that_a_full_disk_is_told_once_and_the_round_goes_on_to_the_same_networks(rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    unbroken = rounds.run(name="unbroken")
    saved, calls = checkpoint.save, 0

    def full(*arguments: Any) -> bytes:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return saved(*arguments)

    monkeypatch.setattr(checkpoint, "save", full)
    watch = Watch()
    result = rounds.run(watch)
    assert len(watch.words) == 1
    assert "The disk is full: the round goes on" in watch.words[0]
    assert len(watch.states) == 3
    assert _differences(unbroken, result) == []
    assert read_learner_state(rounds.states()[-1])["stage"] == "teacher"
    assert not list((rounds.folder / "run").glob(".*.tmp"))


def test_that_a_state_that_holds_no_numbers_is_not_kept(rounds: Rounds) -> None:
    watch = Watch()
    with pytest.raises(TrainingError):
        rounds.run(watch, config=replace(QUICK, teacher_lr=1e30))
    for path in rounds.states():
        for name, value in checkpoint._read(path).tensors.items():
            assert bool(torch.isfinite(value.float()).all()) or name.startswith("optimizer"), name


def test_that_a_state_names_what_it_holds_and_no_path(rounds: Rounds) -> None:
    rounds.run(sources={"model": "a"})
    text = json.dumps(read_learner_state(rounds.states()[-1]))
    assert str(rounds.folder) not in text
    assert json.loads(text)["sources"] == {"model": "a"}
