"""One device or several: parts of batches, precision, and what a learner is afterwards.

There is no graphics card here: precision, compilation and the way of a batch to another device are tested on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from training import devices
from training.config import NetworkConfig
from training.devices import DeviceConfig, Devices
from training.loop import Learner, start_learner, train_step
from training.method import LoopConfig, Method, Term
from training.mixing import mix
from training.networks import build_network
from training.networks.discriminator import Discriminator
from training.networks.record import Taps
from training.objective import StepBatch, Word

LOOP = LoopConfig(steps=3, batch=4, crop_px=64, measure_every=2)
GRAPH = Method(kl=Term(weight=1.0), graph=Term(share=0.1))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Small(nn.Module):
    """Taps and logits from three convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.shallow, self.deep = nn.Conv2d(1, 4, 3, stride=4, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Conv2d(4, 48, 1)

    def forward(self, x: Tensor) -> Taps:
        shallow = self.shallow(x)
        deep = self.deep(torch.relu(shallow))
        return Taps(nn.functional.pixel_shuffle(self.head(deep), 4), shallow, deep)


def _batch(images: int = 4, *, channels: int = 4, seed: int = 0, free: int = 0, cut: bool = False) -> StepBatch:
    rng = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng)

    word = Word(draw(images, 3, 64, 64), torch.ones(images, 1, 64, 64), *(draw(images, c, 16, 16) for c in (channels, channels, 2)))
    batch = StepBatch(draw(images, 1, 64, 64), torch.softmax(5 * draw(images, 3, 64, 64), 1), torch.ones(images, 1, 64, 64), word)
    if not free:
        return batch
    weak, strong = draw(free, 1, 64, 64), draw(free, 1, 64, 64)
    return batch._replace(weak=weak, strong=strong, cut=draw(free, 1, 64, 64) > 0 if cut else None)


def _learner(build: Callable[[], nn.Module] = Small, *, critic: nn.Module | None = None) -> Learner:
    torch.manual_seed(0)
    return start_learner(build(), LOOP, torch.Generator().manual_seed(0), critic=critic)


def _steps(learner: Learner, method: Method, *, channels: int = 4, count: int = 3) -> list[dict[str, float]]:
    return [train_step(learner, _batch(channels=channels, seed=n), method, LOOP, done=n / count).as_floats() for n in range(count)]


def _mobile() -> nn.Module:
    return build_network(NetworkConfig("mobile_unet", 1, 3, 0.25))


def test_that_a_placed_learner_learns_bit_for_bit_like_one_that_was_not() -> None:
    plain, placed = _learner(_mobile), _learner(_mobile)
    place = Devices(DeviceConfig("cpu"))
    place.place(placed)
    assert _steps(plain, GRAPH, channels=8) == _steps(placed, GRAPH, channels=8)
    ours, theirs = place.plain(placed), plain
    for name in ("network", "average"):
        one, other = getattr(ours, name).state_dict(), getattr(theirs, name).state_dict()
        assert one.keys() == other.keys()
        assert all(torch.equal(one[key], other[key]) for key in one)
    assert type(ours.optimizer) is torch.optim.AdamW
    assert ours.step == 3


def test_that_gradient_shares_are_measured_in_half_precision_too() -> None:
    full, half = _learner(), _learner()
    Devices(DeviceConfig("cpu")).place(full)
    Devices(DeviceConfig("cpu", "bf16")).place(half)
    exact, rough = _steps(full, GRAPH), _steps(half, GRAPH)
    assert half.weights["graph"] > 0
    assert half.weights["graph"] == pytest.approx(full.weights["graph"], rel=0.05)
    assert rough[-1]["total"] == pytest.approx(exact[-1]["total"], rel=0.02)
    assert rough != exact
    assert {value.dtype for value in half.network.state_dict().values()} == {torch.float32}


def test_that_a_compiled_network_learns_the_same_and_runs_uncompiled_where_gradients_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch._dynamo.backends.debugging import aot_eager

    seen: list[int] = []

    def backend(graph: Any, inputs: Any) -> Any:
        seen.append(learner.step)
        return aot_eager(graph, inputs)

    monkeypatch.setattr(devices, "COMPILER", backend)
    plain, learner = _learner(), _learner()
    Devices(DeviceConfig("cpu", compile=True)).place(learner, measure_every=LOOP.measure_every)
    for one, other in zip(_steps(learner, GRAPH), _steps(plain, GRAPH), strict=True):
        assert one == pytest.approx(other)
    torch.compiler.set_stance("default")
    assert seen == [1]
    assert learner.weights["graph"] == pytest.approx(plain.weights["graph"])
    assert learner.network.state_dict().keys() == plain.network.state_dict().keys()


def test_that_a_critic_is_placed_too() -> None:
    learner = _learner(critic=Discriminator(3, width=0.125))
    Devices(DeviceConfig("cpu")).place(learner)
    method = Method(kl=Term(weight=1.0), adversarial=Term(weight=0.1))
    assert all(terms["adversarial"] != 0 for terms in _steps(learner, method, count=2))


def test_that_the_parts_of_a_batch_hold_each_image_once_labelled_ones_first() -> None:
    batch = _batch(8, free=4)
    parts = [devices._share(batch, 4, rank, 2) for rank in (0, 1)]
    assert [len(part.images) for part in parts] == [4, 4]
    assert torch.equal(torch.cat([part.images[:2] for part in parts]), batch.images[:4])
    assert torch.equal(torch.cat([part.images[2:] for part in parts]), batch.images[4:])
    assert torch.equal(torch.cat([part.strong for part in parts]), batch.strong)
    assert torch.equal(torch.cat([part.weak for part in parts]), batch.weak)
    assert torch.equal(torch.cat([part.word.deep[2:] for part in parts]), batch.word.deep[4:])


def test_that_a_part_brings_the_neighbour_along_from_which_cutmix_took_pixels() -> None:
    batch = _batch(8, free=4, cut=True)
    assert batch.weak is not None
    assert batch.cut is not None
    mixed = mix(batch.weak, batch.weak.roll(1, dims=0), batch.cut)
    for rank in (0, 1):
        part = devices._share(batch, 4, rank, 2)
        own = slice(len(part.weak) - len(part.cut), None)
        assert torch.equal(mix(part.weak[own], part.weak.roll(1, dims=0)[own], part.cut), mixed[2 * rank : 2 * rank + 2])


def test_that_the_running_average_is_asked_of_a_part_as_of_the_whole() -> None:
    batch = _batch(8, free=4, cut=True)
    method = Method(unlabelled="pseudo", threshold=0.01, consistency=1.0)

    def consistency(part: StepBatch) -> float:
        return train_step(_learner(), part._replace(supervised=torch.zeros_like(part.supervised)), method, LOOP, done=0.5).as_floats()[
            "total"
        ]

    parts = [consistency(devices._share(batch, 4, rank, 2)) for rank in (0, 1)]
    assert sum(parts) / 2 == pytest.approx(consistency(batch), rel=1e-5)


def test_that_a_batch_goes_to_the_device_after_it_was_drawn() -> None:
    place = Devices(DeviceConfig("cpu"))
    place.device = torch.device("meta")
    drawn = place.part_of(lambda _rng: _batch(8, free=4, cut=True), labelled=4)(torch.Generator())
    everything = [*drawn.word, *(value for value in drawn if isinstance(value, Tensor))]
    assert len(everything) == 11
    assert {value.device.type for value in everything} == {"meta"}


@pytest.mark.parametrize(("labelled", "unlabelled", "multiple"), [(3, 0, "2"), (3, 3, "4"), (4, 5, "4")])
def test_that_a_batch_that_cannot_be_shared_evenly_is_refused(labelled: int, unlabelled: int, multiple: str) -> None:
    place = Devices(DeviceConfig("cpu"))
    place.check_batch(labelled=labelled, unlabelled=unlabelled)
    place.world = 2
    with pytest.raises(TrainingError, match=f"multiple of {multiple}"):
        place.check_batch(labelled=labelled, unlabelled=unlabelled)


def test_that_graphics_cards_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match="there is none that torch can use"):
        Devices(DeviceConfig("gpu"))
    assert Devices(DeviceConfig()).device.type == "cpu"


def test_that_threads_are_set() -> None:
    Devices(DeviceConfig("cpu", threads=2))
    assert torch.get_num_threads() == 2
