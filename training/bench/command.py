"""``python -m training bench``: make the runs that are missing, with one process a core, and write the report."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gf_desktop.errors import TrainingError
from training.bench.names import STUDIES
from training.commands.configured import add_config_arguments, configured

__all__ = ["BenchConfig", "add_arguments", "run"]

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Runs are small: two processes of one thread each do twice the work of one process of two threads."""


@dataclass(frozen=True, slots=True)
class BenchConfig:
    """Of bench.

    Attributes
    ----------
    full
        Every task, three seeds, full length: hours. Without it minutes.
    studies
        Which of tuning, gap, supervised, semi and ablation, with spaces between.
    out, work
        Folder of the report; folder of results and weights, from which a broken run goes on.
    jobs
        Processes; 0 for one a core.
    device
        "auto": a graphics card if there is one. "cpu", "gpu".
    minutes
        Start no further run after so many; 0 for no bound.
    """

    full: bool = False
    studies: str = "tuning gap supervised semi ablation"
    out: str = "docs/results"
    work: str = ".bench"
    jobs: int = 0
    device: Literal["auto", "cpu", "gpu"] = "auto"
    minutes: float = 0.0

    def __post_init__(self) -> None:
        unknown = [word for word in self.studies.split() if word not in STUDIES]
        if unknown or not self.studies.split():
            raise TrainingError(f"There is no study {' '.join(unknown)!r}", next_step=f"Known: {', '.join(STUDIES)}.")
        if self.device not in ("auto", "cpu", "gpu") or self.jobs < 0 or self.minutes < 0:
            raise TrainingError(
                f"Device {self.device!r}, {self.jobs} processes, {self.minutes} minutes",
                next_step="Choose auto, cpu or gpu, and nothing below 0.",
            )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments; those that name a setting outrank file and ``--set``."""
    add_config_arguments(parser)
    parser.add_argument("--full", action="store_true", default=None, help="every task, three seeds, full length: hours; without it minutes")
    parser.add_argument("--study", action="append", choices=STUDIES, help="only this study; may be repeated")
    parser.add_argument("--out", help="folder of the report (docs/results)")
    parser.add_argument("--work", help="folder of results and weights; a broken run goes on from it (.bench)")
    parser.add_argument("--jobs", type=int, help="processes; 0 for one a core")
    parser.add_argument("--device", choices=["auto", "cpu", "gpu"], help="auto: a graphics card if there is one")
    parser.add_argument("--minutes", type=float, help="start no further run after so many minutes; 0 for no bound")
    parser.add_argument("--report-only", action="store_true", help="write the report from the results that are there")
    parser.add_argument("--worker", type=int, default=-1, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Make the runs and the report, and return where it lies and how many runs there are; None where the settings were only shown."""
    given = {name: getattr(arguments, name) for name in ("full", "out", "work", "jobs", "device", "minutes")}
    config = configured(BenchConfig(), arguments, given | {"studies": " ".join(arguments.study or ()) or None})
    if config is None:
        return None
    from training.bench.report import write_report
    from training.bench.studies import QUICK, Size, plan
    from training.bench.study import Lab

    size = Size() if config.full else QUICK
    entries = plan(size, tuple(config.studies.split()))
    lab = Lab(Path(config.work), device=config.device)
    if arguments.worker >= 0:
        return {"made": _work(lab, [entry.run for entry in entries], config)}
    if not arguments.report_only:
        taken = lab.take(Path(config.out) / "results.json")
        if taken:
            sys.stderr.write(f"{taken} results are taken over from {config.out}\n")
        lab.forget_claims()
        _start_workers(config)
    unique = {entry.run.key: entry.run for entry in entries}
    results = [result for one in unique.values() if (result := lab.result(one)) is not None]
    report = write_report(Path(config.out), lab, entries, _about(size.seeds, results, full=config.full))
    made = len(results)
    return {"report": str(report), "runs": len(unique), "made": made, "missing": len(unique) - made}


def _work(lab: Any, runs: list[Any], config: BenchConfig) -> int:
    """Make the runs that nobody else has taken."""
    import torch

    from training.worker import keep_freed_memory

    keep_freed_memory()
    torch.set_num_threads(1)
    began, made = time.monotonic(), 0
    for one in runs:
        if config.minutes and time.monotonic() - began > config.minutes * 60:
            break
        if lab.result(one) is not None or lab.failure(one) is not None or not lab.claim(one):
            continue
        try:
            result = lab.make(one)
        except TrainingError as error:
            # a weight far off may end in a loss that is no number; the study goes on without that run
            lab.note_failure(one, str(error))
            sys.stderr.write(f"{one.task} {one.network.name} seed {one.seed}: {error}\n")
            continue
        made += 1
        scores = f"validation {result['validation']['mean']:.3f}  test {result['test']['mean']:.3f}  {result['seconds']:.0f} s"
        sys.stderr.write(f"{one.task} {one.network.name} {one.fraction:g} seed {one.seed}: {scores}\n")
        sys.stderr.flush()
    return made


def _start_workers(config: BenchConfig) -> None:
    command = [sys.executable, "-m", "training", "bench", "--work", config.work, "--minutes", str(config.minutes)]
    command += ["--device", config.device, *(["--full"] if config.full else [])]
    for study in config.studies.split():
        command += ["--study", study]
    environment = os.environ | ONE_THREAD
    workers = [
        subprocess.Popen([*command, "--worker", str(n)], env=environment, stdout=subprocess.DEVNULL)
        for n in range(config.jobs or os.cpu_count() or 1)
    ]
    try:
        codes = [worker.wait() for worker in workers]
    except KeyboardInterrupt:
        for worker in workers:
            worker.terminate()
        raise
    if any(codes):
        raise RuntimeError(f"a worker of the benchmark ended with exit code {max(codes)}")


def _about(seeds: tuple[int, ...], results: list[dict[str, Any]], *, full: bool) -> dict[str, Any]:
    devices = Counter(result.get("device", "CPU") for result in results)
    return {
        "size": "full" if full else "quick",
        "seeds": " ".join(str(seed) for seed in seeds),
        "torch": " and ".join(sorted({result["torch"] for result in results})),
        "python": platform.python_version(),
        "runs on": ", ".join(f"{count} {name}" for name, count in devices.most_common()),
    }
