"""Masks from files: asks for the file and what its structures mean, then takes it or compares with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from gf_desktop.comparing import OtherMask
from gf_desktop.errors import ProjectError, UserError
from gf_desktop.files.facts import FRAME_FACT
from gf_desktop.files.mask_look import MaskLook, chosen_mask, look_at_mask
from gf_desktop.files.masks import MappedMask
from gf_desktop.files.resample import ResampleMethod
from gf_desktop.gui.actions import tr
from gf_desktop.gui.face import Teller
from gf_desktop.gui.language import spoken
from gf_desktop.gui.mask_dialog import MaskDialog, MaskPurpose, MaskWish
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.view_state import ViewState
from gf_desktop.jobs import CancelToken
from gf_desktop.session import Session

__all__ = ["MaskCommands"]


class MaskCommands:
    """Handlers of masks from files.

    Parameters
    ----------
    parent
        Of the dialog; None: it stands alone.
    """

    def __init__(self, session: Session, state: ViewState, face: Teller, questions: Questions, *, parent: QWidget | None) -> None:
        self._session = session
        self._state = state
        self._face = face
        self._ask = questions
        self._parent = parent

    def take(self) -> None:
        """Ask for a mask and take it for the scan on screen."""
        path = self._ask.mask_file()
        if path is not None:
            self.ask("take", path, self._taken)

    def compare(self, on_done: Callable[[OtherMask], None]) -> None:
        """Ask for a mask and compare the scan on screen with it."""
        path = self._ask.mask_file()
        if path is not None:
            comparing = self._session.comparing
            self.ask("compare", path, lambda wish, mask: comparing.with_mask(wish.look.path.name, mask.labels, on_done=on_done))

    def ask(self, purpose: MaskPurpose, path: Path, then: Callable[[MaskWish, MappedMask], object]) -> None:
        """Show the window of a file; ``then`` is given what was chosen, with the mask in the project's ids."""
        session, opened = self._session, self._session.must_open()
        geometry, cine, table = opened.volume.geometry, opened.case.is_cine, opened.label_map.table
        frame = opened.volume.facts.get(FRAME_FACT, "")

        def failed(answer: Callable[[Exception], None], error: Exception) -> None:
            answer(error)
            if not isinstance(error, UserError):
                session.broke.emit(error)

        def read(
            chosen: Path, method: ResampleMethod, on_done: Callable[[MaskLook], None], on_error: Callable[[Exception], None]
        ) -> CancelToken:
            return session.run_job(
                lambda _token: look_at_mask(chosen, geometry, cine=cine, resample=method, frame=frame), on_done, partial(failed, on_error)
            )

        def take(wish: MaskWish, on_done: Callable[[], None], on_error: Callable[[Exception], None]) -> CancelToken:
            def ready(mask: MappedMask) -> None:
                if session.open is not opened:
                    raise ProjectError("Another scan is on screen by now", next_step="Open the scan that the mask belongs to.")
                then(wish, mask)
                on_done()

            return session.run_job(lambda _token: chosen_mask(wish.look, wish.mapping, table), ready, partial(failed, on_error))

        MaskDialog(
            purpose,
            path,
            table,
            slices=opened.case.slices,
            here=self._state.display.cursor_ijk[2],
            read=read,
            take=take,
            ask_file=self._ask.mask_file,
            parent=self._parent,
        ).open()

    def _taken(self, wish: MaskWish, mask: MappedMask) -> None:
        report = self._session.take_mask(mask, slices=wish.slices)
        text = tr("{slices} slices taken from {file}, {n} voxels changed.", len(report.slices))
        text = text.format(slices=len(report.slices), file=wish.look.path.name, n=report.voxels_changed)
        self._face.tell("\n".join([text, *(spoken(f"{note}.") for note in report.notes)]), kind="good")
