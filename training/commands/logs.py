"""Logs that TensorBoard reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

__all__ = ["EventLogs"]

HOW = "Logs for TensorBoard are not written, because it is not installed: pip install 'graph-flow-desktop[research]'."


class EventLogs(AbstractContextManager["EventLogs"]):
    """Writes numbers into a folder of events, or nothing where the package ``tensorboard`` is missing.

    Parameters
    ----------
    folder
        Of the events; None to write nothing and say nothing.
    begin
        Step from which this part of the run goes on; what an earlier part wrote beyond it is hidden.
    tell
        Is told once where the package is missing.
    """

    def __init__(self, folder: Path | None, *, begin: int, tell: Callable[[str], object]) -> None:
        self._writer: SummaryWriter | None = None
        if folder is None:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            tell(HOW)
            return
        self._writer = SummaryWriter(str(folder), purge_step=begin + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, group: str, values: dict[str, float], step: int) -> None:
        """Write numbers under ``group/name``."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)
