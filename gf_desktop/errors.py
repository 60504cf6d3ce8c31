"""Everything that can go wrong, in two kinds.

::

    Exception
    ├── UserError               what the user can act on; its text may be shown verbatim
    │   ├── FileFormatError     a file is damaged, of a kind that is not read, or is not what its name says
    │   ├── GeometryError       a scan or mask whose place in space cannot be trusted or does not fit
    │   ├── ProjectError        a project folder, case or status that does not allow the request
    │   │   └── HeldError       another window writes to the project; it can be looked at
    │   ├── ModelError          a model pack that is missing, damaged or made for other data
    │   └── TrainingError       a refinement that cannot start or had to stop
    └── anything else           our bug: it is logged and reported, never shown as advice
"""

from __future__ import annotations

__all__ = [
    "FileFormatError",
    "GeometryError",
    "HeldError",
    "ModelError",
    "ProjectError",
    "TrainingError",
    "UserError",
]


class UserError(Exception):
    """A fault that the person at the screen can act on.

    Parameters
    ----------
    what
        One sentence without a full stop: what went wrong.
    where
        The file, case or field that it is about. Empty when there is none.
    next_step
        What to do now, as an instruction.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str) -> None:
        self.what = what
        self.where = where
        self.next_step = next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.what}{place}. {self.next_step}"

    def as_json(self) -> dict[str, dict[str, str]]:
        """Return the document that the command line prints for this error."""
        return {"error": {"what": self.what, "where": self.where, "next": self.next_step}}


class FileFormatError(UserError):
    """A file is damaged, of a kind that is not read, or is not what its name says."""


class GeometryError(UserError):
    """A scan or mask whose place in space cannot be trusted or does not fit."""


class ProjectError(UserError):
    """A project folder, case or status that does not allow the request."""


class HeldError(ProjectError):
    """Another window writes to the project; here it can be opened for reading only."""


class ModelError(UserError):
    """A model pack that is missing, damaged or made for other data."""


class TrainingError(UserError):
    """A refinement that cannot start or had to stop."""
