"""The window in a process of its own: what it loads, and that Qt's signals bear the load of long work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TO_FIRST_PAINT = """
import os, sys
from gf_desktop.__main__ import main
from gf_desktop.gui import app

def tell():
    sys.stdout.write(" ".join(sorted(set(sys.modules) & {heavy!r})) + " painted")
    sys.stdout.flush()
    os._exit(0)

app._load_the_rest = lambda made: None  # it begins at the first paint, on a thread
run = app.run
app.run = lambda path: run(path, when_painted=tell)
main([])
"""

OPENED = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gf_desktop.gui import app

def look():
    if {{"SimpleITK", "onnxruntime"}} <= set(sys.modules):
        sys.stdout.write(" ".join(sorted(set(sys.modules) & {heavy!r})) + " loaded")
        sys.stdout.flush()
        os._exit(0)
    QTimer.singleShot(50, look)

app.run(when_painted=look)
"""

MANY_SIGNALS = """
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

class Source(QObject):
    moved = Signal(bool, int, object, str)

app = QCoreApplication([])
source = Source()
heard = [0, 0]

def at_once(flag, number, thing, text):
    heard[0] += flag is (number % 2 == 0) and thing["n"] == number and text == str(number)

def later(flag, number, thing, text):
    heard[1] += 1
    if heard[1] == 50_000:
        app.quit()

source.moved.connect(at_once)
source.moved.connect(later, Qt.ConnectionType.QueuedConnection)
for number in range(50_000):
    source.moved.emit(number % 2 == 0, number, {"n": number}, str(number))
app.exec()
print(*heard)
"""

CORE_SIGNALS = """
from gf_desktop.imaging.edits import Box
from psygnal import Signal

class Source:
    changed = Signal(Box)

source = Source()
heard = []
source.changed.connect(heard.append)
box = Box((0, 0, 0), (1, 2, 3))
for _ in range(50_000):
    source.changed.emit(box)
print(len(heard))
"""


def _run(program: str) -> str:
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_that_the_window_is_painted_before_anything_slow_is_loaded() -> None:
    heavy = {"torch", "onnx", "SimpleITK", "onnxruntime", "pydicom", "nibabel", "scipy", "PIL", "rich", "pyqtgraph"}
    assert _run(TO_FIRST_PAINT.format(heavy=heavy)) == "painted"


def test_that_the_process_of_the_window_never_imports_torch() -> None:
    assert _run(OPENED.format(heavy={"torch", "onnx", "training"})) == "loaded"


def test_that_fifty_thousand_qt_signals_of_every_kind_arrive() -> None:
    assert _run(MANY_SIGNALS) == "50000 50000"


def test_that_fifty_thousand_signals_of_the_core_arrive() -> None:
    assert _run(CORE_SIGNALS) == "50000"
