"""One stage of steps: its pace by the plan, its states, and what is done when a step fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from gf_desktop.errors import TrainingError
from training.card import NoMemoryError, is_out_of_memory
from training.loop import AstrayError, Learner, train
from training.method import LoopConfig, Method
from training.objective import StepBatch, Terms
from training.plan import PlanEntry
from training.schedule import Control, StopRequested
from training.states import RoundFolder

__all__ = ["StagePace", "run_stage"]

WARM_STEPS, TIMED_STEPS = 3, 5
"""Before a plan is made: steps that are not timed, because memory is only being taken, and steps whose speed counts."""

OVERRUN_SHARE = 0.1
"""A stage that would end earlier or later than it is to, by more than this share of its time, is planned anew at the next quarter."""

SMALLEST_RATE = 0.125
"""Factor of the learning rate after three halvings; a loss that is no number even then ends the round."""

SMALLEST_BATCH = 2


class StagePace:
    """How far a stage is: by the steps of the plan.

    Where the plan does not say how many steps there are, the first ones are timed and the plan is made then; at the quarters it is made
    anew where the machine turned out to be another than it seemed.

    Parameters
    ----------
    stage
        "teacher" or "distil".
    folder
        Holds the plan.
    control
        Whose clock counts.
    end_s
        Moment on that clock at which the stage shall end.
    spare_s
        Seconds that each quarter needs beside its steps, for judging.
    given
        Whether the number of steps was given and is followed to the letter.
    anew
        Whether a stage that goes on is to be planned by the speed that it has now: what computes is another device.
    """

    def __init__(
        self,
        stage: str,
        folder: RoundFolder,
        control: Control,
        *,
        end_s: float,
        spare_s: float = 0.0,
        given: bool = False,
        anew: bool = False,
    ) -> None:
        self.stage, self._anew = stage, anew and not given
        self._folder, self._control = folder, control
        self._end_s, self._spare_s, self._given = end_s, spare_s, given
        self._length_s = max(end_s - control.elapsed_s, 1e-9)
        self._first, self._mark = 0, (0, control.elapsed_s)

    @property
    def control(self) -> Control:
        """Whose clock counts."""
        return self._control

    def begin(self, step: int, *, steps: int, batch: int) -> None:
        """Begin, or go on, at a step.

        Parameters
        ----------
        steps
            0 where the time decides.
        batch
            Images of a step.
        """
        self._first, self._mark = step, (step, self._control.elapsed_s)
        if self._folder.plan.at(self.stage, step) is None:
            over = not steps and self._control.elapsed_s >= self._end_s
            total = steps or (0 if over else None)
            self._folder.follow(PlanEntry(self.stage, 0, total, 1.0, batch))
        elif self._anew and self.done(step) < 1:
            self._anew, held = False, self.entry(step)
            self._folder.follow(PlanEntry(self.stage, step, None, held.rate, held.batch))

    def entry(self, step: int) -> PlanEntry:
        """Return the entry of the plan that holds for a step."""
        entry = self._folder.plan.at(self.stage, step)
        assert entry is not None, "the stage has begun"
        return entry

    def done(self, step: int) -> float:
        """Return how much of the stage is over after ``step`` steps, 0 to 1."""
        return self._folder.plan.done(self.stage, step)

    def rate(self, step: int) -> float:
        """Return the factor of the learning rate."""
        return self.entry(step).rate

    def total(self) -> int:
        """Return how many steps the stage has, 0 while that is not known."""
        return self._folder.plan.total(self.stage) or 0

    def step_s(self, step: int) -> float:
        """Return the seconds of a step since the speed was last looked at, 0 where none was made."""
        made = step - self._mark[0]
        return (self._control.elapsed_s - self._mark[1]) / made if made > 0 else 0.0

    def after_step(self, step: int) -> None:
        """Time the first steps, and make the plan once they are over."""
        entry, now_s = self.entry(step), self._control.elapsed_s
        # a plan that is followed to the letter says itself when the first machine had timed its steps
        if entry.total is not None or self._given:
            return
        if step - self._first <= WARM_STEPS:
            self._mark = (step, now_s)
        if step - self._first >= WARM_STEPS + TIMED_STEPS or now_s >= self._end_s:
            total = step + self._steps_left(step, now_s, quarters=4)
            self._mark = (step, now_s)
            self._follow(step, total)

    def at_quarter(self, step: int, quarter: int, judged_s: float = 0.0) -> None:
        """Make the plan anew where the stage would end too early or too late; what is over stays over.

        Parameters
        ----------
        judged_s
            Seconds that judging has just taken; they say nothing about the speed of steps.
        """
        self._mark = (self._mark[0], self._mark[1] + judged_s)
        total, now_s = self.total(), self._control.elapsed_s
        planned = any(entry.from_step >= step for entry in self._folder.plan.of(self.stage))
        if self._given or planned or step >= total or step <= self._mark[0]:
            return
        steps = max(1, self._steps_left(step, now_s, quarters=4 - quarter))
        speed = self.step_s(step)
        self._mark = (step, now_s)
        if abs(steps - (total - step)) * speed > OVERRUN_SHARE * self._length_s:
            self._follow(step, step + steps)

    def finish(self, step: int) -> None:
        """Let the stage end with this step."""
        self._follow(step, step)

    def _follow(self, step: int, total: int) -> None:
        entry = self.entry(step)
        self._folder.follow(PlanEntry(self.stage, step, total, entry.rate, entry.batch))

    def _steps_left(self, step: int, now_s: float, *, quarters: int) -> int:
        if step <= self._mark[0] or now_s >= self._end_s:
            return 0
        return max(0, int((self._end_s - now_s - quarters * self._spare_s) / max(self.step_s(step), 1e-9)))


def run_stage(
    learner: Learner,
    draw: Callable[[torch.Generator], StepBatch],
    pace: StagePace,
    folder: RoundFolder,
    *,
    method: Method,
    loop: LoopConfig,
    document: Callable[[], dict[str, Any]],
    on_step: Callable[[Terms], object],
) -> None:
    """Step until the stage is over, and keep states meanwhile.

    A loss that is no number leads back to the last state and halves the learning rate, three times at most; memory that does not suffice
    leads back there and halves the batch, down to 2. Both are told, and written into the plan.

    Parameters
    ----------
    document
        Gives what a state needs beside the learner.
    on_step
        Called after each step with its terms.

    Raises
    ------
    StopRequested
        When the round was given up; a state was kept.
    TrainingError
        When halving did not help, or there is no state to go back to.
    """

    def after_step(terms: Terms) -> None:
        pace.after_step(learner.step)
        on_step(terms)
        if folder.due():
            folder.keep(learner, document())

    def attempt() -> str:
        """Step until the stage is over; return what went wrong, nothing where all is well."""
        try:
            train(learner, draw, method, loop, pace, on_step=after_step)
        except StopRequested:
            folder.keep(learner, document())
            raise
        except AstrayError:
            return "astray"
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            return "memory"
        return ""

    if learner.step == 0:
        folder.keep(learner, document())
    while problem := attempt():
        # here, not where it was caught: what the failed step had in memory is let go of by now
        _go_back(problem, learner, pace, folder)
    folder.keep(learner, document())


def _go_back(problem: str, learner: Learner, pace: StagePace, folder: RoundFolder) -> None:
    held = pace.entry(learner.step)
    rate, batch = held.rate, held.batch
    if problem == "astray":
        rate /= 2
        what, told = "Training went astray: the loss is not a number", "half the learning rate"
        advice = "Look at the corrected slices and the scans for what is out of the ordinary, and refine again; the active model goes on."
    else:
        batch = max(SMALLEST_BATCH, batch // 4 * 2)
        what, told = "There is not enough memory to train", f"{batch} images in a step instead of {held.batch}"
        advice = "Close other programs and refine again."
    learner.optimizer.zero_grad(set_to_none=True)
    if rate < SMALLEST_RATE or (problem == "memory" and batch == held.batch) or not folder.go_back(learner, pace.stage):
        raise (NoMemoryError if problem == "memory" else TrainingError)(what, next_step=advice)
    if problem == "memory" and next(learner.network.parameters()).device.type == "cuda":
        # what the failed step had there
        torch.cuda.empty_cache()
    entry = pace.entry(learner.step)
    folder.follow(PlanEntry(pace.stage, learner.step, entry.total, rate, batch))
    pace.begin(learner.step, steps=entry.total or 0, batch=batch)
    pace.control.warned(f"{what}. The round goes on from step {learner.step} with {told}")
