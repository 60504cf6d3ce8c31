"""Which language the window speaks, and that Qt's own windows speak it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gf_desktop.gui.catalogue import CatalogueTranslator, catalogue_path, read_catalogue

__all__ = [
    "LANGUAGES",
    "SOURCE",
    "count_text",
    "local_number",
    "restart_hint",
    "spoken",
    "system_languages",
    "use_language",
    "wanted_language",
]

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch"}
"""Languages of the window and what they call themselves."""

SOURCE: Final = "en"
"""The language in which the program is written."""

LOCALES: Final[Mapping[str, str]] = {"en": "en_US", "de": "de_DE"}
"""How numbers are written in each."""


def system_languages() -> list[str]:
    """Return the languages of the person's system as "de-CH", the dearest first."""
    return QLocale.system().uiLanguages()


def wanted_language(setting: str, system: Iterable[str]) -> str:
    """Return the language to speak: that of the setting, else the first of the system's that there is, else English."""
    if setting in LANGUAGES:
        return setting
    spoken_here = (name.replace("_", "-").split("-")[0].lower() for name in system)
    return next((name for name in spoken_here if name in LANGUAGES), SOURCE)


def use_language(app: QCoreApplication, language: str) -> None:
    """Let the application speak a language from now on; windows that are open keep the words that they have."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.setParent(None)
    QLocale.setDefault(QLocale(LOCALES[language]))
    of_qt = QTranslator(app)
    if of_qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(of_qt)
    path = catalogue_path(language)
    if path.is_file():
        app.installTranslator(CatalogueTranslator(read_catalogue(path), app))


def spoken(text: str) -> str:
    """Return a sentence or name from behind the window in the language of the person; see ``gf_desktop.gui.sentences``."""
    app = QCoreApplication.instance()
    found = None if app is None else app.findChild(CatalogueTranslator)
    return text if found is None or found.catalogue.language == SOURCE else found.sentences.translated(text)


HINTS: Final[Mapping[str, str]] = {
    "en": "The window speaks English from the next start. Nothing is lost by closing it.",
    "de": "Das Fenster spricht ab dem nächsten Start Deutsch. Beim Schließen geht nichts verloren.",
}
"""Said in the language that was chosen: who chose it by mistake and who cannot read the present one both understand it."""


def restart_hint(setting: str) -> str:
    """Return what is said after a language was chosen; "" for that of the system."""
    return HINTS[wanted_language(setting, system_languages())]


def local_number(text: str) -> str:
    """Return a number that was written with a decimal point as it is written in the language of the person."""
    return text.replace(".", QLocale().decimalPoint())


def count_text(n: int) -> str:
    """Return a whole number with its thousands set apart."""
    return QLocale().toString(n)
