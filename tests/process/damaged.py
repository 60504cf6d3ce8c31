"""A project whose scan has a journal of many changes, killed while it was open, and copies of it whose journal was cut or changed."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nibabel.nifti1 import Nifti1Image

from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.imaging.operations import Margin, Polygon
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session

JOURNAL = Path("cases", "C-001", "journal.gfj")
SIZE_IJK = (26, 22, 8)
CHANGES = 70


class NoTrainer:
    """Stands where a trainer's transport would be made."""

    def __init__(self) -> None:
        raise AssertionError("no round is started here")


def digest(label_map: LabelMap) -> str:
    """Return a digest of labels and states."""
    return hashlib.blake2b(label_map.labels.tobytes() + label_map.states.tobytes(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Story:
    """A project as a kill left it.

    Attributes
    ----------
    project
        Its folder.
    content
        The journal's bytes.
    ends, masks
        Where its records end, the header's end first, and the digest of the mask after each.
    base
        Digest of the mask of the last revision, before every stroke.
    """

    project: Path
    content: bytes
    ends: tuple[int, ...]
    masks: tuple[str, ...]
    base: str

    def expected(self, sound: int) -> str:
        """Return the digest of the mask that a journal sound up to a byte leads to."""
        known = [mask for end, mask in zip(self.ends, self.masks, strict=True) if end <= sound]
        return known[-1] if known else self.base

    def is_whole(self, sound: int, length: int) -> bool:
        """Whether a journal that is sound up to a byte and this long shows no damage."""
        return sound in self.ends and sound == length


def tell_a_story(folder: Path, pack: Path) -> Story:
    """Make a project in a folder, change its mask many times, and leave it as a kill would."""
    voxels = np.random.default_rng(0).choice([10, 45, 60, 77, 90], SIZE_IJK).astype(np.int16)
    Nifti1Image(voxels, np.diag([-0.9, -0.9, 3.0, 1.0])).to_filename(folder / "scan.nii.gz")
    session = Session(InlineJobs(), NoTrainer, author="AB")
    session.create_project(folder / "trial", pack)
    session.import_paths([folder / "scan.nii.gz"])
    session.predict("C-001")
    session.open_case("C-001")
    opened, dice = session.must_open(), np.random.default_rng(4)
    base = digest(opened.label_map)
    ends, masks = [opened.journal.size_bytes], [base]
    for number in range(CHANGES):
        _change(session, dice, number)
        if opened.journal.size_bytes != ends[-1]:
            ends.append(opened.journal.size_bytes)
            masks.append(digest(opened.label_map))
    left = folder / "left"
    shutil.copytree(folder / "trial", left, ignore=shutil.ignore_patterns("*.lock"))
    session.close_project()
    content = (left / JOURNAL).read_bytes()
    assert len(content) == ends[-1]
    assert len(set(masks)) > CHANGES // 2
    return Story(left, content, tuple(ends), tuple(masks), base)


def _change(session: Session, dice: np.random.Generator, number: int) -> None:
    place = tuple(float(dice.uniform(0, n - 1)) for n in SIZE_IJK)
    axis = (0, 1, 2)[int(dice.integers(3))]
    if number % 7 == 3:
        session.undo()
    elif number % 14 == 4:
        session.redo()
    elif number % 9 == 5:
        session.approve_slice(int(dice.integers(SIZE_IJK[axis])), axis=axis)
    elif number % 13 == 6:
        session.operate(Margin(5, float(dice.choice([-1.0, 1.0]))))
    elif number % 11 == 7:
        corners = [list(place) for _ in range(3)]
        for corner in corners:
            for a in {0, 1, 2} - {axis}:
                corner[a] = float(dice.uniform(0, SIZE_IJK[a]))
        session.operate(Polygon(1, axis, tuple((c[0], c[1], c[2]) for c in corners)))
    else:
        stroke = session.begin_stroke(
            axis=axis, label=int(dice.choice([1, 5])), radius_mm=float(dice.choice([1.0, 3.0])), start_ijk=(place[0], place[1], place[2])
        )
        stroke.move_to((place[0] + 3.0, place[1] + 2.0, place[2]))
        stroke.finish()


def cuts(story: Story, count: int, *, seed: int) -> Iterator[tuple[bytes, int]]:
    """Give contents of the journal cut at random bytes, and up to where they are sound."""
    dice = random.Random(seed)
    for _ in range(count):
        at = dice.randrange(len(story.content))
        yield story.content[:at], at


def flips(story: Story, count: int, *, seed: int) -> Iterator[tuple[bytes, int]]:
    """Give contents of the journal with one bit changed, and up to where they are sound."""
    dice = random.Random(seed)
    for _ in range(count):
        place = dice.randrange(len(story.content))
        content = bytearray(story.content)
        content[place] ^= 1 << dice.randrange(8)
        yield bytes(content), place


def damaged_copy(story: Story, target: Path, content: bytes) -> Path:
    """Return a copy of the project with other bytes as its journal."""
    shutil.copytree(story.project, target)
    (target / JOURNAL).write_bytes(content)
    return target
