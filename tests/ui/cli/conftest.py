"""What tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gf_desktop.cli.main import main


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a verb with --json and return its document; ``code`` is the exit code that is expected."""

    def call(*words: object, code: int = 0) -> Any:
        capfd.readouterr()
        assert main([*map(str, words), "--json"]) == code
        out, _err = capfd.readouterr()
        assert out.count("\n") == 1, "one JSON document on standard output and nothing else"
        return json.loads(out)

    return call


@pytest.fixture
def project(run: Callable[..., Any], tmp_path: Path, threshold_pack: Path) -> Path:
    run("new", tmp_path / "trial", "--model", threshold_pack)
    return tmp_path / "trial"


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    path = tmp_path / "map.json"
    path.write_text('{"5": "soft", "32": "hard", "33": "hard"}', encoding="utf-8")
    return path
