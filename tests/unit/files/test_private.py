"""What a file says of a person, and text in its pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from gf_desktop.files.findings import Finding
from gf_desktop.files.passport import Passport
from gf_desktop.files.private import Identity, Private, framed, private_of, text_in, without_text
from gf_desktop.files.sources import Scan
from gf_desktop.imaging.burned_in import Region
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume
from tests.unit.imaging.test_burned_in import COLUMNS, ROWS, covered, tissue, written


def ultrasound(path: Path, **tags: object) -> Path:
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.6.1", generate_uid()
    data.Modality, data.Rows, data.Columns = "US", ROWS, COLUMNS
    for name, value in tags.items():
        setattr(data, name, value)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    data.save_as(path, enforce_file_format=True)
    return path


def region(kind: int, top: int, left: int, bottom: int, right: int) -> Dataset:
    item = Dataset()
    item.RegionDataType = kind
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
    return item


def volume_of(*pictures: np.ndarray, modality: str = "US") -> Volume:
    voxels = np.stack(pictures).astype(np.int16)
    grid = Geometry((voxels.shape[2], voxels.shape[1], len(voxels)), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), np.eye(3))
    return Volume(voxels, grid, modality=modality)


def test_that_all_tags_of_a_person_are_read(tmp_path: Path) -> None:
    path = ultrasound(
        tmp_path / "a.dcm", PatientID="4711", PatientName="Muster^Erika", PatientBirthDate="19640812", PatientSex="F",
        StudyInstanceUID="1.2.3", StudyDate="20260101", AccessionNumber="A-9", SeriesInstanceUID="1.2.3.4",
    )  # fmt: skip
    assert private_of(path).identity == Identity("4711", "Muster^Erika", "19640812", "F", "1.2.3", "20260101", "A-9", "1.2.3.4")


@pytest.mark.parametrize(("stated", "says"), [("YES", True), ("NO", False), ("", None), ("perhaps", None)])
def test_that_the_statement_on_burned_in_text_is_read(tmp_path: Path, stated: str, says: bool | None) -> None:
    assert private_of(ultrasound(tmp_path / "a.dcm", BurnedInAnnotation=stated)).says_burned_in is says


def test_that_only_regions_of_tissue_are_scanned(tmp_path: Path) -> None:
    regions = [region(1, 24, 32, 415, 335), region(13, 0, 0, 9, 9), region(1, 50, 60, 40, 70)]
    assert private_of(ultrasound(tmp_path / "a.dcm", SequenceOfUltrasoundRegions=regions)).scanned == (Region(24, 32, 416, 336),)


def test_that_files_that_say_nothing_have_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"not dicom")
    assert private_of(tmp_path / "a") == private_of(tmp_path / "missing") == Private()
    assert private_of(ultrasound(tmp_path / "b.dcm")) == Private()


def test_that_text_that_stands_still_is_found_over_frames_that_move() -> None:
    frames = [tissue(seed) for seed in range(5)]
    places = {written(frame, "GRAVIDA 3 PARA 2", (338, 8)) for frame in frames}
    (place,) = places
    found = text_in(volume_of(*frames), Private())
    assert covered(place, found) > 0.9
    assert sum((r.bottom - r.top) * (r.right - r.left) for r in found) < 0.03 * ROWS * COLUMNS


def test_that_a_band_with_text_goes_whole_and_one_without_stays() -> None:
    picture = tissue()
    written(picture, "ERIKA MUSTER", (4, 100))
    found = text_in(volume_of(picture), Private(scanned=(Region(40, 0, 330, COLUMNS),)))
    assert found == (Region(0, 0, 40, COLUMNS),)


def test_that_who_says_that_there_is_text_loses_all_bands() -> None:
    found = text_in(volume_of(tissue()), Private(scanned=(Region(40, 10, 330, 470),), says_burned_in=True))
    assert found == (Region(0, 0, 40, COLUMNS), Region(40, 0, 330, 10), Region(40, 470, 330, COLUMNS), Region(330, 0, ROWS, COLUMNS))


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "PHOTO", ""])
def test_that_other_modalities_are_left_alone_unless_they_say_so(modality: str) -> None:
    picture = tissue()
    written(picture, "ERIKA MUSTER", (4, 100))
    assert text_in(volume_of(picture, modality=modality), Private()) == ()
    assert text_in(volume_of(picture, modality=modality), Private(says_burned_in=True)) != ()


def scan_of(volume: Volume, frames: np.ndarray | None = None) -> Scan:
    return Scan(volume, (Finding("no_position", "no place", "green"),), "green", Passport("green"), frames)


def test_that_text_is_black_in_every_frame_and_the_scan_says_so() -> None:
    frames = [tissue(seed) for seed in range(3)]
    for frame in frames:
        written(frame, "ERIKA MUSTER", (338, 8))
    scan = scan_of(volume_of(*frames))
    cleared = without_text(scan, Private())
    regions = text_in(scan.volume, Private())
    for region in regions:
        assert (cleared.volume.voxels[(slice(None), *region.slices)] == 0).all()
    assert scan.volume.voxels[:, 338:352, 8:60].max() > 200, "what was read is not changed"
    assert [f.code for f in cleared.findings] == ["no_position", "text_blacked_out"]
    assert cleared.verdict == cleared.passport.verdict == "amber"
    assert text_in(cleared.volume, Private()) == ()


def test_that_every_volume_of_a_series_in_time_is_cleared() -> None:
    picture = tissue()
    place = written(picture, "ERIKA MUSTER", (338, 8))
    volume = volume_of(picture)
    series = np.stack([volume.voxels, volume.voxels])
    cleared = without_text(scan_of(volume, series), Private())
    assert cleared.frames.shape == series.shape
    assert not cleared.frames[(slice(None), slice(None), *place.slices)].any()
    assert not cleared.frames.flags.writeable


def test_that_text_may_be_kept_and_is_told_all_the_same() -> None:
    picture = tissue()
    written(picture, "ERIKA MUSTER", (338, 8))
    kept = without_text(scan_of(volume_of(picture)), Private(), keep=True)
    assert np.array_equal(kept.volume.voxels[0], picture)
    assert kept.findings[-1].code == "text_kept"
    assert kept.verdict == "amber"


def test_that_a_scan_without_text_stays_the_same_object() -> None:
    scan = scan_of(volume_of(tissue()))
    assert without_text(scan, Private()) is scan


def test_that_a_frame_lies_around_the_text_and_leaves_it_readable() -> None:
    picture = tissue()
    written(picture, "ERIKA MUSTER", (338, 8))
    volume = volume_of(picture)
    (region,) = text_in(volume, Private())
    shown = framed(volume, (region,)).voxels[0]
    assert shown.shape == (ROWS, COLUMNS, 3)
    assert (shown[region.top - 1, region.left : region.right] == (255, 0, 255)).all()
    assert shown[region.slices].max() > 200
    assert (shown[region.slices][..., 0] == shown[region.slices][..., 1]).all(), "within it is grey as before"
