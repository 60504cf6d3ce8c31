"""NRRD and MetaImage scans: what the header says, what it leaves out, and what must not be kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it

from gf_desktop.errors import FileFormatError
from gf_desktop.files.findings import UnusableScanError
from gf_desktop.files.scan import Scan, find_scans, read_scan
from gf_desktop.imaging.time_axis import TimeAxis

VOXELS = np.random.default_rng(3).integers(-1000, 2000, (4, 5, 6)).astype(np.int16)


def read_one(path: Path) -> Scan:
    (source,) = find_scans(path)
    return read_scan(source)


def codes(scan: Scan) -> dict[str, str]:
    return {finding.code: finding.severity for finding in scan.findings}


def nrrd(path: Path, voxels: np.ndarray, *fields: str, kind: str = "short") -> Path:
    """Write an NRRD by hand; ``voxels`` in the order of the file, the fastest axis last."""
    sizes = " ".join(str(n) for n in voxels.shape[::-1])
    lines = ["NRRD0005", f"type: {kind}", f"dimension: {voxels.ndim}", f"sizes: {sizes}", "endian: little", "encoding: raw", *fields]
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + np.ascontiguousarray(voxels).tobytes())
    return path


def written(path: Path, voxels: np.ndarray, **more: Any) -> Path:
    image = sitk.GetImageFromArray(voxels, **more)
    image.SetSpacing((0.7, 0.8, 2.5, 40.0)[: image.GetDimension()])
    image.SetOrigin((1.0, -2.0, 3.0, 0.0)[: image.GetDimension()])
    sitk.WriteImage(image, str(path))
    return path


PLACED = (
    "space: left-posterior-superior",
    "space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)",
    "space origin: (1,-2,3)",
    "kinds: domain domain domain",
)


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha", "a.mhd", "a.nhdr"])
def test_that_a_volume_keeps_its_voxels_and_its_place(tmp_path: Path, name: str) -> None:
    scan = read_one(written(tmp_path / name, VOXELS))
    assert np.array_equal(scan.volume.voxels, VOXELS)
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.5))
    assert scan.volume.geometry.origin_mm == pytest.approx((1.0, -2.0, 3.0))
    assert scan.volume.place_known
    assert scan.verdict == "green"


def test_that_names_in_a_header_are_not_kept(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "a.nrrd", VOXELS, *PLACED, "0010|0010:=Secret^Person", "content: Secret person")
    scan = read_one(path)
    assert scan.volume.geometry.origin_mm == (1.0, -2.0, 3.0)
    assert "Secret" not in repr((scan.volume.source, scan.volume.facts, scan.findings, find_scans(path)[0].description))


def test_that_the_values_of_a_ct_are_known_as_such(tmp_path: Path) -> None:
    assert read_one(written(tmp_path / "a.nrrd", VOXELS)).volume.modality == "CT"
    assert read_one(written(tmp_path / "b.nrrd", np.abs(VOXELS))).volume.modality == ""


def test_that_voxels_whose_distance_is_not_stated_are_refused(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "a.nrrd", VOXELS)
    with pytest.raises(UnusableScanError, match="does not say how far apart its voxels are"):
        read_one(path)


def test_that_a_picture_whose_pixels_have_no_size_is_one_in_pixels(tmp_path: Path) -> None:
    scan = read_one(nrrd(tmp_path / "a.nrrd", VOXELS[0]))
    assert np.array_equal(scan.volume.voxels, VOXELS[:1])
    assert not scan.volume.spacing_known
    assert codes(scan)["spacing_unknown"] == "amber"


@pytest.mark.parametrize(
    "fields",
    [
        ("spacings: 0.7 0.8 2.5",),
        ("space dimension: 3", "space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)", "space origin: (1,-2,3)"),
        ("space: scanner-xyz", "space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)", "space origin: (1,-2,3)"),
        ("space: left-posterior-superior", "space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)"),
    ],
)
def test_that_sides_of_the_patient_that_a_header_does_not_name_are_not_guessed(tmp_path: Path, fields: tuple[str, ...]) -> None:
    scan = read_one(nrrd(tmp_path / "a.nrrd", VOXELS, *fields))
    assert scan.volume.spacing_known
    assert not scan.volume.place_known
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.5))
    assert codes(scan)["no_position"] == "amber"


def test_that_a_file_in_other_units_than_millimetres_is_refused(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "a.nrrd", VOXELS, *PLACED, 'space units: "cm" "cm" "cm"')
    with pytest.raises(UnusableScanError, match="counts in cm"):
        read_one(path)


def test_that_a_segmentation_is_passed_over_in_a_folder_and_told_by_name(tmp_path: Path) -> None:
    nrrd(tmp_path / "drawn.nrrd", np.abs(VOXELS) % 3, *PLACED, "Segment0_ID:=Segment_1")
    nrrd(tmp_path / "more.seg.nrrd", np.abs(VOXELS) % 3, *PLACED)
    written(tmp_path / "scan.nrrd", VOXELS)
    assert [source.paths[0].name for source in find_scans(tmp_path)] == ["scan.nrrd"]
    assert codes(read_one(tmp_path / "drawn.nrrd"))["is_label_map"] == "amber"


def test_that_colour_is_kept_and_other_triples_are_refused(tmp_path: Path) -> None:
    triples = np.random.default_rng(1).integers(0, 256, (4, 5, 6, 3)).astype(np.uint8)
    coloured = nrrd(
        tmp_path / "a.nrrd",
        triples,
        *PLACED[:1],
        "space directions: none (0.7,0,0) (0,0.8,0) (0,0,2.5)",
        PLACED[2],
        "kinds: RGB-color domain domain domain",
        kind="uint8",
    )
    assert np.array_equal(read_one(coloured).volume.voxels, triples)
    vectors = nrrd(
        tmp_path / "b.nrrd",
        triples,
        *PLACED[:1],
        "space directions: none (0.7,0,0) (0,0.8,0) (0,0,2.5)",
        PLACED[2],
        "kinds: vector domain domain domain",
        kind="uint8",
    )
    with pytest.raises(FileFormatError, match="3 values a voxel"):
        read_one(vectors)


SERIES = np.random.default_rng(4).integers(0, 500, (3, 4, 5, 6)).astype(np.int16)


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_that_a_fourth_axis_is_time(tmp_path: Path, name: str) -> None:
    scan = read_one(written(tmp_path / name, SERIES, isVector=False))
    assert scan.volume.time == TimeAxis("series", 3)
    assert np.array_equal(scan.frames, SERIES)
    assert np.array_equal(scan.volume.voxels, SERIES[0])
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.5))


@pytest.mark.parametrize("first", [True, False])
def test_that_a_list_of_volumes_is_time_wherever_it_stands(tmp_path: Path, first: bool) -> None:
    words = ["domain", "domain", "domain"]
    directions = ["(0.7,0,0)", "(0,0.8,0)", "(0,0,2.5)"]
    place = 0 if first else 3
    words.insert(place, "list")
    directions.insert(place, "none")
    fields = (PLACED[0], f"space directions: {' '.join(directions)}", PLACED[2], f"kinds: {' '.join(words)}")
    stored = np.moveaxis(SERIES, 0, -1) if first else SERIES
    scan = read_one(nrrd(tmp_path / "a.seq.nrrd", stored, *fields))
    assert np.array_equal(scan.frames, SERIES)
    assert scan.volume.geometry.origin_mm == (1.0, -2.0, 3.0)


def test_that_pictures_in_time_are_a_cine(tmp_path: Path) -> None:
    scan = read_one(written(tmp_path / "a.mha", SERIES[:, :1], isVector=False))
    assert scan.volume.time == TimeAxis("cine", 3)
    assert np.array_equal(scan.volume.voxels, SERIES[:, 0])
    assert scan.frames is None


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_that_a_file_that_is_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, VOXELS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileFormatError, match="damaged, cut off"):
        read_one(path)


def test_that_voxels_that_hold_no_number_are_told(tmp_path: Path) -> None:
    holes = VOXELS.astype(np.float32)
    holes[0, 0, :2] = np.nan
    scan = read_one(written(tmp_path / "a.nrrd", holes))
    assert np.array_equal(scan.volume.voxels[0, 0, :2], [np.nanmin(holes)] * 2)
    assert codes(scan)["not_finite"] == "amber"
