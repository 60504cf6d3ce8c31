"""Our side of ``interaction.py``: the real window, real events, orders by line.

Started as ``interaction_ours.py WORK``; see :func:`orders` for what it is told to do.
"""

from __future__ import annotations

import gc
import math
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from gf_desktop.correcting import BrushOptions
from gf_desktop.gui.app import compose, load_the_rest, make_application
from gf_desktop.gui.questions import Questions
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session
from watching import Heartbeat, PaintWatch, bring_forward, let_turn, serve, to_and_fro, turn_wheel

__all__ = ["Ours"]


def nothing() -> None:
    """Wait for a picture without asking for one."""


LIMIT_S = 3_600.0
REST_S = 2.0
"""So long nothing is asked of the program before its memory is looked at."""
STEP_VOXELS = 4.0
RADIUS_VOXELS = 60.0


class FolderAnswers(Questions):
    """Answers every question for a folder with the one that it was given."""

    def __init__(self, folder: Path) -> None:
        self.next_folder = folder

    def folder(self, _title: str) -> Path | None:
        """Return the folder."""
        return self.next_folder


class Ours:
    """The window with a project of its own.

    Parameters
    ----------
    work
        Folder for projects and exported masks.
    """

    def __init__(self, work: Path) -> None:
        self._work = work
        self._work.mkdir(parents=True, exist_ok=True)
        self._answers = FolderAnswers(work / "masks")
        self._app = make_application()
        self._made = compose(questions=self._answers)
        self._window = self._made.window
        self._window.show()
        bring_forward(self._window)
        self._watch = PaintWatch(self._window)
        self._heart = Heartbeat()
        self._projects = 0
        # what the program does after its first paint
        load_the_rest(with_files=False)

    # waiting

    @property
    def _session(self) -> Session:
        return self._made.session

    @property
    def _page(self) -> Any:
        page = self._window.page
        assert page is not None, "no project is open"
        return page

    def _until(self, met: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not met():
            if time.monotonic() > end:
                raise RuntimeError("it did not come to an end")
            let_turn(10)

    def _cpu(self, count: int) -> list[float]:
        return self._watch.cpu_ms[-count:]

    def _settle(self) -> None:
        page = self._page
        self._until(lambda: not self._made.jobs.busy and page.ledger.complete and self._session.predicting is None)
        let_turn(100)

    # scans

    def open_scan(self, path: str) -> dict[str, Any]:
        """Add a NIfTI file to a new project; milliseconds from asking for it to its first painted slice."""
        # what the program does where there is no scan yet
        load_the_rest()
        self._session.close_project()
        let_turn(50)
        self._projects += 1
        folder = self._work / f"project-{self._projects}"
        shutil.rmtree(folder, ignore_errors=True)
        self._session.create_project(folder, resource_dir() / "models" / "abdomen-ct")
        let_turn(200)
        self._heart.start()
        view, shown = self._page.grid.slices["axial"], 0.0

        def ask() -> None:
            self._window.commands.import_paths([Path(path)])

        begin = time.perf_counter()
        act = ask
        while view.plane is None or not shown:
            # pictures without a slice come first: that the project is open, that something is being read
            self._watch.timed(act, [view.canvas.viewport()], rest=False)
            act = nothing
            shown = 1e3 * (time.perf_counter() - begin) if view.plane is not None else 0.0
        self._until(lambda: self._session.open is not None)
        return {"ms": [shown], **self._heart.stop()}

    def predict(self) -> dict[str, Any]:
        """Wait for the prediction that began with the scan; the longest stall until it is saved."""
        begin = time.perf_counter()
        self._heart.start()
        self._settle()
        return {**self._heart.stop(), "seconds": time.perf_counter() - begin}

    # the hand

    def _view(self) -> Any:
        return self._page.grid.slices["axial"]

    def _pixel(self, place: tuple[float, float]) -> QPoint:
        view = self._view()
        x, y = view.plane.position_of((place[0], place[1], float(view.plane.index)))
        return view.canvas.from_plane(QPointF(x, y)).toPoint()

    def _middle(self) -> tuple[int, int, int]:
        size = self._session.must_open().volume.geometry.size_ijk
        return (size[0] // 2, size[1] // 2, size[2] // 2)

    def _begin(self, *, diameter_mm: float, ball: bool, label: int = 2) -> None:
        self._page.grid.fit()
        self._window.state.set_cursor(self._middle())
        self._window.state.set_tool(name="paint", radius_mm=diameter_mm / 2, label=label, options=BrushOptions(in_space=ball))
        let_turn(200)

    def brush(self, *, diameter_mm: float, ball: bool, moves: int, turn: int) -> dict[str, Any]:
        """Paint a stroke; milliseconds of each press and move until its pixels are painted, and of the release until it is saved."""
        self._begin(diameter_mm=diameter_mm, ball=ball, label=1 + turn % 7)
        view, viewport = self._view(), self._view().canvas.viewport()
        i, j, _k = self._middle()
        radius = min(RADIUS_VOXELS, i / 3)
        around = [turn + n * STEP_VOXELS / radius for n in range(moves + 1)]
        path = [(i + radius * math.cos(a), j + radius * math.sin(a)) for a in around]
        left = Qt.MouseButton.LeftButton
        QTest.mouseMove(viewport, self._pixel(path[0]) + QPoint(3, 3))
        let_turn(30)
        seen = [self._watch.timed(lambda: QTest.mousePress(viewport, left, pos=self._pixel(path[0])), [viewport])]
        for place in path[1:]:
            pixel = self._pixel(place)
            seen.append(self._watch.timed(lambda pixel=pixel: QTest.mouseMove(viewport, pixel), [viewport]))
        shown = view.plane.voxel_at(*view.canvas.to_plane(QPointF(self._pixel(path[-1]))).toTuple())
        if self._session.must_open().label_map.labels[shown[2], shown[1], shown[0]] != 1 + turn % 7:
            raise RuntimeError("the stroke left nothing")
        begin = time.perf_counter()
        QTest.mouseRelease(viewport, left, pos=self._pixel(path[-1]))
        release = 1e3 * (time.perf_counter() - begin)
        let_turn(30)
        return {"ms": seen, "cpu_ms": self._cpu(len(seen)), "release_ms": [release]}

    def scroll(self, *, notches: int) -> dict[str, Any]:
        """Turn the wheel over the axial view; milliseconds of each notch until all three views are painted."""
        self._window.state.set_tool(name="cursor")
        self._window.state.set_cursor(self._middle())
        let_turn(200)
        viewports = [view.canvas.viewport() for view in self._page.grid.slices.values()]
        target = self._view().canvas.viewport()
        steps = to_and_fro(notches, self._session.must_open().volume.geometry.size_ijk[2])
        seen = []
        for step in steps:
            before = self._view().plane.index
            seen.append(self._watch.timed(lambda step=step: turn_wheel(target, step), viewports))
            if abs(self._view().plane.index - before) != 1:
                raise RuntimeError("the slice did not change")
        return {"ms": seen, "cpu_ms": self._cpu(len(seen))}

    def undo(self, *, strokes: int) -> dict[str, Any]:
        """Take strokes back with the key; milliseconds of each until it is painted."""
        bring_forward(self._window)
        seen = []
        journal = self._session.must_open().journal
        viewport = self._view().canvas.viewport()

        def press() -> None:
            QTest.keyClick(self._window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

        for _ in range(strokes):
            before = journal.steps
            seen.append(
                self._watch.timed(lambda: QTest.keyClick(self._window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier), [viewport])
            )
            if journal.steps != before - 1:
                raise RuntimeError("nothing was undone")
        return {"ms": seen, "cpu_ms": self._cpu(len(seen))}

    def accept(self) -> dict[str, Any]:
        """Accept the whole scan and take that back; milliseconds of the undo until it is painted, and stalls of both."""
        journal = self._session.must_open().journal
        steps = journal.steps
        self._heart.start()
        self._window.actions_by_id["approve_case"].trigger()
        self._until(lambda: journal.steps == steps + 1 and not self._made.jobs.busy)
        recording = self._heart.stop()
        self._settle()
        answer = self.undo(strokes=1)
        self._settle()
        return answer | recording

    # what runs behind the window

    def mesh(self) -> dict[str, Any]:
        """Show the surfaces of all structures; the longest stall until they are there, scrolling the slices meanwhile."""
        meshes = self._page.surface.meshes
        meshes.set_active(True)
        self._heart.start()
        meshes._case_changed()
        target, n = self._view().canvas.viewport(), 0
        begin = time.perf_counter()
        while not meshes.complete:
            turn_wheel(target, 1 if n % 40 < 20 else -1)
            n += 1
            let_turn(16)
            if time.perf_counter() - begin > LIMIT_S:
                raise RuntimeError("the surfaces are not ready")
        return {**self._heart.stop(), "seconds": time.perf_counter() - begin, "turns": n}

    def export(self) -> dict[str, Any]:
        """Export the masks; the longest stall until they are verified."""
        folder = self._work / "masks"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        begin = time.perf_counter()
        self._heart.start()
        self._session.export(folder)
        self._until(lambda: not self._made.jobs.busy)
        stall = self._heart.stop()
        if not list(folder.glob("*.nii*")):
            raise RuntimeError("nothing was exported")
        return {**stall, "seconds": time.perf_counter() - begin}

    def train(self, *, minutes: float) -> dict[str, Any]:
        """Run a round, with slices approved for it, from the button to the gate's decision; the longest stall."""
        session = self._session
        for k in range(0, session.must_open().volume.geometry.size_ijk[2], max(1, session.must_open().volume.geometry.size_ijk[2] // 8)):
            session.approve_slice(k)
        self._settle()
        ended: list[str] = []
        session.round_finished.connect(lambda _report: ended.append("judged"))
        session.round_ended.connect(lambda: ended.append("no candidate"))
        begin = time.perf_counter()
        self._heart.start()
        session.refine(minutes=minutes)
        self._until(lambda: bool(ended) and not self._made.jobs.busy and session.predicting is None)
        return {**self._heart.stop(), "seconds": time.perf_counter() - begin, "ended": ended[0]}

    # memory

    def memory(self, *, project: str, strokes: int) -> dict[str, Any]:
        """Open a project, look through all slices, paint, and return bytes that the process has in memory; to be asked first of all.

        It is the program that goes on with a project: what it loads for a project without scans is not there.
        """
        self._window.commands.show_project(Path(project))
        self._settle()
        size = self._session.must_open().volume.geometry.size_ijk
        for k in range(size[2]):
            self._window.state.go_to(k)
            if k % 20 == 0:
                let_turn(1)
        self._begin(diameter_mm=12.0, ball=False, label=3)
        viewport, left = self._view().canvas.viewport(), Qt.MouseButton.LeftButton
        random = np.random.default_rng(0)
        before = self._session.must_open().journal.steps
        for n in range(strokes):
            if n % 10 == 0:
                self._window.state.go_to(int(random.integers(size[2])))
                self._window.state.set_tool(label=1 + n // 10 % 7)
                let_turn(1)
            i, j = random.uniform(0.35, 0.65, 2) * size[:2]
            QTest.mousePress(viewport, left, pos=self._pixel((i, j)))
            for step in (3.0, 6.0, 9.0):
                QTest.mouseMove(viewport, self._pixel((i + step, j)))
            QTest.mouseRelease(viewport, left, pos=self._pixel((i + 9.0, j)))
        self._settle()
        # what the program gives back by itself once it rests: the surfaces of the last strokes come after these
        rests_s = time.monotonic() + REST_S

        def rests() -> bool:
            nonlocal rests_s
            if self._made.jobs.busy:
                rests_s = time.monotonic() + REST_S
            return time.monotonic() > rests_s

        self._until(rests)
        gc.collect()
        made = self._session.must_open().journal.steps - before
        info = psutil.Process().memory_full_info()
        return {"rss": info.rss, "uss": info.uss, "strokes": made, "journal_bytes": self._session.must_open().journal.size_bytes}

    def read(self, path: str) -> dict[str, Any]:
        """Read all voxels of a NIfTI file with nibabel, and nothing else; milliseconds."""
        import nibabel

        begin = time.perf_counter()
        np.asarray(nibabel.load(path).dataobj.get_unscaled())
        return {"ms": [1e3 * (time.perf_counter() - begin)]}

    def close(self) -> dict[str, Any]:
        """Save and close; the project's folder."""
        folder = self._session.must_project().folder
        self._made.close()
        self._window.close()
        return {"project": str(folder)}

    def orders(self) -> dict[str, Callable[..., Any]]:
        """Return what can be asked for, by name."""
        names = (
            "open_scan",
            "predict",
            "brush",
            "scroll",
            "undo",
            "accept",
            "mesh",
            "export",
            "train",
            "memory",
            "read",
            "close",
        )
        return {name: getattr(self, name) for name in names}


def main() -> None:
    """Serve until the input ends."""
    ours = Ours(Path(sys.argv[1]))
    serve(ours.orders())
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
