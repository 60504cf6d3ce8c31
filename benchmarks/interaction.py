"""Seven figures of the window in the hand: a large scan under brush, wheel and undo, beside napari.

A synthetic scan is made, written as NIfTI, and opened in our window and in napari, each in a process of its own and in the same X server,
at the same size of window. Real mouse and key events go to the views; a measurement ends when the window's picture has been handed over.
Ours and napari take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from phantom_scan import phantom_planes, write_nifti
from rows import READABLE_WIDTH, machine, quantile
from startup import screen, time_start

__all__ = ["Figure", "Subject", "measure"]

ROOT = Path(__file__).resolve().parents[1]
MB = 1e6

BRUSH_MM = 12.0
BALL_MM = 20.0

GOAL_MS = 16.0
GOAL_RATIO = 5.0
GOAL_DEPTH = 1.2
GOAL_ACCEPT_MS = 100.0
GOAL_START_S = 1.5
GOAL_READING = 1.1
GOAL_STALL_MS = 100.0
GOAL_SCANS = 1.6
GOAL_MORE_BYTES = 350e6

MOVES = 30
NOTCHES = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """One goal of a row.

    Attributes
    ----------
    name
        What was measured, with its unit.
    median, p95, peer_median, peer_p95
        The figures; None where there is none.
    cpu, peer_cpu
        What the GUI thread computed of it, median in ms: comparable beside other programs, as time is not; None where not measured.
    goal
        What is asked for, in words.
    met
        Whether it holds; None where nothing was measured.
    """

    name: str
    median: float | None
    p95: float | None
    peer_median: float | None
    peer_p95: float | None
    goal: str
    met: bool | None
    cpu: float | None = None
    peer_cpu: float | None = None


@dataclass(slots=True)
class Subject:
    """One side in a process of its own, told what to do line by line."""

    process: subprocess.Popen[str]
    values: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """Have something done and return the answer; SystemExit where the process ended instead."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do} | details) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args!r} ended while it was asked to {do}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def take(self, name: str, do: str, **details: Any) -> None:
        """Have something measured and keep its milliseconds under a name."""
        answer = self.ask(do, **details)
        self.values.setdefault(name, []).extend(answer["ms"])
        self.values.setdefault(f"{name} cpu", []).extend(answer.get("cpu_ms", []))


@contextmanager
def subject(python: str, script: str, argument: str, variables: dict[str, str]) -> Iterator[Subject]:
    """Start one side with an empty home folder and end it."""
    with tempfile.TemporaryDirectory() as home:
        folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"), home)
        process = subprocess.Popen(
            [python, str(ROOT / "benchmarks" / script), argument],
            cwd=ROOT,
            env=os.environ | variables | folders,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield Subject(process)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()


@dataclass(slots=True)
class Run:
    """What is measured with, and where it is kept."""

    options: argparse.Namespace
    variables: dict[str, str]
    work: Path
    stalls: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def scan(self, slices: int) -> Path:
        """Return the scan as NIfTI; the same voxels lie beside it as an array."""
        path = self.work / f"scan-{slices}.nii.gz"
        if not path.exists():
            side = self.options.side
            voxels = np.stack(list(phantom_planes((slices, side, side))))
            np.save(self.array(slices), voxels)
            write_nifti(path, voxels)
        return path

    def array(self, slices: int) -> Path:
        """Return the scan's array."""
        return self.work / f"scan-{slices}.npy"

    def ours(self, name: str) -> Any:
        """Start our side with a folder of its own."""
        return subject(sys.executable, "interaction_ours.py", str(self.work / name), self.variables)


def _stall(answer: dict[str, Any]) -> tuple[float, float, float]:
    return answer["stall_ms"], answer["stall_cpu_ms"], answer["stall_stolen_ms"]


def open_and_read(run: Run, ours: Subject) -> None:
    """Take turns in reading the scan and opening it; the last one stays open, and is predicted."""
    path = str(run.scan(run.options.slices))
    ours.ask("read", path=path)
    for _ in range(run.options.openings):
        ours.take("read", "read", path=path)
        ours.take("open", "open_scan", path=path)
    predicted = ours.ask("predict")
    run.stalls["predicting"] = _stall(predicted)
    run.facts["predicting_s"] = round(predicted["seconds"], 1)


def hands(run: Run, ours: Subject, shallow: Subject, peer: Subject | None) -> None:
    """Paint, scroll and undo, in turns."""
    sides = [("ours", ours), ("shallow", shallow), *([] if peer is None else [("napari", peer)])]
    for turn in range(run.options.repeats):
        for name, side in sides if turn % 2 else reversed(sides):
            if name != "shallow":
                side.take("brush", "brush", diameter_mm=BRUSH_MM, ball=False, moves=MOVES, turn=turn)
            side.take("ball", "brush", diameter_mm=BALL_MM, ball=True, moves=MOVES, turn=turn)
            if name != "shallow":
                side.take("undo", "undo", strokes=2)
                side.take("scroll", "scroll", notches=NOTCHES)


def behind(run: Run, ours: Subject) -> None:
    """Accept the scan and take it back, mesh, export and train."""
    for _ in range(run.options.acceptances):
        answer = ours.ask("accept")
        ours.values.setdefault("undo of accepting", []).extend(answer["ms"])
        ours.values.setdefault("undo of accepting cpu", []).extend(answer["cpu_ms"])
        run.stalls["accepting"] = max(run.stalls.get("accepting", (0.0, 0.0, 0.0)), _stall(answer))
    run.stalls["meshing"] = _stall(ours.ask("mesh"))
    run.stalls["exporting"] = _stall(ours.ask("export"))
    if run.options.minutes > 0:
        trained = ours.ask("train", minutes=run.options.minutes)
        run.stalls["training"] = _stall(trained)
        run.facts["round"] = f"{trained['ended']}, {trained['seconds']:.0f} s"


def measure(run: Run) -> list[tuple[str, list[Figure]]]:
    """Measure all rows, in the order of the table."""
    starts: list[float] = []
    peer_starts: list[float] = []
    for turn in range(run.options.starts + 1 if run.options.starts else 0):
        # the first start of each writes byte code, which later ones find
        seconds = time_start(sys.executable, "ours", run.variables, drop_caches=False)
        others = time_start(run.options.peer_python, "napari", run.variables, drop_caches=False) if run.options.peer else 0.0
        if turn:
            starts.append(seconds)
            peer_starts += [others] if run.options.peer else []
    with ExitStack() as stack:
        ours, shallow = stack.enter_context(run.ours("ours")), stack.enter_context(run.ours("shallow"))
        open_and_read(run, ours)
        shallow.ask("open_scan", path=str(run.scan(max(1, run.options.slices // 10))))
        shallow.ask("predict")
        peer = None
        if run.options.peer:
            array = str(run.array(run.options.slices))
            peer = stack.enter_context(subject(run.options.peer_python, "interaction_napari.py", array, run.variables))
            about = peer.ask("about")
            run.facts["peer"] = f"napari {about['version']}, drawn by {about['renderer']}"
        hands(run, ours, shallow, peer)
        behind(run, ours)
        project = ours.ask("close")["project"]
    with run.ours("memory") as fresh:
        run.memory = fresh.ask("memory", project=project, strokes=run.options.strokes)
    values = ours.values | {"shallow": shallow.values["ball"], "start": starts, "peer start": peer_starts}
    return table_of(run, values, {} if peer is None else peer.values)


def _figure(
    name: str, ours: list[float], peer: list[float], goal: str, met: bool | None, *, cpus: tuple[list[float], list[float]] = ([], [])
) -> Figure:
    def rounded(values: list[float], share: float) -> float | None:
        return round(quantile(values, share), 3) if values else None

    times = (rounded(ours, 0.5), rounded(ours, 0.95), rounded(peer, 0.5), rounded(peer, 0.95))
    return Figure(name, *times, goal, met, rounded(cpus[0], 0.5), rounded(cpus[1], 0.5))


def _fast(ours: list[float], peer: list[float]) -> bool:
    return not peer or quantile(peer, 0.5) >= GOAL_RATIO * quantile(ours, 0.5)


def table_of(run: Run, ours: dict[str, list[float]], peer: dict[str, list[float]]) -> list[tuple[str, list[Figure]]]:
    """Return the seven rows with the figures of their goals."""
    brush, ball, shallow, scroll = ours["brush"], ours["ball"], ours["shallow"], ours["scroll"]
    undo, accept, reading, opening = ours["undo"], ours["undo of accepting"], ours["read"], ours["open"]
    hand = ("brush", "ball", "scroll", "undo")
    peers = [peer.get(name, []) for name in hand]
    cpus = [(ours[f"{name} cpu"], peer.get(f"{name} cpu", [])) for name in hand]
    accept_cpu: tuple[list[float], list[float]] = (ours["undo of accepting cpu"], [])
    depth, longer = quantile(ball, 0.5) / quantile(shallow, 0.5), quantile(opening, 0.5) / quantile(reading, 0.5)
    size_bytes = run.options.slices * run.options.side**2 * 2
    most_bytes = GOAL_SCANS * size_bytes + GOAL_MORE_BYTES
    stalls = [
        Figure(f"{name}, ms", None, round(ms, 1), None, None, f"<= {GOAL_STALL_MS:g}", ms <= GOAL_STALL_MS, round(cpu_ms, 1))
        for name, (ms, cpu_ms, _stolen_ms) in run.stalls.items()
    ]
    # of the whole machine, in ticks of 10 ms
    run.facts["taken by the host during the longest stalls, ms"] = {name: round(stolen) for name, (_ms, _cpu, stolen) in run.stalls.items()}
    start, peer_start, deep = ours["start"], ours["peer start"], f"{run.options.slices} slices / {max(1, run.options.slices // 10)}"
    prompt = quantile(start, 0.95) <= GOAL_START_S if start else None
    small = run.memory["rss"] <= most_bytes
    swift = _fast(scroll, peers[2])
    within = quantile(brush, 0.95) <= GOAL_MS and _fast(brush, peers[0])
    return [
        ("brush event to painted pixels, 2-D", [_figure("ms", brush, peers[0], "p95 <= 16, 5 x napari", within, cpus=cpus[0])]),
        (
            f"the same with a 3-D ball of {BALL_MM:g} mm",
            [
                _figure("ms", ball, peers[1], "p95 <= 16", quantile(ball, 0.95) <= GOAL_MS, cpus=cpus[1]),
                Figure(f"time on {deep}", round(depth, 3), None, None, None, f"<= {GOAL_DEPTH:g}", depth <= GOAL_DEPTH),
            ],
        ),
        (
            "slice scroll in three linked views; napari: one",
            [_figure("ms", scroll, peers[2], "5 x napari", swift, cpus=cpus[2])],
        ),
        (
            "undo",
            [
                _figure("of a stroke, ms", undo, peers[3], "p95 <= 16", quantile(undo, 0.95) <= GOAL_MS, cpus=cpus[3]),
                _figure("of accepting the scan, ms", accept, [], "p95 <= 100", quantile(accept, 0.95) <= GOAL_ACCEPT_MS, cpus=accept_cpu),
            ],
        ),
        (
            "first paint; opening a NIfTI to its first slice",
            [
                _figure("first paint, s", start, peer_start, "p95 <= 1.5", prompt),
                _figure("reading, ms", reading, [], "", None),
                _figure("opening, ms", opening, [], "", None),
                Figure("opening / reading", round(longer, 3), None, None, None, f"<= {GOAL_READING:g}", longer <= GOAL_READING),
            ],
        ),
        ("longest stall of the GUI thread", stalls),
        (
            f"memory with the scan, its mask and {run.options.strokes:,} strokes",
            [
                Figure("resident, MB", round(run.memory["rss"] / MB, 1), None, None, None, f"<= {most_bytes / MB:.0f}", small),
                Figure("of it the program's own, MB", round(run.memory["uss"] / MB, 1), None, None, None, "", None),
            ],
        ),
    ]


def show(rows: list[tuple[str, list[Figure]]], facts: dict[str, Any], *, as_json: bool) -> None:
    """Print the rows."""
    if as_json:
        print(
            json.dumps(
                {"rows": [{"name": name, "figures": [asdict(f) for f in figures]} for name, figures in rows], "facts": facts}, indent=2
            )
        )
        return
    table = Table(title="Interaction: ours beside napari")
    for heading in ("measured", "", "median", "p95", "cpu", "napari", "p95", "cpu", "ratio", "goal", "met"):
        table.add_column(heading, justify="left" if heading in ("measured", "", "goal") else "right")

    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"

    for name, figures in rows:
        for n, f in enumerate(figures):
            ratio = "" if f.median is None or f.peer_median is None else f"{f.peer_median / f.median:.1f}"
            met = "" if f.met is None else "yes" if f.met else "NO"
            values = [number(value) for value in (f.median, f.p95, f.cpu, f.peer_median, f.peer_p95, f.peer_cpu)]
            table.add_row(name if n == 0 else "", f.name, *values, ratio, f.goal, met, end_section=n == len(figures) - 1)
    console = Console()
    console.width = max(console.width, READABLE_WIDTH + 20)
    console.print(table)
    console.print(", ".join(f"{name}: {value}" for name, value in facts.items()))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--slices", type=int, default=600)
    parser.add_argument("--side", type=int, default=512, help="rows and columns of a slice")
    parser.add_argument("--repeats", type=int, default=8, help="strokes and scrolls of each side, in turns")
    parser.add_argument("--openings", type=int, default=3)
    parser.add_argument("--acceptances", type=int, default=3)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--strokes", type=int, default=1000, help="before memory is looked at")
    parser.add_argument("--minutes", type=float, default=0.5, help="of training; 0 leaves it out")
    parser.add_argument("--peer-python", default=str(ROOT / ".venv-bench" / "bin" / "python"), help="a Python that has napari")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="leave napari out")
    parser.add_argument("--work", type=Path, help="keep scans and projects here; default: a folder that is thrown away")
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp(prefix="interaction-"))
    work.mkdir(parents=True, exist_ok=True)
    try:
        facts = machine()
        with screen() as variables:
            run = Run(options, variables, work)
            rows = measure(run)
        facts |= run.facts | {
            "scan": f"{options.side} x {options.side} x {options.slices} int16",
            "load_1min_after": machine()["load_1min"],
        }
        facts["screen"] = variables.get("QT_QPA_PLATFORM", "as it is")
        show(rows, facts, as_json=options.json)
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)
    return 0 if all(figure.met in (True, None) for _name, figures in rows for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
