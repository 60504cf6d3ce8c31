"""One window a grid and a module, for the tests that work every tool in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.gui.views.stage import GRIDS, PLANES, Stage, open_stage

USUAL = {"straight": "axial", "anisotropic": "coronal"}
"""The plane in which `make test` looks at a grid; the oblique one in all."""

EVERYWHERE = ("test_every_operation.py", "test_every_tool.py", "test_preview.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the long tests what differs from an oblique scan in three planes, and from one plane of the others, in the grid alone."""
    for item in items:
        if item.path.name in EVERYWHERE and isinstance(item, pytest.Function):
            given = item.callspec.params if hasattr(item, "callspec") else {}
            grid, plane = given.get("theatre"), given.get("stage", given.get("space"))
            if grid in ("straight", "anisotropic") and plane is not None and plane != USUAL[grid]:
                item.add_marker(pytest.mark.long)


@pytest.fixture(scope="module", params=GRIDS)
def theatre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Stage]:
    yield from open_stage(tmp_path_factory.mktemp("stage"), request.param)


@pytest.fixture(params=PLANES)
def stage(request: pytest.FixtureRequest, theatre: Stage) -> Stage:
    """A view alone, over an empty mask, with nothing locked."""
    theatre.look(request.param)
    return theatre


@pytest.fixture(params=PLANES)
def space(request: pytest.FixtureRequest, theatre: Stage) -> Stage:
    """The same, for what must come out alike whatever plane is looked at."""
    theatre.look(request.param)
    return theatre
