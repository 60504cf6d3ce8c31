"""The pack's command line and a pack of two steps; the real training takes a quarter of an hour and is no test."""

from __future__ import annotations

from pathlib import Path

import pytest

from gf_desktop.pack import verify_pack
from gf_desktop.resources import resource_dir
from training.__main__ import main
from training.make_pack import PackRecipe, make_pack
from training.packs import load_pack
from training.schedule import FreeRun


def test_that_a_pack_of_a_few_steps_is_whole(tmp_path: Path) -> None:
    recipe = PackRecipe("mobile_unet", 0.25, teacher_steps=1, paraphraser_steps=1, student_steps=1, batch=2)
    card = make_pack(tmp_path / "pack", resource_dir(), seed=0, minutes=5, recipe=recipe, control=FreeRun())
    assert verify_pack(tmp_path / "pack").id == card.id
    assert load_pack(tmp_path / "pack").card.training["recipe"]["student_steps"] == 1


def test_that_an_unknown_verb_or_student_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["dance"], ["make-pack", "--student", "vgg"], []):
        with pytest.raises(SystemExit):
            main(words)
    assert "usage" in capsys.readouterr().err
