"""What undo costs: a thousand changes of a large scan, across tools, slices and an accepted scan, in memory and on the disk."""

from __future__ import annotations

import gc
import hashlib
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from gf_desktop.correcting import BrushOptions
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.operations import Polygon
from gf_desktop.imaging.volume import Volume
from gf_desktop.jobs import InlineJobs
from gf_desktop.project import journal_file
from gf_desktop.session import Session

LIMIT_BYTES = 64 << 20
LARGE, SMALL = (512, 512, 600), (96, 80, 40)
"""Sizes i, j, k."""


class NoTrainer:
    """Stands where a trainer's transport would be made."""

    def __init__(self) -> None:
        raise AssertionError("no round is started here")


def opened(folder: Path, pack: Path, size_ijk: tuple[int, int, int]) -> Session:
    """Return a session over a scan of a size, its masks already in memory."""
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(folder, pack)
    geometry = Geometry.identity(size_ijk, (0.7, 0.7, 1.0))
    voxels = np.zeros(geometry.shape_kji, np.int16)
    session.must_project().add_case(Volume(voxels, geometry, "CT"), title="scan", verdict="green", findings=())
    session.open_case("C-001")
    label_map = session.must_open().label_map
    # pages that nobody has written to yet are no memory of the program's
    label_map.labels.fill(0)
    label_map.states.fill(0)
    return session


def change(session: Session, number: int, size_ijk: tuple[int, int, int]) -> None:
    """Make a change of a number: discs, squares and balls of up to 40 mm, erasers, polygons, slices and once the whole scan."""
    dice = np.random.default_rng(number)
    place = tuple(float(dice.uniform(0, n - 1)) for n in size_ijk)
    kind, axis = dice.random(), int(dice.integers(3))
    if number == 150:
        session.approve_case()
    elif kind < 0.1:
        corners = [np.array(place) + dice.normal(0, 30, 3) for _ in range(6)]
        for corner in corners:
            corner[axis] = place[axis]
        session.operate(Polygon(1, (0, 1, 2)[axis], tuple((float(c[0]), float(c[1]), float(c[2])) for c in corners)))
    elif kind < 0.15:
        session.approve_slice(round(place[axis]), axis=axis)
    else:
        options = BrushOptions(square=kind < 0.3, in_space=kind > 0.7)
        stroke = session.begin_stroke(
            axis=axis,
            label=int(dice.choice([1, 5])),
            radius_mm=float(dice.choice([3.0, 6.0, 12.0, 20.0])),
            start_ijk=(place[0], place[1], place[2]),
            erase=kind > 0.9,
            options=options,
        )
        for _ in range(4):
            moved = np.array(place) + dice.normal(0, 12, 3)
            stroke.move_to((float(moved[0]), float(moved[1]), float(moved[2])))
        stroke.finish()


def digest(session: Session) -> str:
    label_map = session.must_open().label_map
    state = hashlib.blake2b(label_map.labels, digest_size=16)
    state.update(label_map.states)
    return state.hexdigest()


def paint(session: Session, size_ijk: tuple[int, int, int], *, count: int) -> dict[str, float]:
    """Make changes until ``count`` can be undone; check that all can be undone and redone, and return what it cost."""
    blank, journal = digest(session), session.must_open().journal
    # what is loaded at the first change belongs to the program
    change(session, 0, size_ijk)
    session.undo()
    gc.collect()
    rss = psutil.Process().memory_info().rss
    tracemalloc.start()
    began, number, slowest = time.perf_counter(), 0, 0.0
    while journal.steps < count:
        number += 1
        started = time.perf_counter()
        change(session, number, size_ijk)
        slowest = max(slowest, time.perf_counter() - started)
    took = time.perf_counter() - began
    gc.collect()
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    grown = psutil.Process().memory_info().rss - rss
    full = digest(session)
    began = time.perf_counter()
    for _ in range(count):
        session.undo()
    undone = time.perf_counter() - began
    assert (digest(session), journal.undo_name) == (blank, None)
    for _ in range(count):
        session.redo()
    assert (digest(session), journal.redo_name) == (full, None)
    mib = 1 << 20
    return {
        "held MiB": held / mib,
        "resident MiB": grown / mib,
        "journal MiB": journal.size_bytes / mib,
        "change ms": took / count * 1e3,
        "slowest change ms": slowest * 1e3,
        "undo ms": undone / count * 1e3,
    }


def test_that_a_change_is_kept_by_its_place_in_the_file_and_not_by_its_voxels(
    tmp_path: Path, threshold_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "flush_to_disk", lambda _handle: None)
    session = opened(tmp_path / "trial", threshold_pack, SMALL)
    cost = paint(session, SMALL, count=200)
    # 2 kB a change would be 2 MB for a thousand; the voxels of a ball alone are more
    assert cost["held MiB"] < 0.4
    session.close_project()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_that_a_thousand_changes_of_a_large_scan_are_undone_within_64_mib(
    tmp_path: Path, threshold_pack: Path, record_property: Callable[[str, object], None]
) -> None:
    session = opened(tmp_path / "trial", threshold_pack, LARGE)
    cost = paint(session, LARGE, count=1000)
    for name, value in cost.items():
        record_property(name, value)
    sys.stdout.write(", ".join(f"{name} {value:.2f}" for name, value in cost.items()))
    assert cost["held MiB"] < LIMIT_BYTES / (1 << 20)
    assert cost["resident MiB"] < LIMIT_BYTES / (1 << 20)
    session.close_project()
