"""What a file or folder holds, as the document that the command line prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gf_desktop.errors import UserError
from gf_desktop.files.choosing import at_level, choose_scans
from gf_desktop.files.findings import Finding, UnusableScanError, verdict_of
from gf_desktop.files.passport import Passport
from gf_desktop.files.scan import ScanSource, find_scans, read_scan
from gf_desktop.files.spacing import Spacing

__all__ = ["inspect"]


def inspect(path: Path, *, spacing_mm: Spacing | None = None, series: str | None = None, level: int | None = None) -> dict[str, Any]:
    """Return what the scan at a path is, where it lies in space and whether it can be used.

    The scan is read completely, because a header alone cannot tell that the pixels are there. Of a folder with several
    scans, the one with most files stands on top and "scans" lists all.

    Parameters
    ----------
    spacing_mm
        What the user states of files that do not: mm between rows, between columns and between slices.
    series
        Which scan of a folder is looked at: its number, from 1, or a word of its description. None for all.
    level
        Which size of a slide is read, from 0, the largest; None for the one that fits a screen.

    Returns
    -------
    {kind, description, modality, files, size [i, j, k], spacing_mm, origin_mm, direction (row by row, LPS), spacing_known, place_known,
    time, type, range [lowest, highest], facts, verdict "green", "amber" or "red", findings: [{code, message, severity}], passport:
    see :class:`Passport`, number in the folder, scans: [...]}; of a slide also its levels, {size, spacing_mm}, and which was read.
    Of a red scan what cannot be trusted is null, and "next" says what to do.

    Raises
    ------
    UserError
        As ``find_scans`` and ``read_scan``, but a red scan, or a damaged one among several, is described instead of refused.
    """
    found = at_level(find_scans(path, spacing_mm=spacing_mm), level)
    sources = found if series is None else choose_scans(found, series)
    documents = [_describe(source, alone=len(found) == 1) | {"number": found.index(source) + 1} for source in sources]
    top = max(range(len(sources)), key=lambda n: (len(sources[n].paths), -n))
    return {**documents[top], "scans": documents}


def _describe(source: ScanSource, *, alone: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "kind": source.kind,
        "description": source.description,
        "modality": source.modality,
        "files": len(source.paths),
        "size": None,
        "spacing_mm": None,
        "origin_mm": None,
        "direction": None,
    }
    if source.levels:
        document["levels"] = [{"size": [found.columns, found.rows], "spacing_mm": found.spacing_mm} for found in source.levels]
        document["level"] = source.level
    passport = Passport("red")
    try:
        scan = read_scan(source)
    except UnusableScanError as error:
        findings = error.findings
        document["next"] = error.next_step
        passport = error.passport or passport
    except UserError as error:
        if alone:
            raise
        findings = (Finding("unreadable", error.what, "red", error.next_step),)
        document["next"] = error.next_step
    else:
        findings = scan.findings
        volume, passport = scan.volume, scan.passport
        document |= volume.geometry.as_json()
        document["modality"] = volume.modality
        document["spacing_known"] = volume.spacing_known
        document["place_known"] = volume.place_known
        document["time"] = None if volume.time is None else volume.time.as_json()
        document["type"] = str(volume.voxels.dtype)
        document["range"] = [float(volume.voxels.min()), float(volume.voxels.max())]
        document["facts"] = dict(volume.facts)
    document["verdict"] = verdict_of(findings)
    document["passport"] = passport.as_json()
    document["findings"] = [f.as_json() for f in findings]
    return document
