"""Sentences that the program behind the window made, found again by their templates and said in the person's language.

The core knows no language but its own: its errors, findings and reports are plain English sentences. Many are read back from files
(findings of a scan, reports of rounds, names of undo steps) or come from the trainer's process. So the window does not ask for
messages with values; it knows the template of every sentence, such as "{name} fell by {number}.", recognises the sentence by it and
puts the values into the template's translation. What is not recognised is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Sentences", "placeholders"]

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
NUMBER: Final = re.compile(r"[+−-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
WORD: Final = re.compile(r"[A-Za-z]{2,}")
PARTS: Final = re.compile(r"(?<=[.!?;]) |\n")
PLACED: Final = re.compile(r"(?s)(?P<what>.+?)(?P<place> \(.+\))?(?P<end>[.;])")

FEW_WORDS: Final = 2
"""A template with fewer words of its own fits too much: only numbers may stand in it."""

DEEPEST: Final = 3
"""Sentences within sentences are looked for this deep."""


def placeholders(template: str) -> tuple[str, ...]:
    """Return the names of the values in a template, in their order."""
    return tuple(PLACEHOLDER.findall(template))


@dataclass(frozen=True, slots=True)
class _Template:
    pattern: re.Pattern[str]
    translation: str
    only_numbers: bool

    @classmethod
    def of(cls, source: str, translation: str) -> _Template:
        pieces = PLACEHOLDER.split(source)
        text = "".join(f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
        words = WORD.findall(PLACEHOLDER.sub(" ", source))
        return cls(re.compile(text, re.DOTALL), translation, only_numbers=len(words) < FEW_WORDS)


class Sentences:
    """Translates sentences by the templates that they were made from.

    Parameters
    ----------
    templates
        Template to its translation, both with the same names in braces.
    decimal_point, thousands
        What stands in numbers instead of "." and ",".
    """

    def __init__(self, templates: Mapping[str, str], *, decimal_point: str = ",", thousands: str = ".") -> None:
        self._whole = {source: text for source, text in templates.items() if not placeholders(source)}
        # what says the most itself is tried first
        open_ones = sorted((s for s in templates if placeholders(s)), key=lambda s: (-len(PLACEHOLDER.sub("", s)), s))
        self._templates = [_Template.of(source, templates[source]) for source in open_ones]
        self._signs = str.maketrans({".": decimal_point, ",": thousands})

    def translated(self, text: str) -> str:
        """Return a text in the other language; parts that are not recognised stay as they are."""
        return self._translated(text, 0)

    def _translated(self, text: str, depth: int) -> str:
        if not text.strip():
            return text
        if NUMBER.fullmatch(text):
            return text.translate(self._signs)
        found = self._sentence(text, depth)
        if found is not None:
            return found
        placed = PLACED.fullmatch(text)
        if placed is not None and PARTS.search(placed["what"]) is None:
            what = self._sentence(placed["what"], depth)
            if what is not None:
                return what + (placed["place"] or "") + placed["end"]
        cuts = [match.span() for match in PARTS.finditer(text)]
        if not cuts:
            return text
        pieces, at = [], 0
        for start, end in cuts:
            pieces += [self._translated(text[at:start], depth), text[start:end]]
            at = end
        return "".join([*pieces, self._translated(text[at:], depth)])

    def _sentence(self, text: str, depth: int) -> str | None:
        """Return the translation of one sentence, or None where no template fits."""
        if text in self._whole:
            return self._whole[text]
        if depth > DEEPEST:
            return None
        for template in self._templates:
            match = template.pattern.fullmatch(text)
            if match is None:
                continue
            values = match.groupdict()
            if template.only_numbers and not all(NUMBER.fullmatch(value) for value in values.values()):
                continue
            said = {name: self._translated(value, depth + 1) for name, value in values.items()}
            return PLACEHOLDER.sub(lambda hole, said=said: said[hole[1]], template.translation)  # type: ignore[misc]
        return None
