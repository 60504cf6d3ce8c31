"""A user study by script: minutes of correction that each round of the loop saves, on the benchmark's tasks.

A simulated corrector (``corrector.py``) works as the program suggests: the slices that are worth most come first, each is painted with
real tools until every structure has Dice 0.95, then the student is refined and predicts all scans again. Beside it a twin of the project
keeps its first student, and the same slices are corrected there from what that one had proposed. What the twin takes longer is saved.
Each round is appended to the file of results at once.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corrector import Corrected, Corrector, Hand, worst_dice
from gf_desktop.api import carry_out_round
from gf_desktop.errors import UserError
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.next_best import Ranking
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from rows import machine
from task_projects import TASK_NAMES, task_project

ROUNDS: Final = 3
SLICES: Final = 4
"""Corrected before each round, and once more after the last."""

MINUTES: Final = 2.0
RANKED: Final = 400

HEADINGS: Final = (
    "task",
    "students since the first",
    "slices",
    "strokes: first student",
    "the one that serves",
    "minutes: first student",
    "the one that serves",
    "saved",
    "a stroke: hand · program",
    "others: first student, serving",
    "the round after it",
)

UInt8 = npt.NDArray[np.uint8]


@dataclass(slots=True)
class World:
    """A project under correction."""

    session: Session
    references: dict[str, UInt8]

    def correct(self, corrector: Corrector, places: Iterable[tuple[str, int]]) -> list[Corrected]:
        """Correct slices, one after the other."""
        done: list[Corrected] = []
        for case_id, k in places:
            if self.session.open is None or self.session.open.case.id != case_id:
                self.session.open_case(case_id)
            done.append(corrector.correct(self.session, k, self.references[case_id][k]))
        return done

    def suggested(self, count: int, done: set[tuple[str, int]]) -> list[tuple[str, int]]:
        """Return the slices that the program would show next, those without a structure left out."""
        ranking: Ranking = answer_of(self.session.suggesting.rank, count=RANKED)
        places = [(one.case_id, one.k) for one in ranking.suggestions]
        open_ = [(c, k) for c, k in places if (c, k) not in done and self.references[c][k].any()]
        return open_[:count]

    def dice(self, done: set[tuple[str, int]]) -> float:
        """Return the mean, over slices that nobody corrected, of their worst structure's Dice."""
        found = []
        for case_id, reference in self.references.items():
            labels = self.session.labels_of(case_id)
            found += [worst_dice(labels[k], reference[k]) for k in range(len(reference)) if (case_id, k) not in done and reference[k].any()]
        return float(np.mean(found))


def study(name: str, options: argparse.Namespace) -> Iterable[dict[str, Any]]:
    """Work through the rounds of a task and give a row for each."""
    task = task_project(name, options.packs)
    corrector = Corrector(seed=options.seed)
    with tempfile.TemporaryDirectory() as place:
        worlds = []
        for twin in ("refined", "first"):
            session = Session(InlineJobs(), SubprocessTransport)
            worlds.append(World(session, task.create(session, Path(place) / twin)))
        ours, twin = worlds
        done: set[tuple[str, int]] = set()
        for number in range(options.rounds + 1):
            places = ours.suggested(options.slices, done)
            if not places:
                break
            with_loop, without = ours.correct(corrector, places), twin.correct(corrector, places)
            done |= set(places)
            row: dict[str, Any] = {
                "task": name,
                "seed": options.seed,
                "students": number,
                "minutes": options.minutes,
                "slices": [list(one) for one in places],
                "with_loop": [asdict(one) for one in with_loop],
                "without": [asdict(one) for one in without],
                "dice_of_others": ours.dice(done),
                "dice_of_others_first": twin.dice(done),
                "hand": asdict(corrector.hand),
                "machine": machine(),
            }
            if number < options.rounds:
                row |= _refine(ours, options)
            yield row
        for world in worlds:
            world.session.close_project()


def _refine(world: World, options: argparse.Namespace) -> dict[str, Any]:
    session, begin = world.session, time.perf_counter()
    try:
        report = carry_out_round(session, lambda: session.refine(minutes=options.minutes, seed=options.seed, threads=options.threads))
    except UserError as error:
        return {"promoted": False, "reason": str(error), "round_s": time.perf_counter() - begin}
    if report.promoted:
        for case in session.cases():
            answer_of(session.predict, case.id)
    return {"promoted": report.promoted, "reason": report.reason, "round_s": round(time.perf_counter() - begin, 1)}


def _minutes(row: dict[str, Any], side: str) -> float:
    return sum(one["hand_s"] + one["program_s"] for one in row[side]) / 60


def _strokes(row: dict[str, Any], side: str) -> int:
    return sum(one["strokes"] for one in row[side])


def document(rows: list[dict[str, Any]]) -> str:
    """Return the report, Markdown."""
    hand = Hand(**rows[0]["hand"])
    rounds = f"{rows[0]['minutes']:g} minutes on two cores"
    lines = [
        "# Minutes that the loop saves",
        "",
        "A user study by script, `PYTHONPATH=benchmarks python benchmarks/loop_study.py`; every figure is from `loop.jsonl` beside it.",
        "",
        "A simulated corrector knows the reference. It takes the slices that the program suggests, draws in each with the program's brush,",
        "eraser and lasso, whatever mends most in a second, until every structure of the slice has Dice 0.95, accepts it, and presses",
        f"Refine ({rounds})",
        f"after every {len(rows[0]['slices'])} slices. A twin of the project keeps its first student and gets the same slices.",
        "**Saved** is what the twin takes longer.",
        "",
        f"The program's seconds are measured for each stroke. The hand's are reckoned: {hand.look_s:g} s to look at a slice and accept it,",
        f"{hand.aim_s:g} s to aim and press for each stroke, {hand.choose_s:g} s for another structure, {hand.size_s:g} s for another size",
        f"of the brush or the lasso, and a stroke is drawn at {hand.sides_per_s:g} sides of the picture a second. It misses by",
        f"{hand.tremble_px:g} pixels at each point. So the minutes stand and fall with these numbers; the strokes do not.",
        "",
        "The scans are no patients but for the abdomen's, whose references another network made. These figures compare students, and say",
        "nothing about a clinic. *Others* is the mean Dice of the worst structure of each slice that nobody corrected.",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
    ]
    promoted: dict[tuple[str, int], int] = {}
    for row in rows:
        key = (row["task"], row["seed"])
        before, after = _minutes(row, "without"), _minutes(row, "with_loop")
        strokes = max(1, _strokes(row, "with_loop") + _strokes(row, "without"))
        both = row["with_loop"] + row["without"]
        each = f"{sum(one['hand_s'] for one in both) / strokes:.1f} s · {1e3 * sum(one['program_s'] for one in both) / strokes:.0f} ms"
        saved = f"{before - after:+.1f} ({(before - after) / before:+.0%})" if before else "–"
        outcome = "–" if "promoted" not in row else ("took over" if row["promoted"] else "kept out")
        cells = (
            row["task"],
            promoted.get(key, 0),
            len(row["slices"]),
            _strokes(row, "without"),
            _strokes(row, "with_loop"),
            f"{before:.1f}",
            f"{after:.1f}",
            saved,
            each,
            f"{row['dice_of_others_first']:.3f}, {row['dice_of_others']:.3f}",
            outcome,
        )
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
        promoted[key] = promoted.get(key, 0) + bool(row.get("promoted"))
    short = [one for row in rows for side in ("with_loop", "without") for one in row[side] if one["after"] < Corrector().target]
    slices = sum(len(row["with_loop"]) + len(row["without"]) for row in rows)
    lines += ["", f"{slices - len(short)} of {slices} corrections reached Dice 0.95 in every structure; the others were given up.", ""]
    return "\n".join(lines)


def main() -> int:
    """Make what is missing, then write the report of all that is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="+", choices=TASK_NAMES, default=list(TASK_NAMES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--slices", type=int, default=SLICES, help="corrected before each round")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of each round")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--packs", type=Path, default=Path("build/bench-packs"), help="where packs and scans of the tasks are kept")
    parser.add_argument("--out", type=Path, default=Path("docs/results/loop.jsonl"))
    parser.add_argument("--report", action="store_true", help="make no run")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.out.read_text(encoding="utf-8").splitlines()] if options.out.is_file() else []
    if not options.report:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        for name in options.tasks:
            if any(row["task"] == name and row["seed"] == options.seed and "promoted" not in row for row in rows):
                continue
            # a task that was cut off is begun anew
            rows = [row for row in rows if (row["task"], row["seed"]) != (name, options.seed)]
            for row in study(name, options):
                rows.append(row)
                options.out.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
                print(
                    f"{name}, round {row['students']}: {_minutes(row, 'without'):.1f} min without, {_minutes(row, 'with_loop'):.1f} with; "
                    f"{row.get('reason', '')}",
                    file=sys.stderr,
                )
    if rows:
        options.out.with_suffix(".md").write_text(document(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
