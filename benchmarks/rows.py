"""One row of a benchmark: ours beside a peer, measured in the same run, and a goal."""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

__all__ = ["Row", "add_common_options", "machine", "quantile", "report"]

READABLE_WIDTH = 120
"""Columns of a table where the output is no terminal."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside the peer's.

    Attributes
    ----------
    name
        What was measured, with its unit.
    ours, peer
        The figures; smaller is better.
    ratio
        ``peer / ours``.
    goal
        The ratio that is asked for, or None where the row is for information.
    met
        Whether the ratio reaches the goal.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    goal: float | None
    met: bool

    @classmethod
    def of(cls, name: str, *, ours: float, peer: float, goal: float | None = None) -> Row:
        """Return the row of two figures."""
        ratio = peer / ours
        return cls(name, round(ours, 5), round(peer, 5), round(ratio, 3), goal, goal is None or ratio >= goal)


def quantile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the measurements lie."""
    return float(np.quantile(values, share))


def machine() -> dict[str, Any]:
    """Return what the figures depend on: system, Python, cores and how busy the machine was."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": psutil.cpu_count(),
        "load_1min": round(psutil.getloadavg()[0], 2),
    }


def add_common_options(parser: argparse.ArgumentParser, *, repeats: int) -> None:
    """Add ``--json`` and ``--repeats``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--repeats", type=int, default=repeats, help=f"measurements of each, interleaved (default {repeats})")


def report(rows: list[Row], *, title: str, as_json: bool, facts: dict[str, Any]) -> int:
    """Print the rows; return 0 when every goal is met, else 1."""
    if as_json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "facts": facts}, indent=2))
    else:
        table = Table(title=title)
        for heading in ("measured", "ours", "peer", "ratio", "goal", "met"):
            table.add_column(heading, justify="left" if heading == "measured" else "right")
        for row in rows:
            goal = "" if row.goal is None else f">= {row.goal:g}"
            met = "" if row.goal is None else ("yes" if row.met else "NO")
            table.add_row(row.name, f"{row.ours:.3f}", f"{row.peer:.3f}", f"{row.ratio:.2f}", goal, met)
        console = Console()
        console.width = max(console.width, READABLE_WIDTH)
        console.print(table)
        console.print(", ".join(f"{name}: {value}" for name, value in facts.items()))
    return 0 if all(row.met for row in rows) else 1
