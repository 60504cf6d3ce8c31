"""A round of refinement as it runs, and how the last one ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.panels.agreement_box import AgreementBox
from gf_desktop.gui.panels.round_pictures import BAR_PX, ChangeBar, Slices, intervals, slice_counts
from gf_desktop.gui.texts import STAGE_WORDS, change_text, dice_text, duration_text
from gf_desktop.gui.theme import caption_font, current_palette, numbers_font
from gf_desktop.gui.widgets import action_button, label, line
from gf_desktop.project.records import RoundReport
from gf_desktop.session import Session
from gf_desktop.trainer_link import PauseReason

__all__ = ["MINUTES", "Refine"]

MINUTES: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
"""Time budgets that are offered."""

DEFAULT_CHOICE: Final = MINUTES.index(5.0)

REDRAW_MS: Final = 250
"""The panel follows a round at this pace, however fast its messages come."""

CURVE_COLOURS: Final = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00")
"""Okabe-Ito, for the terms of the loss in their order."""

NOT_DRAWN: Final = frozenset({"total", "second", "cwd"})
"""Terms of the loss that are left out of the picture: sums of the others, and small ones."""

TERM_WORDS: Final = {
    "teacher": "teacher",
    "reconstruction": "reconstruction",
    "supervision": "supervision",
    "kl": "logits",
    "graph": "graph flow",
    "consistency": "consistency",
    "adversarial": "adversarial",
}
"""What terms of the loss are called in the picture; others, of trials of the method, by their own names."""

PAUSE_WORDS: Final[dict[PauseReason, str]] = {"painting": "paused while you paint", "battery": "paused while the computer runs on battery"}
"""Why a trainer stands still, for people."""

PLOT_PX: Final = 132
ROW_PX: Final = 24
LOG_PX: Final = (48, 160)


class Refine(QFrame):
    """Stage, progress, time left, loss curve, Dice per structure, log, stop."""

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        self._plot: Any = None
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._report = self._last_report()
        self._curves: dict[str, Any] = {}
        self._key: QLabel
        self._logged: tuple[str, ...] = ()
        self.stage = label(wrap=True)
        self.remaining = label(kind="muted")
        self.remaining.setFont(numbers_font())
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of the refinement"))
        self._budget = label(tr("Time budget"))
        self.minutes = QComboBox()
        self.minutes.setAccessibleName(tr("Time budget"))
        self.minutes.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.minutes.addItems([tr("{n} min").format(n=f"{n:g}") for n in MINUTES])
        self.minutes.setCurrentIndex(DEFAULT_CHOICE)
        self._start, self._stop = action_button(actions["refine"]), action_button(actions["cancel_refine"])
        self._stop.setText(tr("Stop"))
        self._make_buttons(actions)
        self.table = self._make_table()
        self.verdict = label(wrap=True)
        self.slices = Slices()
        self.agreement = AgreementBox(session, actions)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(400)
        self.log.setFont(caption_font())
        self.log.setMinimumHeight(LOG_PX[0])
        self.log.setMaximumHeight(LOG_PX[1])
        self.log.setAccessibleName(tr("Log"))
        self.log.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._arrange()
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._soon.timeout.connect(self._redraw)
        session.training_changed.connect(self._changed)
        session.round_finished.connect(self.show_report)
        session.round_ended.connect(self._changed)
        session.project_changed.connect(self._project_changed)
        self._redraw()

    def _make_buttons(self, actions: dict[str, QAction]) -> None:
        self._with = QToolButton()
        self._with.setArrowType(Qt.ArrowType.DownArrow)
        self._with.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._with.setAccessibleName(actions["refine_with"].text().rstrip("…"))
        self._with.setToolTip(actions["refine_with"].toolTip())
        self._with.clicked.connect(actions["refine_with"].trigger)
        self._finish, self._next = action_button(actions["finish_refine"]), action_button(actions["refine_next"])
        self._finish.setText(tr("Finish now"))
        self._next.setText(tr("Once more"))
        self._take_back, self._go_on = action_button(actions["take_back_refine"]), action_button(actions["go_on_refine"])
        self._take_back.setText(tr("Take back"))
        self._go_on.setText(tr("Go on"))
        self.waiting = label(kind="muted", wrap=True)

    def _arrange(self) -> None:
        budget = QHBoxLayout()
        budget.addWidget(self._budget)
        budget.addWidget(self.minutes)
        budget.addStretch(1)
        budget.addWidget(self._start)
        budget.addWidget(self._with)
        budget.addWidget(self._stop)
        further = QHBoxLayout()
        further.addWidget(self.waiting, 1)
        further.addStretch(0)
        for button in (self._take_back, self._next, self._finish, self._go_on):
            further.addWidget(button)
        where = QGridLayout()
        where.addWidget(self.stage, 0, 0)
        where.addWidget(self.remaining, 0, 1, Qt.AlignmentFlag.AlignRight)
        where.addWidget(self.progress, 1, 0, 1, 2)
        where.setColumnStretch(0, 1)
        self._plot_place = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(budget)
        layout.addLayout(where)
        layout.addLayout(further)
        layout.addLayout(self._plot_place)
        layout.addWidget(self.slices)
        layout.addWidget(line())
        layout.addWidget(self.verdict)
        layout.addWidget(self.agreement)
        # the table grows to its rows before the log grows to its limit
        layout.addWidget(self.table, 20)
        layout.addWidget(self.log, 4)
        # what is left over in a tall window goes below, not between the texts
        layout.addStretch(1)

    @staticmethod
    def _make_table() -> QTableWidget:
        table = QTableWidget(0, 5)
        for column, word in enumerate((tr("Dice"), tr("now"), tr("new"), tr("change"), "")):
            heading = QTableWidgetItem(word)
            heading.setTextAlignment(Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
            table.setHorizontalHeaderItem(column, heading)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setMinimumSectionSize(ROW_PX)
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        # a name that is too long for its column has a second line
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setAccessibleName(tr("Dice of each structure"))
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(4, BAR_PX[0])
        return table

    @property
    def chosen_minutes(self) -> float:
        """The time budget of the next round."""
        return MINUTES[self.minutes.currentIndex()]

    def _changed(self) -> None:
        if not self._session.training.running:
            self._redraw()
        elif not self._soon.isActive():
            self._soon.start()

    def _project_changed(self) -> None:
        self._report = self._last_report()
        self._logged = ()
        self.log.clear()
        self._changed()

    def _last_report(self) -> RoundReport | None:
        project = self._session.project
        return None if project is None else project.reports.last()

    def show_report(self, report: RoundReport) -> None:
        """Show how a round ended."""
        self._report = report
        self._redraw()

    def _redraw(self) -> None:
        training, refining = self._session.training, self._session.refining
        self._start.setVisible(not refining)
        self._with.setVisible(not refining)
        self._stop.setVisible(refining)
        # the round that runs may have been given other minutes
        for widget in (self._budget, self.minutes):
            widget.setVisible(not refining)
        self.stage.setText(self._stage_text())
        left = refining and training.running and training.eta_s > 0
        self.remaining.setText(tr("{time} left").format(time=duration_text(training.eta_s)) if left else "")
        self.progress.setValue(round(1000 * training.fraction) if training.running else 1000 * refining)
        self._show_further()
        self.progress.setVisible(refining)
        self._show_curve()
        seen = refining and bool(training.preview)
        self.slices.show_picture(Path(training.run_dir) / training.preview if seen else None)
        self._show_dice()
        self._show_log()

    def _stage_text(self) -> str:
        training, found = self._session.training, self._session.rounds.unfinished
        if self._session.refining:
            if not training.running:
                return tr("comparing both students")
            stage = tr(STAGE_WORDS.get(training.stage, training.stage))
            if training.paused_for:
                return f"{stage} – {tr(PAUSE_WORDS[training.paused_for[0]])}"
            return f"{stage} – {tr('to be finished early')}" if self._ends_early else stage
        if found is not None:
            return tr("A refinement was stopped at {share} %. It can go on until the next one begins.").format(share=round(100 * found[1]))
        return tr("Correct and approve a few slices, then refine.")

    @property
    def _ends_early(self) -> bool:
        current = self._session.rounds.current
        return current is not None and current.ends_early

    def _show_further(self) -> None:
        rounds, refining = self._session.rounds, self._session.refining
        waits = refining and rounds.waiting is not None
        self._finish.setVisible(refining and self._session.training.running and not waits and not self._ends_early)
        self._next.setVisible(refining and not waits)
        self._take_back.setVisible(waits)
        self._go_on.setVisible(not refining and rounds.unfinished is not None)
        self.waiting.setVisible(waits)
        self.waiting.setText(tr("One more waits."))

    def _show_curve(self) -> None:
        curve = self._session.training.losses
        if not curve:
            if self._plot is not None:
                self._plot.setVisible(False)
                self._key.setVisible(False)
            return
        if self._plot is None:
            self._make_plot()
        self._plot.setVisible(True)
        self._key.setVisible(True)
        names = [name for name in dict.fromkeys(name for point in curve for name in point) if name not in NOT_DRAWN]
        for number, name in enumerate(names):
            if name not in self._curves:
                import pyqtgraph as pg

                pen = pg.mkPen(CURVE_COLOURS[number % len(CURVE_COLOURS)], width=2)
                self._curves[name] = self._plot.plot(pen=pen)
                self._key.setText(
                    " &nbsp; ".join(
                        f"<span style='color:{CURVE_COLOURS[n % len(CURVE_COLOURS)]}'>■</span> {tr(TERM_WORDS.get(known, known))}"
                        for n, known in enumerate(names)
                    )
                )
            points = [(step, point[name]) for step, point in enumerate(curve) if name in point]
            self._curves[name].setData([x for x, _ in points], [y for _, y in points])

    def _make_plot(self) -> None:
        import pyqtgraph as pg

        plot = pg.PlotWidget()
        plot.viewport().setAcceptDrops(False)
        plot.setAcceptDrops(False)
        plot.setFixedHeight(PLOT_PX)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setAccessibleName(tr("Loss of the last steps"))
        plot.getAxis("bottom").setStyle(showValues=False)
        # room for the lower half of the lowest number
        plot.getAxis("bottom").setHeight(GRID_PX + 2)
        self._plot = plot
        self._colour_plot()
        # beside the plot, not in it: the curves run everywhere
        self._key = label("", kind="muted", wrap=True)
        self._key.setTextFormat(Qt.TextFormat.RichText)
        self._plot_place.addWidget(self._key)
        self._plot_place.addWidget(plot)

    def _colour_plot(self) -> None:
        tokens = current_palette()
        self._plot.setBackground(tokens.surface)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(tokens.border)
            axis.setTextPen(tokens.muted)
            axis.setStyle(tickFont=caption_font())

    def changeEvent(self, event: QEvent) -> None:
        """Colour the curve's surroundings in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._colour_plot()
            self._show_dice()

    def _show_dice(self) -> None:
        report = self._report
        self.verdict.setVisible(report is not None and not self._session.refining)
        ended = {} if report is None else report.structures
        pairs = self._dice_so_far() if self._session.refining else ended
        told = {} if report is None or self._session.refining else {one.partition(":")[0]: one for one in report.sentences}
        if report is not None:
            self.verdict.setText(f"{spoken(report.reason)} {spoken(report.advice)}".rstrip())
        self.table.setVisible(bool(pairs))
        self.table.setRowCount(len(pairs))
        gate = {} if report is None or self._session.refining else report.gate
        known, seen_on = intervals(gate), slice_counts(gate)
        self.table.setColumnHidden(4, self._session.refining)
        for row, (name, (before, after)) in enumerate(pairs.items()):
            self._fill_figures(row, before, after)
            # a figure of one slice is told as one; where all are, the verdict says of which slice
            single = seen_on.get(name) == 1 < max(seen_on.values())
            heading = QTableWidgetItem(f"{name}\n{tr('on one slice')}" if single else name)
            heading.setFont(numbers_font())
            heading.setToolTip(spoken(told.get(name, name)))
            self.table.setItem(row, 0, heading)
            bar = None if before is None or after is None else ChangeBar(after - before, known.get(name))
            self.table.removeCellWidget(row, 4) if bar is None else self.table.setCellWidget(row, 4, bar)
        rows_px = self.table.verticalHeader().length()
        whole_px = rows_px + self.table.horizontalHeader().sizeHint().height() + 4
        self.table.setMinimumHeight(min(whole_px, 3 * ROW_PX))
        self.table.setMaximumHeight(whole_px)

    def _dice_so_far(self) -> dict[str, tuple[float | None, float | None]]:
        """Return Dice of each structure during a round: of the student that serves, judged before the first step, and of the newest."""
        told = [event for event in self._session.training.validated if event.who == "student"]
        now = next((event.dice for event in told if event.step == 0 and self._session.active_card is not None), {})
        new = next((event.dice for event in reversed(told) if event.step > 0 or not now), {})
        return {name: (now.get(name), new.get(name)) for name in {**now, **new}}

    def _fill_figures(self, row: int, before: float | None, after: float | None) -> None:
        tokens = current_palette()
        for column, text in enumerate((dice_text(before), dice_text(after), change_text(before, after)), start=1):
            item = QTableWidgetItem(text)
            item.setFont(numbers_font())
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if column == 3 and before is not None and after is not None:
                # as it is told: what is less than a hundredth is no change here
                change = round(after - before, 2)
                item.setForeground(QColor(tokens.good if change > 0 else tokens.bad if change < 0 else tokens.muted))
            self.table.setItem(row, column, item)

    def _show_log(self) -> None:
        log = self._session.training.log
        self.log.setVisible(bool(log))
        if log == self._logged:
            return
        if log[: len(self._logged)] == self._logged:
            for entry in log[len(self._logged) :]:
                self.log.appendPlainText(spoken(entry))
        else:
            self.log.setPlainText("\n".join(map(spoken, log)))
        self._logged = log
