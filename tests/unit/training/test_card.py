"""A graphics card is chosen where one works, and a round goes on without it when it fails. "cpu:0" stands for a card here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from gf_desktop.errors import TrainingError
from gf_desktop.pack import read_card
from gf_desktop.protocol import Accepted, Event, Start
from training import card, loop
from training import refine as rounds
from training.card import PROCESSOR, NoMemoryError, choose_device, is_card_failure, is_out_of_memory, moved
from training.objective import StepBatch, Word
from training.packs import load_pack
from training.refine import Unwatched, refine

CARD = torch.device("cpu:0")
RECIPE: dict[str, float | int | str | bool] = {
    "batch": 4, "crop_px": 64, "teacher_steps": 3, "max_steps": 8, "measure_every": 3, "state_every_s": 0.0,
}  # fmt: skip


@dataclass
class Heard(Unwatched):
    """Keeps what a round says."""

    words: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def warned(self, message: str) -> None:
        self.words.append(message)

    def tell(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def order(tiny_pack: Path, write_tiny_round: Callable[..., Path], tmp_path: Path) -> Callable[..., Start]:
    manifest = write_tiny_round()

    def make(name: str, **changes: Any) -> Start:
        given: dict[str, Any] = {"parent_dir": str(tiny_pack), "recipe": RECIPE, "seed": 4, "minutes": 5.0, "threads": 1} | changes
        return Start(run_id=name, manifest=str(manifest), out_dir=str(tmp_path / f"out-{name}"),
                     run_dir=str(tmp_path / name), candidate_id="tiny-v2", **given)  # fmt: skip

    return make


@dataclass(frozen=True)
class Failure:
    """What is raised, and in which step of the student."""

    error: Callable[[], Exception]
    step: int


def _fails_at(monkeypatch: pytest.MonkeyPatch, error: Callable[[], Exception], *, step: int, times: int = 1) -> None:
    """Let the card fail in a step of the student."""
    step_as_it_is, left = loop.train_step, [times]

    def failing(learner: Any, batch: StepBatch, method: Any, *given: Any, **options: Any) -> Any:
        if batch.word is not None and batch.follow is not None and learner.step >= step and left[0]:
            left[0] -= 1
            raise error()
        return step_as_it_is(learner, batch, method, *given, **options)

    monkeypatch.setattr(loop, "train_step", failing)


def _on_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "choose_device", lambda _kind, **_options: CARD)


def test_that_without_a_card_the_processor_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto", on_trouble=pytest.fail) == PROCESSOR
    assert choose_device("cpu", on_trouble=pytest.fail) == PROCESSOR
    with pytest.raises(TrainingError, match="no graphics card"):
        choose_device("gpu", on_trouble=pytest.fail)
    with pytest.raises(TrainingError, match="no device 'tpu'"):
        choose_device("tpu", on_trouble=pytest.fail)


def test_that_a_card_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_old(_card: torch.device) -> None:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nmore lines")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(card, "_try_out", too_old)
    told: list[str] = []
    assert choose_device("auto", on_trouble=told.append) == PROCESSOR
    (words,) = told
    assert "no kernel image is available for execution on the device); the round computes on the processor" in words
    assert "more lines" not in words
    with pytest.raises(TrainingError, match="no kernel image"):
        choose_device("gpu", on_trouble=pytest.fail)


@pytest.mark.parametrize(
    ("error", "memory", "failed"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), True, False),
        (NoMemoryError("There is not enough memory to train", next_step="-"), True, False),
        (RuntimeError("CUDA error: unspecified launch failure"), False, True),
        (RuntimeError("CUDA error: device-side assert triggered"), False, True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), False, True),
        (RuntimeError("CUDA driver initialization failed, you might not have a CUDA gpu."), False, True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False, False),
        (ValueError("CUDA error"), False, False),
        (TrainingError("Training went astray", next_step="-"), False, False),
    ],
)
def test_that_what_went_wrong_is_told_apart(error: Exception, memory: bool, failed: bool) -> None:
    assert is_out_of_memory(error) == memory
    assert is_card_failure(error) == failed


def test_that_a_batch_goes_as_a_whole() -> None:
    here = torch.ones(2, 1, 4, 4)
    batch = StepBatch(here, here, here, Word(here, here, here, here, here), follow=here, class_weights=torch.ones(3))
    assert moved(batch, PROCESSOR) is batch
    there = moved(batch, torch.device("meta"))
    parts = [part for part in (*there, *(there.word or ())) if isinstance(part, torch.Tensor)]
    assert len(parts) == 10
    assert {part.device.type for part in parts} == {"meta"}
    assert there.second is None


@pytest.mark.parametrize(
    ("failure", "times", "why"),
    [
        (Failure(lambda: RuntimeError("CUDA error: unspecified launch failure"), 5), 1, "failed"),
        (Failure(lambda: RuntimeError("CUDA error: the launch timed out and was terminated"), 0), 1, "failed"),
        # from 4 images to 2, and then to the processor, which has its own memory
        (Failure(lambda: torch.OutOfMemoryError("CUDA out of memory"), 5), 2, "has too little memory"),
    ],
)
def test_that_a_round_whose_card_fails_goes_on_on_the_processor(
    order: Callable[..., Start], monkeypatch: pytest.MonkeyPatch, failure: Failure, times: int, why: str
) -> None:
    whole = order("whole", device="cpu")
    refine(whole, Unwatched())
    _on_card(monkeypatch)
    _fails_at(monkeypatch, failure.error, step=failure.step, times=times)
    heard = Heard()
    refine(order("failed"), heard)
    assert f"The graphics card {why}: the round goes on on the processor, from its last state" in heard.words
    assert [event.device for event in heard.events if isinstance(event, Accepted)] == ["CPU"]
    made = Path(order("failed").out_dir)
    assert read_card(made).training["device"] == "CPU, then CPU"
    assert read_card(made).training["steps"] == 8
    if times == 1:
        # the same steps from the same states: what failed left no trace
        one, other = load_pack(Path(whole.out_dir)).models, load_pack(made).models
        for name, value in one.student.state_dict().items():
            assert torch.equal(value, other.student.state_dict()[name]), name


def test_that_a_first_round_without_a_pack_survives_its_card_as_well(order: Callable[..., Start], monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = RECIPE | {"paraphraser_steps": 2}
    refine(order("whole", parent_dir="", recipe=recipe, device="cpu"), Unwatched())
    _on_card(monkeypatch)
    _fails_at(monkeypatch, lambda: RuntimeError("CUDA error: unspecified launch failure"), step=5)
    heard = Heard()
    refine(order("failed", parent_dir="", recipe=recipe), heard)
    assert any("goes on on the processor" in word for word in heard.words)
    one, other = (load_pack(Path(order(name).out_dir)).models for name in ("whole", "failed"))
    for name, value in one.student.state_dict().items():
        assert torch.equal(value, other.student.state_dict()[name]), name


def test_that_a_fault_that_is_not_the_cards_ends_the_round(order: Callable[..., Start], monkeypatch: pytest.MonkeyPatch) -> None:
    _on_card(monkeypatch)
    _fails_at(monkeypatch, lambda: RuntimeError("mat1 and mat2 shapes cannot be multiplied"), step=2)
    with pytest.raises(RuntimeError, match="mat1"):
        refine(order("wrong"), Unwatched())


def test_that_the_processor_has_nothing_to_go_on_with(order: Callable[..., Start], monkeypatch: pytest.MonkeyPatch) -> None:
    _fails_at(monkeypatch, lambda: RuntimeError("CUDA error: odd, without a card"), step=2, times=99)
    with pytest.raises(RuntimeError, match="odd"):
        refine(order("odd", device="cpu"), Unwatched())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="wants a graphics card")
def test_that_a_card_learns_what_a_processor_learns(order: Callable[..., Start]) -> None:
    given = order("card", device="gpu")
    heard = Heard()
    refine(given, heard)
    assert read_card(Path(given.out_dir)).training["device"] == torch.cuda.get_device_name()
    refine(order("processor", device="cpu"), Unwatched())
    one, other = (load_pack(Path(order(name).out_dir)).models for name in ("card", "processor"))
    image = torch.linspace(-1, 1, 64 * 64).reshape(1, 1, 64, 64)
    with torch.no_grad():
        difference = (one.student.eval()(image).logits - other.student.eval()(image).logits).abs().max()
    assert float(difference) < 0.1
