"""A session over one scan of known truth, without a window and without a real trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gf_desktop.errors import UserError
from gf_desktop.jobs import CancelToken, InlineJobs
from gf_desktop.project.records import RoundReport
from gf_desktop.protocol import PROTOCOL_VERSION, Candidate, Hello, Start, Stop, Stopped, decode_command, encode_line
from gf_desktop.session import Session

__all__ = ["SITK", "World"]

SITK = pytest.importorskip("SimpleITK")


class LaterJobs(InlineJobs):
    """Runs what it is given when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(self, fn: Callable[..., Any], *, on_done: Callable[..., None], on_error: Callable[..., None]) -> CancelToken:
        token = CancelToken()

        def work() -> None:
            answer = fn(token)
            if not token():
                on_done(answer)

        self.waiting.append(work)
        return token


class FakeTrainer:
    """A transport whose trainer answers at once with a pack that the test makes."""

    def __init__(self, train: Callable[[Start], bytes]) -> None:
        self._train = train
        self.order: Start | None = None
        self.stopped = False

    def start(self, argv, env, *, log, on_line, on_exit) -> None:
        self._on_line, self._on_exit = on_line, on_exit

    def write(self, line: bytes) -> None:
        command = decode_command(line)
        if isinstance(command, Start):
            self.order = command
        if isinstance(command, Stop):
            self.stopped = True

    def close_input(self) -> None:
        return

    pid = 0

    def suspend(self) -> None:
        return

    def resume_process(self) -> None:
        return

    def kill_after(self, seconds: float) -> None:
        return

    def wait(self) -> None:
        self._on_line(encode_line(Hello(PROTOCOL_VERSION, 1, "cpu")))
        assert self.order is not None
        self._on_line(encode_line(Stopped("on request")) if self.stopped else self._train(self.order))
        self._on_exit(0)


class World:
    """A session over a project with one scan of known truth, and everything that it told."""

    def __init__(self, tmp_path: Path, pack: Path, make_pack: Callable[..., Path]) -> None:
        self.tmp_path = tmp_path
        self.make_pack = make_pack
        self.candidate = {"soft_at": 0.5, "hard_at": 0.75}
        self.session = Session(InlineJobs(), self.trainer, author="AB")
        self.reports: list[RoundReport] = []
        self.troubles: list[UserError] = []
        self.ended = 0
        self.session.round_finished.connect(self.reports.append)
        self.session.trouble.connect(self.troubles.append)
        self.session.round_ended.connect(self._count_end)
        self.session.create_project(tmp_path / "trial", pack)
        rng = np.random.default_rng(5)
        # the truth cuts at 40 and 80, the pack at 50 and 75
        self.voxels = rng.choice([10, 45, 60, 77, 90], (6, 40, 50)).astype(np.int16)
        self.truth = np.select([self.voxels > 80, self.voxels > 40], [5, 1], 0).astype(np.uint8)
        image = SITK.GetImageFromArray(self.voxels)
        image.SetSpacing((0.8, 0.8, 2.5))
        image.SetOrigin((3.0, 4.0, 5.0))
        mask = SITK.GetImageFromArray(self.truth)
        mask.CopyInformation(image)
        SITK.WriteImage(image, str(tmp_path / "scan.nii.gz"))
        SITK.WriteImage(mask, str(tmp_path / "truth.nii.gz"))
        SITK.WriteImage(SITK.Flip(mask, [True, False, True]), str(tmp_path / "flipped.nii.gz"))
        self.session.import_paths([tmp_path / "scan.nii.gz"])

    def _count_end(self) -> None:
        self.ended += 1

    def trainer(self) -> FakeTrainer:
        self.last_trainer = FakeTrainer(self.answer)
        return self.last_trainer

    def answer(self, order: Start) -> bytes:
        folder = Path(order.out_dir)
        self.make_pack(folder, parent=Path(order.parent_dir).name, **self.candidate)
        return encode_line(Candidate(path=str(folder), model_id=folder.name, parity=1e-6, minutes=order.minutes))

    def refine(self) -> None:
        self.session.refine(minutes=1)
        self.session.wait_for_round()

    @property
    def labels(self) -> np.ndarray:
        return self.session.labels_of("C-001")


@pytest.fixture
def world(tmp_path: Path, threshold_pack: Path, make_pack: Callable[..., Path]) -> Iterator[World]:
    world = World(tmp_path, threshold_pack, make_pack)
    yield world
    world.session.close_project()
