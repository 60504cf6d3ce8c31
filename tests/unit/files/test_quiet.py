from __future__ import annotations

import logging
import os
import sys
import threading
import warnings

import pytest

from gf_desktop.files.quiet import load_nibabel, load_pydicom, load_simpleitk, quiet, quiet_native


def test_that_warnings_are_held_back_inside_and_not_outside() -> None:
    with quiet():
        warnings.warn("inside", UserWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="outside"):
        warnings.warn("outside", UserWarning, stacklevel=1)


def test_that_native_noise_is_held_back_inside_and_not_outside(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_native():
        os.write(2, b"noise of a codec\n")
    os.write(2, b"ours\n")
    assert capfd.readouterr().err == "ours\n"


def test_that_the_error_stream_comes_back_after_a_fault(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), quiet_native():
        raise RuntimeError
    os.write(2, b"ours\n")
    assert capfd.readouterr().err == "ours\n"


def test_that_a_program_without_an_error_stream_reads_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)

    def closed(_descriptor: int) -> int:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(os, "dup", closed)
    with quiet_native():
        pass


def test_that_readers_wait_for_each_other_and_one_may_read_within_another() -> None:
    entered = threading.Event()
    with quiet():
        with quiet_native():
            pass

        def other() -> None:
            with quiet():
                entered.set()

        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.1)
    thread.join(5)
    assert entered.is_set()


def test_that_the_libraries_are_set_to_be_silent() -> None:
    pydicom = load_pydicom()
    assert pydicom.config.settings.reading_validation_mode == pydicom.config.IGNORE
    load_nibabel()
    assert not logging.getLogger("nibabel.global").isEnabledFor(logging.CRITICAL)
    assert load_simpleitk().ProcessObject.GetGlobalWarningDisplay() is False
