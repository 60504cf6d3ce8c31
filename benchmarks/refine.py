"""What a refinement gives: Dice on slices that nobody corrected, before and after, by number of corrected slices and minutes.

The product's own way, from the session's commands to the gate, on the demo's scan (the task "abdomen") and the other tasks of the
benchmark (``task_projects.py``). A quarter of the slices, or of the scans where there are several, is never corrected, which one the
seed says; they judge every run. Beside the product's rounds stand *naive* fine-tuning (no teacher, no former student, no replay), a round
*without teacher* (former student and replay only), and *full* supervision (all other slices corrected). Each run is appended to the
file of results at once, and a run that is there is not made again.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.api import carry_out_round
from gf_desktop.gate import decide_again
from gf_desktop.imaging.paired import MIN_VOXELS
from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import read_card
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from rows import machine
from task_projects import TASK_NAMES, TaskProject, task_project

SLICES: Final = (1, 2, 4, 8, 16)
MINUTES: Final = (2.0, 5.0, 10.0)
NEVER_CORRECTED: Final = 4
"""One slice in so many."""

ARMS: Final[dict[str, dict[str, float | int | str | bool]]] = {
    "product": {},
    "naive": {"teacher_steps": 1, "kd_weight": 0.0, "cwd_share": 0.0, "graph_share": 0.0, "old_weight": 0.0, "replay_share": 0.0},
    "without teacher": {"teacher_steps": 1, "kd_weight": 0.0, "cwd_share": 0.0, "graph_share": 0.0},
    "full": {},
}
"""What each kind of round changes of the usual recipe."""

GAIN_GOAL, FALL_GOAL, SHARE_GOAL, FORGET_GOAL = 0.02, 0.02, 0.8, 0.03

LABELS: Final = 256

CORES: Final = 2
"""A run has so many."""

Scores = dict[str, float | None]
UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Wish:
    """One run; ``slices`` is 0 for full supervision, ``device`` as :meth:`gf_desktop.session.Session.refine` has it."""

    arm: str
    slices: int
    minutes: float
    seed: int
    device: str = "cpu"
    task: str = "abdomen"


Place = tuple[str, int]
"""A scan and one of its slices."""


def split(count: int, wanted: int, seed: int) -> tuple[list[int], list[int]]:
    """Return the slices to correct, spread over the scan, and those that judge; fewer slices are a part of more slices.

    Parameters
    ----------
    wanted
        0 for all that do not judge.
    """
    judging = list(range(seed % NEVER_CORRECTED, count, NEVER_CORRECTED))
    free = [k for k in range(count) if k not in judging]
    rng = np.random.default_rng(seed)
    chosen = [free[int(rng.integers(len(free)))]]
    while len(chosen) < min(wanted or len(free), len(free)):
        # the one that is farthest from all chosen; equal ones by lot
        far = [(min(abs(k - c) for c in chosen), rng.random(), k) for k in free if k not in chosen]
        chosen.append(max(far)[2])
    return sorted(chosen), judging


def split_scans(references: dict[str, UInt8], wanted: int, seed: int) -> tuple[list[Place], list[Place]]:
    """Return the places to correct and those that judge; see :func:`split`, by slices of one scan or by scans."""
    if len(references) == 1:
        ((case_id, reference),) = references.items()
        corrected, judging = split(len(reference), wanted, seed)
        return [(case_id, k) for k in corrected], [(case_id, k) for k in judging]
    judges = set(list(references)[seed % NEVER_CORRECTED :: NEVER_CORRECTED])
    free = [(case_id, k) for case_id in references if case_id not in judges for k in range(len(references[case_id]))]
    # fewer places are a part of more places, and any number of them comes from as many scans as there are
    order = [(int(n), place) for n, place in zip(np.random.default_rng(seed).permutation(len(free)), free, strict=True)]
    turn: dict[str, int] = {}
    dealt: list[tuple[int, int, Place]] = []
    for n, place in sorted(order):
        turn[place[0]] = turn.get(place[0], 0) + 1
        dealt.append((turn[place[0]], n, place))
    corrected = [place for _turn, _n, place in sorted(dealt)][: wanted or None]
    return sorted(corrected), [(case_id, k) for case_id in sorted(judges) for k in range(len(references[case_id]))]


def _dice(session: Session, references: dict[str, UInt8], places: Iterable[Place]) -> Scores:
    """Return the Dice of each structure over all places together, and their mean."""
    table = session.must_project().table
    shared, ours, theirs = (np.zeros(LABELS, np.int64) for _ in range(3))
    for case_id, k in places:
        mask, reference = session.labels_of(case_id)[k].ravel(), references[case_id][k].ravel()
        ours += np.bincount(mask, minlength=LABELS)
        theirs += np.bincount(reference, minlength=LABELS)
        shared += np.bincount(mask[mask == reference], minlength=LABELS)
    scores: Scores = {}
    for structure in table:
        size = int(ours[structure.id] + theirs[structure.id])
        scores[structure.name] = 2 * int(shared[structure.id]) / size if size else None
    known = [score for score in scores.values() if score is not None]
    return scores | {"mean": float(np.mean(known)) if known else None}


def _judge_model(task: TaskProject, folder: Path, model_id: str | None, places: list[Place]) -> Scores:
    """Return Dice of one of the project's models, in a project of its own: the person's mask is not asked."""
    with tempfile.TemporaryDirectory() as place:
        session = Session(InlineJobs(), SubprocessTransport)
        judged = replace(task, pack=folder / "models" / (model_id or task.pack.name))
        scores = _dice(session, judged.create(session, Path(place) / "judge"), places)
        session.close_project()
    return scores


def run(wish: Wish, *, threads: int, packs: Path) -> dict[str, Any]:
    """Make one run in a project of its own and return its row."""
    task = task_project(wish.task, packs)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "trial"
        session = Session(InlineJobs(), SubprocessTransport)
        references = task.create(session, folder)
        corrected, judging = split_scans(references, wish.slices, wish.seed)
        before = _dice(session, references, judging)
        task.correct(session, corrected)
        how = {"minutes": wish.minutes, "seed": wish.seed, "threads": threads, "recipe": ARMS[wish.arm], "device": wish.device}
        report = carry_out_round(session, lambda: session.refine(**how))
        session.close_project()
        steps = read_card(folder / "models" / report.candidate_id).training["steps"]
        after = _judge_model(task, folder, report.candidate_id, judging)
        gate = report.gate
    return {
        **asdict(wish),
        "corrected": corrected,
        "judging": judging,
        "before": before,
        "candidate": after,
        "served": after if report.promoted else before,
        "promoted": report.promoted,
        "reason": report.reason,
        "forgotten": _forgotten(gate),
        "minutes_taken": round(report.minutes, 2),
        "gate": gate,
        "steps": steps,
        "machine": machine(),
    }


def _forgotten(gate: dict[str, Any]) -> float | None:
    """Return by how much the mean Dice on the pack's own slices fell; None where the gate does not say."""
    found = ((gate.get("sets") or {}).get("remembered") or {}).get("mean") or {}
    before, after = found.get("before"), found.get("after")
    return None if before is None or after is None else float(before - after)


def wishes(options: argparse.Namespace) -> Iterator[Wish]:
    """Give the runs, those that tell most first: all of one seed before the next."""
    for seed in options.only_seeds or range(options.seeds):
        for long in options.minutes:
            for arm in options.arms:
                numbers = [0] if arm == "full" else options.slices
                yield from (Wish(arm, n, long, seed, options.device, task) for n in numbers for task in options.tasks)


def judged_today(row: dict[str, Any]) -> dict[str, Any]:
    """Return a run with the verdict of today's gate on the numbers that its round stored; ``then`` keeps what was decided."""
    gate = copy.deepcopy(row["gate"])
    # runs of a former program do not name the voxels that were won, but where those were too few the reason does
    too_few = re.search(r"rests on (\d+) voxels", row["reason"])
    for name, found in gate["sets"].items():
        found.setdefault("won", int(too_few[1]) if too_few and name == gate["decided_by"] else MIN_VOXELS)
    again = decide_again(gate, candidate_id="the candidate", active_id="the former student")
    served = row["candidate"] if again.promoted else row["before"]
    return row | {"promoted": again.promoted, "reason": again.reason, "served": served, "then": row["promoted"]}


def _spread(values: list[float]) -> str:
    if not values:
        return "–"
    middle = f"{np.median(values):+.3f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):+.3f} to {max(values):+.3f})"


def _gain(row: dict[str, Any], key: str) -> float:
    return float(row[key]["mean"] - row["before"]["mean"])


def _worst(row: dict[str, Any], key: str) -> float:
    falls = [(row[key][name] or 0.0) - value for name, value in row["before"].items() if value is not None and name != "mean"]
    return float(min(falls))


def _fall(value: float) -> str:
    return "none" if value >= 0 else f"{-value:.3f}"


Groups = dict[tuple[str, str, int, float], list[dict[str, Any]]]


def _cells(group: list[dict[str, Any]]) -> list[str]:
    """Return what a row of the table says of runs that differ in their seed alone."""
    now, then = (sum(row[when] for row in group) for when in ("promoted", "then"))
    lost = [row["forgotten"] for row in group if row["forgotten"] is not None]
    before = [row["before"]["mean"] for row in group]
    return [
        str(len(group)),
        f"{min(before):.3f}" if len(group) == 1 else f"{min(before):.3f} to {max(before):.3f}",
        _spread([_gain(row, "candidate") for row in group]),
        _spread([_gain(row, "served") for row in group]),
        f"{now} of {len(group)}{f' (then {then})' if then != now else ''}",
        _fall(min(_worst(row, "candidate") for row in group)),
        _fall(min(_worst(row, "served") for row in group)),
        _spread(lost),
    ]


def goals(rows: list[dict[str, Any]], groups: Groups) -> Iterator[str]:
    """Give a sentence for each goal that there are runs of."""
    product = [row for row in rows if row["arm"] == "product"]
    one = [_gain(row, "served") for row in product if row["slices"] == 1]
    if one:
        yield f"One slice: the median of the gain that is served, over {len(one)} runs, is {np.median(one):+.3f} (goal {GAIN_GOAL:+.2f})."
    if product:
        worst = _fall(min(_worst(row, "served") for row in product))
        yield f"A structure's largest fall, of {len(product)} runs as they are served: {worst} (goal {FALL_GOAL:.2f} at most)."
    shares = []
    for task in sorted({row["task"] for row in rows}):
        full = {row["seed"]: _gain(row, "candidate") for row in groups.get((task, "full", 0, 5.0), [])}
        four = groups.get((task, "product", 4, 5.0), [])
        shares += [(task, _gain(row, "served") / full[row["seed"]]) for row in four if full.get(row["seed"], 0.0) > 0]
    if shares:
        each = ", ".join(f"{task} {share:.0%}" for task, share in shares)
        median = np.median([share for _task, share in shares])
        yield (
            f"Four slices at five minutes: {median:.0%} of the gain of full supervision with the same seed, as the median of {len(shares)} "
            f"(goal {SHARE_GOAL:.0%}): {each}."
        )
    lost = [row["forgotten"] for row in product if row["promoted"] and row["forgotten"] is not None]
    if lost:
        yield f"Forgotten on the pack's own slices, of what is served: {max(lost):+.3f} at most (goal {FORGET_GOAL:+.2f})."


def _machines(rows: list[dict[str, Any]]) -> str:
    """Return where the runs were made, most of them first."""
    count = Counter(row["machine"]["cores"] for row in rows)
    return " ".join(
        f"{number} of {len(rows)} runs were made on a machine of {cores} cores"
        + (", one at a time." if cores == CORES else f", up to {cores // CORES} of them side by side, which left each fewer steps.")
        for cores, number in count.most_common()
    )


HEADINGS: Final = (
    "task",
    "round",
    "slices",
    "minutes",
    "seeds",
    "before",
    "gain of the candidate",
    "gain that is served",
    "took over",
    "a structure's largest fall, candidate",
    "the same, served",
    "forgotten",
)


def document(rows: list[dict[str, Any]]) -> str:
    """Return the figures of all runs on the processor as Markdown."""
    rows = [judged_today(row) for row in rows if row["device"] == "cpu"]
    groups: Groups = {}
    for row in rows:
        groups.setdefault((row["task"], row["arm"], row["slices"], row["minutes"]), []).append(row)
    lines = [
        "# What a refinement gives",
        "",
        "By `PYTHONPATH=benchmarks python benchmarks/refine.py`; every figure is from `refine.jsonl` beside it.",
        "",
        "Dice on slices that nobody corrected, mean of the structures: before, and by how much it rose: median (smallest to largest)",
        "of the seeds. *Took over* and *served* are by the gate as it is today, from the numbers that each round stored; where it",
        "decided otherwise when the round was made, that is said. *Forgotten*: by how much the mean on the pack's own slices fell,",
        "below 0 where it rose.",
        "",
        f"{_machines(rows)} All trained with two threads.",
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|---" * len(HEADINGS) + "|",
    ]
    for (task, arm, slices, minutes), group in sorted(groups.items(), key=lambda g: (g[0][0], g[0][1], g[0][3], g[0][2])):
        cells = [task, arm, "all" if slices == 0 else str(slices), f"{minutes:g}", *_cells(group)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *(f"- {sentence}" for sentence in goals(rows, groups)), ""]
    return "\n".join(lines)


def main() -> int:
    """Make what is missing, then print all that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/results/refine.jsonl"), help="one JSON object a line, a run each")
    parser.add_argument("--tasks", nargs="+", choices=TASK_NAMES, default=list(TASK_NAMES))
    parser.add_argument("--packs", type=Path, default=Path("build/bench-packs"), help="where packs and scans of the tasks are kept")
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--slices", nargs="+", type=int, default=list(SLICES))
    parser.add_argument("--minutes", nargs="+", type=float, default=list(MINUTES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only-seeds", nargs="+", type=int, help="these instead of the first so many")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument("--threads", type=int, default=CORES)
    parser.add_argument("--report", action="store_true", help="make no run")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.out.read_text(encoding="utf-8").splitlines()] if options.out.is_file() else []
    known = {tuple(row[field.name] for field in fields(Wish)) for row in rows}
    if not options.report:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        for wish in wishes(options):
            if astuple(wish) in known:
                continue
            row = run(wish, threads=options.threads, packs=options.packs)
            rows.append(row)
            with options.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
            print(f"{wish}: {_gain(row, 'candidate'):+.3f}, {row['reason']}", file=sys.stderr)
    told = document(rows)
    options.out.with_suffix(".md").write_text(told, encoding="utf-8")
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
