"""A small scan and an open project."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume
from gf_desktop.project.store import Project


def make_scan(seed: int = 0, shape_kji: tuple[int, int, int] = (5, 12, 16)) -> Volume:
    voxels = np.random.default_rng(seed).integers(0, 100, shape_kji).astype(np.int16)
    geometry = Geometry((shape_kji[2], shape_kji[1], shape_kji[0]), (0.9, 1.1, 3.0), (4, 5, 6), np.diag([-1.0, -1.0, 1.0]))
    return Volume(voxels, geometry, "CT", "CT series, 5 slices")


@pytest.fixture
def scan() -> Volume:
    return make_scan()


@pytest.fixture
def project(tmp_path: Path, threshold_pack: Path) -> Iterator[Project]:
    project = Project.create(tmp_path / "trial", threshold_pack)
    yield project
    project.close()


@pytest.fixture
def case_id(project: Project, scan: Volume) -> str:
    return project.add_case(scan, title=scan.source, verdict="green", findings=())[0].id
