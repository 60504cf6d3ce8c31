"""A run that was stopped, kept and taken up again ends where an unbroken one ends, bit for bit.

One thread: a sum that several threads share may be cut in another way when the number of threads changes between two runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gf_desktop.imaging.preprocess import PreprocessSpec
from training.batches import batch_drawer
from training.checkpoint import load_learner, save_learner
from training.config import NetworkConfig
from training.dataset import SliceSet
from training.loop import Learner, start_learner, train
from training.method import LoopConfig, Method, Term
from training.networks import build_network
from training.networks.discriminator import Discriminator
from training.objective import Terms
from training.paraphrase import new_paraphrasers
from training.schedule import Budget, FreeRun
from training.teacher import Teacher, cache_word

SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
STEPS = 3
LOOP = LoopConfig(steps=STEPS, batch=4, crop_px=64, measure_every=2)
SHARES = Method(kl=Term(weight=1.0), graph=Term(share=0.1), cwd=Term(share=0.1), confidence=True)
AVERAGE = Method(kl=Term(weight=1.0), soft_dice=Term(weight=0.5), unlabelled="strong", second_teacher=1.0, second_from=0.25)
CRITIC = Method(kl=Term(weight=1.0), adversarial=Term(weight=0.1))
CASES = {
    "dropout of enet": ("enet", Method()),
    "dropout of erfnet": ("erfnet", Method()),
    "a critic": ("mobile_unet", CRITIC),
    "gradient shares": ("mobile_unet", SHARES),
    "the average as second teacher": ("mobile_unet", AVERAGE),
    "pseudo labels of the average": ("mobile_unet", Method(unlabelled="pseudo", threshold=0.3)),
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _slices(count: int, seed: int) -> SliceSet:
    rng = torch.Generator().manual_seed(seed)
    labels = torch.zeros(count, 64, 64, dtype=torch.long)
    labels[:, 10:30, 10:50], labels[:, 40:55, 20:40] = 1, 2
    images = (0.4 * labels + 0.1 * torch.rand(labels.shape, generator=rng))[:, None]
    targets = torch.nn.functional.one_hot(labels, 3).permute(0, 3, 1, 2).half()
    return SliceSet(images, targets, torch.ones(count, 1, 64, 64), labels.to(torch.uint8))


def _begin(name: str, method: Method) -> tuple[Learner, Any]:
    """Return a learner at step 0 and the function that draws its batches, the same at every call."""
    torch.manual_seed(3)
    network = build_network(NetworkConfig(name, 1, 3, 0.25))  # type: ignore[arg-type]
    teacher = build_network(NetworkConfig("fanet", 1, 3, 0.125)).eval()
    asked = Teacher(teacher, new_paraphrasers(network, teacher, 1))
    labelled, unlabelled = _slices(5, 0), _slices(5, 1)
    if method.needs_teacher:
        labelled, unlabelled = cache_word(labelled, asked, spec=SPEC), cache_word(unlabelled, asked, spec=SPEC)
    critic = Discriminator(3, width=0.125) if method.adversarial.used else None
    learner = start_learner(network, LOOP, torch.Generator().manual_seed(4), critic=critic)
    return learner, batch_drawer(labelled, unlabelled, method, LOOP, spec=SPEC)


def _everything(learner: Learner) -> dict[str, Tensor]:
    """Return every tensor that the rest of a run depends on."""
    found = {f"network {name}": value for name, value in learner.network.state_dict().items()}
    found |= {f"average {name}": value for name, value in learner.average.state_dict().items()}
    found |= {"rng": learner.rng.get_state(), "torch": torch.get_rng_state()}
    optimizers = {"optimizer": learner.optimizer}
    if learner.critic is not None:
        found |= {f"critic {name}": value for name, value in learner.critic.network.state_dict().items()}
        optimizers["critic's optimizer"] = learner.critic.optimizer
    for who, optimizer in optimizers.items():
        for number, state in optimizer.state_dict()["state"].items():
            found |= {f"{who} {number} {name}": value for name, value in state.items()}
    return {name: value.clone() for name, value in found.items()}


def _run(learner: Learner, draw: Any, method: Method, steps: int) -> None:
    train(learner, draw, method, LOOP, Budget(FreeRun(), 0.0, float("inf"), steps), on_step=lambda _: None)


@pytest.mark.parametrize("case", CASES)
def test_that_a_run_taken_up_at_any_step_ends_bit_for_bit_like_an_unbroken_one(tmp_path: Path, case: str) -> None:
    name, method = CASES[case]
    kept: list[Path] = []
    learner, draw = _begin(name, method)

    def keep(_terms: Terms) -> None:
        kept.append(tmp_path / f"{learner.step}.safetensors")
        save_learner(kept[-1], learner, {"made": learner.step})

    train(learner, draw, method, LOOP, Budget(FreeRun(), 0.0, float("inf"), STEPS), on_step=keep)
    wanted, weights = _everything(learner), dict(learner.weights)
    assert len(kept) == STEPS
    for made, path in enumerate(kept[:-1], start=1):
        other, draw = _begin(name, method)
        torch.manual_seed(99)
        other.rng.manual_seed(99)
        assert load_learner(path, other) == {"made": made}
        assert other.step == made
        _run(other, draw, method, STEPS)
        found = _everything(other)
        assert found.keys() == wanted.keys()
        assert [name for name, value in wanted.items() if not torch.equal(value, found[name])] == []
        assert other.weights == weights


def test_that_keeping_a_checkpoint_changes_nothing_in_the_run(tmp_path: Path) -> None:
    learner, draw = _begin("enet", Method())
    _run(learner, draw, Method(), 1)
    before = _everything(learner)
    save_learner(tmp_path / "a.safetensors", learner, {})
    after = _everything(learner)
    assert all(torch.equal(before[name], after[name]) for name in before)
