"""What a scan is and where it lies, in lines that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gf_desktop.cli.output import Output

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
    passport = document["passport"]
    yield "kind", f"{document['kind']}, {document['modality'] or 'modality not stated'}, {_counted(document['files'], 'file')}"
    if document["size"] is not None:
        low, high = document["range"]
        yield "size", f"{' × '.join(map(str, document['size']))}, {document['type']} from {low:.6g} to {high:.6g}"
    if document.get("time") is not None:
        yield "time", ", ".join(f"{name} {value}" for name, value in document["time"].items())
    if passport["origin_mm"] is not None:
        yield "origin", f"{_numbers(passport['origin_mm'])} mm ({passport['origin_from']})"
        axes = passport["axes"]
        columns = "  ".join(f"{name} {_numbers(axes[n::3])}" for n, name in enumerate("ijk"))
        yield "axes", f"{columns} ({passport['axes_from']})"
        unit = "mm" if document["spacing_known"] else "pixels"
        sources = list(dict.fromkeys(passport["spacing_from"]))
        yield "spacing", f"{_numbers(passport['spacing_mm'])} {unit} ({', '.join(sources)})"
    yield from _slice_lines(passport["slices"])
    for one in passport["contradictions"]:
        yield "contradiction", f"{one['name']} {one['stated']:.6g} {one['unit']}, measured {one['measured']:.6g} {one['unit']}"
    if passport["qform_apart_mm"] is not None:
        yield "qform", f"{passport['qform_apart_mm']:.3g} mm and {passport['qform_turned_deg']:.3g} degrees from the sform"
    if document.get("facts"):
        yield "facts", ", ".join(f"{name} {value}" for name, value in document["facts"].items())
    if passport["resampled"]:
        yield "resampled", "yes, as the findings say"


def _slice_lines(slices: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    if slices is None:
        return
    even = "no even spacing" if slices["spacing_mm"] is None else f"{slices['spacing_mm']:.6g} mm apart"
    text = f"{slices['count']}, {even}, at most {slices['residual_mm']:.2g} mm off it"
    if slices["smallest_gap_mm"] is not None:
        text += f", gaps {slices['smallest_gap_mm']:.6g} to {slices['largest_gap_mm']:.6g} mm"
    yield "slices", text
    counts = {
        "missing": "missing",
        "missing_at_ends": "missing at the ends",
        "duplicates": "stored twice",
        "crowded": "positions with several",
    }
    wrong = [f"{slices[key]} {words}" for key, words in counts.items() if slices[key]]
    if slices["overlap_mm"]:
        wrong.append(f"overlapping by {slices['overlap_mm']:.4g} mm")
    yield "", ", ".join(wrong) or "none missing, none twice, none overlapping"
    for gap in slices["gaps"]:
        yield "gap", f"{gap['after_mm']:.2f} to {gap['before_mm']:.2f} mm along the normal: {gap['missing']} missing"
    if slices["slide_mm"] > 0:
        yield "tilt", f"{slices['tilt_deg']:.3g} degrees, {slices['slide_mm']:.3g} mm over the stack"


def _numbers(values: Sequence[float]) -> str:
    return "  ".join(f"{value:.6g}" for value in values)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
