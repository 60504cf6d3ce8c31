"""Arguments to verbs, errors to exit codes: 0 done, 1 a fault that the user can act on, 2 a bug of ours."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

from gf_desktop import __version__
from gf_desktop.errors import UserError
from gf_desktop.files.formats import DICOM_FORMATS, EXPORT_FORMATS

__all__ = ["main", "make_parser"]

_SubParsers: TypeAlias = "argparse._SubParsersAction[_Parser]"


class _UsageError(UserError):
    """The command line itself is not understood."""


class _Parser(argparse.ArgumentParser):
    """Reports a wrong command line as a user error instead of exiting."""

    def error(self, message: str) -> NoReturn:
        raise _UsageError(
            f"The command is not understood: {message}", where=self.prog, next_step=f"“{self.prog} --help” shows what it takes."
        )


def _slices(text: str) -> list[int]:
    try:
        numbers: list[int] = []
        for part in text.split(","):
            first, _, last = part.partition("-")
            numbers += range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not a list of slice numbers such as 3,7,11 or 0-4") from error
    return numbers


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of minutes") from error
    if not 0 < value <= 24 * 60:
        raise argparse.ArgumentTypeError(f"{text} minutes is not between 0 and 1440")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to 1000")
    return int(text)


def _spacing(text: str) -> tuple[float, float, float]:
    from gf_desktop.files.spacing import parsed_spacing

    try:
        return parsed_spacing(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(f"{error.what}. {error.next_step}") from error


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = _Parser(
        prog="gf-desktop",
        description="Correct a student's masks, refine it with one click. Research use; not a medical device.",
        epilog="Without a verb the window opens. Exit codes: 0 done, 1 something that you can act on, 2 a fault of the program.",
    )
    parser.add_argument("--version", action="version", version=f"gf-desktop {__version__}")
    parser.add_argument("--selftest", action="store_true", help="open the demo scan, predict, train two steps, export; then exit")
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    _add_data_verbs(verbs)
    _add_model_verbs(verbs)
    _add_other_verbs(verbs)
    return parser


def _add(verbs: _SubParsers, name: str, text: str, *, project: bool = True) -> argparse.ArgumentParser:
    sub: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    if project:
        sub.add_argument("project", metavar="PROJECT", type=Path, help="folder of the project")
    return sub


_MASK_HELP = "label map, DICOM segmentation or structure set on the scan's grid; flipped or permuted axes are fine"


def _add_other_frame(sub: argparse.ArgumentParser) -> None:
    text = "take a mask although it states another frame of reference than the scan; default: refuse it"
    sub.add_argument("--other-frame", action="store_true", help=text)


def _add_reference(sub: argparse.ArgumentParser, flag: str) -> None:
    sub.add_argument("case", metavar="CASE")
    sub.add_argument(flag, required=True, type=Path, metavar="FILE", help=_MASK_HELP)
    sub.add_argument("--slices", type=_slices, metavar="3,7,11", help="stored slices, counted from 0; default: all")
    sub.add_argument("--map", type=Path, metavar="FILE", help='JSON {"5": "liver", …}: ids of the file to structures')
    _add_other_frame(sub)


def _add_data_verbs(verbs: _SubParsers) -> None:
    new = _add(verbs, "new", "make a project that starts with a model pack, or with structures of its own")
    start = new.add_mutually_exclusive_group(required=True)
    start.add_argument("--model", metavar="PACK|ID", help="folder of a model pack, or the id of one that ships with the program")
    listed = 'JSON {"structures": [{"id", "name", "color"}]}, a label description of ITK-SNAP, or a shipped list such as abdomen'
    start.add_argument("--labels", metavar="FILE|NAME", help=f"structures; the first refinement makes the first model: {listed}")
    bring = _add(verbs, "import", "copy scans into the project: DICOM folders, NIfTI, NRRD, MetaImage, pictures")
    bring.add_argument("paths", metavar="PATH", type=Path, nargs="+")
    _add_choice(bring)
    bring.add_argument("--keep-text", action="store_true", help="leave text that is burned into pictures; by default it becomes black")
    _add(verbs, "list", "show the worklist")
    _add_patients_verb(verbs)
    frame = _add(verbs, "frame", "make a volume of a series in time a case with a mask of its own")
    frame.add_argument("case", metavar="CASE")
    frame.add_argument("frame", metavar="FRAME", type=int, help="counted from 0")
    predict = _add(verbs, "predict", "let the active student propose masks")
    predict.add_argument("--case", metavar="ID", action="append", help="one case, may be repeated; default: all")
    correct = _add(verbs, "correct", "take approved slices of a mask file")
    _add_reference(correct, "--mask")
    how = "bring a mask from another grid of the same frame of reference onto the scan's, and tell what that did; default: refuse it"
    correct.add_argument("--resample", choices=("nearest", "linear"), nargs="?", const="nearest", help=how)
    edit = _add(verbs, "edit", "carry out a correcting operation on a case's mask")
    edit.add_argument("case", metavar="CASE")
    edit.add_argument("operation", metavar="OPERATION", help="such as fill-holes, keep-largest-island, smooth; “help” lists them")
    edit.add_argument("settings", metavar="NAME=VALUE", nargs="*", help="such as label=liver radius_mm=3")
    edit.add_argument("--over", type=_words, metavar="liver,background", help="structures that may be painted over; default: all")
    for name, text in (("undo", "take the last change of a case's mask back"), ("redo", "carry it out again")):
        _add(verbs, name, text).add_argument("case", metavar="CASE")
    lock = _add(verbs, "lock", "protect a structure against every tool")
    lock.add_argument("structure", metavar="STRUCTURE")
    lock.add_argument("--off", action="store_true", help="free it again")
    _add_structure_verb(verbs)
    _add_reference(_add(verbs, "evaluate", "compare a case's mask with a reference: Dice and HD95"), "--reference")
    compare = _add(verbs, "compare", "compare a case's mask with an older one or a file: Dice and ml of each structure")
    compare.add_argument("case", metavar="CASE")
    source = compare.add_mutually_exclusive_group()
    source.add_argument("--revision", type=int, metavar="N", help="number of a kept mask; default: the student's last proposal")
    source.add_argument("--mask", type=Path, metavar="FILE", help="label map on the scan's grid")
    compare.add_argument("--map", type=Path, metavar="FILE", help='JSON {"5": "liver", …}: ids of the file to structures')
    _add_other_frame(compare)
    measured = _add(verbs, "measurements", "show the rulers, angles and regions of a case")
    measured.add_argument("case", metavar="CASE")
    measured.add_argument("--csv", type=Path, metavar="FILE", help="write them as a table too")
    _add_export_verb(verbs)


def _add_export_verb(verbs: _SubParsers) -> None:
    export = _add(verbs, "export", "write masks, surfaces or figures, read them back and compare")
    export.add_argument("--out", required=True, type=Path, metavar="DIR")
    export.add_argument("--format", required=True, choices=(*EXPORT_FORMATS, *DICOM_FORMATS))
    export.add_argument("--case", metavar="ID", action="append", help="one case, may be repeated; default: all")
    export.add_argument("--resume", action="store_true", help="go on with an export: write only what is missing or has changed since")
    export.add_argument("--overwrite", action="store_true", help="replace files that are there")
    export.add_argument(
        "--source", type=Path, metavar="FOLDER", help="for seg and rtstruct: where the DICOM series lies; default: as added"
    )
    tags = "must be said for seg and rtstruct: whether they carry the patient's name, number, birth date and sex of that series"
    export.add_argument("--patient-tags", choices=("copy", "blank"), help=tags)
    export.add_argument("--per-structure", action="store_true", help="a seg of its own for each structure")
    export.add_argument("--orientation", choices=("lps", "ras"), default="lps", help="frame of surfaces; default: lps, as DICOM")


def _add_patients_verb(verbs: _SubParsers) -> None:
    whose = _add(verbs, "patients", "say which scans are of one patient; one file holds the names, and may be deleted or kept elsewhere")
    whose.add_argument("--show", action="store_true", help="with the patients' numbers, names and folders, as that file holds them")
    place = whose.add_mutually_exclusive_group()
    place.add_argument("--keep", type=Path, metavar="FILE", help="keep that file elsewhere")
    place.add_argument("--forget", action="store_true", help="delete that file; with --yes")
    whose.add_argument("--yes", action="store_true")


def _add_choice(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--series", metavar="N|TEXT", help="scans of a folder: the number that “inspect” gives, or a word of the description; default: all"
    )
    verb.add_argument(
        "--level", type=int, metavar="N", help="size of a slide, from 0, the largest; default: the largest of 16 million pixels or less"
    )
    verb.add_argument(
        "--spacing",
        type=_spacing,
        metavar="ROWSxCOLUMNSxSLICES",
        help="distances in mm where the files state none, such as 0.7x0.7x3",
    )


def _add_structure_verb(verbs: _SubParsers) -> None:
    sub = _add(verbs, "structures", "show or change the list of structures")
    todo = sub.add_subparsers(dest="change", metavar="CHANGE", parser_class=_Parser)
    add = todo.add_parser("add", help="add a structure, which the student need not know")
    add.add_argument("name", metavar="NAME")
    edit = todo.add_parser("edit", help="give a structure another name, colour or code")
    edit.add_argument("structure", metavar="STRUCTURE", help="name or number")
    edit.add_argument("--name", metavar="NAME")
    for one in (add, edit):
        one.add_argument("--colour", metavar="#RRGGBB")
        one.add_argument("--code", metavar="CODE", help="in a terminology, such as “SCT 10200004”")
    merge = todo.add_parser("merge", help="give all voxels of a structure to another one, in every scan")
    merge.add_argument("structure", metavar="STRUCTURE")
    merge.add_argument("into", metavar="INTO")
    delete = todo.add_parser("delete", help="take a structure out of the list and out of every scan; in each it can be undone")
    delete.add_argument("structure", metavar="STRUCTURE")
    for one in (merge, delete):
        one.add_argument("--yes", action="store_true", help="do it; without, its voxels are only counted")
    take = todo.add_parser("take", help="add what the project lacks from a list: a file, or one that ships with the program")
    take.add_argument("source", metavar="FILE|NAME", help="JSON, a label description of ITK-SNAP, or a name; “help” lists the names")
    save = todo.add_parser("save", help="write the list to a file, for other projects")
    save.add_argument("file", metavar="FILE", type=Path)
    for one in (add, edit, merge, delete, take, save):
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")


def _add_model_verbs(verbs: _SubParsers) -> None:
    refine = _add(verbs, "refine", "distil a better student from what is approved")
    refine.add_argument("--minutes", type=_minutes, default=None)
    refine.add_argument("--seed", type=int, default=0)
    refine.add_argument(
        "--cores", type=_count, default=0, metavar="N", help="how many cores the trainer uses; without, as many as it likes"
    )
    refine.add_argument(
        "--device", choices=("auto", "cpu", "gpu"), default="auto", help="what trains; auto: a graphics card where there is one that works"
    )
    refine.add_argument(
        "--structure", metavar="NAME", action="append", default=[], help="learn from this structure; may be repeated; without, from all"
    )
    refine.add_argument(
        "--recipe",
        metavar="NAME[=VALUE]",
        action="append",
        default=[],
        help="another value for a setting of training, or a recipe: usual, gentle, small-structures, without-teacher; may be repeated",
    )
    refine.add_argument("--only-plugged", action="store_true", help="stand still while the computer runs on its battery")
    breaks = refine.add_mutually_exclusive_group()
    breaks.add_argument("--resume", action="store_true", help="go on with a refinement that was interrupted or stopped")
    breaks.add_argument("--finish", action="store_true", help="go on with it, and take what it has as soon as that can be used")
    breaks.add_argument("--anew", action="store_true", help="drop a refinement that was interrupted, and begin one")
    models = _add(verbs, "models", "show the project's models, one of them, or two beside each other")
    about = models.add_mutually_exclusive_group()
    about.add_argument("--show", metavar="MODEL", help="all that is known of one: data, Dice of each structure, the gate's decision")
    about.add_argument("--compare", nargs=2, metavar=("MODEL", "MODEL"), help="Dice of each structure, and what each learned from")
    about.add_argument("--rename", nargs=2, metavar=("MODEL", "TITLE"), help="give it another title")
    about.add_argument("--note", nargs=2, metavar=("MODEL", "TEXT"), help="write a note about it")
    activate = _add(verbs, "activate", "let another model serve")
    activate.add_argument("model", metavar="MODEL")
    _add(verbs, "rollback", "let the model that served before serve again")
    following = _add(verbs, "next", "say which slices of the whole project are worth correcting next, and why")
    following.add_argument("--count", type=_count, default=10, metavar="N", help="how many; default: 10")
    agreed = _add(verbs, "agreement", "how well you agree with yourself in slices that were read twice, and whether to go on")
    agreed.add_argument("--case", metavar="ID", help="of a second reading")
    agreed.add_argument("--slice", type=int, metavar="K", help="its stored slice, counted from 0")
    agreed.add_argument("--mask", type=Path, metavar="FILE", help=f"the second reading, made without seeing the first: {_MASK_HELP}")
    agreed.add_argument("--map", type=Path, metavar="FILE", help='JSON {"5": "liver", …}: ids of the file to structures')
    agreed.add_argument("--offer", choices=("on", "off"), help="whether the window offers approved slices again, blind")
    changes = _add(verbs, "changes", "predict again what another student drew, and show what that changed, the most first")
    changes.add_argument("--case", metavar="ID", action="append", help="one case, may be repeated; default: all")
    changes.add_argument("--structure", metavar="NAME", help="sort by this structure; default: by what changed in all")
    decision = changes.add_mutually_exclusive_group()
    decision.add_argument("--accept", action="store_true", help="let the newer proposal stay; nothing is reviewed by that")
    decision.add_argument("--keep", action="store_true", help="put the older proposal back where nobody has reviewed; can be undone")
    _add_capsule_verb(verbs)


def _add_capsule_verb(verbs: _SubParsers) -> None:
    sub = _add(verbs, "capsule", "a model as one file, for other projects: out, in, checked, and trained again", project=False)
    todo = sub.add_subparsers(dest="todo", metavar="WHAT", required=True, parser_class=_Parser)
    export = todo.add_parser("export", help="write a model of a project as a capsule, and read it back")
    export.add_argument("project", metavar="PROJECT", type=Path)
    export.add_argument("model", metavar="MODEL")
    export.add_argument("--out", required=True, type=Path, metavar="FILE", help="ends with .gfcapsule")
    export.add_argument("--key", type=Path, metavar="FILE", help="sign it with this key; “capsule key” makes one")
    export.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    take = todo.add_parser("import", help="take the model of a capsule into a project; “activate” lets it serve")
    take.add_argument("project", metavar="PROJECT", type=Path)
    verify = todo.add_parser("verify", help="check a capsule and say what is in it")
    replay = todo.add_parser("replay", help="train the model again from its parent and the same data, and compare the weights bit for bit")
    for one in (take, verify, replay):
        one.add_argument("file", metavar="FILE", type=Path)
    source = replay.add_mutually_exclusive_group(required=True)
    source.add_argument("--project", type=Path, metavar="PROJECT", help="a project with the same scans and masks")
    source.add_argument("--manifest", type=Path, metavar="FILE", help="manifest.json of the round")
    replay.add_argument("--out", required=True, type=Path, metavar="DIR", help="new folder for what is trained")
    replay.add_argument("--parent", type=Path, metavar="FILE", help="capsule of the parent, where the project does not have it")
    key = todo.add_parser("key", help="make a key to sign capsules with")
    key.add_argument("--out", required=True, type=Path, metavar="FILE")
    for one in (export, take, verify, replay, key):
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")


def _add_other_verbs(verbs: _SubParsers) -> None:
    inspect = _add(verbs, "inspect", "say what a file or folder is and where it lies in space", project=False)
    inspect.add_argument("path", type=Path, metavar="PATH")
    _add_choice(inspect)
    demo = _add(verbs, "demo", "the whole story on the demo scan", project=False)
    demo.add_argument("--headless", action="store_true", help="drive the window without a screen and write demo-out/")
    demo.add_argument("--out", type=Path, default=Path("demo-out"), metavar="DIR")
    demo.add_argument("--seed", type=int, default=0)
    demo.add_argument("--minutes", type=_minutes, default=None, help="length of the refinement")
    opened = _add(verbs, "open", "open the window", project=False)
    opened.add_argument("path", type=Path, nargs="?", metavar="PATH")
    shots = _add(verbs, "screenshots", "make the pictures of the documentation", project=False)
    shots.add_argument("--out", type=Path, required=True, metavar="DIR")


def _must_name_verb(words: Sequence[str]) -> None:
    """Refuse a path in the verb's place: the window opens where it is a project's."""
    if words and Path(words[0]).name != words[0]:
        from gf_desktop.project.database import no_project

        raise no_project(Path(words[0]).absolute())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # imported after the arguments are known to be needed: `--version` stays quick
    from gf_desktop.cli.output import Output
    from gf_desktop.cli.verbs import run_verb

    output = Output(as_json="--json" in words)
    try:
        _must_name_verb(words)
        options = make_parser().parse_args(words)
        return run_verb(options, output)
    except UserError as error:
        output.error(error)
        return 1
    except KeyboardInterrupt:
        output.error(UserError("Stopped on request", next_step="What was saved before is intact."))
        return 1
    except Exception:  # noqa: BLE001 - the last line of defence: every bug becomes exit code 2
        output.bug(traceback.format_exc())
        return 2
