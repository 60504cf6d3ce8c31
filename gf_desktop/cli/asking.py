"""How verbs name lists of structures."""

from __future__ import annotations

from pathlib import Path

from gf_desktop.errors import UserError
from gf_desktop.files.structure_lists import shipped_structure_files

__all__ = ["structure_path"]


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
