"""The benchmark's report: Markdown tables, plots and the raw figures, written from the results that are there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from gf_desktop.atomic import atomic_path
from training.bench.studies import (
    ABLATION,
    DEFAULT,
    FRACTIONS,
    GAP_NETS,
    OTHER_TEACHERS,
    OTHERS,
    SEMI_METHODS,
    STUDENT,
    SUPERVISED_METHODS,
    TEACHER,
    TUNING,
    Entry,
    tuning_row,
)
from training.bench.study import Lab
from training.bench.tasks import load_task
from training.presets import PRESETS
from training.settings import with_settings

__all__ = ["Figures", "goals", "write_report"]

WORDS = {
    "ce": "cross-entropy",
    "ce-dice": "CE + Dice",
    "kl": "+ KL",
    "at": "+ AT",
    "fsp": "+ FSP",
    "cwd": "+ CWD",
    "dist": "+ DIST",
    "graph-flow-published": "Graph Flow as published",
    "graph-flow-without": "default without the Graph Flow term",
    "graph-flow": "default: unified Graph Flow recipe",
    "graph-flow-semi": "default, labelled + unlabelled",
    "graph-flow-improved": "improved recipe, labelled + unlabelled",
    "mean-teacher": "Mean Teacher",
    "unimatch": "UniMatch-style",
    "teacher": "teacher",
    "lite_unet": "U-Net on ImageNet EfficientNet-Lite0 (the teacher)",
    "fanet": "FANet, width 0.125, not pre-trained",
    "transunet": "TransUNet, width 0.25, depth 0.25, not pre-trained",
    "mobile_unet": "Mobile U-Net, width 0.5",
    "enet": "ENet",
    "erfnet": "ERFNet, width 0.5",
}

PAPER_CURVE = {
    "teacher": (0.383, 0.628, 0.723, 0.760, 0.795),
    "student alone": (0.262, 0.515, 0.613, 0.678, 0.733),
    "Graph Flow, labelled": (0.328, 0.606, 0.687, 0.699, 0.787),
    "Graph Flow, labelled + unlabelled": (0.441, 0.627, 0.724, 0.743, 0.787),
}
"""Synapse, Mobile U-Net, Dice at 2, 6, 10, 14 and 18 labelled cases of 18, read from the vector figure of arXiv 2203.08667."""

PAPER_CASES = (2, 6, 10, 14, 18)


class Figures:
    """Results by study, row, task and fraction.

    Parameters
    ----------
    lab, entries
        Where results lie and which belong to the report; a run that was not made is left out.
    """

    def __init__(self, lab: Lab, entries: Iterable[Entry]) -> None:
        self.rows: list[dict[str, Any]] = []
        self.missing = 0
        for entry in entries:
            result = lab.result(entry.run)
            if result is None:
                self.missing += 1
                continue
            self.rows.append({"study": entry.study, "row": entry.row, "task": entry.run.task, "fraction": entry.run.fraction,
                              "seed": entry.run.seed, "key": entry.run.key, **result})  # fmt: skip

    def by_seed(self, study: str, row: str, task: str, *, fraction: float = 1.0, split: str = "test") -> dict[int, float]:
        """Return mean Dice by seed."""
        chosen = (r for r in self.rows if (r["study"], r["row"], r["task"], r["fraction"]) == (study, row, task, fraction))
        return {r["seed"]: float(r[split]["mean"]) for r in chosen}

    def tasks(self, study: str) -> list[str]:
        """Return the tasks of a study in the order of the entries."""
        return list(dict.fromkeys(r["task"] for r in self.rows if r["study"] == study))

    def outlines(self, study: str, row: str, tasks: list[str]) -> float | None:
        """Return the mean over tasks and seeds of the 95th percentile of the distances between the outlines, px, at all labels."""
        chosen = [r for r in self.rows if (r["study"], r["row"], r["fraction"]) == (study, row, 1.0) and r["task"] in tasks]
        return float(np.mean([r["test"]["hd95_px"] for r in chosen])) if chosen else None

    def faults(self, study: str, row: str, task: str) -> tuple[int, int]:
        """Return missed and spurious structures over all cases and seeds, at all labels."""
        chosen = [r for r in self.rows if (r["study"], r["row"], r["task"], r["fraction"]) == (study, row, task, 1.0)]
        return sum(r["test"]["missed"] for r in chosen), sum(r["test"]["spurious"] for r in chosen)


def _cell(values: dict[int, float]) -> str:
    if not values:
        return "-"
    numbers = np.array(list(values.values()))
    return f"{numbers.mean():.3f} ± {numbers.std(ddof=1):.3f}" if len(numbers) > 1 else f"{numbers[0]:.3f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)]
    return "\n".join(lines)


def paired(one: dict[int, float], other: dict[int, float]) -> list[float]:
    """Return the differences of the seeds that both have."""
    return [one[seed] - other[seed] for seed in sorted(set(one) & set(other))]


def closed(figures: Figures, row: str, tasks: list[str]) -> float | None:
    """Return the share of the gap between teacher and CE + Dice student that a row closes.

    ``sum over tasks and seeds (row - student alone) / sum (teacher - student alone)``: no task is left out, and one with a small
    gap has a small say. None where a row was not made on every task, or there is no gap.
    """
    gained, gap = 0.0, 0.0
    for task in tasks:
        teacher, alone, ours = (figures.by_seed("supervised", name, task) for name in ("teacher", "ce-dice", row))
        seeds = sorted(set(teacher) & set(alone) & set(ours))
        if not seeds:
            return None
        gained += float(np.mean([ours[s] - alone[s] for s in seeds]))
        gap += float(np.mean([teacher[s] - alone[s] for s in seeds]))
    return gained / gap if gap > 0 else None


def _percent(share: float | None) -> str:
    return "no gap" if share is None else f"{100 * share:.0f}"


RIVALS = ("kl", "at", "fsp", "cwd", "dist")
GAP_GOAL, LABELS_GOAL = 0.60, 0.04
"""What the default was to reach: share of the gap that it closes, and Dice above the student alone at 20 % labels."""

FEW = 0.2


def _semi_gain(figures: Figures, row: str) -> list[float]:
    """Return the differences between the default with unlabelled images and a row at 20 % labels, over tasks and seeds."""
    tasks = figures.tasks("semi")
    ours = {task: figures.by_seed("semi", "graph-flow-semi", task, fraction=FEW) for task in tasks}
    return [d for task in tasks for d in paired(ours[task], figures.by_seed("semi", row, task, fraction=FEW))]


def _verdict(holds: bool | None) -> str:
    return "not measured" if holds is None else "holds" if holds else "**does not hold**"


def goals(figures: Figures) -> list[tuple[str, str, bool | None]]:
    """Return what the default was to reach, what was measured, and whether it holds; None where it was not measured."""
    tasks = figures.tasks("supervised")
    share = closed(figures, DEFAULT, tasks) if tasks else None
    single = [closed(figures, DEFAULT, [task]) for task in tasks]
    known = [value for value in single if value is not None]
    mean = float(np.mean(known)) if known and len(known) == len(tasks) else None
    found: list[tuple[str, str, bool | None]] = [
        (f"closes {100 * GAP_GOAL:.0f} % of the gap or more, mean of the tasks' shares", f"{_percent(mean)} %",
         None if mean is None else mean >= GAP_GOAL),
        (f"closes {100 * GAP_GOAL:.0f} % of the gap or more, gains and gaps added up first", f"{_percent(share)} %",
         None if share is None else share >= GAP_GOAL),
    ]  # fmt: skip

    def against(row: str) -> list[float]:
        return [d for t in tasks for d in paired(figures.by_seed("supervised", DEFAULT, t), figures.by_seed("supervised", row, t))]

    def line(what: str, differences: list[float], goal: float) -> tuple[str, str, bool | None]:
        if not differences:
            return what, "-", None
        mean = float(np.mean(differences))
        return what, f"{mean:+.4f}, above 0 in {sum(d > 0 for d in differences)} of {len(differences)}", mean > goal or mean == goal > 0

    found += [line(f"is ahead of {WORDS[row].removeprefix('+ ')} in the mean of paired seeds", against(row), 0.0) for row in RIVALS]
    found.append(line("loses Dice where the Graph Flow term is taken out", against("graph-flow-without"), 0.0))
    what = f"at {100 * FEW:.0f} % labels, labelled + unlabelled is"
    found.append(line(f"{what} {LABELS_GOAL} Dice or more above the student alone", _semi_gain(figures, "ce-dice"), LABELS_GOAL))
    found.append(line(f"{what} above Mean Teacher", _semi_gain(figures, "mean-teacher"), 0.0))
    return found


def _goals_section(figures: Figures) -> str:
    rows = [[what, measured, _verdict(holds)] for what, measured, holds in goals(figures)]
    return "## What the default was to reach\n\nMean over all tasks and seeds, differences paired by task and seed.\n\n" + _table(
        ["the default", "measured", ""], rows
    )


def _tuning_section(figures: Figures) -> str:
    tasks = figures.tasks("tuning")
    rows = []
    for name, grid in TUNING.items():
        scores = {}
        for settings in grid:
            row = tuning_row(name, settings)
            found = [
                v for t in tasks for f in (0.2, 1.0) for v in figures.by_seed("tuning", row, t, fraction=f, split="validation").values()
            ]
            scores[row] = float(np.mean(found)) if len(found) == len(tasks) else float("nan")
        best = max(scores, key=lambda row: -1.0 if np.isnan(scores[row]) else scores[row])
        used = next((tuning_row(name, s) for s in grid if with_settings(PRESETS[name], s) == PRESETS[name]), "")
        rows += [[f"**{row}**" if row == best else row, f"{value:.4f}", "in use" if row == used else ""] for row, value in scores.items()]
    where = f"the validation slices of {len(tasks)} tasks, one seed that is in no other table"
    text = f"Mean Dice on {where}; methods without a teacher at 20 % labels."
    text += (
        " In bold the best of this pass. In use is what was best in an earlier pass over the same grids on another processor; where this"
        " pass found another setting better by more than .01 (AT, DIST, Mean Teacher), that took its place."
    )
    return f"## The choice of weights\n\n{text}\n\n" + _table(["method and setting", "validation", ""], rows)


def _gap_section(figures: Figures) -> str:
    tasks = figures.tasks("gap")
    rows = [[WORDS[net.name], *(_cell(figures.by_seed("gap", net.name, task)) for task in tasks)] for net in GAP_NETS]
    differences = []
    for task in tasks:
        difference = paired(figures.by_seed("gap", TEACHER.name, task), figures.by_seed("gap", STUDENT.name, task))
        differences.append(f"{np.mean(difference):+.3f}" if difference else "-")
    rows.append(["**teacher less student**", *differences])
    titles = [load_task(task).title for task in tasks]
    steps = sorted({r["run"]["network"]["steps"] for r in figures.rows if r["study"] == "gap"})
    return f"## The gap, at equal steps\n\nCE + Dice, {' or '.join(map(str, steps))} steps each, mean Dice of the test cases.\n\n" + _table(
        ["network", *titles], rows
    )


def _supervised_section(figures: Figures) -> str:
    tasks = figures.tasks("supervised")
    head = [
        "method",
        *(load_task(task).title for task in tasks),
        "gap closed",
        f"default less this, {len(tasks)} tasks",
        "HD95, px",
        "missed / spurious",
    ]
    rows = []
    for row in ("teacher", *SUPERVISED_METHODS):
        shares = [closed(figures, row, [task]) for task in tasks]
        whole = closed(figures, row, tasks)
        against = [
            d for task in tasks for d in paired(figures.by_seed("supervised", DEFAULT, task), figures.by_seed("supervised", row, task))
        ]
        away = figures.outlines("supervised", row, tasks)
        missed, spurious = (sum(figures.faults("supervised", row, task)[n] for task in tasks) for n in (0, 1))
        difference = f"{np.mean(against):+.4f}, ahead in {sum(d > 0 for d in against)} of {len(against)}" if against else "-"
        rows.append([
            WORDS[row], *(_cell(figures.by_seed("supervised", row, task)) for task in tasks),
            "-" if whole is None or row in ("teacher", "ce-dice") else f"**{_percent(whole)} %** ({', '.join(map(_percent, shares))})",
            "-" if row in ("teacher", DEFAULT) else difference,
            "-" if away is None else f"{away:.1f}", f"{missed} / {spurious}",
        ])  # fmt: skip
    parts = ["## (a) Full supervision", "", _table(head, rows), "", "Other students and another teacher:", ""]
    others = [f"{net.name}: {name}" for net in OTHERS for name in ("ce-dice", DEFAULT)]
    others += [f"{title}: {name}" for title in OTHER_TEACHERS for name in ("teacher", "kl", DEFAULT)]
    table = []
    for row in others:
        first, _, second = row.partition(": ")
        cells = [_cell(figures.by_seed("supervised", row, task)) for task in tasks]
        named = f"small {first} as teacher" if first in OTHER_TEACHERS else WORDS[first]
        table.append([f"{named}: {WORDS[second]}", *cells])
    return "\n".join([*parts, _table(["network and method", *(load_task(task).title for task in tasks)], table)])


def _semi_section(figures: Figures, folder: Path) -> str:
    text = "Equal steps and equal batches in every row. Where unlabelled slices are used they are half of a batch, so that these rows"
    text += " see half as many labelled views as the others."
    parts = ["## (b) Fewer labels", "", text, ""]
    for task in figures.tasks("semi"):
        fractions = [f for f in FRACTIONS if figures.by_seed("semi", "ce-dice", task, fraction=f)]
        rows = [[WORDS[row], *(_cell(figures.by_seed("semi", row, task, fraction=f)) for f in fractions)] for row in SEMI_METHODS]
        parts += [f"### {load_task(task).title}", "", _table(["labels", *(f"{100 * f:.0f} %" for f in fractions)], rows), ""]
        if len(fractions) > 1:
            _plot_curve(figures, task, fractions, folder / f"semi-{task}.png")
            parts += [f"![labels against Dice](semi-{task}.png)", ""]
    return "\n".join(parts)


def _ablation_section(figures: Figures) -> str:
    tasks = figures.tasks("ablation")
    rows = []
    for row in ABLATION:
        per_task = {task: figures.by_seed("ablation", row, task) for task in tasks}
        differences = [d for task in tasks for d in paired(per_task[task], figures.by_seed("ablation", "default", task))]
        spread = f"{np.mean(differences):+.4f} ({sum(d < 0 for d in differences)} of {len(differences)} below)" if differences else "-"
        rows.append([row, *(_cell(values) for values in per_task.values()), "-" if row == "default" else spread])
    return "## (c) What each part is worth\n\n" + _table(["default, but", *(load_task(t).title for t in tasks), "paired difference"], rows)


def _plot_curve(figures: Figures, task: str, fractions: list[float], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (ours, theirs) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    for row in SEMI_METHODS:
        values = [list(figures.by_seed("semi", row, task, fraction=f).values()) for f in fractions]
        means = [float(np.mean(v)) if v else np.nan for v in values]
        spread = [float(np.std(v, ddof=1)) if len(v) > 1 else 0.0 for v in values]
        ours.errorbar([100 * f for f in fractions], means, spread, label=WORDS[row], capsize=2, marker="o", ms=4, lw=1.4)
    ours.set(title=f"{load_task(task).title}, here", xlabel="labelled slices, %", ylabel="mean Dice on the test cases")
    for name, curve in PAPER_CURVE.items():
        theirs.plot([100 * n / PAPER_CASES[-1] for n in PAPER_CASES], curve, label=name, marker="o", ms=4, lw=1.4)
    theirs.set(title="Synapse, as published", xlabel="labelled cases, %", ylabel="mean Dice")
    for axes in (ours, theirs):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _plot_methods(figures: Figures, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    tasks = figures.tasks("supervised")
    rows = ["teacher", *SUPERVISED_METHODS]
    figure, axes = plt.subplots(1, len(tasks), figsize=(3.4 * len(tasks) + 2, 4.2), layout="constrained", sharey=True, squeeze=False)
    for axis, task in zip(axes[0], tasks, strict=True):
        for place, row in enumerate(rows):
            values = list(figures.by_seed("supervised", row, task).values())
            colour = "#d55e00" if row == DEFAULT else "#888888" if row == "teacher" else "#56b4e9"
            axis.barh(place, float(np.mean(values)) if values else 0.0, color=colour, height=0.6)
            axis.plot(values, [place] * len(values), "k.", ms=4)
        low = min((r["test"]["mean"] for r in figures.rows if r["study"] == "supervised" and r["task"] == task), default=0.0)
        axis.set(title=load_task(task).title, xlabel="mean Dice", yticks=range(len(rows)), yticklabels=[WORDS[r] for r in rows])
        axis.set_xlim(left=max(0.0, low - 0.1))
        axis.invert_yaxis() if axis is axes[0][0] else None
    figure.savefig(path, dpi=110)
    plt.close(figure)


def write_report(folder: Path, lab: Lab, entries: list[Entry], about: dict[str, Any]) -> Path:
    """Write README.md, results.json and the plots of a benchmark.

    Parameters
    ----------
    about
        Commit, versions, seeds and command, written into both.

    Returns
    -------
    The Markdown file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = Figures(lab, entries)
    studies = {entry.study for entry in entries}
    parts = [_opening(figures, about)]
    if {"supervised", "semi"} <= studies:
        parts.append(_goals_section(figures))
    if figures.tasks("tuning"):
        parts.append(_tuning_section(figures))
    if "gap" in studies:
        parts.append(_gap_section(figures))
    if "supervised" in studies:
        parts.append(_supervised_section(figures) + "\n\n![methods](methods.png)")
        _plot_methods(figures, folder / "methods.png")
    if "semi" in studies:
        parts.append(_semi_section(figures, folder))
    if "ablation" in studies and figures.tasks("ablation"):
        parts.append(_ablation_section(figures))
    with atomic_path(folder / "results.json") as temporary:
        temporary.write_text(
            json.dumps({"about": about, "rows": figures.rows}, indent=None, separators=(",", ":")) + "\n", encoding="utf-8"
        )
    document = folder / "README.md"
    with atomic_path(document) as temporary:
        temporary.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return document


def _opening(figures: Figures, about: dict[str, Any]) -> str:
    tasks = list(dict.fromkeys(row["task"] for row in figures.rows))
    notes = [[load_task(t).title, str(len(load_task(t).train)), str(len(load_task(t).validation)), str(len(load_task(t).test)),
              load_task(t).notice] for t in tasks]  # fmt: skip
    missing = f" **{figures.missing} runs of this plan are still to be made.**" if figures.missing else ""
    commits = ", ".join(sorted({row["commit"] for row in figures.rows}))
    facts = ", ".join(f"{key} {value}" for key, value in about.items()) + f", commit of the runs {commits}"
    return (
        "# Results of the method's benchmark\n\nMean and standard deviation over seeds of the mean Dice over structures; each case"
        " counts as a whole, a missed or a spurious structure scores 0. The weights of the methods were chosen on the validation slices"
        " (below, where that study was run). The tasks themselves (sizes, shift), the networks, their steps and learning rates were set"
        " in trials of one or two seeds in which test figures were seen too. The student's width was chosen by how much of the gap"
        " the default closed in such a trial, and the default was tried in more forms than any baseline: both favour the default."
        " After that the test phantoms and the simulated scanners of the brain's test slabs were drawn anew; the brain's anatomy"
        " and the abdomen's test patient are those that were seen, so these two are no blind tests. Every run is in float32; each says in"
        " results.json on which device it was made. Where a study was continued on another machine, teachers were trained there again, so"
        " that some pairs of one seed have teachers that differ in rounding."
        "\n\nResearch use; not a medical device."
        f"{missing}\n\nWritten by `python -m training bench`: {facts}.\n\n"
        + _table(["task", "training slices", "validation", "test", "what the references are"], notes)
    )


def settings_of(entry: Entry) -> dict[str, Any]:
    """Return a run's settings as plain values, for the raw figures."""
    return asdict(entry.run)
