"""What the command line prints: one JSON document, or tables and progress for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from gf_desktop.errors import UserError

__all__ = ["Output"]


class Output:
    """Prints either for people or for programs.

    Parameters
    ----------
    as_json
        One JSON document on standard output and nothing else there.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._console = Console(highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def document(self, document: dict[str, Any]) -> None:
        """Print the verb's answer for programs; nothing for people."""
        if self.as_json:
            sys.stdout.write(json.dumps(document, default=_plain, allow_nan=False, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def say(self, text: str) -> None:
        """Print a line for people; nothing for programs."""
        if not self.as_json:
            self._console.print(text, markup=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
        """Print a table for people; nothing for programs. Columns of numbers are set to the right."""
        if self.as_json:
            return
        table = Table(title=title or None, title_justify="left")
        for index, name in enumerate(columns):
            numeric = bool(rows) and all(_is_number(row[index]) for row in rows)
            table.add_column(name, justify="right" if numeric else "left")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def error(self, error: UserError) -> None:
        """Print what the user can act on, on one line."""
        if self.as_json:
            self.document(error.as_json())
        self._errors.print(str(error).replace("\n", " "), markup=False, style="red")

    def warn(self, text: str) -> None:
        """Print what the user has to know, on standard error."""
        self._errors.print(text, markup=False, style="yellow")

    def bug(self, text: str) -> None:
        """Print that the fault is ours, with what to report."""
        if self.as_json:
            self.document(
                {"error": {"what": "The program has a fault", "where": text.splitlines()[-1], "next": "Report it with this text."}}
            )
        self._errors.print(f"The program has a fault; please report it with this text:\n{text}", markup=False)

    @contextmanager
    def progress(self, text: str) -> Iterator[ProgressLine]:
        """Show a progress bar on standard error while a block runs, where people are watching."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=self._errors,
            transient=True,
            disable=self.as_json or not self._errors.is_terminal,
        )
        with bar:
            yield ProgressLine(bar, bar.add_task(text, total=1.0))


class ProgressLine:
    """One running progress bar."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def show(self, fraction: float, text: str) -> None:
        """Set how much is done (0 to 1) and what is going on."""
        self._bar.update(self._task, completed=fraction, description=text)


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value)} is not JSON")


def _is_number(text: str) -> bool:
    try:
        float(text.rstrip(" %"))
    except ValueError:
        return text in ("", "–")
    return True
