"""A report of one case for people: one HTML file with its pictures in it, no script, and nothing that is fetched from anywhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any, Final

from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.landing import Piece, bytes_piece
from gf_desktop.files.report_pictures import ReportPicture, slice_pictures, surface_picture
from gf_desktop.files.sidecar import DISCLAIMER
from gf_desktop.files.tables import figures_of
from gf_desktop.imaging.figures import StructureFigures

__all__ = ["report_pieces"]

STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1120px;margin:2em auto;padding:0 1em;color:#1b1f24}h1{font-size:1.5em}"
    "h2{font-size:1.15em;margin-top:1.6em}table{border-collapse:collapse}th,td{padding:.2em .8em .2em 0;text-align:left;"
    "border-bottom:1px solid #d5dae0;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "figure{display:inline-block;margin:0 1em 1em 0;vertical-align:top}figcaption{color:#57606a}img{max-width:100%;background:#000}"
    ".use{border:2px solid #b35900;padding:.4em .8em;font-weight:600}.swatch{display:inline-block;width:.9em;height:.9em;margin-right:.5em}"
    "@media print{body{margin:0}}"
)
"""Colours of the paper: a report is printed more often than it is looked at in the dark."""

POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Browsers are told too that nothing is to be fetched and no script run."""

_VERDICTS: Final = {"green": "green: as the file states", "amber": "amber: opened, with remarks", "red": "red: not to be trusted"}


def report_pieces(source: ExportSource) -> list[Piece]:
    """Return the one file of a case's report; what its scan's copy raises comes through."""
    if source.volume is None:
        raise ValueError("a report needs the scan")
    pictures = slice_pictures(source, source.volume())
    surfaces = surface_picture(source)
    everything = pictures if surfaces is None else [*pictures, surfaces]
    content = _document(source, figures_of(source), everything).encode()
    return [bytes_piece(f"{source.stem}_report.html", content, check=_is_self_contained)]


def _document(source: ExportSource, figures: Sequence[StructureFigures], pictures: Sequence[ReportPicture]) -> str:
    name = escape(source.stem)
    hidden = sum(picture.text_hidden for picture in pictures)
    parts = [
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head><body>',
        f'<h1>{name}: {escape(source.title or "scan")}</h1><p class="use">{DISCLAIMER}</p>',
        *(_figure(picture) for picture in pictures),
        "<p>Outlines and surfaces have the colours of the table.</p>" if source.present else "<p>The mask is empty.</p>",
        f"<p>Text was found in the pictures and blacked out in {hidden} places.</p>" if hidden else "",
        f"<h2>Structures</h2>{_structures(source, figures)}",
        f"<h2>Scan</h2>{_facts(_scan_facts(source))}",
        _remarks(source.findings),
        f"<h2>Model</h2>{_facts(_model_facts(source))}{_scores(source.model.get('metrics'))}",
        "</body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _figure(picture: ReportPicture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    caption = escape(picture.caption)
    return f'<figure><img alt="{caption}" src="data:image/png;base64,{data}"><figcaption>{caption}</figcaption></figure>'


def _structures(source: ExportSource, figures: Sequence[StructureFigures]) -> str:
    unit = next((one.unit for one in figures if one.unit), "")
    mean = f"mean{f' {unit}' if unit else ''}"
    colours = {structure.id: structure.color for structure in source.table}
    head = ["", "voxels", *(["ml", "surface mm²"] if source.in_space else []), mean, "SD", "reviewed"]
    rows = []
    for one in figures:
        reviewed = "" if one.reviewed is None else f"{100 * one.reviewed:.0f} %"
        space = [_number(one.volume_ml, 2), _number(one.area_mm2, 0)] if source.in_space else []
        cells = [str(one.voxels), *space, _number(one.mean, 1), _number(one.sd, 1), reviewed]
        swatch = f'<span class="swatch" style="background:{colours[one.id]}"></span>{escape(one.name)}'
        numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        rows.append(f"<tr><td>{swatch}</td>{numbers}</tr>")
    titles = "".join(f'<th class="n">{escape(title)}</th>' for title in head)
    return f"<table><tr>{titles}</tr>{''.join(rows)}</table>"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows if value)
    return f"<table>{lines}</table>"


def _scan_facts(source: ExportSource) -> list[tuple[str, str]]:
    grid = source.geometry
    sizes = " × ".join(map(str, grid.size_ijk))
    spacing = " × ".join(f"{mm:.4g}" for mm in (grid.spacing_mm[:2] if source.is_cine else grid.spacing_mm))
    rows = [("modality", source.modality), ("voxels", f"{sizes}{' (the last are frames)' if source.is_cine else ''}")]
    rows.append(("spacing", f"{spacing} mm" if source.spacing_known else "unknown"))
    if source.in_space:
        rows += [
            ("origin, LPS", f"{', '.join(f'{mm:.2f}' for mm in grid.origin_mm)} mm"),
            ("axes grow to", f"{''.join(grid.axis_letters)}{f', oblique by {grid.obliqueness_deg:.1f}°' if grid.is_oblique else ''}"),
        ]
    return [*rows, ("geometry", _VERDICTS.get(source.verdict, source.verdict)), ("review", source.status)]


def _remarks(findings: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in findings)}</ul>" if findings else ""


def _model_facts(source: ExportSource) -> list[tuple[str, str]]:
    told = [(name.replace("_", " "), str(source.model.get(name) or "")) for name in ("title", "training_data", "licence")]
    return [("id", source.model_id or "none"), *told]


def _scores(metrics: Any) -> str:
    """Return the figures of a model's card as far as they are what cards hold."""
    if not isinstance(metrics, dict) or not isinstance(metrics.get("structures"), dict):
        return ""
    found = {name: one.get("dice") for name, one in metrics["structures"].items() if isinstance(one, dict)}
    rows = "".join(
        f'<tr><td>{escape(str(name))}</td><td class="n">{value:.3f}</td></tr>'
        for name, value in [*found.items(), ("mean", metrics.get("mean_dice"))]
        if isinstance(value, int | float)
    )
    of = escape(str(metrics.get("of") or "slices of its own"))
    return f'<table><tr><th></th><th class="n">Dice</th></tr>{rows}</table><p>Measured on {of}.</p>' if rows else ""


class _Outside(HTMLParser):
    """Notes what a browser would fetch or run, and the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.pictures: list[bytes] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag; see the base class."""
        if tag in ("script", "iframe", "object", "embed", "link", "form"):
            self.found.append(tag)
        for name, value in attrs:
            inline = re.fullmatch(r"data:image/png;base64,([A-Za-z0-9+/=]+)", value or "") if name == "src" else None
            if inline is not None:
                self.pictures.append(base64.b64decode(inline[1], validate=True))
            elif name in ("src", "href", "srcset", "action") or name.startswith("on"):
                self.found.append(name)


def _is_self_contained(content: bytes) -> bool:
    """Whether a report is whole, fetches and runs nothing, and every picture in it can be decoded."""
    import io

    from PIL import Image

    parser = _Outside()
    parser.feed(content.decode("utf-8"))
    parser.close()
    for png in parser.pictures:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            image.load()
    return not parser.found and bool(parser.pictures) and content.endswith(b"</body></html>\n")
