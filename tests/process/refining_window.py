"""A window without a screen that refines a project until the round is judged; run as a program that can be killed.

``python refining_window.py PROJECT``. A round that an earlier life of it left goes on by itself. Prints "refining" when a round runs,
and "judged CANDIDATE" at the end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from gf_desktop.gui.app import Composition, compose, make_application

RECIPE: dict[str, float | int | str | bool] = {
    "batch": 4, "crop_px": 64, "max_steps": 60, "teacher_steps": 30, "measure_every": 7, "state_every_s": 0.2,
}  # fmt: skip
LIMIT_MS = 240_000


def say(words: str) -> None:
    """Tell whoever started this program."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def begin(made: Composition, loop: QEventLoop) -> None:
    """Start the round that nobody has judged yet, unless it goes on by itself."""
    session = made.session
    judged = [record.id for record in session.models() if record.state in ("active", "retired", "rejected")]
    if len(judged) > 1:
        say(f"judged {judged[-1]}")
        # the application's own loop does not run, and its quit would do nothing
        loop.quit()
    elif not session.refining:
        session.refine(minutes=5, seed=1, threads=1, recipe=RECIPE)
    say("refining")


def main(project: Path) -> int:
    """Refine until the end; 1 where something went wrong."""
    _app = make_application()
    made = compose()
    wrong: list[object] = []
    loop = QEventLoop()
    made.session.trouble.connect(lambda error: (wrong.append(error), loop.quit()))
    made.session.broke.connect(lambda error: (wrong.append(error), loop.quit()))
    made.session.round_finished.connect(lambda report: (say(f"judged {report.candidate_id}"), loop.quit()))
    made.window.show()
    made.session.open_project(project)
    QTimer.singleShot(200, lambda: begin(made, loop))
    QTimer.singleShot(LIMIT_MS, loop.quit)
    loop.exec()
    made.window.close()
    made.close()
    for error in wrong:
        sys.stderr.write(f"{error}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
