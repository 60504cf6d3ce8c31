"""Where a run computes: one CPU, one graphics card, or several processes that ``torchrun`` started, through Lightning Fabric.

Every process draws the same whole batch from the same generator on the CPU, keeps its own part of it and moves that part to its
device; the gradients are averaged by DistributedDataParallel. So a run on two processes sees the batches of a run on one, and where the
loss is a mean over images of equal weight (full supervision by cross-entropy, no batch norm) it ends at the same weights.

Batch norm computes its statistics in each process over that process's part of the batch; on graphics cards it becomes synchronised batch
norm, over the whole batch. Terms that are no mean over images (soft Dice, gradient shares) differ a little between one and several
processes.

The paths of graphics cards (bf16 mixed precision, ``torch.compile``, channels-last images, synchronised batch norm) are the same code as
the CPU's with other settings. They are tested on the CPU with bf16 and with two processes over gloo. On a real card float32 and bf16 were
run (docs/training.md has the figures); compiling and several cards were not.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from training.card import device_name, moved
from training.loop import Critic, Learner
from training.objective import StepBatch, Word

__all__ = ["DeviceConfig", "Devices"]

ADVICE = "Correct the section [device] and start again."

COMPILER = "inductor"
"""Backend of ``torch.compile``."""


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """Where and how precisely a run computes. How many processes there are is said to ``torchrun``.

    Attributes
    ----------
    kind
        "auto": a graphics card where there is one. "cpu", "gpu".
    precision
        "auto": "bf16" on a graphics card, "full" on a CPU. "bf16": forward passes in bfloat16 where torch holds that to be safe,
        weights and sums in float32. "full": float32.
    compile
        Whether the network is compiled (``torch.compile``): a minute at the beginning for quicker steps.
    threads
        Of torch on the CPU; 0 leaves its own choice.
    """

    kind: Literal["auto", "cpu", "gpu"] = "auto"
    precision: Literal["auto", "full", "bf16"] = "auto"
    compile: bool = False
    threads: int = 0

    def __post_init__(self) -> None:
        if self.kind not in ("auto", "cpu", "gpu"):
            raise TrainingError(f"There is no device {self.kind!r}", next_step="Choose auto, cpu or gpu.")
        if self.precision not in ("auto", "full", "bf16"):
            raise TrainingError(f"There is no precision {self.precision!r}", next_step="Choose auto, full or bf16.")
        if self.threads < 0:
            raise TrainingError(f"{self.threads} threads are not possible", next_step="Choose 0 for torch's own choice, or more.")


def _fabric(config: DeviceConfig) -> Any:
    """Return a launched Fabric; its processes are those of ``torchrun``, else this one alone."""
    from lightning_fabric import Fabric
    from lightning_fabric.plugins import MixedPrecision, Precision
    from lightning_fabric.plugins.environments.lightning import LightningEnvironment
    from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment

    class HalfPrecision(MixedPrecision):
        """bf16 whose gradients can be measured.

        Outside of Fabric's own backward pass, as no loss is scaled in bf16; and at the very tensors that the network gives, where a copy
        in float32 would lie beside the way from taps to logits.
        """

        backward = Precision.backward

        def convert_output(self, data: Any) -> Any:
            return data

    # its messages are for people who write training loops
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    launched = torch.distributed.is_available() and torch.distributed.is_torchelastic_launched()
    here = int(os.environ["LOCAL_WORLD_SIZE"]) if launched else 1
    world = int(os.environ["WORLD_SIZE"]) if launched else 1
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if config.kind == "gpu" and cards < here:
        found = "there is none that torch can use" if not cards else f"there are {cards}"
        raise TrainingError(
            f"{here} graphics cards are asked for, and {found}", next_step='Start fewer processes, or set device.kind = "cpu".'
        )
    cuda = config.kind == "gpu" or (config.kind == "auto" and cards >= here)
    half = config.precision == "bf16" or (config.precision == "auto" and cuda)
    device = "cuda" if cuda else "cpu"
    plugins: list[Any] = [TorchElasticEnvironment() if launched else LightningEnvironment()]
    if half:
        plugins.append(HalfPrecision("bf16-mixed", device))
    strategy = "ddp" if world > 1 else "auto"
    fabric = Fabric(accelerator=device, devices=here, num_nodes=world // here, strategy=strategy, plugins=plugins)
    fabric.launch()
    return fabric


class Devices:
    """The devices of a run.

    Parameters
    ----------
    config
        The section [device].

    Raises
    ------
    TrainingError
        When graphics cards are asked for and there are too few.
    """

    def __init__(self, config: DeviceConfig) -> None:
        if config.threads:
            torch.set_num_threads(config.threads)
        self._config = config
        self._fabric = _fabric(config)
        self.device: torch.device = self._fabric.device
        self.rank: int = self._fabric.global_rank
        self.world: int = self._fabric.world_size
        if self.device.type == "cuda":
            # products of 19 bits only where half precision was accepted
            quick = config.precision != "full"
            torch.set_float32_matmul_precision("high" if quick else "highest")
            torch.backends.cudnn.allow_tf32 = quick

    @property
    def name(self) -> str:
        """What computes, in words: "CPU" or the graphics card's name."""
        return device_name(self.device)

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes, tells and validates."""
        return self.rank == 0

    def place(self, learner: Learner, *, measure_every: int = 1) -> None:
        """Bring a learner to the device, and let its processes average what they learn.

        The networks and the optimisers of the learner are replaced by wrapped ones over the same weights; ``plain`` gives them back.

        Parameters
        ----------
        measure_every
            Steps between two measurements of gradient shares. A compiled network gives taps and logits side by side, so that no
            gradient leads from one to the other: in these steps it runs uncompiled.
        """
        fabric = self._fabric
        network = learner.network
        if self.world > 1 and self.device.type == "cuda":
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        forward: nn.Module = torch.compile(network, backend=COMPILER) if self._config.compile else network  # type: ignore[assignment]
        learner.network, learner.optimizer = fabric.setup(forward, learner.optimizer)
        if self._config.compile:

            def choose(*_: object) -> None:
                torch.compiler.set_stance("force_eager" if learner.step % measure_every == 0 else "default")

            learner.network.register_forward_pre_hook(choose)
        if self.world > 1:
            # depthwise and 1x1 kernels have more than one right order in memory; nothing is wrong with the gradients
            warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
        learner.average.to(self.device)
        if learner.critic is not None:
            learner.critic.network.to(self.device)
            if self.world > 1:
                self._tie(learner.critic)

        def backward(loss: Tensor) -> None:
            fabric.backward(loss)
            if self.world > 1 and learner.weights:
                # each process measured them on its own part of the batch
                names = sorted(learner.weights)
                mean = self.mean(torch.tensor([learner.weights[name] for name in names], dtype=torch.float64))
                learner.weights.update(zip(names, mean.tolist(), strict=True))

        learner.backward = backward

    def plain(self, learner: Learner) -> Learner:
        """Return the learner over the unwrapped networks and optimisers, as ``start_learner`` made it.

        A checkpoint is written from it and read into it. What is no tensor (step) must be copied back after reading; the networks,
        the optimisers' numbers, the weights of terms and the generator are the learner's own.
        """
        network = getattr(learner.network, "module", learner.network)
        optimizer = getattr(learner.optimizer, "optimizer", learner.optimizer)
        return replace(learner, network=network, optimizer=optimizer)

    def part_of(self, draw: Callable[[torch.Generator], StepBatch], *, labelled: int) -> Callable[[torch.Generator], StepBatch]:
        """Return a function that draws whole batches and gives this process's part of them, on its device.

        Parameters
        ----------
        labelled
            How many images of a batch are labelled; they come first. Each process gets as many of them, and of the others, as every
            other process.
        """

        def draw_part(rng: torch.Generator) -> StepBatch:
            batch = draw(rng)
            whole = batch if self.world == 1 else _share(batch, labelled, self.rank, self.world)
            return moved(whole, self.device)

        return draw_part

    def check_batch(self, *, labelled: int, unlabelled: int) -> None:
        """Raise TrainingError where the images of a batch cannot be shared evenly between the processes."""
        if labelled % self.world or unlabelled % self.world:
            kinds = f"{labelled} labelled and {unlabelled} unlabelled images" if unlabelled else f"{labelled} images"
            raise TrainingError(
                f"A batch of {kinds} cannot be shared evenly between {self.world} processes",
                next_step=f"Set loop.batch to a multiple of {self.world * (2 if unlabelled else 1)}.",
            )

    def any(self, here: bool) -> bool:
        """Return whether it is true in any process; all must ask at the same step."""
        if self.world == 1:
            return here
        return bool(self.mean(torch.tensor(float(here), dtype=torch.float64)) > 0)

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean of a tensor over the processes, on the CPU; all must ask at the same step."""
        mean: Tensor = values.to(self.device) if self.world == 1 else self._fabric.all_reduce(values.to(self.device), reduce_op="mean")
        return mean.cpu()

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.world > 1:
            self._fabric.barrier()

    def close(self) -> None:
        """Say goodbye to the other processes, after a run that went well."""
        if self.world > 1:
            torch.distributed.destroy_process_group()

    def _tie(self, critic: Critic) -> None:
        """Let the processes average the critic's gradients before each of its steps.

        DistributedDataParallel cannot: the critic is asked several times before one backward pass, and differentiated twice.
        """

        def average(*_: object) -> None:
            for parameter in critic.network.parameters():
                if parameter.grad is not None:
                    parameter.grad = self._fabric.all_reduce(parameter.grad, reduce_op="mean")

        critic.optimizer.register_step_pre_hook(average)


def _share(batch: StepBatch, labelled: int, rank: int, world: int) -> StepBatch:
    """Return one process's part of a batch: a run of its labelled images, then a run of the others."""
    free = len(batch.images) - labelled
    first, last = (labelled * n // world for n in (rank, rank + 1))
    begin, end = (free * n // world for n in (rank, rank + 1))
    rows = torch.cat([torch.arange(first, last), torch.arange(labelled + begin, labelled + end)])
    own = torch.arange(begin, end)

    def of_all(value: Tensor | None) -> Tensor | None:
        return None if value is None else value[rows]

    def of_free(value: Tensor | None) -> Tensor | None:
        return None if value is None else value[own]

    weak = of_free(batch.weak)
    if batch.weak is not None and batch.cut is not None:
        # CutMix took pixels from the image before, so the first one's neighbour goes along
        weak = torch.cat([batch.weak[(begin - 1) % free][None], batch.weak[own]])
    return StepBatch(
        batch.images[rows],
        batch.targets[rows],
        batch.supervised[rows],
        None if batch.word is None else Word(*(part[rows] for part in batch.word)),
        second=of_all(batch.second),
        follow=of_all(batch.follow),
        weak=weak,
        strong=of_free(batch.strong),
        cut=of_free(batch.cut),
    )
