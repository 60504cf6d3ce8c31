"""The models of a project as versions: what each learned from, how two compare, titles and notes, and capsules out and in."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psygnal import Signal

from gf_desktop.atomic import explain_os_error, sync_folder
from gf_desktop.capsule.origin import brought_along, data_used, origin_of
from gf_desktop.capsule.reading import Capsule, read_capsule
from gf_desktop.capsule.signing import read_key
from gf_desktop.capsule.writing import write_capsule
from gf_desktop.errors import ModelError, UserError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.jobs import CancelToken
from gf_desktop.judging import Reference, measure_packs
from gf_desktop.open_case import OpenCase
from gf_desktop.pack import ModelCard, write_card
from gf_desktop.project.records import Case, ModelRecord
from gf_desktop.project.rounds import DataUsed, decision_words
from gf_desktop.project.staging import INCOMING
from gf_desktop.project.store import Project
from gf_desktop.workspace import OnError, Workspace, no_answer

__all__ = ["ModelComparison", "ModelStory", "Versioning", "must_suit"]


@dataclass(frozen=True, slots=True)
class ModelStory:
    """All that the project knows of a model.

    Attributes
    ----------
    dice
        Per structure; None where it was not measured. Of the gate's slices where the gate judged it, else what its card says.
    measured_on
        What the figures were measured on, in words; "" where nobody said.
    data
        None for the pack that the project began with.
    decision
        The gate's decision, sentence by sentence; empty where there was none.
    brought
        Whether it came in a capsule.
    """

    record: ModelRecord
    card: ModelCard
    dice: dict[str, float | None]
    measured_on: str
    data: DataUsed | None
    decision: tuple[str, ...]
    brought: bool


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Two models beside each other.

    Attributes
    ----------
    rows
        Structure, Dice of the first and of the second; None where it was not measured.
    same_slices
        Whether both were measured on the same slices, so that the figures can be compared.
    slices
        How many held-back slices both were measured on just now; 0 where the figures are from when they were made.
    """

    first: ModelStory
    second: ModelStory
    rows: tuple[tuple[str, float | None, float | None], ...]
    same_slices: bool
    slices: int = 0


def _reference_reader(project: Project, case: Case, shown: OpenCase | None) -> Callable[[], Reference]:
    """Return what reads a case's mask and scan on any thread; ``shown`` where it is on screen."""
    read_volume, read_mask = project.volume_reader(case.id), project.masks.reader(case.id)

    def read() -> Reference:
        volume, mask = (read_volume(), read_mask()) if shown is None else (shown.volume, shown.label_map)
        return Reference.of_mask(volume, mask.labels, mask.states, case.validation_slices, ())

    return read


class Versioning:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    workspace
        Whose project's models these are.

    Signals: ``changed()`` a model came, or has another title or note.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def story(self, model_id: str) -> ModelStory:
        """Return what is known of a model; errors as :meth:`ModelRegistry.card`."""
        project = self._workspace.must_project()
        record, card, gate = project.models.record(model_id), project.models.card(model_id), project.models.gate(model_id)
        after = _figures(gate.get("after"))
        structures = card.metrics.get("structures")
        own = {n: s.get("dice") for n, s in structures.items() if isinstance(s, dict)} if isinstance(structures, dict) else {}
        return ModelStory(
            record,
            card,
            after or _figures(own),
            "" if after else str(card.metrics.get("of", "")),
            data_used(project, model_id),
            decision_words(gate),
            brought_along(project.models.path(model_id)) is not None,
        )

    def compare(self, first: str, second: str) -> ModelComparison:
        """Return two models beside each other: where the gate compared just these two, by its figures; else each by its own."""
        a, b = self.story(first), self.story(second)
        gate = self._workspace.must_project().models.gate(second)
        before = _figures(gate.get("before"))
        judged = b.record.parent == first and bool(before)
        of_a = before if judged else a.dice
        names = [*b.card.table.names, *(name for name in (*of_a, *a.dice) if name not in b.dice)]
        ordered = list(dict.fromkeys([*of_a, *b.dice, *names]))
        rows = tuple((name, of_a.get(name), b.dice.get(name)) for name in ordered)
        return ModelComparison(a, b, rows, same_slices=judged or first == second)

    def measure(
        self, compared: ModelComparison, *, on_done: Callable[[ModelComparison], None] = no_answer, on_error: OnError | None = None
    ) -> CancelToken:
        """Measure two models off the thread on the slices that no round learns from, by the masks as they are now.

        ``on_done`` is given the comparison as it was where both were measured on the same slices already, or nothing is
        held back; ``on_error`` what reading packs and masks raises.
        """
        project, shown = self._workspace.must_project(), self._workspace.open
        folders = [project.models.path(story.record.id) for story in (compared.first, compared.second)]
        names, merged = project.table, dict(project.structures.merged)
        readers = []
        for case in self._workspace.cases():
            if case.validation_slices:
                opened = shown if shown is not None and shown.id == case.id else None
                readers.append(_reference_reader(project, case, opened))

        def work(token: CancelToken) -> ModelComparison:
            found = None if compared.same_slices else measure_packs(folders[0], folders[1], readers, token, names=names, merged=merged)
            if found is None:
                return compared
            rows, slices = found
            return replace(compared, rows=rows, same_slices=True, slices=slices)

        return self._workspace.run_job(work, on_done, on_error)

    def describe(self, model_id: str, *, title: str | None = None, note: str | None = None) -> ModelRecord:
        """Give a model another title or note; errors as :meth:`ModelRegistry.describe` and :meth:`Project.must_write`."""
        project = self._workspace.must_project()
        project.must_write()
        record = project.models.describe(model_id, title=title, note=note)
        self.changed.emit()
        return record

    # capsules

    def export_capsule(
        self,
        model_id: str,
        path: Path,
        *,
        key: Path | None = None,
        overwrite: bool = False,
        on_done: Callable[[Capsule], None] = no_answer,
        on_error: OnError | None = None,
    ) -> CancelToken:
        """Write a model as a capsule off the thread, and read it back; errors as :func:`write_capsule` and :func:`read_key`.

        Parameters
        ----------
        key
            File of the key to sign with.
        """
        project = self._workspace.must_project()
        folder, origin = project.models.path(model_id), origin_of(project, model_id)
        secret = None if key is None else read_key(key)

        def work(_token: CancelToken) -> Capsule:
            return write_capsule(folder, path, origin=origin, key=secret, overwrite=overwrite)

        return self._workspace.run_job(work, on_done, on_error)

    def import_capsule(
        self, path: Path, *, on_done: Callable[[ModelRecord], None] = no_answer, on_error: OnError | None = None
    ) -> CancelToken:
        """Take the model of a capsule into the project, where it waits until somebody uses it.

        It is unpacked and checked off the thread, into a folder that becomes the model's when all is well and vanishes when not. It keeps
        its id where that is free.

        Raises
        ------
        ProjectError
            When the project is open for reading only. ``on_error`` is given what :func:`read_capsule` raises.
        """
        project = self._workspace.must_project()
        project.must_write()
        models = project.models
        incoming = models.folder / f"{INCOMING}{uuid.uuid4().hex[:12]}"

        def work(token: CancelToken) -> Capsule:
            try:
                incoming.mkdir(parents=True)
                capsule = read_capsule(path, incoming)
            except OSError as error:
                shutil.rmtree(incoming, ignore_errors=True)
                raise explain_os_error(error, incoming) from error
            except BaseException:
                shutil.rmtree(incoming, ignore_errors=True)
                raise
            if token():
                shutil.rmtree(incoming, ignore_errors=True)
            return capsule

        def done(capsule: Capsule) -> None:
            try:
                if self._workspace.project is not project:
                    raise UserError("The project was closed meanwhile", where=str(path), next_step="Import the capsule again.")
                record = _enter(project, incoming, capsule)
            except BaseException:
                shutil.rmtree(incoming, ignore_errors=True)
                raise
            self.changed.emit()
            on_done(record)

        return self._workspace.run_job(work, done, on_error)


def _figures(value: Any) -> dict[str, float | None]:
    if not isinstance(value, dict):
        return {}
    return {str(name): float(dice) if isinstance(dice, int | float) else None for name, dice in value.items()}


def _enter(project: Project, incoming: Path, capsule: Capsule) -> ModelRecord:
    """Make an unpacked capsule a model of the project."""
    models, card = project.models, capsule.card
    model_id, parent = models.free_id(card.id), _parent_here(project, capsule)
    if (model_id, parent) != (card.id, card.parent):
        write_card(incoming, replace(card, id=model_id, parent=parent))
    target = models.folder / model_id
    try:
        incoming.rename(target)
        sync_folder(models.folder)
        return models.register(model_id, state="imported")
    except OSError as error:
        raise explain_os_error(error, target) from error
    except UserError:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _parent_here(project: Project, capsule: Capsule) -> str | None:
    """Return which model of the project is the parent, by its files and not by its name; its old name where it is not here."""
    lineage = capsule.document.lineage
    records = {record.id for record in project.models.records()}
    if lineage:
        wanted = lineage[0].files.get("student.onnx")
        same = [one for one in records if project.models.card(one).sha256 == wanted]
        if same:
            return lineage[0].id if lineage[0].id in same else min(same)
    # a model of the same name that is another one is no parent
    return None if capsule.card.parent in records else capsule.card.parent


def must_suit(project: Project, model_id: str) -> None:
    """Refuse a model that came in a capsule and does not suit the project's scans or structures.

    Structures are the project's by their numbers: one that has another name there would be painted in the wrong place of the list.

    Raises
    ------
    ModelError
        Why it does not suit.
    """
    models = project.models
    if brought_along(models.path(model_id)) is None:
        return
    card, cases = models.card(model_id), project.cases()
    if cases and all(case.is_colour != card.preprocess.colour for case in cases):
        wants, has = ("colour", "grey") if card.preprocess.colour else ("grey", "colour")
        raise _unsuited(f"The model was made for {wants} images, and the scans of this project are {has}", model_id)
    modalities = {case.modality for case in cases if case.modality}
    if card.modality and modalities and card.modality not in modalities:
        here = ", ".join(sorted(modalities))
        raise _unsuited(f"The model was made for {card.modality}, and the scans of this project are {here}", model_id)
    known = _names_here(project)
    shared = [structure for structure in card.table if structure.id in known]
    for structure in shared:
        if structure.name.casefold() not in known[structure.id]:
            here = project.table.by_id(structure.id).name
            raise ModelError(
                f"The model calls structure {structure.id} “{structure.name}”, and the project calls it “{here}”",
                where=model_id,
                next_step="Use it in a project with the same structures.",
            )
    if not shared:
        raise _unsuited("The model knows none of the project's structures", model_id)


def _unsuited(problem: str, model_id: str) -> ModelError:
    return ModelError(problem, where=model_id, next_step="Use it in a project that it was made for.")


def _names_here(project: Project) -> dict[int, set[str]]:
    """Return the names of each structure of the project: today's, and those of the models that were made here."""
    names = {structure.id: {structure.name.casefold()} for structure in project.table}
    tables: Iterable[LabelTable] = (
        project.models.card(record.id).table for record in project.models.records() if brought_along(project.models.path(record.id)) is None
    )
    for table in tables:
        for structure in table:
            if structure.id in names:
                names[structure.id].add(structure.name.casefold())
    return names
