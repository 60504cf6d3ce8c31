"""The words of another language: read from a file in Qt Linguist's form, and given to Qt as a translator.

The file itself is what ships. It is read when the program starts in that language (some hundredths of a second), so that nothing
has to be compiled and nothing can be out of date; see ``docs/adr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from PySide6.QtCore import QObject, QTranslator

from gf_desktop.gui.sentences import Sentences
from gf_desktop.resources import resource_dir

__all__ = ["CORE", "WINDOW", "Catalogue", "CatalogueTranslator", "catalogue_path", "read_catalogue"]

WINDOW: Final = "window"
"""Context of what is written in the window's own code; see ``gf_desktop.gui.actions.tr``."""

CORE: Final = "core"
"""Context of sentences that come from the program behind the window; see ``gf_desktop.gui.sentences``."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Texts of one language.

    Attributes
    ----------
    language
        As "de".
    messages
        (context, source) to the translation; one form, or for a text that counts something one for 1 and one for other numbers.
    """

    language: str
    messages: Mapping[tuple[str, str], tuple[str, ...]]

    def text(self, context: str, source: str, n: int = -1) -> str | None:
        """Return the translation of a text, in the form for ``n`` things; None where there is none."""
        forms = self.messages.get((context, source))
        if forms is None:
            return None
        # German and English have the same two forms
        return forms[0] if n == 1 or len(forms) == 1 else forms[1]


def catalogue_path(language: str) -> Path:
    """Return where the file of a language lies, whether it exists or not."""
    return resource_dir() / "translations" / f"graph-flow_{language}.ts"


def read_catalogue(path: Path) -> Catalogue:
    """Return what is in a file of Qt Linguist; a text that is not translated, or only begun, is left out.

    Raises
    ------
    OSError
        When the file cannot be read.
    xml.etree.ElementTree.ParseError
        When it is damaged.
    """
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - a file of ours, shipped with the program
    messages: dict[tuple[str, str], tuple[str, ...]] = {}
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            found = message.find("translation")
            if found is None or found.get("type"):
                continue
            forms = tuple(form.text or "" for form in found.iter("numerusform")) or (found.text or "",)
            if all(forms):
                messages[name, message.findtext("source", "")] = forms
    return Catalogue(root.get("language", ""), messages)


class CatalogueTranslator(QTranslator):
    """Gives a catalogue's texts to Qt.

    Attributes
    ----------
    catalogue
        The texts.
    """

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.catalogue = catalogue

    @cached_property
    def sentences(self) -> Sentences:
        """Finds sentences of the core by their templates; made when the first one is to be told."""
        return Sentences({source: forms[0] for (context, source), forms in self.catalogue.messages.items() if context == CORE})

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether there is nothing in it."""
        return not self.catalogue.messages

    def translate(self, context: str, text: str, _disambiguation: str | None = None, n: int = -1) -> str:
        """Return the translation of a text, or what Qt takes for none."""
        return self.catalogue.text(context, text, n)  # type: ignore[return-value]  # None is Qt's null string: the next translator is asked
