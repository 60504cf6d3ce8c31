"""Masks to files that are known to be right before anybody sees them.

Each file is written under a temporary name in its folder, flushed to the disk, read back by another library than the one
that wrote it, compared voxel by voxel and millimetre by millimetre, and only then moved to its name.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import UserError
from gf_desktop.files.faults import writing_fault
from gf_desktop.files.nifti import QFORM_TOL_MM, RAS_TO_LPS, NiftiFile, apart_mm, open_nifti
from gf_desktop.files.quiet import load_simpleitk, quiet_native
from gf_desktop.files.sidecar import sidecar_document, sidecar_name
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["ExportedFile", "export_mask"]

UInt8 = npt.NDArray[np.uint8]

FLOAT32_TOL = float(np.finfo(np.float32).eps)
"""NIfTI holds its matrix as float32: further than 800 mm from the patient's origin that is coarser than ``GRID_TOL_MM``."""

MIN_FREE_BYTES = 1 << 20
"""A disk with less than this is called full when a file on it did not come out right."""

_READ_FAULTS = (EOFError, KeyError, OSError, SyntaxError, TypeError, ValueError, zlib.error)
"""What nibabel and Pillow raise on files that were cut short."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written; ``verified`` when it was read back and found equal."""

    path: Path
    verified: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file of an export: its name, how to write it to a path, and whether what lies at a path is what was meant."""

    name: str
    write: Callable[[Path], None]
    same: Callable[[Path], bool]


def export_mask(
    labels: UInt8,
    geometry: Geometry,
    table: LabelTable,
    *,
    folder: Path,
    stem: str,
    format: Literal["nifti", "png"],  # noqa: A002 - the word of the command line
    modality: str,
    model_id: str,
    spacing_known: bool,
    time: TimeAxis | None = None,
    overwrite: bool = False,
) -> list[ExportedFile]:
    """Write a mask with its label table and grid.

    "nifti": ``stem.nii.gz``, uint8, on the scan's own grid. "png": an indexed picture in the structures' colours for each
    stored slice, ``stem_k000.png`` and on, or ``stem.png`` where there is one slice; the pixel value is the structure's id.
    The frames of a cine are one picture each, or volumes of one slice along the fourth axis of the NIfTI, which is time.
    Both: a document, ``stem.json`` or ``stem_png.json``, with the names of the mask's files, the table, the grid in LPS mm,
    the model and the purpose.

    Parameters
    ----------
    labels
        uint8 [k, j, i] of the table's ids and 0.
    geometry
        The scan's grid.
    folder
        Made where it is missing.
    stem
        Name without ending.
    time
        Frames in time of the scan, None without.
    overwrite
        Replace files of these names; otherwise they are an error.

    Returns
    -------
    The files, mask first, document last; all verified, else an error is raised and nothing is left.

    Raises
    ------
    UserError
        When a file exists already, the folder cannot be written to, the disk is full, or what was read back differs.
    ValueError
        When labels and geometry do not fit, labels hold ids that the table has not, or the stem is no plain name.
    """
    _check_arguments(labels, geometry, table, stem=stem)
    if format == "nifti":
        moments: dict[str, Any] = {"moments": time} if time is not None and time.kind == "cine" else {}
        write, same = partial(_write_nifti, labels, geometry, **moments), partial(_same_nifti, labels, geometry, **moments)
        pieces = [_Piece(f"{stem}.nii.gz", write, same)]
    else:
        palette = _palette(table)
        pieces = [
            _Piece(name, partial(_write_png, plane, palette), partial(_same_png, plane, palette))
            for name, plane in zip(_slice_names(stem, len(labels)), labels, strict=True)
        ]
    document = sidecar_document(
        files=[p.name for p in pieces],
        geometry=geometry,
        table=table,
        modality=modality,
        model_id=model_id,
        spacing_known=spacing_known,
        time=time,
    )
    text = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    beside = sidecar_name(stem, pictures=format == "png")
    pieces.append(_Piece(beside, partial(_write_bytes, text), partial(_same_bytes, text)))
    _land(folder, pieces, overwrite=overwrite)
    return [ExportedFile(folder / piece.name, verified=True) for piece in pieces]


def _check_arguments(labels: UInt8, geometry: Geometry, table: LabelTable, *, stem: str) -> None:
    if labels.shape != geometry.shape_kji or labels.dtype != np.uint8:
        raise ValueError(f"labels of shape {labels.shape} and type {labels.dtype} for a grid of {geometry.shape_kji}")
    unknown = sorted({int(v) for v in np.unique(labels)} - {0, *table.ids})
    if unknown:
        raise ValueError(f"labels {unknown} are not in the table")
    if not stem or Path(stem).name != stem or stem.startswith("."):
        raise ValueError(f"{stem!r} is no plain file name")


def _slice_names(stem: str, slices: int) -> list[str]:
    if slices == 1:
        return [f"{stem}.png"]
    digits = max(3, len(str(slices - 1)))
    return [f"{stem}_k{k:0{digits}d}.png" for k in range(slices)]


def _land(folder: Path, pieces: Sequence[_Piece], *, overwrite: bool) -> None:
    """Write, flush, check and move all files; on any fault leave the folder as it was.

    The last file is the document that names the others, so whoever sees it sees a complete mask.
    """
    made = not folder.exists()
    token = secrets.token_hex(4)
    waiting = {piece.name: folder / f".{token}.{piece.name}" for piece in pieces}
    landed: list[Path] = []
    complete = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not overwrite:
            _refuse_existing(folder, pieces)
        for piece in pieces:
            _write_checked(piece, waiting[piece.name])
        if not overwrite:
            _refuse_existing(folder, pieces)
        for piece in pieces:
            waiting[piece.name].replace(folder / piece.name)
            landed.append(folder / piece.name)
        _flush_folder(folder)
        complete = True
    except OSError as error:
        raise writing_fault(error, folder) from error
    finally:
        if not complete:
            _clear([*waiting.values(), *([] if overwrite else landed)], folder=folder if made else None)


def _refuse_existing(folder: Path, pieces: Sequence[_Piece]) -> None:
    for piece in pieces:
        if (folder / piece.name).exists():
            raise UserError(
                "This file exists already and is not replaced",
                where=str(folder / piece.name),
                next_step="Choose another folder, or remove it first.",
            )


def _clear(paths: Sequence[Path], *, folder: Path | None) -> None:
    """Remove what a failed export left, and the folder that it made, as far as the disk lets us."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    if folder is not None:
        with suppress(OSError):
            folder.rmdir()


def _write_checked(piece: _Piece, path: Path) -> None:
    """Write one file under its temporary name, flush it to the disk and compare what can be read back."""
    path.touch(exist_ok=False)  # refused here with a clear reason where a library would only say that it failed
    try:
        piece.write(path)
    except RuntimeError as error:  # SimpleITK's only error
        raise _not_written(piece, path) from error
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())
    try:
        same = piece.same(path)
    except (UserError, *_READ_FAULTS) as error:
        raise _not_written(piece, path) from error
    if not same:
        raise _not_written(piece, path)


def _not_written(piece: _Piece, path: Path) -> UserError:
    """Return the error for a file that is not on the disk as it was meant."""
    final = path.with_name(piece.name)
    if shutil.disk_usage(path.parent).free < MIN_FREE_BYTES:
        return writing_fault(OSError(errno.ENOSPC, "disk full"), final)
    return UserError(
        "What was read back from the disk is not what was written, so the file was not kept",
        where=str(final),
        next_step="Check the disk and its free space, or choose another folder.",
    )


def _flush_folder(folder: Path) -> None:
    """Make the new names last through a power cut; Windows cannot open a folder for this and does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_bytes(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _same_bytes(content: bytes, path: Path) -> bool:
    return path.read_bytes() == content


def _write_nifti(labels: UInt8, geometry: Geometry, path: Path, *, moments: TimeAxis | None = None) -> None:
    """Write with SimpleITK, whose frame is LPS like ours; it sets both sform and qform."""
    sitk = load_simpleitk()
    image = sitk.GetImageFromArray(labels if moments is None else labels[:, None], isVector=False)
    direction = geometry.direction
    if moments is not None:
        direction = np.eye(4)
        direction[:3, :3] = geometry.direction
    # ITK calls the unit of the fourth axis seconds
    image.SetSpacing(geometry.spacing_mm if moments is None else (*geometry.spacing_mm, (moments.frame_ms or 1000.0) / 1000.0))
    image.SetOrigin(geometry.origin_mm if moments is None else (*geometry.origin_mm, 0.0))
    image.SetDirection([float(v) for v in direction.reshape(-1)])
    with quiet_native():
        sitk.WriteImage(image, str(path), useCompression=True)


def _same_nifti(labels: UInt8, geometry: Geometry, path: Path, *, moments: TimeAxis | None = None) -> bool:
    """Compare with what nibabel reads: type, both matrices, every voxel."""
    file = open_nifti(path, frames=moments is not None)
    if moments is not None:
        labels, geometry = labels[:, None], geometry.first_slice
    header = file.image.header
    expected = RAS_TO_LPS @ geometry.affine
    tolerance = max(GRID_TOL_MM, FLOAT32_TOL * float(np.abs(expected[:3, 3]).max() + geometry.diagonal_mm))
    return (
        file.image.get_data_dtype() == np.uint8
        and int(header["sform_code"]) > 0
        and int(header["qform_code"]) > 0
        and apart_mm(header.get_sform(), expected, geometry.size_ijk) <= tolerance
        and apart_mm(header.get_qform(), expected, geometry.size_ijk) <= QFORM_TOL_MM
        and _same_voxels(file, labels)
    )


def _same_voxels(file: NiftiFile, labels: UInt8) -> bool:
    at = 0
    for slab in file.slabs():
        if not np.array_equal(slab, labels[at : at + len(slab)]):
            return False
        at += len(slab)
    return at == len(labels)


def _palette(table: LabelTable) -> bytes:
    """Return 256 colours: black for background, the structures' own, grey for ids that are not in use."""
    colours = [(128, 128, 128)] * 256
    colours[0] = (0, 0, 0)
    for structure in table:
        colours[structure.id] = structure.rgb
    return bytes(value for colour in colours for value in colour)


def _write_png(plane: UInt8, palette: bytes, path: Path) -> None:
    from PIL import Image

    image = Image.frombytes("P", (plane.shape[1], plane.shape[0]), np.ascontiguousarray(plane).tobytes())
    image.putpalette(palette)
    image.save(path, format="PNG")


def _same_png(plane: UInt8, palette: bytes, path: Path) -> bool:
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as image:
        return image.mode == "P" and bytes(image.getpalette() or ()) == palette and np.array_equal(np.array(image), plane)
