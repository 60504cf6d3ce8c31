"""Cases to files that are known to be right before anybody sees them.

Each file is read back by another library than the one that wrote it, and compared voxel by voxel and millimetre by millimetre; see
:mod:`gf_desktop.files.landing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.files.export_source import ExportSource, structure_word
from gf_desktop.files.formats import ExportFormat, LabelFormat, Orientation
from gf_desktop.files.label_files import same_mha, same_nrrd, write_mha, write_nrrd
from gf_desktop.files.landing import ExportedFile, Piece, bytes_piece, json_bytes, land
from gf_desktop.files.meshes import mesh_pieces
from gf_desktop.files.nifti import QFORM_TOL_MM, RAS_TO_LPS, NiftiFile, apart_mm, open_nifti
from gf_desktop.files.quiet import load_simpleitk, quiet_native
from gf_desktop.files.report import report_pieces
from gf_desktop.files.sidecar import sidecar_document, sidecar_name
from gf_desktop.files.tables import table_pieces
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["ExportedFile", "export_mask", "export_source"]

UInt8 = npt.NDArray[np.uint8]

FLOAT32_TOL = float(np.finfo(np.float32).eps)
"""NIfTI holds its matrix as float32: further than 800 mm from the patient's origin that is coarser than ``GRID_TOL_MM``."""


def export_mask(
    labels: UInt8,
    geometry: Geometry,
    table: LabelTable,
    *,
    folder: Path,
    stem: str,
    format: LabelFormat,  # noqa: A002 - the word of the command line
    modality: str,
    model_id: str,
    spacing_known: bool,
    time: TimeAxis | None = None,
    overwrite: bool = False,
) -> list[ExportedFile]:
    """Write a mask with its label table and grid.

    "nifti": ``stem.nii.gz``, uint8, on the scan's own grid. "png": an indexed picture in the structures' colours for each
    stored slice, ``stem_k000.png`` and on, or ``stem.png`` where there is one slice; the pixel value is the structure's id.
    "png16": the ids as grey pictures of 16 bits, ``stem_16bit_k000.png``. "png-structures": for each structure that occurs a picture
    of 0 and 255, ``stem_s02-liver_k000.png``. "nrrd": ``stem.seg.nrrd``, with names, colours and codes as 3D Slicer reads them. "mha":
    ``stem.mha``. The frames of a cine are one picture each, or volumes of one slice along a fourth axis, which is time.
    All: a document, ``stem.json``, ``stem_png.json`` and the like, with the names of the mask's files, the table, the grid in LPS mm,
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
    source = ExportSource(
        stem=stem,
        labels=labels,
        geometry=geometry,
        table=table,
        modality=modality,
        model_id=model_id,
        spacing_known=spacing_known,
        time=time,
    )
    return export_source(source, folder=folder, format=format, overwrite=overwrite)


def export_source(
    source: ExportSource,
    *,
    folder: Path,
    format: ExportFormat,  # noqa: A002 - the word of the command line
    orientation: Orientation = "lps",
    overwrite: bool = False,
    known: Mapping[str, str] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[ExportedFile]:
    """Write what is asked for of one case; see :func:`export_mask` for masks and :func:`land` for ``known`` and ``stopped``.

    Parameters
    ----------
    orientation
        Frame of meshes; masks and tables are always in LPS.

    Raises
    ------
    UserError
        As :func:`land`, and where the case has nothing of this kind: surfaces of a picture without a size.
    """
    return land(folder, _pieces(source, format, orientation), overwrite=overwrite, known=known, stopped=stopped)


def _pieces(source: ExportSource, file_format: ExportFormat, orientation: Orientation) -> list[Piece]:
    """Return the files of an export, the document that names the others last."""
    match file_format:
        case "stl" | "obj" | "ply":
            return mesh_pieces(source, file_format, orientation)
        case "csv" | "json":
            return table_pieces(source, file_format)
        case "report":
            return report_pieces(source)
        case _:
            return _mask_pieces(source, file_format)


def _mask_pieces(source: ExportSource, file_format: LabelFormat) -> list[Piece]:
    labels, geometry, stem = source.labels, source.geometry, source.stem
    moments: dict[str, Any] = {"moments": source.time} if source.is_cine else {}
    more: dict[str, Any] = {}
    if file_format == "nifti":
        write, same = partial(_write_nifti, labels, geometry, **moments), partial(_same_nifti, labels, geometry, **moments)
        pieces = [Piece(f"{stem}.nii.gz", write, same)]
    elif file_format == "nrrd":
        arguments = (labels, geometry, source.table)
        pieces = [Piece(f"{stem}.seg.nrrd", partial(write_nrrd, *arguments, **moments), partial(same_nrrd, *arguments, **moments))]
    elif file_format == "mha":
        pieces = [Piece(f"{stem}.mha", partial(write_mha, labels, geometry, **moments), partial(same_mha, labels, geometry, **moments))]
    elif file_format == "png-structures":
        pieces, more = _structure_pictures(source)
    else:
        pieces = _pictures(source, deep=file_format == "png16")
    document = more | sidecar_document(
        files=[p.name for p in pieces],
        geometry=geometry,
        table=source.table,
        modality=source.modality,
        model_id=source.model_id,
        spacing_known=source.spacing_known,
        time=source.time,
    )
    pieces.append(bytes_piece(sidecar_name(stem, file_format), json_bytes(document)))
    return pieces


def _pictures(source: ExportSource, *, deep: bool) -> list[Piece]:
    palette = _palette(source.table)
    names = _slice_names(f"{source.stem}_16bit" if deep else source.stem, len(source.labels))
    if deep:
        return [
            Piece(name, partial(_write_deep_png, plane), partial(_same_deep_png, plane))
            for name, plane in zip(names, source.labels, strict=True)
        ]
    return [
        Piece(name, partial(_write_png, plane, palette), partial(_same_png, plane, palette))
        for name, plane in zip(names, source.labels, strict=True)
    ]


def _structure_pictures(source: ExportSource) -> tuple[list[Piece], dict[str, Any]]:
    """Return black and white pictures of each structure that occurs, and how the names of each one's begin."""
    pieces, stems = [], {}
    for structure in source.structures:
        stems[str(structure.id)] = stem = f"{source.stem}_{structure_word(structure)}"
        pieces += [
            Piece(name, partial(_write_mask_png, plane, structure.id), partial(_same_mask_png, plane, structure.id))
            for name, plane in zip(_slice_names(stem, len(source.labels)), source.labels, strict=True)
        ]
    return pieces, {"stems": stems}


def _slice_names(stem: str, slices: int) -> list[str]:
    if slices == 1:
        return [f"{stem}.png"]
    digits = max(3, len(str(slices - 1)))
    return [f"{stem}_k{k:0{digits}d}.png" for k in range(slices)]


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


def _write_deep_png(plane: UInt8, path: Path) -> None:
    from PIL import Image

    Image.frombytes("I;16", (plane.shape[1], plane.shape[0]), plane.astype("<u2").tobytes()).save(path, format="PNG")


def _same_deep_png(plane: UInt8, path: Path) -> bool:
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as image:
        return image.mode == "I;16" and np.array_equal(np.array(image), plane)


def _write_mask_png(plane: UInt8, label: int, path: Path) -> None:
    from PIL import Image

    Image.fromarray(_black_and_white(plane, label)).save(path, format="PNG")


def _same_mask_png(plane: UInt8, label: int, path: Path) -> bool:
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as image:
        return image.mode == "L" and np.array_equal(np.array(image), _black_and_white(plane, label))


def _black_and_white(plane: UInt8, label: int) -> UInt8:
    return np.where(plane == label, np.uint8(255), np.uint8(0))
