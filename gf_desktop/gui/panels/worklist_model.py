"""The worklist as Qt wants it: searched, filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.panels.thumbnails import Thumbnails
from gf_desktop.project.records import Case
from gf_desktop.session import Session

__all__ = ["CASE_ROLE", "FILTERS", "ON_SCREEN_ROLE", "ORDERS", "THUMBNAIL_ROLE", "CaseModel", "Wish", "kind_text"]

CASE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
THUMBNAIL_ROLE: Final = CASE_ROLE + 1
ON_SCREEN_ROLE: Final = CASE_ROLE + 2

THUMBNAIL_PX: Final = 48

Index = QModelIndex | QPersistentModelIndex
FilterName = Literal["all", "open", "new", "proposed", "in progress", "approved", "validation"]
OrderName = Literal["import", "left", "reviewed", "status", "modality"]

FILTERS: Final[tuple[tuple[FilterName, str], ...]] = (
    ("all", "all"),
    ("open", "not approved"),
    ("new", "new"),
    ("proposed", "proposed"),
    ("in progress", "in progress"),
    ("approved", "approved"),
    ("validation", "with held-back slices"),
)
"""Which cases are shown, and what it is called."""

ORDERS: Final[tuple[tuple[OrderName, str], ...]] = (
    ("import", "as added"),
    ("left", "most left to review"),
    ("reviewed", "most reviewed"),
    ("status", "by status"),
    ("modality", "by modality"),
)
"""In which order, and what it is called."""

_STATUSES: Final = ("new", "proposed", "in progress", "approved")

_KEYS: Final[dict[OrderName, Callable[[Case], Any]]] = {
    "import": lambda _case: 0,
    "left": lambda case: case.reviewed - case.slices,
    "reviewed": lambda case: -case.reviewed / max(1, case.slices),
    "status": lambda case: _STATUSES.index(case.status),
    "modality": lambda case: case.modality,
}

_ROOT = QModelIndex()


def kind_text(case: Case) -> str:
    """Return the modality; where the files do not state it, what the case is."""
    return case.modality or (tr("video") if case.is_cine else tr("volume") if case.slices > 1 else tr("picture"))


@dataclass(frozen=True, slots=True)
class Wish:
    """Which cases are wanted, and in which order; words of ``text`` are looked for in all that is said of a case."""

    text: str = ""
    kind: FilterName = "all"
    order: OrderName = "import"

    def takes(self, case: Case) -> bool:
        """Return whether a case is wanted."""
        if self.kind == "open":
            fits = case.status != "approved"
        elif self.kind == "validation":
            fits = bool(case.validation_slices)
        else:
            fits = self.kind in ("all", case.status)
        said = f"{case.id} {case.patient} {kind_text(case)} {spoken(case.title)} {tr(case.status)}".casefold()
        return fits and all(word in said for word in self.text.casefold().split())


class CaseModel(QAbstractListModel):
    """The cases that are wanted."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.wish = Wish()
        self.all: list[Case] = []
        self._shown: list[Case] = []
        self._rows: dict[str, int] = {}
        self.thumbnails = Thumbnails(session, side_px=2 * THUMBNAIL_PX, parent=self)
        self.thumbnails.ready.connect(self._picture_is_new)

    def refresh(self) -> None:
        """Read the worklist again; rows that stay keep their place."""
        self.all = self._session.cases()
        self._choose()

    def ask(self, **changes: Any) -> None:
        """Want other cases, or another order."""
        self.wish = replace(self.wish, **changes)
        self._choose()

    def _choose(self) -> None:
        shown = sorted((case for case in self.all if self.wish.takes(case)), key=_KEYS[self.wish.order])
        if [case.id for case in shown] == [case.id for case in self._shown]:
            changed = [row for row, (new, old) in enumerate(zip(shown, self._shown, strict=True)) if new != old]
            self._shown = shown
            for row in changed:
                self.dataChanged.emit(self.index(row), self.index(row))
            return
        self.beginResetModel()
        self._shown = shown
        self._rows = {case.id: row for row, case in enumerate(shown)}
        self.endResetModel()

    def _picture_is_new(self, case_id: str) -> None:
        row = self.row_of(case_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, case_id: str) -> int | None:
        """Return the row of a case, or None."""
        return self._rows.get(case_id)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of cases that are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Return what is shown of a case."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        case = self._shown[index.row()]
        if role == CASE_ROLE:
            return case
        if role == THUMBNAIL_ROLE:
            return self.thumbnails.picture(case)
        if role == ON_SCREEN_ROLE:
            return self._session.open is not None and self._session.open.id == case.id
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return f"{case.id} {kind_text(case)} {tr(case.status)} {case.reviewed}/{case.slices}"
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return _tip(case)
        return None


def _tip(case: Case) -> str:
    text = tr("{title}\n{reviewed} of {slices} slices reviewed", case.slices).format(
        title=spoken(case.title), reviewed=case.reviewed, slices=case.slices
    )
    if case.patient:
        text += "\n" + tr("Patient {pseudonym}").format(pseudonym=case.patient)
    if case.judges:
        text += "\n" + (
            tr("Held back to judge new students, with all scans of its patient") if case.patient else tr("Held back to judge new students")
        )
    elif case.validation_slices:
        text += tr("\n{n} slices are held back to check new students", len(case.validation_slices)).format(n=len(case.validation_slices))
    return text
