"""Pictures of every region and moment of the window: ``python -m gf_desktop.gui.screenshots FOLDER``.

The scan, the student's masks and the strokes are real. A round of refinement takes minutes, so the one in the pictures is played
from a script: its figures are examples.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from gf_desktop.demo import demo_series
from gf_desktop.errors import UserError
from gf_desktop.files.label_files import write_mha
from gf_desktop.gui.app import Composition, compose, make_application
from gf_desktop.gui.clipping import clipped_texts
from gf_desktop.gui.commands import packs
from gf_desktop.gui.drops import Dropped
from gf_desktop.gui.import_dialog import ImportDialog
from gf_desktop.gui.language import LANGUAGES, SOURCE
from gf_desktop.gui.mask_dialog import MaskDialog
from gf_desktop.gui.palette import DARK, LIGHT
from gf_desktop.gui.settings_store import ExportChoice
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.operations import Margin
from gf_desktop.project.records import RoundReport
from gf_desktop.protocol import PROTOCOL_VERSION, Accepted, Event, Hello, Progress, Stopped, Validated, encode_line

__all__ = ["ClippedError", "main", "take_pictures"]

SIZES: Final = ((1440, 900), (1100, 700))
"""The baseline and the smallest window."""

LOOKS: Final = tuple((theme, language) for theme in (DARK.name, LIGHT.name) for language in (SOURCE, *sorted(set(LANGUAGES) - {SOURCE})))
"""Themes and languages; the first one gets every moment in every size."""

OWN_SIZE: Final = ("keys", "about", "change-keys", "add-structure", "lists", "export", "add-scans", "take-mask", "menu", "panel", "bar")
"""Begin the names of pictures of a window, menu or panel alone, which have a size of their own."""

SHARP_SCALE: Final = 2
"""Screens with twice the pixels get pictures of their own, from a second process: Qt reads its scale once."""

STEP_LIMIT_S: Final = 180.0
SLICE: Final = 10
APPROVED: Final = (3, 8, 15)


class _ScriptedTrainer:
    """A transport that says what it is told to; see :class:`gf_desktop.trainer_link.Transport`."""

    def __init__(self) -> None:
        self.started = False
        self._on_line: Callable[[bytes], None] = lambda _line: None
        self._on_exit: Callable[[int], None] = lambda _code: None

    def start(
        self,
        argv: list[str],  # noqa: ARG002 - there is no process
        env: dict[str, str],  # noqa: ARG002
        *,
        log: Path,  # noqa: ARG002
        on_line: Callable[[bytes], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """Remember who listens."""
        self._on_line, self._on_exit = on_line, on_exit
        self.started = True

    def say(self, event: Event) -> None:
        """Deliver an event as a process would."""
        self._on_line(encode_line(event))

    def end(self) -> None:
        """End as on request."""
        self.say(Stopped("example"))
        self._on_exit(0)

    def write(self, line: bytes) -> None:
        """Hear nothing."""

    def close_input(self) -> None:
        """Have no input."""

    def kill_after(self, seconds: float) -> None:
        """End before that."""

    def wait(self) -> None:
        """Return at once."""

    @property
    def pid(self) -> int:
        """There is no process."""
        return 0

    def suspend(self) -> None:
        """Have no process that could stand still."""

    def resume_process(self) -> None:
        """Have no process that could go on."""


def _turn(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _wait(ready: Callable[[], bool]) -> None:
    waited_s = 0.0
    while not ready():
        if waited_s > STEP_LIMIT_S:
            raise TimeoutError("the window did not get ready for its picture")
        _turn(20)
        waited_s += 0.02


def _write_series(path: Path) -> None:
    """Write a series of volumes in time, NRRD of int16: an ellipsoid that rises and sinks in a larger one."""
    frames, (slices, rows, columns) = 12, (16, 96, 128)
    k, j, i = np.ogrid[-1 : 1 : 1j * slices, -1 : 1 : 1j * rows, -1 : 1 : 1j * columns]
    body = (j / 0.75) ** 2 + (i / 0.9) ** 2 < 1
    noise = np.random.default_rng(0).normal(0, 12, (slices, rows, columns))
    volumes = []
    for frame in range(frames):
        rise = 0.15 * math.sin(2 * math.pi * frame / frames)
        organ = ((k - rise) / 0.8) ** 2 + ((j + 0.1 - rise / 2) / 0.4) ** 2 + ((i + 0.25) / 0.35) ** 2 < 1
        volumes.append((np.where(body, 20, -1000) + 90 * organ + noise).astype("<i2"))
    header = "\n".join((
        "NRRD0004", "type: int16", "dimension: 4", "space: left-posterior-superior-time", f"sizes: {columns} {rows} {slices} {frames}",
        "space directions: (2.5,0,0,0) (0,2.5,0,0) (0,0,8,0) (0,0,0,400)", "space origin: (-160,-120,-60,0)",
        "kinds: domain domain domain time",
        "endian: little", "encoding: raw",
    ))  # fmt: skip
    path.write_bytes(f"{header}\n\n".encode("ascii") + np.stack(volumes).tobytes())


class ClippedError(Exception):
    """Texts in pictures are cut off."""


class _Photographer:
    """Drives one window through its moments and writes a picture of each.

    In the first look all of them; in the others each panel once, alone, since the slices beside it would be the same.
    """

    def __init__(self, folder: Path, size: tuple[int, int], look: tuple[str, str], *, with_dialogs: bool) -> None:
        self._with_dialogs = with_dialogs
        self._folder = folder
        theme, language = look
        self._whole = look == LOOKS[0]
        named = [language] * (language != SOURCE) + [theme] * (theme != DARK.name)
        self._prefix = "".join(f"{part}-" for part in named)
        self._suffix = f"{size[0]}x{size[1]}"
        self._trainer = _ScriptedTrainer()
        make_application(theme=theme, language=language)
        self._made: Composition = compose(transport_factory=lambda: self._trainer)
        self._made.window.resize(*size)
        self.taken: list[Path] = []
        self.clipped: list[str] = []

    def take_all(self, project: Path) -> None:
        """Go through all moments with a new project in ``project``."""
        try:
            self._begin(project)
            self._work()
            self._refine()
            self._look_around()
        finally:
            self._made.window.close()
            self._made.close()
            make_application(theme=DARK.name)

    def _take(self, name: str, widget: QWidget | None = None) -> None:
        _turn(120)
        shown = widget or self._made.window
        path = self._folder / f"{self._prefix}{name}-{self._suffix}.png"
        # without transparency, and packed as small as it goes
        shown.grab().toImage().convertToFormat(QImage.Format.Format_RGB888).save(str(path), "PNG", 0)  # type: ignore[call-overload]
        # what came in a moment ago is laid out by now
        self.clipped += [f"{path.stem}: {text}" for text in clipped_texts(shown)]
        self.taken.append(path)

    def _take_panel(self, name: str) -> None:
        page = self._made.window.page
        if self._whole or page is None:
            self._take(name)
        else:
            self._take(f"panel-{name}", page.tabs)

    def _begin(self, project: Path) -> None:
        window, session = self._made.window, self._made.session
        window.show()
        window.activateWindow()
        self._take("start")
        session.create_project(project, packs()[0])
        self._take("empty-project")
        window.commands.import_paths([demo_series()])
        _wait(lambda: session.open is not None and session.open.case.status == "proposed" and not self._made.jobs.busy)
        page = window.page
        _wait(lambda: page is not None and page.surface.is_sharp and bool(session.suggesting.ranking.suggestions))
        self._take("predicted")

    def _work(self) -> None:
        window, session, page = self._made.window, self._made.session, self._made.window.page
        if page is None:
            raise RuntimeError("no page")
        window.state.go_to(SLICE)
        window.state.set_tool(name="paint", label=3, radius_mm=8.0)
        _turn(20)
        target = page.view.canvas.viewport()
        start = QPoint(round(target.width() * 0.53), round(target.height() * 0.44))
        QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
        for step in range(12):
            bend = round(10 * math.sin(step / 3))
            QTest.mouseMove(target, start + QPoint(4 * step, 5 * step + bend))
        if self._whole:
            self._take("painting")
        QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=start + QPoint(44, 60))
        window.state.set_tool(name="cursor")
        for k in APPROVED:
            session.approve_slice(k)

    def _refine(self) -> None:
        window, session, trainer = self._made.window, self._made.session, self._trainer
        before = {s.name: 0.52 + 0.03 * n for n, s in enumerate(session.must_project().table)}
        window.actions_by_id["refine"].trigger()
        _wait(lambda: trainer.started)
        trainer.say(Hello(version=PROTOCOL_VERSION, pid=0, device="CPU, 2 threads"))
        trainer.say(Accepted("example", labelled=3, unlabelled=16, validation=1))
        trainer.say(Validated(0, "student", 0.61, dict(before)))
        for step in range(160):
            losses = {
                "supervision": 0.9 * math.exp(-step / 50) + 0.08 + 0.02 * math.sin(step * 1.7),
                "logits": 0.4 * math.exp(-step / 80) + 0.05,
                "graph flow": 0.25 * math.exp(-step / 120) + 0.02,
            }
            trainer.say(
                Progress(
                    stage="distil", step=step, steps=300, fraction=0.2 + step / 500, elapsed_s=60.0, eta_s=190.0 - step / 4, losses=losses
                )
            )
        trainer.say(Validated(160, "student", 0.81, {name: 0.74 + 0.02 * n for n, name in enumerate(before)}))
        _turn(400)
        self._take_panel("refining")
        trainer.end()
        session.rounds.drop()
        report = RoundReport(
            run_id="example",
            candidate_id="abdomen-ct-v2",
            previous_id="abdomen-ct",
            promoted=True,
            reason="abdomen-ct-v2 took over: mean Dice on the held-back slices went from 0.610 to 0.870, none fell by more than 0.02.",
            sentences=(),
            minutes=5.0,
            structures={name: (value, 0.81 + 0.02 * n) for n, (name, value) in enumerate(before.items())},
            parity=1e-6,
        )
        session.round_finished.emit(report)
        self._take_panel("report")

    def _measure(self) -> None:
        """Draw a ruler and a region with the mouse, and show their list."""
        window, page = self._made.window, self._made.window.page
        if page is None:
            raise RuntimeError("no page")
        target = page.view.canvas.viewport()

        def at(across: float, down: float) -> QPoint:
            return QPoint(round(target.width() * across), round(target.height() * down))

        for name, start, end in (("ruler", at(0.28, 0.44), at(0.49, 0.44)), ("ellipse", at(0.63, 0.53), at(0.7, 0.62))):
            window.actions_by_id[f"tool_{name}"].trigger()
            QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
            QTest.mouseMove(target, end)
            QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=end)
        window.show_panel("measurements")
        self._take_panel("measuring")
        window.actions_by_id["tool_cursor"].trigger()
        window.show_panel("structures")

    def _look_around(self) -> None:
        window = self._made.window
        window.notice.hide()
        window.show_panel("models")
        self._take_panel("students")
        window.show_panel("scan")
        self._take_panel("scan")
        window.show_panel("structures")
        if self._whole:
            self._look_through()
        self._measure()
        self._preview()
        self._compare()
        self._speak()
        if self._with_dialogs:
            self._open_windows()
        self._play()

    def _preview(self) -> None:
        """Look at an operation without carrying it out."""
        window, page, previewing = self._made.window, self._made.window.page, self._made.session.previewing
        if page is None:
            raise RuntimeError("no page")
        window.commands.corrections.operate(Margin(2, 5.0))
        _wait(lambda: not previewing.computing)
        self._take("preview" if self._whole else "bar-preview", None if self._whole else page.preview)
        previewing.end()

    def _compare(self) -> None:
        """Show the mask beside the student's proposal, in both ways."""
        window, page, comparing = self._made.window, self._made.window.page, self._made.session.comparing
        if page is None:
            raise RuntimeError("no page")
        window.actions_by_id["compare"].trigger()
        _wait(lambda: comparing.other is not None and comparing.changes is not None)
        page.compare.more.click()
        self._take("compare" if self._whole else "bar-compare", None if self._whole else page.compare)
        if self._whole:
            window.actions_by_id["compare_beside"].trigger()
            self._take("compare-beside")
        page.compare.more.click()
        comparing.stop()

    def _play(self) -> None:
        """Show a scan with frames in time, drawn for it."""
        window, page, session = self._made.window, self._made.window.page, self._made.session
        if page is None:
            raise RuntimeError("no page")
        with tempfile.TemporaryDirectory() as place:
            series = Path(place) / "breathing phantom.nrrd"
            _write_series(series)
            added: list[str] = []
            session.import_paths([series], on_done=lambda cases: added.append(cases[0][1].id))
            _wait(lambda: bool(added) and not self._made.jobs.busy)
        window.commands.show_case(added[0])
        _wait(lambda: page.frames.isVisible() and not self._made.jobs.busy)
        window.notice.hide()
        self._take("frames" if self._whole else "bar-frames", None if self._whole else page.frames)

    def _look_through(self) -> None:
        """Show the same slice in other ways."""
        window = self._made.window
        window.state.toggle_outline()
        self._take("outlines")
        window.state.toggle_outline()
        window.state.toggle_layer("states")
        self._take("states")
        window.state.toggle_layer("states")
        window.switch_theme()
        self._take(f"{LIGHT.name}-predicted")
        window.switch_theme()

    def _speak(self) -> None:
        """Show what comes over the window: a notice, the palette, the tour."""
        window = self._made.window
        window.commands.tell_trouble(
            UserError("The disk is full", next_step="Free some space and try again; what was saved before is intact.")
        )
        self._take("notice")
        window.notice.hide()
        window.veil.say(Dropped("scans", (Path("a"), Path("b"))), project=self._made.session.must_project().name, read_only=False)
        self._take("drop")
        window.veil.hide()
        window.open_palette()
        self._take("palette")
        window.palette_box.close()
        tour = window.helps.begin()
        while tour.step.id != "approve":
            tour.next.click()
        self._take("tour")
        tour.leave.click()

    def _export(self) -> None:
        """Open the window of exports with what shows most of it."""
        memory, project = self._made.window.remembered, self._made.session.must_project()
        memory.note_export(project.folder, ExportChoice(format="stl"), Path("/data/Abdomen trial export"))
        self._made.window.commands.exports.ask()

    def _add_scans(self) -> None:
        """Show the window that asks which scans are added: a sound one, one with a remark, one with slices missing, and a photograph."""
        window = self._made.window
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            for name, left_out in (("abdomen", ()), ("abdomen, incomplete", (8, 9))):
                (folder / name).mkdir()
                for number, path in enumerate(sorted(demo_series().iterdir())):
                    if number not in left_out:
                        shutil.copyfile(path, folder / name / path.name)
            series, photo = folder / "breathing phantom.nrrd", folder / "photograph.png"
            _write_series(series)
            series.write_bytes(series.read_bytes().replace(b"space: left-posterior-superior-time", b"space dimension: 4", 1))
            window.grab().scaled(640, 400).toImage().save(str(photo))
            window.commands.take_paths([*sorted(path for path in folder.iterdir() if path.is_dir()), series, photo])
            _wait(lambda: any(dialog.add_button.isEnabled() for dialog in window.findChildren(ImportDialog)))
            dialog = next(found for found in window.findChildren(ImportDialog) if found.isVisible())
            for row, name in enumerate(("add-scans", "add-scans-refused", "add-scans-remark", "add-scans-distances")):
                dialog.list.setCurrentRow(row)
                self._take(name, dialog)
            dialog.reject()

    def _mask(self) -> None:
        """Open the window of a mask on another grid, with ids of another program, half mapped and with the figures of a resampling."""
        session, window = self._made.session, self._made.window
        opened = session.must_open()
        with tempfile.TemporaryDirectory() as place:
            path, grid = Path(place) / "follow-up.mha", opened.volume.geometry
            x, y, z = grid.index_to_world(np.array([0.0, 0.0, -3.4]))
            lower = Geometry(grid.size_ijk, grid.spacing_mm, (x, y, z), grid.direction)
            write_mha(opened.label_map.labels * np.uint8(10), lower, path)
            window.commands.masks.ask("take", path, lambda _wish, _mask: None)
            [dialog] = [found for found in window.findChildren(MaskDialog) if found.isVisible()]
            _wait(lambda: dialog.look is not None)
            for number, choice in dialog.rows.choices.items():
                choice.setCurrentIndex(number // 10 if number < 60 else 0)
            dialog.method.setCurrentIndex(1)
            _wait(dialog.take_button.isEnabled)

    def _open_windows(self) -> None:
        """Show what has a size of its own; one picture is enough."""
        window, page = self._made.window, self._made.window.page
        if page is None:
            raise RuntimeError("no page")
        menus = {f"menu-{menu.objectName()}": menu for menu in window.top.menu_bar.findChildren(QMenu) if menu.objectName()}
        for name, menu in (menus | {"menu-structure": page.structures.menu_of(1)}).items():
            # drawn without being opened, which would take the keyboard
            menu.resize(menu.sizeHint())
            self._take(name, menu)
        self._add_scans()
        structures = window.commands.structures
        for name, opens in (
            ("keys", window.open_sheet),
            ("about", window.open_about),
            ("change-keys", window.open_keys),
            ("add-structure", structures.add),
            ("lists", structures.take_list),
            ("export", self._export),
            ("take-mask", self._mask),
        ):
            opens()
            dialog = next(found for found in reversed(window.findChildren(QDialog)) if found.isVisible())
            self._take(name, dialog)
            dialog.close()
            _turn(20)


def take_pictures(folder: Path, sizes: tuple[tuple[int, int], ...] = SIZES, looks: tuple[tuple[str, str], ...] = LOOKS) -> list[Path]:
    """Write pictures of the window in each size, and in other looks than the first in the last size; return their paths.

    Parameters
    ----------
    looks
        Theme and language.

    Raises
    ------
    ClippedError
        When a text was cut off in one of them; all are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    clipped: list[str] = []
    for look in looks:
        for size in sizes if look == LOOKS[0] else sizes[-1:]:
            with tempfile.TemporaryDirectory() as place:
                photographer = _Photographer(folder, size, look, with_dialogs=size == sizes[0] or look != LOOKS[0])
                photographer.take_all(Path(place) / "Abdomen trial")
                taken += photographer.taken
                clipped += photographer.clipped
    if clipped:
        raise ClippedError("\n".join(["Texts that are cut off:", *clipped]))
    return taken


def main(arguments: list[str] | None = None) -> int:
    """Write all pictures into a folder; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gf_desktop.gui.screenshots", description="Pictures of the window.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sharp", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.sharp:
        return 0 if take_pictures(options.folder, SIZES[:1], LOOKS[:1]) else 1
    taken = take_pictures(options.folder)
    with tempfile.TemporaryDirectory() as place:
        env = os.environ | {"QT_SCALE_FACTOR": str(SHARP_SCALE)}
        subprocess.run([sys.executable, "-m", "gf_desktop.gui.screenshots", place, "--sharp"], env=env, check=True)
        for path in sorted(Path(place).glob("predicted*.png")):
            target = options.folder / f"{path.stem}@{SHARP_SCALE}x.png"
            target.write_bytes(path.read_bytes())
            taken.append(target)
    sys.stdout.write(f"{len(taken)} pictures in {options.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
