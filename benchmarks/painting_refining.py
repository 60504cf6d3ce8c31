"""Paint while a round trains: when the trainer stands still, whether it computes meanwhile, when it goes on, and the longest stall.

``python benchmarks/painting_refining.py [--seconds 60] [--project FOLDER] [--json]``. Without a project a copy of the demo scan is
refined with the first pack. The trainer is a real process, the strokes are real events of the mouse.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gf_desktop.gui.app import Composition, compose, load_the_rest, make_application
from gf_desktop.resources import resource_dir
from watching import Heartbeat, let_turn

__all__ = ["measure"]

LIMIT_S = 300.0
LEFT = Qt.MouseButton.LeftButton
PRESS_EVERY_S = 0.5
AT_REST_S = 3.0


def _until(met: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not met():
        if time.monotonic() > end_s:
            raise RuntimeError("it did not come to an end")
        let_turn(5)


def _cpu_s(trainer: psutil.Process) -> float:
    times = trainer.cpu_times()
    return float(times.user + times.system)


def _open(made: Composition, project: Path | None, folder: Path) -> None:
    session = made.session
    if project is not None:
        session.open_project(project)
    else:
        session.create_project(folder / "trial", resource_dir() / "models" / "abdomen-ct")
        session.import_paths([resource_dir() / "demo" / "B_ct_dicom"])
        _until(lambda: bool(session.cases()) and not made.jobs.busy)
    session.open_case(session.cases()[0].id)
    _until(lambda: session.open is not None and not made.jobs.busy and session.predicting is None)
    session.approve_slice(session.must_open().volume.geometry.size_ijk[2] // 2)
    made.window.actions_by_id["tool_paint"].trigger()
    let_turn(200)


def measure(project: Path | None, seconds: float) -> dict[str, Any]:
    """Return the figures; times in s, stalls in ms."""
    make_application()
    made = compose()
    made.window.show()
    load_the_rest()
    with tempfile.TemporaryDirectory() as folder:
        _open(made, project, Path(folder))
        session = made.session
        # long enough that the round outlives the painting; small batches fit small scans
        session.refine(minutes=max(5.0, seconds / 20), threads=1, recipe={"batch": 4, "crop_px": 64})
        _until(lambda: session.training.stage == "teacher" and not session.training.paused)
        trainer = psutil.Process(made.trainers[-1].pid)
        before_s, began_s = _cpu_s(trainer), time.monotonic()
        let_turn(round(1000 * AT_REST_S))
        share = (_cpu_s(trainer) - before_s) / (time.monotonic() - began_s)
        figures = _paint(made, trainer, seconds) | {"trainer's share of a core before": share}
        session.cancel_refine()
        _until(lambda: not session.refining)
        made.window.close()
        made.close()
    return figures


def _paint(made: Composition, trainer: psutil.Process, seconds: float) -> dict[str, Any]:
    page = made.window.page
    assert page is not None, "a project is open"
    port, heart = page.view.canvas.viewport(), Heartbeat()
    middle = port.rect().center()
    heart.start()
    QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, middle)
    pressed_s = time.monotonic()
    _until(lambda: trainer.status() == psutil.STATUS_STOPPED)
    stood_after_s = time.monotonic() - pressed_s
    cpu_s, strokes = _cpu_s(trainer), 1
    while time.monotonic() - pressed_s < seconds:
        for step in range(round(PRESS_EVERY_S / 0.02)):
            QTest.mouseMove(port, middle + QPoint(step % 25, step % 9))
            let_turn(16)
        QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, middle)
        QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, middle + QPoint(strokes % 7, 0))
        strokes += 1
    QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, middle)
    released_s = time.monotonic()
    grown_s = _cpu_s(trainer) - cpu_s
    _until(lambda: trainer.status() != psutil.STATUS_STOPPED)
    went_on_s = time.monotonic() - released_s
    stall = heart.stop()
    let_turn(round(1000 * AT_REST_S))
    return {
        "stands still after": stood_after_s,
        "trainer's processor time while painting": grown_s,
        "goes on after": went_on_s,
        "trainer's processor time afterwards": _cpu_s(trainer) - cpu_s - grown_s,
        "strokes": strokes,
        "longest stall, ms": stall["stall_ms"],
        "of it computed, ms": stall["stall_cpu_ms"],
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.project, options.seconds)
    if options.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        for name, value in figures.items():
            sys.stdout.write(f"{name:45} {value:8.2f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
