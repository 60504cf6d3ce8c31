"""The real window over a real Session: a project with the demo's series, on the offscreen platform."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition, compose, make_application
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.questions import Questions
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import ModelCard, file_sha256, write_card
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session

TABLE = LabelTable(
    (
        Structure(1, "spleen", "#e69f00"),
        Structure(2, "liver", "#56b4e9"),
        Structure(3, "stomach", "#009e73"),
        Structure(4, "aorta", "#d55e00"),
        Structure(5, "vertebral column", "#f0e442"),
        Structure(6, "left back muscle", "#0072b2"),
        Structure(7, "right back muscle", "#cc79a7"),
    )
)


class Answers(Questions):
    """Stands in for the file dialogs: gives the answers that a test put in."""

    def __init__(self) -> None:
        self.next: object = None
        self.asked: list[str] = []
        self.shown: list[Path] = []
        self.tags: object = None

    def _answer(self, name: str) -> object:
        self.asked.append(name)
        return self.next

    def new_project_folder(self) -> Path | None:
        return self._answer("new_project_folder")

    def folder(self, title: str) -> Path | None:
        return self._answer("folder")

    def patient_tags(self, source: Path | None) -> object:
        self.asked.append("patient_tags")
        return self.tags

    def show_folder(self, folder: Path) -> None:
        self.shown.append(folder)

    def scan_files(self) -> list[Path]:
        return self._answer("scan_files")

    def agreed(self, question: str) -> bool:
        return bool(self._answer(question))

    def table_file(self, name: str) -> Path | None:
        return self._answer("table_file")

    def mask_file(self) -> Path | None:
        return self._answer("mask_file")

    def structure_file(self) -> Path | None:
        return self._answer("structure_file")

    def new_structure_file(self) -> Path | None:
        return self._answer("new_structure_file")

    def capsule_file(self) -> Path | None:
        return self._answer("capsule_file")

    def new_capsule_file(self, name: str) -> Path | None:
        return self._answer(f"new_capsule_file {name}")

    def new_patients_file(self) -> Path | None:
        return self._answer("new_patients_file")

    def colour(self, start: str) -> str:
        return str(self._answer("colour"))


class NoTrainer:
    """A transport whose process never says anything; keeps what was written to it."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.on_line: Callable[[bytes], None] = lambda _line: None
        self.on_exit: Callable[[int], None] = lambda _code: None

    def start(self, argv: list[str], env: dict[str, str], *, log: Path, on_line: Callable, on_exit: Callable) -> None:
        self.on_line, self.on_exit = on_line, on_exit

    def write(self, line: bytes) -> None:
        self.lines.append(line)

    def close_input(self) -> None:
        pass

    pid = 0

    def suspend(self) -> None:
        return

    def resume_process(self) -> None:
        return

    def kill_after(self, seconds: float) -> None:
        pass

    def wait(self) -> None:
        pass


@pytest.fixture(scope="session")
def demo_series() -> Path:
    return resource_dir() / "demo" / "B_ct_dicom"


@pytest.fixture(scope="session")
def seven_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack with the demo's seven structures whose student calls what is brighter than about 200 HU liver (id 2)."""
    folder = tmp_path_factory.mktemp("packs") / "seven"
    folder.mkdir()
    weight, bias = np.zeros((8, 1, 1, 1), np.float32), np.full(8, -50.0, np.float32)
    bias[0] = 0.0
    weight[2], bias[2] = 40.0, -36.0
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "weight", "bias"], ["logits"])],
        "seven",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, "h", "w"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 8, "h", "w"])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / "student.onnx").write_bytes(model.SerializeToString())
    card = ModelCard(
        id="seven",
        title="Abdominal CT, brightness only",
        table=TABLE,
        preprocess=PreprocessSpec(spacing_mm=3.0, window=(-160.0, 240.0)),
        student={"name": "brightness"},
        teacher={"name": "none"},
        files={"student.onnx": file_sha256(folder / "student.onnx")},
        modality="CT",
        metrics={"mean_dice": 0.5},
    )
    write_card(folder, card)
    return folder


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory, seven_pack: Path, demo_series: Path) -> Path:
    """A project with the demo's series, not predicted yet; to be copied."""
    folder = tmp_path_factory.mktemp("projects") / "trial"
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(folder, seven_pack)
    session.import_paths([demo_series])
    session.close_project()
    return folder


@pytest.fixture
def project_folder(demo_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_project, tmp_path / "trial"))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def made(qapp: QApplication, qtbot: QtBot, answers: Answers) -> Iterator[Composition]:
    """The program with its window shown and active, no project open."""
    make_application()
    composition = compose(questions=answers)
    window = composition.window
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield composition
    composition.close()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    make_application()


@pytest.fixture
def opened(made: Composition, qtbot: QtBot, project_folder: Path) -> Composition:
    """The program with the demo's series on screen; predicting is left out, so that every voxel is unseen background."""
    made.session.predict = lambda *_args, **_named: None
    made.window.commands.show_project(project_folder)
    settle(made, qtbot)
    return made


@pytest.fixture
def window(opened: Composition) -> MainWindow:
    return opened.window


@pytest.fixture
def session(opened: Composition) -> Session:
    return opened.session


def settle(made: Composition, qtbot: QtBot) -> None:
    """Wait until nothing is left to be read, counted or drawn."""
    page = made.window.page
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=30_000)
    if page is not None and made.session.open is not None:
        qtbot.waitUntil(lambda: page.ledger.complete and page.view.plane is not None, timeout=10_000)
    qtbot.wait(1)


class Mouse:
    """Moves over the picture with real events, in voxels of the slice on screen."""

    def __init__(self, made: Composition, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.view = made.window.page.view
        self.target = self.view.canvas.viewport()

    def at(self, i: float, j: float) -> QPointF:
        """Where the centre of a voxel of an L-P stored scan is drawn."""
        plane = self.view.plane
        x, y = plane.position_of((i, j, plane.index))
        return self.view.canvas.from_plane(QPointF(x, y))

    def press(self, i: float, j: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        QTest.mousePress(self.target, button, pos=self.at(i, j).toPoint())

    def move(self, i: float, j: float) -> None:
        QTest.mouseMove(self.target, self.at(i, j).toPoint())

    def hover(self, i: float, j: float) -> None:
        """Come to a place from beside it: Qt tells nothing of a mouse that does not move."""
        QTest.mouseMove(self.target, self.at(i, j).toPoint() + QPoint(7, 5))
        self.move(i, j)

    def release(self, i: float, j: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        QTest.mouseRelease(self.target, button, pos=self.at(i, j).toPoint())

    def stroke(self, *places: tuple[float, float], button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> list[tuple[float, float]]:
        """Drag along places; return the fractional (i, j) that the rounded pixels of the events stand for."""
        self.press(*places[0], button)
        for place in places[1:]:
            self.move(*place)
        self.release(*places[-1], button)
        self._qtbot.wait(1)
        return [self.exact(*place) for place in places]

    def exact(self, i: float, j: float) -> tuple[float, float]:
        pixel = QPointF(self.at(i, j).toPoint())
        place = self.view.canvas.to_plane(pixel)
        exact_i, exact_j, _k = self.view.plane.index_at(place.x(), place.y())
        return exact_i, exact_j


@pytest.fixture
def mouse(opened: Composition, qtbot: QtBot) -> Mouse:
    return Mouse(opened, qtbot)


@pytest.fixture
def press_key(opened: Composition, qtbot: QtBot) -> Callable[..., None]:
    """Press a key as the person does: to whatever has the keyboard in the window."""

    def press(key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(opened.window.windowHandle(), key, keys)
        qtbot.wait(1)

    return press


@pytest.fixture(name="settle")
def settle_fixture(made: Composition, qtbot: QtBot) -> Callable[[], None]:
    return lambda: settle(made, qtbot)


@pytest.fixture
def action(made: Composition) -> Callable[[str], QAction]:
    """Give the action of an id."""
    return lambda name: made.window.actions_by_id[name]


@pytest.fixture(name="disc")
def disc_fixture() -> Callable[..., np.ndarray]:
    return disc


def disc(geometry_mm: tuple[float, float], shape: tuple[int, int], path: list[tuple[float, float]], radius_mm: float) -> np.ndarray:
    """Voxels [j, i] whose centre is within a radius of a path of (i, j) corners: every voxel against every segment, plainly."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    points = np.stack([columns * geometry_mm[0], rows * geometry_mm[1]], axis=-1)
    corners = [np.array([i * geometry_mm[0], j * geometry_mm[1]]) for i, j in path]
    inside = np.zeros(shape, bool)
    for start, stop in zip(corners, [*corners[1:], corners[-1]], strict=True):
        along = stop - start
        length2 = max(float(along @ along), 1e-12)
        share = np.clip(((points - start) @ along) / length2, 0, 1)
        inside |= np.linalg.norm(points - start - share[..., None] * along, axis=-1) <= radius_mm
    return inside
