"""Label maps as NRRD and MetaImage: written here, so that a header holds what is meant and nothing else, and read back with SimpleITK.

NRRD: https://teem.sourceforge.net/nrrd/format.html, with the keys by which 3D Slicer knows segments
(https://slicer.readthedocs.io, "Segmentation file format"). MetaImage: https://itk.org/Wiki/MetaIO/Documentation.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.quiet import load_simpleitk, quiet_native
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["same_mha", "same_nrrd", "write_mha", "write_nrrd"]

UInt8 = npt.NDArray[np.uint8]

COMPRESSION: Final = 6
"""zlib's level: what is above takes several times as long for masks and saves a few per cent."""

SECONDS_WITHOUT_TIME: Final = 1.0
"""Spacing along time where a cine does not say how fast its frames follow each other."""

TIME_TOL_S: Final = 1e-9

CATEGORY: Final = "SCT^123037004^Anatomical Structure"
"""Slicer wants a category beside each code; this one holds for every structure in a patient."""


def write_nrrd(labels: UInt8, geometry: Geometry, table: LabelTable, path: Path, *, moments: TimeAxis | None = None) -> None:
    """Write a gzip-compressed NRRD with the names, colours and codes of its segments; OSError where the disk refuses.

    Parameters
    ----------
    labels
        uint8 [k, j, i].
    moments
        Of a cine, whose slices become volumes of one slice along a fourth axis, which is time in seconds.
    """
    size, matrix, origin = _axes(geometry, moments)
    lines = [
        "NRRD0004",
        "type: uint8",
        f"dimension: {len(size)}",
        f"space: left-posterior-superior{'' if moments is None else '-time'}",
        f"sizes: {_words(size)}",
        f"space directions: {' '.join(_vector(column) for column in matrix.T)}",
        f"kinds: {' '.join(['domain'] * len(size))}",
        "encoding: gzip",
        f"space origin: {_vector(origin)}",
        *(f"{key}:={_escaped(value)}" for key, value in _segments(table, size).items()),
    ]
    with path.open("wb") as stream:
        stream.write(("\n".join(lines) + "\n\n").encode())
        # no name and no time of day: the same mask makes the same file
        with gzip.GzipFile(filename="", mode="wb", compresslevel=COMPRESSION, fileobj=stream, mtime=0) as packed:
            for plane in labels:
                packed.write(np.ascontiguousarray(plane).data)


def same_nrrd(labels: UInt8, geometry: Geometry, table: LabelTable, path: Path, *, moments: TimeAxis | None = None) -> bool:
    """Whether SimpleITK reads an NRRD as it was meant: type, grid, every voxel, names and values of the segments.

    Errors are SimpleITK's RuntimeError.
    """
    image = _read(path)
    keys = set(image.GetMetaDataKeys())
    wanted = _segments(table, _axes(geometry, moments)[0])
    named = all(key in keys and image.GetMetaData(key) == value for key, value in wanted.items())
    return named and _same_image(image, labels, geometry, moments)


def write_mha(labels: UInt8, geometry: Geometry, path: Path, *, moments: TimeAxis | None = None) -> None:
    """Write a compressed MetaImage; it has no room for names. Parameters and errors as :func:`write_nrrd`."""
    size, matrix, origin = _axes(geometry, moments)
    spacing = np.linalg.norm(matrix, axis=0)
    packed = list(_deflated(labels))
    lines = [
        "ObjectType = Image",
        f"NDims = {len(size)}",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = True",
        f"CompressedDataSize = {sum(map(len, packed))}",
        # one axis after the other
        f"TransformMatrix = {_words((matrix / spacing).T.reshape(-1))}",
        f"Offset = {_words(origin)}",
        f"CenterOfRotation = {_words([0] * len(size))}",
        f"ElementSpacing = {_words(spacing)}",
        f"DimSize = {_words(size)}",
        "ElementType = MET_UCHAR",
        "ElementDataFile = LOCAL",
    ]
    with path.open("wb") as stream:
        stream.write(("\n".join(lines) + "\n").encode())
        stream.writelines(packed)


def same_mha(labels: UInt8, geometry: Geometry, path: Path, *, moments: TimeAxis | None = None) -> bool:
    """Whether SimpleITK reads a MetaImage as it was meant: type, grid, every voxel. Errors are SimpleITK's RuntimeError."""
    return _same_image(_read(path), labels, geometry, moments)


def _axes(geometry: Geometry, moments: TimeAxis | None) -> tuple[list[int], npt.NDArray[np.float64], list[float]]:
    """Return sizes, the matrix whose columns lead from a voxel to the next along each axis, and the origin; LPS mm, and s along time."""
    matrix, size, origin = geometry.affine[:3, :3], list(geometry.size_ijk), list(geometry.origin_mm)
    if moments is None:
        return size, matrix, origin
    whole = np.zeros((4, 4))
    whole[:3, :3] = matrix
    whole[3, 3] = moments.frame_ms / 1000.0 if moments.frame_ms is not None else SECONDS_WITHOUT_TIME
    return [*size[:2], 1, size[2]], whole, [*origin, 0.0]


def _words(values: Iterable[float]) -> str:
    return " ".join(_number(v) for v in values)


def _vector(values: Iterable[float]) -> str:
    return f"({','.join(_number(v) for v in values)})"


def _number(value: float) -> str:
    """Return the shortest decimals that are read back as the very same number."""
    return str(value) if isinstance(value, int) else repr(float(value) + 0.0)


def _deflated(labels: UInt8) -> Iterator[bytes]:
    packer = zlib.compressobj(COMPRESSION)
    for plane in labels:
        yield packer.compress(np.ascontiguousarray(plane).data)
    yield packer.flush()


def _segments(table: LabelTable, size: list[int]) -> dict[str, str]:
    """Return the keys by which 3D Slicer knows names, values, colours and codes."""
    extent = " ".join(f"0 {n - 1}" for n in size[:3])
    keys = {
        "Segmentation_ContainedRepresentationNames": "Binary labelmap|",
        "Segmentation_MasterRepresentation": "Binary labelmap",
        "Segmentation_ReferenceImageExtentOffset": "0 0 0",
    }
    for number, structure in enumerate(table):
        keys |= {
            f"Segment{number}_ID": f"Segment_{structure.id}",
            f"Segment{number}_Name": structure.name,
            f"Segment{number}_NameAutoGenerated": "0",
            f"Segment{number}_LabelValue": str(structure.id),
            f"Segment{number}_Layer": "0",
            f"Segment{number}_Color": " ".join(f"{v / 255:.6f}" for v in structure.rgb),
            f"Segment{number}_ColorAutoGenerated": "0",
            f"Segment{number}_Extent": extent,
            f"Segment{number}_Tags": _terminology(structure),
        }
    return keys


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")


def _terminology(structure: Structure) -> str:
    scheme, _, code = structure.code.partition(" ")
    if not code or set(structure.code + structure.name) & set("^~|"):
        return "|"
    entry = f"Segmentation category and type - 3D Slicer General Anatomy list~{CATEGORY}~{scheme}^{code}^{structure.name}~^^"
    return f"TerminologyEntry:{entry}~Anatomic codes - DICOM master list~^^~^^|"


def _read(path: Path) -> Any:
    sitk = load_simpleitk()
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    # the temporary name ends like the real one, but nothing else of it is known
    reader.SetImageIO("NrrdImageIO" if path.name.endswith(".nrrd") else "MetaImageIO")
    with quiet_native():
        return reader.Execute()


def _same_image(image: Any, labels: UInt8, geometry: Geometry, moments: TimeAxis | None) -> bool:
    sitk = load_simpleitk()
    axes = 3 if moments is None else 4
    if image.GetDimension() != axes or image.GetPixelID() != sitk.sitkUInt8 or image.GetNumberOfComponentsPerPixel() != 1:
        return False
    size, matrix, _origin = _axes(geometry, moments)
    if list(image.GetSize()) != size:
        return False
    if moments is not None and abs(image.GetSpacing()[3] - matrix[3, 3]) > TIME_TOL_S:
        return False
    direction = np.reshape(image.GetDirection(), (axes, axes))[:3, :3]
    found = Geometry((size[0], size[1], size[2]), image.GetSpacing()[:3], image.GetOrigin()[:3], direction)
    expected = geometry if moments is None else geometry.first_slice
    return found.same_grid(expected, tol_mm=GRID_TOL_MM) and np.array_equal(sitk.GetArrayViewFromImage(image).reshape(labels.shape), labels)
