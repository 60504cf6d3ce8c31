from __future__ import annotations

import errno
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image

from gf_desktop.errors import UserError
from gf_desktop.files import export
from gf_desktop.files.export import ExportedFile, export_mask
from gf_desktop.files.export_source import structure_word
from gf_desktop.files.formats import LABEL_FORMATS
from gf_desktop.files.scan import find_scans
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

GRID = Geometry((7, 6, 5), (0.7, 0.8, 2.0), (-100.5, 33.25, 700.0), np.diag([1.0, -1.0, 1.0]))
LABELS = np.random.default_rng(0).choice(np.array([0, 1, 2, 9], np.uint8), (5, 6, 7))

Export = Callable[..., list[ExportedFile]]


@pytest.fixture
def exported(tmp_path: Path, table: LabelTable) -> Export:
    """Return a function that exports LABELS into tmp_path / "out"."""

    def run(kind: str = "nifti", labels: np.ndarray = LABELS, geometry: Geometry = GRID, **more: Any) -> list[ExportedFile]:
        options: dict[str, Any] = {
            "folder": tmp_path / "out", "stem": "C-001", "modality": "CT", "model_id": "abdomen-ct", "spacing_known": True, **more
        }  # fmt: skip
        return export_mask(labels, geometry, table, format=kind, **options)  # type: ignore[arg-type]

    return run


def test_that_a_nifti_lies_where_the_scan_lies(exported: Export, tmp_path: Path) -> None:
    files = exported()
    assert files == [ExportedFile(tmp_path / "out" / name, verified=True) for name in ("C-001.nii.gz", "C-001.json")]
    image = nibabel.load(files[0].path)
    assert np.asarray(image.dataobj).dtype == np.uint8
    assert np.array_equal(np.asarray(image.dataobj).transpose(2, 1, 0), LABELS)
    expected = np.diag([-1.0, -1.0, 1.0, 1.0]) @ GRID.affine
    for matrix in (image.header.get_sform(), image.header.get_qform()):
        assert np.abs(matrix - expected).max() <= 1e-4
    assert (int(image.header["sform_code"]), int(image.header["qform_code"])) == (1, 1)


def test_that_pngs_hold_ids_in_the_structures_colours(exported: Export, tmp_path: Path, table: LabelTable) -> None:
    files = exported("png")
    assert [f.path.name for f in files] == [*(f"C-001_k{k:03d}.png" for k in range(5)), "C-001_png.json"]
    for k in range(5):
        with Image.open(files[k].path) as image:
            assert image.mode == "P"
            assert np.array_equal(np.array(image), LABELS[k])
            colours = np.array(image.convert("RGB"))
        for structure in table:
            assert (colours[LABELS[k] == structure.id] == structure.rgb).all()
        assert (colours[LABELS[k] == 0] == 0).all()


def test_that_a_single_slice_is_one_png_of_the_plain_name(exported: Export) -> None:
    flat = Geometry.identity((7, 6, 1))
    assert [f.path.name for f in exported("png", LABELS[:1], flat)] == ["C-001.png", "C-001_png.json"]


def test_that_the_document_beside_tells_grid_structures_model_and_purpose(exported: Export, table: LabelTable) -> None:
    document = json.loads(exported("png", spacing_known=False)[-1].path.read_text(encoding="utf-8"))
    assert Geometry.from_json(document["geometry"]).same_grid(GRID, tol_mm=0.0)
    assert LabelTable.from_json(document["structures"]) == table
    assert document["model_id"] == "abdomen-ct"
    assert document["modality"] == "CT"
    assert document["use"] == "Research use; not a medical device"
    assert document["spacing_known"] is False
    assert document["files"] == [f"C-001_k{k:03d}.png" for k in range(5)]


@pytest.mark.parametrize("kind", LABEL_FORMATS)
def test_that_only_the_files_that_are_told_of_are_there(exported: Export, tmp_path: Path, kind: str) -> None:
    assert sorted(f.path for f in exported(kind)) == sorted((tmp_path / "out").iterdir())


@pytest.mark.parametrize("kind", LABEL_FORMATS)
def test_that_nothing_is_replaced_without_being_told_to(exported: Export, tmp_path: Path, kind: str) -> None:
    first = exported(kind)
    before = {p: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    with pytest.raises(UserError, match="exists already") as caught:
        exported(kind, np.roll(LABELS, 1))
    assert caught.value.where == str(first[0].path)
    assert {p: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    exported(kind, np.roll(LABELS, 1), overwrite=True)
    assert set((tmp_path / "out").iterdir()) == set(before)
    assert first[0].path.read_bytes() != before[first[0].path]


@pytest.mark.parametrize("slab_bytes", [1, 1 << 22])
@pytest.mark.parametrize("fault", ["one voxel differs", "cut short", "no checksum", "moved by 0.1 mm", "no longer there"])
def test_that_a_nifti_that_does_not_read_back_the_same_is_not_kept(
    exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, slab_bytes: int
) -> None:
    monkeypatch.setattr("gf_desktop.files.nifti.SLAB_BYTES", slab_bytes)
    real = export._write_nifti

    def spoiled(labels: np.ndarray, geometry: Geometry, path: Path) -> None:
        if fault == "one voxel differs":
            labels = labels.copy()
            labels[2, 3, 4] ^= 1
        if fault.startswith("moved"):
            geometry = Geometry(geometry.size_ijk, geometry.spacing_mm, (-100.4, 33.25, 700.0), geometry.direction)
        real(labels, geometry, path)
        if fault == "cut short":
            path.write_bytes(path.read_bytes()[:-20])
        if fault == "no checksum":
            path.write_bytes(path.read_bytes()[:-2])
        if fault == "no longer there":
            path.unlink()

    monkeypatch.setattr(export, "_write_nifti", spoiled)
    with pytest.raises(UserError) as caught:
        exported()
    assert str(tmp_path / "out") in caught.value.where
    assert not (tmp_path / "out").exists()


def test_that_a_png_that_does_not_read_back_the_same_takes_the_others_with_it(
    exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = export._write_png

    def spoiled(plane: np.ndarray, palette: bytes, path: Path) -> None:
        real(np.roll(plane, 1) if "k003" in path.name else plane, palette, path)

    monkeypatch.setattr(export, "_write_png", spoiled)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="not what was written") as caught:
        exported("png")
    assert caught.value.where == str(tmp_path / "out" / "C-001_k003.png")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "no room left"), (errno.EACCES, "may not be written"), (errno.EROFS, "may not be written"), (errno.EIO, "failed")],
)
@pytest.mark.parametrize("moment", ["open", "replace"])
def test_that_a_disk_that_refuses_is_told_with_the_folder_and_the_way_out(
    exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, number: int, told: str, moment: str
) -> None:
    (tmp_path / "out").mkdir()
    real: Any = getattr(Path, moment)

    def refuse(self: Path, *args: Any, **kwargs: Any) -> Any:
        if "k002" in self.name and args != ("rb",):
            raise OSError(number, os.strerror(number), str(self))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, moment, refuse)
    with pytest.raises(UserError, match=told) as caught:
        exported("png")
    assert caught.value.where == str(tmp_path / "out")
    assert caught.value.next_step
    assert list((tmp_path / "out").iterdir()) == []


def test_that_a_file_where_the_folder_should_be_is_told(exported: Export, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UserError, match="a folder is needed"):
        exported()
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_that_a_disk_that_fills_up_while_the_library_writes_leaves_nothing(tmp_path: Path) -> None:
    program = f"""
import resource, pathlib, numpy as np
from gf_desktop.errors import UserError
from gf_desktop.files.export import export_mask
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
table = LabelTable(tuple(Structure(n, str(n), "#000000") for n in range(1, 256)))
labels = np.random.default_rng(0).integers(0, 256, (20, 64, 64), dtype=np.uint8)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
for format in ("nifti", "png"):
    try:
        export_mask(labels if format == "nifti" else np.repeat(labels, 3, axis=1).repeat(9, axis=2), Geometry.identity((64, 64, 20) if
            format == "nifti" else (576, 192, 20)), table, folder=pathlib.Path({str(tmp_path / "out")!r}), stem="C", format=format,
            modality="", model_id="", spacing_known=True)
    except UserError as error:
        print(error)
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    assert len(answer.stdout.splitlines()) == 2, answer.stdout
    assert all(str(tmp_path / "out") in line for line in answer.stdout.splitlines())
    assert not (tmp_path / "out").exists()


def test_that_all_formats_fit_into_one_folder(exported: Export, tmp_path: Path) -> None:
    files = [file for kind in LABEL_FORMATS for file in exported(kind)]
    assert len({f.path for f in files}) == len(files) == len(list((tmp_path / "out").iterdir()))


def test_that_what_is_exported_is_not_found_as_a_scan(exported: Export, tmp_path: Path) -> None:
    for kind in LABEL_FORMATS:
        exported(kind, folder=tmp_path / "masks")
    with pytest.raises(UserError, match="no scan in this folder"):
        find_scans(tmp_path / "masks")


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": LABELS[:4]},
        {"labels": LABELS.astype(np.int16)},
        {"labels": np.full_like(LABELS, 7)},
        {"stem": "a/b"},
        {"stem": ""},
        {"stem": ".a"},
    ],
)
def test_that_labels_that_do_not_fit_are_a_fault_of_the_caller(exported: Export, tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"labels|name"):
        exported(**wrong)
    assert not (tmp_path / "out").exists()


def test_that_a_scan_far_from_the_origin_is_exported_within_the_precision_of_the_format(exported: Export) -> None:
    far = Geometry(GRID.size_ijk, (0.7, 0.8, 2.0), (-100.123456, 33.25, -5123.456789), np.eye(3))
    matrix = nibabel.load(exported(geometry=far)[0].path).affine
    assert abs(matrix[2, 3] - -5123.456789) < 5e-4


def test_that_pictures_of_16_bits_hold_the_ids_as_numbers(exported: Export) -> None:
    files = exported("png16")
    assert [f.path.name for f in files] == [*(f"C-001_16bit_k{k:03d}.png" for k in range(5)), "C-001_png16.json"]
    for k in range(5):
        with Image.open(files[k].path) as image:
            assert image.mode == "I;16"
            assert np.array_equal(np.array(image), LABELS[k])


def test_that_each_structure_that_occurs_has_its_own_black_and_white_pictures(exported: Export) -> None:
    labels = np.where(LABELS == 1, np.uint8(0), LABELS)
    files = exported("png-structures", labels)
    assert {f.path.name.split("_k")[0] for f in files[:-1]} == {"C-001_s02-liver", "C-001_s09-aorta"}
    for label, stem in ((2, "C-001_s02-liver"), (9, "C-001_s09-aorta")):
        for k in range(5):
            with Image.open(files[0].path.with_name(f"{stem}_k{k:03d}.png")) as image:
                assert image.mode == "L"
                assert np.array_equal(np.array(image), np.where(labels[k] == label, 255, 0))
    assert json.loads(files[-1].path.read_text(encoding="utf-8"))["stems"] == {"2": "C-001_s02-liver", "9": "C-001_s09-aorta"}


def test_that_a_segmentation_carries_names_colours_and_codes_as_slicer_reads_them(tmp_path: Path) -> None:
    table = LabelTable((Structure(3, "Großhirn, links", "#336699", "SCT 11628009"), Structure(200, r"a\nb", "#ff0000")))
    (file, _document) = export_mask(
        np.full((2, 3, 4), 3, np.uint8), Geometry.identity((4, 3, 2)), table, folder=tmp_path, stem="C-001", format="nrrd", modality="CT",
        model_id="m", spacing_known=True,
    )  # fmt: skip
    lines = file.path.read_bytes().split(b"\n\n")[0].decode().splitlines()
    keys = dict(line.split(":=", 1) for line in lines if ":=" in line)
    assert (keys["Segment0_Name"], keys["Segment0_LabelValue"], keys["Segment0_Color"]) == (
        "Großhirn, links",
        "3",
        "0.200000 0.400000 0.600000",
    )
    assert "~SCT^11628009^Großhirn, links~" in keys["Segment0_Tags"]
    assert (keys["Segment1_ID"], keys["Segment1_Name"], keys["Segment1_Tags"]) == ("Segment_200", r"a\\nb", "|")


@pytest.mark.parametrize("kind", ["nrrd", "mha"])
def test_that_a_header_holds_nothing_but_what_is_meant(exported: Export, kind: str) -> None:
    head = exported(kind)[0].path.read_bytes()[:4096].split(b"\x1f\x8b" if kind == "nrrd" else b"LOCAL\n")[0].decode()
    words = {line.split(":")[0] if kind == "nrrd" else line.split(" =")[0] for line in head.splitlines() if line}
    own = {w for w in words if not w.startswith("Segment")}
    assert own == (
        {"NRRD0004", "type", "dimension", "space", "sizes", "space directions", "kinds", "encoding", "space origin"}
        if kind == "nrrd"
        else {
            "ObjectType", "NDims", "BinaryData", "BinaryDataByteOrderMSB", "CompressedData", "CompressedDataSize", "TransformMatrix",
            "Offset", "CenterOfRotation", "ElementSpacing", "DimSize", "ElementType", "ElementDataFile",
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        *itertools.product(("nrrd", "mha"), ("one voxel differs", "cut short", "moved by 0.1 mm")),
        ("nrrd", "a colour differs"),  # MetaImage has none
    ],
)
def test_that_a_label_map_that_does_not_read_back_the_same_is_not_kept(
    exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, kind: str
) -> None:
    real = getattr(export, f"write_{kind}")

    def spoiled(labels: np.ndarray, geometry: Geometry, *rest: Any) -> None:
        if fault == "one voxel differs":
            labels = labels.copy()
            labels[2, 3, 4] ^= 1
        if fault.startswith("moved"):
            geometry = Geometry(geometry.size_ijk, geometry.spacing_mm, (-100.4, 33.25, 700.0), geometry.direction)
        if fault == "a colour differs":
            rest = (LabelTable((*rest[0].structures[:-1], Structure(9, "aorta", "#000000"))), *rest[1:])
        real(labels, geometry, *rest)
        if fault == "cut short":
            rest[-1].write_bytes(rest[-1].read_bytes()[:-20])

    monkeypatch.setattr(export, f"write_{kind}", spoiled)
    with pytest.raises(UserError, match="not what was written"):
        exported(kind)
    assert not (tmp_path / "out").exists()


def test_that_names_of_structures_make_names_of_files_that_never_meet() -> None:
    names = ["Liver / left", "Liver  left", "größe", "肝臓", "a" * 90, "../..", "CON"]
    words = [structure_word(Structure(n, name, "#000000")) for n, name in enumerate(names, start=1)]
    assert words[:4] == ["s01-liver-left", "s02-liver-left", "s03-grosse", "s04"]
    assert len(set(words)) == len(words)
    assert all(len(word) < 50 and set(word) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for word in words)
