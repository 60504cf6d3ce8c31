"""The pack's command line and a pack of two steps; the real training takes a quarter of an hour and is no test."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gf_desktop.pack import verify_pack
from gf_desktop.resources import resource_dir
from training.__main__ import main
from training.make_pack import PackRecipe, make_pack
from training.packs import load_pack
from training.schedule import FreeRun


def test_that_a_pack_of_a_few_steps_is_whole(tmp_path: Path) -> None:
    recipe = PackRecipe("mobile_unet", 0.25, teacher_steps=1, paraphraser_steps=1, student_steps=1, batch=2, minutes=5)
    card = make_pack(tmp_path / "pack", resource_dir(), recipe=recipe, control=FreeRun())
    assert verify_pack(tmp_path / "pack").id == card.id
    assert load_pack(tmp_path / "pack").card.training["recipe"]["student_steps"] == 1


def test_that_an_unknown_verb_or_student_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["dance"], ["make-pack", "--student", "vgg"], []):
        with pytest.raises(SystemExit):
            main(words)
    assert "usage" in capsys.readouterr().err


def test_that_the_settings_of_a_pack_come_from_a_file_from_set_and_from_arguments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pack.toml").write_text("teacher_steps = 7\nstudent_steps = 8\nrate = 0.5\n")
    assert (
        main(["make-pack", str(tmp_path / "pack.toml"), "--set", "student_steps=9", "--set", "rate=0.25", "--seed", "4", "--print-config"])
        == 0
    )
    shown = tomllib.loads(capsys.readouterr().out)
    expected = {"teacher_steps": 7, "student_steps": 9, "rate": 0.25, "seed": 4}
    assert {name: shown[name] for name in expected} == expected
    assert shown["paraphraser_steps"] == PackRecipe().paraphraser_steps


@pytest.mark.parametrize("setting", ["method=magic", "student_steps=0", "rate=0", "minutes=-1", "colour=blue"])
def test_that_a_senseless_pack_is_refused_before_anything_is_written(
    setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["make-pack", "--set", setting, "--out", str(tmp_path / "pack")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "pack").exists()
