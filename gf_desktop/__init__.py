"""Graph Flow Desktop: correct a student's masks, refine it with one click. Research use; not a medical device.

From Python, ``new_project`` and ``open_project`` do what the command line does; see :mod:`gf_desktop.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gf_desktop.api import OpenProject, new_project, open_project

__all__ = ["OpenProject", "__version__", "new_project", "open_project"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # the program itself, whose window is to be there at once, needs none of it
    if name in ("OpenProject", "new_project", "open_project"):
        from gf_desktop import api

        return getattr(api, name)
    raise AttributeError(name)
