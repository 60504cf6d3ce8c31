"""A window over a crop of the demo's CT on three kinds of grid, for tests that work in it with mouse and keys like a person.

What a test expects is computed from the affine of the file that was opened, in millimetres of the patient.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from onnx import TensorProto, helper, numpy_helper
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gf_desktop.correcting import BrushOptions
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.gui.app import Composition, compose, make_application
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import ModelCard, file_sha256, write_card
from gf_desktop.project import journal_file
from gf_desktop.resources import resource_dir

PLANES = ("axial", "sagittal", "coronal")
GRIDS = ("straight", "anisotropic", "oblique")
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CROP_KJI = (slice(2, 19), slice(200, 240), slice(110, 158))
"""Liver, its rim, fat and lung."""

TABLE = LabelTable(
    (
        Structure(1, "spleen", "#e69f00"),
        Structure(2, "liver", "#56b4e9"),
        Structure(3, "stomach", "#009e73"),
        Structure(200, "lesion", "#d55e00"),
        Structure(255, "last", "#cc79a7"),
    )
)
LIVER, STOMACH, LESION, LAST = 2, 3, 200, 255
WAY_MM = ((-7.0, -4.0), (3.0, 5.0), (8.0, -3.0))
OUTLINE_MM = ((-9.0, -6.0), (9.0, -7.0), (11.0, 5.0), (-2.0, 8.0), (-10.0, 3.0))
NEAR_MM = 1e-6
"""Voxel centres this near to the rim of a brush or a margin may be in or out."""

SLOPE, MIDDLE = 12.0, 7.2
"""The student's score of the liver is SLOPE x - MIDDLE with x the grey value 0 to 1 of the window -160 to 240 HU."""


def affines() -> dict[str, np.ndarray]:
    """Return RAS matrices of the grids: isotropic and upright; stored in another order, far from cubic; turned about two axes."""
    turn_x, turn_z = math.radians(17), math.radians(12)
    about_x = np.array([[1, 0, 0], [0, math.cos(turn_x), -math.sin(turn_x)], [0, math.sin(turn_x), math.cos(turn_x)]])
    about_z = np.array([[math.cos(turn_z), -math.sin(turn_z), 0], [math.sin(turn_z), math.cos(turn_z), 0], [0, 0, 1]])
    axes = {
        "straight": np.diag([-1.0, -1.0, 1.0]) @ np.diag([1.3, 1.3, 1.3]),
        # slices lie from left to right, rows from head to foot
        "anisotropic": np.array([[0, 0, 3.9], [0.7, 0, 0], [0, -0.9, 0]]),
        "oblique": about_x @ about_z @ np.diag([-0.9, -1.2, 2.1]),
    }
    made = {}
    for name, matrix in axes.items():
        made[name] = np.eye(4)
        made[name][:3, :3] = matrix
        made[name][:3, 3] = (31.0, -40.0, 17.0)
    return made


class Yes(Questions):
    """Agrees to everything that is asked."""

    def __init__(self) -> None:
        """Ask nobody."""

    def agreed(self, question: str) -> bool:
        return True


def make_pack(folder: Path, table: LabelTable) -> Path:
    """Write a pack whose student gives each voxel a probability of liver (id 2) that rises with its brightness."""
    folder.mkdir()
    count = len(table) + 1
    weight, bias = np.zeros((count, 1, 1, 1), np.float32), np.full(count, -50.0, np.float32)
    place = [*table.ids].index(2) + 1
    bias[0], weight[place], bias[place] = 0.0, SLOPE, -MIDDLE
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "weight", "bias"], ["logits"])],
        "stage",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, "h", "w"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", count, "h", "w"])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / "student.onnx").write_bytes(model.SerializeToString())
    card = ModelCard(
        id=folder.name,
        title="Brightness",
        table=table,
        preprocess=PreprocessSpec(window=(-160.0, 240.0)),
        student={"name": "brightness"},
        teacher={"name": "none"},
        files={"student.onnx": file_sha256(folder / "student.onnx")},
        modality="CT",
        metrics={"mean_dice": 0.5},
    )
    write_card(folder, card)
    return folder


def wait_until(holds: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Let the window live until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        QTest.qWait(1)


def warm(made: Composition) -> None:
    """Start both threads of the jobs now, so that no test is blamed for them."""
    gate = threading.Barrier(2)
    for _ in range(2):
        made.jobs.run(lambda _token: gate.wait(10), on_done=lambda _answer: None, on_error=lambda error: None)
    wait_until(lambda: not made.jobs.busy)


@dataclass
class Stage:
    """A window with one scan.

    Attributes
    ----------
    made
        Session and window.
    affine
        4x4, voxel (i, j, k) to RAS in mm.
    voxels
        Intensities [k, j, i].
    view
        The view that is looked at, alone and large.
    """

    made: Composition
    affine: np.ndarray
    voxels: np.ndarray
    view: SliceView

    # what there is

    @property
    def labels(self) -> np.ndarray:
        return self.made.session.open.label_map.labels

    @property
    def states(self) -> np.ndarray:
        return self.made.session.open.label_map.states

    @property
    def across(self) -> int:
        """Array axis [k, j, i] across which the slice on screen lies."""
        return 2 - self.view.plane.axes.across

    @property
    def middle(self) -> tuple[int, int, int]:
        """Voxel (i, j, k) in the middle."""
        k, j, i = (n // 2 for n in self.voxels.shape)
        return (i, j, k)

    @property
    def steps_mm(self) -> tuple[float, float, float]:
        """Lengths of a step along [k, j, i]."""
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        return (float(lengths[2]), float(lengths[1]), float(lengths[0]))

    def world(self) -> np.ndarray:
        """RAS position of every voxel in mm, [k, j, i, 3]."""
        k, j, i = np.indices(self.voxels.shape)
        return np.stack([i, j, k], axis=-1) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def to_world(self, index_ijk: np.ndarray) -> np.ndarray:
        return np.asarray(index_ijk) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def in_slice(self, index: int | None = None) -> np.ndarray:
        """Bool [k, j, i]: the slice on screen, or another one of its direction."""
        chosen = np.zeros(self.voxels.shape, bool)
        np.moveaxis(chosen, self.across, 0)[self.view.plane.index if index is None else index] = True
        return chosen

    def plane_of(self, array: np.ndarray, index: int | None = None) -> np.ndarray:
        """The slice on screen of an array, its axes in the order in which they are stored."""
        return np.moveaxis(array, self.across, 0)[self.view.plane.index if index is None else index]

    # what a person does

    def look(self, plane: str) -> None:
        """Look at a plane alone, the crosshair in the middle, nothing in the hand, on an empty mask."""
        window, session = self.made.window, self.made.session
        for label in session.locked:
            session.set_locked(label, locked=False)
        window.state.set_tool(name="cursor", label=2, radius_mm=6.0, options=BrushOptions())
        self.put(np.zeros_like(self.labels), np.zeros_like(self.states))
        window.state.set_cursor(self.middle)
        window.state.look_from(plane)
        window.state.set_layout("single")
        self.view = window.page.grid.slices[plane]
        wait_until(lambda: self.view.plane is not None and self.view.isVisible() and self.view.width() > 600)
        window.fit()
        window.notice.hide()
        QTest.qWait(1)
        self.view.setFocus()

    def put(self, labels: np.ndarray, states: np.ndarray | None = None) -> None:
        """Let the mask be another one, unsaved."""
        label_map = self.made.session.open.label_map
        edit = LabelEdit.record(
            labels=self.labels,
            states=self.states,
            mask=None,
            box=Box.whole(self.labels.shape),
            new_labels=labels,
            new_states=self.states if states is None else states,
            name="put",
        )
        if edit is not None:
            label_map.apply(edit)

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key; it goes to whatever has the keyboard."""
        QTest.keyClick(QApplication.activePopupWidget() or self.made.window.windowHandle(), key, held)
        QTest.qWait(1)

    def take(self, key: Qt.Key, name: str, *, structure: int = 2) -> None:
        """Take a tool by its key and a structure by a click on its row."""
        row = next(row for row in self.made.window.page.structures.rows if row.structure.id == structure)
        QTest.mouseClick(row, LEFT, pos=QPoint(60, 10))
        self.view.setFocus()
        self.key(key)
        tool = self.made.window.state.tool
        assert (tool.name, tool.label) == (name, structure)

    def brush(self, radius_mm: float) -> None:
        """Make the brush as large as wanted with the keys for it."""
        tool = self.made.window.state.tool
        while tool.radius_mm != radius_mm:
            self.key(Qt.Key.Key_BracketRight if tool.radius_mm < radius_mm else Qt.Key.Key_BracketLeft)
            tool = self.made.window.state.tool

    def choose(self, box, row: int) -> None:
        """Choose a row of a list of the tool's options by the keyboard."""
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(row):
            QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() == row
        self.view.setFocus()

    def hold_to_range(self, low: float, high: float) -> None:
        """Hold the tool to intensities, typed into the fields."""
        options = self.made.window.page.structures.options
        self.choose(options.where, 1)
        for field, value in ((options.high, 5000.0), (options.low, low), (options.high, high)):
            field.setFocus()
            field.selectAll()
            QTest.keyClicks(field, f"{value:.0f}")
            QTest.keyClick(field, Qt.Key.Key_Return)
        self.view.setFocus()
        assert (self.made.window.state.tool.options.low, self.made.window.state.tool.options.high) == (low, high)

    def press_option(self, *, square: bool = False, in_space: bool = False) -> None:
        """Click the buttons of form and reach."""
        options = self.made.window.page.structures.options
        QTest.mouseClick(options.form.buttons[int(square)], LEFT)
        QTest.mouseClick(options.reach.buttons[int(in_space)], LEFT)

    def pixel(self, index_ijk: tuple[float, ...]) -> QPoint:
        x, y = self.view.plane.position_of(index_ijk)
        return self.view.canvas.from_plane(QPointF(x, y)).toPoint()

    def exact(self, place: QPoint) -> np.ndarray:
        """Fractional (i, j, k) that a pixel stands for."""
        spot = self.view.canvas.to_plane(QPointF(place))
        return np.array(self.view.plane.index_at(spot.x(), spot.y()))

    def beside(self, *steps_mm: tuple[float, float]) -> list[QPoint]:
        """Pixels some mm to the right and down of the middle."""
        geometry, axes = self.view.plane.geometry, self.view.plane.axes
        places = []
        for right_mm, down_mm in steps_mm:
            index = list(map(float, self.middle))
            index[axes.right] += right_mm / geometry.spacing_mm[axes.right]
            index[axes.down] += down_mm / geometry.spacing_mm[axes.down]
            places.append(self.pixel(tuple(index)))
        return places

    def drag(self, places: list[QPoint], button: Qt.MouseButton = LEFT) -> np.ndarray:
        """Drag along places; return where the events were, (i, j, k) each."""
        target = self.view.canvas.viewport()
        QTest.mousePress(target, button, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(target, place)
        QTest.mouseRelease(target, button, pos=places[-1])
        self.settle()
        return np.array([self.exact(place) for place in places])

    def click(self, place: QPoint, button: Qt.MouseButton = LEFT) -> np.ndarray:
        QTest.mouseClick(self.view.canvas.viewport(), button, pos=place)
        self.settle()
        return self.exact(place)

    def settle(self) -> None:
        wait_until(lambda: not self.made.session.open.working)

    def menu(self, *texts: str, apply: bool = True) -> None:
        """Choose an entry of the active structure's menu with the keyboard, a submenu's entries first; and carry out what is shown."""
        self.key(Qt.Key.Key_Menu)
        for depth, text in enumerate(texts):
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            for _ in range(40):
                if menu.activeAction() is not None and menu.activeAction().text() == text:
                    break
                QTest.keyClick(menu, Qt.Key.Key_Down)
            assert menu.activeAction().text() == text
            assert menu.activeAction().isEnabled()
            if depth + 1 < len(texts):
                QTest.keyClick(menu, Qt.Key.Key_Right)
                wait_until(lambda before=menu: QApplication.activePopupWidget() is not before)
                opened = QApplication.activePopupWidget()
                assert opened.activeAction() is not None
            else:
                QTest.keyClick(menu, Qt.Key.Key_Return)
        wait_until(lambda: QApplication.activePopupWidget() is None)
        if apply:
            self.take_preview()
        self.settle()

    def take_preview(self) -> None:
        """Carry out the operation that is shown, if one is; until then the mask stays."""
        previewing = self.made.session.previewing
        if previewing.operation is not None:
            before = self.labels.copy()
            wait_until(lambda: not previewing.computing)
            assert np.array_equal(self.labels, before)
            self.key(Qt.Key.Key_Return)


def open_stage(folder: Path, grid: str, table: LabelTable = TABLE) -> Iterator[Stage]:
    """Show a window with a crop of the demo's CT on a grid, not predicted."""
    voxels = np.array(read_scan(find_scans(resource_dir() / "demo" / "B_ct_dicom")[0]).volume.voxels[CROP_KJI])
    affine = affines()[grid]
    Nifti1Image(voxels.transpose(2, 1, 0), affine).to_filename(folder / "scan.nii.gz")
    make_application()
    made = compose(questions=Yes())
    window, session = made.window, made.session
    session.predict = lambda *_args, **_named: None
    session.create_project(folder / "trial", make_pack(folder / "stage", table))
    session.import_paths([folder / "scan.nii.gz"], on_done=lambda _added: window.commands.show_project(folder / "trial"))
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    wait_until(lambda: window.isActiveWindow() and session.open is not None and not made.jobs.busy)
    window.commands.show_case("C-001")
    wait_until(lambda: window.page is not None and window.page.view.plane is not None)
    warm(made)
    np.testing.assert_array_equal(session.open.volume.voxels, voxels)
    # no power is cut here: waiting for the disk would take most of the time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_file, "flush_to_disk", lambda _handle: None)
        patch.setattr(os, "fsync", lambda _handle: None)
        yield Stage(made, affine, voxels.astype(float), window.page.view)
    made.close()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    make_application()


def assert_mask(stage: Stage, expected: np.ndarray, *, unsure: np.ndarray | None = None) -> None:
    found = stage.labels.copy()
    if unsure is not None:
        found[unsure] = expected[unsure]
    np.testing.assert_array_equal(found, expected)


def patches(stage: Stage, seed: int = 0) -> np.ndarray:
    """A mask of patches of several structures."""
    dice = np.random.default_rng(seed)
    coarse = dice.choice([0, 0, 1, 3, 200, 255], [-(-n // 4) for n in stage.voxels.shape])
    return np.kron(coarse, np.ones((4, 4, 4)))[tuple(slice(n) for n in stage.voxels.shape)].astype(np.uint8)
