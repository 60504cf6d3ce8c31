"""How many steps a round makes: written down before it holds, so that the same plan gives the same student wherever and whenever.

Learning rates, quarters and the ends of stages go by the steps of the plan alone. ``plan.json``::

    {"format": 1, "entries": [{"stage": "teacher", "from_step": 8, "total": 120, "rate": 1.0, "batch": 8}, ...]}
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError

__all__ = ["PLAN_NAME", "STAGES", "Plan", "PlanEntry", "read_plan", "write_plan"]

PLAN_FORMAT = 1
PLAN_NAME = "plan.json"

STAGES = ("teacher", "distil")
"""Those of a round's stages that are made of steps."""


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """What holds from a step of a stage on.

    Attributes
    ----------
    stage
        "teacher" or "distil".
    from_step
        First step that the entry counts for.
    total
        Steps at whose end the stage is over; None while the speed of the machine is still measured.
    rate
        Factor of the recipe's learning rate.
    batch
        Images of a step.
    """

    stage: str
    from_step: int
    total: int | None
    rate: float
    batch: int

    def __post_init__(self) -> None:
        whole = all(type(n) is int for n in (self.from_step, self.batch)) and (self.total is None or type(self.total) is int)
        if self.stage not in STAGES or not whole or not isinstance(self.rate, int | float):
            raise ValueError(f"an entry {asdict(self)}")
        if self.from_step < 0 or (self.total is not None and self.total < self.from_step) or not 0 < self.rate <= 1:
            raise ValueError(f"an entry {asdict(self)}")
        if self.batch < 2 or self.batch % 2:
            raise ValueError(f"a batch of {self.batch}")


@dataclass(frozen=True, slots=True)
class Plan:
    """The entries of a round, those of one stage in the order of their steps."""

    entries: tuple[PlanEntry, ...] = ()

    def of(self, stage: str) -> tuple[PlanEntry, ...]:
        """Return the entries of a stage."""
        return tuple(entry for entry in self.entries if entry.stage == stage)

    def at(self, stage: str, step: int) -> PlanEntry | None:
        """Return the entry that holds for a step, None where the plan says nothing about it yet."""
        return next((entry for entry in reversed(self.of(stage)) if entry.from_step <= step), None)

    def total(self, stage: str) -> int | None:
        """Return how many steps a stage has by all that is known, None while it is not fixed."""
        own = self.of(stage)
        return own[-1].total if own else None

    def changed(self, entry: PlanEntry) -> Plan:
        """Return the plan in which an entry holds from its step on, instead of what was planned from there."""
        kept = tuple(e for e in self.entries if e.stage != entry.stage or e.from_step < entry.from_step)
        return Plan((*kept, entry))

    def done(self, stage: str, step: int) -> float:
        """Return how much of a stage is over after so many steps, 0 to 1, by the entries in force.

        A changed total does not move what is over; from its step on the rest is spread over the steps that are left. While the speed is
        measured nothing is over.
        """
        over = 0.0
        own = [entry for entry in self.of(stage) if entry.from_step <= step]
        for number, entry in enumerate(own):
            until = own[number + 1].from_step if number + 1 < len(own) else step
            if entry.total is None:
                continue
            if until >= entry.total:
                return 1.0
            over += (1.0 - over) * ((until - entry.from_step) / (entry.total - entry.from_step))
        return min(over, 1.0)

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``plan.json``."""
        return {"format": PLAN_FORMAT, "entries": [asdict(entry) for entry in self.entries]}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Plan:
        """Return the plan of a document.

        Raises
        ------
        ValueError
            When it is of another format or contradicts itself.
        """
        try:
            if document["format"] != PLAN_FORMAT:
                raise ValueError(f"format {document['format']}")
            plan = cls(tuple(PlanEntry(**entry) for entry in document["entries"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{error!r}") from error
        for stage in STAGES:
            steps = [entry.from_step for entry in plan.of(stage)]
            if steps != sorted(set(steps)) or steps[:1] not in ([], [0]):
                raise ValueError(f"entries of {stage} that do not begin at 0 or are not in order")
        return plan


def read_plan(path: Path) -> Plan | None:
    """Return a written plan, None where there is no file.

    Raises
    ------
    TrainingError
        When it is damaged.
    """
    try:
        return Plan.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        advice = "Start the refinement anew."
        raise TrainingError(f"The round's plan cannot be read: {error}", where=str(path), next_step=advice) from error


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan, whole or not at all.

    Raises
    ------
    UserError
        When the disk is full or the folder cannot be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(plan.as_json(), indent=1) + "\n", encoding="utf-8")
