"""Where the files that ship with the program lie: icons, model packs, weights and the demo scans.

The same tree is found in three places: beside the packages in a checkout, inside the installed wheel as
``gf_desktop/_resources``, and unpacked beside the program in a frozen build.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["resource_dir"]


def resource_dir() -> Path:
    """Return the absolute folder that holds ``demo/``, ``models/`` and ``weights/``.

    Raises
    ------
    FileNotFoundError
        When the installation is incomplete: no such folder stands at any of the three places.
    """
    package = Path(__file__).resolve().parent
    places = [package / "_resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        places.insert(0, Path(bundle) / "resources")
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"The program's resources are missing; looked in {', '.join(map(str, places))}")
