"""Arrays in one file: as they were, mapped where that is possible, and never half."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gf_desktop.arrays import CAN_MAP, map_array, read_arrays, write_arrays, written_apart
from gf_desktop.memory import SPARSE_BYTES

LARGE = np.zeros((5, 600, 700), np.uint8)
LARGE[1, 30:300, 40:90] = 7
LARGE[-1, -1, -1] = 3

KINDS = {
    "large": LARGE,
    "by columns": np.asfortranarray(LARGE),
    "small": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
    "empty": np.zeros((0, 4), np.uint8),
    "numbers": np.linspace(0, 1, 50).reshape(5, 10),
    "number": np.array(3, np.int16),
}


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("name", KINDS)
def test_that_arrays_come_back_as_they_were(tmp_path: Path, name: str, compressed: bool) -> None:
    path = tmp_path / "arrays.any"
    write_arrays(path, {name: KINDS[name], "other": np.ones(3)}, compressed=compressed)
    read = read_arrays(path)
    assert list(read) == [name, "other"]
    with np.load(path, allow_pickle=False) as independent:
        np.testing.assert_array_equal(read[name], independent[name])
    assert (read[name].dtype, read[name].shape) == (KINDS[name].dtype, KINDS[name].shape)
    assert read[name].flags.writeable


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name].size])
def test_that_one_array_of_several_is_mapped(tmp_path: Path, name: str, compressed: bool) -> None:
    write_arrays(tmp_path / "a.npz", {"first": np.ones(77), name: KINDS[name]}, compressed=compressed)
    mapped = map_array(tmp_path / "a.npz", name)
    np.testing.assert_array_equal(mapped, KINDS[name])
    assert isinstance(mapped, np.memmap) == (CAN_MAP and not compressed)
    assert mapped.flags.writeable == (compressed or not CAN_MAP)


@pytest.mark.parametrize("name", ["large", "by columns"])
def test_that_writing_apart_leaves_the_file_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, {"values": KINDS[name]}, compressed=False)
    mapped = map_array(path, "values")
    apart = written_apart(mapped)
    apart[2] = 9
    assert (apart[2] == 9).all()
    np.testing.assert_array_equal(np.delete(apart, 2, axis=0), np.delete(LARGE, 2, axis=0))
    np.testing.assert_array_equal(mapped, LARGE)
    np.testing.assert_array_equal(read_arrays(path)["values"], LARGE)


def test_that_an_array_in_memory_is_written_to_itself() -> None:
    array = np.zeros(3)
    assert written_apart(array) is array


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("read", [read_arrays, lambda path: map_array(path, "values")])
def test_that_a_damaged_file_is_told_as_such(tmp_path: Path, read, compressed: bool) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, {"values": np.random.default_rng(0).integers(0, 9, 2 * SPARSE_BYTES, np.uint8)}, compressed=compressed)
    whole = path.read_bytes()
    for place in (0.2, 0.5, 0.9):
        flipped = bytearray(whole)
        flipped[int(place * len(whole))] ^= 0x10
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match=r"damaged|npz"):
            read(path)
    for kept in (0, 10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:kept])
        with pytest.raises(ValueError, match="damaged"):
            read(path)


def test_that_objects_and_other_files_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", values=np.array([{}], object))
    np.save(tmp_path / "one.npy", np.ones(3))
    for path in (tmp_path / "objects.npz", tmp_path / "one.npy"):
        for read in (read_arrays, lambda path: map_array(path, "values")):
            with pytest.raises(ValueError, match=r"objects|damaged"):
                read(path)
    with pytest.raises(OSError, match="missing"):
        read_arrays(tmp_path / "missing.npz")


def test_that_a_name_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", {"values": np.ones(3)}, compressed=False)
    with pytest.raises(KeyError):
        map_array(tmp_path / "a.npz", "others")
