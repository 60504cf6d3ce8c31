"""What a file or folder holds, as the document that the command line prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gf_desktop.errors import UserError
from gf_desktop.files.findings import Finding, UnusableScanError, verdict_of
from gf_desktop.files.scan import ScanSource, find_scans, read_scan

__all__ = ["inspect"]


def inspect(path: Path) -> dict[str, Any]:
    """Return what the scan at a path is, where it lies in space and whether it can be used.

    The scan is read completely, because a header alone cannot tell that the pixels are there. Of a folder with several
    scans, the one with most files stands on top and "scans" lists all.

    Returns
    -------
    {kind, description, modality, files, size [i, j, k], spacing_mm, origin_mm, direction (row by row, LPS), spacing_known, place_known,
    time, type, range [lowest, highest], facts, verdict "green", "amber" or "red", findings: [{code, message, severity}], scans: [...]}.
    Of a red scan what cannot be trusted is null, and "next" says what to do.

    Raises
    ------
    UserError
        As ``find_scans`` and ``read_scan``, but a red scan, or a damaged one among several, is described instead of refused.
    """
    sources = find_scans(path)
    documents = [_describe(source, alone=len(sources) == 1) for source in sources]
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
    try:
        scan = read_scan(source)
    except UnusableScanError as error:
        findings = error.findings
        document["next"] = error.next_step
    except UserError as error:
        if alone:
            raise
        findings = (Finding("unreadable", error.what, "red", error.next_step),)
        document["next"] = error.next_step
    else:
        findings = scan.findings
        volume = scan.volume
        document |= volume.geometry.as_json()
        document["modality"] = volume.modality
        document["spacing_known"] = volume.spacing_known
        document["place_known"] = volume.place_known
        document["time"] = None if volume.time is None else volume.time.as_json()
        document["type"] = str(volume.voxels.dtype)
        document["range"] = [float(volume.voxels.min()), float(volume.voxels.max())]
        document["facts"] = dict(volume.facts)
    document["verdict"] = verdict_of(findings)
    document["findings"] = [f.as_json() for f in findings]
    return document
