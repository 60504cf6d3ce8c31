"""One window a grid and a module, for the tests that work every tool in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.gui.views.stage import GRIDS, PLANES, Stage, open_stage


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
