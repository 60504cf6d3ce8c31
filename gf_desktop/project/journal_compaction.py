"""The beginning of a journal's new file: the edits that stay undoable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gf_desktop.project.journal_format import (
    DIGEST_BYTES,
    Carried,
    Entry,
    Header,
    RecordKind,
    StrokePayload,
    Timeline,
    encode_header,
    encode_record,
)

__all__ = ["write_compacted"]


def write_compacted(
    target: Path,
    header: Header,
    timeline: Timeline,
    entries: list[Entry],
    stroke_of: Callable[[int], StrokePayload],
    *,
    most: tuple[int, int],
) -> None:
    """Write a journal that begins with the edits nearest to now.

    Parameters
    ----------
    timeline, entries, stroke_of
        Of the journal as it is; ``stroke_of`` reads the edit of an ordinal.
    most
        How many edits at most, and how many bytes of them.
    """
    turns = [(ordinal, True) for ordinal in timeline.undone[::-1]] + [(o, False) for o in timeline.done[::-1]]
    start = encode_header(header)
    digest, room = start[-DIGEST_BYTES:], most[1]
    with target.open("wb") as stream:
        stream.write(start)
        for ordinal, undone in turns[: most[0]]:
            room -= entries[ordinal].length
            if room < 0:
                break
            stroke = stroke_of(ordinal)
            record = encode_record(RecordKind.CARRIED, Carried(stroke.author, stroke.time, undone, stroke), previous=digest)
            digest = record[-DIGEST_BYTES:]
            stream.write(record)
