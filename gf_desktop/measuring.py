"""The measurements of the case on screen: made, moved, named, deleted; each change is saved before the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from psygnal import Signal

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.measurements import Measurement, MeasurementKind, Place, as_csv, as_text, taken
from gf_desktop.imaging.volume import Volume
from gf_desktop.project.measurements import read_measurements, write_measurements
from gf_desktop.workspace import Workspace

__all__ = ["Measuring"]

FIRST_NAMES: Final[dict[MeasurementKind, str]] = {"ruler": "Length", "angle": "Angle", "rectangle": "Region", "ellipse": "Region"}
"""What a measurement is called until the person calls it something else; its number follows."""


class Measuring:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    workspace
        Whose case on screen is measured.

    Attributes
    ----------
    items
        Measurements of the case on screen in the order in which they were made.

    Signals: ``changed()``.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._opened: object = None
        self.items: tuple[Measurement, ...] = ()
        workspace.case_changed.connect(self._case_changed)

    def _case_changed(self) -> None:
        opened = self._workspace.open
        if opened is self._opened:
            return
        self._opened = opened
        self.items = () if opened is None else self._read(opened.id)
        self.changed.emit()

    def _read(self, case_id: str) -> tuple[Measurement, ...]:
        project = self._workspace.must_project()
        items, finding = read_measurements(project.case_folder(case_id), may_write=not project.read_only)
        if finding is not None:
            self._workspace.told.emit(finding.message)
        return items

    def of_case(self, case_id: str) -> tuple[tuple[Measurement, ...], Volume]:
        """Return the measurements of any case, and its scan; errors as :meth:`Project.load_volume`."""
        opened = self._workspace.open
        if opened is not None and opened.id == case_id:
            return self.items, opened.volume
        volume = self._workspace.must_project().load_volume(case_id)
        return self._read(case_id), volume

    def _volume(self, frame: int | None) -> tuple[Volume, int | None]:
        """Return what is measured, and the frame that it is: of a series in time the asked one, or that of the mask."""
        opened = self._workspace.must_open()
        if opened.frames is None or opened.volume.time is None:
            return opened.volume, None
        shown = opened.volume.time.frame if frame is None else frame
        return opened.shown(shown), shown

    def preview(self, kind: MeasurementKind, axis: int, points_mm: Sequence[Place], *, frame: int | None = None) -> Measurement:
        """Return what would be measured, without keeping it."""
        volume, shown = self._volume(frame)
        return taken(volume, number=1, kind=kind, name="", axis=axis, points_mm=points_mm, frame=shown)

    def add(self, kind: MeasurementKind, axis: int, points_mm: Sequence[Place], *, name: str = "", frame: int | None = None) -> Measurement:
        """Measure something and keep it.

        Parameters
        ----------
        axis
            Stored grid axis that the slice lies across: 0 = i, 1 = j, 2 = k.
        points_mm
            LPS in mm; see :class:`Measurement`.
        name
            "" for the kind and a number.
        frame
            Of a series in time the one that is measured; None for that of the mask.

        Raises
        ------
        ProjectError
            When no case is open, the project is open for reading only, or the disk is full.
        """
        number = 1 + max((one.number for one in self.items), default=0)
        called = name or f"{FIRST_NAMES[kind]} {number}"
        volume, shown = self._volume(frame)
        made = taken(volume, number=number, kind=kind, name=called, axis=axis, points_mm=points_mm, frame=shown)
        self._keep((*self.items, made))
        return made

    def move(self, number: int, points_mm: Sequence[Place]) -> Measurement:
        """Put a measurement elsewhere, and measure again; errors as :meth:`add`."""
        old = self.one(number)
        volume, frame = self._volume(old.frame)
        moved = taken(volume, number=number, kind=old.kind, name=old.name, axis=old.axis, points_mm=points_mm, frame=frame)
        self._keep(tuple(moved if one.number == number else one for one in self.items))
        return moved

    def rename(self, number: int, name: str) -> None:
        """Call a measurement something else; an empty name changes nothing. Errors as :meth:`add`."""
        renamed = self.one(number).renamed(name)
        self._keep(tuple(renamed if one.number == number else one for one in self.items))

    def delete(self, number: int) -> Measurement:
        """Take a measurement away, and return it: :meth:`restore` brings it back. Errors as :meth:`add`."""
        gone = self.one(number)
        self._keep(tuple(one for one in self.items if one.number != number))
        return gone

    def restore(self, measurement: Measurement) -> None:
        """Bring a deleted measurement back to its place; does nothing where its number is taken. Errors as :meth:`add`."""
        if measurement.number not in {one.number for one in self.items}:
            self._keep(tuple(sorted((*self.items, measurement), key=lambda one: one.number)))

    def one(self, number: int) -> Measurement:
        """Return a measurement by its number; ProjectError where there is none."""
        for one in self.items:
            if one.number == number:
                return one
        raise ProjectError("There is no such measurement", where=str(number), next_step="Choose one of the list.")

    def text(self) -> str:
        """Return all measurements of the case on screen as lines for people: case, name, slice, result."""
        opened = self._workspace.must_open()
        lines = []
        for one in self.items:
            place = f"{'ijk'[one.axis]} {one.slice_index(opened.volume.geometry) + 1}"
            lines.append("\t".join((opened.id, one.name, place, "  ".join(as_text(one, opened.volume)))))
        return "\n".join(lines)

    def write_csv(self, path: Path) -> None:
        """Write all measurements of the case on screen as a table; errors as :func:`gf_desktop.atomic.atomic_path`."""
        text = as_csv(self.items, self._workspace.must_open().volume)
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")

    def _keep(self, items: tuple[Measurement, ...]) -> None:
        project, opened = self._workspace.must_project(), self._workspace.must_open()
        project.must_write()
        if items != self.items:
            write_measurements(project.case_folder(opened.id), items)
            self.items = items
            self.changed.emit()
