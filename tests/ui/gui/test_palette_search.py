"""What a few letters find, and in which order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.gui.palette_search import FIRST, LEAST, LOOSE, NEXT, SHORTER, WORD, match, ranked


@dataclass(frozen=True)
class Thing:
    id: str
    text: str
    also: str = ""
    possible: bool = True
    offered: bool = True


def things(*texts: str) -> list[Thing]:
    return [Thing(text, text) for text in texts]


def found(query: str, those: list[Thing], recent: tuple[str, ...] = ()) -> list[str]:
    return [those[n].id for n, _hit in ranked(query, those, recent)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("und", "Undo"),
        ("ns", "Next scan"),
        ("nsc", "Next scan"),
        ("aps", "Approve this slice"),
        ("aws", "Approve the whole scan"),
        ("scan next", "Next scan"),
        ("c014", "C-014 CT"),
        ("014", "C-014 CT"),
        ("liv", "liver"),
        ("REFINE", "Refine"),
        ("ubersicht", "Übersicht"),
    ],
)
def test_that_a_few_letters_find_what_is_meant_first(query: str, best: str) -> None:
    all_of_them = things(
        *("Undo", "Redo", "Next scan", "Approve this slice", "Approve the whole scan", "Refine", "Stop refining"),
        *("Slice up", "Slice down", "C-014 CT", "C-041 CT", "liver", "spleen", "Übersicht"),
    )
    assert found(query, all_of_them)[0] == best


def test_that_letters_that_only_happen_to_lie_in_a_name_find_nothing() -> None:
    assert match("liver", "Smaller tiles above the border") is None
    assert match("xyz", "Undo") is None
    assert match("odnu", "Undo") is None


def test_that_the_letters_hit_are_told() -> None:
    assert match("ns", "Next scan").places == (0, 5)
    assert match("scan ne", "Next scan").places == (0, 1, 5, 6, 7, 8)


def test_that_further_words_find_by_their_beginning_and_count_less_than_the_name() -> None:
    those = [Thing("paint", "Paint", "Draw the active structure"), Thing("draw", "Draw structure 1")]
    assert found("draw", those) == ["draw", "paint"]
    assert found("ctive", those) == []
    assert match("activ", "Paint", "Draw the active structure").places == ()


def test_that_what_cannot_be_asked_for_comes_after_what_can() -> None:
    those = [Thing("a", "Refine", possible=False), Thing("b", "Refine all")]
    assert found("refine", those) == ["b", "a"]
    assert found("", those) == ["b", "a"]


def test_that_without_a_query_what_was_used_last_stands_first() -> None:
    those = [*things("Undo", "Redo", "Paint"), Thing("preset", "Window preset 1", offered=False)]
    assert found("", those) == ["Undo", "Redo", "Paint"]
    assert found("  ", those, recent=("Paint", "gone", "Redo")) == ["Paint", "Redo", "Undo"]
    assert found("", those, recent=("preset",))[0] == "preset"
    assert found("window", those) == ["preset"]


def test_that_what_was_used_last_wins_among_equals() -> None:
    those = things("Slice up", "Slice down")
    assert found("slice", those)[0] == "Slice up"
    assert found("slice", those, recent=("Slice down",))[0] == "Slice down"


def _by_trying_all(word: str, text: str) -> float | None:
    """The best score of all ways to lay the letters of a word into a text in their order."""
    best = None
    for places in itertools.combinations(range(len(text)), len(word)):
        if all(text[place] == letter for place, letter in zip(places, word, strict=True)):
            score = 0.0
            for before, place in zip((-1, *places), places, strict=False):
                starts = place > 0 and text[place].isalnum() and not text[place - 1].isalnum()
                own = FIRST if place == 0 else WORD if starts else LOOSE
                score += max(own, NEXT) if place == before + 1 else own
            best = score if best is None else max(best, score)
    return best if best is not None and best >= LEAST * len(word) else None


@given(st.text("ab -", max_size=9), st.text("ab", min_size=1, max_size=4))
def test_that_the_best_way_to_lay_the_letters_is_found(text: str, word: str) -> None:
    hit, wanted = match(word, text), _by_trying_all(word, text)
    assert (hit is None) == (wanted is None)
    if hit is not None:
        assert hit.score == pytest.approx(wanted - SHORTER * len(text))
        assert "".join(text[place] for place in hit.places) == word


@given(st.text(max_size=30), st.text(max_size=8))
def test_that_no_text_makes_it_fail(text: str, query: str) -> None:
    hit = match(query, text)
    assert hit is None or all(0 <= place < len(text) for place in hit.places)
