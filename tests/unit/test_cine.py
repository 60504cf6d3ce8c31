"""Scans with frames in time through a Session, without a window: painting, predicting, operations, export and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from gf_desktop.cli.main import main
from gf_desktop.correcting import BrushOptions
from gf_desktop.errors import FileFormatError, GeometryError, ModelError, ProjectError, UserError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.operations import FillHoles, KeepLargest, Smooth
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session

DATA = Path(__file__).resolve().parents[1] / "data" / "frames"
US = DATA / "us_cine_jpeg_8_frames.dcm"
MR = DATA / "emri_small_RLE.dcm"


@pytest.fixture
def session(tmp_path: Path, threshold_pack: Path) -> Iterator[Session]:
    session = Session(InlineJobs(), lambda: pytest.fail("no trainer is wanted"), author="AB")
    session.create_project(tmp_path / "trial", threshold_pack)
    yield session
    session.close_project()


def opened(session: Session, path: Path) -> Session:
    cases: list[str] = []
    session.import_paths([path], on_done=lambda pairs: cases.extend(case.id for _path, case in pairs))
    session.open_case(cases[0])
    return session


@pytest.fixture
def mr(session: Session) -> Session:
    """Ten frames of 64 x 64 pixels without a place."""
    return opened(session, MR)


@pytest.fixture
def series(session: Session, tmp_path: Path) -> Session:
    """Four volumes of 20 x 16 x 5 voxels, 0.5 s apart."""
    image = nibabel.Nifti1Image(FRAMES.transpose(3, 2, 1, 0), np.diag([-1.0, -1.0, 3.0, 1.0]))
    image.header.set_xyzt_units("mm", "sec")
    image.header["pixdim"][4] = 0.5
    nibabel.save(image, tmp_path / "series.nii.gz")
    return opened(session, tmp_path / "series.nii.gz")


FRAMES = np.random.default_rng(0).integers(0, 100, (4, 5, 16, 20)).astype(np.int16)


def stroke(session: Session, at_ijk: tuple[float, float, float], **more: object) -> None:
    made = session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=at_ijk, **more)
    made.finish()


# cine


@pytest.mark.parametrize("in_space", [False, True])
def test_that_a_brush_paints_the_frame_alone_even_where_it_is_a_ball(mr: Session, in_space: bool) -> None:
    stroke(mr, (30.0, 20.0, 3.0), options=BrushOptions(in_space=in_space))
    labels = mr.open.label_map.labels
    jj, ii = np.mgrid[:64, :64]
    expected = np.zeros((10, 64, 64), bool)
    expected[3] = np.hypot(jj - 20, ii - 30) <= 4.0
    assert np.array_equal(labels == 1, expected)


def test_that_a_stroke_on_a_frame_is_undone_and_found_again_after_reopening(mr: Session) -> None:
    stroke(mr, (30.0, 20.0, 3.0))
    painted = mr.open.label_map.labels.copy()
    case_id = mr.open.id
    mr.close_case()
    mr.open_case(case_id)
    assert np.array_equal(mr.open.label_map.labels, painted)
    mr.undo()
    assert not mr.open.label_map.labels.any()


def test_that_smoothing_a_cine_smooths_each_frame_by_itself(mr: Session) -> None:
    stroke(mr, (30.0, 20.0, 3.0))
    stroke(mr, (31.0, 22.0, 4.0))
    mr.operate(Smooth(1, 2.0))
    labels = mr.open.label_map.labels
    assert not labels[[0, 1, 2, 5, 6]].any()
    assert labels[3].any()
    # the frames do not bleed into each other: the same stroke alone on a frame gives the same
    assert np.array_equal(np.roll(labels[3], (2, 1), (0, 1)), labels[4])


def test_that_holes_in_a_cine_are_filled_frame_by_frame(mr: Session) -> None:
    labels = mr.open.label_map.labels
    ring = np.zeros((64, 64), bool)
    ring[10:20, 10:20] = True
    ring[13:16, 13:16] = False
    mr.open.take_slices(
        np.broadcast_to(ring, labels.shape).astype(np.uint8) * (np.arange(10) == 4)[:, None, None].astype(np.uint8), (4,), name="x"
    )
    mr.operate(FillHoles(1))
    assert np.array_equal(mr.open.label_map.labels[4] == 1, ndimage.binary_fill_holes(ring))


def test_that_an_operation_that_needs_space_is_refused_with_the_way_out(mr: Session) -> None:
    with pytest.raises(UserError, match=r"needs a volume.*Correct the frames one by one"):
        mr.operate(KeepLargest(1))
    assert mr.open.working == ""


def test_that_the_student_proposes_each_frame(mr: Session) -> None:
    mr.predict()
    voxels = mr.open.volume.voxels
    label_map = mr.open.label_map
    assert (label_map.states == VoxelState.PROPOSED).all()
    # the pack's thresholds of 50 and 75, away from its resampling's rounding
    sure = (np.abs(voxels - 50) > 1) & (np.abs(voxels - 75) > 1)
    expected = np.select([voxels > 75, voxels > 50], [5, 1], 0)
    assert np.array_equal(label_map.labels[sure], expected[sure])


def test_that_a_student_for_grey_refuses_a_coloured_cine_with_what_to_do(session: Session) -> None:
    opened(session, US)
    troubles: list[Exception] = []
    session.predict(on_error=troubles.append)
    (error,) = troubles
    assert isinstance(error, ModelError)
    assert "this scan is colour" in str(error)
    assert "Start a project with a pack for colour images" in str(error)


def test_that_a_cine_is_exported_as_volumes_of_one_slice_in_time(mr: Session, tmp_path: Path) -> None:
    stroke(mr, (30.0, 20.0, 3.0))
    stroke(mr, (10.0, 50.0, 9.0))
    mr.export(tmp_path / "out")
    image = nibabel.load(tmp_path / "out" / "C-001.nii.gz")
    assert image.shape == (64, 64, 1, 10)
    assert np.array_equal(np.asarray(image.dataobj)[:, :, 0].transpose(2, 1, 0), mr.open.label_map.labels)
    assert image.header.get_xyzt_units()[1] == "sec"
    document = json.loads((tmp_path / "out" / "C-001.json").read_text())
    assert document["time"] == {"kind": "cine", "count": 10, "frame_ms": None, "frame": 0}


def test_that_the_time_between_frames_is_in_the_export(session: Session, tmp_path: Path) -> None:
    opened(session, US).export(tmp_path / "out")
    image = nibabel.load(tmp_path / "out" / "C-001.nii.gz")
    assert image.header.get_zooms() == pytest.approx((0.5104970, 0.5104970, 1.0, 0.033333), abs=1e-6)


def test_that_a_cine_is_exported_as_one_picture_a_frame(mr: Session, tmp_path: Path) -> None:
    stroke(mr, (30.0, 20.0, 3.0))
    mr.export(tmp_path / "out", file_format="png")
    pictures = sorted((tmp_path / "out").glob("*.png"))
    assert [path.name for path in pictures] == [f"C-001_k{k:03d}.png" for k in range(10)]
    assert np.array_equal([np.array(Image.open(path)) for path in pictures], mr.open.label_map.labels)


def test_that_an_exported_cine_is_taken_as_a_correction(mr: Session, tmp_path: Path) -> None:
    stroke(mr, (30.0, 20.0, 3.0))
    painted = mr.open.label_map.labels.copy()
    mr.export(tmp_path / "out")
    mr.undo()
    report = mr.correct("C-001", tmp_path / "out" / "C-001.nii.gz", slices=[3])
    assert report.voxels_changed == np.count_nonzero(painted)
    assert np.array_equal(mr.open.label_map.labels, painted)
    assert (mr.open.label_map.states[3] >= VoxelState.ACCEPTED).all()
    assert not mr.open.label_map.states[2].any()


def test_that_a_cine_is_compared_by_dice_alone(mr: Session, tmp_path: Path) -> None:
    stroke(mr, (30.0, 20.0, 3.0))
    mr.export(tmp_path / "out")
    before = np.count_nonzero(mr.open.label_map.labels)
    stroke(mr, (30.0, 20.0, 4.0))
    score = mr.evaluate("C-001", tmp_path / "out" / "C-001.nii.gz")["soft"]
    assert score.dice == pytest.approx(2 * before / (3 * before))
    assert (score.hd95_mm, score.assd_mm) == (None, None)


def test_that_masks_of_a_cine_that_do_not_fit_are_refused(mr: Session, tmp_path: Path) -> None:
    def saved(shape: tuple[int, ...], name: str = "m.nii.gz") -> Path:
        nibabel.save(nibabel.Nifti1Image(np.zeros(shape, np.uint8), np.diag([-1.0, -1.0, 1.0, 1.0])), tmp_path / name)
        return tmp_path / name

    with pytest.raises(GeometryError, match="9 frames and the scan 10"):
        mr.correct("C-001", saved((64, 64, 1, 9)))
    with pytest.raises(GeometryError, match="another grid"):
        mr.correct("C-001", saved((64, 63, 1, 10)))
    # as a volume, its slices would be places
    with pytest.raises(GeometryError, match="another grid"):
        mr.correct("C-001", saved((64, 64, 10)))
    with pytest.raises(FileFormatError, match="NIfTI or TIFF only"):
        mr.correct("C-001", MR)
    strange = nibabel.Nifti1Image(np.full((64, 64, 1, 10), 7, np.uint8), np.diag([-1.0, -1.0, 1.0, 1.0]))
    nibabel.save(strange, tmp_path / "n.nii.gz")
    with pytest.raises(UserError, match="no structures of this project"):
        mr.correct("C-001", tmp_path / "n.nii.gz")


# series of volumes


def test_that_a_series_opens_with_a_mask_of_its_first_volume(series: Session) -> None:
    case = series.open
    assert case.volume.time == TimeAxis("series", 4, 500.0)
    assert np.array_equal(case.volume.voxels, FRAMES[0])
    assert np.array_equal(case.frames, FRAMES)
    assert case.shown(0) is case.volume
    assert np.array_equal(case.shown(2).voxels, FRAMES[2])
    assert case.shown(2) is case.shown(2)


def test_that_a_mask_is_not_drawn_on_another_volume_than_its_own(series: Session) -> None:
    series.open.must_be_shown(0)
    with pytest.raises(ProjectError, match=r"mask is of frame 1 of 4, and frame 3 is shown.*scan of its own"):
        series.open.must_be_shown(2)


def test_that_every_frame_may_be_shown_of_a_scan_that_is_no_series(mr: Session) -> None:
    mr.open.must_be_shown(0)
    assert mr.open.shown(7) is mr.open.volume


def test_that_the_student_proposes_the_volume_of_the_mask(series: Session) -> None:
    series.predict()
    sure = (np.abs(FRAMES[0] - 50) > 1) & (np.abs(FRAMES[0] - 75) > 1)
    assert np.array_equal((series.open.label_map.labels > 0)[sure], (FRAMES[0] > 50)[sure])


def test_that_another_volume_has_a_mask_of_its_own(series: Session, tmp_path: Path) -> None:
    stroke(series, (8.0, 8.0, 2.0))
    other = series.frame_case("C-001", 2)
    series.open_case(other.id)
    assert not series.open.label_map.labels.any()
    assert np.array_equal(series.open.volume.voxels, FRAMES[2])
    stroke(series, (3.0, 3.0, 1.0))
    series.export(tmp_path / "out")
    first, second = (np.asarray(nibabel.load(tmp_path / "out" / f"C-00{n}.nii.gz").dataobj) for n in (1, 2))
    assert first.shape == second.shape == (20, 16, 5)
    assert first[8, 8, 2] == second[3, 3, 1] == 1
    assert first[3, 3, 1] == second[8, 8, 2] == 0
    document = json.loads((tmp_path / "out" / "C-002.json").read_text())
    assert document["time"] == {"kind": "series", "count": 4, "frame_ms": 500.0, "frame": 2}


def test_that_touching_a_frame_asks_for_nothing_that_is_not_there(series: Session) -> None:
    for frame in (0, 3, 4, -1):
        series.open.touch(frame)


# command line


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., dict[str, object]]:
    def call(*words: object, code: int = 0) -> dict[str, object]:
        capfd.readouterr()
        assert main([*map(str, words), "--json"]) == code
        return json.loads(capfd.readouterr().out)

    return call


def test_that_a_series_goes_the_whole_way_by_verbs(run: Callable[..., dict[str, object]], tmp_path: Path, threshold_pack: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(FRAMES.transpose(3, 2, 1, 0), np.diag([-1.0, -1.0, 3.0, 1.0])), tmp_path / "series.nii.gz")
    assert run("inspect", tmp_path / "series.nii.gz")["time"] == {"kind": "series", "count": 4, "frame_ms": None, "frame": 0}
    run("new", tmp_path / "trial", "--model", threshold_pack)
    run("import", tmp_path / "trial", tmp_path / "series.nii.gz", MR, DATA / "breast1_image.nrrd")
    assert run("frame", tmp_path / "trial", "C-001", 3)["case"] == "C-004"
    rows = run("list", tmp_path / "trial")["cases"]
    assert [row.get("time", {}).get("frame") for row in rows] == [0, 0, None, 3]
    assert run("frame", tmp_path / "trial", "C-003", 1, code=1)["error"]["next"]
