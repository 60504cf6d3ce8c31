"""A change of a mask that takes long: computed and saved on any thread, shown on the session's."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gf_desktop.imaging.edits import LabelEdit
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.project.journal import Journal, Written

__all__ = ["LargeChange"]


class LargeChange:
    """One edit on its way: computed, saved in the journal, carried out on the mask.

    From :meth:`work` until :meth:`settle` nothing else may change the mask or use the journal; ``OpenCase.working`` sees to that. Once
    it is saved it will be carried out, whoever gave it up; before, giving it up leaves no trace.

    Parameters
    ----------
    label_map, journal
        Of the case.
    model_id
        The model whose proposal the mask began with.
    compute
        Returns the edit for the mask as it is, or None where there is nothing to change; on any thread.
    whole_labels
        Whether the edit has to bring its labels along, see :meth:`LabelEdit.with_labels`.
    """

    def __init__(
        self, label_map: LabelMap, journal: Journal, compute: Callable[[], LabelEdit | None], *, model_id: str, whole_labels: bool
    ) -> None:
        self._map = label_map
        self._journal = journal
        self._compute = compute
        self._model_id = model_id
        self._whole_labels = whole_labels
        self._lock = threading.Lock()
        self._given_up = False
        self._saved: tuple[LabelEdit, Written] | None = None

    def work(self) -> None:
        """Compute and save the edit, on any thread; raises what computing and saving raise, and then nothing was saved."""
        edit = self._compute()
        with self._lock:
            if edit is None or self._given_up:
                return
            if self._whole_labels:
                edit = edit.with_labels(self._map.labels)
            self._saved = (edit, self._journal.write(edit, model_id=self._model_id))

    def settle(self) -> LabelEdit | None:
        """Carry out what was saved and return it; None where nothing was, and then nothing will be. On the session's thread.

        Waits where it is being saved just now.
        """
        with self._lock:
            self._given_up = True
            saved, self._saved = self._saved, None
        if saved is None:
            return None
        edit, written = saved
        self._journal.take(written)
        self._map.apply(edit)
        return edit
