"""The rounds of the open project: the one that runs, the one that waits behind it, the one that can go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import psutil

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.project.records import RoundReport
from gf_desktop.project.store import Project
from gf_desktop.project.unfinished import RoundOrder, drop_round, end_left_trainer, fraction_of, unfinished_round
from gf_desktop.refinement import Refinement, RoundWish
from gf_desktop.trainer_link import TrainingState, Transport
from gf_desktop.workspace import Workspace

__all__ = ["Rounds", "is_plugged"]

NONE_TO_GO_ON: Final = "There is no refinement to go on with"


def is_plugged() -> bool:
    """Return whether the computer has power from the wall, or no battery that one could know of."""
    # not on every system
    ask = getattr(psutil, "sensors_battery", None)
    battery = None if ask is None else ask()
    return battery is None or battery.power_plugged is not False


class Rounds:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    make_transport
        Makes the line to a trainer, one a start.
    before_begin
        Called when a round is about to take the masks as they are.
    on_change, on_report, on_end
        Told whenever something happened; when a candidate was judged; when a round ended without one, with what the user can do about
        it, or None.

    Attributes
    ----------
    training
        The latest snapshot of the round that runs, or of the last one.
    waiting
        What the round behind the one that runs is asked for; None where none waits.
    current
        The round that runs or is being judged.
    """

    def __init__(
        self,
        workspace: Workspace,
        make_transport: Callable[[], Transport],
        *,
        before_begin: Callable[[], None],
        on_change: Callable[[], None],
        on_report: Callable[[RoundReport], None],
        on_end: Callable[[Exception | None], None],
    ) -> None:
        self._workspace = workspace
        self._make_transport = make_transport
        self._before_begin = before_begin
        self._on_change = on_change
        self._on_report = on_report
        self._on_end = on_end
        self.training = TrainingState()
        self.waiting: RoundWish | None = None
        self.current: Refinement | None = None
        self.is_plugged = is_plugged
        self._looked_at: Project | None = None
        self._found: tuple[RoundOrder, float] | None = None

    def begin(self, wish: RoundWish) -> None:
        """Start a round with everything that is approved; while one runs, let it wait behind that.

        At most one waits, and takes the masks as they are when the one before was judged.

        Raises
        ------
        TrainingError
            When one waits already, or there is nothing to learn from.
        """
        if self.current is None:
            self._before_begin()
            self._run(lambda refinement: refinement.begin(wish, shown=self._workspace.open))
            return
        self._workspace.must_project().must_write()
        if self.waiting is not None:
            raise TrainingError(
                "One more refinement waits already",
                next_step="It will learn from all that is approved when it begins; nothing is to be done.",
            )
        self.waiting = wish
        self._on_change()

    def _run(self, start: Callable[[Refinement], None]) -> None:
        refinement = Refinement(
            self._workspace.must_project(),
            self._workspace.jobs,
            self._make_transport,
            on_change=lambda state: self._moved(refinement, state),
            on_report=lambda report: self._reported(refinement, report),
            on_failure=lambda error: self._ended(refinement, error),
        )
        self.current, self._looked_at = refinement, None
        try:
            start(refinement)
        except BaseException:
            self.current = None
            self._on_change()
            raise
        self.look_at_power()

    def take_back(self) -> None:
        """Let the round that waits behind the running one not begin; does nothing where none waits."""
        if self.waiting is not None:
            self.waiting = None
            self._on_change()

    @property
    def unfinished(self) -> tuple[RoundOrder, float] | None:
        """The round of the project that can go on, and how far it came, 0 to 1; None where there is none, or one runs."""
        project = self._workspace.project
        if project is None or project.read_only or self.current is not None:
            return None
        if self._looked_at is not project:
            order = unfinished_round(project)
            self._looked_at, self._found = project, None if order is None else (order, fraction_of(project, order.run_id))
        return self._found

    def go_on(self) -> None:
        """Go on with the round that did not come to its end.

        Raises
        ------
        UserError
            When there is none, its files are damaged, or one runs.
        """
        if self.current is not None:
            raise TrainingError("A refinement is already running", where=self.current.run_id, next_step="Wait for it, or stop it.")
        project = self._workspace.must_project()
        project.must_write()
        order = unfinished_round(project)
        if order is None:
            raise TrainingError(NONE_TO_GO_ON, where=project.name, next_step="Refine anew.")
        self._run(lambda refinement: refinement.go_on(order))
        self._on_change()

    def drop(self) -> None:
        """Drop the round that could go on, with what it kept for that; does nothing where there is none."""
        project, found = self._workspace.project, self.unfinished
        if project is not None and found is not None:
            end_left_trainer(project, found[0].run_id)
            drop_round(project, found[0])
            self._looked_at = None
            self._on_change()

    def stop(self) -> None:
        """Stop the round that runs, within 2 s, and take back the one behind it; it can go on. Does nothing where none runs."""
        self.waiting = None
        if self.current is not None:
            self.current.cancel()

    def finish(self) -> None:
        """Let the round that runs end with what it has; its trainer says so where that is too early. Else does nothing."""
        if self.current is not None:
            self.current.finish()

    def leave(self) -> None:
        """Let go of the project: what runs goes on when it is opened again."""
        refinement, self.current, self.waiting = self.current, None, None
        self._looked_at = None
        if refinement is not None:
            refinement.leave()
            self.training = TrainingState()
            self._on_end(None)

    def hold_for_painting(self, *, holds: bool) -> None:
        """Let the trainer stand still while the user paints, at once, and go on afterwards."""
        if self.current is not None:
            self.current.hold("painting", holds=holds)

    def look_at_power(self) -> None:
        """Let a round that is to run only while plugged in stand still on battery, and go on afterwards; to be called now and then."""
        if self.current is not None and self.current.only_plugged:
            self.current.hold("battery", holds=not self.is_plugged())

    def wait(self) -> None:
        """Deliver the trainers' messages until no round is left that runs or waits; for programs without an event loop."""
        waited = None
        while self.current is not None and self.current is not waited:
            waited = self.current
            waited.wait()

    def _moved(self, refinement: Refinement, state: TrainingState) -> None:
        if self.current is refinement:
            self.training = state
            self._on_change()

    def _reported(self, refinement: Refinement, report: RoundReport) -> None:
        if self.current is not refinement:
            return
        self.current = None
        self._on_report(report)
        wish, self.waiting = self.waiting, None
        if wish is not None and self.current is None:
            self._workspace.jobs.put_off(lambda: self._begin_waiting(wish))

    def _begin_waiting(self, wish: RoundWish) -> None:
        if self.current is not None or self._workspace.project is None:
            return
        try:
            self.begin(wish)
        except (UserError, OSError) as error:
            self._on_end(error)
        self._on_change()

    def _ended(self, refinement: Refinement, error: Exception | None) -> None:
        # a round that runs out of its project is nobody's any more
        if self.current is refinement:
            self.current = self.waiting = None
            self._on_end(error)
