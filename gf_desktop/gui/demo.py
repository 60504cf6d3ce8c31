"""The whole story on the demo scan, told by the window itself: import, predict, correct, refine, compare, export."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from gf_desktop.demo import (
    CORRECTED_SLICES,
    DEMO_PACK,
    FOOTER,
    PAINTED_SLICE,
    DemoScores,
    demo_mapping,
    demo_series,
    read_reference,
    reference_file,
    score_on_patient_a,
    score_uncorrected,
    summary_rows,
    teacher_labels,
    write_summary,
)
from gf_desktop.errors import ProjectError, TrainingError
from gf_desktop.project.records import RoundReport
from gf_desktop.resources import resource_dir

if TYPE_CHECKING:
    from gf_desktop.files.export import ExportedFile
    from gf_desktop.gui.app import Composition

__all__ = ["Speaker", "run_demo"]

STEP_LIMIT_S = 120.0
"""Reading, predicting and exporting the demo scan take seconds; a step that takes longer hangs."""

ROUND_EXTRA_S = 600.0
"""A round takes its minutes and what comes around them; beyond this it hangs."""

OURS = ("project", "screenshots", "masks", "summary.json")
"""What an earlier demo left in its output folder and this one replaces."""


class Speaker(Protocol):
    """Where the demo tells what it does; the command line's output is one."""

    def say(self, text: str) -> None:
        """Print a line for people."""
        ...

    def table(self, columns: tuple[str, ...], rows: list[tuple[str, ...]], *, title: str = "") -> None:
        """Print a table for people."""
        ...

    def document(self, document: dict[str, Any]) -> None:
        """Print the answer for programs."""
        ...


def run_demo(speaker: Any, *, headless: bool, out: Path, seed: int, minutes: float | None) -> int:
    """Open the window on the demo project, or without a screen drive it through the whole story.

    Parameters
    ----------
    headless
        Drive the window in memory and write ``out``; otherwise the window opens and the person goes on.
    minutes
        Length of the refinement; None for the usual one.

    Returns
    -------
    int
        Exit code.
    """
    if not headless:
        from gf_desktop.gui.app import run

        return run(when_composed=lambda made: made.window.commands.attempt(made.window.commands.open_demo))
    if sys.platform.startswith("linux"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gf_desktop.gui.app import compose, make_application

    make_application()
    _clear(out)
    made = compose()
    try:
        _Story(made, speaker, out.absolute(), seed=seed, minutes=minutes).tell()
    finally:
        made.window.close()
        made.close()
    return 0


def _clear(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    foreign = sorted(p.name for p in out.iterdir() if p.name not in OURS)
    if foreign:
        raise ProjectError(
            f"The folder holds other things: {', '.join(foreign[:3])}", where=str(out), next_step="Name an empty folder with --out."
        )
    for name in OURS:
        path = out / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


class _Story:
    """Drives the window; each method is a chapter."""

    def __init__(self, made: Composition, speaker: Speaker, out: Path, *, seed: int, minutes: float | None) -> None:
        self._window = made.window
        self._session = made.session
        self._speaker = speaker
        self._out = out
        self._seed = seed
        self._minutes = minutes
        self._began_s = time.monotonic()
        self._shots = 0
        self._troubles: list[Exception] = []
        self._session.trouble.connect(self._troubles.append)
        self._session.broke.connect(self._troubles.append)

    def tell(self) -> None:
        """Go through the story and write the summary."""
        self._open()
        case_id = self._import_and_predict()
        before = self._scores()
        pack_before = self._active_path()
        self._correct()
        report = self._refine()
        self._predict_again()
        after = self._scores()
        files = self._export()
        self._speaker.say("Scoring the teacher, and both students on patient A.")
        project = self._session.must_project()
        candidate = project.models.path(report.candidate_id)
        geometry = self._session.must_open().volume.geometry
        teacher = score_uncorrected(
            teacher_labels(candidate, project.case_folder(case_id) / "image.npy", geometry), project.table, geometry
        )
        summary: dict[str, Any] = {
            "dice_before": before.as_json(),
            "dice_after": after.as_json(),
            "teacher_after": teacher.as_json(),
            "patient_a_before": score_on_patient_a(pack_before).mean,
            "patient_a_after": score_on_patient_a(self._active_path()).mean,
            "promoted": report.promoted,
            "reason": report.reason,
            "exports_verified": bool(files) and all(f.verified for f in files),
            "minutes": round((time.monotonic() - self._began_s) / 60, 2),
            "refine_minutes": round(report.minutes, 2),
            "model_before": report.previous_id,
            "model_after": project.models.active_id,
            "provider": self._session.provider,
            "seed": self._seed,
            "corrected_slices": list(CORRECTED_SLICES),
            "painted_slice": PAINTED_SLICE,
            "note": FOOTER,
        }
        write_summary(self._out / "summary.json", summary)
        self._tell_figures(summary)

    def _tell_figures(self, summary: dict[str, Any]) -> None:
        title = f"Dice on the slices that were not corrected ({summary['model_before']} to {summary['model_after']})"
        self._speaker.table(("structure", "before", "after", "teacher"), list(summary_rows(summary)), title=title)
        self._speaker.say(summary["reason"])
        self._speaker.say(
            f"{summary['minutes']} minutes in all, {summary['refine_minutes']} of them refining; provider {summary['provider']}; "
            f"exports {'verified' if summary['exports_verified'] else 'NOT verified'}; everything lies in {self._out}."
        )
        self._speaker.say(FOOTER)
        self._speaker.document(summary)

    # chapters

    def _open(self) -> None:
        self._window.show()
        self._shoot("start")
        self._session.create_project(self._out / "project", resource_dir() / "models" / DEMO_PACK)
        self._shoot("empty-project")

    def _import_and_predict(self) -> str:
        session = self._session
        self._speaker.say("Importing the demo series.")
        self._window.commands.import_paths([demo_series()])
        self._wait(lambda: session.open is not None and session.open.case.status == "proposed", "predicting the demo series")
        opened = session.must_open()
        self._speaker.say(f"{opened.case.title}: proposed by {opened.case.model_id} on {session.provider}.")
        self._window.state.go_to(PAINTED_SLICE)
        self._shoot("predicted")
        return opened.id

    def _correct(self) -> None:
        from gf_desktop.gui.mouse_corrector import paint_slice

        session, opened = self._session, self._session.must_open()
        reference = read_reference(opened.volume.geometry, session.must_project().table)
        self._speaker.say(f"Painting slice {PAINTED_SLICE} with the mouse.")
        work = paint_slice(self._window, PAINTED_SLICE, reference[PAINTED_SLICE])
        self._speaker.say(f"{work.strokes} strokes: {work.wrong_before} wrong pixels before, {work.wrong_after} after.")
        self._shoot("painted")
        page = self._window.page
        if page is not None:
            QTest.keyClick(page.view, Qt.Key.Key_Return)
        if PAINTED_SLICE not in opened.label_map.reviewed_slices():
            raise TrainingError("The painted slice was not approved by Enter", where="demo", next_step="Run the demo again.")
        others = [k for k in CORRECTED_SLICES if k != PAINTED_SLICE]
        session.correct(opened.id, reference_file(), slices=others, mapping=demo_mapping())
        self._shoot("corrected")

    def _refine(self) -> RoundReport:
        session = self._session
        reports: list[RoundReport] = []
        session.round_finished.connect(reports.append)
        ended: list[bool] = []
        session.round_ended.connect(lambda: ended.append(True))
        self._window.show_panel("refine")
        session.refine(minutes=self._minutes, seed=self._seed)
        self._speaker.say("Refining.")
        limit_s = 60 * (self._minutes or 10.0) + ROUND_EXTRA_S
        self._wait(lambda: bool(reports or ended) or session.training.fraction > 0.6, "refining", limit_s)
        self._shoot("refining")
        self._wait(lambda: bool(reports or ended), "refining", limit_s)
        if not reports:
            raise TrainingError(
                "The refinement ended without a candidate", where=str(self._out / "project"), next_step="See its runs folder."
            )
        self._shoot("report")
        return reports[0]

    def _predict_again(self) -> None:
        session = self._session
        active = session.must_project().models.active_id

        def renewed() -> bool:
            return session.predicting is None and session.open is not None and session.open.case.model_id == active

        self._wait(renewed, "predicting again")
        self._window.state.go_to(PAINTED_SLICE - 2)
        self._window.show_panel("structures")
        self._shoot("predicted-again")
        self._window.show_panel("models")
        self._shoot("students")

    def _export(self) -> list[ExportedFile]:
        files: list[ExportedFile] = []
        errors: list[Exception] = []
        done: list[bool] = []
        for file_format in ("nifti", "png"):
            done.clear()

            def take(written: list[ExportedFile], done: list[bool] = done) -> None:
                files.extend(written)
                done.append(True)

            self._session.export(self._out / "masks" / file_format, file_format=file_format, on_done=take, on_error=errors.append)
            self._wait(lambda: bool(done or errors), "exporting")
            if errors:
                raise errors[0]
        self._shoot("exported")
        return files

    # helpers of the chapters

    def _scores(self) -> DemoScores:
        opened = self._session.must_open()
        return score_uncorrected(opened.label_map.labels, self._session.must_project().table, opened.volume.geometry)

    def _active_path(self) -> Path:
        models = self._session.must_project().models
        return models.path(models.active_id or "")

    def _wait(self, ready: Callable[[], bool], what: str, limit_s: float = STEP_LIMIT_S) -> None:
        loop = QEventLoop()
        poll, end_s = QTimer(), time.monotonic() + limit_s

        def look() -> None:
            if ready() or self._troubles or time.monotonic() > end_s:
                loop.quit()

        poll.timeout.connect(look)
        poll.start(20)
        loop.exec()
        poll.stop()
        if self._troubles:
            raise self._troubles[0]
        if not ready():
            raise TrainingError(f"The demo gave up: {what} took more than {limit_s:.0f} s", where=str(self._out), next_step="Run it again.")

    def _shoot(self, name: str) -> None:
        QTest.qWait(120)
        folder = self._out / "screenshots"
        folder.mkdir(exist_ok=True)
        self._window.grab().save(str(folder / f"{self._shots:02d}-{name}.png"))
        self._shots += 1
