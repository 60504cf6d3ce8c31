"""Files of every kind, spoiled in many ways: each is a scan or is refused with a sentence, soon and in little memory."""

from __future__ import annotations

import random
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import UserError
from gf_desktop.files import apart
from gf_desktop.files.masks import names_in_mask, read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.geometry import Geometry
from tests.process import hostile

CASES, OBJECT_CASES, LONG_CASES = 500, 100, 20_000
MOST_S = 2.0
MOST_BYTES = 1 << 30
"""Beyond what a sound file of that size takes, which for these is next to nothing."""


_GRID = Geometry.identity((7, 6, 4))
MASKS = dict.fromkeys(("raw.nrrd", "packed.nrrd", "raw.mha", "packed.mha", "parted.mhd", "a.nii", "a.nii.gz"), _GRID) | {
    name: Geometry.identity((32, 24, 1)) for name in ("palette.png", "deep.png", "packbits.tif", "big.tif")
}
OBJECTS = {
    "seg.dcm": Geometry((512, 512, 3), (0.810547, 0.810547, 1.0), (-235.2, -226.8, -128.69), np.eye(3)),
    # coarser than the scan that it was drawn on: what is tested are files, not pixels
    "rtstruct.dcm": Geometry((64, 64, 98), (8.59, 8.59, 3.0), (-275.0, -524.0, -122.4407), np.eye(3)),
}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, ...]]:
    return hostile.seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def modest() -> Iterator[None]:
    """Fail where this process, or the one that decodes, took more memory than it may."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_BYTES
    process = apart._reader._process
    if process is not None:
        status = Path(f"/proc/{process.process.pid}/status").read_text(encoding="ascii")
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        assert peak * 1024 < MOST_BYTES + (400 << 20)  # the libraries themselves


def outcome(path: Path) -> tuple[str, float]:
    """Return what became of opening a file, and how many seconds it took."""
    begun, refusal = time.monotonic(), None
    try:
        for source in find_scans(path):
            voxels = read_scan(source).volume.voxels
            assert voxels.size
            assert voxels.dtype.kind in "uif"
            assert np.isfinite(voxels).all()
        told = "read"
    except UserError as error:
        told, refusal = str(error), error
    took = time.monotonic() - begun
    if refusal is not None:
        assert "\n" not in told
        assert refusal.where.startswith(str(path.parent))
        assert refusal.next_step
    return told, took


def try_all(seeds: dict[str, tuple[bytes, ...]], count: int, folder: Path, *, seed: str) -> dict[str, int]:
    """Spoil files in turn and open each; return how many were read and refused. What should not be is raised with how to repeat it."""
    names, found = sorted(seeds), {"read": 0, "refused": 0, "broke down": 0}
    for number in range(count):
        name = names[number % len(names)]
        content = hostile.spoiled(name, seeds[name], random.Random(f"{seed} {number}"))
        place = folder / str(number)
        place.mkdir()
        path = hostile.write(place / name, content)
        try:
            told, took = outcome(path)
            if took > MOST_S:  # the machine may have been busy
                told, took = outcome(path)
        except Exception as error:
            error.add_note(f"case {number} of {seed!r}: {name}")
            raise
        assert took < MOST_S, f"case {number} of {seed!r}: {name} took {took:.1f} s"
        found["read" if told == "read" else "broke down" if "broke down" in told else "refused"] += 1
        shutil.rmtree(place)
    return found


def test_that_the_seeds_are_sound(seeds: dict[str, tuple[bytes, ...]], tmp_path: Path) -> None:
    for number, (name, content) in enumerate(seeds.items()):
        (tmp_path / str(number)).mkdir()  # pictures of one series that lie together are read together
        assert outcome(hostile.write(tmp_path / str(number) / name, content))[0] == "read", name


@pytest.mark.usefixtures("modest")
def test_that_spoiled_files_are_read_or_refused(seeds: dict[str, tuple[bytes, ...]], tmp_path: Path) -> None:
    found = try_all(seeds, CASES, tmp_path, seed="short")
    assert min(found["read"], found["refused"]) > CASES // 10


@pytest.mark.long
@pytest.mark.usefixtures("modest")
@pytest.mark.timeout(3600)
def test_that_very_many_spoiled_files_are_read_or_refused(seeds: dict[str, tuple[bytes, ...]], tmp_path: Path) -> None:
    found = try_all(seeds, LONG_CASES, tmp_path, seed="long")
    assert min(found["read"], found["refused"]) > LONG_CASES // 10


def try_masks(seeds: dict[str, tuple[bytes, ...]], grids: dict[str, Geometry], numbers: range, folder: Path) -> set[str]:
    """Spoil masks in turn and read each; return what became of them."""
    outcomes = set()
    for number in numbers:
        name = sorted(grids)[number % len(grids)]
        (folder / str(number)).mkdir()
        content = hostile.spoiled(name, seeds[name], random.Random(f"masks {number}"))
        path = hostile.write(folder / str(number) / name, content)
        begun = time.monotonic()
        try:
            names_in_mask(path)
            assert read_mask(path, grids[name]).shape == grids[name].shape_kji
            outcomes.add("read")
        except UserError as error:
            assert "\n" not in str(error)  # noqa: PT017 - a mask may be read or refused
            outcomes.add("refused")
        except Exception as error:
            error.add_note(f"case {number}: {name}")
            raise
        assert time.monotonic() - begun < 2 * MOST_S, f"case {number}: {name}"
        shutil.rmtree(path.parent)
    return outcomes


@pytest.mark.usefixtures("modest")
def test_that_spoiled_masks_are_read_or_refused(seeds: dict[str, tuple[bytes, ...]], tmp_path: Path) -> None:
    assert try_masks(seeds, MASKS, range(CASES - OBJECT_CASES), tmp_path) == {"read", "refused"}


@pytest.mark.usefixtures("modest")
def test_that_spoiled_segmentations_and_structure_sets_are_read_or_refused(tmp_path: Path) -> None:
    assert try_masks(hostile.objects(), OBJECTS, range(OBJECT_CASES), tmp_path) == {"read", "refused"}


@pytest.mark.long
@pytest.mark.usefixtures("modest")
@pytest.mark.timeout(3600)
def test_that_very_many_spoiled_segmentations_and_structure_sets_are_read_or_refused(tmp_path: Path) -> None:
    assert try_masks(hostile.objects(), OBJECTS, range(OBJECT_CASES, OBJECT_CASES + LONG_CASES // 10), tmp_path) == {"read", "refused"}


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_that_the_sound_objects_are_read(tmp_path: Path, name: str) -> None:
    path = hostile.write(tmp_path / name, hostile.objects()[name])
    assert read_mask(path, OBJECTS[name]).any()
    assert names_in_mask(path)


@pytest.mark.usefixtures("modest")
@pytest.mark.parametrize("name", sorted(hostile.BOMBS))
def test_that_a_bomb_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(hostile.BOMBS[name]())
    told, took = outcome(tmp_path / name)
    assert told != "read"
    assert min(took, outcome(tmp_path / name)[1]) < MOST_S  # the machine may have been busy
