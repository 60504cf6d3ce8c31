"""Scans that are looked at before they are taken: each is described, a sound one taken, and what is wrong with another said."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.display import thumbnail
from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.findings import verdict_of
from gf_desktop.files.private import Private, framed, private_of, text_finding, text_in
from gf_desktop.files.scan import Glance, Scan, ScanSource, Watch, glance_at, read_scan
from gf_desktop.files.sources import glance_of, red_glance
from gf_desktop.files.spacing import Spacing
from gf_desktop.imaging.burned_in import Region
from gf_desktop.jobs import CancelToken
from gf_desktop.project.records import Case
from gf_desktop.workspace import OnError, OnRefused, Workspace, no_answer, scans_under

__all__ = ["FoundScan", "Importing"]

UInt8 = npt.NDArray[np.uint8]

THUMBNAIL_PX: Final = 96
"""Longer side: twice what a list shows, for sharp screens."""

MARKED_PX: Final = 360
"""Longer side of the picture in which text is framed."""

FIRST_COUNT_S: Final = 0.4
"""A folder that is looked through sooner needs no count."""

COUNT_S: Final = 0.1

STATE_IT: Final = "--spacing"
"""The flag that a way out names where stating the spacing helps."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundScan:
    """One scan that was found, and what can be said of it without taking it.

    Attributes
    ----------
    path
        What was chosen and it was found under.
    source
        Where it lies; with another ``level`` or ``spacing_mm`` it is another description.
    glance
        Verdict, findings, passport, modality, size, spacing, and what to do about a red one.
    thumbnail
        uint8 [rows, columns, 3] of a slice from its middle, or None.
    scan
        What was read whole to say so, of a single one; it need not be read again.
    text
        Where text is burned into the picture, which may name the patient; it becomes black unless it is kept.
    marked
        uint8 [rows, columns, 3] of the slice with frames around the text; None without.
    keep_text
        Whether the person wants it to stay.
    """

    path: Path
    source: ScanSource
    glance: Glance
    thumbnail: UInt8 | None
    scan: Scan | None = None
    text: tuple[Region, ...] = ()
    marked: UInt8 | None = None
    keep_text: bool = False

    @property
    def name(self) -> str:
        """Name of its file, or of the folder of its files; for the person who chose it only, since a name may identify somebody."""
        first = self.source.paths[0]
        return first.name if len(self.source.paths) == 1 else first.parent.name

    @property
    def usable(self) -> bool:
        """Whether it can be taken."""
        return self.glance.verdict != "red"

    @property
    def trouble(self) -> UserError | None:
        """Why it cannot be read at all; None of a scan whose place in space is the question, or that can be taken."""
        worst = next((finding for finding in self.glance.findings if finding.code == "unreadable"), None)
        return None if worst is None else FileFormatError(worst.message, where=str(self.source.paths[0]), next_step=self.glance.next_step)

    @property
    def lacks_spacing(self) -> bool:
        """Whether nobody states its spacing, and the user may: a red finding's way out says so."""
        asked = (f for f in self.glance.findings if f.code == "spacing_unknown")
        return any(f.severity != "red" or STATE_IT in f.next_step for f in asked)

    @property
    def may_state_spacing(self) -> bool:
        """Whether a person may state its spacing: nobody does, or nobody says in which unit."""
        return self.lacks_spacing or not self.glance.passport.unit_stated

    @property
    def plain(self) -> bool:
        """Whether there is nothing to ask about it."""
        return self.glance.verdict == "green" and not self.lacks_spacing


def _no_count(_done: int, _count: int) -> None:
    """Take a count that nobody asked for."""


class Importing:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    workspace
        Whose project takes the scans.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def look(
        self,
        paths: Sequence[Path],
        *,
        on_found: Callable[[FoundScan, int], None],
        on_files: Callable[[int, int], None] = _no_count,
        on_done: Callable[[list[FoundScan]], None] = no_answer,
        on_error: OnError | None = None,
        spacing_mm: Spacing | None = None,
    ) -> CancelToken:
        """Find the scans under paths and describe them one by one, off the thread; cancelling the token ends it between two files.

        Parameters
        ----------
        on_found
            Given each scan as soon as it is described, and how many there are in all.
        on_files
            Given before, now and then where it takes long, how many files were looked at, and of how many.
        on_done
            Given all of them at the end.
        on_error
            Given what :func:`gf_desktop.files.scan.find_scans` raises of a single path; among several one that holds no scan is
            described as red.
        spacing_mm
            What the user states of files that do not: mm between rows, columns and slices.
        """
        jobs, wanted, tokens = self._workspace.jobs, list(paths), [CancelToken()]

        def tell(found: FoundScan, count: int) -> None:
            if not tokens[0]():
                on_found(found, count)

        def tell_files(done: int, count: int) -> None:
            if not tokens[0]():
                on_files(done, count)

        def work(token: CancelToken) -> list[FoundScan]:
            due = time.monotonic() + FIRST_COUNT_S

            def watch(done: int, count: int) -> bool:
                nonlocal due
                if time.monotonic() >= due:
                    due = time.monotonic() + COUNT_S
                    jobs.post(partial(tell_files, done, count))
                return not token()

            try:
                sources = _found(wanted, spacing_mm, watch)
            except UserError:
                if token():
                    return []
                raise
            described: list[FoundScan] = []
            for path, source, error in sources:
                if token():
                    break
                found = _described(path, source, error, keep=len(sources) == 1)
                described.append(found)
                jobs.post(partial(tell, found, len(sources)))
            return described

        tokens[0] = self._workspace.run_job(work, on_done, on_error)
        return tokens[0]

    def look_again(
        self,
        found: FoundScan,
        *,
        level: int | None = None,
        spacing_mm: Spacing | None = None,
        on_done: Callable[[FoundScan], None],
        on_error: OnError | None = None,
    ) -> CancelToken:
        """Describe a scan anew, off the thread: at another level of a slide, or with a spacing that the user states (None: not any more).

        Raises
        ------
        UserError
            ``on_error`` is given one when the spacing is none.
        """
        source = replace(found.source, level=found.source.level if level is None else level, spacing_mm=spacing_mm)
        return self._workspace.run_job(lambda _token: _described(found.path, source, None), on_done, on_error)

    def bring(
        self,
        chosen: Sequence[FoundScan],
        *,
        on_done: Callable[[list[tuple[Path, Case]]], None] = no_answer,
        on_refused: OnRefused | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Take scans into the project; as :meth:`Workspace.import_paths`."""
        known = {found.source: found.scan for found in chosen if found.scan is not None}
        kept = frozenset(found.source for found in chosen if found.keep_text)
        sources = [found.source for found in chosen]
        self._workspace.import_paths(sources, keep_text=kept, known=known, on_done=on_done, on_refused=on_refused, on_error=on_error)


def _found(paths: Sequence[Path], spacing_mm: Spacing | None, watch: Watch) -> list[tuple[Path, ScanSource, UserError | None]]:
    """Return the scans under the paths, each once, and behind them the paths of several that hold none."""
    refused: dict[Path, UserError] | None = {} if len(paths) > 1 else None
    good = scans_under(paths, spacing_mm=spacing_mm, refused=refused, watch=watch)
    bad = (refused or {}).items()
    return [
        *((path, source, None) for path, source in good),
        *((path, ScanSource("picture", (path,), "", "No scan", ""), error) for path, error in bad),
    ]


def _described(path: Path, source: ScanSource, error: UserError | None, *, keep: bool = False) -> FoundScan:
    """Describe a scan; with ``keep`` one that has to be read whole anyway is kept."""
    scan = None
    if error is not None:
        glance = red_glance(error, modality="")
    elif keep and (source.kind != "dicom" or len(source.paths) == 1):
        try:
            scan = read_scan(source)
            glance = glance_of(scan)
        except UserError as refused:
            glance = red_glance(refused, modality=source.modality)
    else:
        glance = glance_at(source)
    picture = glance.picture
    if picture is None:
        return FoundScan(path, source, glance, None, scan)
    text = text_in(picture, private_of(source.paths[0]) if source.kind == "dicom" else Private())
    marked = None
    if text:
        marked = thumbnail(framed(picture, text), side=MARKED_PX)
        finding = text_finding(len(text))
        glance = replace(glance, findings=(*glance.findings, finding), verdict=verdict_of((*glance.findings, finding)))
    small = thumbnail(picture, side=THUMBNAIL_PX)
    # of many scans even one slice each is much
    return FoundScan(path, source, replace(glance, picture=None), small, scan, text, marked)
