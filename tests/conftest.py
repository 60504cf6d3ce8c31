"""What every test gets: no screen, a home of its own, and a failure where it left something behind or logged a warning."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psutil
import pytest

if TYPE_CHECKING:
    from gf_desktop.imaging.geometry import Geometry

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# as gf_desktop.__main__ does
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    # Several test processes, and the trainers that they start, share the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

hypothesis.settings.register_profile("project", deadline=None, print_blob=True)
hypothesis.settings.load_profile("project")

GRACE_S = 5.0
"""How long threads and processes of a test may take to end after it."""

LASTING_THREADS = re.compile(r"^(pytest_timeout|execnet|ThreadPoolExecutor-.*_lasting|Dummy-|QThread$)")
"""Threads that are meant to outlive a test: those of the test runner, and Qt's own that Python only saw pass by."""


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the home folder and the folders for settings, data and caches to an empty place, and return it."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in {
        "HOME": ".",
        "USERPROFILE": ".",
        "APPDATA": "AppData/Roaming",
        "LOCALAPPDATA": "AppData/Local",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "GF_DESKTOP_SETTINGS": ".config/graph-flow-desktop",
    }.items():
        monkeypatch.setenv(name, str((home / folder).resolve()))
    return home


class _Collector(logging.Handler):
    """Keeps the records at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs at WARNING or above, but for what its ``expected_log`` markers describe."""
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    yield
    root.removeHandler(collector)
    expected = [re.compile(marker.args[0]) for marker in request.node.iter_markers("expected_log")]
    texts = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in collector.records]
    unexpected = [text for text in texts if not any(pattern.search(text) for pattern in expected)]
    if unexpected:
        pytest.fail("Unexpected log records:\n" + "\n".join(unexpected), pytrace=False)


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not LASTING_THREADS.match(thread.name)}


def _children() -> set[psutil.Process]:
    return {child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE and not _lasts(child)}


def _lasts(child: psutil.Process) -> bool:
    """Whether a process is the one that decodes scans, which is kept for the next."""
    try:
        return "gf_desktop.files.read_worker" in child.cmdline()
    except psutil.Error:
        return False


def _visible_windows() -> set[str]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    application = widgets.QApplication.instance() if widgets else None
    if application is None:
        return set()
    return {f"{type(w).__name__} {w.objectName() or hex(id(w))}" for w in application.topLevelWidgets() if w.isVisible()}


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test after which a thread, a process or a visible window is there that was not before."""
    threads, children, windows = _threads(), _children(), _visible_windows()
    yield
    end = time.monotonic() + GRACE_S
    while (_threads() - threads or _children() - children) and time.monotonic() < end:
        time.sleep(0.02)
    left = [f"thread {thread.name}" for thread in _threads() - threads]
    left += [f"process {child.pid} {child.name()}" for child in _children() - children if child.is_running()]
    left += [f"window {window}" for window in _visible_windows() - windows]
    if left:
        pytest.fail("Left behind: " + ", ".join(left), pytrace=False)


# a disk that can be filled up

DISK_BYTES = 24 << 20
PAGE_BYTES = 4096
"""A file system in memory counts in these."""


class Disk:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, *, room: int = 0) -> None:
        """Take all but some bytes."""
        free = shutil.disk_usage(self.folder).free
        with self._filler.open("ab") as stream:
            stream.write(bytes(max(free - room, 0) // PAGE_BYTES * PAGE_BYTES))

    def make_room(self) -> None:
        """Give it all back."""
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount some MiB; skipped where nothing can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        pytest.skip("there is no mount command")
    if answer.returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield Disk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


# a model that needs no training: it calls voxels above a grey value “soft” and above a higher one “hard”


@pytest.fixture(scope="session")
def threshold_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model pack “threshold” whose student labels greys above 0.5 soft (id 1) and above 0.75 hard (id 5)."""
    return make_threshold_pack(tmp_path_factory.mktemp("packs") / "threshold", soft_at=0.5, hard_at=0.75)


@pytest.fixture(scope="session")
def make_pack() -> Callable[..., Path]:
    """Return :func:`make_threshold_pack`, for tests that spoil a pack or want another."""
    return make_threshold_pack


def make_threshold_pack(folder: Path, *, soft_at: float, hard_at: float, **changes: object) -> Path:
    """Write a pack whose student is one 1x1 convolution; ``changes`` replace fields of its card."""
    import dataclasses

    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from gf_desktop.imaging.labelmap import LabelTable, Structure
    from gf_desktop.imaging.preprocess import PreprocessSpec
    from gf_desktop.pack import ModelCard, file_sha256, write_card

    folder.mkdir(parents=True)
    # the scores of neighbouring classes cross at the thresholds: 0, 40 (x - soft), 80 (x - hard) + 40 (hard - soft)
    weight = np.array([0.0, 40.0, 80.0], np.float32).reshape(3, 1, 1, 1)
    bias = np.array([0.0, -40.0 * soft_at, -80.0 * hard_at + 40.0 * (hard_at - soft_at)], np.float32)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "weight", "bias"], ["logits"])],
        "threshold",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, "h", "w"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3, "h", "w"])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / "student.onnx").write_bytes(model.SerializeToString())
    (folder / "teacher.safetensors").write_bytes(onnx.__version__.encode())
    card = ModelCard(
        id=folder.name,
        title="Thresholds",
        table=LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00"))),
        preprocess=PreprocessSpec(window=(0.0, 100.0)),
        student={"name": "threshold"},
        teacher={"name": "threshold"},
        files={name: file_sha256(folder / name) for name in ("student.onnx", "teacher.safetensors")},
        modality="CT",
        licence="Apache-2.0",
        training_data="none",
        metrics={"mean_dice": 0.5},
    )
    write_card(folder, dataclasses.replace(card, **changes))
    return folder


@pytest.fixture(scope="session")
def write_series() -> Callable[..., list[Path]]:
    """Return a function that writes a CT series of single slices on a grid as DICOM, its files in no order, and returns them.

    ``tags`` are set in every slice; one that is None is left out.
    """
    return _write_series


def _write_series(folder: Path, geometry: Geometry, **tags: Any) -> list[Path]:
    import numpy as np
    import pydicom
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    folder.mkdir(parents=True, exist_ok=True)
    columns, rows, slices = geometry.size_ijk
    own = {name: generate_uid(prefix=None) for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")}
    numbers, paths = np.random.default_rng(slices).permutation(slices), []
    for k in range(slices):
        data = pydicom.Dataset()
        data.file_meta = pydicom.dataset.FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        values: dict[str, Any] = {
            **own,
            "SOPClassUID": CTImageStorage,
            "SOPInstanceUID": generate_uid(prefix=None),
            "PatientName": "Nobody^Known",
            "PatientID": "P-1",
            "PatientBirthDate": "19700131",
            "PatientSex": "F",
            "StudyDate": "20200102",
            "StudyTime": "030405",
            "StudyID": "S-1",
            "AccessionNumber": "A-1",
            "ReferringPhysicianName": "Doctor^Some",
            "Modality": "CT",
            "InstanceNumber": k + 1,
            "ImagePositionPatient": [f"{v:.10g}" for v in geometry.index_to_world((0, 0, k))],
            "ImageOrientationPatient": [f"{v:.12f}" for v in geometry.direction[:, :2].T.reshape(-1)],
            "PixelSpacing": [f"{geometry.spacing_mm[a]:.10g}" for a in (1, 0)],
            "SliceThickness": f"{geometry.spacing_mm[2]:.10g}",
            "Rows": rows,
            "Columns": columns,
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 0,
            "PixelData": np.full((rows, columns), k, "<u2").tobytes(),
        }
        for name, value in (values | tags).items():
            if value is not None:
                setattr(data, name, value)
        data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.file_meta.MediaStorageSOPInstanceUID = values["SOPInstanceUID"]
        paths.append(folder / f"{numbers[k]:03d}.dcm")
        data.save_as(paths[-1], enforce_file_format=True)
    return sorted(paths)
