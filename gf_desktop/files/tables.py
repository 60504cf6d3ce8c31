"""Figures of each structure as a table (CSV) and as a document (JSON)."""

from __future__ import annotations

import csv
import io
from typing import Any, Final, Literal

from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.landing import Piece, bytes_piece, json_bytes
from gf_desktop.files.sidecar import DISCLAIMER
from gf_desktop.imaging.figures import StructureFigures, structure_figures

__all__ = ["TABLE_COLUMNS", "TABLE_KIND", "figures_of", "table_pieces"]

TABLE_KIND: Final = "graph-flow-desktop figures"
TABLE_FORMAT: Final = 1

_VECTORS: Final = {
    "centroid_lps_mm": ("centroid_l_mm", "centroid_p_mm", "centroid_s_mm"),
    "first_ijk": ("first_i", "first_j", "first_k"),
    "last_ijk": ("last_i", "last_j", "last_k"),
    "low_lps_mm": ("low_l_mm", "low_p_mm", "low_s_mm"),
    "high_lps_mm": ("high_l_mm", "high_p_mm", "high_s_mm"),
}
_SCALARS: Final = ("id", "name", "code", "voxels", "volume_ml", "mean", "sd", "unit", "area_mm2", "reviewed")

TABLE_COLUMNS: Final = ("case", "modality", "model", *_SCALARS, *(column for columns in _VECTORS.values() for column in columns), "use")
"""Columns of the CSV. Indices count from 0, millimetres are LPS, an empty cell is not known or has no meaning for this scan."""


def figures_of(source: ExportSource) -> tuple[StructureFigures, ...]:
    """Return the figures of a case; what its scan's copy raises comes through."""
    volume = None if source.volume is None else source.volume()
    return structure_figures(source.labels, source.geometry, source.table, states=source.states, volume=volume, in_space=source.in_space)


def table_pieces(source: ExportSource, kind: Literal["csv", "json"]) -> list[Piece]:
    """Return the one file of a case's figures."""
    rows = figures_of(source)
    if kind == "csv":
        return [bytes_piece(f"{source.stem}_structures.csv", _as_csv(source, rows).encode())]
    document: dict[str, Any] = {
        "kind": TABLE_KIND,
        "format": TABLE_FORMAT,
        "use": DISCLAIMER,
        "case": source.stem,
        "modality": source.modality,
        "model_id": source.model_id,
        "frame": "LPS, mm",
        "in_space": source.in_space,
        "structures": [one.as_json() for one in rows],
    }
    return [bytes_piece(f"{source.stem}_structures.json", json_bytes(document))]


def _as_csv(source: ExportSource, rows: tuple[StructureFigures, ...]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TABLE_COLUMNS)
    for one in rows:
        cells: list[object] = [source.stem, source.modality, source.model_id, *(getattr(one, name) for name in _SCALARS)]
        for name, columns in _VECTORS.items():
            cells += getattr(one, name) or [None] * len(columns)
        writer.writerow([_cell(value) for value in [*cells, DISCLAIMER]])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6)
    # no spreadsheet shall take a name for a formula
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value
