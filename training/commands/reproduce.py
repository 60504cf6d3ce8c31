"""reproduce: the paper's tables on a prepared set, in one command that goes on where it was broken off.

For every seed and share of labels a teacher is trained on those labels, Paraphrasers for each student, and each student by each method;
every network is judged on the test part. Runs are those of train-teacher, paraphrase and distill, each in a folder of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError
from training.commands.configs import (
    DataConfig,
    DistillConfig,
    EvaluateConfig,
    JudgedConfig,
    NetworkChoice,
    ParaphraseConfig,
    ParaphraserConfig,
    RunConfig,
    TeacherConfig,
    TrainTeacherConfig,
)
from training.commands.evaluate import evaluate
from training.commands.folder import open_folder, with_whole_paths
from training.commands.paraphrase import run_paraphrase
from training.commands.train import run_training
from training.devices import DeviceConfig
from training.method import LoopConfig, Method
from training.presets import PRESETS, preset

__all__ = ["PUBLISHED", "Job", "ReproduceConfig", "jobs", "reproduce", "write_tables"]

ALONE, LABELLED, BOTH = "student alone", "Graph Flow, labelled", "Graph Flow, labelled + unlabelled"

PUBLISHED: dict[str, dict[str, str]] = {
    "synapse": {
        "teacher": ".7953 / 25.41",
        "mobile_unet: ce": ".7382 / 34.33",
        "mobile_unet: graph-flow-published": ".7869 / 28.24",
        "enet: ce": ".7478 / 27.17",
        "enet: graph-flow-published": ".7649 / 22.98",
        "erfnet: ce": ".7501 / 31.54",
        "erfnet: graph-flow-published": ".7674 / 27.76",
        "mobile_unet: kl": ".7719",
        "mobile_unet: at": ".7449",
        "mobile_unet: fsp": ".7619",
    },
    "gastric": {
        "teacher": ".9030 / .8230",
        "mobile_unet: ce": ".8555 / .7476",
        "mobile_unet: graph-flow-published": ".8872 / .7973",
        "enet: ce": ".8691 / .7684",
        "enet: graph-flow-published": ".8851 / .7936",
        "erfnet: ce": ".8695 / .7691",
        "erfnet: graph-flow-published": ".8889 / .8000",
    },
}
"""Set -> row -> Dice / HD95 (Synapse) or pixel accuracy / mIoU (Gastric Cancer), of the authors' drafts (arXiv 2203.08667)."""


@dataclass(frozen=True, slots=True)
class ReproduceConfig:
    """Of reproduce.

    Attributes
    ----------
    tables
        "supervised" (all labels), "semi" (shares of them) or both, with spaces between.
    students, methods
        Networks and presets of the table of full supervision, with spaces between.
    labelled
        Shares of the labelled patients of the curve, with spaces between. Those of the paper's curve: 2, 6, 10, 14 and 18 of 18.
    seeds
        How many; from 0.
    paraphraser_steps
        Steps of the Paraphrasers' training.
    data, teacher, loop, device, run
        As of the other verbs; ``run.seed`` and ``data.labelled`` are set by the tables. The curve's student is the first one.
    """

    tables: str = "supervised semi"
    students: str = "mobile_unet enet erfnet"
    methods: str = "ce ce-dice kl at fsp cwd dist graph-flow-published graph-flow"
    labelled: str = "0.11 0.33 0.56 0.78 1"
    seeds: int = 3
    paraphraser_steps: int = 2000
    data: DataConfig = field(default_factory=DataConfig)
    teacher: NetworkChoice = field(default_factory=lambda: NetworkChoice("fanet"))
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=20000, crop_px=224, ema=0.99))
    device: DeviceConfig = field(default_factory=DeviceConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        wrong = [word for word in self.tables.split() if word not in ("supervised", "semi")]
        if wrong or not self.tables.split() or not self.students.split() or not self.methods.split():
            raise TrainingError(
                "There is nothing to reproduce", next_step="Set tables to supervised, semi or both, and name students and methods."
            )
        for name in self.students.split():
            NetworkChoice(name)
        for name in self.methods.split():
            preset(name)
        try:
            shares = [float(word) for word in self.labelled.split()]
        except ValueError as error:
            raise TrainingError(f"Shares of labels are no numbers: {error}", next_step='Write labelled = "0.2 1".') from error
        if not shares or not all(0 < share <= 1 for share in shares):
            raise TrainingError("Shares of labels lie above 0 and at most at 1", next_step='Write labelled = "0.2 1".')
        if min(self.loop.steps, self.paraphraser_steps, self.seeds) < 1:
            raise TrainingError("Runs of 0 steps or 0 seeds", next_step="Set loop.steps, paraphraser_steps and seeds to 1 or more.")


class Job(NamedTuple):
    """One network of the tables: what row it is, of how many labels and which seed, its folder, and what has to be run for it in order."""

    table: str
    row: str
    labelled: float
    seed: int
    folder: str
    verb: str
    config: TrainTeacherConfig | DistillConfig
    before: tuple[tuple[str, str, TrainTeacherConfig | ParaphraseConfig], ...] = ()


class _Place(NamedTuple):
    """Table, share of labels and seed of some networks."""

    table: str
    share: float
    seed: int


def jobs(config: ReproduceConfig, out: Path) -> list[Job]:
    """Return the networks of the tables; those of one seed and share stand together, the teacher first.

    Where two rows are the same run, as where all is labelled, both name the folder of the first.
    """
    found: list[Job] = []
    for seed in range(config.seeds):
        if "supervised" in config.tables.split():
            pairs = [(student, method) for student in config.students.split() for method in config.methods.split()]
            rows = [(f"{student}: {method}", student, replace(PRESETS[method], unlabelled="none")) for student, method in pairs]
            found += _jobs_of(config, out, _Place("supervised", 1.0, seed), rows)
        if "semi" in config.tables.split():
            student, default = config.students.split()[0], PRESETS["graph-flow"]
            curve = {ALONE: PRESETS["ce-dice"], LABELLED: replace(default, unlabelled="none"), BOTH: default}
            for share in (float(word) for word in config.labelled.split()):
                # where all is labelled, nothing is left that has no label
                rows = [(row, student, replace(how, unlabelled="none") if share == 1 else how) for row, how in curve.items()]
                found += _jobs_of(config, out, _Place("semi", share, seed), rows)
    folders: dict[TrainTeacherConfig | DistillConfig, str] = {}
    return [job._replace(folder=folders.setdefault(job.config, job.folder)) for job in found]


def _jobs_of(config: ReproduceConfig, out: Path, at: _Place, rows: list[tuple[str, str, Method]]) -> Iterator[Job]:
    """Give the teacher of a place and the students that it teaches; a row is its name, its student and its method."""
    place = f"labels-{at.share:g}-seed-{at.seed}"
    data, run = replace(config.data, labelled=at.share), replace(config.run, seed=at.seed)
    of_teacher = TrainTeacherConfig(data, config.teacher, config.loop, PRESETS["ce-dice"], config.device, run)
    teacher = f"{place}/teacher"
    asked = TeacherConfig(str(out / teacher))
    yield Job(at.table, "teacher", at.share, at.seed, teacher, "train-teacher", of_teacher)
    for row, name, method in rows:
        student, pair = NetworkChoice(name), f"{place}/paraphrasers-{name}"
        before: list[tuple[str, str, TrainTeacherConfig | ParaphraseConfig]] = []
        if method.needs_teacher:
            before.append((teacher, "train-teacher", of_teacher))
        if method.needs_codes:
            loop = replace(config.loop, steps=config.paraphraser_steps)
            before.append((pair, "paraphrase", ParaphraseConfig(data, student, asked, loop, config.device, run)))
        pairs = ParaphraserConfig(str(out / pair) if method.needs_codes else "")
        whom = asked if method.needs_teacher else TeacherConfig()
        own = DistillConfig(data, student, config.loop, method, whom, pairs, config.device, run)
        words = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in f"{at.table} {row}".lower())
        yield Job(at.table, row, at.share, at.seed, f"{place}/{'-'.join(words.split())}", "distill", own, tuple(before))


def reproduce(config: ReproduceConfig, out: Path) -> dict[str, Any]:
    """Make the networks that are missing, judge them, and write README.md and results.json. What is there already is not made again.

    Parameters
    ----------
    out
        Folder of runs and tables; a new one, or one of an earlier call with the same configuration.

    Raises
    ------
    UserError
        When the set is missing or wrong, a run was begun with another configuration, training goes astray, or the disk is full.
    Interrupted
        When the person asked to stop; the same command goes on.
    """
    config = with_whole_paths(config)
    out = out.resolve()
    rows = []
    for job in jobs(config, out):
        for folder, verb, before in job.before:
            _run(verb, out / folder, before)
        _run(job.verb, out / job.folder, job.config)
        rows.append({"table": job.table, "row": job.row, "labelled": job.labelled, "seed": job.seed} | _judged(out / job.folder, config))
        write_tables(out, config, rows)
    return {"out": str(out), "networks": len(rows)}


def _run(verb: str, path: Path, config: Any) -> None:
    """Carry out a run, or go on with it; nothing where it has ended."""
    ended = (path / "card.json").is_file()
    folder, config = open_folder(path, config, resume=path.exists(), given=True)
    if ended:
        return
    if isinstance(config, ParaphraseConfig):
        run_paraphrase(folder, config, resume=path.exists())
    else:
        run_training(verb, folder, config, resume=path.exists())


def _judged(path: Path, config: ReproduceConfig) -> dict[str, Any]:
    """Return a network's scores on the test part; judged once."""
    known = path / "evaluation-test.json"
    if not known.is_file():
        result = evaluate(EvaluateConfig(config.data, JudgedConfig(str(path)), config.device))
        with atomic_path(known) as temporary:
            temporary.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    result = json.loads(known.read_text(encoding="utf-8"))
    return {"set": result["set"], "distances_in": result["distances_in"], **result["mean"], **result["pixels"]}


def write_tables(out: Path, config: ReproduceConfig, rows: list[dict[str, Any]]) -> Path:
    """Write results.json and README.md, mean and standard deviation over the seeds, the published figures beside them.

    Parameters
    ----------
    rows
        table, row, labelled, seed, set, and the scores dice, hd95, accuracy and miou, which may be None.
    """
    with atomic_path(out / "results.json") as temporary:
        temporary.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    name = rows[0]["set"] if rows else config.data.set
    published = next((figures for key, figures in PUBLISHED.items() if key in name.lower()), {})
    wanted = len(jobs(config, out))
    parts = [
        f"# The paper's tables on {name}",
        "",
        f"{len(rows)} of {wanted} networks. Mean ± standard deviation over the seeds, test part.",
    ]
    if published:
        parts += [
            "",
            "Published: Dice / HD95 of Synapse, pixel accuracy / mIoU of Gastric Cancer, from the authors' drafts (arXiv 2203.08667).",
        ]
    unit = rows[0]["distances_in"] if rows else "mm"
    for table, title in (("supervised", "Full supervision"), ("semi", "Fewer labels")):
        own = [row for row in rows if row["table"] == table]
        if not own:
            continue
        head = ["network and method", "labels", "Dice", f"HD95, {unit}", "pixel accuracy", "mIoU", "published"]
        parts += ["", f"## {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        for row, share in dict.fromkeys((r["row"], r["labelled"]) for r in own):
            same = [r for r in own if (r["row"], r["labelled"]) == (row, share)]
            scores = [_cell([r[key] for r in same], digits) for key, digits in (("dice", 4), ("hd95", 2), ("accuracy", 4), ("miou", 4))]
            beside = published.get(row, "-") if table == "supervised" else "-"
            parts.append("| " + " | ".join([row, f"{100 * share:.0f} %", *scores, beside]) + " |")
    document = out / "README.md"
    with atomic_path(document) as temporary:
        temporary.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return document


def _cell(values: list[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    spread = f" ± {np.std(known, ddof=1):.{digits}f}" if len(known) > 1 else ""
    return f"{np.mean(known):.{digits}f}{spread}"
