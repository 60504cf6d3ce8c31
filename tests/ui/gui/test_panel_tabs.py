"""The tabs of the panels: names where they have room, icons elsewhere, nothing to scroll."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gf_desktop.gui.panel_tabs import PanelTabs

NAMES = ("Structures", "Refine", "Students", "Changes", "Scan", "Measure")
ICONS = ("list", "refine", "model", "changes", "scan", "ruler")


@pytest.fixture
def tabs(qtbot: QtBot) -> PanelTabs:
    made = PanelTabs()
    qtbot.addWidget(made)
    for name, icon in zip(NAMES, ICONS, strict=True):
        made.add_panel(QWidget(), name, icon)
    made.resize(900, 300)
    made.show()
    return made


def test_that_every_tab_has_its_name_where_there_is_room(tabs: PanelTabs) -> None:
    assert [tabs.tabText(at) for at in range(6)] == list(NAMES)
    assert all(tabs.tabIcon(at).isNull() for at in range(6))
    assert not tabs.brief


def test_that_only_the_one_in_front_has_its_name_where_there_is_not(tabs: PanelTabs, qtbot: QtBot) -> None:
    tabs.resize(340, 300)
    qtbot.waitUntil(lambda: tabs.brief)
    for front in (0, 3, 5):
        tabs.setCurrentIndex(front)
        assert [tabs.tabText(at) for at in range(6)] == [name if at == front else "" for at, name in enumerate(NAMES)]
        assert [tabs.tabIcon(at).isNull() for at in range(6)] == [at == front for at in range(6)]
        assert tabs.tabBar().sizeHint().width() <= tabs.width()
        assert tabs.tabBar().tabRect(5).right() < tabs.width()
    tabs.resize(900, 300)
    qtbot.waitUntil(lambda: not tabs.brief)
    assert [tabs.tabText(at) for at in range(6)] == list(NAMES)


def test_that_a_tab_without_its_name_tells_it_all_the_same(tabs: PanelTabs, qtbot: QtBot) -> None:
    tabs.resize(340, 300)
    qtbot.waitUntil(lambda: tabs.brief)
    assert [tabs.tabToolTip(at) for at in range(6)] == list(NAMES)
    assert [tabs.tabBar().accessibleTabName(at) for at in range(6)] == list(NAMES)
