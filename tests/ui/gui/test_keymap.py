"""Presets, own changes and conflicts of keys, as values; and that their notation is Qt's."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QKeySequence

from gf_desktop.gui.actions import ACTIONS, SPECS
from gf_desktop.gui.keymap import DEFAULT_PRESET, HELD_KEYS, HELD_ORDER, KEY_NAMES, PRESETS, Conflict, Keymap, tidy_key


@dataclass(frozen=True)
class Row:
    id: str
    keys: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


ROWS = (
    Row("cut", ("X", "Ctrl+X")),
    Row("swap", ("Y",), frozenset({"case"})),
    Row("begin", ("Ctrl+T",), frozenset({"idle"})),
    Row("stop", (), frozenset({"training"})),
)
BY_ID = {row.id: row for row in ROWS}

names = st.one_of(
    st.sampled_from(KEY_NAMES),
    st.characters(min_codepoint=33, max_codepoint=126),
    st.sampled_from("äöüéñ"),
)
keys = st.tuples(st.sets(st.sampled_from(HELD_ORDER)), names)


@given(keys, st.randoms())
def test_that_a_tidy_key_is_what_qt_writes_whatever_the_case_and_order(parts: tuple[set[str], str], random) -> None:
    held, name = parts
    untidy = [random.choice((word, word.lower(), word.upper())) for word in held]
    random.shuffle(untidy)
    text = "+".join([*untidy, random.choice((name, name.lower()))])
    tidy = tidy_key(text)
    assert QKeySequence(tidy).toString(QKeySequence.SequenceFormat.PortableText) == tidy
    assert QKeySequence(tidy).count() == 1
    assert tidy_key(tidy) == tidy
    assert set(tidy.removesuffix("+").split("+")[:-1]) >= held - {"+"} or name == "+"


@pytest.mark.parametrize("text", ["", " ", "Ctrl", "Ctrl+", "Hyper+X", "XY", "F36", "Ctrl+X, Ctrl+Y", "+Ctrl", "\n"])
def test_that_what_is_no_single_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        tidy_key(text)


def test_that_keys_of_the_table_and_of_every_preset_are_tidy_and_name_actions() -> None:
    for spec in ACTIONS:
        assert tuple(map(tidy_key, spec.keys)) == spec.keys
    for preset, changes in PRESETS.items():
        assert set(changes) <= set(SPECS), preset
        for given_keys in changes.values():
            assert tuple(map(tidy_key, given_keys)) == given_keys
            assert not set(given_keys) & set(HELD_KEYS)


@pytest.mark.parametrize("preset", PRESETS)
def test_that_no_preset_gives_a_key_twice_or_leaves_a_tool_without_one(preset: str) -> None:
    keymap = Keymap(preset)
    assert keymap.conflicts(ACTIONS) == ()
    assert keymap.settled(ACTIONS) == {spec.id: keymap.keys(spec) for spec in ACTIONS}
    for spec in ACTIONS:
        assert bool(keymap.keys(spec)) >= bool(spec.keys), spec.id


@pytest.mark.parametrize(
    ("preset", "action", "key"),
    [
        # ITK-SNAP's and ours, as conventions say
        *((DEFAULT_PRESET, action, key) for action, key in (("tool_paint", "P"), ("tool_erase", "E"), ("tool_cursor", "Esc"))),
        *((DEFAULT_PRESET, action, key) for action, key in (("overlay", "S"), ("opacity_less", "A"), ("opacity_more", "D"))),
        *((DEFAULT_PRESET, action, key) for action, key in (("brush_smaller", "["), ("slice_up", "PgUp"), ("fit", "Ctrl+F"))),
        *((DEFAULT_PRESET, action, key) for action, key in (("redo", "Ctrl+Y"), ("refine", "Ctrl+T"), ("window_3", "Num+3"))),
        # from 3D Slicer's user guide
        *(("3D Slicer", action, key) for action, key in (("undo", "Z"), ("redo", "Y"), ("slice_up", "F"), ("slice_down", "B"))),
        *(("3D Slicer", action, key) for action, key in (("fit", "R"), ("overlay", "G"), ("brush_larger", "+"), ("tool_cursor", "Esc"))),
        # from napari's table of default shortcuts
        *(("napari", action, key) for action, key in (("tool_erase", "1"), ("tool_paint", "2"), ("tool_cursor", "6"), ("overlay", "V"))),
        *(("napari", action, key) for action, key in (("fit", "Ctrl+R"), ("brush_larger", "]"), ("slice_up", "Right"))),
    ],
)
def test_that_a_preset_has_the_keys_of_its_program(preset: str, action: str, key: str) -> None:
    assert key in Keymap(preset).keys(SPECS[action])


def test_that_own_changes_lie_over_the_preset_and_can_be_taken_back_one_by_one() -> None:
    keymap = Keymap("napari").with_keys(SPECS["undo"], ("ctrl+u",)).with_keys(SPECS["fit"], ())
    assert keymap.keys(SPECS["undo"]) == ("Ctrl+U",)
    assert keymap.keys(SPECS["fit"]) == ()
    assert keymap.keys(SPECS["tool_paint"]) == ("2", "P")
    assert keymap.is_changed("undo")
    assert not keymap.is_changed("tool_paint")
    assert keymap.reset("undo").keys(SPECS["undo"]) == ("Ctrl+Z",)
    assert keymap.reset("undo").keys(SPECS["fit"]) == ()
    assert keymap.with_preset(DEFAULT_PRESET).keys(SPECS["tool_paint"]) == ("P",)
    assert keymap.with_preset(DEFAULT_PRESET).keys(SPECS["undo"]) == ("Ctrl+U",)


def test_that_going_back_to_the_presets_keys_is_no_change() -> None:
    changed = Keymap().with_keys(SPECS["undo"], ("Ctrl+U",))
    assert changed != Keymap()
    assert changed.with_keys(SPECS["undo"], ("Ctrl+Z",)) == Keymap()


def test_that_a_key_of_two_actions_is_found_unless_they_exclude_each_other() -> None:
    keymap = Keymap().with_keys(BY_ID["swap"], ("X",)).with_keys(BY_ID["stop"], ("Ctrl+T",))
    assert keymap.conflicts(ROWS) == (Conflict("X", "cut", "swap"),)
    assert keymap.holders("X", BY_ID["swap"], ROWS) == ("cut",)
    assert keymap.holders("Ctrl+T", BY_ID["stop"], ROWS) == ()
    assert keymap.holders("Ctrl+T", BY_ID["swap"], ROWS) == ("begin", "stop")


def test_that_a_key_given_twice_goes_to_the_own_change_and_else_to_the_first_row() -> None:
    assert Keymap().with_keys(BY_ID["swap"], ("X",)).settled(ROWS)["cut"] == ("Ctrl+X",)
    both = Keymap().with_keys(BY_ID["swap"], ("Q",)).with_keys(BY_ID["cut"], ("Q",))
    assert both.settled(ROWS) == {"cut": ("Q",), "swap": (), "begin": ("Ctrl+T",), "stop": ()}


def test_that_taking_a_key_leaves_the_others_their_other_keys() -> None:
    keymap = Keymap().taking("x", BY_ID["swap"], ROWS).with_keys(BY_ID["swap"], ("X",))
    assert keymap.keys(BY_ID["cut"]) == ("Ctrl+X",)
    assert keymap.keys(BY_ID["swap"]) == ("X",)
    assert keymap.conflicts(ROWS) == ()


@pytest.mark.parametrize("key", HELD_KEYS)
def test_that_keys_that_are_held_for_the_mouse_or_move_the_focus_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be given to an action"):
        Keymap(changes=(("undo", (key,)),))


def test_that_a_preset_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no preset"):
        Keymap("Emacs")


key_texts = keys.map(lambda parts: "+".join([*parts[0], parts[1]])).filter(lambda key: tidy_key(key) not in HELD_KEYS)
own = st.dictionaries(st.sampled_from(list(SPECS)), st.lists(key_texts, max_size=3).map(tuple))
keymaps = st.builds(Keymap, st.sampled_from(list(PRESETS)), own.map(lambda changes: tuple(changes.items())))


@given(keymaps)
def test_that_every_keymap_is_the_same_after_json(keymap: Keymap) -> None:
    document = json.loads(json.dumps(keymap.as_document()))
    again, told = Keymap.of_document(document["preset"], document["changes"], known=SPECS)
    assert again == keymap
    assert told == ()


@given(keymaps)
def test_that_settled_keys_are_never_given_twice_and_only_taken_from_what_was_given(keymap: Keymap) -> None:
    settled = keymap.settled(ACTIONS)
    rows = tuple(Row(spec.id, settled[spec.id], spec.needs) for spec in ACTIONS)
    as_they_are = Keymap(changes=tuple((row.id, row.keys) for row in rows))
    assert as_they_are.conflicts(rows) == ()
    for spec in ACTIONS:
        assert set(settled[spec.id]) <= set(keymap.keys(spec))
    assert {key for held in settled.values() for key in held} == {key for spec in ACTIONS for key in keymap.keys(spec)}


def test_that_what_another_version_wrote_is_left_out_and_told() -> None:
    changes = {"undo": ["Ctrl+U", "nonsense"], "teleport": ["T"], "redo": ["W"], "fit": []}
    keymap, told = Keymap.of_document("Emacs", changes, known=SPECS)
    assert keymap == Keymap(changes=(("fit", ()), ("undo", ("Ctrl+U",))))
    assert len(told) == 4
    for word in ("Emacs", "nonsense", "teleport", "'W'"):
        assert [part for part in told if word in part], word


def test_that_keymaps_differ_by_preset_and_by_each_change() -> None:
    assert len({Keymap(), Keymap("napari"), Keymap(changes=(("undo", ("U",)),)), Keymap(changes=(("redo", ("U",)),))}) == 4
