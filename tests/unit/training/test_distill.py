"""The round's loop on tiny networks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import Views
from training.config import RefineConfig
from training.dataset import load_round, read_manifest, read_replay
from training.distill import Batch, FitResult, Models, Shares, average_into, cache_teachers, fit, train_step
from training.networks import Taps
from training.schedule import FreeRun, StopRequested

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
QUICK = RefineConfig(minutes=5, batch=4, crop_px=64, max_steps=6, teacher_steps=3, measure_every=3)


class Recorder(FreeRun):
    """Notes what the loop tells, and can stop or hurry it."""

    def __init__(self, *, stop_at: str = "", hurry_at: str = "") -> None:
        super().__init__()
        self.stages: list[str] = []
        self.judged: list[tuple[str, int]] = []
        self.checkpoints: list[int] = []
        self._stop_at, self._hurry_at = stop_at, hurry_at

    def between(self) -> None:
        if self._stop_at and self.stages and self.stages[-1] == self._stop_at:
            raise StopRequested("test")

    @property
    def hurry(self) -> bool:
        return bool(self._hurry_at) and self._hurry_at in self.stages

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        assert step <= steps
        assert all(isinstance(v, float) for v in losses.values())
        self.stages.append(stage)

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        assert set(dice) == {"soft", "hard"}
        self.judged.append((who, step))

    def checkpoint(self, network: nn.Module, step: int) -> None:
        self.checkpoints.append(step)


def _fit(models: Models, manifest: Path, replay: Path | None, control: Recorder, config: RefineConfig = QUICK) -> FitResult:
    data = load_round(read_manifest(manifest), SPEC, classes=3)
    kept = None if replay is None else read_replay(replay, TABLE)
    return fit(models, data, kept, spec=SPEC, table=TABLE, config=config, control=control)


def test_that_a_round_goes_through_its_stages_and_judges_student_and_teacher(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    control = Recorder()
    result = _fit(tiny_models, write_tiny_round(), tiny_replay, control)
    assert list(dict.fromkeys(control.stages)) == ["teacher", "cache", "distil"]
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
    assert bool(control.checkpoints) == (stage == "distil")


def test_that_export_now_ends_training_early_and_keeps_the_student(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    before = copy.deepcopy(tiny_models.student.state_dict())
    result = _fit(tiny_models, write_tiny_round(), tiny_replay, Recorder(hurry_at="teacher"))
    assert result.steps == 0
    assert all(torch.equal(before[name], value) for name, value in result.student.state_dict().items())


def test_that_the_frozen_paraphrasers_are_never_trained(
    tiny_models: Models, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    before = [copy.deepcopy(p.state_dict()) for p in tiny_models.paraphrasers]
    _fit(tiny_models, write_tiny_round(), tiny_replay, Recorder())
    for old, paraphraser in zip(before, tiny_models.paraphrasers, strict=True):
        assert all(torch.equal(old[name], value) for name, value in paraphraser.state_dict().items())


def test_that_the_cache_holds_what_teacher_and_old_student_say(tiny_models: Models, write_tiny_round: Callable[..., Path]) -> None:
    for network in (tiny_models.student, tiny_models.teacher):
        network.eval()
    slices = load_round(read_manifest(write_tiny_round()), SPEC, classes=3).labelled
    cached = cache_teachers(slices, tiny_models, old=tiny_models.student, spec=SPEC, control=FreeRun())
    with torch.no_grad():
        said: Taps = tiny_models.teacher((slices.images - SPEC.mean) / SPEC.std)
        before: Taps = tiny_models.student((slices.images - SPEC.mean) / SPEC.std)
    assert cached.guide is not None
    assert cached.codes is not None
    assert torch.allclose(cached.guide[:, :3].float(), said.logits, atol=2e-2, rtol=2e-3)
    assert torch.allclose(cached.guide[:, 3:6].float(), before.logits, atol=2e-2, rtol=2e-3)
    assert float(cached.guide[:, 6:].min()) == 1.0
    assert torch.allclose(cached.codes[:, :8].float(), tiny_models.paraphrasers[0].encode(said.shallow), atol=2e-2, rtol=2e-3)


def _batch(models: Models, *, nan: bool = False) -> Batch:
    torch.manual_seed(1)
    images = torch.full((2, 1, 64, 64), torch.nan) if nan else torch.randn(2, 1, 64, 64)
    targets = torch.nn.functional.one_hot(torch.randint(3, (2, 64, 64)), 3).permute(0, 3, 1, 2).float()
    half = models.paraphrasers[0].encoder[-2].out_channels  # type: ignore[union-attr]
    guide = torch.cat([torch.randn(2, 6, 64, 64), torch.ones(2, 1, 64, 64)], dim=1)
    regions = torch.zeros(2, 64, 64, dtype=torch.long)
    views = Views(images, targets, torch.ones(2, 1, 64, 64), regions, guide, torch.randn(2, 2 * int(half), 16, 16))  # type: ignore[arg-type]
    return Batch(views, torch.tensor([0.0, 1.0]))


def test_that_a_term_of_share_zero_is_left_out(tiny_models: Models) -> None:
    optimizer = torch.optim.AdamW(tiny_models.student.parameters(), 1e-3)
    shares = Shares()
    config = replace(QUICK, cwd_share=0.0, graph_share=0.0)
    losses = train_step(tiny_models.student, optimizer, _batch(tiny_models), config, shares, measure=True)
    assert (float(losses.cwd.detach()), float(losses.graph.detach()), shares) == (0.0, 0.0, Shares(0.0, 0.0))


def test_that_measuring_gives_both_terms_a_weight(tiny_models: Models) -> None:
    optimizer = torch.optim.AdamW(tiny_models.student.parameters(), 1e-3)
    shares = Shares()
    train_step(tiny_models.student, optimizer, _batch(tiny_models), QUICK, shares, measure=True)
    assert shares.cwd > 0
    assert shares.graph > 0


def test_that_a_loss_that_is_no_number_ends_the_round(tiny_models: Models) -> None:
    optimizer = torch.optim.AdamW(tiny_models.student.parameters(), 1e-3)
    with pytest.raises(TrainingError, match="not a number"):
        train_step(tiny_models.student, optimizer, _batch(tiny_models, nan=True), QUICK, Shares(), measure=False)


def test_that_an_average_moves_parameters_and_running_statistics() -> None:
    average, network = nn.BatchNorm2d(2), nn.BatchNorm2d(2)
    with torch.no_grad():
        network.weight.fill_(3.0)
        network.running_mean.fill_(1.0)  # type: ignore[union-attr]
    average_into(average, network, decay=0.75)
    assert average.weight.tolist() == [1.5, 1.5]
    assert average.running_mean.tolist() == [0.25, 0.25]  # type: ignore[union-attr]
