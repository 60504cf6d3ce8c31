"""Settings that are there again, and files that are damaged, old or new."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.gui.settings_store import (
    FORMAT,
    ExportChoice,
    KeyChoice,
    RefineChoice,
    Settings,
    SettingsFile,
    WindowChoice,
    WindowPlace,
    read_settings,
    settings_path,
)

OWN = Settings(
    theme="light",
    language="de",
    keymap=KeyChoice("napari", {"undo": ("Ctrl+U",), "fit": ()}),
    window=WindowPlace(-20, 40, 1200, 800, maximised=True),
    layout="single",
    smooth=False,
    splitter_sizes=(200, 800, 300),
    panel="refine",
    windows={"CT": WindowChoice(40.0, 400.0)},
    last_project="/data/trial",
    recent_projects=("/data/trial",),
    export=ExportChoice(scope="marked", format="stl", orientation="ras", resume=False),
    export_folders={"/data/trial": "/data/out"},
    refine=RefineChoice(10.0, 2, only_plugged=True),
    recent_actions=("undo",),
    tour_done=True,
    tour_step=4,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there" / "settings.json"


def test_that_settings_are_there_again_and_can_be_read_by_a_person(path: Path) -> None:
    SettingsFile(path).change(OWN)
    again = SettingsFile(path)
    assert again.now == OWN
    assert again.told == ()
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["theme"] == "light"
    assert document["format"] == FORMAT
    assert "\n" in path.read_text(encoding="utf-8").strip()
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("field", [field.name for field in msgspec.structs.fields(Settings) if field.name != "format"])
def test_that_each_field_is_kept(path: Path, field: str) -> None:
    changed = msgspec.structs.replace(Settings(), **{field: getattr(OWN, field)})
    assert changed != Settings()
    SettingsFile(path).change(changed)
    assert SettingsFile(path).now == changed


def test_that_a_first_start_has_the_usual_settings_and_writes_nothing(path: Path) -> None:
    file = SettingsFile(path)
    assert file.now == Settings()
    assert file.told == ()
    assert not path.exists()


def test_that_without_a_path_changes_are_used_and_nothing_is_kept(tmp_path: Path) -> None:
    file = SettingsFile()
    file.change(OWN)
    assert file.now == OWN
    assert not file.is_kept
    assert list(tmp_path.iterdir()) == []


def test_that_what_did_not_change_is_not_written_again(path: Path) -> None:
    file = SettingsFile(path)
    file.change(OWN)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    file.change(OWN)
    SettingsFile(path).change(OWN)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"theme": "dark"', b"PK\x03\x04"])
def test_that_a_damaged_file_is_set_aside_and_told_once(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    file = SettingsFile(path)
    assert file.now == Settings()
    (told,) = file.told
    assert "settings.json.damaged" in told.text.format(**told.values)
    assert path.with_name("settings.json.damaged").read_bytes() == text
    assert SettingsFile(path).told == ()
    file.change(OWN)
    assert SettingsFile(path).now == OWN


def test_that_one_bad_field_leaves_the_others(path: Path) -> None:
    SettingsFile(path).change(OWN)
    document = json.loads(path.read_text(encoding="utf-8"))
    document |= {"theme": "purple", "splitter_sizes": [1, -5], "from_the_future": {"a": 1}}
    path.write_text(json.dumps(document), encoding="utf-8")
    file = SettingsFile(path)
    assert file.now == msgspec.structs.replace(OWN, theme="dark", splitter_sizes=())
    (told,) = file.told
    assert told.values["fields"] == "theme, splitter_sizes"
    file.change(file.now)
    assert SettingsFile(path).told == ()


def test_that_a_file_of_a_newer_version_is_used_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir(parents=True)
    text = json.dumps({"format": FORMAT + 1, "theme": "light", "new_thing": True})
    path.write_text(text, encoding="utf-8")
    file = SettingsFile(path)
    assert file.now.theme == "light"
    assert "newer version" in file.told[0].text
    file.change(OWN)
    assert path.read_text(encoding="utf-8") == text


def test_that_a_failed_write_leaves_the_old_file_and_says_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SettingsFile(path)
    file.change(OWN)
    before = path.read_bytes()

    def full(_path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="disk is full"):
        file.change(Settings())
    assert file.now == Settings()
    monkeypatch.undo()
    assert path.read_bytes() == before
    file.change(Settings())
    assert SettingsFile(path).now == Settings()


def test_that_a_folder_that_cannot_be_made_is_told_as_trouble(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_named: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(UserError, match="no permission"):
        SettingsFile(path).change(OWN)


def test_that_a_file_that_may_not_be_read_is_told_and_not_touched(path: Path) -> None:
    path.mkdir(parents=True)
    file = SettingsFile(path)
    assert file.now == Settings()
    assert "cannot be read" in file.told[0].text
    file.change(OWN)
    assert path.is_dir()


def test_that_the_last_ten_projects_are_remembered_once_each() -> None:
    settings = Settings()
    for number in [*range(12), 5]:
        settings = settings.after_project(Path(f"/data/{number}"))
    assert [Path(folder).name for folder in settings.recent_projects] == ["5", "11", "10", "9", "8", "7", "6", "4", "3", "2"]


def test_that_nothing_but_project_folders_could_name_a_patient() -> None:
    texts = {name for name, value in msgspec.to_builtins(OWN).items() if isinstance(value, (str, list, tuple)) and name != "splitter_sizes"}
    assert texts == {"theme", "language", "layout", "panel", "last_project", "recent_projects", "recent_actions"}


def test_that_the_file_lies_in_the_folder_for_settings_or_where_the_variable_says(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_home in settings_path().parents, "tests never touch the settings of whoever runs them"
    monkeypatch.setenv("GF_DESKTOP_SETTINGS", str(own_home / "stick"))
    assert settings_path() == own_home / "stick" / "settings.json"
    monkeypatch.delenv("GF_DESKTOP_SETTINGS")
    import appdirs

    assert settings_path().parent == Path(appdirs.user_config_dir("graph-flow-desktop", appauthor=False))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(Settings.__struct_fields__), inner, max_size=4),
    max_leaves=8,
)


@given(st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))
def test_that_no_text_makes_reading_fail_in_another_way(text: bytes) -> None:
    try:
        settings, _bad = read_settings(text)
    except FileFormatError:
        return
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings


def test_that_the_folders_of_the_last_ten_projects_are_kept() -> None:
    settings = Settings()
    for n in range(12):
        settings = settings.after_export(Path(f"/p/{n}"), ExportChoice(), Path(f"/out/{n}"))
    settings = settings.after_export(Path("/p/3"), ExportChoice(format="csv"), Path("/elsewhere"))
    assert settings.export.format == "csv"
    assert list(settings.export_folders.items()) == [
        *((str(Path(f"/p/{n}")), str(Path(f"/out/{n}"))) for n in (2, *range(4, 12))),
        (str(Path("/p/3")), str(Path("/elsewhere"))),
    ]
