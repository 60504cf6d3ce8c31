"""What the command palette finds: a few letters against short names. Plain functions; know nothing of Qt.

A letter counts more at the beginning of a word, and after the letter before it. The letters of one word of the query lie in
this order in the name; the words may lie in any order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

__all__ = ["Findable", "Match", "match", "ranked"]

FIRST: Final = 9.0
"""A letter at the beginning of the name."""
WORD: Final = 7.0
"""A letter at the beginning of a later word."""
NEXT: Final = 6.0
"""A letter right after the letter before it."""
LOOSE: Final = 1.0
"""Any other letter."""
LEAST: Final = 4.0
"""Mean of the letters' values below which a word of the query only happens to lie in the name."""
ALSO: Final = 2.0
"""A letter that lies in the further words, not in the name."""
ALSO_LETTERS: Final = 3
"""Fewer letters are not looked for in the further words: they would find nearly everything."""
SHORTER: Final = 0.05
"""What each letter of the name costs: of two names that match alike, the shorter one is meant."""
RECENT: Final = 4.0
"""What it is worth to be the thing that was used last; less for what was used before it."""
CANNOT: Final = 8.0
"""What it costs not to be possible now."""


class Findable(Protocol):
    """What is searched."""

    @property
    def id(self) -> str:
        """Unique name."""
        ...

    @property
    def text(self) -> str:
        """What is seen."""
        ...

    @property
    def also(self) -> str:
        """Further words that find it."""
        ...

    @property
    def possible(self) -> bool:
        """Whether it can be asked for now."""
        ...

    @property
    def offered(self) -> bool:
        """Whether it is shown before anything was typed."""
        ...


@dataclass(frozen=True, slots=True)
class Match:
    """How well a query fits a name, and the places of the letters that it hit, ascending."""

    score: float
    places: tuple[int, ...] = ()


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Small letters without accents, one for each letter of the text."""
    return "".join(unicodedata.normalize("NFD", letter.lower())[:1] or letter for letter in text)


@lru_cache(maxsize=4096)
def _values(text: str) -> tuple[float, ...]:
    """Return what a hit on each letter of a plain text is worth by where it stands."""
    before = " " + text[:-1]
    return tuple(
        FIRST if n == 0 else WORD if letter.isalnum() and not last.isalnum() else LOOSE
        for n, (letter, last) in enumerate(zip(text, before, strict=True))
    )


def _has_in_order(word: str, text: str) -> bool:
    place = -1
    for letter in word:
        place = text.find(letter, place + 1)
        if place < 0:
            return False
    return True


def _match_word(word: str, text: str) -> Match | None:
    """Return the best way to lay a word's letters into a plain text, in their order."""
    if not _has_in_order(word, text):
        return None
    values = _values(text)
    # the best score of what was laid so far by the place of its last letter, with the places
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for letter in word:
        laid: dict[int, tuple[float, tuple[int, ...]]] = {}
        place = text.find(letter)
        while place >= 0:
            options = [
                (score + (max(NEXT, values[place]) if place == last + 1 else values[place]), (*places, place))
                for last, (score, places) in best.items()
                if last < place
            ]
            if options:
                laid[place] = max(options, key=lambda option: option[0])
            place = text.find(letter, place + 1)
        best = laid
        if not best:
            return None
    score, places = max(best.values(), key=lambda option: option[0])
    return Match(score, places) if score >= LEAST * len(word) else None


def match(query: str, text: str, also: str = "") -> Match | None:
    """Return how well a query fits a name; None where it does not.

    Parameters
    ----------
    also
        Further words; a word of the query that is the beginning of one of them counts as found, for less.
    """
    plain, further = _plain(text), " " + _plain(also)
    score, places = 0.0, set[int]()
    for word in _plain(query).split():
        found = _match_word(word, plain)
        if found is not None:
            score += found.score
            places |= set(found.places)
        elif len(word) >= ALSO_LETTERS and f" {word}" in further:
            score += ALSO * len(word)
        else:
            return None
    return Match(score - SHORTER * len(text), tuple(sorted(places)))


def ranked(query: str, things: Sequence[Findable], recent: Sequence[str] = ()) -> list[tuple[int, Match]]:
    """Return the things that fit, the best first, each as its place in ``things`` and its match.

    Without a query: what is offered then, used last first, then in its order, what cannot be asked for at the end.

    Parameters
    ----------
    recent
        Ids of what was used, the last one first.
    """
    used = {name: place for place, name in reversed(list(enumerate(recent)))}
    if not query.strip():
        shown = [n for n, thing in enumerate(things) if thing.offered or thing.id in used]
        shown.sort(key=lambda n: (not things[n].possible, used.get(things[n].id, len(used)), n))
        return [(n, Match(0.0)) for n in shown]
    found: list[tuple[float, int, Match]] = []
    for n, thing in enumerate(things):
        hit = match(query, thing.text, thing.also)
        if hit is not None:
            bonus = RECENT / (1 + used[thing.id]) if thing.id in used else 0.0
            found.append((hit.score + bonus - (0.0 if thing.possible else CANNOT), n, hit))
    found.sort(key=lambda item: (-item[0], item[1]))
    return [(n, hit) for _score, n, hit in found]
