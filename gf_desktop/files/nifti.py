"""NIfTI: the grid, the voxels, and the ways in which the header can be wrong.

Read with nibabel. SimpleITK refuses axes that are off by a thousandth, and fills the missing part of a truncated
uncompressed file with whatever was in memory, without a word. It writes what we export, so each judges the other.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.axes import grid_of_matrix
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding, Severity, verdict_of
from gf_desktop.files.intensities import finite, rescaled
from gf_desktop.files.nifti_spacing import STATED_TOL, StatedSpacing, settled_spacing, stored_pixdim
from gf_desktop.files.quiet import load_nibabel, quiet
from gf_desktop.files.spacing import Spacing
from gf_desktop.imaging.geometry import Geometry

__all__ = [
    "NIFTI_SUFFIXES",
    "QFORM_TOL_MM",
    "RAS_TO_LPS",
    "NiftiFile",
    "apart_mm",
    "is_label_file",
    "is_nifti_name",
    "looks_like_ct",
    "open_nifti",
]

FloatArray = npt.NDArray[np.float64]

NIFTI_SUFFIXES = (".nii", ".nii.gz")

QFORM_TOL_MM = 0.01
"""The two matrices of a NIfTI file disagree when they place a voxel further apart than this; float32 rounding is below it."""

SLAB_BYTES = 4 << 20
"""So much is read at once where a file is looked through: room for a whole scan is not made without holding up every other thread."""

GZIP_RATIO = 1032
"""Deflate cannot shrink by more than this, so a header that claims more voxels is damaged (zlib technical notes)."""

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""NIfTI's frame grows to the right and the front, DICOM's and ours to the left and the back; it is its own inverse."""

_INTENT_LABEL = 1002
_MM_PER_UNIT = {1: 1000.0, 2: 1.0, 3: 0.001}
"""NIfTI-1 xyzt_units: metre, millimetre, micrometre; without one lengths are taken as mm, as everybody does."""

_MS_PER_UNIT = {8: 1000.0, 16: 1.0, 24: 0.001}
"""NIfTI-1 xyzt_units of the fourth axis that are times: second, millisecond, microsecond."""

_UNIT_NAMES = {1: "metres", 3: "micrometres"}
MAX_EXTENSION_BYTES = 1 << 26
"""What stands between the header and the voxels is smaller than this."""

HEADER_BYTES = 348
"""Of NIfTI-1; NIfTI-2's is longer, and its offset of voxels stands within as many bytes (NIfTI-1 and NIfTI-2 C headers)."""

READ_BYTES = 1 << 18
"""So much of a compressed file is read, and of its content unpacked, at once."""
_AGAIN = "Export or download the file again."
_CT_AIR_HU = -900
_CT_LOWEST_HU = -4096
_CT_AIR_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class NiftiFile:
    """An opened NIfTI file whose voxels have not been read yet.

    Attributes
    ----------
    path
        The file.
    size_ijk
        Voxels along its axes, always three.
    geometry
        The grid in LPS mm; None where a finding is red.
    findings
        What was noticed in the header.
    frames
        Volumes along the fourth axis; 1 where there is none.
    frame_ms
        Time between them in ms where the file states it, else None.
    placed_by
        What places the voxels: "sform", "qform", or "pixdim" alone.
    qform_apart_mm, qform_turned_deg
        How far apart sform and qform place a corner voxel, and by how much their axes are turned; None without both.
    spacing_by_user
        For i, j and k whether the user states the size of voxels, because the header does not.
    unit_stated
        Whether the header names the unit of its lengths; without, they are taken as mm.
    """

    path: Path
    size_ijk: tuple[int, int, int]
    geometry: Geometry | None
    findings: tuple[Finding, ...]
    image: Any
    frames: int = 1
    frame_ms: float | None = None
    placed_by: str = "sform"
    qform_apart_mm: float | None = None
    qform_turned_deg: float | None = None
    spacing_by_user: tuple[bool, bool, bool] = (False, False, False)
    unit_stated: bool = True

    @property
    def is_colour(self) -> bool:
        """Whether voxels are red, green, blue triples."""
        return self.image.get_data_dtype().names is not None

    def stored(self) -> tuple[npt.NDArray[Any], float, float]:
        """Read the stored values as [k, j, i] (or uint8 [k, j, i, 3]) with their slope and intercept.

        Of several frames as [t, k, j, i] (or uint8 [t, k, j, i, 3]).

        Raises
        ------
        FileFormatError
            When the file is cut off or damaged, or does not fit into memory.
        """
        proxy = self.image.dataobj
        try:
            with quiet():
                shape = self.size_ijk if self.frames == 1 else (*self.size_ijk, self.frames)
                if self.path.name.lower().endswith(".nii.gz"):
                    nbytes = int(np.prod(proxy.shape)) * proxy.dtype.itemsize
                    values = inflated(self.path, int(proxy.offset), nbytes).view(proxy.dtype).reshape(shape, order="F")
                else:
                    values = np.asarray(proxy.get_unscaled()).reshape(shape, order="F")
        except MemoryError as error:
            raise FileFormatError(
                "There is not enough memory for this scan", where=str(self.path), next_step="Close other programs."
            ) from error
        except (EOFError, OSError, ValueError, zlib.error) as error:
            raise FileFormatError("The NIfTI file is cut off or damaged", where=str(self.path), next_step=_AGAIN) from error
        if values.dtype.names is not None:
            return np.stack([values.T[name] for name in ("R", "G", "B")], axis=-1), 1.0, 0.0
        values = values.T
        return values.astype(values.dtype.newbyteorder("="), copy=False), float(proxy.slope), float(proxy.inter)

    def slabs(self) -> Iterator[npt.NDArray[Any]]:
        """Give the stored values as :meth:`stored` does, some slices or frames at a time; the file must end with the last one.

        Raises what nibabel, gzip and the system raise where the file is cut off or damaged.
        """
        nibabel, proxy = load_nibabel(), self.image.dataobj
        count = proxy.shape[-1]
        step = max(1, SLAB_BYTES * count // (int(np.prod(proxy.shape)) * proxy.dtype.itemsize))
        with nibabel.openers.ImageOpener(str(self.path)) as stream:
            part = nibabel.arrayproxy.ArrayProxy(stream, (proxy.shape, proxy.dtype, proxy.offset))
            for first in range(0, count, step):
                yield np.asarray(part[..., first : first + step]).T
            # a checksum stands behind the last voxel
            if stream.read(1):
                raise ValueError("voxels behind the last one")

    def intensities(self) -> tuple[npt.NDArray[Any], list[Finding]]:
        """Read intensities: int16 where exact, else float32, [k, j, i]; or uint8 [k, j, i, 3] colour; of frames with t in front."""
        values, slope, intercept = self.stored()
        if self.is_colour:
            return values, []
        checked = finite(rescaled(values, slope=slope, intercept=intercept))
        if checked is None:
            raise FileFormatError("The scan holds no numbers at all", where=str(self.path), next_step=_AGAIN)
        return checked


def is_nifti_name(path: Path) -> bool:
    """Whether the name ends like a NIfTI file's."""
    return path.name.lower().endswith(NIFTI_SUFFIXES)


def open_nifti(path: Path, *, frames: bool = False, spacing_mm: Spacing | None = None) -> NiftiFile:
    """Read and check the header of a NIfTI file.

    Parameters
    ----------
    frames
        Whether a fourth axis, time, is welcome.
    spacing_mm
        What the user states: mm between rows, columns and slices. Taken where the header is silent; else it must fit the header.

    Raises
    ------
    FileFormatError
        When it is not NIfTI, damaged, shorter than its header says, of more dimensions than are welcome, or complex.
    UserError
        When it does not exist or may not be read.
    """
    nibabel = load_nibabel()
    try:
        # of a pair the voxels lie beside the header
        voxels = path.with_suffix(".IMG" if path.suffix.isupper() else ".img") if path.suffix.lower() == ".hdr" else path
        on_disk = voxels.stat().st_size
        pixdim = stored_pixdim(_check_header(path))
        with quiet():
            image = nibabel.load(path, mmap=False)
            if not isinstance(image, nibabel.Nifti1Pair):
                raise FileFormatError("This is not a NIfTI file", where=str(path), next_step=_AGAIN)
            size, count = _size_of(image, path, frames=frames)
            _check_length(image, on_disk, path)
            mm = _MM_PER_UNIT.get(int(image.header["xyzt_units"]) & 0x07)
            settled = settled_spacing(image.header, pixdim, size, spacing_mm, mm=mm)
            placed = _matrix_of(image, size, settled)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise reading_fault(error, path) from error
    except (
        nibabel.filebasedimages.ImageFileError, nibabel.spatialimages.HeaderDataError, EOFError, OSError, ValueError, KeyError, TypeError,
        OverflowError, zlib.error,
    ) as error:  # fmt: skip
        raise FileFormatError("The NIfTI file is cut off or damaged, or is none", where=str(path), next_step=_AGAIN) from error
    geometry, findings = grid_of_matrix(placed.matrix, size)
    frame_ms = None
    if count > 1:
        frame_ms, about = _time_of(image.header)
        findings = [*about, *findings]
    findings = [*placed.findings, *findings]
    return NiftiFile(
        path, size, None if verdict_of(findings) == "red" else geometry, tuple(findings), image, count, frame_ms, placed.by,
        placed.apart_mm, placed.turned_deg, settled.by_user, mm is not None,
    )  # fmt: skip


def _check_header(path: Path) -> bytes:
    """Return the header; refuse a file whose extensions, which are read with it, claim more than ``MAX_EXTENSION_BYTES``."""
    start = inflated(path, 0, HEADER_BYTES).tobytes() if path.name.lower().endswith(".gz") else b""
    if not start:
        with path.open("rb") as stream:
            start = stream.read(HEADER_BYTES)
    if len(start) < HEADER_BYTES:
        raise EOFError
    for order in "<>":
        length = struct.unpack_from(f"{order}i", start)[0]
        offset = struct.unpack_from(f"{order}q", start, 168)[0] if length == 540 else struct.unpack_from(f"{order}f", start, 108)[0]
        if length in (348, 540) and not offset <= MAX_EXTENSION_BYTES:
            raise FileFormatError("The NIfTI header claims an extension of an unlikely size", where=str(path), next_step=_AGAIN)
    return start


def _time_of(header: Any) -> tuple[float | None, list[Finding]]:
    """Return the time in ms between frames where it is stated, and what was noticed about the fourth axis."""
    factor = _MS_PER_UNIT.get(int(header["xyzt_units"]) & 0x38)
    step = float(header["pixdim"][4])
    if factor is None:
        message = "The file does not say what its fourth axis counts; it is taken as time, of unknown speed"
        return None, [Finding("fourth_axis_unknown", message, "amber")]
    return (step * factor if np.isfinite(step) and step > 0 else None), []


def _size_of(image: Any, path: Path, *, frames: bool) -> tuple[tuple[int, int, int], int]:
    """Return three sizes and the number of frames; trailing axes of length one are dropped, missing ones added."""
    shape = [int(n) for n in image.shape]
    while len(shape) > 3 and shape[-1] == 1:
        shape.pop()
    count = shape.pop() if frames and len(shape) == 4 else 1
    if len(shape) > 3:
        raise FileFormatError(
            f"The file holds {' × '.join(map(str, shape))} values, which is a series of volumes",
            where=str(path),
            next_step="Extract one volume of three dimensions and choose that.",
        )
    shape += [1] * (3 - len(shape))
    dtype = image.get_data_dtype()
    coloured = dtype.names is not None and tuple(dtype.names[:3]) == ("R", "G", "B")
    if min(*shape, count) < 1 or not (dtype.kind in "iufb" or coloured):
        raise FileFormatError(f"Voxels of type {dtype} are not intensities", where=str(path), next_step="Convert the file to numbers.")
    return (shape[0], shape[1], shape[2]), count


def inflated(path: Path, offset: int, nbytes: int) -> npt.NDArray[np.uint8]:
    """Return bytes of a gzip file's content, uint8 [nbytes], from ``offset`` on; in half the time that nibabel takes.

    Raises
    ------
    EOFError
        When the content ends before.
    zlib.error
        When it is damaged; a checksum that is met is compared.
    """
    from isal import isal_zlib

    try:
        return _inflated(path, offset, nbytes, lambda: isal_zlib.decompressobj(wbits=zlib.MAX_WBITS | 16))
    except isal_zlib.error as error:  # type: ignore[misc]  # an exception, which its stubs do not say
        raise zlib.error(str(error)) from error


def _inflated(path: Path, offset: int, nbytes: int, inflater_of: Callable[[], Any]) -> npt.NDArray[np.uint8]:
    content, filled, skip = np.empty(nbytes, np.uint8), 0, offset
    inflater = inflater_of()
    with path.open("rb") as stream:
        waiting = b""
        while filled < nbytes or not inflater.eof:
            waiting = waiting or stream.read(READ_BYTES)
            if not waiting:
                break
            if inflater.eof:
                # members of a gzip file follow each other
                inflater = inflater_of()
            part = inflater.decompress(waiting, READ_BYTES)
            waiting = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if filled == nbytes and part:
                # what stands behind the voxels is nobody's
                break
            passed = min(skip, len(part))
            skip -= passed
            taken = min(len(part) - passed, nbytes - filled)
            content[filled : filled + taken] = np.frombuffer(part, np.uint8, taken, passed)
            filled += taken
    if filled < nbytes:
        raise EOFError
    return content


def _check_length(image: Any, on_disk: int, path: Path) -> None:
    """Refuse a file that is too short for its header before memory is asked for."""
    expected = int(np.prod([int(n) for n in image.shape], dtype=object)) * image.get_data_dtype().itemsize
    offset = int(image.dataobj.offset)
    compressed = path.name.lower().endswith(".gz")
    limit = on_disk * GZIP_RATIO if compressed else on_disk - offset
    if expected > limit:
        has = "" if compressed else f" of which {max(limit, 0)} are there"
        raise FileFormatError(
            f"The NIfTI file is cut off: its header promises {expected} bytes of voxels{has}", where=str(path), next_step=_AGAIN
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """The matrix (i, j, k, 1) -> LPS mm, what states it, how the other one differs from it, and what is wrong with it."""

    matrix: FloatArray
    by: str
    apart_mm: float | None
    turned_deg: float | None
    findings: tuple[Finding, ...]


def _matrix_of(image: Any, size: tuple[int, int, int], settled: StatedSpacing) -> _Placed:
    header = image.header
    findings = list(settled.findings)
    apart, turned = None, None
    sform, qform = int(header["sform_code"]) > 0, int(header["qform_code"]) > 0
    matrix = np.asarray(header.get_best_affine(), dtype=np.float64)
    by = "sform" if sform else "qform" if qform else "pixdim"
    if sform and qform:
        other = np.asarray(header.get_qform(), dtype=np.float64)
        if not np.isfinite(matrix).all() or not np.linalg.norm(matrix[:3, :3], axis=0).all():
            findings.append(Finding("sform_unusable", "The file's sform matrix is not usable; its qform is used", "amber"))
            matrix, by = other, "qform"
        else:
            apart, turned = apart_mm(matrix, other, size), turned_deg(matrix, other)
            if apart > QFORM_TOL_MM:
                message = f"The file's two matrices disagree by up to {apart:.3g} mm; the sform is used"
                findings.append(Finding("qform_differs", message, "amber"))
    elif not sform and not qform:
        message = "The file does not say where in the patient it lies; its axes are taken as right to left, back to front, foot to head"
        findings.append(Finding("no_position", message, "amber"))
    if size[2] == 1 and not np.linalg.norm(matrix[:3, 2]) > 0:
        # A 2-D file has no third axis; any perpendicular one does.
        matrix[:3, 2] = np.cross(matrix[:3, 0], matrix[:3, 1]) / max(float(np.linalg.norm(np.cross(matrix[:3, 0], matrix[:3, 1]))), 1e-12)
        findings.append(Finding("depth_unknown", "A single slice without a stated thickness; volumes assume 1 mm", "amber"))
    if settled.ratio is not None:
        matrix[:3, :3] *= settled.ratio
        if np.ptp(settled.ratio) <= STATED_TOL * settled.ratio.max():
            matrix[:3, 3] *= settled.ratio.mean()  # the unit of all lengths is another one
    unit = int(header["xyzt_units"]) & 0x07
    factor = _MM_PER_UNIT.get(unit, 1.0)
    if factor != 1.0:
        severity: Severity = "amber"
        findings.append(Finding("unit_converted", f"The file counts in {_UNIT_NAMES[unit]}; it was converted to mm", severity))
        matrix = np.diag([factor, factor, factor, 1.0]) @ matrix
    return _Placed(RAS_TO_LPS @ matrix, by, apart, turned, tuple(findings))


def turned_deg(one: FloatArray, other: FloatArray) -> float:
    """Return the largest angle in degrees between the axes of two matrices; 180 where one has none."""
    with np.errstate(all="ignore"):
        first, second = (m[:3, :3] / np.linalg.norm(m[:3, :3], axis=0) for m in (one, other))
        # by sine and cosine, because the cosine alone cannot tell angles below a thousandth of a degree
        sine = np.linalg.norm(np.cross(first.T, second.T), axis=1)
        angles = np.degrees(np.arctan2(sine, (first * second).sum(axis=0)))
    return float(angles.max()) if np.isfinite(angles).all() else 180.0


def apart_mm(one: FloatArray, other: FloatArray, size: tuple[int, int, int]) -> float:
    """Return the largest distance between the places that two matrices give to a corner voxel."""
    if not np.isfinite(other).all():
        return float("inf")
    ends = [(0, n - 1) for n in size]
    corners = np.array([[a, b, c, 1] for a in ends[0] for b in ends[1] for c in ends[2]], dtype=np.float64)
    return float(np.linalg.norm((corners @ (one - other).T)[:, :3], axis=1).max())


def is_label_file(image: Any) -> bool:
    """Whether the header of a nibabel image says that it holds labels: the intent, or a Connectome Workbench extension."""
    if int(image.header["intent_code"]) == _INTENT_LABEL:
        return True
    return any(b"<VolumeType><![CDATA[Label]]>" in _content(extension) for extension in image.header.extensions)


def _content(extension: Any) -> bytes:
    content = extension.get_content()
    return content if isinstance(content, bytes) else str(content).encode()


def looks_like_ct(voxels: npt.NDArray[Any]) -> bool:
    """Whether whole numbers spread as Hounsfield units of a body in air do: at least 1 % at -900 or below, none below -4096."""
    if voxels.dtype != np.int16 or voxels.ndim != 3 or not _CT_LOWEST_HU <= int(voxels.min()) <= _CT_AIR_HU:
        return False
    return int(voxels.max()) > 0 and int(np.count_nonzero(voxels <= _CT_AIR_HU)) >= _CT_AIR_SHARE * voxels.size
