"""Rounds of refinement that have not come to their end: what each was asked for, and where it stands, in its own folder.

``runs/<id>/order.json`` names models by their ids and files not at all, so that a project that was moved goes on; ``trainer.json`` says
which process trains, so that one that was left behind can be ended.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import psutil

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError, UserError
from gf_desktop.pack import CARD_NAME, read_card
from gf_desktop.project.manifest import ManifestItem
from gf_desktop.project.store import Project
from gf_desktop.protocol import EVENTS_NAME

__all__ = [
    "Recipe",
    "RoundOrder",
    "RoundState",
    "change_round",
    "drop_round",
    "end_left_trainer",
    "end_round",
    "fraction_of",
    "left_of_ended",
    "newest_state",
    "next_run_id",
    "note_trainer",
    "read_items",
    "remove_all",
    "unfinished_round",
    "with_free_candidate",
    "write_order",
]

ORDER_FORMAT: Final = 1
ORDER_NAME: Final = "order.json"
TRAINER_NAME: Final = "trainer.json"
MANIFEST_NAME: Final = "manifest.json"
STATES: Final = "state-*.safetensors"

SAME_START_S: Final = 1.0
"""Two processes of one number that began less than this apart are one process: clocks are read with other precision."""

END_LIMIT_S: Final = 3.0
"""A killed process is gone after this, or the system will not let go of it."""

TAIL_BYTES: Final = 1 << 16
"""The last events of a round lie in so much of their file."""

NOWHERE: Final = "nowhere"

Recipe = dict[str, float | int | str | bool]

RoundState = Literal["going", "stopped", "ended"]
"""A round that goes on by itself when its project is opened; one that the user stopped; one that is over."""


@dataclass(frozen=True, slots=True)
class RoundOrder:
    """What a round was asked for, and where it stands.

    Attributes
    ----------
    parent_id
        The model that it began with; empty for the first round of a project without one.
    threads
        0 for as many as the trainer thinks right.
    only_plugged
        Whether it waits while the computer runs on its battery.
    device
        "auto", "cpu" or "gpu".
    structures
        Label values that are learned from; none of them means all.
    died_at
        Name of the newest state when the trainer last ended unasked, "nowhere" before the first; empty where it never did.
    early
        Whether the user wants it finished as soon as it can be.
    """

    run_id: str
    candidate_id: str
    parent_id: str
    minutes: float
    seed: int = 0
    threads: int = 0
    recipe: Recipe = field(default_factory=dict)
    only_plugged: bool = False
    device: str = "auto"
    structures: Sequence[int] = ()
    state: RoundState = "going"
    died_at: str = ""
    early: bool = False


def write_order(project: Project, order: RoundOrder) -> None:
    """Keep the order of a round; UserError where the disk is full or fails."""
    document = {"format": ORDER_FORMAT, **asdict(order)}
    with atomic_path(project.run_folder(order.run_id) / ORDER_NAME) as temporary:
        temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")


def change_round(project: Project, order: RoundOrder, **changes: Any) -> RoundOrder:
    """Keep an order with other values where they are other ones, and return it; errors as :func:`write_order`."""
    changed = replace(order, **changes)
    if changed != order:
        write_order(project, changed)
    return changed


def unfinished_round(project: Project) -> RoundOrder | None:
    """Return the newest round of a project that did not come to its end, None where there is none.

    An order that is damaged is none: its round cannot go on.
    """
    newest: RoundOrder | None = None
    for path in sorted((project.folder / "runs").glob(f"run-*/{ORDER_NAME}")):
        order = _read_order(path)
        if order is not None and order.state != "ended" and (path.parent / MANIFEST_NAME).is_file():
            newest = order
    return newest


def _read_order(path: Path) -> RoundOrder | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("format") != ORDER_FORMAT:
            return None
        recipe_sound = isinstance(document["recipe"], dict)
        order = RoundOrder(**document)
        names = (order.candidate_id, *([order.parent_id] if order.parent_id else []))
        sound = (
            order.run_id == path.parent.name
            and all(name == Path(name).name and not name.startswith(".") for name in names)
            and order.minutes > 0
            and int(order.seed) >= 0
            and int(order.threads) >= 0
            and recipe_sound
            and order.device in ("auto", "cpu", "gpu")
            and all(isinstance(label, int) for label in order.structures)
            and order.state in ("going", "stopped", "ended")
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return order if sound else None


def drop_round(project: Project, order: RoundOrder) -> None:
    """End a round: nothing goes on with it, and what only going on needs is removed; its list, plan, events and log stay.

    A candidate that was written and never taken into the project goes as well. Errors as :func:`write_order`.
    """
    remove_all(end_round(project, order))


def next_run_id(project: Project) -> str:
    """Return an id for the next refinement."""
    taken = [int(p.name.split("-")[1]) for p in (project.folder / "runs").glob("run-[0-9]*") if p.name.split("-")[1].isdigit()]
    return f"run-{1 + max(taken, default=0):04d}"


def end_round(project: Project, order: RoundOrder) -> list[Path]:
    """End a round as :func:`drop_round` does, and return what is to be removed: hundreds of megabytes, which takes its time.

    Where that is not done, the round has ended all the same, and :func:`left_of_ended` finds it. Errors as :func:`write_order`.
    """
    write_order(project, replace(order, state="ended"))
    (project.run_folder(order.run_id) / TRAINER_NAME).unlink(missing_ok=True)
    # a candidate that a trainer that was killed was just writing
    left = [*_kept_to_go_on(project.run_folder(order.run_id)), project.models.folder / f".{order.candidate_id}.tmp"]
    if not any(record.id == order.candidate_id for record in project.models.records()) and _made_by(project, order):
        left.append(project.models.folder / order.candidate_id)
    return left


def _kept_to_go_on(folder: Path) -> list[Path]:
    return [*folder.glob(STATES), *(path for path in (folder / "teacher.safetensors", folder / "cache") if path.exists())]


def left_of_ended(project: Project) -> list[Path]:
    """Return what rounds that are over kept to go on with, and what nobody removed because the program ended before."""
    left: list[Path] = []
    for path in sorted((project.folder / "runs").glob(f"run-*/{ORDER_NAME}")):
        order = _read_order(path)
        if order is not None and order.state == "ended":
            left += _kept_to_go_on(path.parent)
    return left


def remove_all(paths: Iterable[Path]) -> None:
    """Remove files and folders that nobody needs; what cannot be removed stays."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _made_by(project: Project, order: RoundOrder) -> bool:
    """Whether what lies in the place of a round's candidate was made by that round."""
    folder = project.models.folder / order.candidate_id
    if not (folder / CARD_NAME).is_file():
        return False
    try:
        return bool(read_card(folder).training.get("run_id") == order.run_id)
    except UserError:
        return False


def with_free_candidate(project: Project, order: RoundOrder) -> RoundOrder:
    """Return the order with an id for its candidate that nobody else has taken meanwhile; errors as :func:`write_order`."""
    if not (project.models.folder / order.candidate_id).exists() or _made_by(project, order):
        return order
    return change_round(project, order, candidate_id=project.models.next_id(order.candidate_id))


def newest_state(project: Project, run_id: str) -> str:
    """Return the name of a round's newest state, "nowhere" before the first."""
    return max((path.name for path in project.run_folder(run_id).glob(STATES)), default=NOWHERE)


def fraction_of(project: Project, run_id: str) -> float:
    """Return how far a round came, 0 to 1, by the last that its trainer told."""
    try:
        with (project.run_folder(run_id) / EVENTS_NAME).open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - TAIL_BYTES))
            lines = stream.read().splitlines()
    except OSError:
        return 0.0
    for line in reversed(lines):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("type") == "progress" and isinstance(event.get("fraction"), int | float):
            return min(max(float(event["fraction"]), 0.0), 1.0)
    return 0.0


def read_items(project: Project, run_id: str) -> list[ManifestItem]:
    """Return the scans of a round as its list has them.

    Raises
    ------
    TrainingError
        When the list is missing or damaged.
    """
    path = project.run_folder(run_id) / MANIFEST_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [_item(project.folder, item) for item in document["items"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TrainingError("The list of the round is damaged", where=str(path), next_step="Start the refinement anew.") from error


def _item(root: Path, item: Mapping[str, Any]) -> ManifestItem:
    places = [None if name is None else PurePosixPath(name) for name in (item["image"], item["labels"])]
    if any(place is not None and (place.is_absolute() or ".." in place.parts) for place in places) or places[0] is None:
        raise ValueError("it names a file outside the project")
    slices = {name: tuple(int(k) for k in item[name]) for name in ("validation_slices", "touched_slices", "gap_slices")}
    return ManifestItem(str(item["case"]), root / places[0], None if places[1] is None else root / places[1], **slices)


def note_trainer(project: Project, run_id: str, pid: int) -> None:
    """Keep which process trains; does nothing where that cannot be kept or the process is gone."""
    try:
        document = {"pid": pid, "began_s": psutil.Process(pid).create_time()}
        with atomic_path(project.run_folder(run_id) / TRAINER_NAME) as temporary:
            temporary.write_text(json.dumps(document), encoding="utf-8")
    except (psutil.Error, UserError):
        return


def end_left_trainer(project: Project, run_id: str) -> bool:
    """Kill the trainer of a round that its window left behind, suspended perhaps; return whether there was one.

    States are written whole, so nothing is lost but the work since the newest one.
    """
    path = project.run_folder(run_id) / TRAINER_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        process = psutil.Process(int(document["pid"]))
        # numbers are given out again: only the start tells one process from another
        if abs(process.create_time() - float(document["began_s"])) > SAME_START_S:
            return False
        process.kill()
        process.wait(END_LIMIT_S)
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return False
    finally:
        path.unlink(missing_ok=True)
    return True
