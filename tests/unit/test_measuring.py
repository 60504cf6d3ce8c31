"""The measurements of a case: kept with it, saved at once, gone with it; without a window."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import ProjectError
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session

RULER = ((3.0, 4.0, 5.0), (11.0, 10.0, 5.0))


@pytest.fixture
def opened(world):
    world.session.open_case("C-001")
    return world.session


def file_of(session: Session) -> Path:
    return session.project.case_folder("C-001") / "measurements.json"


def again(session: Session, *, read_only: bool = False) -> Session:
    """Another session over the same project, with the case on screen."""
    folder = session.project.folder
    session.close_project()
    other = Session(InlineJobs(), lambda: None)
    other.open_project(folder, read_only=read_only)
    other.open_case("C-001")
    return other


def test_that_a_measurement_stays_with_its_case(opened: Session) -> None:
    ruler = opened.measuring.add("ruler", 2, RULER)
    assert ruler.length == pytest.approx(math.dist(*RULER))
    region = opened.measuring.add("rectangle", 2, ((2.9, 3.9, 5.0), (11.2, 10.0, 5.0)), name="vessel")
    # spacing 0.8: pixels 0 to 10 across and 0 to 7 down
    expected = np.asarray(opened.open.volume.voxels)[0, 0:8, 0:11]
    assert (region.region.pixels, region.region.mean) == (88, pytest.approx(expected.mean()))
    other = again(opened)
    assert other.measuring.items == (ruler, region)
    assert [one.name for one in other.measuring.items] == ["Length 1", "vessel"]
    other.close_project()
    assert other.measuring.items == ()


def test_that_moving_measures_anew_and_renaming_does_not(opened: Session) -> None:
    told = []
    opened.measuring.changed.connect(lambda: told.append(opened.measuring.items))
    opened.measuring.add("ruler", 2, RULER)
    moved = opened.measuring.move(1, ((3.0, 4.0, 5.0), (3.0, 24.0, 5.0)))
    assert moved.length == pytest.approx(20.0)
    opened.measuring.rename(1, "long axis")
    assert again(opened).measuring.items[0].name == "long axis"
    assert len(told) >= 3


def test_that_a_deleted_measurement_can_be_brought_back_to_its_place(opened: Session) -> None:
    one, two, three = (opened.measuring.add("ruler", 2, RULER) for _ in range(3))
    gone = opened.measuring.delete(2)
    assert gone == two
    assert opened.measuring.items == (one, three)
    opened.measuring.restore(gone)
    opened.measuring.restore(gone)
    assert opened.measuring.items == (one, two, three)
    with pytest.raises(ProjectError, match="no such measurement"):
        opened.measuring.delete(9)


def test_that_nothing_is_kept_in_a_project_that_is_only_read(opened: Session) -> None:
    opened.measuring.add("ruler", 2, RULER)
    text = file_of(opened).read_bytes()
    reader = again(opened, read_only=True)
    for change in (lambda: reader.measuring.add("ruler", 2, RULER), lambda: reader.measuring.delete(1)):
        with pytest.raises(ProjectError, match="reading only"):
            change()
    assert len(reader.measuring.items) == 1
    assert file_of(reader).read_bytes() == text
    reader.close_project()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: b"\xff\xfe",
        lambda text: text.replace(b'"axis": 2', b'"axis": 7'),
        lambda text: text.replace(b'"format": 1', b'"format": 2'),
        lambda text: json.dumps({"measurements": json.loads(text)["measurements"] * 2, "format": 1}).encode(),
    ],
)
def test_that_a_damaged_file_is_set_aside_and_told(opened: Session, damage) -> None:
    opened.measuring.add("ruler", 2, RULER)
    path = file_of(opened)
    path.write_bytes(damage(path.read_bytes()))
    broken = path.read_bytes()
    told = []
    folder = opened.project.folder
    opened.close_project()
    other = Session(InlineJobs(), lambda: None)
    other.told.connect(told.append)
    other.open_project(folder)
    other.open_case("C-001")
    assert other.measuring.items == ()
    assert ["measurements of C-001" in text for text in told] == [True]
    assert path.with_name("measurements.json.damaged").read_bytes() == broken
    other.measuring.add("ruler", 2, RULER)
    assert len(again(other).measuring.items) == 1


def test_that_a_damaged_file_is_left_alone_where_the_project_is_only_read(opened: Session) -> None:
    opened.measuring.add("ruler", 2, RULER)
    path = file_of(opened)
    path.write_bytes(b"{")
    reader = again(opened, read_only=True)
    assert reader.measuring.items == ()
    assert path.read_bytes() == b"{"
    reader.close_project()


def test_that_the_file_holds_places_and_numbers_and_nothing_about_the_patient(opened: Session) -> None:
    opened.measuring.add("ellipse", 2, RULER)
    (document,) = json.loads(file_of(opened).read_text())["measurements"]
    assert set(document) == {"number", "kind", "name", "axis", "points_mm", "length", "angle", "region", "frame"}


def test_that_the_text_has_a_line_for_each(opened: Session, tmp_path: Path) -> None:
    opened.measuring.add("ruler", 2, RULER)
    opened.measuring.add("ellipse", 2, RULER, name="vessel")
    lines = opened.measuring.text().splitlines()
    assert lines[0] == "C-001\tLength 1\tk 1\t10.0 mm"
    assert lines[1].startswith("C-001\tvessel\tk 1\t")
    opened.measuring.write_csv(tmp_path / "out.csv")
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_that_a_region_of_a_series_in_time_is_measured_on_its_frame(world, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    frames = np.random.default_rng(0).integers(0, 100, (4, 5, 16, 20)).astype(np.int16)
    image = nibabel.Nifti1Image(frames.transpose(3, 2, 1, 0), np.diag([-1.0, -1.0, 3.0, 1.0]))
    nibabel.save(image, tmp_path / "series.nii.gz")
    session, cases = world.session, []
    session.import_paths([tmp_path / "series.nii.gz"], on_done=lambda pairs: cases.extend(case.id for _path, case in pairs))
    session.open_case(cases[0])
    corners = [tuple(map(float, session.open.volume.geometry.index_to_world(at))) for at in ((2.5, 3.5, 2), (12.5, 9.5, 2))]
    own = session.open.volume.time.frame
    for frame in (None, 3):
        made = session.measuring.add("rectangle", 2, corners, frame=frame)
        shown = own if frame is None else frame
        assert made.frame == shown
        assert made.region.mean == pytest.approx(frames[shown, 2, 4:10, 3:13].mean())
    moved = session.measuring.move(2, [corners[0], tuple(map(float, session.open.volume.geometry.index_to_world((8.5, 9.5, 2))))])
    assert (moved.frame, moved.region.mean) == (3, pytest.approx(frames[3, 2, 4:10, 3:9].mean()))
    assert moved.as_json(session.open.volume)["frame"] == 3


def test_that_a_measurement_on_a_cine_lies_where_its_first_frame_does() -> None:
    from gf_desktop.imaging.geometry import Geometry
    from gf_desktop.imaging.measurements import taken
    from gf_desktop.imaging.time_axis import TimeAxis
    from gf_desktop.imaging.volume import Volume

    voxels = np.random.default_rng(1).integers(0, 200, (4, 6, 8)).astype(np.int16)
    volume = Volume(voxels, Geometry((8, 6, 4), (0.5, 0.6, 1.0), (10.0, 20.0, 30.0), np.eye(3)), "US", time=TimeAxis("cine", 4, 40.0))
    places = [tuple(map(float, volume.geometry.index_to_world(at))) for at in ((1, 1, 3), (5, 4, 3))]
    document = taken(volume, number=1, kind="ruler", name="", axis=2, points_mm=places).as_json(volume)
    assert document["slice"] == 3
    assert [point[2] for point in document["points_lps_mm"]] == [30.0, 30.0]
