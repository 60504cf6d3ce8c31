"""The JSON document beside each exported mask: which structures, which grid, which model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["DISCLAIMER", "SIDECAR_FORMAT", "SIDECAR_KIND", "is_exported_mask", "sidecar_document", "sidecar_name"]

SIDECAR_FORMAT = 1
SIDECAR_KIND = "graph-flow-desktop mask"
DISCLAIMER = "Research use; not a medical device"
MAX_BYTES = 1 << 20
"""A longer JSON file beside a picture is not ours."""

_KINDS = {"nifti": "", "png-structures": "_structures_png"}
"""How the document of a format is called where that is not the format's own name; all of one mask may lie in the same folder."""

_PLACES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(.+)\.nii(?:\.gz)?"), "nifti"),
    (re.compile(r"(.+)\.seg\.nrrd"), "nrrd"),
    (re.compile(r"(.+)\.mha"), "mha"),
    (re.compile(r"(.+?)_16bit(?:_k\d+)?\.png"), "png16"),
    (re.compile(r"(.+?)_s\d+[a-z0-9-]*(?:_k\d+)?\.png"), "png-structures"),
    (re.compile(r"(.+?)(?:_k\d+)?\.png"), "png"),
)
"""Names of exported files, and whose document names them."""


def sidecar_name(stem: str, kind: str) -> str:
    """Return the name of the document beside the files of a format."""
    return f"{stem}{_KINDS.get(kind, '_' + kind)}.json"


def sidecar_document(
    *,
    files: list[str],
    geometry: Geometry,
    table: LabelTable,
    modality: str,
    model_id: str,
    spacing_known: bool,
    time: TimeAxis | None = None,
) -> dict[str, Any]:
    """Return the document: names of the mask's files in slice order, label table, grid (LPS, mm), modality, model and purpose.

    Of a scan with frames in time also "time": of a cine k counts frames and its spacing is a placeholder, of a series "frame" says
    which volume, from 0, the mask is of.
    """
    document: dict[str, Any] = {
        "kind": SIDECAR_KIND,
        "format": SIDECAR_FORMAT,
        "use": DISCLAIMER,
        "files": files,
        "model_id": model_id,
        "modality": modality,
        "structures": table.as_json(),
        "frame": "LPS, mm",
        "spacing_known": spacing_known,
        "geometry": geometry.as_json(),
    }
    return document if time is None else document | {"time": time.as_json()}


def is_exported_mask(path: Path) -> bool:
    """Whether a file is named in the document of a mask that this program exported beside it."""
    for pattern, kind in _PLACES:
        found = pattern.fullmatch(path.name)
        if found is not None and _names(path.with_name(sidecar_name(found[1], kind)), path.name):
            return True
    return False


def _names(beside: Path, name: str) -> bool:
    try:
        if beside.stat().st_size > MAX_BYTES:
            return False
        document = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("kind") == SIDECAR_KIND and name in document.get("files", ())
