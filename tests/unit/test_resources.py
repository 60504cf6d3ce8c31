from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gf_desktop import resources
from gf_desktop.resources import resource_dir


def test_that_a_checkout_uses_the_folder_beside_the_packages() -> None:
    assert resource_dir() == Path(__file__).resolve().parents[2] / "resources"


def test_that_an_installed_wheel_uses_the_folder_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "gf_desktop"
    (package / "_resources").mkdir(parents=True)
    (tmp_path / "site-packages" / "resources").mkdir()  # another distribution's
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    assert resource_dir() == package / "_resources"


def test_that_a_frozen_build_uses_the_folder_of_its_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_dir() == tmp_path / "resources"


def test_that_an_incomplete_installation_names_the_places_it_looked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "lib" / "gf_desktop" / "resources.py"))
    with pytest.raises(FileNotFoundError, match="_resources"):
        resource_dir()
