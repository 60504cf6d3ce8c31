"""Every text that the window can show, read from the source; and the command that keeps the files of other languages.

``python -m gf_desktop.gui.source_strings`` adds texts that are new to each file in resources/translations, as not finished, and takes
those away that are gone. Texts are found in three ways:

- what is written in a call of ``tr`` in the window's code;
- tables that ``tr`` is asked for by value, such as that of actions: :func:`table_texts` names them, and nothing else may be asked for so;
- sentences of the core and of the trainer's process, see :mod:`gf_desktop.gui.sentences`: what begins like a sentence in its code or stands
  in an error of ours, with values in braces, and the names in :func:`core_names`.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, get_args
from xml.sax.saxutils import escape

from gf_desktop.atomic import atomic_path
from gf_desktop.gui.catalogue import CORE, WINDOW
from gf_desktop.gui.language import LANGUAGES, SOURCE

__all__ = ["Text", "as_document", "core_sentences", "main", "source_texts", "table_texts", "template_of", "window_texts"]

PROGRAM: Final = Path(__file__).resolve().parents[1]
ROOT: Final = PROGRAM.parent

NO_WINDOW: Final = frozenset({"demo.py", "guide_sheet.py", "mouse_corrector.py", "screenshots.py", "source_strings.py"})
"""Modules of the window's folder whose texts go to a console or into the source."""

NO_CORE: Final = ("gui", "cli", "__main__.py", "demo.py")
"""What of the program is not behind the window."""

TRAINER: Final = ROOT / "training" / "worker.py"
"""What the window starts for a round; the sentences of all that it brings in come back to the window."""

OUR_BUGS: Final = frozenset({"AssertionError", "KeyError", "NotImplementedError", "RuntimeError", "TypeError", "ValueError", "_Torn"})
"""What is raised with these is for the log, not for the person."""

NO_SENTENCE: Final = re.compile(
    r"(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|DROP|ALTER) |\{select_cases\}|\s*\^|<|PALETTE|Image Storage|LPS, mm|Research use"
    r"|[A-Za-z]+ = |Binary labelmap|SCT\^|Segmentation category|TerminologyEntry:|Graph Flow Desktop, mm"
    r"|Constant folding$|\{training_data\} Then refined"
    r"|Anatomical Structure$|Morphologically Abnormal|Artificial Intelligence$|ISO_IR |Graph Flow Desktop$"
)
"""What begins like a sentence and is none: commands for the database, patterns, terms of DICOM, and what is written into files."""

SENTENCE: Final = re.compile(r"[A-Z“{]")
WORD: Final = re.compile(r"[A-Za-z]{2,}")


CORE_PARTS: Final[Mapping[str, list[str]]] = {
    "gf_desktop/correcting.py": ["brush", "eraser", "review", "approve slice {value}", "approve scan", "mask from a file"],
    "gf_desktop/imaging/review.py": ["accept box", "accept slice", "accept scan"],
    "gf_desktop/open_case.py": ["as saved"],
    "gf_desktop/gate.py": [
        "held-back slices",
        "corrected slices",
        "the candidate",
        "the active student",
        "both students",
        "rose",
        "fell",
        "stayed",
        "1 slice",
        "{slices} slices",
        "{before} to {after}",
        "it gives values that are no numbers",
        "exported, it differs from what was trained by {parity}, more than {limit}",
        "it takes {new} ms a slice, the active one {old} ms; {limit} times are allowed",
        "its file has {mine} MB, the active one's {other} MB; {limit} times are allowed",
        "no structure could be scored",
        "the time was over before it had learned anything",
        "mean Dice on the {where} went from {text}, too little to tell",
        "its gain rests on {won} voxels, too few to tell",
        "it forgets; on the pack's own slices mean Dice fell by {fall} (95 % interval {low} to {high})",
        "it forgets; on the pack's own slices {what}",
        "on the corrected slices {what}",
    ],
    "gf_desktop/project/journal.py": [
        "its damaged part was {what_became}",
        "left where it is",
        "another record",
        "kept in “{name}”",
        "its strokes belong to revision {newest} and the project's last one is {number}",
        "the mask that its later records belong to is not the project's",
    ],
    "gf_desktop/project/journal_format.py": [
        "its beginning is damaged",
        "its last record is not complete",
        "a record does not match its checksum",
        "it holds {error}",
        "is of format {version} and this program reads {format_version}",
        "holds a record of kind {code}, which this program does not know",
    ],
    "gf_desktop/atomic.py": [
        "the file is left as it is",
        "the file is kept as {name}",
        "nor can the file be set aside: {strerror}",
    ],
    "gf_desktop/project/measurements.py": ["it was written by a newer program", "two have the same number"],
    "gf_desktop/project/store.py": ["the pack that the project began with", "none yet"],
    "resources/models": ["Abdominal CT, {number} structures"],
    "gf_desktop/session.py": ["chosen by the user"],
    "gf_desktop/files/scan.py": [
        "it is empty",
        "none of its {files} files is one",
        "{group} files",
        "{frames} frames",
        "1 file",
        "1 frame",
        "NIfTI file",
        "DICOM {modality}, {count} of {columns} × {rows}",
        "DICOM {modality}, {part}, {count} of {columns} × {rows}",
        *(f"{kind} picture" for kind in ("PNG", "JPEG", "TIFF")),
        *(f"{kind} file" for kind in ("NRRD", "MetaImage", "Analyze")),
    ],
    "gf_desktop/files/slice_positions.py": ["slice is", "slices are", "the file stays as it is, and masks fit the resampled grid"],
    "gf_desktop/files/picture.py": ["BMP picture"],
    "gf_desktop/files/dicom_mask.py": ["1 voxel belongs to more than one structure; the last one has it"],
    "gf_desktop/files/dicom_rtstruct_read.py": [
        "1 structure has no contours: {listed}",
        "1 point or open line has no inside and was left out",
        "1 of {total} contours lies outside the scan, or in part",
    ],
    "gf_desktop/files/intensities.py": ["1 voxel holds no number and is taken as the lowest intensity, {lowest}"],
    "gf_desktop/files/stack.py": ["1 slice was stored twice and is used once"],
    "gf_desktop/files/video.py": ["MP4 video", "AVI video", "M4V video", "MOV video"],
    "gf_desktop/files/passport.py": ["not stated", "stated by the user"],
    "gf_desktop/files/passport_lines.py": [
        "yes, as the findings say",
        "none missing, none twice, none overlapping",
        "1 slice",
        "1 position with several",
        "{missing} missing",
        "{duplicates} stored twice",
        "overlapping by {overlap_mm} mm",
    ],
    "gf_desktop/files/splitting.py": [
        "axial",
        "coronal",
        "sagittal",
        "oblique {name}",
        "echo {value} ms",
        "inversion time {value} ms",
        "trigger time {value} ms",
        "b-value {value} s/mm²",
        "phase {value}",
        "acquisition {value}",
        "direction {value} of {count}",
        "image type {value} of {count}",
        "without {label}",
        "direction",
        "size of pictures or pixels",
    ],
    "gf_desktop/files/structure_lists.py": ["no structures", "it is neither JSON with structures nor a label description of ITK-SNAP"],
    "training/checkpoint.py": ["has a critic and the run has none", "has no critic and the run has one"],
    "training/dataset.py": ["labels {unknown} that are not in the list of structures", "voxel states that do not exist"],
    "training/refine.py": ["has too little memory", "failed"],
    "training/stages.py": ["half the learning rate"],
    "gf_desktop/trainer_link.py": ["starting the trainer", "on request"],
    "gf_desktop/gui/keymap.py": ["the preset {preset}", "keys of {action}, which is no action of this version", "{key} for {action}"],
    "gf_desktop/imaging/windowing.py": ["automatic"],
}
"""Names and parts of sentences that begin with a small letter, by the module that they come from."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the source.

    Attributes
    ----------
    context
        See :mod:`gf_desktop.gui.catalogue`.
    source
        The text, with names in braces where values go.
    counts
        Whether it has a form for one thing and one for more.
    files
        Where it is written, from the root of the project.
    """

    context: str
    source: str
    counts: bool = False
    files: tuple[str, ...] = field(default=(), compare=False)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def window_modules() -> list[Path]:
    """Return the modules whose texts the window shows."""
    return sorted(path for path in PROGRAM.glob("gui/**/*.py") if path.name not in NO_WINDOW)


def core_modules() -> list[Path]:
    """Return the modules behind the window."""
    return sorted(path for path in PROGRAM.glob("**/*.py") if path.relative_to(PROGRAM).parts[0] not in NO_CORE)


def _brought_in(path: Path) -> Iterator[Path]:
    """Return the modules and packages of the trainer that a module of it imports."""
    for node in ast.walk(tree_of(path)):
        named = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)] if isinstance(node, ast.ImportFrom) else []
        for name in named:
            place = ROOT.joinpath(*name.split("."))
            if name.split(".")[0] == TRAINER.parent.name:
                yield from (one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file())


def trainer_modules() -> list[Path]:
    """Return the modules that work in the trainer's process."""
    found, waiting = set[Path](), [TRAINER]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _brought_in(path)
    return sorted(found)


def is_tr(node: ast.AST) -> bool:
    """Return whether a node is a call of ``tr``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""


# the window


def _written(paths: Iterable[Path]) -> Iterator[Text]:
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and is_tr(node) and node.args and isinstance(node.args[0], ast.Constant):
                yield Text(WINDOW, str(node.args[0].value), counts=len(node.args) > 1, files=(_name(path),))


def table_texts() -> dict[str, list[str]]:
    """Return the texts that ``tr`` is asked for by value, by the module that holds their table."""
    from gf_desktop.display import PlaneName
    from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files
    from gf_desktop.gui import (
        actions,
        export_dialog,
        import_list,
        keymap,
        mask_dialog,
        menus,
        passport_rows,
        patients_dialog,
        refine_dialog,
        settings_store,
        shortcut_sheet,
        texts,
        tour,
    )
    from gf_desktop.gui.panels import changes, models, refine, scan, structure_menu, tool_options, worklist_model
    from gf_desktop.gui.views import slice_strip
    from gf_desktop.project.records import CaseStatus

    lists = [read_structure_file(path) for path in shipped_structure_files()]
    rows = [text for spec in actions.ACTIONS for text in (spec.text, spec.tip, spec.family)]
    hands = [text for gesture in actions.GESTURES for text in (gesture.hand, gesture.effect)]
    told = settings_store
    return {
        "gf_desktop/gui/actions.py": [*rows, *hands, *actions.MENUS, *actions.REASONS.values()],
        "gf_desktop/gui/export_dialog.py": [
            *(words for pair in export_dialog.FORMAT_WORDS.values() for words in pair),
            *export_dialog.FRAME_WORDS.values(),
        ],
        "gf_desktop/gui/import_list.py": [words for _kind, words in import_list.VERDICTS.values()],
        "gf_desktop/gui/keymap.py": list(keymap.HELD_KEYS.values()),
        "gf_desktop/gui/mask_dialog.py": [*mask_dialog.SEVERITY_WORDS.values(), *mask_dialog.METHOD_WORDS.values()],
        "gf_desktop/gui/menus.py": [menus.RESEARCH_USE],
        "gf_desktop/gui/passport_rows.py": [
            *passport_rows.LINE_WORDS.values(),
            *(words for _kind, words in passport_rows.SEVERITY_WORDS.values()),
        ],
        "gf_desktop/gui/patients_dialog.py": list(patients_dialog.TAG_WORDS.values()),
        "gf_desktop/gui/refine_dialog.py": [*(words for _key, words in refine_dialog.DEVICES), *refine_dialog.RECIPE_WORDS.values()],
        "gf_desktop/gui/settings_store.py": [told.UNREADABLE, told.STUCK, told.DAMAGED, told.NEWER, told.PARTLY],
        "gf_desktop/gui/shortcut_sheet.py": [shortcut_sheet.MOUSE],
        "gf_desktop/gui/texts.py": [*texts.STAGE_WORDS.values()],
        "gf_desktop/gui/tour.py": [text for step in tour.STEPS for text in (step.title, step.text)],
        "gf_desktop/gui/panels/changes.py": list(changes.STATE_WORDS.values()),
        "gf_desktop/gui/panels/models.py": list(models.STATE_WORDS.values()),
        "gf_desktop/gui/panels/refine.py": [*refine.TERM_WORDS.values(), *refine.PAUSE_WORDS.values()],
        "gf_desktop/gui/panels/scan.py": [words for _kind, words in scan.VERDICT_WORDS.values()],
        "gf_desktop/gui/panels/structure_menu.py": [words for words, _logic in structure_menu.RANGES],
        "gf_desktop/gui/panels/worklist_model.py": [words for _key, words in (*worklist_model.FILTERS, *worklist_model.ORDERS)],
        "gf_desktop/gui/panels/tool_options.py": [words for _key, words in (*tool_options.OVER, *tool_options.WHERE)],
        "gf_desktop/gui/views/slice_strip.py": list(slice_strip.STATE_WORDS.values()),
        "gf_desktop/display.py": [*get_args(PlaneName), "picture", "cine"],
        "gf_desktop/project/records.py": list(get_args(CaseStatus)),
        "resources/structures": [text for listed in lists for text in (listed.name, listed.licence)],
    }


def window_texts() -> list[Text]:
    """Return the texts of the window, each once, in the order of the alphabet."""
    tables = (Text(WINDOW, text, files=(name,)) for name, texts in table_texts().items() for text in texts if text)
    return _once([*_written(window_modules()), *tables])


# the core


def template_of(node: ast.AST) -> str | None:
    """Return a text of the source with names in braces for its values, each name once; None where this is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts, used = [], dict[str, int]()
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
            continue
        name = _value_name(value.value) if isinstance(value, ast.FormattedValue) else "value"
        used[name] = used.get(name, 0) + 1
        parts.append(f"{{{name}{used[name] if used[name] > 1 else ''}}}")
    return "".join(parts)


def _value_name(node: ast.AST) -> str:
    """Return a name for what is put into a text: the last one of the expression."""
    if isinstance(node, ast.Name):
        return node.id.strip("_").lower()
    if isinstance(node, ast.Attribute):
        return node.attr.strip("_").lower()
    if isinstance(node, ast.Call) and _called(node) in {"len", "max", "min", "abs", "int", "round", "sum"} and node.args:
        return _value_name(node.args[0])
    if isinstance(node, ast.Call) and node.args and _called(node) in {"join", "map", "sorted", "set"}:
        return _value_name(node.args[-1])
    if isinstance(node, ast.BinOp):
        return _value_name(node.left)
    if isinstance(node, ast.UnaryOp):
        return _value_name(node.operand)
    if isinstance(node, ast.Subscript):
        return _value_name(node.value)
    if isinstance(node, ast.Call):
        return _called(node).strip("_").lower()
    return "value"


def _silent(tree: ast.Module) -> set[int]:
    """Return the nodes whose texts nobody sees: docstrings, parts of longer texts, notes for the log, annotations."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        hidden: list[ast.AST | None] = []
        if isinstance(node, ast.Expr):
            hidden = [node.value] if isinstance(node.value, ast.Constant) else []
        elif isinstance(node, ast.JoinedStr):
            silent.update(id(value) for value in node.values if isinstance(value, ast.Constant))
        elif isinstance(node, ast.Call) and (_called(node) in OUR_BUGS or _called(node) in {"compile", "debug", "info", "cast"}):
            hidden = list(node.args)
        elif isinstance(node, ast.AnnAssign):
            hidden = [node.annotation]
        elif isinstance(node, ast.Assert):
            hidden = [node.msg]
        for root in hidden:
            silent.update(id(below) for below in ast.walk(root)) if root is not None else None
    return silent


def _is_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node).endswith("Error") and _called(node) not in OUR_BUGS


def _sentences_in(path: Path, *, errors_only: bool) -> Iterator[str]:
    tree = tree_of(path)
    silent = _silent(tree)
    roots = [node for node in ast.walk(tree) if _is_error(node)] if errors_only else [tree]
    for node in (below for root in roots for below in ast.walk(root)):
        template = None if id(node) in silent else template_of(node)
        if template is None or NO_SENTENCE.match(template) or not SENTENCE.match(template):
            continue
        own = WORD.findall(re.sub(r"\{\w+\}", " ", template))
        if len(own) > 1 and " " in template.strip():
            yield template


def core_sentences() -> list[Text]:
    """Return the sentences and names from behind the window and from the trainer, each once, in the order of the alphabet."""
    behind = [*core_modules(), *trainer_modules()]
    found = [Text(CORE, text, files=(_name(path),)) for path in behind for text in _sentences_in(path, errors_only=False)]
    found += [Text(CORE, text, files=(_name(path),)) for path in window_modules() for text in _sentences_in(path, errors_only=True)]
    names = (Text(CORE, text, files=(name,)) for name, texts in core_names().items() for text in texts)
    return _once([*found, *names])


def core_names() -> Mapping[str, list[str]]:
    """Return names and parts of sentences that do not begin like one, by the module that they come from."""
    from gf_desktop.changes import KEEP_NAME, TAKE_NAME
    from gf_desktop.imaging.operations import NAMES
    from gf_desktop.imaging.volume import WINDOW_PRESETS
    from gf_desktop.measuring import FIRST_NAMES

    return {
        "gf_desktop/changes.py": [KEEP_NAME, TAKE_NAME],
        "gf_desktop/imaging/operations.py": list(NAMES.values()),
        "gf_desktop/imaging/volume.py": [name for presets in WINDOW_PRESETS.values() for name in presets],
        "gf_desktop/measuring.py": [f"{name} {{number}}" for name in FIRST_NAMES.values()],
        **CORE_PARTS,
    }


# files


def _once(texts: Iterable[Text]) -> list[Text]:
    known: dict[tuple[str, str], Text] = {}
    for text in texts:
        before = known.get((text.context, text.source))
        files = {*text.files, *(before.files if before is not None else ())}
        counts = text.counts or (before is not None and before.counts)
        known[text.context, text.source] = Text(text.context, text.source, counts=counts, files=tuple(sorted(files)))
    return sorted(known.values(), key=lambda text: (text.context, text.source))


@cache
def source_texts() -> tuple[Text, ...]:
    """Return everything that is to be translated, by context."""
    return (*core_sentences(), *window_texts())


def _message(text: Text, forms: tuple[str, ...]) -> list[str]:
    done = bool(forms) and all(forms) and len(forms) == (2 if text.counts else 1)
    mark = "" if done else ' type="unfinished"'
    kept = forms if done else ("", "") if text.counts else ("",)
    inner = (
        "".join(f"\n                <numerusform>{escape(form)}</numerusform>" for form in kept) + "\n            "
        if text.counts
        else escape(kept[0])
    )
    return [
        '        <message numerus="yes">' if text.counts else "        <message>",
        *(f'            <location filename="../../{name}"/>' for name in text.files),
        f"            <source>{escape(text.source)}</source>",
        f"            <translation{mark}>{inner}</translation>",
        "        </message>",
    ]


def as_document(language: str, texts: Iterable[Text], known: Mapping[tuple[str, str], tuple[str, ...]]) -> str:
    """Return a file of Qt Linguist, the same for the same texts.

    Parameters
    ----------
    language
        As "de".
    texts
        What is to be in it; sorted by context.
    known
        (context, source) to the forms of the translation.
    """
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{language}" sourcelanguage="{SOURCE}">',
    ]
    context = ""
    for text in texts:
        if text.context != context:
            lines += ["    </context>"] if context else []
            lines += ["    <context>", f"        <name>{text.context}</name>"]
            context = text.context
        lines += _message(text, known.get((text.context, text.source), ()))
    return "\n".join([*lines, *(["    </context>"] if context else []), "</TS>", ""])


def wanted_in(language: str) -> list[Text]:
    """Return what the file of a language holds: for English only what counts something, since the source itself is English."""
    return [text for text in source_texts() if language != SOURCE or text.counts]


def main(arguments: list[str] | None = None) -> int:
    """Renew the files; return 1 where something is not translated yet."""
    from gf_desktop.gui.catalogue import catalogue_path, read_catalogue

    parser = argparse.ArgumentParser(prog="python -m gf_desktop.gui.source_strings", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a file is not what it should be")
    options = parser.parse_args(arguments)
    open_texts, stale = 0, 0
    for language in LANGUAGES:
        path, texts = catalogue_path(language), wanted_in(language)
        known = read_catalogue(path).messages if path.is_file() else {}
        document = as_document(language, texts, known)
        missing = document.count('type="unfinished"')
        differs = not path.is_file() or path.read_text(encoding="utf-8") != document
        open_texts, stale = open_texts + missing, stale + differs
        if differs and not options.check:
            with atomic_path(path) as temporary:
                temporary.write_text(document, encoding="utf-8")
        sys.stdout.write(
            f"{path.name}: {len(texts)} texts, {missing} not translated{', not up to date' if differs and options.check else ''}\n"
        )
    return 1 if open_texts or (options.check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
