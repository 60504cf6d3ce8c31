"""Pictures of a report: the slice of each plane that shows most of the structures, with their outlines, and the surfaces in space.

Planes are seen as radiologists see them: the patient's right is on the left, the front or the head on top. A scan in one plane is shown
as it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.picture import encode_png
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.surface import boxes_of, surface_of
from gf_desktop.imaging.surface_render import Camera, Raster, Scene, shades
from gf_desktop.imaging.volume import Volume

__all__ = ["ReportPicture", "slice_pictures", "surface_picture"]

UInt8 = npt.NDArray[np.uint8]

LONGEST_PX: Final = 520
"""Longer side of a picture."""

LINE_PX: Final = 2

SURFACE_PX: Final = (520, 420)
SURFACE_SAMPLES: Final = 120_000
BACKGROUND: Final = (16, 20, 26)
LOOK: Final = Camera(azimuth_deg=-25.0, elevation_deg=12.0)

NO_TEXT: Final = frozenset({"CT", "MR", "PT", "NM"})
"""Modalities whose voxels are measured and not photographed: no machine writes names into them."""

_PLANES: Final = (("axial", 0), ("coronal", 1), ("sagittal", 2))


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """A PNG with a caption; ``text_hidden`` counts places with burned-in text that were blacked out."""

    caption: str
    png: bytes
    text_hidden: int = 0


def slice_pictures(source: ExportSource, volume: Volume) -> list[ReportPicture]:
    """Return the key slice of each plane, or the one of a scan that lies in one plane."""
    limits = volume.default_window().limits
    common: dict[str, Any] = {"table": source.table, "window": limits, "text": source.modality not in NO_TEXT}
    if source.is_cine or volume.is_flat:
        k = _fullest(source.labels, 0)
        caption = f"{'frame' if source.is_cine else 'slice'} {k + 1} of {len(source.labels)}"
        spacing = (source.geometry.spacing_mm[1], source.geometry.spacing_mm[0])
        return [_picture(caption, volume.voxels[k], source.labels[k], spacing_mm=spacing, **common)]
    turn = source.geometry.canonical_axes()
    # canonical i, j, k grow to the Left, the back and the head
    voxels, labels = turn.view(volume.voxels), turn.view(source.labels)
    spacing_kji = source.geometry.reordered(turn).spacing_mm[::-1]
    pictures = []
    for name, axis in _PLANES:
        at = _fullest(labels, axis)
        plane, mask = (np.take(values, at, axis=axis) for values in (voxels, labels))
        if axis:
            plane, mask = plane[::-1], mask[::-1]
        across = [spacing_kji[n] for n in range(3) if n != axis]
        caption = f"slice {at + 1} of {labels.shape[axis]}, {name}"
        pictures.append(_picture(caption, plane, mask, spacing_mm=(across[0], across[1]), **common))
    return pictures


def _fullest(labels: npt.NDArray[Any], axis: int) -> int:
    """Return the slice with most voxels of structures; the middle one where there is none."""
    others = tuple(n for n in range(3) if n != axis)
    counts = np.count_nonzero(labels, axis=others)
    return int(counts.argmax()) if counts.any() else labels.shape[axis] // 2


def _picture(
    caption: str,
    plane: npt.NDArray[Any],
    mask: npt.NDArray[Any],
    *,
    table: LabelTable,
    spacing_mm: tuple[float, float],
    window: tuple[float, float],
    text: bool,
) -> ReportPicture:
    """Draw outlines upon a plane [rows, columns] (and colours); ``spacing_mm`` is that of rows and columns."""
    from PIL import Image

    from gf_desktop.imaging.burned_in import find_text

    shown = np.ascontiguousarray(plane) if plane.ndim == 3 else _greys(plane, window)
    hidden = find_text(shown) if text else ()
    if hidden:
        shown = shown.copy()
        for region in hidden:
            shown[region.slices] = 0
    rows, columns = (n * mm for n, mm in zip(mask.shape, spacing_mm, strict=True))
    scale = LONGEST_PX / max(rows, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    image = np.array(Image.fromarray(shown).convert("RGB").resize(size, Image.Resampling.BILINEAR))
    outlined = np.array(Image.fromarray(np.ascontiguousarray(mask)).resize(size, Image.Resampling.NEAREST))
    colours = np.zeros((256, 3), np.uint8)
    for structure in table:
        colours[structure.id] = structure.rgb
    line = _rim(outlined)
    image[line] = colours[outlined[line]]
    return ReportPicture(caption, encode_png(image), len(hidden))


def _greys(plane: npt.NDArray[Any], window: tuple[float, float]) -> UInt8:
    low, high = window
    shares = np.clip((plane.astype(np.float32) - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(shares * 255, np.uint8)


def _rim(labels: UInt8) -> npt.NDArray[np.bool_]:
    """Return the pixels of structures that lie within ``LINE_PX`` of another label."""
    rim = np.zeros(labels.shape, np.bool_)
    for shift in range(1, LINE_PX + 1):
        for one, other in ((np.s_[shift:], np.s_[:-shift]), (np.s_[:, shift:], np.s_[:, :-shift])):
            differs = labels[one] != labels[other]
            rim[one] |= differs
            rim[other] |= differs
    return rim & (labels > 0)


def surface_picture(source: ExportSource) -> ReportPicture | None:
    """Return the structures in space, seen from the front and a little from the right; None where there is nothing in space."""
    if not source.in_space:
        return None
    surfaces = {}
    for label, box in boxes_of(source.labels).items():
        surface = surface_of(source.labels, label, source.geometry, box=box, most_samples=SURFACE_SAMPLES)
        if surface is not None:
            surfaces[label] = surface
    if not surfaces:
        return None
    scene = Scene(surfaces)
    colours = {structure.id: structure.rgb for structure in source.structures}
    pixels = Raster(scene, LOOK.fitted(scene), SURFACE_PX).draw().picture(shades(colours, BACKGROUND))
    rgb = np.stack([pixels >> shift & 0xFF for shift in (16, 8, 0)], axis=-1).astype(np.uint8)
    return ReportPicture("surfaces, from the front", encode_png(rgb))
