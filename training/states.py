"""The states of a round: the two newest lie in its folder, each whole and hashed, so that the round goes on from there bit for bit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.pack import file_sha256
from training.checkpoint import load_learner, load_weights, read_learner_state, save_learner, save_weights
from training.loop import Learner
from training.plan import PLAN_NAME, Plan, PlanEntry, read_plan, write_plan
from training.schedule import Control

__all__ = ["RoundFolder"]

KEPT = 2
"""States that are kept: should the newest be damaged, the one before is there."""

COST_SHARE = 0.02
"""Share of the time that writing states may take; on a slow disk they are written more rarely."""

STATE = re.compile(r"^state-(\d{6})\.safetensors$")
TEACHER = "teacher.safetensors"
CACHE = "cache"

BEGUN_WITH = "Put back what the round began with, or start the refinement anew."


class RoundFolder:
    """What a round keeps of itself: plan, states, the teacher that it made, the teacher's word.

    A disk that is full, or a folder that cannot be written, is told once; the round then goes on without keeping anything.

    Parameters
    ----------
    folder
        Of the run; None keeps nothing.
    control
        Is told what the user should know, and what was kept.
    sources
        What the round learns from and how, name -> value; kept with each state and compared with it.
    every_s
        Seconds between two states.
    """

    def __init__(self, folder: Path | None, control: Control, *, sources: dict[str, Any] | None = None, every_s: float = 15.0) -> None:
        self.folder = folder
        self.plan = Plan()
        self._control = control
        self._sources = sources or {}
        self._every_s = every_s
        self._last_s = self._cost_s = 0.0
        self._next = 1
        self._writes = folder is not None

    @property
    def cache(self) -> Path | None:
        """Where the teacher's word is kept; None where nothing is kept."""
        return self.folder / CACHE if self.folder is not None and self._writes else None

    def begin_anew(self, plan: Plan | None) -> None:
        """Forget what an earlier round of the same folder kept, and begin with a plan that was handed in, if any."""
        if self.folder is not None:
            for path in [*self._states(), self.folder / TEACHER, self.folder / PLAN_NAME]:
                path.unlink(missing_ok=True)
            shutil.rmtree(self.folder / CACHE, ignore_errors=True)
        self.plan = plan or Plan()
        if plan is not None:
            self._write_plan()

    def follow(self, entry: PlanEntry) -> None:
        """Let an entry of the plan hold; it is written before."""
        self.plan = self.plan.changed(entry)
        self._write_plan()

    def _write_plan(self) -> None:
        if self.folder is not None and self._writes:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write_plan(self.folder / PLAN_NAME, self.plan)
            except (UserError, OSError) as error:
                self.give_up_keeping(error)

    def give_up_keeping(self, error: Exception) -> None:
        """Go on without keeping anything from here on, which is told once."""
        if self._writes:
            self._writes = False
            what = error.what if isinstance(error, UserError) else str(error)
            self._control.warned(f"{what}: the round goes on, but should it be interrupted it cannot be taken up where it was")

    def due(self) -> bool:
        """Return whether it is time for a state."""
        return self._writes and self._control.elapsed_s - self._last_s >= max(self._every_s, self._cost_s / COST_SHARE)

    def keep(self, learner: Learner, document: dict[str, Any]) -> None:
        """Write a state; one whose weights are no numbers is not worth keeping.

        Parameters
        ----------
        document
            Whatever else is needed to go on; plain JSON values.
        """
        if self.folder is None or not self._writes or not _finite(learner.network):
            return
        began_s = self._control.elapsed_s
        path = self.folder / f"state-{self._next:06d}.safetensors"
        state = document | {"clock_s": began_s, "plan": self.plan.as_json(), "sources": self._sources}
        try:
            save_learner(path, learner, state)
            self._next += 1
            for old in self._states()[:-KEPT]:
                old.unlink(missing_ok=True)
        except (UserError, OSError) as error:
            self.give_up_keeping(error)
            return
        self._last_s = self._control.elapsed_s
        self._cost_s = self._last_s - began_s
        self._control.kept(path, learner.step)

    def keep_teacher(self, network: nn.Module) -> str:
        """Write the teacher that the student learns from, and return the file's hash; empty where nothing is kept."""
        if self.folder is None or not self._writes:
            return ""
        try:
            save_weights(self.folder / TEACHER, network)
            return file_sha256(self.folder / TEACHER)
        except (UserError, OSError) as error:
            self.give_up_keeping(error)
            return ""

    def has_teacher(self, sha256: str) -> bool:
        """Return whether the teacher that was kept is there, whole."""
        path = None if self.folder is None else self.folder / TEACHER
        return path is not None and path.is_file() and file_sha256(path) == sha256

    def load_teacher(self, network: nn.Module, sha256: str) -> None:
        """Read the teacher that was kept.

        Raises
        ------
        TrainingError
            When it is missing or not what was written.
        """
        path = (self.folder or Path()) / TEACHER
        if not self.has_teacher(sha256):
            raise TrainingError("The round's teacher is missing or damaged", where=str(path), next_step="Start the refinement anew.")
        load_weights(path, network)

    def newest(self) -> Iterator[dict[str, Any]]:
        """Give the documents of the states, the newest first; each has its file's path under "path".

        A damaged state is passed over and told.

        Raises
        ------
        TrainingError
            When the round began with something else.
        """
        states = self._states()
        if states:
            self._next = int(states[-1].stem.rpartition("-")[2]) + 1
        for path in reversed(states):
            try:
                document = read_learner_state(path)
                Plan.from_json(document["plan"])
                others = sorted(name for name, value in self._sources.items() if document["sources"].get(name) != value)
            except (UserError, ValueError, KeyError, TypeError, AttributeError):
                self._control.warned(f"{path.name} of the round is damaged and is passed over")
                path.unlink(missing_ok=True)
                continue
            if others:
                raise TrainingError(f"The round began with another {' and '.join(others)}", where=str(path.parent), next_step=BEGUN_WITH)
            yield document | {"path": str(path)}

    def read_plan(self, document: dict[str, Any] | None) -> None:
        """Take the plan that lies in the folder, or that of a state's document where it is damaged, which is told."""
        otherwise = Plan() if document is None else Plan.from_json(document["plan"])
        self.plan = otherwise
        if self.folder is None:
            return
        try:
            self.plan = read_plan(self.folder / PLAN_NAME) or otherwise
        except TrainingError:
            self._control.warned(f"{PLAN_NAME} of the round is damaged; what was planned when its last state was kept holds")
            self._write_plan()

    def go_back(self, learner: Learner, stage: str) -> bool:
        """Bring a learner to the newest state of its stage; False where there is none."""
        for document in self.newest():
            if document["stage"] == stage:
                load_learner(Path(document["path"]), learner)
                return True
        return False

    def _states(self) -> list[Path]:
        """Return the files of the states, the oldest first."""
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if STATE.match(path.name))


def _finite(network: nn.Module) -> bool:
    return all(bool(torch.isfinite(value).all()) for value in network.state_dict().values() if value.is_floating_point())
