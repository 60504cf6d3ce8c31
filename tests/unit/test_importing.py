"""Looking at scans before they are taken: what is said of each, and what of it is read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gf_desktop import importing, workspace
from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files import dicom_scan
from gf_desktop.files.findings import UnusableScanError
from gf_desktop.files.passport import Gap, Passport, SlicePositions
from gf_desktop.files.passport_lines import passport_lines
from gf_desktop.files.scan import find_scans, glance_at, read_scan
from gf_desktop.importing import FoundScan
from tests.unit.conftest import World
from tests.unit.files.conftest import make_slice

SOUND = [(0.0, 0.0, 2.0 * k) for k in range(7)]
SERIES = {
    "sound": SOUND,
    "uneven": [(0.0, 0.0, z) for z in (0.0, 2.0, 4.0, 6.5, 8.5, 10.5, 12.5)],
    "tilted": [(0.0, 0.6 * k, 2.0 * k) for k in range(7)],
    "single": [(0.0, 0.0, 4.0)],
}


def write(folder: Path, positions: Iterable[tuple[float, float, float]], *, series: str = "1.2.3", **tags: Any) -> Path:
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(len(series))
    for number, position in enumerate(positions):
        pixels = random.integers(0, 3000, (12, 16))
        make_slice(
            folder / f"{series}-{number}.dcm", position=position, pixels=pixels, series=series, **({"InstanceNumber": number + 1} | tags)
        )
    return folder


@pytest.mark.parametrize("name", SERIES)
def test_that_a_glance_says_of_a_series_what_reading_it_says(name: str, tmp_path: Path) -> None:
    (source,) = find_scans(write(tmp_path / name, SERIES[name]))
    glance, scan = glance_at(source), read_scan(source)
    assert (glance.verdict, glance.findings, glance.passport) == (scan.verdict, scan.findings, scan.passport)
    assert (glance.size_ijk, glance.spacing_mm) == (scan.volume.geometry.size_ijk, scan.volume.geometry.spacing_mm)
    assert (glance.spacing_known, glance.modality, glance.frames) == (True, "CT", 1)


def test_that_a_glance_reads_the_pixels_of_the_middle_slice_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []
    real = dicom_scan.read_slices
    monkeypatch.setattr(dicom_scan, "read_slices", lambda headers: (asked.extend(h.instance for h in headers), real(headers))[1])
    (source,) = find_scans(write(tmp_path / "sound", SOUND))
    glance = glance_at(source)
    assert asked == [4]
    np.testing.assert_array_equal(glance.picture.voxels[0], read_scan(source).volume.voxels[3])


def test_that_a_glance_at_a_red_series_has_what_its_refusal_has_and_a_picture(tmp_path: Path) -> None:
    (source,) = find_scans(write(tmp_path / "holes", [*SOUND[:3], *SOUND[5:]]))
    with pytest.raises(UnusableScanError) as refused:
        read_scan(source)
    glance = glance_at(source)
    assert (glance.verdict, glance.findings, glance.passport) == ("red", refused.value.findings, refused.value.passport)
    assert glance.next_step == refused.value.next_step
    assert glance.size_ijk is None
    assert glance.picture.voxels.shape == (1, 12, 16)


def test_that_a_glance_through_the_other_process_brings_one_slice(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (20, 30)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (source,) = find_scans(tmp_path / "a.png")
    glance = glance_at(source)
    assert (glance.verdict, glance.size_ijk, glance.spacing_known) == ("green", (30, 20, 1), False)
    np.testing.assert_array_equal(glance.picture.voxels[0], pixels)
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    cut = glance_at(source)
    assert [finding.code for finding in cut.findings] == ["unreadable"]
    assert cut.next_step


def test_that_each_scan_is_told_once_with_how_many_there_are(world: World, tmp_path: Path) -> None:
    folder = write(tmp_path / "day", SOUND)
    write(folder, SOUND[:3], series="1.2.34")
    told: list[tuple[str, int]] = []
    ended: list[list[FoundScan]] = []
    world.session.importing.look(
        [folder, *folder.iterdir()], on_found=lambda found, count: told.append((found.source.description, count)), on_done=ended.append
    )
    assert sorted(told) == [("CT, 3 files of 16 × 12", 2), ("CT, 7 files of 16 × 12", 2)]
    assert [found.usable for found in ended[0]] == [True, True]
    assert all(found.plain and found.thumbnail.dtype == np.uint8 and found.name == "day" for found in ended[0])
    world.session.importing.bring(ended[0])
    assert sorted(case.slices for case in world.session.cases()) == [3, 6, 7]


def test_that_a_single_file_that_is_read_whole_is_read_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "read_scan", lambda _source: pytest.fail("it was read before"))
    ended: list[list[FoundScan]] = []
    world.session.importing.look([world.tmp_path / "truth.nii.gz"], on_found=lambda *_found: None, on_done=ended.append)
    world.session.importing.bring(ended[0])
    assert len(world.session.cases()) == 2


def test_that_a_spacing_that_is_stated_makes_a_red_series_amber_and_can_be_taken_back(world: World, tmp_path: Path) -> None:
    lost = {"ImagePositionPatient": None, "ImageOrientationPatient": None, "PixelSpacing": None, "SliceThickness": None}
    found: list[FoundScan] = []
    brings = world.session.importing
    brings.look([write(tmp_path / "lost", SOUND, **lost)], on_found=lambda one, _count: found.append(one))
    assert (found[0].usable, found[0].lacks_spacing, found[0].trouble) == (False, True, None)
    brings.look_again(found[0], spacing_mm=(0.9, 0.8, 3.0), on_done=found.append)
    assert (found[1].glance.verdict, found[1].lacks_spacing) == ("amber", False)
    assert found[1].glance.spacing_mm == pytest.approx((0.8, 0.9, 3.0))
    brings.look_again(found[1], on_done=found.append)
    assert found[2].glance.verdict == "red"
    errors: list[Exception] = []
    brings.look_again(found[1], spacing_mm=(0.9, -1.0, 3.0), on_done=found.append, on_error=errors.append)
    assert isinstance(errors[0], UserError)
    assert len(found) == 3


def test_that_slices_of_which_only_some_lack_a_place_are_not_asked_about(world: World, tmp_path: Path) -> None:
    folder = write(tmp_path / "partly", SOUND[:5])
    write(folder, SOUND[5:], PixelSpacing=None)
    (folder / "1.2.3-0.dcm").rename(folder / "first.dcm")
    found: list[FoundScan] = []
    world.session.importing.look([folder], on_found=lambda one, _count: found.append(one))
    assert not any(one.lacks_spacing for one in found if not one.usable)


def test_that_a_path_without_a_scan_is_an_error_alone_and_a_red_row_among_several(world: World, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    found: list[FoundScan] = []
    errors: list[Exception] = []
    look = world.session.importing.look
    look([tmp_path / "notes.txt"], on_found=lambda one, _count: found.append(one), on_error=errors.append)
    assert (len(found), len(errors)) == (0, 1)
    look([tmp_path / "notes.txt", world.tmp_path / "scan.nii.gz"], on_found=lambda one, _count: found.append(one))
    assert [(one.name, one.usable) for one in found] == [("scan.nii.gz", True), ("notes.txt", False)]
    assert isinstance(found[1].trouble, FileFormatError)


def test_that_a_large_folder_tells_how_far_it_is_and_can_be_stopped(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "large", [(0.0, 0.0, float(k)) for k in range(40)])
    told: list[tuple[int, int]] = []
    assert find_scans(folder, watch=lambda done, count: (told.append((done, count)), True)[1])
    assert told == [(0, 40), (16, 40), (32, 40)]
    with pytest.raises(UserError, match="was stopped"):
        find_scans(folder, watch=lambda done, _count: done < 16)
    monkeypatch.setattr(importing, "FIRST_COUNT_S", 0.0)
    monkeypatch.setattr(importing, "COUNT_S", 0.0)
    told.clear()
    found: list[FoundScan] = []
    world.session.importing.look(
        [folder], on_files=lambda done, count: told.append((done, count)), on_found=lambda one, _count: found.append(one)
    )
    assert told == [(0, 40), (16, 40), (32, 40)]
    assert [one.glance.size_ijk for one in found] == [(16, 12, 40)]


def test_that_a_file_without_a_unit_may_be_given_a_spacing_and_is_not_asked_about(world: World) -> None:
    found: list[FoundScan] = []
    world.session.importing.look([world.tmp_path / "truth.nii.gz"], on_found=lambda one, _count: found.append(one))
    assert (found[0].lacks_spacing, found[0].may_state_spacing) == (False, not found[0].glance.passport.unit_stated)


def test_that_the_lines_of_a_passport_name_each_fault_with_its_numbers() -> None:
    slices = SlicePositions(
        9, 2.0, 0.013, 1.9, 6.0, (Gap(4.0, 10.0, 2),), missing=2, missing_at_ends=1, duplicates=3, crowded=4, overlap_mm=0.5
    )
    passport = Passport("red", spacing_mm=(0.7, 0.8, 2.0), spacing_from=("PixelSpacing", "PixelSpacing", "not stated"), slices=slices)
    lines = [(line.name, str(line)) for line in passport_lines(passport, spacing_known=False)]
    assert lines == [
        ("spacing", "0.7  0.8  2 pixels (PixelSpacing, not stated)"),
        ("slices", "9 slices, each 2 mm from the next"),
        ("residual", "0.013 mm"),
        ("gaps", "1.9 – 6 mm"),
        ("", "2 missing; 1 missing at the ends; 3 stored twice; 4 positions with several; overlapping by 0.5 mm"),
        ("gap", "4.00 to 10.00 mm along the normal: 2 missing"),
    ]
    sound = passport_lines(Passport("green", slices=SlicePositions(3)))
    assert [str(line) for line in sound] == ["3 without an even spacing", "none missing, none twice, none overlapping"]
