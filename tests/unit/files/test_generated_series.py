"""Series written with pydicom from a phantom that is linear in space, so that what linear resampling should give is known exactly."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from gf_desktop.files.findings import UnusableScanError
from gf_desktop.files.scan import Scan, ScanSource, find_scans, read_scan
from gf_desktop.files.wire import Fault, fault_of, from_wire, to_wire

from .conftest import make_slice

ROWS, COLUMNS = 12, 16
ROW_MM, COLUMN_MM = 0.8, 0.7
WITHIN_HU = 1.0

Writer = Callable[..., Path]


def phantom_hu(world_mm: np.ndarray) -> np.ndarray:
    """Return the intensity at places, LPS mm [..., 3]."""
    return world_mm @ np.array([2.0, -3.0, 5.0]) + 100.0


@pytest.fixture
def phantom(tmp_path: Path) -> Writer:
    """Return a function that writes slices of the phantom at positions, LPS mm, and returns their folder."""

    def write(
        positions: Iterable[Iterable[float]],
        *,
        orientation: Iterable[float] = (1, 0, 0, 0, 1, 0),
        tags: Callable[[int], dict[str, Any]] = lambda _k: {},
        prefix: str = "",
        offset: float = 0.0,
        scale: Callable[[int], tuple[float, float]] = lambda _k: (0.25, -1024.0),
    ) -> Path:
        folder = tmp_path / "series"
        folder.mkdir(exist_ok=True)
        axes = np.array(list(orientation), dtype=float).reshape(2, 3)
        j, i = np.mgrid[:ROWS, :COLUMNS]
        for k, position in enumerate(positions):
            place = np.array(list(position), dtype=float)
            world = place + i[..., None] * COLUMN_MM * axes[0] + j[..., None] * ROW_MM * axes[1]
            slope, intercept = scale(k)
            stored = np.rint((phantom_hu(world) + offset - intercept) / slope)
            options = {
                "position": place,
                "series": "1.2.3.4",
                "ImageOrientationPatient": [f"{v:.10g}"[:16] for v in axes.reshape(-1)],
                "PixelSpacing": [ROW_MM, COLUMN_MM],
                "InstanceNumber": k + 1,
                "RescaleSlope": slope,
                "RescaleIntercept": intercept,
                **tags(k),
            }
            make_slice(folder / f"{prefix}{k:03d}.dcm", pixels=stored, **options)
        return folder

    return write


def upright(heights: Iterable[float]) -> list[tuple[float, float, float]]:
    return [(-5.0, -7.0, float(z)) for z in heights]


def read_one(folder: Path) -> Scan:
    (source,) = find_scans(folder)
    return read_scan(source)


def refused(folder: Path) -> UnusableScanError:
    with pytest.raises(UnusableScanError) as caught:
        read_one(folder)
    return caught.value


def severities(scan: Scan) -> dict[str, str]:
    return {f.code: f.severity for f in scan.findings}


def message(scan: Scan, code: str) -> str:
    return "\n".join(f.message for f in scan.findings if f.code == code)


def off_truth(scan: Scan, *, background: float | None = None) -> float:
    """Return the largest difference in HU from the phantom, where there is no background."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in scan.volume.geometry.shape_kji), indexing="ij")
    truth = phantom_hu(scan.volume.geometry.index_to_world(np.stack([i, j, k], axis=-1)))
    covered = np.ones(truth.shape, bool) if background is None else scan.volume.voxels != background
    assert covered.any(axis=(1, 2)).all()
    return float(np.abs(scan.volume.voxels - truth)[covered].max())


def test_that_a_sound_series_is_the_phantom_and_its_passport_is_green(phantom: Writer) -> None:
    scan = read_one(phantom(upright(range(0, 20, 2))))
    assert (scan.findings, scan.verdict) == ((), "green")
    assert off_truth(scan) <= 0.13
    passport = scan.passport
    assert passport.origin_mm == (-5.0, -7.0, 0.0)
    assert passport.spacing_mm == (COLUMN_MM, ROW_MM, 2.0)
    assert passport.axes == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert passport.origin_from == "ImagePositionPatient of 10 slices"
    assert passport.axes_from == "ImageOrientationPatient of 10 slices"
    assert passport.spacing_from == ("PixelSpacing", "PixelSpacing", "ImagePositionPatient of 10 slices")
    assert passport.slices is not None
    assert (passport.slices.count, passport.slices.spacing_mm, passport.slices.missing, passport.slices.duplicates) == (10, 2.0, 0, 0)
    assert not passport.resampled
    assert not scan.volume.resampled


# missing


@pytest.mark.parametrize(("gone", "places"), [({4}, ["6.0 and 10.0 mm"]), ({3, 4, 7}, ["4.0 and 10.0 mm", "12.0 and 16.0 mm"])])
def test_that_slices_missing_in_the_middle_are_counted_and_placed(phantom: Writer, gone: set[int], places: list[str]) -> None:
    error = refused(phantom(upright(2.0 * k for k in range(10) if k not in gone)))
    assert [f.code for f in error.findings] == ["missing_slices"]
    assert all(place in error.what for place in places)
    assert error.passport is not None
    assert error.passport.slices is not None
    assert error.passport.slices.missing == sum(gap.missing for gap in error.passport.slices.gaps) == len(gone)
    assert len(error.passport.slices.gaps) == len(places)
    assert error.passport.verdict == "red"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("end", ["first", "last"])
def test_that_slices_missing_at_an_end_are_told_by_the_pictures_numbers(phantom: Writer, count: int, end: str) -> None:
    folder = phantom(upright(range(0, 20, 2)), tags=lambda _k: {"ImagesInAcquisition": 10})
    files = sorted(folder.glob("*.dcm"))
    for path in files[:count] if end == "first" else files[-count:]:
        path.unlink()
    scan = read_one(folder)
    assert severities(scan) == {"ends_may_be_missing": "amber"}
    assert f"10 pictures, of which {10 - count} are here: {count} may" in message(scan, "ends_may_be_missing")
    assert scan.passport.slices is not None
    assert (scan.passport.slices.missing_at_ends, scan.passport.slices.missing) == (count, 0)
    assert off_truth(scan) <= WITHIN_HU


def test_that_numbers_that_start_above_one_tell_of_missing_slices_without_a_total(phantom: Writer) -> None:
    folder = phantom(upright(range(0, 20, 2)))
    for n in range(3):
        (folder / f"{n:03d}.dcm").unlink()
    assert "4 to 10: 3 before them" in message(read_one(folder), "ends_may_be_missing")


@pytest.mark.parametrize("numbers", [lambda k: 101 + k, lambda k: 2 * k, lambda _k: 1, lambda k: 10 - k])
def test_that_other_ways_of_numbering_say_nothing_of_missing_slices(phantom: Writer, numbers: Callable[[int], int]) -> None:
    scan = read_one(phantom(upright(range(0, 20, 2)), tags=lambda k: {"InstanceNumber": numbers(k)}))
    assert scan.findings == ()


# copies, phases, echoes


def test_that_duplicates_are_counted_and_used_once(phantom: Writer) -> None:
    folder = phantom(upright(range(0, 20, 2)))
    for n in (2, 5, 6):
        shutil.copy(folder / f"{n:03d}.dcm", folder / f"copy{n}.dcm")
    scan = read_one(folder)
    assert severities(scan) == {"duplicate_files": "amber"}
    assert scan.passport.slices is not None
    assert (scan.passport.slices.count, scan.passport.slices.duplicates) == (10, 3)
    assert off_truth(scan) <= WITHIN_HU


def both(phantom: Writer, one: dict[str, Any], other: dict[str, Any], *, heights: Iterable[float] = range(0, 20, 2)) -> list[ScanSource]:
    """Write two scans under one identifier, the second 50 HU brighter, and return what is found."""
    phantom(upright(heights), tags=lambda _k: one, prefix="a")
    return find_scans(phantom(upright(heights), tags=lambda k: {"InstanceNumber": k + 11, **other}, prefix="b", offset=50.0))


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ({"TemporalPositionIdentifier": 1}, {"TemporalPositionIdentifier": 2}, ["phase 1", "phase 2"]),
        ({"AcquisitionNumber": 1}, {"AcquisitionNumber": 4}, ["acquisition 1", "acquisition 4"]),
        ({"EchoTime": "2.3", "Modality": "MR"}, {"EchoTime": "4.6", "Modality": "MR"}, ["echo 2.3 ms", "echo 4.6 ms"]),
        ({"InversionTime": 900}, {"InversionTime": 2500}, ["inversion time 900 ms", "inversion time 2500 ms"]),
        ({"DiffusionBValue": 0.0}, {"DiffusionBValue": 800.0}, ["b-value 0 s/mm²", "b-value 800 s/mm²"]),
        ({"ImageType": ["ORIGINAL", "PRIMARY"]}, {"ImageType": ["DERIVED", "SECONDARY"]}, ["ORIGINAL PRIMARY", "DERIVED SECONDARY"]),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M"]}, {"ImageType": ["ORIGINAL", "PRIMARY", "P"]}, ["M", "P"]),
        ({"ImageType": ["ORIGINAL", "SMITH"]}, {"ImageType": ["ORIGINAL", "JONES"]}, ["image type 2 of 2", "image type 1 of 2"]),
        ({}, {"EchoTime": "4.6"}, ["without echo", "echo 4.6 ms"]),
    ],
)  # fmt: skip
def test_that_two_scans_under_one_identifier_are_told_apart(
    phantom: Writer, one: dict[str, Any], other: dict[str, Any], names: list[str]
) -> None:
    sources = both(phantom, one, other)
    modality = one.get("Modality", "CT")
    assert [source.description for source in sources] == [f"{modality}, {name}, 10 files of 16 × 12" for name in names]
    scans = [read_scan(source) for source in sources]
    assert [severities(scan) for scan in scans] == [{"split_series": "green"}] * 2
    assert "covers 2 scans" in message(scans[1], "split_series")
    assert names[1] in message(scans[1], "split_series")
    assert off_truth(scans[0]) <= WITHIN_HU
    assert off_truth(scans[1]) == pytest.approx(50, abs=WITHIN_HU)


def test_that_echoes_of_magnitude_and_phase_are_four_scans(phantom: Writer) -> None:
    for echo in (2.3, 4.6):
        for kind in ("M", "P"):
            tags = {"EchoTime": echo, "ImageType": ["ORIGINAL", "PRIMARY", kind], "Modality": "MR"}
            folder = phantom(upright(range(0, 8, 2)), tags=lambda _k, tags=tags: tags, prefix=f"{kind}{echo}")
    assert sorted(source.description for source in find_scans(folder)) == [
        f"MR, {kind}, echo {echo} ms, 4 files of 16 × 12" for kind in ("M", "P") for echo in (2.3, 4.6)
    ]


def test_that_a_file_stands_for_its_own_phase_only(phantom: Writer) -> None:
    both(phantom, {"AcquisitionNumber": 1}, {"AcquisitionNumber": 2})
    folder = phantom([])
    (source,) = find_scans(folder / "b003.dcm")
    assert {path.name[0] for path in source.paths} == {"b"}
    assert len(source.paths) == 10


def test_that_two_phases_that_nothing_tells_apart_are_refused(phantom: Writer) -> None:
    (source,) = both(phantom, {}, {})
    with pytest.raises(UnusableScanError, match="2 phases: 20 slices at 10 positions") as caught:
        read_scan(source)
    assert caught.value.passport is not None
    assert caught.value.passport.slices is not None
    assert caught.value.passport.slices.crowded == 10


def test_that_a_field_that_differs_from_slice_to_slice_makes_no_scans_of_one_slice(phantom: Writer) -> None:
    numbers = iter(range(100))
    phantom(upright(range(0, 20, 2)), tags=lambda _k: {"TriggerTime": next(numbers)}, prefix="a")
    folder = phantom(upright(range(0, 20, 2)), tags=lambda _k: {"TriggerTime": next(numbers)}, prefix="b", offset=50.0)
    assert len(find_scans(folder)) == 1


def test_that_two_acquisitions_between_each_other_are_two_scans(phantom: Writer) -> None:
    folder = phantom(upright(range(0, 20, 2)), tags=lambda _k: {"AcquisitionNumber": 1}, prefix="a")
    phantom(upright(range(1, 21, 2)), tags=lambda _k: {"AcquisitionNumber": 2}, prefix="b")
    scans = [read_scan(source) for source in find_scans(folder)]
    assert [scan.passport.origin_mm for scan in scans] == [(-5.0, -7.0, 0.0), (-5.0, -7.0, 1.0)]
    assert [severities(scan) for scan in scans] == [{"split_series": "green"}] * 2


@pytest.mark.parametrize("tag", ["EchoTime", "AcquisitionNumber", "TriggerTime"])
def test_that_a_field_that_differs_harmlessly_splits_nothing(phantom: Writer, tag: str) -> None:
    folder = phantom(upright(range(0, 20, 2)), tags=lambda k: {tag: 1 + k // 5, "Modality": "MR"})
    scan = read_one(folder)
    assert scan.volume.geometry.size_ijk == (16, 12, 10)
    assert scan.findings == ()


# directions and sizes


def test_that_a_localiser_in_the_folder_is_a_scan_of_its_own(phantom: Writer) -> None:
    phantom(upright(range(0, 20, 2)), prefix="b")
    phantom([(0, 0, 20)], orientation=(1, 0, 0, 0, 0, -1), prefix="a")
    folder = phantom([(0, 0, 20)], orientation=(0, 1, 0, 0, 0, -1), prefix="c")
    sources = find_scans(folder)
    assert [source.description for source in sources] == [
        "CT, coronal, 1 file of 16 × 12", "CT, axial, 10 files of 16 × 12", "CT, sagittal, 1 file of 16 × 12",
    ]  # fmt: skip
    scan = read_scan(sources[1])
    assert severities(scan) == {"split_series": "green"}
    assert "direction" in message(scan, "split_series")
    assert off_truth(scan) <= WITHIN_HU


# uneven and tilted


def test_that_irregular_spacing_is_resampled_within_a_unit_of_the_truth(phantom: Writer) -> None:
    scan = read_one(phantom(upright([0, 2, 4, 7, 9, 11, 13, 15.5, 17])))
    assert severities(scan)["uneven_spacing"] == "amber"
    told = message(scan, "uneven_spacing")
    assert "gaps from 1.5 to 3 mm among 9 slices" in told
    assert "resampled linearly to 2.125 mm" in told
    assert "masks fit the resampled grid" in told
    assert off_truth(scan) <= WITHIN_HU
    assert scan.volume.resampled
    assert scan.passport.resampled
    assert scan.passport.slices is not None
    assert (scan.passport.slices.smallest_gap_mm, scan.passport.slices.largest_gap_mm) == (1.5, 3.0)
    assert scan.passport.slices.residual_mm == pytest.approx(0.625)


def test_that_five_per_cent_jitter_is_resampled_within_a_unit_of_the_truth(phantom: Writer) -> None:
    jitter = np.random.default_rng(3).uniform(-0.1, 0.1, 20)
    heights = 2.0 * np.arange(20) + jitter
    scan = read_one(phantom(upright(heights)))
    assert severities(scan)["uneven_spacing"] == "amber"
    assert off_truth(scan) <= WITHIN_HU
    assert scan.passport.slices is not None
    even = heights[0] + (heights[-1] - heights[0]) / 19 * np.arange(20)
    assert scan.passport.slices.residual_mm == pytest.approx(np.abs(heights - even).max(), abs=1e-6)


@pytest.mark.parametrize("angle", [5, 10, 15, 20, 25])
@pytest.mark.parametrize("towards", [1, -1])
def test_that_a_tilt_is_undone_within_a_unit_of_the_truth_and_nothing_is_cut_off(phantom: Writer, angle: int, towards: int) -> None:
    lean = towards * np.tan(np.radians(angle))
    positions = [(-5.0, -7.0 + lean * z, float(z)) for z in range(0, 20, 2)]
    scan = read_one(phantom(positions))
    assert severities(scan) == {"tilted": "amber"}
    assert f"({angle} degrees)" in message(scan, "tilted")
    assert scan.volume.voxels.dtype == np.float32
    assert off_truth(scan, background=-1024) <= WITHIN_HU
    rows = scan.volume.geometry.size_ijk[1]
    assert rows == ROWS + int(np.ceil(abs(lean) * 18 / ROW_MM))
    # every slice keeps its rows but for the one that falls between two
    covered = (scan.volume.voxels[:, :, 0] != -1024).sum(axis=1)
    assert set(covered.tolist()) <= {ROWS, ROWS - 1}
    assert scan.passport.slices is not None
    assert scan.passport.slices.tilt_deg == pytest.approx(angle, abs=1e-6)
    assert scan.volume.resampled


def test_that_a_tilt_along_both_axes_of_an_uneven_oblique_series_is_undone(phantom: Writer) -> None:
    axes = double_oblique()
    heights = [0, 2, 4, 6.5, 8.5, 10.5]
    positions = [np.array([3.0, 4.0, 5.0]) + z * (axes[2] + 0.1 * axes[0] - 0.2 * axes[1]) for z in heights]
    scan = read_one(phantom(positions, orientation=axes[:2].reshape(-1)))
    assert {"tilted", "uneven_spacing"} <= severities(scan).keys()
    assert off_truth(scan, background=-1024) <= WITHIN_HU
    assert (scan.volume.voxels != -1024).sum() > 6 * ROWS * COLUMNS * 0.75


def double_oblique() -> np.ndarray:
    """Return row, column and normal unit vectors turned about two axes."""
    a, b = np.radians(20), np.radians(-35)
    first = np.array([[1, 0, 0], [0, np.cos(a), np.sin(a)], [0, -np.sin(a), np.cos(a)]])
    second = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    return first @ second


# orders and axes


def test_that_a_reversed_order_gives_the_same_scan(phantom: Writer) -> None:
    scan = read_one(phantom(upright(range(18, -2, -2))))
    assert scan.findings == ()
    assert scan.passport.origin_mm == (-5.0, -7.0, 0.0)
    assert off_truth(scan) <= WITHIN_HU


def test_that_a_double_oblique_series_is_the_phantom(phantom: Writer) -> None:
    axes = double_oblique()
    positions = [np.array([3.0, 4.0, 5.0]) + z * axes[2] for z in range(0, 20, 2)]
    scan = read_one(phantom(positions, orientation=axes[:2].reshape(-1)))
    assert scan.findings == ()
    assert np.allclose(scan.volume.geometry.direction, axes.T, atol=1e-8)
    assert off_truth(scan) <= WITHIN_HU


def test_that_swapped_rows_and_columns_are_the_phantom(phantom: Writer) -> None:
    scan = read_one(phantom([(0, 0, z) for z in range(0, 20, 2)], orientation=(0, 1, 0, 1, 0, 0)))
    assert scan.findings == ()
    assert np.allclose(scan.volume.geometry.direction, [[0, 1, 0], [1, 0, 0], [0, 0, -1]])
    assert scan.passport.origin_mm == (0, 0, 18)
    assert off_truth(scan) <= WITHIN_HU


def test_that_axes_a_little_off_perpendicular_are_straightened_with_the_distance(phantom: Writer) -> None:
    lean = 0.004
    scan = read_one(phantom(upright(range(0, 20, 2)), orientation=(1, 0, 0, lean, np.sqrt(1 - lean**2), 0)))
    assert severities(scan) == {"axes_straightened": "amber"}
    assert np.allclose(scan.volume.geometry.direction.T @ scan.volume.geometry.direction, np.eye(3), atol=1e-9)


# spacing and scale


def test_that_a_thickness_that_contradicts_the_positions_is_named_with_both_numbers(phantom: Writer) -> None:
    scan = read_one(phantom(upright(range(0, 20, 2)), tags=lambda _k: {"SliceThickness": 5.0, "SpacingBetweenSlices": 3.0}))
    assert [(c.name, c.stated, c.measured) for c in scan.passport.contradictions] == [
        ("SliceThickness", 5.0, 2.0), ("SpacingBetweenSlices", 3.0, 2.0),
    ]  # fmt: skip
    assert severities(scan) == {"overlapping_slices": "green", "stated_spacing_differs": "amber"}
    assert scan.passport.slices is not None
    assert scan.passport.slices.overlap_mm == pytest.approx(3.0)
    assert scan.passport.spacing_mm == (COLUMN_MM, ROW_MM, 2.0)


def test_that_slices_of_different_scales_are_the_phantom(phantom: Writer) -> None:
    scan = read_one(phantom(upright(range(0, 20, 2)), scale=lambda k: (0.25 + 0.05 * (k % 3), -1024.0 - 10 * k)))
    assert severities(scan) == {"rescale_varies": "green"}
    assert off_truth(scan) <= WITHIN_HU


def test_that_a_series_without_pixel_spacing_is_refused_and_taken_with_what_the_user_states(phantom: Writer) -> None:
    folder = phantom(upright(range(0, 20, 2)), tags=lambda _k: {"PixelSpacing": None})
    assert "--spacing" in refused(folder).next_step
    (source,) = find_scans(folder, spacing_mm=(ROW_MM, COLUMN_MM, 2.0))
    scan = read_scan(source)
    assert severities(scan) == {"spacing_stated": "amber"}
    assert scan.passport.spacing_from == ("stated by the user", "stated by the user", "ImagePositionPatient of 10 slices")
    assert scan.volume.place_known
    assert off_truth(scan) <= WITHIN_HU


def test_that_slices_without_a_place_are_refused_and_taken_in_the_order_of_their_numbers_as_the_user_states(phantom: Writer) -> None:
    folder = phantom(
        upright(range(0, 20, 2)),
        tags=lambda _k: {"PixelSpacing": None, "ImagePositionPatient": None, "ImageOrientationPatient": None, "SliceThickness": 3.0},
    )
    assert "--spacing" in refused(folder).next_step
    (source,) = find_scans(folder)
    scan = read_scan(source, spacing_mm=(ROW_MM, COLUMN_MM, 3.0))
    assert severities(scan) == {"spacing_stated": "amber"}
    assert "slices are 3 mm apart; they are in the order of their numbers" in message(scan, "spacing_stated")
    assert scan.volume.geometry.spacing_mm == (COLUMN_MM, ROW_MM, 3.0)
    assert not scan.volume.place_known
    assert scan.passport.spacing_from == ("stated by the user",) * 3
    assert scan.passport.origin_from == "not stated"
    heights = scan.volume.voxels[:, 0, 0]
    assert (np.diff(heights) > 0).all()


def test_that_slices_without_a_place_or_a_number_stay_refused_whatever_the_user_states(phantom: Writer) -> None:
    folder = phantom(upright(range(0, 20, 2)), tags=lambda _k: {"ImagePositionPatient": None, "InstanceNumber": None})
    (source,) = find_scans(folder)
    with pytest.raises(UnusableScanError, match="10 of 10 slices"):
        read_scan(source, spacing_mm=(1.0, 1.0, 1.0))


def test_that_what_the_files_state_is_believed_before_the_user(phantom: Writer) -> None:
    (source,) = find_scans(phantom(upright(range(0, 20, 2))))
    scan = read_scan(source, spacing_mm=(ROW_MM, COLUMN_MM, 3.0))
    assert scan.passport.spacing_mm == (COLUMN_MM, ROW_MM, 2.0)
    assert severities(scan) == {"stated_by_user_differs": "amber"}
    assert [(c.stated, c.measured) for c in scan.passport.contradictions] == [(3.0, 2.0)]


# on the way from a process of its own


def test_that_a_scan_its_source_and_a_refusal_keep_their_passports_between_processes(phantom: Writer) -> None:
    lean = np.tan(np.radians(10))
    folder = phantom([(0.0, lean * z, float(z)) for z in range(0, 20, 2)], tags=lambda _k: {"AcquisitionNumber": 1}, prefix="a")
    phantom(upright([0, 2, 6]), tags=lambda _k: {"AcquisitionNumber": 2, "PixelSpacing": [1.6, 1.4]}, prefix="b")
    tilted, lacking = find_scans(folder, spacing_mm=(ROW_MM, COLUMN_MM, 2.0))
    assert from_wire(to_wire(tilted), ScanSource) == tilted
    scan = read_scan(tilted)
    again = from_wire(to_wire(scan), Scan)
    assert again.passport == scan.passport
    assert again.volume.resampled
    assert again.findings == scan.findings
    with pytest.raises(UnusableScanError) as caught:
        read_scan(lacking)
    sent = fault_of(caught.value)
    back = msgspec.msgpack.decode(msgspec.msgpack.encode(sent), type=Fault).raised()
    assert isinstance(back, UnusableScanError)
    assert back.passport == caught.value.passport is not None
