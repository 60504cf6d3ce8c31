"""The same files read without the program: where voxels lie, what they hold, and what masks hold, by other libraries or by hand."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it
from PIL import Image
from skimage.measure import grid_points_in_poly

from gf_desktop.files.quiet import quiet, quiet_native
from tests.contract.formats_expected import BIG_ENDIAN, Size, Spacing

Array = np.ndarray
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a scan is: size, spacing, one matrix a slice from (column, row) to LPS mm [k, 3, 3] or None, voxels, and who says so."""

    size: Size
    spacing: Spacing
    planes: Array | None
    voxels: Array
    place_by: str
    voxels_by: str


def judge_scan(paths: list[Path]) -> Judged:
    """Return what a scan is; several paths are the files of one DICOM series."""
    with quiet(), quiet_native():
        return _judge_scan(paths)


def _judge_scan(paths: list[Path]) -> Judged:
    name = paths[0].name.lower()
    if name.endswith(".nii.gz"):
        image = nibabel.load(paths[0])
        return _of_matrix(RAS_TO_LPS @ image.affine, np.asarray(image.dataobj).transpose(2, 1, 0), "nibabel", "nibabel")
    if name.endswith(".nrrd"):
        matrix, voxels = nrrd_by_hand(paths[0])
        return _of_matrix(matrix, voxels, "its header", "gzip")
    if name.endswith(".tif"):
        with Image.open(paths[0]) as picture:
            voxels = np.array(picture)
        return Judged((voxels.shape[1], voxels.shape[0], 1), (None, None, None), None, voxels[None], "Pillow", "Pillow")
    return _dicom(paths)


def _of_matrix(matrix: Array, voxels: Array, place_by: str, voxels_by: str) -> Judged:
    slices, rows, columns = voxels.shape
    planes = np.stack([np.column_stack([matrix[:3, 0], matrix[:3, 1], matrix[:3, 3] + k * matrix[:3, 2]]) for k in range(slices)])
    steps = np.linalg.norm(matrix[:3, :3], axis=0)
    return Judged((columns, rows, slices), (float(steps[0]), float(steps[1]), float(steps[2])), planes, voxels, place_by, voxels_by)


def nrrd_by_hand(path: Path) -> tuple[Array, Array]:
    """Return the matrix to LPS mm and the voxels [k, j, i] of a NRRD of three axes, little endian, in gzip."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in head.decode("ascii").splitlines() if ": " in line and not line.startswith("#"))
    assert (fields["space"], fields["encoding"], fields["endian"]) == ("left-posterior-superior", "gzip", "little")
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(re.findall(r"[-+.\deE]+", fields["space directions"]), float).reshape(3, 3).T
    matrix[:3, 3] = np.array(re.findall(r"[-+.\deE]+", fields["space origin"]), float)
    size = [int(v) for v in fields["sizes"].split()]
    return matrix, np.frombuffer(gzip.decompress(body), {"short": "<i2", "int": "<i4"}[fields["type"]]).reshape(size[::-1])


# DICOM


def _dicom(paths: list[Path]) -> Judged:
    heads = [pydicom.dcmread(path, stop_before_pixels=True, force=True) for path in paths]
    frames = _frames(heads)
    placed = all(position is not None for position, _, _ in frames)
    order = list(range(len(frames)))
    first = heads[0]
    across = _spacing(first)
    planes, depth = None, None
    if placed and across is not None:
        axes = np.array(frames[0][1], float).reshape(2, 3)
        normal = np.cross(axes[0], axes[1])
        along = [float(np.dot(position, normal)) for position, _, _ in frames]
        order.sort(key=along.__getitem__)
        depth = (max(along) - min(along)) / (len(frames) - 1) if len(frames) > 1 else frames[0][2]
        matrices = [np.column_stack([axes[0] * across[1], axes[1] * across[0], np.array(frames[n][0], float)]) for n in order]
        planes = np.stack(matrices)
    spacing = (None, None, None) if across is None else (across[1], across[0], depth)
    return Judged((first.Columns, first.Rows, len(frames)), spacing, planes, _voxels(paths, order), "pydicom", "SimpleITK")


def _frames(heads: list[Any]) -> list[tuple[Any, Any, float | None]]:
    """Return position, orientation and thickness of each slice or frame."""
    if len(heads) == 1 and int(heads[0].get("NumberOfFrames") or 1) > 1:
        head = heads[0]
        groups = head.get("PerFrameFunctionalGroupsSequence") or [pydicom.Dataset()] * int(head.NumberOfFrames)
        shared = (head.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
        return [
            (
                _group(group, shared, "PlanePositionSequence").get("ImagePositionPatient"),
                _group(group, shared, "PlaneOrientationSequence").get("ImageOrientationPatient"),
                None,
            )
            for group in groups
        ]
    return [(h.get("ImagePositionPatient"), h.get("ImageOrientationPatient"), h.get("SliceThickness")) for h in heads]


def _group(group: Any, shared: Any, name: str) -> Any:
    return (group.get(name) or shared.get(name) or [pydicom.Dataset()])[0]


def _spacing(head: Any) -> tuple[float, float] | None:
    """Return mm between rows and between columns."""
    shared = (head.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
    stated = head.get("PixelSpacing") or _group(shared, shared, "PixelMeasuresSequence").get("PixelSpacing")
    if stated:
        return float(stated[0]), float(stated[1])
    # regions in two dimensions that show tissue, in cm
    regions = [r for r in head.get("SequenceOfUltrasoundRegions") or [] if r.RegionSpatialFormat == 1 and r.PhysicalUnitsXDirection == 3]
    return (10 * float(regions[0].PhysicalDeltaY), 10 * float(regions[0].PhysicalDeltaX)) if regions else None


def _voxels(paths: list[Path], order: list[int]) -> Array:
    if len(paths) > 1:
        return np.concatenate([sitk.GetArrayFromImage(sitk.ReadImage(str(paths[n]))) for n in order])
    read = sitk.GetArrayFromImage(sitk.ReadImage(str(paths[0])))
    head = pydicom.dcmread(paths[0])
    if "ModalityLUTSequence" in head:
        table = head.ModalityLUTSequence[0]
        return np.array(table.LUTData)[np.clip(read.astype(int) - table.LUTDescriptor[1], 0, len(table.LUTData) - 1)]
    if read.dtype == np.uint16 and head.PhotometricInterpretation == "RGB":
        return np.round(read / 65535 * 255)
    if read.dtype == np.uint16 and head.PhotometricInterpretation == "PALETTE COLOR":
        return read >> 8  # screens show the higher 8 of 16 bits (DICOM PS3.3 C.7.6.3.1.6)
    return read[order] if len(order) == len(read) else read


# masks


def judge_mask(path: Path, scan: Judged | None) -> dict[int, tuple[int, Array | None]]:
    """Return how many voxels each id has, and their centre in LPS mm; a structure set is filled on the one slice of its scan."""
    name = path.name.lower()
    if name.endswith(".nii.gz"):
        image = nibabel.load(path)
        return _figures(np.asarray(image.dataobj).transpose(2, 1, 0), RAS_TO_LPS @ image.affine)
    if name.endswith(".nrrd"):
        matrix, values = nrrd_by_hand(path)
        return _figures(values, matrix)
    if name.endswith(".tif"):
        return _figures(np.asarray(Image.open(path))[None], np.eye(4))
    data = pydicom.dcmread(path)
    if data.Modality == "SEG":
        return _segmentation(data)
    assert scan is not None
    return _structure_set(data, scan)


def _figures(values: Array, matrix: Array) -> dict[int, tuple[int, Array | None]]:
    out: dict[int, tuple[int, Array | None]] = {}
    spots = np.argwhere(values)
    ids = values[tuple(spots.T)]
    for label in np.unique(ids):
        chosen = spots[ids == label][:, ::-1]
        out[int(label)] = (len(chosen), matrix[:3, :3] @ chosen.mean(axis=0) + matrix[:3, 3])
    return out


def _segmentation(data: Any) -> dict[int, tuple[int, Array | None]]:
    """Return the figures of a BINARY segmentation of one segment: bits in the order of PS3.5 8.1.1, lowest first."""
    big = data.file_meta.TransferSyntaxUID == BIG_ENDIAN
    content = np.frombuffer(data.PixelData, np.uint8)
    if big and data["PixelData"].VR == "OW":
        content = content.reshape(-1, 2)[:, ::-1].reshape(-1)
    count = data.NumberOfFrames * data.Rows * data.Columns
    bits = np.unpackbits(content, bitorder="little")[:count].reshape(data.NumberOfFrames, data.Rows, data.Columns)
    shared = data.SharedFunctionalGroupsSequence[0]
    axes = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float).reshape(2, 3)
    rows_mm, columns_mm = (float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing)
    places = []
    for frame, group in zip(bits, data.PerFrameFunctionalGroupsSequence, strict=True):
        there = np.argwhere(frame)
        start = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        places.append(start + there[:, 1:] * columns_mm * axes[0] + there[:, :1] * rows_mm * axes[1])
    every = np.concatenate(places)
    return {1: (len(every), every.mean(axis=0))}


def _structure_set(data: Any, scan: Judged) -> dict[int, tuple[int, Array | None]]:
    """Return the voxels whose centres an odd number of contours of the scan's one slice encloses."""
    assert scan.planes is not None
    (plane,) = scan.planes
    out: dict[int, tuple[int, Array | None]] = {}
    for region in data.ROIContourSequence:
        inside = np.zeros((scan.size[1], scan.size[0]), bool)
        for contour in region.get("ContourSequence", []):
            points = np.array(contour.ContourData, float).reshape(-1, 3) - plane[:, 2]
            if abs(points[0, 2]) < 0.5:
                inside ^= grid_points_in_poly(inside.shape, points[:, 1::-1] / [plane[1, 1], plane[0, 0]])
        if inside.any():
            spots = np.argwhere(inside)
            out[int(region.ReferencedROINumber)] = (len(spots), plane @ [spots[:, 1].mean(), spots[:, 0].mean(), 1.0])
    return out
