"""From the command to the first painted window, beside napari.

Every measurement is a new process with an empty home folder; ours and napari's take turns. Both draw into the same X server, one of our
own (Xvfb) where there is no screen. ``--drop-caches`` (root on Linux) also empties the system's file cache before each start, as after
switching on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rows import Row, add_common_options, machine, quantile, report

GOAL = 3.0
"""Our window is to be painted at least this many times sooner."""

LIMIT_S = 180
ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Give the variables under which Qt finds a screen: the present one, an Xvfb for as long as needed, or memory."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux":
        yield {}
    elif (program := shutil.which("Xvfb")) is not None:
        read, write = os.pipe()
        arguments = [program, "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
        server = subprocess.Popen(arguments, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                yield {"DISPLAY": f":{answer.readline().strip()}", "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()
            server.wait()
    else:
        yield {"QT_QPA_PLATFORM": "offscreen"}


def time_start(python: str, program: str, variables: dict[str, str], *, drop_caches: bool) -> float:
    """Return the seconds from starting a process to its first painted window."""
    with tempfile.TemporaryDirectory() as home:
        folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), home)
        environment = os.environ | variables | folders | {"XDG_RUNTIME_DIR": home}
        if drop_caches:
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
        begin = time.monotonic()
        answer = subprocess.run(
            [python, str(ROOT / "benchmarks" / "first_paint.py"), program],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    for line in answer.stdout.splitlines():
        if line.startswith("painted "):
            return float(line.split()[1]) - begin
    raise SystemExit(f"{program} did not paint a window (exit status {answer.returncode}):\n{answer.stderr[-2000:]}")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_common_options(parser, repeats=10)
    parser.add_argument("--peer-python", default=str(ROOT / ".venv-bench" / "bin" / "python"), help="a Python that has napari")
    parser.add_argument("--drop-caches", action="store_true", help="empty the system's file cache before each start")
    options = parser.parse_args()
    ours: list[float] = []
    peer: list[float] = []
    with screen() as variables:
        # the first start of each writes byte code and font caches, which later ones find
        for turn in range(options.repeats + 1):
            for values, python, program in ((ours, sys.executable, "ours"), (peer, options.peer_python, "napari")):
                seconds = time_start(python, program, variables, drop_caches=options.drop_caches)
                if turn:
                    values.append(seconds)
    label = "files not cached" if options.drop_caches else "new process"
    rows = [
        Row.of(f"first painted window, {label}, median s", ours=quantile(ours, 0.5), peer=quantile(peer, 0.5), goal=GOAL),
        Row.of(f"first painted window, {label}, p95 s", ours=quantile(ours, 0.95), peer=quantile(peer, 0.95), goal=GOAL),
    ]
    version = "import importlib.metadata as m; print(m.version('napari'))"
    facts = machine() | {
        "peer": "napari " + subprocess.run([options.peer_python, "-c", version], capture_output=True, text=True, check=True).stdout.strip(),
        "screen": variables.get("QT_QPA_PLATFORM", "as it is"),
        "measurements": options.repeats,
    }
    return report(rows, title="Start: ours beside napari", as_json=options.json, facts=facts)


if __name__ == "__main__":
    sys.exit(main())
