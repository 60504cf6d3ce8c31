from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,) = folder.glob("graph_flow_desktop-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_that_the_wheel_ships_both_packages_and_every_resource(wheel_names: set[str]) -> None:
    sources = [path for package in ("gf_desktop", "training") for path in (ROOT / package).rglob("*.py")]
    assert {path.relative_to(ROOT).as_posix() for path in sources} <= wheel_names
    resources = {path.relative_to(ROOT / "resources").as_posix() for path in (ROOT / "resources").rglob("*") if path.is_file()}
    assert {f"gf_desktop/_resources/{name}" for name in resources} <= wheel_names


def test_that_the_wheel_ships_the_user_guide_with_its_pictures_and_no_others(wheel_names: set[str]) -> None:
    pictures = set(re.findall(r"\((images/[^)]+)\)", (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")))
    place = "gf_desktop/_resources/guide/"
    assert pictures
    assert {name.removeprefix(place) for name in wheel_names if name.startswith(place)} == {"user-guide.md", *pictures}


def test_that_the_wheel_ships_nothing_else(wheel_names: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"gf_desktop", "training"}
    assert not {name for name in wheel_names if "__pycache__" in name}


def test_that_the_wheel_has_the_command_and_the_licence(wheel_names: set[str]) -> None:
    endings = ("entry_points.txt", "licenses/LICENSE")
    assert [ending for ending in endings if not any(name.endswith(ending) for name in wheel_names)] == []
