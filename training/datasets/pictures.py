"""Pairs of pictures and masks in a folder, and what they become as slices."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import TrainingError
from gf_desktop.files.picture import DATASET_SUFFIXES, read_mask_values, read_pixels
from gf_desktop.imaging.labelmap import LabelTable
from training.datasets.source import SEE_DOCS, Part, Slices, SourceCase, check_folder, stack_slices

__all__ = ["Layout", "Pair", "find_pairs", "part_of", "read_binary_mask", "read_pair", "some_of"]

PART_FOLDERS: dict[str, Part] = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
"""A distributor's own split is recognised by folders of these names."""

MAX_BETWEEN_SHARE = 0.05
"""Share of a two-valued mask's pixels that may lie between black and white, through JPEG or a resized border."""

NAMED = 3
"""How many files an error names."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a data set tells masks from pictures; all comparisons ignore case.

    Attributes
    ----------
    image_folders, mask_folders
        Names of the folders next to each other that hold the one and the other.
    mask_endings
        What a mask's name has behind the picture's; a running number may follow, as in ``_mask_1``.
    """

    image_folders: tuple[str, ...]
    mask_folders: tuple[str, ...]
    mask_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture, its masks, and its path from the source without the folders that only say picture or mask."""

    image: Path
    masks: tuple[Path, ...]
    folder: Path

    @property
    def name(self) -> str:
        """Folder and stem joined to one word."""
        parts = [*self.folder.parts, self.image.stem]
        return re.sub(r"[^\w.()-]+", "_", "__".join(parts))


def find_pairs(src: Path, layout: Layout) -> list[Pair]:
    """Find every picture below a folder with its masks, in the order of their numbers.

    Raises
    ------
    TrainingError
        When there are no pictures, one has no mask, a mask has no picture, or two pictures share a name.
    """
    check_folder(src)
    ending = re.compile(rf"({'|'.join(map(re.escape, layout.mask_endings))})(_\d+)?$", re.IGNORECASE) if layout.mask_endings else None
    images: dict[tuple[Path, str], Path] = {}
    masks: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in sorted(p for p in src.rglob("*") if p.suffix.lower() in DATASET_SUFFIXES and p.is_file()):
        folder = path.relative_to(src).parent
        if any(part.startswith((".", "__MACOSX")) for part in path.relative_to(src).parts):
            continue
        is_mask, bare = _folder_kind(folder, layout)
        shorter = ending.sub("", path.stem) if ending else path.stem
        if is_mask or (is_mask is None and shorter != path.stem):
            masks[bare, shorter.lower()].append(path)
        elif (bare, path.stem.lower()) in images:
            raise TrainingError(
                "Two pictures differ in nothing but their ending",
                where=str(path),
                next_step="Keep one of them; give the folder of one format.",
            )
        else:
            images[bare, path.stem.lower()] = path
    _check_pairs(src, images, masks)
    pairs = [Pair(path, tuple(masks[key]), key[0]) for key, path in images.items()]
    return sorted(pairs, key=lambda pair: (pair.folder.as_posix(), _natural(pair.image.stem)))


def _folder_kind(folder: Path, layout: Layout) -> tuple[bool | None, Path]:
    """Return whether a folder is of masks (None: neither) and its path without that part."""
    for place, part in enumerate(folder.parts):
        for names, is_mask in ((layout.image_folders, False), (layout.mask_folders, True)):
            if part.lower() in names:
                return is_mask, Path(*folder.parts[:place], *folder.parts[place + 1 :])
    return None, folder


def _check_pairs(src: Path, images: dict[tuple[Path, str], Path], masks: dict[tuple[Path, str], list[Path]]) -> None:
    if not images and not masks:
        raise TrainingError("There is not a single picture in this folder", where=str(src), next_step=SEE_DOCS)
    lonely = [str(path.relative_to(src)) for key, path in images.items() if key not in masks]
    if lonely:
        raise TrainingError(f"{some_of(lonely, 'picture')} without a mask", where=str(src), next_step=SEE_DOCS)
    orphans = [str(path.relative_to(src)) for key, paths in masks.items() if key not in images for path in paths]
    if orphans:
        raise TrainingError(f"{some_of(orphans, 'mask')} without a picture", where=str(src), next_step=SEE_DOCS)


def some_of(names: list[str], kind: str) -> str:
    """Return how many files of a kind there are, and the names of the first."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {kind}{'s' if len(names) > 1 else ''} ({', '.join(names[:NAMED])}{more})"


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a sorting key by which 10 follows 9."""
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", text) if piece]


def part_of(folder: Path) -> Part | None:
    """Return the part of the distributor's split that a folder's name says, None where it says nothing."""
    return next((PART_FOLDERS[part.lower()] for part in folder.parts if part.lower() in PART_FOLDERS), None)


def read_binary_mask(path: Path) -> npt.NDArray[np.uint8]:
    """Read a two-valued mask as uint8 [rows, columns] of 0 and 1.

    0 and 1 are taken as they are; else values from one half of the range upwards are the structure.

    Raises
    ------
    TrainingError
        When it is no two-valued mask.
    UserError
        When the file cannot be read.
    """
    values = read_mask_values(path)
    highest = int(values.max(initial=0))
    if highest <= 1:
        return values.astype(np.uint8)
    full = 255 if highest <= 255 else 65535
    between = float(((values > full // 16) & (values < full - full // 16)).mean())
    if between > MAX_BETWEEN_SHARE or highest < full // 2:
        raise TrainingError(
            f"This mask has values between black and white (highest {highest}, {between:.0%} of the pixels between)",
            where=str(path),
            next_step="Expected 0 for background and 255 (or 1) for the structure.",
        )
    return (values > full // 2).astype(np.uint8)


def _read_join(paths: Iterable[Path]) -> npt.NDArray[np.uint8]:
    joined: npt.NDArray[np.uint8] | None = None
    for path in paths:
        mask = read_binary_mask(path)
        if joined is not None and joined.shape != mask.shape:
            raise TrainingError("The masks of one picture have different sizes", where=str(path), next_step="Get the files again.")
        joined = mask if joined is None else np.maximum(joined, mask)
    if joined is None:
        raise TrainingError("A picture has no mask", next_step=SEE_DOCS)
    return joined


def _read_labels(paths: Iterable[Path]) -> npt.NDArray[np.uint8]:
    """Return the labels of masks of several structures, joined where at most one of them is not background."""
    joined, first = np.zeros((0, 0), np.uint8), Path()
    for path in paths:
        labels = np.minimum(read_mask_values(path), 255).astype(np.uint8)
        if not joined.size:
            joined, first = labels, path
            continue
        if joined.shape != labels.shape:
            raise TrainingError("The masks of one picture have different sizes", where=str(path), next_step="Get the files again.")
        torn = int(((joined != labels) & (joined > 0) & (labels > 0)).sum())
        if torn:
            raise TrainingError(
                f"This mask and {first.name} give {torn} pixels two structures",
                where=str(path),
                next_step="Correct one of the two, so that each pixel has one structure.",
            )
        joined = np.maximum(joined, labels)
    return joined


def read_pair(case: SourceCase, size: int, *, table: LabelTable, channels: int) -> Slices:
    """Read a picture with its masks; several masks are joined.

    Raises
    ------
    TrainingError
        When picture and mask have different sizes, the mask holds other labels than the table, or two masks give a pixel different
        structures.
    UserError
        When a file cannot be read.
    """
    pixels: npt.NDArray[np.float32] = read_pixels(case.images[0]).astype(np.float32) / np.float32(255)
    image: npt.NDArray[np.float32] = np.moveaxis(pixels, -1, 0) if channels == 3 else pixels.mean(axis=-1, dtype=np.float32)[None]
    labels = _read_join(case.masks) if len(table) == 1 else _read_labels(case.masks)
    where = str(case.images[0])
    return stack_slices([(image, labels)], table=table, size=size, deep=False, where=where)
