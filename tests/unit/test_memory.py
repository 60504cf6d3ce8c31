"""What takes memory, and what of it comes back."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.memory import PAGE_BYTES, SPARSE_BYTES, give_back, let_go, put_sparsely, sparse_zeros

SIZE = 8 * SPARSE_BYTES

only_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what Linux says of its memory")


MAPPED_HERE_ALONE = np.uint64(1 << 63 | 1 << 56)
"""Bits of an entry of the kernel's pagemap: the page is there, and is no other's; the page of zeros that all share is others' too."""


def resident(array: np.ndarray) -> int:
    """Bytes of memory behind an array, as the system says, page by page: a mapping beside it may be listed as one with it."""
    place = array.__array_interface__["data"][0]
    first, end = place // PAGE_BYTES, -(-(place + array.nbytes) // PAGE_BYTES)
    with Path("/proc/self/pagemap").open("rb", buffering=0) as stream:
        stream.seek(8 * first)
        entries = np.frombuffer(stream.read(8 * (end - first)), np.uint64)
    assert len(entries) == end - first
    return PAGE_BYTES * int(np.count_nonzero((entries & MAPPED_HERE_ALONE) == MAPPED_HERE_ALONE))


@only_linux
def test_that_zeros_take_no_memory_though_they_are_read() -> None:
    array = sparse_zeros((SIZE,))
    assert not array.any()
    assert resident(array) == 0


@only_linux
def test_that_one_written_voxel_takes_one_page() -> None:
    array = sparse_zeros((8, 1024, 1024))
    array[3, 5, 7] = 9
    assert resident(array) == PAGE_BYTES
    assert (np.count_nonzero(array), array[3, 5, 7]) == (1, 9)


@only_linux
def test_that_pages_of_zeros_are_left_out_when_values_are_put() -> None:
    array, values = sparse_zeros((SIZE,)), np.zeros(SIZE, np.uint8)
    values[[0, 5 * PAGE_BYTES + 17, SIZE - 1]] = 1, 2, 3
    put_sparsely(array, values)
    np.testing.assert_array_equal(array, values)
    assert resident(array) == 3 * PAGE_BYTES


@only_linux
def test_that_what_is_full_takes_all_of_its_memory_and_nothing_of_its_neighbours() -> None:
    arrays = [sparse_zeros((SIZE,)) for _ in range(4)]
    arrays[1][:] = arrays[2][:] = 1
    assert [resident(array) for array in arrays] == [0, SIZE, SIZE, 0]


@pytest.mark.parametrize("size", [1, PAGE_BYTES - 1, PAGE_BYTES, 3 * PAGE_BYTES + 5])
def test_that_every_value_is_put_whatever_their_number(size: int) -> None:
    array, values = sparse_zeros((size,)), np.random.default_rng(size).integers(0, 3, size, np.uint8)
    put_sparsely(array, values)
    np.testing.assert_array_equal(array, values)


@pytest.mark.parametrize("shape", [(0, 4, 4), (2, 3, 4), (SPARSE_BYTES + 3,)])
def test_that_zeros_have_their_shape_and_can_be_written(shape: tuple[int, ...]) -> None:
    array = sparse_zeros(shape)
    assert (array.shape, array.dtype) == (shape, np.uint8)
    assert not array.any()
    array[...] = 255
    assert (array == 255).all()


@only_linux
def test_that_what_is_let_go_of_is_read_from_the_file_again(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 255, SIZE, np.uint8)
    np.save(tmp_path / "values.npy", values)
    mapped = np.load(tmp_path / "values.npy", mmap_mode="r")
    assert (mapped == values).all()
    before = resident(mapped)
    let_go(mapped)
    assert before > SIZE / 2
    assert resident(mapped) < PAGE_BYTES
    np.testing.assert_array_equal(mapped, values)


def test_that_what_was_written_to_is_never_let_go_of(tmp_path: Path) -> None:
    np.save(tmp_path / "values.npy", np.zeros(SIZE, np.uint8))
    apart, own = np.load(tmp_path / "values.npy", mmap_mode="c"), sparse_zeros((SIZE,))
    for array in (apart, own, None, np.zeros(3), np.zeros(4)[:2]):
        if array is not None:
            array[:2] = 7
        let_go(array)
    assert (apart[0], own[0]) == (7, 7)


def test_that_giving_back_leaves_what_is_in_use() -> None:
    array = np.arange(1 << 20)
    give_back()
    assert (array == np.arange(1 << 20)).all()
