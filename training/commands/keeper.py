"""What a run keeps as it goes: checkpoints, the average that does best on validation, logs, and how it went."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from gf_desktop.errors import TrainingError
from training.checkpoint import checkpoint_path, load_learner, load_weights, newest_checkpoint, save_learner, save_weights
from training.commands.configs import RunConfig
from training.commands.folder import RunFolder
from training.commands.interrupts import Interrupts
from training.commands.logs import EventLogs
from training.devices import Devices
from training.evaluate import Scores
from training.loop import Learner
from training.schedule import Control

__all__ = ["Keeper"]


class Keeper:
    """Goes along with a learner and writes to its run's folder; with several processes, the first one does.

    Parameters
    ----------
    folder, config
        Of the run.
    devices
        On which the learner was placed.
    learner
        As it was placed.
    steps
        Of the whole run.
    control
        Is told.
    interrupts
        Are asked after each step.
    sources
        What the run learns from, name -> hash; kept with each checkpoint and compared with it.
    judge
        Returns the scores of the running average on the validation slices; None where there is nothing to choose by.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: RunConfig,
        *,
        devices: Devices,
        learner: Learner,
        steps: int,
        control: Control,
        interrupts: Interrupts,
        sources: dict[str, str],
        judge: Callable[[nn.Module], Scores] | None = None,
    ) -> None:
        self._folder, self._config, self._devices, self._learner = folder, config, devices, learner
        self._steps, self._control, self._interrupts, self._judge = steps, control, interrupts, judge
        self._sources = sources
        self._logs: EventLogs | None = None
        self._last: dict[str, float] = {}
        self._kept = -1
        self._began_s, self._before_s = time.monotonic(), 0.0
        self._history: list[dict[str, Any]] = []

    def resume(self) -> Path | None:
        """Bring the learner to the newest whole checkpoint, and return it; None where there is none.

        Raises
        ------
        TrainingError
            When the checkpoint is of another network or method, or the set, the teacher or the Paraphrasers are not those with which
            the run began.
        """
        path = newest_checkpoint(self._folder.checkpoints)
        if path is None:
            return None
        plain = self._devices.plain(self._learner)
        state = load_learner(path, plain)
        self._check_sources(state)
        self._learner.step = self._kept = plain.step
        self._before_s = float(state["seconds"])
        self._history, self._last = list(state["history"]), dict(state["losses"])
        return path

    def write_to(self, logs: EventLogs) -> None:
        """Write the numbers of further steps into logs."""
        self._logs = logs

    def after_step(self, losses: Callable[[], dict[str, float]], *, stage: str) -> None:
        """Log, validate and keep a checkpoint where it is time.

        Parameters
        ----------
        losses
            Returns the terms of the step that was just made.

        Raises
        ------
        Interrupted
            When the person or the cluster asked to stop; a checkpoint was kept.
        UserError
            When the disk is full; earlier checkpoints are intact.
        """
        step, config = self._learner.step, self._config
        last = step >= self._steps
        if step % config.log_every == 0 or last or not self._last:
            self._last = losses()
            if self._logs is not None:
                self._logs.write("loss", self._last, step)
                self._logs.write("weight", dict(self._learner.weights), step)
                self._logs.write("rate", {"network": float(self._learner.optimizer.param_groups[0]["lr"])}, step)
        self._control.progress(stage, step, self._steps, self._last)
        if self._judge is not None and self._devices.first and (step % config.validate_every == 0 or last):
            self._validate(self._judge, step)
        stop = self._devices.any(self._interrupts.asked)
        if step % config.checkpoint_every == 0 or last or stop:
            self._keep()
        if stop and not last:
            raise self._interrupts.stopped(f"a checkpoint of step {step} was kept")

    def metrics(self) -> dict[str, Any]:
        """Return how the run went, for ``metrics.json``."""
        best = _best_of(self._history)
        return {
            "validation": best,
            "steps": self._learner.step,
            "seconds": round(self._seconds(), 1),
            "losses": self._last,
            "weights": dict(self._learner.weights),
            "history": [{"step": entry["step"], "mean_dice": entry["mean_dice"]} for entry in self._history],
        }

    def best_average(self) -> nn.Module:
        """Return a copy of the average that did best on validation, of the last one where none has a score; on the CPU."""
        average = copy.deepcopy(self._learner.average).cpu()
        best = _best_of(self._history)
        if best is None and self._history:
            self._control.warned("no validation has a score, so the last average is kept: no structure was in the slices or found in them")
        if best is not None:
            load_weights(self._folder.best(best["step"]), average)
        return average

    def _check_sources(self, state: dict[str, Any]) -> None:
        """Refuse to go on from a checkpoint whose sources were others; earlier versions did not keep them."""
        began = state.get("sources", self._sources)
        others = [f"another {name}" for name, digest in self._sources.items() if began.get(name) != digest]
        if others:
            raise TrainingError(
                f"The run began with {' and '.join([', '.join(others[:-1]), others[-1]] if others[1:] else others)}",
                where=str(self._folder.path),
                next_step="Put back what it began with, or begin a new run in a new folder.",
            )

    def _seconds(self) -> float:
        return self._before_s + time.monotonic() - self._began_s

    def _validate(self, judge: Callable[[nn.Module], Scores], step: int) -> None:
        scores = judge(self._learner.average)
        structures = {name: {"dice": dice} for name, dice in scores.dice.items()}
        entry = {"step": step, "mean_dice": scores.mean, "structures": structures}
        self._control.validated(step, "validation", scores.mean, scores.dice)
        if self._logs is not None:
            self._logs.write("validation", {name: dice for name, dice in scores.dice.items() if dice is not None}, step)
            self._logs.write("validation", {} if scores.mean is None else {"mean": scores.mean}, step)
        if _best_of([*self._history, entry]) is entry:
            save_weights(self._folder.best(step), self._learner.average)
        self._history.append(entry)

    def _keep(self) -> None:
        step = self._learner.step
        if not self._devices.first or self._kept == step:
            return
        state = {"seconds": self._seconds(), "history": self._history, "losses": self._last, "sources": self._sources}
        save_learner(checkpoint_path(self._folder.checkpoints, step), self._devices.plain(self._learner), state)
        self._kept = step
        kept = self._folder.kept_steps()[-self._config.keep :]
        # each checkpoint that stays needs the average that was the best one at its time
        best = [_best_of([entry for entry in self._history if entry["step"] <= one]) for one in kept]
        self._folder.prune(kept, [entry["step"] for entry in best if entry is not None])


def _best_of(history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first of the entries with the largest mean Dice, None where none has a score."""
    scored = [entry for entry in history if entry["mean_dice"] is not None]
    return max(scored, key=lambda entry: entry["mean_dice"], default=None)
