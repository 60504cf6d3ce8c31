"""A project: a folder with a database, the project's own copies of the scans, masks and models.

::

    project.sqlite      cases, revisions, models, rounds
    last-case           the scan that was on screen last
    project.lock        held by the program that may write
    cases/C-001/        image.npy, labels-000001.npz (immutable), journal.gfj with every stroke, confidence.npz;
                        frames.npy of a series of volumes in time, of which image.npy is one
    models/<id>/        model packs
    runs/<id>/          one folder a refinement: manifest, events, log
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from gf_desktop.arrays import map_array, write_arrays
from gf_desktop.atomic import atomic_path, check_writable_folder, explain_os_error, sync_folder
from gf_desktop.errors import HeldError, ProjectError, UserError
from gf_desktop.files.passport import Passport
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.volume import Volume
from gf_desktop.pack import ModelCard, verify_pack
from gf_desktop.project.case_rows import SELECT_CASES, case_of, insert_case
from gf_desktop.project.database import connect, create_schema, no_project, writing
from gf_desktop.project.journal_file import Holder, drop_holder, read_holder, write_holder
from gf_desktop.project.last_place import LastPlace, read_last_place
from gf_desktop.project.masks import Masks
from gf_desktop.project.models import ModelRegistry, copy_pack
from gf_desktop.project.passports import add_passport, kept_passport
from gf_desktop.project.patients import Patients
from gf_desktop.project.records import Case, Finding
from gf_desktop.project.rounds import RoundReports
from gf_desktop.project.split import Role, Split, keep_split, read_roles
from gf_desktop.project.staging import FRAMES, IMAGE, StagedScan, drop_left_overs, stage_scan, write_voxels
from gf_desktop.project.structures import StructureList

__all__ = ["Project", "read_confidence", "write_confidence"]

DATABASE = "project.sqlite"
LOCK = "project.lock"
HELD = "project"
"""The note of who may write is project.holder.json."""

FRAME_IN_TITLE = ", frame "

Voxels = npt.NDArray[Any]


class Project:
    """An open project.

    Use :meth:`create` or :meth:`open`, and :meth:`close`. All methods belong to the thread that opened it. ``models`` and ``masks`` are
    its models and masks, ``structures`` its label table and what became of deleted ones, ``patients`` whose scans these are.
    """

    def __init__(self, folder: Path, database: sqlite3.Connection, lock: FileLock | None) -> None:
        self.folder = folder
        self._db = database
        self._lock = lock
        self.models = ModelRegistry(database, folder / "models")
        self.reports = RoundReports(database)
        self.structures = StructureList(database, self.must_write)
        self.patients = Patients(database, folder, self.must_write)
        self.masks = Masks(database, folder / "cases", self.table, case_of=self.case, must_write=self.must_write, read_only=lock is None)

    @classmethod
    def create(cls, folder: Path, start: Path | LabelTable) -> Project:
        """Make a project that starts with a model pack or with structures of its own, and open it.

        Parameters
        ----------
        folder
            Must not exist, or be empty.
        start
            Folder of the pack, which is copied into the project; or the structures of a project whose first round makes its first model.

        Raises
        ------
        ProjectError
            When the folder is not empty or may not be written.
        ModelError
            When the pack is missing or damaged.
        """
        card: ModelCard | None = None
        if isinstance(start, LabelTable):
            table = start
        else:
            card = verify_pack(start)
            table = card.table
        folder = folder.absolute()
        if folder.exists():
            check_writable_folder(folder)
            if any(folder.iterdir()):
                raise ProjectError("The folder of a new project must be empty", where=str(folder), next_step="Choose another folder.")
        parent = next(p for p in folder.parents if p.exists())
        check_writable_folder(parent)
        partial = folder.with_name(f".{folder.name}.partial")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
            (partial / "cases").mkdir(parents=True)
            (partial / "runs").mkdir()
            (partial / "models").mkdir()
            if card is not None and isinstance(start, Path):
                copy_pack(start, partial / "models" / card.id)
            create_schema(partial / DATABASE)
            database = connect(partial / DATABASE)
            try:
                with writing(database):
                    database.executemany(
                        "INSERT INTO meta VALUES (?, ?)",
                        [
                            ("name", folder.name),
                            ("structures", json.dumps(table.as_json())),
                            ("created", _now()),
                            ("modality", "" if card is None else card.modality),
                        ],
                    )
                if card is not None:
                    _begin_with(ModelRegistry(database, partial / "models"), card)
            finally:
                database.close()
            if folder.exists():
                folder.rmdir()
            partial.rename(folder)
            sync_folder(folder.parent)
        except OSError as error:
            raise explain_os_error(error, folder) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Project:
        """Open a project; for reading only where another program holds it and ``read_only`` allows that.

        Raises
        ------
        ProjectError
            When there is no project, it is damaged, of another format, write-protected, or (without
            ``read_only``) held by another program; then the message says which.
        """
        folder = folder.absolute()
        if not (folder / DATABASE).is_file():
            raise no_project(folder)
        if read_only:
            return cls(folder, connect(folder / DATABASE, read_only=True), None)
        check_writable_folder(folder)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise HeldError(
                f"The project is open in another window{_holder_text(folder)}",
                where=str(folder),
                next_step="Close it there, or only look at the project here.",
            ) from error
        except OSError as error:
            raise explain_os_error(error, folder) from error
        try:
            database = connect(folder / DATABASE)
            drop_left_overs(folder / "cases")
            drop_left_overs(folder / "models")
            _note_holder(folder)
        except OSError as error:
            lock.release()
            raise explain_os_error(error, folder) from error
        except UserError:
            lock.release()
            raise
        return cls(folder, database, lock)

    def close(self) -> None:
        """Give the project free for others."""
        self.masks.close()
        self._db.close()
        if self._lock is not None:
            drop_holder(self.folder / HELD)
            self._lock.release()
            self._lock = None

    @property
    def read_only(self) -> bool:
        """Whether another program holds the project."""
        return self._lock is None

    @property
    def name(self) -> str:
        """Name for people: the folder's."""
        return self.folder.name

    @property
    def table(self) -> LabelTable:
        """The structures of the project."""
        return self.structures.table

    def keep_table(self, table: LabelTable) -> None:
        """Keep another list of structures; errors as :meth:`must_write`."""
        self.structures.change(table)
        self.masks.table = self.table

    @property
    def holder(self) -> Holder | None:
        """Who may write where this program may only read; None where that is not known, or this program may write."""
        return None if self._lock is not None else _holder(self.folder)

    def must_write(self) -> None:
        """Raise ProjectError in a project that is open for reading only."""
        if self.read_only:
            raise ProjectError(
                f"The project is open for reading only{_holder_text(self.folder)}",
                where=str(self.folder),
                next_step="Close it in the other window first.",
            )

    @property
    def locked(self) -> frozenset[int]:
        """Label values that no tool may change."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'locked'").fetchone()
        return frozenset() if row is None else frozenset(int(label) for label in json.loads(row[0]))

    def set_locked(self, labels: frozenset[int]) -> None:
        """Keep which label values no tool may change."""
        self.must_write()
        with writing(self._db):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('locked', ?)", (json.dumps(sorted(labels)),))

    @property
    def last_place(self) -> LastPlace | None:
        """The case that was on screen last, and where in it; None where that is not known or the case is gone."""
        kept = read_last_place(self.folder)
        return kept if kept is not None and any(row[0] == kept.case_id for row in self._db.execute("SELECT id FROM cases")) else None

    # cases

    def cases(self) -> list[Case]:
        """Return all cases in the order of import."""
        held: dict[str, list[int]] = {}
        for case_id, k in self._db.execute("SELECT case_id, k FROM validation ORDER BY k"):
            held.setdefault(case_id, []).append(k)
        rows = self._db.execute(f"{SELECT_CASES} ORDER BY rowid")
        roles = self.roles
        return [case_of(row, tuple(held.get(row[0], ())), roles) for row in rows]

    @property
    def has_cases(self) -> bool:
        """Whether there is any case; quicker than asking for all."""
        return self._db.execute("SELECT 1 FROM cases LIMIT 1").fetchone() is not None

    def case(self, case_id: str) -> Case:
        """Return one case.

        Raises
        ------
        ProjectError
            When the project has no such case.
        """
        row = self._db.execute(f"{SELECT_CASES} WHERE id = ?", (case_id,)).fetchone()
        if row is not None:
            held = self._db.execute("SELECT k FROM validation WHERE case_id = ? ORDER BY k", (case_id,)).fetchall()
            return case_of(row, tuple(k for (k,) in held), self.roles)
        known = ", ".join(c.id for c in self.cases()[:12]) or "none yet"
        raise ProjectError("The project has no such case", where=case_id, next_step=f"Its cases are: {known}.")

    def keep_model(self, case_id: str, model_id: str) -> None:
        """Keep whose proposal a case's mask holds."""
        self.must_write()
        with writing(self._db):
            self._db.execute("UPDATE cases SET model_id = ? WHERE id = ?", (model_id, case_id))

    def case_folder(self, case_id: str) -> Path:
        """Return the folder with a case's files."""
        return self.folder / "cases" / case_id

    def stage(self, volume: Volume, *, frames: Voxels | None = None) -> StagedScan:
        """Copy a scan to where :meth:`add_case` takes it from, on any thread; errors as :func:`.staging.stage_scan`."""
        return stage_scan(self.folder / "cases", volume, frames=frames)

    def add_case(
        self,
        volume: Volume,
        *,
        title: str,
        verdict: str,
        findings: tuple[Finding, ...],
        frames: Voxels | None = None,
        staged: StagedScan | None = None,
        passport: Passport | None = None,
    ) -> tuple[Case, bool]:
        """Copy a scan into the project.

        Parameters
        ----------
        frames
            Of a series of volumes in time all of them, [t, k, j, i]; ``volume`` is one of them.
        staged
            What :meth:`stage` made of them; None to copy them now. It is used up.
        passport
            Of the scan's geometry; kept for :meth:`passport`.

        Returns
        -------
        The case, and whether it is new: a scan that is already in the project is not copied again; it gets its passport if it has none.
        """
        self.must_write()
        staged = self.stage(volume, frames=frames) if staged is None else staged
        for known in self.cases():
            if known.image_sha256 == staged.digests[0] and known.geometry.same_grid(volume.geometry) and known.time == volume.time:
                staged.drop()
                if passport is not None:
                    add_passport(self._db, known.id, passport)
                return known, False
        case_id = self._next_case_id()
        folder = self.case_folder(case_id)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            staged.folder.rename(folder)
            sync_folder(folder.parent)
            insert_case(
                self._db, case_id, volume, title=title, verdict=verdict, findings=findings, digests=staged.digests, passport=passport
            )
        except OSError as error:
            staged.drop()
            shutil.rmtree(folder, ignore_errors=True)
            raise explain_os_error(error, folder) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self.case(case_id), True

    def _next_case_id(self) -> str:
        return f"C-{1 + max((int(c.id.split('-')[1]) for c in self.cases()), default=0):03d}"

    def passport(self, case_id: str) -> Passport | None:
        """Return the passport of a case's geometry; None of scans that were added before there were any."""
        return kept_passport(self._db, self.case(case_id).id)

    def add_frame(self, case_id: str, frame: int) -> Case:
        """Make another frame of a series in time a case of its own, with its own mask; return the one that there is already.

        Raises
        ------
        ProjectError
            When the case is no series, or has no such frame.
        """
        self.must_write()
        case, frames = self.case(case_id), self.load_frames(case_id)
        if case.time is None or frames is None:
            raise ProjectError("This scan is no series of volumes in time", where=case_id, next_step="Choose a scan with several volumes.")
        if not 0 <= frame < case.time.count:
            message = f"The series has frames 0 to {case.time.count - 1}, not {frame}"
            raise ProjectError(message, where=case_id, next_step="Name a frame of the series, counted from 0.")
        for known in self.cases():
            if known.series_sha256 == case.series_sha256 and known.time == case.time.at(frame):
                return known
        volume, new_id = self.load_volume(case_id), self._next_case_id()
        folder = self.case_folder(new_id)
        title = f"{case.title.split(FRAME_IN_TITLE)[0]}{FRAME_IN_TITLE}{frame + 1}"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            digest = write_voxels(folder / IMAGE, frames[frame])
            _share(self.case_folder(case_id) / FRAMES, folder / FRAMES)
            chosen = replace(volume, voxels=frames[frame], time=case.time.at(frame))
            digests, passport = (digest, case.series_sha256), self.passport(case_id)
            insert_case(
                self._db, new_id, chosen, title=title, verdict=case.verdict, findings=case.findings, digests=digests, passport=passport
            )
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise explain_os_error(error, folder) from error
        return self.case(new_id)

    def load_frames(self, case_id: str) -> Voxels | None:
        """Return every volume of a series in time, memory-mapped [t, k, j, i]; None of a case that is no series.

        Raises
        ------
        ProjectError
            When the copy is missing or damaged.
        """
        case = self.case(case_id)
        if case.time is None or case.time.kind != "series":
            return None
        frames = _map_voxels(self.case_folder(case_id) / FRAMES)
        if frames.shape[:4] != (case.time.count, *case.geometry.shape_kji):
            raise _damaged_copy(self.case_folder(case_id) / FRAMES)
        return frames

    def load_volume(self, case_id: str) -> Volume:
        """Return a case's scan, memory-mapped from the project's copy.

        Raises
        ------
        ProjectError
            When the copy is missing or damaged.
        """
        return self.volume_reader(case_id)()

    def facts(self, case_id: str) -> dict[str, str]:
        """Return how the picture of a case was made, as its :class:`Volume` has it; errors as :meth:`case`."""
        self.case(case_id)
        facts: dict[str, str] = json.loads(self._db.execute("SELECT facts FROM cases WHERE id = ?", (case_id,)).fetchone()[0])
        return facts

    def volume_reader(self, case_id: str) -> Callable[[], Volume]:
        """Return the function that does the same on any thread, and opens the file only when it is called."""
        case = self.case(case_id)
        facts = self.facts(case_id)
        path = self.case_folder(case_id) / IMAGE
        return partial(_mapped_scan, path, case, facts)

    # confidence

    def confidence_path(self, case_id: str) -> Path:
        """Return where a case's confidence is kept."""
        return self.case_folder(case_id) / "confidence.npz"

    # validation and rounds

    @property
    def roles(self) -> dict[str, Role]:
        """Which patients, and scans of unknown ones, judge new students and which are learned from; see :mod:`.split`."""
        return read_roles(self._db)

    def keep_split(self, split: Split, run_id: str) -> None:
        """Keep which slices judge new students; they are never trained on."""
        self.must_write()
        keep_split(self._db, split, run_id=run_id)

    def run_folder(self, run_id: str) -> Path:
        """Return the folder of one refinement."""
        return self.folder / "runs" / run_id

    def together(self) -> AbstractContextManager[None]:
        """Keep all that is written within, or none of it; the disk is waited for once. Errors as writing has them."""
        return writing(self._db)


def write_confidence(path: Path, confidence: npt.NDArray[np.uint8]) -> None:
    """Keep the student's confidence, uint8 [k, j, i], beside the mask, on any thread; UserError where the disk is full or fails."""
    with atomic_path(path) as temporary:
        # it is wanted a slice at a time, and mapped: what nobody looks at takes no memory
        write_arrays(temporary, {"confidence": confidence}, compressed=False)


def read_confidence(path: Path, shape_kji: tuple[int, int, int]) -> npt.NDArray[np.uint8] | None:
    """Return the kept confidence, uint8 [k, j, i], or None where there is none or it is damaged: it can be predicted again.

    It is mapped from the file, read-only; that of a project from before this was so is read.
    """
    try:
        confidence: npt.NDArray[np.uint8] = map_array(path, "confidence")
    except (OSError, ValueError, KeyError):
        return None
    return confidence if confidence.shape == shape_kji else None


def _mapped_scan(path: Path, case: Case, facts: dict[str, str]) -> Volume:
    """Return a case's scan, mapped from the project's copy."""
    return Volume(
        _map_voxels(path),
        case.geometry,
        case.modality,
        case.title,
        case.spacing_known,
        facts,
        time=case.time,
        place_known=case.place_known,
        resampled=case.resampled,
    )


def _map_voxels(path: Path) -> Voxels:
    try:
        voxels: Voxels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise _damaged_copy(path) from error
    return voxels


def _damaged_copy(path: Path) -> ProjectError:
    return ProjectError("The project's copy of the scan is damaged", where=str(path), next_step="Import the scan again.")


def _share(source: Path, target: Path) -> None:
    """Give a file that never changes a second name; where the disk knows no such thing, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _note_holder(folder: Path) -> None:
    try:
        write_holder(folder / HELD, Holder.here())
    except ProjectError as error:
        # on a full disk a project can still be looked at; the note is a help and the lock is what counts
        if getattr(error.__cause__, "errno", None) != errno.ENOSPC:
            raise


def _holder(folder: Path) -> Holder | None:
    holder = read_holder(folder / HELD)
    return None if holder is None or holder.is_gone else holder


def _holder_text(folder: Path) -> str:
    holder = _holder(folder)
    return "" if holder is None else f" ({holder})"


def _begin_with(models: ModelRegistry, card: ModelCard) -> None:
    models.register(card.id)
    models.activate(card.id, reason="the pack that the project began with", gate={}, mean_dice=card.metrics.get("mean_dice"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
