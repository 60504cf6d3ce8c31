"""What a new student's proposal changed in a case's mask, and the old proposal, kept beside it so that it can be put back.

::

    cases/C-001/change.json         who drew it before and who draws it now, voxels of each structure, what the person decided
                change-000007.npz   the voxels that differ, with their old and new labels; named by the revision that was written then
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays, write_arrays
from gf_desktop.atomic import atomic_path
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, VoxelState
from gf_desktop.project.journal_file import utc_now

__all__ = ["Change", "ChangeState", "drop_other_changes", "put_back", "read_change", "read_difference", "write_change", "write_state"]

CHANGE: Final = "change.json"
FORMAT: Final = 1

UInt8 = npt.NDArray[np.uint8]
ChangeState = Literal["open", "accepted", "kept"]


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """What one student's proposal for a case changed of the one before, where nobody has reviewed.

    Attributes
    ----------
    older, newer
        Ids of the models.
    created
        When, in UTC.
    voxels
        How many have another label.
    added, removed
        Voxels that each label value has more, and those that it has no more; label values as text, as JSON wants keys.
    file
        Name of the file with the voxels; "" where none differs.
    state
        open: nobody has decided; accepted: the new proposal stays; kept: the old one was put back.
    """

    older: str
    newer: str
    created: str
    voxels: int
    added: dict[str, int]
    removed: dict[str, int]
    file: str = ""
    state: ChangeState = "open"
    format: int = FORMAT

    def changed_voxels(self, label: int | None = None) -> int:
        """Return how many voxels a label value has more or no more; None for those that changed at all."""
        return self.voxels if label is None else self.added.get(str(label), 0) + self.removed.get(str(label), 0)


def write_change(folder: Path, number: int, before: LabelMap, after: LabelMap, *, older: str, newer: str) -> Change:
    """Compare two proposals for a case where nobody has reviewed, and keep the difference, on any thread.

    Parameters
    ----------
    folder
        Of the case.
    number
        Of the revision that the new proposal becomes.

    Raises
    ------
    UserError
        When the disk is full or fails; what was kept before is as it was.
    """
    edit = LabelEdit.record(
        labels=before.labels,
        states=before.states,
        mask=(after.states == VoxelState.PROPOSED) & (before.states == VoxelState.PROPOSED),
        box=Box.whole(after.labels.shape),
        new_labels=after.labels,
        new_states=before.states,
        name="",
    )
    if edit is None:
        change = Change(older, newer, utc_now(), 0, {}, {})
    else:
        count = int(np.count_nonzero(edit.mask))
        name = f"change-{number:06d}.npz"
        box = np.array([edit.box.start_kji, edit.box.stop_kji], np.int64)
        with atomic_path(folder / name) as temporary:
            write_arrays(temporary, {"box": box, "mask": edit.mask_bits, "before": edit.before, "after": edit.after})
        change = Change(older, newer, utc_now(), count, _counted(edit.after, count), _counted(edit.before, count), name)
    _write(folder, change)
    return change


def _counted(labels: UInt8, count: int) -> dict[str, int]:
    found = {int(labels[0]): count} if labels.size == 1 else dict(enumerate(np.bincount(labels).tolist()))
    return {str(label): int(voxels) for label, voxels in found.items() if voxels and label}


def _write(folder: Path, change: Change) -> None:
    with atomic_path(folder / CHANGE) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(change), indent=1) + b"\n")


def write_state(folder: Path, change: Change, state: ChangeState) -> Change:
    """Keep what the person decided and return the change with it; errors as :func:`gf_desktop.atomic.atomic_path`."""
    decided = msgspec.structs.replace(change, state=state)
    _write(folder, decided)
    return decided


def read_change(folder: Path) -> Change | None:
    """Return what the last new proposal changed; None without one before it, and for a damaged file: only a list is lost."""
    try:
        change = msgspec.json.decode((folder / CHANGE).read_bytes(), type=Change)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    known = change.format <= FORMAT and (not change.file or Path(change.file).name == change.file)
    return change if known else None


def drop_other_changes(folder: Path, change: Change) -> None:
    """Delete the voxels of proposals before the one that was replaced last."""
    for path in folder.glob("change-*.npz"):
        if path.name != change.file:
            # a file that cannot be deleted is only in the way
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def read_difference(folder: Path, change: Change, shape_kji: tuple[int, int, int]) -> LabelEdit | None:
    """Return the voxels that differ as an edit from the old labels to the new ones, on any thread; None where none differs.

    Raises
    ------
    ProjectError
        When the file is missing, damaged, or another scan's.
    """
    if not change.file:
        return None
    path = folder / change.file
    try:
        edit = _edit_of(read_arrays(path), shape_kji)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise ProjectError(
            "The older proposal cannot be read", where=str(path), next_step="Let an older student serve and predict the scan again."
        ) from error
    return edit


def _edit_of(arrays: dict[str, npt.NDArray[Any]], shape_kji: tuple[int, int, int]) -> LabelEdit:
    ends = arrays["box"].astype(int).tolist()
    box = Box(tuple(ends[0]), tuple(ends[1]))
    inside = all(0 <= a < b <= size for a, b, size in zip(box.start_kji, box.stop_kji, shape_kji, strict=True))
    bits, before, after = (arrays[name] for name in ("mask", "before", "after"))
    if not inside or any(one.dtype != np.uint8 or one.ndim != 1 for one in (bits, before, after)):
        raise ValueError("of another scan")
    if bits.size != -(-int(np.prod(box.shape_kji)) // 8):
        raise ValueError("of another size")
    edit, none = LabelEdit(box, bits, before, after, np.zeros(0, np.uint8), np.zeros(0, np.uint8), ""), (1, int(np.unpackbits(bits).sum()))
    if before.size not in none or after.size not in none:
        raise ValueError("of another number of voxels")
    return edit


def put_back(label_map: LabelMap, difference: LabelEdit, *, newer: bool, name: str, author: str = "") -> LabelEdit | None:
    """Return the edit that gives voxels which nobody has reviewed the labels of the older proposal; None where it would change nothing.

    Parameters
    ----------
    difference
        As :func:`read_difference` returns it.
    newer
        The labels of the newer proposal instead.
    """
    region = difference.box.slices
    wanted, states = label_map.labels[region].copy(), label_map.states[region]
    chosen = difference.mask
    wanted[chosen] = difference.after if newer else difference.before
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=chosen & (states == VoxelState.PROPOSED),
        box=difference.box,
        new_labels=wanted,
        new_states=states,
        name=name,
        author=author,
    )
