"""The trainer under Qt's process class, so that its lines arrive in the window's event loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer

from gf_desktop.trainer_link import lower_priority, resume_process, suspend_process

__all__ = ["TrainerProcess"]

START_LIMIT_MS = 10_000
"""A program that the system has not started after this never will."""

CRASHED = -1
"""Exit code reported for a process that was killed or crashed."""


class TrainerProcess(QObject):
    """One run of the trainer; see :class:`gf_desktop.trainer_link.Transport`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._on_line: Callable[[bytes], None] = lambda _line: None
        self._on_exit: Callable[[int], None] = lambda _code: None
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finished)

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(
        self,
        argv: list[str],
        env: dict[str, str],
        *,
        log: Path,
        on_line: Callable[[bytes], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """Start the process with low priority; its standard error is appended to ``log``.

        Raises
        ------
        OSError
            When the system cannot start it.
        """
        self._on_line, self._on_exit = on_line, on_exit
        environment = QProcessEnvironment()
        for name, value in env.items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.setStandardErrorFile(str(log), QProcess.OpenModeFlag.Append)
        self._process.start(argv[0], argv[1:])
        # returns as soon as the system has made the process, which does not wait for Python in it
        if not self._process.waitForStarted(START_LIMIT_MS):
            raise OSError(0, self._process.errorString())
        lower_priority(int(self._process.processId()))

    def write(self, line: bytes) -> None:
        """Send a line; does nothing once the process is gone."""
        if self.running:
            self._process.write(line)

    def close_input(self) -> None:
        """Close the process's standard input once everything written has gone out."""
        if self.running:
            self._process.closeWriteChannel()

    def kill_after(self, seconds: float) -> None:
        """Kill the process if it still runs after so long."""
        QTimer.singleShot(round(seconds * 1000), self._process, self._kill)

    def wait(self) -> None:
        """Return at once: Qt's event loop delivers the lines."""

    @property
    def pid(self) -> int:
        """Number of the process; 0 while there is none."""
        return int(self._process.processId()) if self.running else 0

    def suspend(self) -> None:
        """Let the process stand still at once."""
        suspend_process(self.pid)

    def resume_process(self) -> None:
        """Let a suspended process run again."""
        resume_process(self.pid)

    def finish(self, seconds: float) -> None:
        """Let a process whose input is closed end by itself, at most so long, then kill it; for the end of the program."""
        # one that stands still does not see that its input has ended
        self.resume_process()
        self.close_input()
        if self.running and not self._process.waitForFinished(round(seconds * 1000)):
            self._process.kill()
            self._process.waitForFinished(START_LIMIT_MS)

    def _kill(self) -> None:
        if self.running:
            self._process.kill()

    def _read(self) -> None:
        while self._process.canReadLine():
            self._on_line(bytes(self._process.readLine().data()))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._on_exit(code if status == QProcess.ExitStatus.NormalExit else CRASHED)
