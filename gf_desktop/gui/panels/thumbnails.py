"""Small pictures of scans with their masks, drawn off the thread of the window when they are wanted, one at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from gf_desktop.display import thumbnail
from gf_desktop.errors import UserError
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.imaging.volume import Volume
from gf_desktop.jobs import CancelToken
from gf_desktop.project.records import Case
from gf_desktop.session import Session

__all__ = ["Thumbnails"]

MOST: Final = 400
"""So many pictures are kept; those that were not looked at for longest go first."""

Key = tuple[object, ...]


class Thumbnails(QObject):
    """Knows the picture of each case that was looked at.

    A picture that is old is shown until the new one is there. What was asked for last is drawn first: it is on screen.

    Signals: ``ready(str)`` the picture of a case is new.
    """

    ready = Signal(str)

    def __init__(self, session: Session, *, side_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._side_px = side_px
        self._kept: OrderedDict[str, tuple[Key, QPixmap | None]] = OrderedDict()
        self._wanted: OrderedDict[str, Case] = OrderedDict()
        self._token: CancelToken | None = None
        self._changes: dict[str, int] = {}

    def forget(self) -> None:
        """Another project is open."""
        if self._token is not None:
            self._token.cancel()
        self._token = None
        self._kept.clear()
        self._wanted.clear()
        self._changes.clear()

    def note_change(self, case_id: str) -> None:
        """Draw a case anew when it is looked at the next time: its mask may have changed."""
        self._changes[case_id] = self._changes.get(case_id, 0) + 1

    def picture(self, case: Case) -> QPixmap | None:
        """Return the picture of a case, or None where it is still to be drawn."""
        key, kept = self._key(case), self._kept.get(case.id)
        if kept is not None:
            self._kept.move_to_end(case.id)
        if kept is None or kept[0] != key:
            self._wanted[case.id] = case
            self._wanted.move_to_end(case.id)
            self._draw_next()
        return None if kept is None else kept[1]

    def _key(self, case: Case) -> Key:
        project = self._session.project
        return (case.status, case.reviewed, case.model_id, self._changes.get(case.id, 0), None if project is None else project.table)

    def _draw_next(self) -> None:
        project = self._session.project
        if self._token is not None or project is None or not self._wanted:
            return
        case_id, case = self._wanted.popitem()
        key, side, opened = self._key(case), self._side_px, self._session.open
        read: Callable[[], LabelMap] | None
        try:
            if opened is not None and opened.id == case_id:
                # to read its mask would replay every stroke of its journal beside the hand that paints
                shown = opened
                volume, read = shown.volume, lambda: shown.label_map
            else:
                volume = project.load_volume(case_id)
                read = None if case.status == "new" else project.masks.reader(case_id)
        except UserError:
            # opening the scan says what is wrong; here it has no picture
            self._take(case_id, key, None)
            return
        waiting = self._token = CancelToken()
        token = self._session.jobs.run(
            lambda _token: _draw(volume, read, side),
            on_done=lambda picture: self._take(case_id, key, picture),
            on_error=lambda _error: self._take(case_id, key, None),
        )
        if self._token is waiting:
            self._token = token

    def _take(self, case_id: str, key: Key, picture: npt.NDArray[np.uint8] | None) -> None:
        self._token = None
        pixmap = None
        if picture is not None:
            rows, columns = picture.shape[:2]
            image = QImage(np.ascontiguousarray(picture).data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
            pixmap = QPixmap.fromImage(image)
        self._kept[case_id] = (key, pixmap)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        self.ready.emit(case_id)
        self._draw_next()


def _draw(volume: Volume, read: Callable[[], LabelMap] | None, side: int) -> npt.NDArray[np.uint8]:
    return thumbnail(volume, side=side, label_map=None if read is None else read())
