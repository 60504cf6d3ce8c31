"""The loop from Python: ``import gf_desktop``; a project is opened, and what the command line can do is asked of it.

Each call returns when it is done, and raises what the person would be told (:class:`gf_desktop.errors.UserError`).

>>> import gf_desktop
>>> with gf_desktop.new_project("study", model="abdomen-ct") as project:  # doctest: +SKIP
...     project.add("scans")
...     project.predict()
...     project.correct("C-001", "reviewed.nii.gz", slices=[40, 44, 48])
...     report = project.refine(minutes=5)
...     report.reason
...     project.export("masks")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from gf_desktop.capsule.reading import Capsule
from gf_desktop.changes import CaseChange
from gf_desktop.correcting import CorrectReport
from gf_desktop.errors import ModelError, TrainingError, UserError
from gf_desktop.files.formats import ExportFormat
from gf_desktop.files.landing import ExportedFile
from gf_desktop.files.structure_lists import read_structure_file
from gf_desktop.imaging.metrics import StructureScore
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.next_best import Ranking
from gf_desktop.pack import find_pack
from gf_desktop.project.records import Case, ModelRecord, RoundReport
from gf_desktop.refinement import Recipe
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from gf_desktop.versioning import ModelComparison

__all__ = ["OpenProject", "carry_out_round", "new_project", "open_project"]

AnyPath = str | PathLike[str]


def new_project(folder: AnyPath, *, model: AnyPath | None = None, labels: AnyPath | None = None) -> OpenProject:
    """Make a project and open it.

    Parameters
    ----------
    folder
        Must not exist, or be empty.
    model
        Folder of a model pack, or the id of one that ships with the program.
    labels
        File of structures, for a project that begins without a model.

    Raises
    ------
    UserError
        When not exactly one of the two is given, or one of them cannot be read.
    """
    if (model is None) == (labels is None):
        raise UserError("A project begins with a model or with structures", where=str(folder), next_step="Give one of model and labels.")
    made = OpenProject()
    if model is None:
        made.session.create_project(Path(folder), read_structure_file(Path(str(labels))).table)
    else:
        made.session.create_project(Path(folder), find_pack(str(model)))
    return made


def carry_out_round(session: Session, begin: Callable[[], object]) -> RoundReport:
    """Begin a round, wait for it and return what the gate decided; for programs without an event loop.

    Parameters
    ----------
    begin
        Begins it, or goes on with one.

    Raises
    ------
    UserError
        When it cannot begin, the trainer fails, or the round ends without a candidate.
    """
    reports: list[RoundReport] = []
    errors: list[Exception] = []
    listeners = ((session.round_finished, reports), (session.trouble, errors), (session.broke, errors))
    for signal, heard in listeners:
        signal.connect(heard.append)
    try:
        begin()
        session.wait_for_round()
    finally:
        for signal, heard in listeners:
            signal.disconnect(heard.append)
    if errors:
        raise errors[0]
    if not reports:
        raise TrainingError("The refinement ended without a candidate", where=session.must_project().name, next_step="Refine anew.")
    return reports[0]


def open_project(folder: AnyPath, *, read_only: bool = False) -> OpenProject:
    """Open a project; errors as :meth:`gf_desktop.session.Session.open_project`."""
    made = OpenProject()
    made.session.open_project(Path(folder), read_only=read_only)
    return made


class OpenProject:
    """A project that is open, to be closed by :meth:`close` or at the end of a ``with``.

    Attributes
    ----------
    session
        All that the window and the command line use; for what is not here.
    """

    def __init__(self) -> None:
        self.session = Session(InlineJobs(), SubprocessTransport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Save what is open and close the project; a round that runs goes on when it is opened again."""
        self.session.close_project()

    @property
    def cases(self) -> list[Case]:
        """The scans."""
        return self.session.cases()

    @property
    def models(self) -> list[ModelRecord]:
        """The models, the oldest first."""
        return self.session.models()

    @property
    def structures(self) -> dict[str, int]:
        """Label values by the structures' names."""
        return {structure.name: structure.id for structure in self.session.must_project().table}

    def add(self, *paths: AnyPath) -> list[Case]:
        """Copy every scan under the paths into the project; nothing is taken where one cannot be read, and its error is raised."""
        return [case for _path, case in answer_of(self.session.import_paths, [Path(path) for path in paths])]

    def predict(self, *case_ids: str) -> None:
        """Let the active model propose masks of these cases, or of all; what a person accepted or drew stays."""
        for case_id in case_ids or [case.id for case in self.cases]:
            answer_of(self.session.predict, case_id)

    def labels(self, case_id: str) -> npt.NDArray[np.uint8]:
        """Return a copy of the mask of a case, uint8 [k, j, i], label values."""
        return self.session.labels_of(case_id).copy()

    def correct(
        self, case_id: str, mask: AnyPath, *, slices: Iterable[int] | None = None, mapping: Mapping[int, str] | None = None
    ) -> CorrectReport:
        """Take approved slices of a mask file; all where none are named. Errors as :meth:`gf_desktop.session.Session.correct`."""
        return self.session.correct(case_id, Path(mask), slices=slices, mapping=None if mapping is None else dict(mapping))

    def evaluate(
        self, case_id: str, reference: AnyPath, *, slices: Iterable[int] | None = None, mapping: Mapping[int, str] | None = None
    ) -> dict[str, StructureScore]:
        """Compare the mask of a case with a reference file, by structure."""
        return self.session.evaluate(case_id, Path(reference), slices=slices, mapping=None if mapping is None else dict(mapping))

    def refine(
        self,
        *,
        minutes: float = 5.0,
        seed: int = 0,
        cores: int = 0,
        device: str = "auto",
        recipe: Recipe | None = None,
        structures: Sequence[str] = (),
        resume: bool = False,
    ) -> RoundReport:
        """Distil a better student from what is approved, and return what the gate decided.

        Parameters
        ----------
        cores
            0 for as many as help.
        device
            "auto" (a graphics card where there is one that works), "cpu" or "gpu".
        recipe
            Other values for settings of training, by name.
        structures
            Names of those that are learned from; none means all.
        resume
            Whether to go on with a round that was interrupted; then nothing else is looked at.

        Raises
        ------
        UserError
            When there is nothing to learn from, the trainer fails, or the round is stopped: the active model goes on serving.
        """
        known = self.structures
        unknown = [name for name in structures if name not in known]
        if unknown:
            raise UserError("There is no such structure", where=unknown[0], next_step=f"Known: {', '.join(known)}.")
        labels = [known[name] for name in structures]

        def begin() -> None:
            self.session.refine(minutes=minutes, seed=seed, threads=cores, recipe=recipe, device=device, structures=labels)

        return carry_out_round(self.session, self.session.rounds.go_on if resume else begin)

    def next(self, count: int = 10) -> Ranking:
        """Return the slices that are worth correcting next."""
        ranking: Ranking = answer_of(self.session.suggesting.rank, count=count)
        return ranking

    def changes(self) -> list[CaseChange]:
        """Predict again what another student drew, and return what that changed, the most first."""
        for case_id in list(self.session.changing.waiting()):
            try:
                answer_of(self.session.predict, case_id)
            except ModelError:
                # a grey student cannot see a colour scan: that is no reason to leave the others
                continue
        return list(self.session.changing.all())

    def compare(self, first: str, second: str) -> ModelComparison:
        """Return two models beside each other, measured on the slices that no round learns from where the gate did not compare them."""
        compared: ModelComparison = answer_of(self.session.versions.measure, self.session.versions.compare(first, second))
        return compared

    def activate(self, model_id: str) -> None:
        """Let another model serve."""
        self.session.activate(model_id)

    def roll_back(self) -> str:
        """Let the model that served before serve again, and return its id."""
        return self.session.roll_back()

    def export(self, folder: AnyPath, *case_ids: str, file_format: ExportFormat = "nifti", overwrite: bool = False) -> list[ExportedFile]:
        """Write the masks of these cases, or of all, read them back and compare; return what was written."""
        written: list[ExportedFile] = answer_of(
            self.session.export, Path(folder), file_format=file_format, case_ids=case_ids or None, overwrite=overwrite
        )
        return written

    def export_capsule(self, model_id: str, path: AnyPath, *, key: AnyPath | None = None, overwrite: bool = False) -> Capsule:
        """Write a model as one file, signed where a key is given."""
        capsule: Capsule = answer_of(
            self.session.versions.export_capsule, model_id, Path(path), key=None if key is None else Path(key), overwrite=overwrite
        )
        return capsule

    def import_capsule(self, path: AnyPath) -> ModelRecord:
        """Take the model of a capsule into the project, where it waits until it is activated."""
        record: ModelRecord = answer_of(self.session.versions.import_capsule, Path(path))
        return record
