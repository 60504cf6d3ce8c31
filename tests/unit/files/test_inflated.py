"""The content of compressed files, against gzip."""

from __future__ import annotations

import gzip
import itertools
import zlib
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.files.nifti import READ_BYTES, inflated

CONTENT = np.random.default_rng(0).integers(0, 9, 3 * READ_BYTES + 77).astype(np.uint8).tobytes()


@pytest.mark.parametrize("members", [1, 2, 5])
@pytest.mark.parametrize("behind", [b"", b"more behind the voxels"])
def test_that_content_is_that_of_gzip(tmp_path: Path, members: int, behind: bytes) -> None:
    path = tmp_path / "a.gz"
    cuts = np.linspace(0, len(CONTENT), members + 1).astype(int)
    parts = [CONTENT[a:b] for a, b in itertools.pairwise(cuts)]
    parts[-1] += behind
    path.write_bytes(b"".join(gzip.compress(part, 1) for part in parts))
    for offset in (0, 352, len(CONTENT) - 1):
        assert inflated(path, offset, len(CONTENT) - offset).tobytes() == CONTENT[offset:]
    assert inflated(path, 10, 20).tobytes() == CONTENT[10:30]


@pytest.mark.parametrize("left", [0.0, 0.3, 0.999])
def test_that_a_file_that_is_cut_off_is_told(tmp_path: Path, left: float) -> None:
    path = tmp_path / "a.gz"
    whole = gzip.compress(CONTENT, 1)
    path.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(EOFError):
        inflated(path, 0, len(CONTENT))


def test_that_content_that_is_shorter_than_promised_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(CONTENT))
    with pytest.raises(EOFError):
        inflated(path, 1, len(CONTENT))


def test_that_damage_and_a_wrong_checksum_are_told(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(CONTENT))
    for place in (len(whole) // 2, len(whole) - 6):
        damaged = bytearray(whole)
        damaged[place] ^= 0x41
        path = tmp_path / f"{place}.gz"
        path.write_bytes(damaged)
        with pytest.raises((zlib.error, EOFError)):
            inflated(path, 0, len(CONTENT))
