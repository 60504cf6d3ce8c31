"""Pictures of validation slices as the student changes: the reference's outline in white, the student's in the structures' colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import UserError
from gf_desktop.files.picture import encode_png
from gf_desktop.imaging.labelmap import LabelTable
from training.dataset import ValidationScan
from training.evaluate import predict_classes
from training.schedule import Control

__all__ = ["FOLDER", "Previews"]

FOLDER = "previews"

MOST_SLICES = 4
TILE_PX = 224
"""Longer side of a slice's picture."""

UInt8 = npt.NDArray[np.uint8]


class Previews:
    """Draws up to four held-back slices, spread evenly over those that there are, whenever the student was judged.

    Parameters
    ----------
    folder
        Of the run; the pictures lie in ``previews/`` below it.
    scans
        Whose held-back slices are drawn.
    table
        Structures of the network, in the order of its classes.
    control
        Is told of each picture; a picture that cannot be written is told of once and is no fault of the round.
    """

    def __init__(self, folder: Path, scans: tuple[ValidationScan, ...], table: LabelTable, control: Control) -> None:
        self._folder, self._control = folder, control
        every = [(scan, place) for scan in scans for place in range(len(scan.slices))]
        chosen = np.linspace(0, len(every) - 1, min(MOST_SLICES, len(every))).round().astype(int)
        self._shown = [every[n] for n in chosen.tolist()]
        self._colours = np.array([(0, 0, 0), *(structure.rgb for structure in table)], np.uint8)
        self._told = False

    def draw(self, network: nn.Module, step: int) -> None:
        """Draw the slices with what a network says of them; it is left in evaluation mode."""
        if not self._shown:
            return
        network.eval()
        tiles = [self._tile(network, scan, place) for scan, place in self._shown]
        rows = max(tile.shape[0] for tile in tiles)
        picture = np.concatenate([np.pad(t, ((0, rows - t.shape[0]), (0, 0), (0, 0))) for t in tiles], axis=1)
        path = self._folder / FOLDER / f"step-{step:06d}.png"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                temporary.write_bytes(encode_png(picture))
        except (UserError, OSError) as error:
            if not self._told:
                self._told = True
                reason = error.what if isinstance(error, UserError) else str(error)
                self._control.warned(f"The pictures of validation slices cannot be written: {reason}")
            return
        self._control.preview(path, step)

    def _tile(self, network: nn.Module, scan: ValidationScan, place: int) -> UInt8:
        with torch.no_grad():
            said = predict_classes(network, scan.source, (scan.slices[place],))[0]
        plane = scan.source.working_plane(scan.slices[place])
        spec = scan.source.spec
        greys = np.clip((plane if plane.ndim == 3 else plane[None]) * np.float32(spec.std) + np.float32(spec.mean), 0, 1)
        shown = np.broadcast_to(np.moveaxis(greys, 0, -1), (*plane.shape[-2:], 3))
        height, width = said.shape
        scale = TILE_PX / max(height, width)
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        image = np.asarray(_resized(shown, size) * 255, np.uint8)
        truth, own = (_resized(classes, size) for classes in (scan.classes[place], said))
        image[_rim(truth)] = 255
        line = _rim(own)
        image[line] = self._colours[own[line]]
        return image


def _resized(values: npt.NDArray[Any], size: tuple[int, int]) -> npt.NDArray[Any]:
    """Return the nearest values on a grid of another size, [rows, columns, ...]."""
    rows, columns = (np.minimum((np.arange(n) + 0.5) * old / n, old - 1).astype(int) for n, old in zip(size, values.shape[:2], strict=True))
    return np.asarray(values[rows][:, columns])


def _rim(classes: UInt8) -> npt.NDArray[np.bool_]:
    """Return the pixels of structures that touch another class."""
    rim = np.zeros(classes.shape, np.bool_)
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        differs = classes[one] != classes[other]
        rim[one] |= differs
        rim[other] |= differs
    return rim & (classes > 0)
