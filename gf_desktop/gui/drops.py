"""Files and folders that are let fall on the window: what they are, and the veil that says so while they hover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gf_desktop.capsule.reading import CAPSULE_SUFFIX
from gf_desktop.errors import ProjectError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import current_palette

__all__ = ["DropVeil", "Dropped", "dropped", "paths_of"]

DATABASE: Final = "project.sqlite"
LOOKED_AT: Final = 200
"""So many of the things that hover are looked at, to make nobody wait."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was let fall: one project, one capsule, or scans."""

    kind: Literal["project", "capsule", "scans"]
    paths: tuple[Path, ...]


def paths_of(data: QMimeData) -> list[Path]:
    """Return the files and folders of this computer among what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _project_of(path: Path) -> Path | None:
    if path.name == DATABASE and path.is_file():
        return path.parent
    return path if (path / DATABASE).is_file() else None


def dropped(paths: Sequence[Path]) -> Dropped:
    """Return what files and folders are: a project's folder or database opens, a file called so is a capsule, all else are scans.

    Raises
    ------
    ProjectError
        When there are several projects or capsules, or they are together with scans.
    """
    if any(path.suffix == CAPSULE_SUFFIX for path in paths[:LOOKED_AT]):
        if len(paths) > 1:
            raise ProjectError("One capsule can be taken at a time", where=paths[0].name, next_step="Drop it alone.")
        return Dropped("capsule", tuple(paths))
    projects = {project for path in paths[:LOOKED_AT] if (project := _project_of(path)) is not None}
    if not projects:
        return Dropped("scans", tuple(paths))
    if len(projects) > 1 or len(paths) > 1:
        raise ProjectError(
            "One project can be opened at a time, and not together with scans",
            where=", ".join(sorted(project.name for project in projects)),
            next_step="Drop one project's folder, or only scans.",
        )
    return Dropped("project", (projects.pop(),))


class DropVeil(QWidget):
    """Lies over the window while something is dragged over it and says what letting go will do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.text = ""
        self.hide()
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be gone when the hand leaves the window or lets go."""
        if event.type() in (QEvent.Type.DragLeave, QEvent.Type.Drop):
            self.hide()
        return super().eventFilter(watched, event)

    def say(self, what: Dropped | None, *, project: str, read_only: bool) -> None:
        """Show what will be done.

        Parameters
        ----------
        what
            What hovers; None where it cannot be taken.
        project
            Name of the open project, "" without one.
        """
        count = 0 if what is None else len(what.paths)
        if what is None:
            self.text = tr("Drop one project, or only scans")
        elif what.kind == "project":
            self.text = tr("Open the project {name}").format(name=what.paths[0].name)
        elif what.kind == "capsule" and not project:
            self.text = tr("Open a project first; the capsule's student goes into it")
        elif what.kind == "capsule" and not read_only:
            self.text = tr("Put the capsule's student in the list of {name}").format(name=project)
        elif not project:
            self.text = tr("Make a new project of it") if count == 1 else tr("Make a new project of these")
        elif read_only:
            self.text = tr("{name} is open for reading only").format(name=project)
        else:
            self.text = tr("Add to {name}").format(name=project)
        self.setAccessibleName(self.text)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Darken the window, and say it in the middle."""
        tokens = current_palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QColor(tokens.window)
        shade.setAlpha(225)
        painter.fillRect(self.rect(), shade)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(GRID_PX, GRID_PX, -GRID_PX, -GRID_PX), GRID_PX, GRID_PX)
        font = painter.font()
        font.setPixelSize(font.pixelSize() + 9)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()
