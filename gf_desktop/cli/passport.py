"""What a scan is and where it lies, in lines that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gf_desktop.cli.output import Output
from gf_desktop.files.passport import Passport
from gf_desktop.files.passport_lines import passport_lines

__all__ = ["show_scan"]

_WIDTH = 14


def show_scan(document: dict[str, Any], output: Output) -> None:
    """Print one scan of what ``inspect`` returns: what it is, its passport, and what was noticed."""
    number = document.get("number")
    output.say(f"{'' if number is None else f'{number}  '}{document['description']}: {document['verdict']}")
    for name, text in _lines(document):
        output.say(f"  {name:{_WIDTH}} {text}")
    for finding in document["findings"]:
        output.say(f"  {finding['severity']:{_WIDTH}} {finding['code']}: {finding['message']}")
    if "next" in document:
        output.say(f"  {'what to do':{_WIDTH}} {document['next']}")


def _lines(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "kind", f"{document['kind']}, {document['modality'] or 'modality not stated'}, {_counted(document['files'], 'file')}"
    if document["size"] is not None:
        low, high = document["range"]
        yield "size", f"{' × '.join(map(str, document['size']))}, {document['type']} from {low:.6g} to {high:.6g}"
    if document.get("time") is not None:
        yield "time", ", ".join(f"{name} {value}" for name, value in document["time"].items())
    for line in passport_lines(Passport.from_json(document["passport"]), spacing_known=bool(document.get("spacing_known"))):
        yield line.name, str(line)
    if document.get("facts"):
        yield "facts", ", ".join(f"{name} {value}" for name, value in document["facts"].items())


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
