"""Scans with frames in time in a project: what is kept of them, and a frame that becomes a case of its own."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume
from gf_desktop.project.manifest import write_manifest
from gf_desktop.project.records import Case
from gf_desktop.project.store import Project

FRAMES = np.random.default_rng(0).integers(0, 100, (4, 5, 12, 16)).astype(np.int16)


def add_series(project: Project) -> Case:
    volume = Volume(FRAMES[0].copy(), Geometry.identity((16, 12, 5)), "MR", "NIfTI file, 4 frames", time=TimeAxis("series", 4, 50.0))
    return project.add_case(volume, title=volume.source, verdict="green", findings=(), frames=FRAMES)[0]


def test_that_a_cine_keeps_its_time_and_that_its_place_is_unknown(project: Project) -> None:
    volume = Volume(FRAMES[0].copy(), Geometry.identity((16, 12, 5)), "US", time=TimeAxis("cine", 5, 33.3), place_known=False)
    case, _ = project.add_case(volume, title="US", verdict="amber", findings=())
    again = project.load_volume(case.id)
    assert (again.time, again.place_known) == (TimeAxis("cine", 5, 33.3), False)
    assert (case.is_cine, case.time, case.place_known) == (True, TimeAxis("cine", 5, 33.3), False)
    assert project.load_frames(case.id) is None


def test_that_a_scan_without_time_has_none(project: Project, case_id: str) -> None:
    case = project.case(case_id)
    assert (case.time, case.place_known, case.series_sha256, case.is_cine) == (None, True, "", False)


def test_that_the_same_pixels_as_cine_and_as_volume_are_two_scans(project: Project) -> None:
    volume = Volume(FRAMES[0].copy(), Geometry.identity((16, 12, 5)), "US", time=TimeAxis("cine", 5))
    first, _ = project.add_case(volume, title="US", verdict="amber", findings=())
    second, is_new = project.add_case(replace(volume, time=None), title="US", verdict="amber", findings=())
    assert is_new
    assert first.id != second.id


def test_that_a_series_keeps_every_volume(project: Project) -> None:
    case = add_series(project)
    assert np.array_equal(project.load_frames(case.id), FRAMES)
    assert np.array_equal(project.load_volume(case.id).voxels, FRAMES[0])


def test_that_another_frame_becomes_a_case_with_a_mask_of_its_own(project: Project) -> None:
    first = add_series(project)
    second = project.add_frame(first.id, 2)
    assert second.id != first.id
    assert second.title == "NIfTI file, 4 frames, frame 3"
    assert second.time == TimeAxis("series", 4, 50.0, 2)
    assert np.array_equal(project.load_volume(second.id).voxels, FRAMES[2])
    assert np.array_equal(project.load_frames(second.id), FRAMES)
    assert project.masks.load(second.id).labels.shape == (5, 12, 16)


def test_that_a_frame_is_made_a_case_once(project: Project) -> None:
    first = add_series(project)
    second = project.add_frame(first.id, 2)
    assert project.add_frame(first.id, 2).id == second.id
    assert project.add_frame(second.id, 0).id == first.id
    third = project.add_frame(second.id, 1)
    assert third.title == "NIfTI file, 4 frames, frame 2"
    assert len(project.cases()) == 3


@pytest.mark.skipif(os.name == "nt", reason="links are counted otherwise")
def test_that_the_volumes_are_on_the_disk_once(project: Project) -> None:
    first = add_series(project)
    second = project.add_frame(first.id, 1)
    assert (project.case_folder(first.id) / "frames.npy").samefile(project.case_folder(second.id) / "frames.npy")


@pytest.mark.parametrize("frame", [-1, 4])
def test_that_a_frame_that_is_not_there_is_refused(project: Project, frame: int) -> None:
    case = add_series(project)
    with pytest.raises(ProjectError, match=f"frames 0 to 3, not {frame}"):
        project.add_frame(case.id, frame)
    assert len(project.cases()) == 1


def test_that_a_scan_without_volumes_in_time_has_no_frames_to_add(project: Project, case_id: str) -> None:
    with pytest.raises(ProjectError, match="no series of volumes in time"):
        project.add_frame(case_id, 0)


def test_that_a_copy_of_the_volumes_that_is_damaged_is_told(project: Project) -> None:
    case = add_series(project)
    np.save(project.case_folder(case.id) / "frames.npy", FRAMES[:3])
    with pytest.raises(ProjectError, match="copy of the scan is damaged"):
        project.load_frames(case.id)


def test_that_a_round_knows_which_scans_are_cines(project: Project, tmp_path: Path) -> None:
    volume = Volume(FRAMES[0].copy(), Geometry.identity((16, 12, 5)), "US", time=TimeAxis("cine", 5))
    case, _ = project.add_case(volume, title="US", verdict="amber", findings=())
    label_map = project.masks.load(case.id)
    label_map.labels[0], label_map.states[0] = 1, 3
    project.masks.replace(case.id, label_map, model_id="")
    path, _ = write_manifest(project, "run-0001", seed=0)
    assert [item["time"]["kind"] for item in json.loads(path.read_text())["items"]] == ["cine"]
