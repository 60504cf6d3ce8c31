"""The teacher's word on disk: asked once per slice, kept from run to run, read page by page as the steps need it.

One folder per cache under a name that is the hash of all that the word depends on: weights and structure of the teacher, of its
Paraphrasers and of a second teacher, preprocessing, and the slices' pixels. Whatever changes leads to another folder, so a stale cache
is never found. A folder is written under a temporary name and renamed once it is complete; what it holds is checked against its hashes
before it is used, and made anew where it is not what was written::

    <folder>/<key>/cache.json     format, key, what it was made from, size and SHA-256 of the two files
    <folder>/<key>/guide.npy      float16, see training.teacher.cache_word
    <folder>/<key>/codes.npy
    <folder>/<key>.lock           held while one process makes, checks or removes the cache

The files are written as streams and not through a memory map: on a full disk a map ends the process, a stream raises an error.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import torch
from filelock import FileLock, Timeout
from torch import Tensor, nn

from gf_desktop.atomic import explain_os_error, sync_folder
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import file_sha256
from training.checkpoint import content_hash
from training.dataset import SliceSet
from training.teacher import CACHE_BATCH, Teacher, cache_word

__all__ = ["cache_key", "open_cache", "prune", "size"]

log = logging.getLogger(__name__)

CACHE_FORMAT = 1
"""Counted up when the same inputs give another word."""

DOCUMENT, GUIDE, CODES = "cache.json", "guide.npy", "codes.npy"

KEY_DIGITS = 32
WHOLE = re.compile(rf"^[0-9a-f]{{{KEY_DIGITS}}}$")
UNFINISHED = re.compile(rf"^\.([0-9a-f]{{{KEY_DIGITS}}})\.\d+\.tmp$")

ASK_AGAIN_S = 0.5
"""While another process makes the cache, the caller is asked this often whether to go on waiting."""


def open_cache(
    folder: Path,
    slices: SliceSet,
    teacher: Teacher,
    *,
    spec: PreprocessSpec,
    second: nn.Module | None = None,
    on_batch: Callable[[int], None] | None = None,
    on_damage: Callable[[str], None] | None = None,
) -> SliceSet:
    """Return the slices with the word of the teacher, as ``cache_word`` gives it, mapped from a file that is made where it is missing.

    Changes of the returned word stay in memory and never reach the file.

    Parameters
    ----------
    folder
        Of all caches; made where it is missing.
    spec, second
        As for ``cache_word``.
    on_batch
        Called before each batch with the number of slices done, and now and then while another process makes the same cache. It may
        raise to give up; nothing is left behind then.
    on_damage
        Called with what is wrong before a cache that is there, and cannot be used, is made anew.

    Raises
    ------
    UserError
        When the disk is full or the folder cannot be written.
    """
    if not len(slices):
        return slices
    sources = _sources(slices, teacher, spec, second)
    key = _key_of(sources)
    home = folder / key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder, key, on_batch):
            problem = _problem(home, key, len(slices))
            if problem:
                log.info("The teacher is asked: %s", problem)
                if on_damage is not None and home.exists():
                    on_damage(problem)
                with _replaced(home) as temporary:
                    files = _write(temporary, slices, lambda part: cache_word(part, teacher, spec=spec, second=second), on_batch)
                    _seal(temporary, {"format": CACHE_FORMAT, "key": key, "of": sources, "files": files})
            # the time of the last use, which prune goes by
            os.utime(home / DOCUMENT)
            guide, codes = (torch.from_numpy(_mapped(home / name)) for name in (GUIDE, CODES))
    except OSError as error:
        raise explain_os_error(error, home) from error
    return replace(slices, guide=guide, codes=codes)


def cache_key(slices: SliceSet, teacher: Teacher, *, spec: PreprocessSpec, second: nn.Module | None = None) -> str:
    """Return the name of the cache for these slices and teachers.

    Masks, supervision and regions do not count: the teacher never sees them.
    """
    return _key_of(_sources(slices, teacher, spec, second))


def size(folder: Path) -> int:
    """Return how many bytes the caches of a folder take, unfinished ones included."""
    return sum(_bytes(path) for path in _caches(folder))


def prune(folder: Path, keep_bytes: int) -> int:
    """Remove unfinished caches, then those whose last use is longest ago, until the rest takes at most ``keep_bytes``.

    A cache that a process is making or opening at the moment is left; one that is mapped stays readable where it is mapped.

    Returns
    -------
    Bytes that were freed.
    """
    freed = 0
    unfinished = [path for path in _caches(folder) if UNFINISHED.match(path.name)]
    whole = sorted((path for path in _caches(folder) if WHOLE.match(path.name)), key=_last_use)
    left = sum(_bytes(path) for path in whole)
    for path in [*unfinished, *whole]:
        own = _bytes(path)
        if path in whole and left <= keep_bytes:
            break
        if _remove(path):
            freed += own
            left -= own if path in whole else 0
    return freed


def _hash_of(network: nn.Module | None) -> str:
    # the structure too: a dilation is no weight
    return "" if network is None else content_hash(repr(network), network.state_dict())


def _sources(slices: SliceSet, teacher: Teacher, spec: PreprocessSpec, second: nn.Module | None) -> dict[str, Any]:
    """Return the hashes of all that the word depends on."""
    paraphrasers = [] if teacher.paraphrasers is None else [_hash_of(paraphraser) for paraphraser in teacher.paraphrasers]
    every = hashlib.sha256()
    for image in slices.images:
        every.update(content_hash("", {"image": image}).encode())
    return {
        "teacher": _hash_of(teacher.network),
        "paraphrasers": paraphrasers,
        "second": _hash_of(second),
        "spec": spec.as_json(),
        "slices": every.hexdigest(),
    }


def _key_of(sources: dict[str, Any]) -> str:
    document = json.dumps({"format": CACHE_FORMAT} | sources, sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()[:KEY_DIGITS]


@contextmanager
def _locked(folder: Path, key: str, on_wait: Callable[[int], None] | None) -> Iterator[None]:
    """Hold the lock of a cache; ``on_wait`` is called while another process has it."""
    lock = FileLock(str(folder / f"{key}.lock"))
    while True:
        try:
            lock.acquire(timeout=ASK_AGAIN_S)
            break
        except Timeout:
            if on_wait is not None:
                on_wait(0)
    try:
        yield
    finally:
        lock.release()


def _problem(home: Path, key: str, count: int) -> str:
    """Return why a cache cannot be used; empty where it can."""
    if not home.exists():
        return "there is no cache yet"
    try:
        document = json.loads((home / DOCUMENT).read_text(encoding="utf-8"))
        if document["format"] != CACHE_FORMAT or document["key"] != key or _key_of(document["of"]) != key:
            return "the cache is of something else"
        for name in (GUIDE, CODES):
            path, entry = home / name, document["files"][name]
            if path.stat().st_size != entry["bytes"] or file_sha256(path) != entry["sha256"]:
                return f"{name} of the cache is damaged"
            array = _mapped(path)
            if array.dtype != np.float16 or array.ndim != 4 or len(array) != count:
                return f"{name} of the cache has another shape"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"the cache cannot be read: {error!r}"
    return ""


def _mapped(path: Path) -> npt.NDArray[np.float16]:
    """Return a file's array without reading it; copy on write, so that torch takes it and nothing goes back."""
    array: npt.NDArray[np.float16] = np.lib.format.open_memmap(path, mode="c")
    return array


@contextmanager
def _replaced(home: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the place of ``home`` at the end, and vanishes on an exception."""
    for left in home.parent.glob(f".{home.name}.*.tmp"):
        shutil.rmtree(left, ignore_errors=True)
    temporary = home.with_name(f".{home.name}.{os.getpid()}.tmp")
    temporary.mkdir()
    try:
        yield temporary
        sync_folder(temporary)
        if home.exists():
            shutil.rmtree(home)
        temporary.rename(home)
        sync_folder(home.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(
    folder: Path, slices: SliceSet, ask: Callable[[SliceSet], SliceSet], on_batch: Callable[[int], None] | None
) -> dict[str, dict[str, int | str]]:
    """Ask the teacher batch by batch and write its word; return sizes and hashes of the files."""
    paths = (folder / GUIDE, folder / CODES)
    with paths[0].open("wb") as guide, paths[1].open("wb") as codes:
        for begin in range(0, len(slices), CACHE_BATCH):
            if on_batch is not None:
                on_batch(begin)
            asked = ask(_part(slices, begin))
            for stream, word in ((guide, asked.guide), (codes, asked.codes)):
                if word is None:
                    raise ValueError("the teacher said nothing")
                if begin == 0:
                    _write_header(stream, (len(slices), *word.shape[1:]))
                stream.write(word.cpu().numpy().data)
        for stream in (guide, codes):
            stream.flush()
            os.fsync(stream.fileno())
    return {path.name: {"bytes": path.stat().st_size, "sha256": file_sha256(path)} for path in paths}


def _seal(folder: Path, document: dict[str, Any]) -> None:
    """Write the document without which a folder is no cache."""
    with (folder / DOCUMENT).open("w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())


def _part(slices: SliceSet, begin: int) -> SliceSet:
    """Return the slices of one batch without copying them."""

    def cut(values: Tensor) -> Tensor:
        return values[begin : begin + CACHE_BATCH]

    return SliceSet(cut(slices.images), cut(slices.targets), cut(slices.supervised), cut(slices.regions))


def _write_header(stream: IO[bytes], shape: tuple[int, ...]) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.float16)), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)


def _caches(folder: Path) -> list[Path]:
    """Return the folders of caches; anything else in the folder is none of ours."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and (WHOLE.match(path.name) or UNFINISHED.match(path.name)))


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir() if file.is_file())


def _last_use(path: Path) -> float:
    document = path / DOCUMENT
    return document.stat().st_mtime if document.is_file() else 0.0


def _remove(path: Path) -> bool:
    """Remove a cache unless a process has its lock or, on Windows, its files; return whether it is gone."""
    unfinished = UNFINISHED.match(path.name)
    key = unfinished.group(1) if unfinished else path.name
    try:
        with FileLock(str(path.with_name(f"{key}.lock")), timeout=0):
            trash = path.with_name(f".{key}.{os.getpid()}.tmp")
            if trash != path:
                # at once, so that no half-removed cache stands under its name
                path.rename(trash)
            shutil.rmtree(trash)
    except (Timeout, OSError) as error:
        log.info("%s is left: %s", path.name, error)
        return False
    return True
