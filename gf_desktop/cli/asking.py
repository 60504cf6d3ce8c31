"""How verbs ask the Session and name packs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gf_desktop.errors import ModelError, UserError
from gf_desktop.files.structure_lists import shipped_structure_files
from gf_desktop.resources import resource_dir

__all__ = ["answer_of", "find_pack", "structure_path"]


def answer_of(command: Callable[..., object], *arguments: Any, **options: Any) -> Any:
    """Run a Session command that answers through callbacks, and return its answer or raise its error.

    For sessions over :class:`InlineJobs`, where the answer is there when the command returns.
    """
    answers: list[Any] = []
    errors: list[Exception] = []
    command(*arguments, on_done=answers.append, on_error=errors.append, **options)
    if errors:
        raise errors[0]
    return answers[0]


def find_pack(name: str) -> Path:
    """Return the folder of a pack, given as a folder or as the id of one that ships with the program.

    Raises
    ------
    ModelError
        When there is neither.
    """
    path = Path(name)
    if path.is_dir():
        return path
    shipped = resource_dir() / "models"
    if (shipped / name / "card.json").is_file():
        return shipped / name
    known = ", ".join(sorted(p.parent.name for p in shipped.glob("*/card.json"))) or "none"
    raise ModelError("There is no model pack of this name", where=name, next_step=f"Name a folder, or one of: {known}.")


def structure_path(name: str) -> Path:
    """Return the path of a list of structures, given as a file or as the name of one that ships with the program.

    Raises
    ------
    UserError
        When there is neither.
    """
    shipped = {path.stem: path for path in shipped_structure_files()}
    path = Path(name)
    if not path.exists() and name not in shipped:
        raise UserError("There is no such list of structures", where=name, next_step=f"Name a file, or one of: {', '.join(shipped)}.")
    return path if path.exists() else shipped[name]
