"""At least 500 damaged and hostile capsules: each is refused with a reason, quickly, in little memory, and nothing of it is left."""

from __future__ import annotations

import importlib.util
import resource
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from gf_desktop.capsule.reading import verify_capsule
from gf_desktop.errors import FileFormatError

FAMILIES = {
    "damaged": 200,
    "archives": 150,
    "swapped": 50,
    "descriptions": 120,
    "students": 50,
    "weights": 60,
    "slices": 12,
    "signatures": 25,
}
"""How many there are at least."""

MOST_S = 2.0
MOST_BYTES = 1 << 30


def _hostile() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile_capsules", Path(__file__).with_name("hostile.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _reason(path: Path) -> str | None:
    """Return why a capsule is refused; None where it is taken."""
    try:
        verify_capsule(path)
    except FileFormatError as error:
        return error.what
    return None


def test_that_there_are_enough_of_them() -> None:
    assert sum(FAMILIES.values()) >= 500


@pytest.mark.timeout(300)
@pytest.mark.parametrize("family", FAMILIES)
def test_that_a_hostile_capsule_is_refused_and_leaves_nothing(
    family: str, capsule_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = _hostile().every(capsule_file.read_bytes())[family]
    temporary, here, home = (tmp_path / name for name in ("temporary", "here", "home"))
    for folder in (temporary, here, home):
        folder.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    path = tmp_path / "x.gfcapsule"
    taken, reasons, slowest, count = [], set(), 0.0, 0
    verify_capsule(capsule_file)
    for what, content in cases:
        count += 1
        path.write_bytes(content)
        monkeypatch.setattr("tempfile.tempdir", str(temporary))
        before, began_s = _memory(), time.perf_counter()
        reason = _reason(path)
        if reason is None:
            taken.append(what)
        else:
            reasons.add(reason)
        slowest = max(slowest, time.perf_counter() - began_s)
        assert _memory() - before < MOST_BYTES, what
        monkeypatch.setattr("tempfile.tempdir", None)
        assert [*temporary.iterdir(), *here.iterdir(), *home.iterdir()] == [], what
    assert taken == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "home", "temporary", "x.gfcapsule"]
    assert count >= FAMILIES[family]
    assert slowest < MOST_S
    assert len(reasons) > 1
    assert all(reason and not reason.endswith(".") for reason in reasons)
