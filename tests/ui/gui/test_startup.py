"""What is loaded when, and that the program lives: measured in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

HEAVY = (
    "SimpleITK",
    "onnxruntime",
    "scipy",
    "matplotlib",
    "pyqtgraph",
    "torch",
    "qtawesome",
    "rich",
    "nibabel",
    "pydicom",
    "PIL",
    "OpenGL",
)
"""None of these is needed to paint the start page."""

PAINT = """
import json, os, sys
from gf_desktop.gui import app
heavy = {heavy!r}
def painted():
    print(json.dumps([name for name in heavy if name in sys.modules]))
    sys.stdout.flush()
    from PySide6.QtWidgets import QApplication
    QApplication.instance().quit()
sys.exit(app.run(when_painted=painted))
"""

LIVE = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from gf_desktop.gui import app
app.make_application()
def turn():
    # QTest.qWait would keep Python's lock, and no thread would get on
    loop = QEventLoop()
    QTimer.singleShot(20, loop.quit)
    loop.exec()
made = app.compose()
made.window.show()
made.window.commands.show_project(Path({folder!r}))
end = time.monotonic() + 100
while (made.session.open is None or made.session.open.confidence is None) and time.monotonic() < end:
    turn()
made.window.show_panel("refine")
turn()
predicted = bool(made.session.open.confidence.any())
made.window.close()
made.close()
print(json.dumps({{"predicted": predicted, "modules": sorted(name.partition(".")[0] for name in sys.modules)}}))
"""

GOES_ON = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gf_desktop.gui import app
LIBRARIES = {{"SimpleITK", "pydicom"}}
seen = []
def look(made):
    if not seen and "onnxruntime" in sys.modules and made.session.open is not None and not made.jobs.busy:
        seen.append(sorted(LIBRARIES & set(sys.modules)))
        made.window.commands._ask.scan_files = lambda: []
        made.window.actions_by_id["import_files"].trigger()
    if seen and LIBRARIES <= set(sys.modules) and not made.jobs.busy:
        print(json.dumps(seen))
        made.window.close()
        return
    QTimer.singleShot(20, lambda: look(made))
sys.exit(app.run(Path({folder!r}), when_composed=look))
"""


def in_a_process(script: str, home: Path) -> object:
    env = dict(os.environ) | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, env=env, cwd=root, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_that_the_start_page_is_painted_before_anything_heavy_is_loaded(own_home: Path) -> None:
    assert in_a_process(PAINT.format(heavy=HEAVY), own_home) == []


def test_that_pyside6_does_not_keep_the_source_of_every_module(own_home: Path) -> None:
    code = "import json, linecache; from gf_desktop.gui import app; app.load_the_rest(); print(json.dumps(sorted(linecache.cache)))"
    assert len(in_a_process(code, own_home)) < 20


def test_that_the_window_never_imports_torch_even_with_a_predicted_scan(own_home: Path, project_folder: Path) -> None:
    seen = in_a_process(LIVE.format(folder=str(project_folder)), own_home)
    assert seen["predicted"]
    assert "onnxruntime" in seen["modules"]
    assert not {"torch", "training", "matplotlib", "PyQt5", "PyQt6"} & set(seen["modules"])


def test_that_a_project_with_scans_is_gone_on_with_without_what_reads_scans_until_others_are_added(
    own_home: Path, project_folder: Path
) -> None:
    assert in_a_process(GOES_ON.format(folder=str(project_folder)), own_home) == [[]]


class Bell(QObject):
    rung = Signal(bool, int, str, object)


@pytest.mark.parametrize("payload", [None, {"a": 1}, True])
def test_that_fifty_thousand_emissions_survive(qapp, payload: object) -> None:
    heard = 0

    def hear(_flag: bool, _number: int, _text: str, thing: object) -> None:
        nonlocal heard
        heard += thing == payload

    bell = Bell()
    bell.rung.connect(hear)
    for number in range(50_000):
        bell.rung.emit(number % 2 == 0, number, "text", payload)
    assert heard == 50_000
