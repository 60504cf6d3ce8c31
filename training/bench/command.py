"""``python -m training bench``: make the runs that are missing, with one process a core, and write the report."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from gf_desktop.errors import TrainingError

__all__ = ["add_arguments", "run"]

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Runs are small: two processes of one thread each do twice the work of one process of two threads."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--full", action="store_true", help="every task, three seeds, full length: hours; without it minutes")
    parser.add_argument(
        "--study", action="append", choices=["tuning", "gap", "supervised", "semi", "ablation"], help="only this study; may be repeated"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/results"), help="folder of the report")
    parser.add_argument("--work", type=Path, default=Path(".bench"), help="folder of results and weights; a broken run goes on from it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--device", choices=["auto", "cpu", "gpu"], default="auto", help="auto: a graphics card if there is one")
    parser.add_argument("--minutes", type=float, default=0.0, help="start no further run after so many minutes; 0 for no bound")
    parser.add_argument("--report-only", action="store_true", help="write the report from the results that are there")
    parser.add_argument("--worker", type=int, default=-1, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Make the runs and the report, and return where it lies and how many runs there are."""
    from training.bench.report import write_report
    from training.bench.studies import QUICK, STUDIES, Size, plan
    from training.bench.study import Lab

    size = Size() if arguments.full else QUICK
    entries = plan(size, tuple(arguments.study or STUDIES))
    lab = Lab(arguments.work, device=arguments.device)
    if arguments.worker >= 0:
        return {"made": _work(lab, [entry.run for entry in entries], arguments)}
    if not arguments.report_only:
        lab.forget_claims()
        _start_workers(arguments)
    unique = {entry.run.key: entry.run for entry in entries}
    results = [result for one in unique.values() if (result := lab.result(one)) is not None]
    report = write_report(arguments.out, lab, entries, _about(size.seeds, results, full=arguments.full))
    made = len(results)
    return {"report": str(report), "runs": len(unique), "made": made, "missing": len(unique) - made}


def _work(lab: Any, runs: list[Any], arguments: argparse.Namespace) -> int:
    """Make the runs that nobody else has taken."""
    import torch

    from training.worker import keep_freed_memory

    keep_freed_memory()
    torch.set_num_threads(1)
    began, made = time.monotonic(), 0
    for one in runs:
        if arguments.minutes and time.monotonic() - began > arguments.minutes * 60:
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


def _start_workers(arguments: argparse.Namespace) -> None:
    command = [sys.executable, "-m", "training", "bench", "--work", str(arguments.work), "--minutes", str(arguments.minutes)]
    command += ["--device", arguments.device, *(["--full"] if arguments.full else [])]
    for study in arguments.study or ():
        command += ["--study", study]
    environment = os.environ | ONE_THREAD
    workers = [
        subprocess.Popen([*command, "--worker", str(n)], env=environment, stdout=subprocess.DEVNULL) for n in range(max(1, arguments.jobs))
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
