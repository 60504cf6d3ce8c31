from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gf_desktop.errors import UserError
from gf_desktop.files.faults import missing, reading_fault, writing_fault


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOENT, "no such file"), (errno.EACCES, "may not be read"), (errno.EPERM, "may not be read"), (errno.EIO, "EIO")],
)
def test_that_a_refusal_to_read_names_the_path_and_the_next_step(number: int, told: str) -> None:
    error = reading_fault(OSError(number, errno.errorcode[number]), Path("scan.nii"))
    assert isinstance(error, UserError)
    assert told in error.what
    assert error.where == "scan.nii"
    assert error.next_step


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "may not be written"), (errno.EROFS, "may not be written"), (errno.ENOSPC, "no room"), (errno.EFBIG, "no room"),
        (errno.EEXIST, "a folder is needed"), (errno.ENOTDIR, "a folder is needed"), (errno.EIO, "EIO"),
    ],
)  # fmt: skip
def test_that_a_refusal_to_write_names_the_path_and_the_next_step(number: int, told: str) -> None:
    error = writing_fault(OSError(number, errno.errorcode[number]), Path("out"))
    assert told in error.what
    assert error.where == "out"
    assert error.next_step


def test_that_an_error_without_a_reason_still_says_something() -> None:
    assert "OSError" in reading_fault(OSError("odd"), Path("x")).what
    assert missing(Path("x")).where == "x"
