"""Every text of the window goes through the translation, and every translation is finished; read from the source, without a window."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from gf_desktop.gui import source_strings
from gf_desktop.gui.catalogue import CORE, WINDOW, catalogue_path, read_catalogue
from gf_desktop.gui.language import LANGUAGES, SOURCE, wanted_language
from gf_desktop.gui.sentences import Sentences, placeholders

ROOT = Path(__file__).resolve().parents[2]
GUI = ROOT / "gf_desktop" / "gui"

OTHERS = [language for language in LANGUAGES if language != SOURCE]

WORDS = re.compile(r"[A-Za-z]{2,}[^A-Za-z]* [^A-Za-z]*[A-Za-z]{2,}|^[A-Z][a-z]{3,}$")
"""Two words with a space between them, or one that begins with a capital letter: what a person would read."""

ALLOWED = {
    # names that are the same in every language, and an example of a code
    "Graph Flow Desktop",
    " – Graph Flow Desktop",
    "SCT 10200004",
    "NVIDIA GPU",
    "Apple GPU",
    "3D Slicer",
    # said in the language that was chosen, whatever the window speaks
    "English",
    "Deutsch",
    "The window speaks English from the next start. Nothing is lost by closing it.",
    "Das Fenster spricht ab dem nächsten Start Deutsch. Beim Schließen geht nichts verloren.",
    # what Qt calls keys, fonts, styles and properties
    *(
        "Meta",
        "Ctrl",
        "Shift",
        "Backtab",
        "Backspace",
        "Return",
        "Enter",
        "Pause",
        "Print",
        "Home",
        "Left",
        "Right",
        "Down",
        "Space",
        "Menu",
    ),
    *("Help", "Fusion", "Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial"),
}
"""What may stand in the window's code without being translated."""

ALLOWED_FILES = {
    # a template of Qt's style language, not words
    "theme.py": re.compile(r"QWidget \{"),
    # names of the trainer's terms, keys of a table
    "panels/refine.py": re.compile(r"graph flow|<span style"),
    # part of a regular expression or of the index of a voxel
    "status_bar.py": re.compile(r"i \{\} j \{\} k \{\}"),
}


def _untouchable(tree: ast.Module) -> set[int]:
    """Return the nodes whose texts are no matter of translation: docstrings, exports, annotations, errors and what ``tr`` is given."""
    found: set[int] = set()
    for node in ast.walk(tree):
        hidden: list[ast.AST] = []
        targets = [getattr(target, "id", "") for target in node.targets] if isinstance(node, ast.Assign) else []
        if "__all__" in targets or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            hidden = [node.value]
        elif isinstance(node, ast.AnnAssign):
            hidden = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            hidden = [a for a in (node.returns, *(arg.annotation for arg in node.args.args)) if a is not None]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in {"tr", "spoken", "compile", "cast", "Literal"} or name.endswith(("Error", "Exception")):
                hidden = list(node.args) + [keyword.value for keyword in node.keywords]
        elif isinstance(node, ast.Subscript):
            hidden = [node.slice]
        found.update(id(below) for root in hidden for below in ast.walk(root))
    return found


@pytest.mark.parametrize("path", source_strings.window_modules(), ids=lambda path: path.relative_to(GUI).as_posix())
def test_that_every_text_of_the_window_can_be_translated(path: Path) -> None:
    tree = source_strings.tree_of(path)
    hidden = _untouchable(tree)
    known = {text.source for text in source_strings.source_texts()}
    own = ALLOWED_FILES.get(path.relative_to(GUI).as_posix(), re.compile(r"(?!)"))
    found = [
        f"{path.name}:{node.lineno} {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden
        if WORDS.search(node.value)
        and node.value not in known | ALLOWED
        and not own.search(node.value)
        # parts of texts that a table makes with a number are known with their numbers
        and not any(text.startswith(node.value) and text[len(node.value) :].isdigit() for text in known)
        and not (path.stem in {"actions", "looking_rows", "help_rows"} and node.value.removesuffix("-") in known)
        and not any(node.value in part for part in source_strings.CORE_PARTS.get(f"gf_desktop/gui/{path.name}", ()))
        and "+" not in node.value
    ]
    assert found == []


def test_that_a_text_without_translation_would_be_found() -> None:
    tree = ast.parse('"""Doc string here."""\nlabel(tr("Known words"))\nlabel("Some words")\nraise UserError("Not these words")\n')
    hidden = _untouchable(tree)
    seen = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in hidden and WORDS.search(str(n.value))]
    assert seen == ["Some words"]


def test_that_tr_is_given_what_the_files_can_hold() -> None:
    """What is asked for by value must come from a table that :func:`table_texts` knows."""
    by_value: dict[str, set[str]] = {}
    for path in source_strings.window_modules():
        for node in ast.walk(source_strings.tree_of(path)):
            if source_strings.is_tr(node) and not isinstance(node.args[0], ast.Constant):
                by_value.setdefault(path.relative_to(GUI).as_posix(), set()).add(ast.unparse(node.args[0]))
    known = {
        "actions.py": {"REASONS['project']", "reason", "spec.text", "spec.tip"},
        "export_dialog.py": {"FORMAT_WORDS[name][0]", "FORMAT_WORDS[choice.format][1]", "words"},
        "import_details.py": {"words"},
        "import_list.py": {"VERDICTS[found.glance.verdict][1]", "words"},
        "keys_dialog.py": {"menu", "spec.text", "spec.tip", "SPECS[action_id].text", "HELD_KEYS[key]"},
        "main_window.py": {"name.capitalize()"},
        "measure_commands.py": {"SPECS[f'window_{number}'].text"},
        "menus.py": {"name", "RESEARCH_USE"},
        "palette_entries.py": {"spec.text", "spec.heading", "spec.tip", "gesture.effect", "gesture.hand"},
        "panels/measurements.py": {"self._plane(one, volume)"},
        "panels/changes.py": {"STATE_WORDS[found.change.state]"},
        "panels/models.py": {"STATE_WORDS[record.state]"},
        "refine_dialog.py": {"words"},
        "mask_dialog.py": {"SEVERITY_WORDS[one.severity]", "words"},
        "panels/refine.py": {
            "STAGE_WORDS.get(training.stage, training.stage)",
            "TERM_WORDS.get(known, known)",
            "PAUSE_WORDS[training.paused_for[0]]",
        },
        "panels/scan.py": {"words"},
        "panels/structure_dialog.py": {"listed.name", "listed.licence"},
        "panels/structure_menu.py": {"text"},
        "panels/tool_options.py": {"text"},
        "panels/worklist.py": {"case.status", "text"},
        "panels/worklist_model.py": {"case.status"},
        "passport_rows.py": {"SEVERITY_WORDS[severity][1]", "LINE_WORDS[line.name]"},
        "remembered.py": {"told.text"},
        "shortcut_sheet.py": {"name", "menu", "members[0].text", "gesture.hand", "gesture.effect", "MOUSE"},
        "status_bar.py": {"RESEARCH_USE"},
        "tour.py": {"step.title", "step.text"},
        "views/slice_strip.py": {"STATE_WORDS[summary.state]"},
        "views/slice_view.py": {"plane.name", "name"},
    }
    assert {file: values - known.get(file, set()) for file, values in by_value.items() if values - known.get(file, set())} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_file_of_a_language_is_what_the_source_asks_for(language: str) -> None:
    """``python -m gf_desktop.gui.source_strings`` makes it so, and marks what is still to be translated."""
    path = catalogue_path(language)
    wanted = source_strings.as_document(language, source_strings.wanted_in(language), read_catalogue(path).messages)
    assert 'type="unfinished"' not in wanted, [line for line in wanted.splitlines() if "unfinished" in line]
    assert path.read_text(encoding="utf-8") == wanted


def _holes(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_that_a_translation_has_the_values_of_its_source(language: str) -> None:
    messages = read_catalogue(catalogue_path(language)).messages
    wrong = {source: forms for (_context, source), forms in messages.items() if any(_holes(form) != _holes(source) for form in forms)}
    assert wrong == {}
    # those of the window are filled by str.format
    for (context, source), forms in messages.items():
        if context == WINDOW:
            values = {name: "x" for _text, name, _spec, _kind in string.Formatter().parse(source) if name}
            for form in forms:
                assert "{" not in form.format(**values)


@pytest.mark.parametrize("language", OTHERS)
def test_that_a_translation_ends_and_begins_as_its_source(language: str) -> None:
    messages = read_catalogue(catalogue_path(language)).messages
    for (_context, source), forms in messages.items():
        for form in forms:
            assert form.endswith("…") == source.endswith("…"), source
            assert form.endswith(".") == source.endswith(".") or source.startswith("Expected"), source
            assert form.startswith("\n") == source.startswith("\n"), source
            assert (";;" in form) == (";;" in source), source
            assert (form[0] == " ", form[-1] == " ") == (source[0] == " ", source[-1] == " "), source


def test_that_german_is_german_and_polite() -> None:
    messages = read_catalogue(catalogue_path("de")).messages
    same = {
        source for (_context, source), forms in messages.items() if forms[0] == source and len(re.sub(r"\{\w+\}", "", source).split()) > 2
    }
    assert same == set()
    familiar = re.compile(r"\b(du|dich|dir|dein|deine|deinen|klicke|wähle)\b", re.IGNORECASE)
    assert [form for forms in messages.values() for form in forms if familiar.search(form)] == []


def test_that_a_word_is_the_same_everywhere_in_german() -> None:
    """The terms of CONTEXT.md: where the English text has the term, the German one has its word."""
    rows = re.findall(r"^\| \*?\*?([a-z -]+?)\*?\*? \| ([^|]+) \|$", (ROOT / "CONTEXT.md").read_text(encoding="utf-8"), re.MULTILINE)
    # as far as words are not bent
    terms = {english: [word.strip()[: max(4, len(word.strip()) - 3)] for word in german.split(",")] for english, german in rows}
    assert {"slice", "student", "worklist", "approve"} <= set(terms)
    wrong = []
    for (_context, source), forms in read_catalogue(catalogue_path("de")).messages.items():
        own = re.sub(r"\{\w+\}", "", source)
        for english, words in terms.items():
            if (
                len(own.split()) > 2
                and "{id" not in own
                and re.search(rf"\b{english}s?\b", own, re.IGNORECASE)
                and not any(w.casefold() in f.casefold() for f in forms for w in words)
            ):
                wrong.append((english, source, forms[0]))
    assert wrong == []


def test_that_what_the_trainer_brings_in_is_looked_through() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in source_strings.trainer_modules()}
    assert {"training/worker.py", "training/refine.py", "training/stages.py", "training/networks/lite_unet.py"} <= names
    assert not any(name.startswith(("training/bench/", "training/commands/", "gf_desktop/")) for name in names)


def test_that_every_part_of_a_sentence_is_still_in_its_module() -> None:
    for name, parts in source_strings.CORE_PARTS.items():
        if not name.endswith(".py"):
            continue
        tree = source_strings.tree_of(ROOT / name)
        text = "\n".join(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        for part in parts:
            words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}", " ", part))
            assert words, part
            assert [word for word in words if word.casefold() not in text.casefold()] == [], (name, part)


def test_that_the_document_is_the_same_for_the_same_texts_and_keeps_what_is_known() -> None:
    texts = [source_strings.Text(WINDOW, "a & b"), source_strings.Text(WINDOW, "{n} <things>", counts=True)]
    known = {(WINDOW, "a & b"): ("A & B",), (WINDOW, "gone"): ("weg",)}
    document = source_strings.as_document("de", texts, known)
    assert document == source_strings.as_document("de", texts, known)
    assert "<translation>A &amp; B</translation>" in document
    assert "weg" not in document
    assert document.count('type="unfinished"') == 1
    assert '<message numerus="yes">' in document


# sentences from behind the window


@pytest.fixture
def german() -> Sentences:
    messages = read_catalogue(catalogue_path("de")).messages
    return Sentences({source: forms[0] for (context, source), forms in messages.items() if context == CORE})


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("The disk is full", "Der Datenträger ist voll"),
        (
            "There is no project here (/data/a b). Choose a folder that holds a project.",
            "Hier ist kein Projekt (/data/a b). Wählen Sie einen Ordner mit einem Projekt.",
        ),
        (
            "v2 took over: mean Dice on the held-back slices went from 0.610 to 0.870, none fell by more than 0.02.",
            (
                "v2 hat übernommen: Der mittlere Dice auf den zurückgehaltenen Schichten ging von 0,610 auf 0,870, "
                "keine Struktur fiel um mehr als 0,02."
            ),
        ),
        (
            "v2 took over: mean Dice on the corrected slices went from 0.735 to 0.926, none of 40 voxels or more fell by more than 0.02.",
            (
                "v2 hat übernommen: Der mittlere Dice auf den korrigierten Schichten ging von 0,735 auf 0,926, "
                "keine Struktur von 40 Voxeln oder mehr fiel um mehr als 0,02."
            ),
        ),
        (
            "v2 stayed out: left back muscle fell by 0.031. v1 goes on serving.",
            "v2 wurde nicht übernommen: left back muscle fiel um 0,031. v1 arbeitet weiter.",
        ),
        (
            "v2 stayed out: on the corrected slices aorta fell by 0.027. v1 goes on serving.",
            "v2 wurde nicht übernommen: aorta fiel um 0,027 auf den korrigierten Schichten. v1 arbeitet weiter.",
        ),
        ("approve slice 11", "Schicht 11 freigeben"),
        ("fill holes", "Löcher füllen"),
        ("DICOM CT, 20 files of 512 × 512", "DICOM CT, 20 Dateien von 512 × 512"),
        ("Length 3", "Länge 3"),
        ("1234.5", "1234,5"),
        (
            "There is not enough memory to train. The round goes on from step 40 with 4 images in a step instead of 8",
            "Der Speicher reicht zum Training nicht. Die Runde geht ab Schritt 40 mit 4 Bildern in einem Schritt statt 8 weiter",
        ),
        (
            "Training went astray: the loss is not a number. The round goes on from step 7 with half the learning rate",
            "Das Training ging fehl: Der Verlust ist keine Zahl. Die Runde geht ab Schritt 7 mit der halben Lernrate weiter",
        ),
        (
            "The graphics card has too little memory: the round goes on on the processor, from its last state",
            "Die Grafikkarte hat zu wenig Speicher: Die Runde geht auf dem Prozessor weiter, von ihrem letzten Stand an",
        ),
        ("The masks of C-001 hold voxel states that do not exist", "Die Masken von C-001 enthalten Voxelzustände, die es nicht gibt"),
    ],
)
def test_that_a_sentence_of_the_core_is_recognised(german: Sentences, said: str, wanted: str) -> None:
    assert german.translated(said) == wanted


@pytest.mark.parametrize(
    "said", ["", "liver metastasis", "Angle of the colon", "C-001", "a to b", "2026-11-26", "v1.2.3", "/data/scan to keep.nii"]
)
def test_that_what_is_no_sentence_of_ours_stays_as_it_is(german: Sentences, said: str) -> None:
    assert german.translated(said) == said


def test_that_every_sentence_of_the_core_is_said_in_german_with_its_values() -> None:
    """Every template, filled with values that are no words, comes back in German with the same values."""
    messages = {source: forms[0] for (context, source), forms in read_catalogue(catalogue_path("de")).messages.items() if context == CORE}
    german = Sentences(messages)
    wrong = []
    for source, translation in messages.items():
        names = placeholders(source)
        english, wanted = source, translation
        for number, name in enumerate(names):
            value = str(7000 + number)
            english, wanted = english.replace(f"{{{name}}}", value), wanted.replace(f"{{{name}}}", value)
        if german.translated(english) != wanted:
            wrong.append((english, german.translated(english)))
    assert wrong == []


def test_that_a_template_without_words_takes_numbers_only() -> None:
    few = Sentences({"{a} to {b}": "{a} auf {b}"})
    assert few.translated("0.5 to 1,200") == "0,5 auf 1.200"
    assert few.translated("one to two") == "one to two"


def test_that_the_most_telling_template_wins() -> None:
    both = Sentences({"The file {name} is damaged": "kurz {name}", "The file {name} is damaged or cut off": "lang {name}"})
    assert both.translated("The file x is damaged or cut off") == "lang x"


@pytest.mark.parametrize(
    ("setting", "system", "wanted"),
    [
        ("", ["de-CH", "en-US"], "de"),
        ("", ["fr-FR", "de-DE", "en-US"], "de"),
        ("", ["fr-FR"], "en"),
        ("", [], "en"),
        ("", ["C"], "en"),
        ("en", ["de-DE"], "en"),
        ("de", ["en-US"], "de"),
        ("xx", ["de_AT"], "de"),
    ],
)
def test_that_the_language_is_that_of_the_setting_else_of_the_system(setting: str, system: list[str], wanted: str) -> None:
    assert wanted_language(setting, system) == wanted
