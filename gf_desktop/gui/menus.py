"""Menus, made from the table of actions, and the About box."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMenu, QMenuBar, QVBoxLayout, QWidget

from gf_desktop import __version__
from gf_desktop.gui.actions import ACTIONS, MENUS, tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.widgets import IconLabel, label, line, push_button

__all__ = ["RESEARCH_USE", "about_box", "fill_menus"]

RESEARCH_USE = "Research use; not a medical device"


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> None:
    """Add the menus of the table to a menu bar."""
    menus: dict[str, QMenu] = {}
    for name in MENUS:
        # named as in the table, so that a test finds it; the bar owns it
        menus[name] = QMenu(tr(name), bar)
        menus[name].setObjectName(name.lower())
        bar.addMenu(menus[name])
    for spec in ACTIONS:
        name = spec.menu.removesuffix("-")
        if not name:
            continue
        if spec.menu.endswith("-"):
            menus[name].addSeparator()
        menus[name].addAction(actions[spec.id])


def _dialog(title: str, parent: QWidget) -> tuple[QDialog, QVBoxLayout]:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
    layout.setSpacing(GRID_PX)
    return dialog, layout


def about_box(parent: QWidget) -> QDialog:
    """Return the window with version, licence and intended use."""
    dialog, layout = _dialog(tr("About"), parent)
    head = QHBoxLayout()
    head.addWidget(IconLabel("logo", side_px=48))
    head.addWidget(label("Graph Flow Desktop", kind="title"))
    head.addStretch(1)
    layout.addLayout(head)
    layout.addWidget(label(tr("Version {version}").format(version=__version__), kind="muted"))
    layout.addWidget(line())
    layout.addWidget(label(tr(RESEARCH_USE) + ".", kind="heading"))
    text = tr(
        "Nobody has tested this program for diagnosis or treatment. Masks are proposals of a small network;"
        " check every slice that you use. All data stay on this computer."
    )
    layout.addWidget(label(text, wrap=True))
    layout.addWidget(
        label(tr("Apache License 2.0. Uses Qt, pyqtgraph, NumPy, SimpleITK, ONNX Runtime and PyTorch."), kind="muted", wrap=True)
    )
    close = push_button(tr("Close"), dialog.close)
    layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
    dialog.setFixedWidth(460)
    return dialog
