"""One step and a short run of the loop on a tiny student."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from training.config import GraphFlowConfig, NetworkConfig
from training.loop import Learner, average_into, start_learner, train, train_step
from training.method import LoopConfig, Method, Term
from training.networks import build_network
from training.networks.discriminator import Discriminator
from training.objective import LARGEST_WEIGHT, StepBatch, Terms, Word
from training.schedule import Budget, FreeRun

CLASSES = 3
LOOP = LoopConfig(steps=4, batch=4, crop_px=64, measure_every=2)


def _network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return build_network(NetworkConfig("mobile_unet", 1, CLASSES, 0.25))


def _word(count: int, channels: int = 8, seed: int = 3) -> Word:
    rng = torch.Generator().manual_seed(seed)
    taps = [torch.randn(count, c, 16, 16, generator=rng) for c in (channels, channels, 2)]
    return Word(torch.randn(count, CLASSES, 64, 64, generator=rng), torch.ones(count, 1, 64, 64), *taps)


def _batch(count: int = 4, *, word: bool = True, nan: bool = False) -> StepBatch:
    rng = torch.Generator().manual_seed(1)
    images = torch.full((count, 1, 64, 64), torch.nan) if nan else torch.randn(count, 1, 64, 64, generator=rng)
    classes = torch.randint(CLASSES, (count, 64, 64), generator=rng)
    targets = torch.nn.functional.one_hot(classes, CLASSES).permute(0, 3, 1, 2).float()
    return StepBatch(images, targets, torch.ones(count, 1, 64, 64), _word(count) if word else None)


def _learner(*, critic: bool = False, loop: LoopConfig = LOOP) -> Learner:
    return start_learner(_network(), loop, torch.Generator().manual_seed(0), critic=Discriminator(CLASSES) if critic else None)


def _run(method: Method, batch: StepBatch, *, steps: int = 4, critic: bool = False) -> tuple[Learner, list[Terms]]:
    learner, seen = _learner(critic=critic), []
    loop = replace(LOOP, steps=steps)
    train(learner, lambda _rng: batch, method, loop, Budget(FreeRun(), 0, float("inf"), steps), on_step=seen.append)
    return learner, seen


def test_that_a_run_makes_the_steps_of_its_budget_and_tells_each() -> None:
    learner, seen = _run(Method(), _batch(word=False))
    assert (learner.step, len(seen)) == (4, 4)


def test_that_the_network_learns_one_batch() -> None:
    columns = torch.arange(64).expand(4, 64, 64) * CLASSES // 64
    targets = torch.nn.functional.one_hot(columns, CLASSES).permute(0, 3, 1, 2).float()
    _, seen = _run(Method(), _batch(word=False)._replace(images=columns[:, None] - 1.0, targets=targets), steps=30)
    assert float(seen[-1].total) < 0.7 * float(seen[0].total)


@pytest.mark.parametrize("name", ["kl", "cwd", "dist", "soft_dice", "at", "fsp", "graph"])
def test_that_a_term_enters_the_sum_and_no_other_does(name: str) -> None:
    _, seen = _run(Method(**{name: Term(weight=0.5)}), _batch(), steps=1)
    terms = seen[0].as_floats()
    assert set(terms) == {"supervision", name, "total"}
    assert terms["total"] == pytest.approx(terms["supervision"] + terms[name], rel=1e-5)


@pytest.mark.parametrize("name", ["cwd", "graph", "at"])
def test_that_a_share_weighs_a_term_by_its_gradient_at_the_taps(name: str) -> None:
    learner = _learner()
    batch = _batch()
    share = 0.25
    train_step(learner, batch, Method(**{name: Term(share=share)}), LOOP, done=0.0)
    fresh = _network().train()
    taps = fresh(batch.images)
    from training.losses import supervision
    from training.objective import distillation_terms

    def norm(loss: Tensor) -> float:
        gradients = torch.autograd.grad(loss, (taps.shallow, taps.deep), retain_graph=True, allow_unused=True)
        return float(torch.sqrt(sum((g.double().square().sum() for g in gradients if g is not None), torch.zeros(()).double())))

    term = distillation_terms(taps, batch, Method(**{name: Term(weight=1.0)}))[name]
    expected = share * norm(supervision(taps.logits, batch.targets, batch.supervised).total) / norm(term)
    assert learner.weights[name] == pytest.approx(expected, rel=1e-3)


def test_that_the_weight_of_a_term_whose_gradient_vanishes_is_bounded() -> None:
    learner = _learner()
    learner.network.eval()
    batch = _batch()
    with torch.no_grad():
        same = _network().train()(batch.images)
    assert batch.word is not None
    # the teacher says what the student says, but for what rounding leaves
    agreed = batch._replace(word=batch.word._replace(logits=same.logits * (1 + 1e-7), shallow=same.shallow, deep=same.deep))
    terms = train_step(learner, agreed, Method(cwd=Term(share=1e9), graph=Term(share=1e9)), LOOP, done=0.0)
    assert max(learner.weights.values()) <= LARGEST_WEIGHT
    assert torch.isfinite(terms.total)


def test_that_shares_are_measured_anew_only_every_so_many_steps() -> None:
    learner, batch, method = _learner(), _batch(), Method(cwd=Term(share=0.1))
    seen = []
    for _ in range(3):
        train_step(learner, batch, method, LOOP, done=0.0)
        seen.append(learner.weights["cwd"])
    assert seen[0] == seen[1]
    assert seen[1] != seen[2]


def test_that_a_method_without_terms_leaves_the_teacher_out() -> None:
    with_word, without = _run(Method(), _batch())[0], _run(Method(), _batch(word=False))[0]
    assert all(torch.equal(a, b) for a, b in zip(with_word.network.parameters(), without.network.parameters(), strict=True))


def test_that_cross_entropy_alone_is_less_than_with_dice() -> None:
    alone, both = (_run(Method(supervision=kind), _batch(word=False), steps=1)[1][0] for kind in ("ce", "ce_dice"))
    assert float(alone.total) < float(both.total)


def test_that_the_critic_learns_beside_the_student() -> None:
    learner = _learner(critic=True)
    assert learner.critic is not None
    before = {name: value.detach().clone() for name, value in learner.critic.network.named_parameters()}
    terms = train_step(learner, _batch(), Method(adversarial=Term(weight=0.1)), LOOP, done=0.0)
    assert "adversarial" in terms.as_floats()
    moved = {name for name, value in learner.critic.network.named_parameters() if not torch.equal(before[name], value)}
    # self-attention begins switched off, so its own weights have no gradient yet
    assert {name for name in before if name.endswith("original")} <= moved
    assert any(name.endswith("original") for name in before)


def test_that_a_critic_changes_nothing_in_what_is_drawn() -> None:
    drawn = []
    for critic in (False, True):
        learner = _learner(critic=critic)
        method = Method(adversarial=Term(weight=0.1)) if critic else Method()
        train_step(learner, _batch(), method, LOOP, done=0.0)
        drawn.append(torch.rand(1, generator=learner.rng).item())
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("name", ["kl", "cwd", "dist", "soft_dice", "at", "fsp", "graph", "adversarial"])
def test_that_what_lies_outside_of_the_image_has_no_say(name: str) -> None:
    """A moved view shows what was never there; the teacher's word there is nothing."""
    batch = _batch()
    assert batch.word is not None
    inside = torch.ones(4, 1, 64, 64)
    inside[:, :, :, 40:] = 0
    word = batch.word._replace(inside=inside)
    other = torch.Generator().manual_seed(9)
    noise = [
        torch.randn(plane.shape, generator=other) * (inside[:, :, :: 64 // plane.shape[2], :: 64 // plane.shape[2]] == 0) for plane in word
    ]
    noisy = Word(*(plane + 5 * n if n.shape != inside.shape else plane for plane, n in zip(word, noise, strict=True)))
    salience = {"graph_flow": GraphFlowConfig(salience="map")} if name == "graph" else {}
    values = []
    for one in (word, noisy):
        learner = _learner(critic=name == "adversarial")
        method = Method(**{name: Term(weight=1.0)}, **salience)
        values.append([float(train_step(learner, batch._replace(word=one), method, LOOP, done=0.0).total) for _ in range(2)])
    assert values[0] == pytest.approx(values[1], rel=1e-5)


def test_that_a_second_teacher_is_followed_where_the_batch_says_so() -> None:
    batch = _batch()
    second = torch.zeros(4, CLASSES, 64, 64)
    second[:, 0] = 30.0
    follow = torch.tensor([0.0, 0.0, 1.0, 1.0])[:, None, None, None]
    both = batch._replace(second=second, follow=follow)
    _, seen = _run(Method(kl=Term(weight=1.0)), both, steps=1)
    terms = seen[0].as_floats()
    assert terms["second"] > 0
    # the first teacher's word on the images that follow the second one does not count
    other = both._replace(word=batch.word._replace(logits=torch.cat([batch.word.logits[:2], -batch.word.logits[2:]])))  # type: ignore[union-attr]
    assert _run(Method(kl=Term(weight=1.0)), other, steps=1)[1][0].as_floats()["kl"] == pytest.approx(terms["kl"], rel=1e-6)


def _half_labelled() -> StepBatch:
    batch = _batch(word=False)
    supervised = batch.supervised.clone()
    supervised[2:] = 0
    return batch._replace(supervised=supervised, weak=batch.images[2:].clone())


def test_that_mean_teacher_asks_the_average_and_grows_slowly() -> None:
    learner = _learner()
    early = train_step(learner, _half_labelled(), Method(unlabelled="consistency"), LOOP, done=0.01)
    late = train_step(learner, _half_labelled(), Method(unlabelled="consistency"), LOOP, done=0.9)
    assert 0 < float(early.consistency) < float(late.consistency)


def test_that_pseudo_labels_below_the_threshold_count_for_nothing() -> None:
    terms = train_step(_learner(), _half_labelled(), Method(unlabelled="pseudo", threshold=0.999), LOOP, done=0.9)
    assert float(terms.consistency) == 0.0
    sure = train_step(_learner(), _half_labelled(), Method(unlabelled="pseudo", threshold=0.01), LOOP, done=0.9)
    assert float(sure.consistency) > 0.0


def test_that_a_second_strong_view_joins_the_step_without_changing_the_terms_of_the_first() -> None:
    batch = _half_labelled()
    learner = _learner()
    terms = train_step(
        learner, batch._replace(strong=torch.randn(2, 1, 64, 64)), Method(unlabelled="pseudo", threshold=0.01), LOOP, done=0.9
    )
    assert float(terms.supervision) > 0
    assert learner.step == 1


def test_that_the_average_becomes_a_second_teacher_only_late() -> None:
    method = Method(kl=Term(weight=1.0), unlabelled="strong", second_teacher=1.0, second_from=0.5)
    batch = _half_labelled()._replace(word=_word(4))
    assert float(train_step(_learner(), batch, method, LOOP, done=0.4).consistency) == 0.0
    assert float(train_step(_learner(), batch, method, LOOP, done=0.9).consistency) > 0.0


def test_that_a_loss_that_is_no_number_ends_the_run_and_changes_nothing() -> None:
    learner = _learner()
    before = copy.deepcopy([p.detach() for p in learner.network.parameters()])
    with pytest.raises(TrainingError, match="not a number"):
        train_step(learner, _batch(nan=True), Method(), LOOP, done=0.0)
    assert all(torch.equal(a, b) for a, b in zip(before, learner.network.parameters(), strict=True))


def test_that_the_learning_rate_rises_and_falls() -> None:
    learner, rates = _learner(), []
    for done in (0.0, 0.1, 0.5, 1.0):
        train_step(learner, _batch(word=False), Method(), replace(LOOP, warm_up=2), done=done)
        rates.append(learner.optimizer.param_groups[0]["lr"])
    assert rates[0] == pytest.approx(LOOP.rate / 2)
    assert rates[1] > rates[2] > rates[3] == 0.0


def test_that_an_average_moves_parameters_and_running_statistics() -> None:
    average, network = nn.BatchNorm2d(2), nn.BatchNorm2d(2)
    with torch.no_grad():
        network.weight.fill_(3.0)
        network.running_mean.fill_(1.0)  # type: ignore[union-attr]
    average_into(average, network, decay=0.75)
    assert average.weight.tolist() == [1.5, 1.5]
    assert average.running_mean.tolist() == [0.25, 0.25]  # type: ignore[union-attr]
