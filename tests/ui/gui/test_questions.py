"""What the system's own windows offer."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gf_desktop.files.itk import ITK_SUFFIXES
from gf_desktop.files.masks import MASK_SUFFIXES
from gf_desktop.files.nifti import NIFTI_SUFFIXES
from gf_desktop.files.picture import PICTURE_SUFFIXES
from gf_desktop.files.tiff import TIFF_SUFFIXES
from gf_desktop.files.video import VIDEO_SUFFIXES
from gf_desktop.gui.questions import Questions

SCANS = (*NIFTI_SUFFIXES, *ITK_SUFFIXES, *PICTURE_SUFFIXES, *TIFF_SUFFIXES, *VIDEO_SUFFIXES, ".hdr", ".dcm")


@pytest.mark.parametrize(
    ("method", "asks", "suffixes"),
    [
        ("getOpenFileName", "mask_file", MASK_SUFFIXES),
        (
            "getOpenFileNames",
            "scan_files",
            (*NIFTI_SUFFIXES, *ITK_SUFFIXES, *PICTURE_SUFFIXES, *TIFF_SUFFIXES, *VIDEO_SUFFIXES, ".hdr", ".dcm"),
        ),
    ],
)
def test_that_the_filter_of_files_lists_every_kind_that_is_read(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, method: str, asks: str, suffixes: tuple[str, ...]
) -> None:
    parent, filters = QWidget(), []
    qtbot.addWidget(parent)

    def answer(_parent: Any, _title: str, _folder: str, kinds: str) -> tuple[Any, str]:
        filters.append(kinds)
        return "" if method == "getOpenFileName" else [], ""

    monkeypatch.setattr(QFileDialog, method, answer)
    getattr(Questions(parent), asks)()
    offered = filters[0].split(";;")[0].rpartition("(")[2].rstrip(")").split()
    assert {f"*{suffix}" for suffix in suffixes} <= set(offered)


def boxes() -> list[QMessageBox]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox) and widget.isVisible()]


@pytest.mark.parametrize(("name", "agreed"), [(None, False), ("No", False), ("Yes, do it", True)])
def test_that_return_alone_agrees_to_nothing(qtbot: QtBot, name: str | None, agreed: bool) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    def answer() -> None:
        (box,) = boxes()
        if name is None:
            QTest.keyClick(box, Qt.Key.Key_Return)
        else:
            (button,) = (b for b in box.findChildren(QPushButton) if b.text() == name)
            button.click()

    QTimer.singleShot(200, answer)
    assert Questions(parent).agreed("Delete it?") is agreed
