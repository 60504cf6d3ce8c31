"""The teacher's word on disk."""

from __future__ import annotations

import copy
import errno
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from gf_desktop.errors import UserError
from gf_desktop.imaging.preprocess import PreprocessSpec
from training import teacher_cache
from training.dataset import SliceSet
from training.networks.paraphraser import Paraphraser
from training.networks.record import Taps
from training.schedule import StopRequested
from training.teacher import Teacher, cache_word
from training.teacher_cache import cache_key, open_cache, prune, size

SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
COUNT = 11


class Net(nn.Module):
    """The smallest network with taps."""

    def __init__(self, dilation: int = 1) -> None:
        super().__init__()
        self.logits = nn.Conv2d(1, 3, 3, padding=dilation, dilation=dilation)
        self.shallow, self.deep = nn.Conv2d(1, 4, 4, stride=4), nn.Conv2d(1, 4, 4, stride=4)
        self.asked: list[int] = []

    def forward(self, images: Tensor) -> Taps:
        self.asked.append(len(images))
        return Taps(self.logits(images), self.shallow(images), self.deep(images))


def _teacher(seed: int = 0, dilation: int = 1) -> Teacher:
    torch.manual_seed(seed)
    return Teacher(Net(dilation), (Paraphraser(4, 2), Paraphraser(4, 2)))


def _slices(seed: int = 0, count: int = COUNT) -> SliceSet:
    rng = torch.Generator().manual_seed(seed)
    images = torch.rand(count, 1, 16, 16, generator=rng)
    zeros = torch.zeros(count, 16, 16)
    return SliceSet(images, zeros[:, None].repeat(1, 3, 1, 1).half(), zeros[:, None], zeros.to(torch.uint8))


def _asked(teacher: Teacher) -> list[int]:
    found: list[int] = teacher.network.asked  # type: ignore[assignment]
    return found


def _same(one: SliceSet, other: SliceSet) -> bool:
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("images", "guide", "codes")]
    return all(a is not None and b is not None and a.dtype == b.dtype and torch.equal(a, b) for a, b in pairs)


def _only(folder: Path) -> Path:
    (home,) = (path for path in folder.iterdir() if path.is_dir())
    return home


@pytest.mark.parametrize("second", [False, True])
def test_that_a_cache_gives_what_the_teacher_says_and_asks_it_once(tmp_path: Path, second: bool) -> None:
    teacher, slices = _teacher(), _slices()
    other = Net() if second else None
    wanted = cache_word(slices, teacher, spec=SPEC, second=other)
    _asked(teacher).clear()
    told: list[int] = []
    made = open_cache(tmp_path / "new" / "cache", slices, teacher, spec=SPEC, second=other, on_batch=told.append)
    assert told == [0, 8]
    assert _asked(teacher) == [8, 3]
    again = open_cache(tmp_path / "new" / "cache", slices, teacher, spec=SPEC, second=other, on_batch=told.append)
    assert (told, _asked(teacher)) == ([0, 8], [8, 3])
    assert _same(made, wanted)
    assert _same(again, wanted)
    index = torch.tensor([10, 0, 3])
    views, expected = again.views(index), wanted.views(index)
    assert torch.equal(views.guide, expected.guide)  # type: ignore[arg-type]
    assert torch.equal(views.codes, expected.codes)  # type: ignore[arg-type]


def test_that_a_teacher_without_paraphrasers_is_cached_and_no_slices_need_no_cache(tmp_path: Path) -> None:
    teacher = replace(_teacher(), paraphrasers=None)
    assert _same(open_cache(tmp_path, _slices(), teacher, spec=SPEC), cache_word(_slices(), teacher, spec=SPEC))
    empty = _slices(count=0)
    assert open_cache(tmp_path / "absent", empty, teacher, spec=SPEC) is empty
    assert not (tmp_path / "absent").exists()


def test_that_the_word_is_mapped_and_changes_of_it_never_reach_the_file(tmp_path: Path) -> None:
    teacher, slices = _teacher(), _slices()
    opened = open_cache(tmp_path, slices, teacher, spec=SPEC)
    home = _only(tmp_path)
    mapped = teacher_cache._mapped(home / "guide.npy")
    assert isinstance(mapped, np.memmap)
    if sys.platform.startswith("linux"):
        maps = Path("/proc/self/maps").read_text()
        assert all(str(home / name) in maps for name in ("guide.npy", "codes.npy"))
    before = (home / "guide.npy").read_bytes()
    assert opened.guide is not None
    opened.guide.add_(1)
    assert (home / "guide.npy").read_bytes() == before
    assert _same(open_cache(tmp_path, slices, teacher, spec=SPEC), cache_word(slices, teacher, spec=SPEC))


@settings(max_examples=40)
@given(data=st.data())
def test_that_any_change_of_what_the_word_depends_on_gives_another_key(data: st.DataObject) -> None:
    teacher, slices, second = _teacher(), _slices(count=3), Net()
    key = cache_key(slices, teacher, spec=SPEC, second=second)
    assert key == cache_key(copy.deepcopy(slices), copy.deepcopy(teacher), spec=SPEC, second=copy.deepcopy(second))
    spec = SPEC
    what = data.draw(st.sampled_from(["weight", "paraphraser", "second", "pixel", "spec"]))
    if what == "spec":
        field, value = data.draw(st.sampled_from([("mean", 0.41), ("std", 0.31), ("spacing_mm", 1.0), ("window", (0.0, 99.0))]))
        spec = replace(SPEC, **{field: value})  # type: ignore[arg-type]
    else:
        networks = {"weight": teacher.network, "second": second}
        if teacher.paraphrasers is not None:
            networks["paraphraser"] = teacher.paraphrasers[data.draw(st.integers(0, 1))]
        tensors = [slices.images] if what == "pixel" else list(networks[what].state_dict().values())
        tensor = tensors[data.draw(st.integers(0, len(tensors) - 1))].detach()
        place = data.draw(st.integers(0, tensor.numel() - 1))
        flat = tensor.view(-1)
        # the smallest change there is
        flat[place] = torch.nextafter(flat[place], torch.tensor(torch.inf))
    assert cache_key(slices, teacher, spec=spec, second=second) != key


def test_that_order_number_structure_and_a_second_teacher_change_the_key_and_masks_do_not() -> None:
    teacher, slices = _teacher(), _slices(count=4)
    second = Net()
    keys = [
        cache_key(slices, teacher, spec=SPEC),
        cache_key(slices.subset(torch.tensor([1, 0, 2, 3])), teacher, spec=SPEC),
        cache_key(slices.subset(torch.tensor([0, 1, 2])), teacher, spec=SPEC),
        cache_key(replace(slices, images=slices.images.reshape(4, 1, 8, 32)), teacher, spec=SPEC),
        cache_key(slices, _teacher(dilation=2), spec=SPEC),
        cache_key(slices, teacher, spec=SPEC, second=second),
        cache_key(slices, replace(teacher, paraphrasers=None), spec=SPEC),
    ]
    assert len(set(keys)) == len(keys)
    corrected = replace(slices, targets=slices.targets + 1, supervised=slices.supervised + 1, regions=slices.regions + 1)
    assert cache_key(corrected, teacher, spec=SPEC) == keys[0]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def _of_another_teacher(path: Path) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"of": document["of"] | {"teacher": "another"}}))


def _of_another_format(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))


def _with_doubles(path: Path) -> None:
    """Write a header of another kind, and its hash into the document."""
    np.save(path, np.zeros((COUNT, 4, 16, 16)))
    entry = {"bytes": path.stat().st_size, "sha256": teacher_cache.file_sha256(path)}
    document = json.loads((path.parent / "cache.json").read_text())
    document["files"][path.name] = entry
    (path.parent / "cache.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [(n, s) for n in ("guide.npy", "codes.npy", "cache.json") for s in (_cut, Path.unlink)]
    + [(n, s) for n in ("guide.npy", "codes.npy") for s in (_flip, _with_doubles)]
    + [("cache.json", s) for s in (_flip, _of_another_teacher, _of_another_format)],
)
def test_that_a_damaged_or_stale_cache_is_made_anew(tmp_path: Path, name: str, spoil: Callable[[Path], Any]) -> None:
    teacher, slices = _teacher(), _slices()
    open_cache(tmp_path, slices, teacher, spec=SPEC)
    spoil(_only(tmp_path) / name)
    _asked(teacher).clear()
    opened = open_cache(tmp_path, slices, teacher, spec=SPEC)
    assert _asked(teacher) == [8, 3]
    assert _same(opened, cache_word(slices, teacher, spec=SPEC))
    _asked(teacher).clear()
    open_cache(tmp_path, slices, teacher, spec=SPEC)
    assert _asked(teacher) == []


def test_that_a_cache_under_a_foreign_key_is_not_believed(tmp_path: Path) -> None:
    slices = _slices()
    open_cache(tmp_path, slices, _teacher(), spec=SPEC)
    other = _teacher(1)
    _only(tmp_path).rename(tmp_path / cache_key(slices, other, spec=SPEC))
    assert _same(open_cache(tmp_path, slices, other, spec=SPEC), cache_word(slices, other, spec=SPEC))


def test_that_a_cache_given_up_half_way_leaves_nothing_and_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    teacher, slices = _teacher(), _slices()

    def give_up(done: int) -> None:
        if done:
            raise StopRequested("test")

    with pytest.raises(StopRequested):
        open_cache(tmp_path, slices, teacher, spec=SPEC, on_batch=give_up)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
    left = tmp_path / f".{cache_key(slices, teacher, spec=SPEC)}.99999999.tmp"
    left.mkdir()
    (left / "guide.npy").write_bytes(b"half")
    assert _same(open_cache(tmp_path, slices, teacher, spec=SPEC), cache_word(slices, teacher, spec=SPEC))
    assert _only(tmp_path).name == cache_key(slices, teacher, spec=SPEC)


def test_that_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(teacher_cache.os, "fsync", refuse)
    with pytest.raises(UserError, match="disk is full") as refusal:
        open_cache(tmp_path, _slices(), _teacher(), spec=SPEC)
    assert refusal.value.where.startswith(str(tmp_path))
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_that_two_at_once_make_one_cache(tmp_path: Path) -> None:
    teachers, slices = [_teacher(), _teacher()], _slices()
    wanted = cache_word(slices, _teacher(), spec=SPEC)
    opened: list[SliceSet] = []
    together = threading.Barrier(2)

    def open_one(teacher: Teacher) -> None:
        together.wait()
        opened.append(open_cache(tmp_path, slices, teacher, spec=SPEC))

    threads = [threading.Thread(target=open_one, args=(teacher,)) for teacher in teachers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 2
    assert all(_same(one, wanted) for one in opened)
    assert sorted(_asked(teacher) for teacher in teachers) == [[], [8, 3]]


def test_that_waiting_for_another_process_can_be_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher_cache, "ASK_AGAIN_S", 0.01)
    teacher, slices = _teacher(), _slices()

    def give_up(_done: int) -> None:
        raise StopRequested("test")

    with FileLock(str(tmp_path / f"{cache_key(slices, teacher, spec=SPEC)}.lock")), pytest.raises(StopRequested):
        open_cache(tmp_path, slices, teacher, spec=SPEC, on_batch=give_up)


def test_that_pruning_removes_the_longest_unused_first_and_nothing_else(tmp_path: Path) -> None:
    assert (size(tmp_path / "absent"), prune(tmp_path / "absent", 0)) == (0, 0)
    teacher = _teacher()
    sets = [_slices(seed) for seed in range(3)]
    homes = [tmp_path / cache_key(slices, teacher, spec=SPEC) for slices in sets]
    for age, (slices, home) in enumerate(zip(sets, homes, strict=True)):
        open_cache(tmp_path, slices, teacher, spec=SPEC)
        os.utime(home / "cache.json", (1000 + age, 1000 + age))
    kept = open_cache(tmp_path, sets[0], teacher, spec=SPEC)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("kept")
    each = sum(path.stat().st_size for path in homes[0].iterdir())
    unfinished = tmp_path / f".{'0' * 32}.5.tmp"
    shutil.copytree(homes[1], unfinished)
    assert size(tmp_path) == 4 * each
    assert prune(tmp_path, 3 * each) == each
    assert [home.exists() for home in (*homes, unfinished)] == [True, True, True, False]
    assert prune(tmp_path, 2 * each) == each
    assert [home.exists() for home in homes] == [True, False, True]
    with FileLock(str(homes[2].with_name(f"{homes[2].name}.lock"))):
        assert prune(tmp_path, 0) == each
    assert [home.exists() for home in homes] == [False, False, True]
    assert (tmp_path / "mine" / "notes.txt").exists()
    # what is mapped stays readable
    assert _same(kept, cache_word(sets[0], teacher, spec=SPEC))
