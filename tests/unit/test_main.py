from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from gf_desktop.__main__ import main


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Replace the three parts of the program by ones that only tell what they were started with."""
    calls: list[tuple[str, object]] = []

    def stand_in(module: str, function: str, name: str) -> None:
        part = ModuleType(module)

        def note(argument: object) -> int:
            calls.append((name, argument))
            return 7

        setattr(part, function, note)
        monkeypatch.setitem(sys.modules, module, part)

    stand_in("gf_desktop.gui.app", "run", "window")
    stand_in("gf_desktop.cli", "main", "verb")
    stand_in("training.__main__", "main", "trainer")
    return calls


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        ([], ("window", None)),
        (["open"], ("window", None)),
        (["open", "trial"], ("window", Path("trial"))),
        (["open", "--help"], ("verb", ["open", "--help"])),
        (["list", "trial", "--json"], ("verb", ["list", "trial", "--json"])),
        (["--selftest"], ("verb", ["--selftest"])),
        (["train-worker"], ("trainer", ["worker"])),
        (["training", "make-pack", "--seed", "1"], ("trainer", ["make-pack", "--seed", "1"])),
    ],
)
def test_that_the_first_argument_chooses_the_part_that_starts(
    started: list[tuple[str, object]], arguments: list[str], call: tuple[str, object]
) -> None:
    assert main(arguments) == 7
    assert started == [call]


def test_that_the_folder_of_a_project_is_opened_without_a_verb(started: list[tuple[str, object]], tmp_path: Path) -> None:
    (tmp_path / "project.sqlite").touch()
    assert main([str(tmp_path)]) == 7
    (tmp_path / "other").mkdir()
    main([str(tmp_path / "other")])
    assert started == [("window", tmp_path), ("verb", [str(tmp_path / "other")])]


def test_that_the_arguments_of_the_process_are_the_default(started: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gf-desktop", "models", "trial"])
    assert main() == 7
    assert started == [("verb", ["models", "trial"])]


class _Missing:
    """A finder for which importing the window fails as it does where a library of the system is missing."""

    def __init__(self, message: str) -> None:
        self.message = message

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "gf_desktop.gui.app":
            raise ImportError(self.message)


def test_that_a_missing_system_library_is_one_line_and_exit_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "gf_desktop.gui.app", raising=False)
    monkeypatch.setattr(
        sys, "meta_path", [_Missing("libEGL.so.1: cannot open shared object file: No such file or directory"), *sys.meta_path]
    )
    assert main([]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "libEGL.so.1" in message
    assert "make setup" in message


def test_that_any_other_failed_import_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gf_desktop.gui.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Missing("No module named 'x'"), *sys.meta_path])
    with pytest.raises(ImportError, match="No module named"):
        main([])
