"""Videos: with the decoder frames, without it a word about it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.files.video import read_video


def test_that_a_video_without_a_decoder_names_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "a.mp4").write_bytes(bytes(100))
    with pytest.raises(UserError, match=r"PyAV \(av\), which is not installed"):
        read_video(tmp_path / "a.mp4")


def test_that_a_video_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_video(tmp_path / "a.mp4")


def test_that_frames_come_back_with_their_time(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "a.avi"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "bgr0"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((24, 32, 3), (40 * number, 10, 0), np.uint8), format="rgb24")
            container.mux(stream.encode(frame.reformat(format="bgr0")))
        container.mux(stream.encode())
    (source,) = find_scans(tmp_path / "a.avi")
    volume = read_scan(source).volume
    assert volume.voxels.shape == (5, 24, 32, 3)
    assert volume.voxels[:, 0, 0].tolist() == [[40 * n, 10, 0] for n in range(5)]
    assert volume.time is not None
    assert volume.time.frame_ms == pytest.approx(40.0)


def test_that_a_damaged_video_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("av")
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(300))
    with pytest.raises(FileFormatError, match="damaged"):
        read_video(tmp_path / "a.mp4")
