"""The user guide: its sheet of keys is the table's, what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gf_desktop.errors import FileFormatError
from gf_desktop.gui import guide_sheet
from gf_desktop.gui.actions import ACTIONS, GESTURES, SPECS
from gf_desktop.gui.guide_sheet import BEGIN, END, main, with_sheet
from gf_desktop.gui.keymap import PRESETS
from gf_desktop.imaging.volume import WINDOW_PRESETS

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "user-guide.md"
TEXT = GUIDE.read_text(encoding="utf-8")
# a name may run over the end of a line
PROSE = re.sub(r"(?<=\S)\n +(?=\S)|(?<=[^|\n])\n(?=[^|#\n -])", " ", TEXT.partition(BEGIN)[0])
SHEET = TEXT.partition(BEGIN)[2].partition(END)[0]
NOT_OF_ACTIONS = {"Shift", "Ctrl", "Space", "W", "Home", "0", "Num", "–", "gf-desktop"}
"""What stands in the guide's code type besides keys of actions: held keys, a key of the surfaces, the keypad's 0, a command."""


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def test_that_the_sheet_in_the_guide_is_the_table_s() -> None:
    assert with_sheet(TEXT, where=GUIDE.name) == TEXT, "run `make guide`"


def test_that_the_sheet_names_every_action_gesture_window_and_preset() -> None:
    lines = SHEET.splitlines()
    for spec in ACTIONS:
        assert any(cells(line)[-1] == (spec.family or spec.text.rstrip("…")) for line in lines if line.startswith("|")), spec.id
    assert [gesture.hand for gesture in GESTURES if f"| {gesture.hand} | {gesture.effect} |" not in lines] == []
    for modality, windows in WINDOW_PRESETS.items():
        for number, (name, window) in enumerate(windows.items(), start=1):
            assert f"| {modality} | `Num+{number}` | {name} | {window.level:g} | {window.width:g} |" in lines
    for preset, differing in PRESETS.items():
        for action, keys in differing.items():
            spec = SPECS[action]
            (row,) = [cells(line) for line in lines if line.count("|") == 5 and cells(line)[0] == (spec.family or spec.text.rstrip("…"))]
            column = set(re.split(", | – ", row[1 + list(PRESETS).index(preset)]))
            assert column & {f"`{key}`" for key in keys} or spec.family, action
            assert spec.family or column <= {f"`{key}`" for key in keys}, action
    assert "| Structure to draw with | `1` – `9` | `Alt+1` – `Alt+9` | `Alt+1` – `Alt+9` |" in lines


def test_that_every_picture_in_the_guide_is_there_and_says_what_it_shows() -> None:
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", TEXT)
    assert len(pictures) >= 10
    for words, place in pictures:
        assert len(words.split()) > 1, place
        assert not QImage(str(GUIDE.parent / place)).isNull(), place


def test_that_every_link_in_the_guide_leads_somewhere() -> None:
    headings = {slug(line.lstrip("# ")) for line in TEXT.splitlines() if line.startswith("#")}
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)]*)\)", TEXT)
    assert len(links) > 10
    for link in links:
        assert "://" not in link, "the guide is read without a network"
        assert link[1:] in headings if link.startswith("#") else (GUIDE.parent / link).is_file(), link


def test_that_the_prose_names_only_keys_that_there_are() -> None:
    known = {key for spec in ACTIONS for key in spec.keys} | NOT_OF_ACTIONS
    assert sorted(set(re.findall(r"`([^`]+)`", PROSE)) - known) == []


def test_that_the_prose_gives_tools_and_named_actions_their_own_keys() -> None:
    by_text = {spec.text.rstrip("…"): spec for spec in ACTIONS}
    rows = re.findall(r"^\| ([^|]+?) \| `([^`]+)` \|", PROSE, re.MULTILINE)
    asides = re.findall(r"\*{1,2}([^*]+?)…?\*{1,2} \(`([^`]+)`\)", PROSE)
    told = [(name, key) for name, key in rows + asides if name in by_text]
    assert len(told) > 12
    assert [(name, key) for name, key in told if key not in by_text[name].keys] == []


def test_that_actions_named_in_the_prose_are_in_the_table() -> None:
    texts = {spec.text for spec in ACTIONS}
    named = set(re.findall(r"\*\*([^*]+…)\*\*", PROSE))
    assert len(named) > 8
    assert named - texts == set()


def test_that_the_guide_says_what_the_program_is_for() -> None:
    assert "Research use; not a medical device" in TEXT


def test_that_the_command_writes_only_between_the_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text(f"before\n{BEGIN}\nan older sheet\n{END}\nafter\n", encoding="utf-8")
    assert main(["--write", str(guide)]) == 0
    made = guide.read_text(encoding="utf-8")
    assert made.startswith(f"before\n{BEGIN}\n")
    assert made.endswith(f"{END}\nafter\n")
    assert "an older sheet" not in made
    assert "| `P` | Paint |" in made
    assert main(["--write", str(guide)]) == 0
    assert "is as it was" in capsys.readouterr().out
    assert main([]) == 0
    assert capsys.readouterr().out.strip() == made.partition(BEGIN)[2].partition(END)[0].strip()


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_that_a_guide_without_marks_is_refused_and_stays(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"guide\.md"):
        with_sheet(text, where=guide.name)
    assert main(["--write", str(guide)]) == 1
    assert guide.read_text(encoding="utf-8") == text
    assert "no place for the sheet" in capsys.readouterr().err


def test_that_a_guide_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write", str(tmp_path / "none.md")]) == 1
    assert "There is no such file" in capsys.readouterr().err


def test_that_another_table_makes_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide_sheet, "WINDOW_PRESETS", {})
    assert with_sheet(TEXT, where=GUIDE.name) != TEXT
