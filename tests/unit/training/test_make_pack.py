"""The pack's data and its command line; the training itself takes half an hour and is no test."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.resources import resource_dir
from training.__main__ import main
from training.make_pack import FILE_IDS, SPEC, TABLE, _read_patient_a


def test_that_every_structure_has_ids_in_the_file_and_every_id_a_structure() -> None:
    assert set(FILE_IDS.values()) == set(TABLE.names)


def test_that_patient_a_lies_on_the_working_grid_with_all_structures() -> None:
    patient = _read_patient_a(resource_dir() / "demo")
    assert patient.images.shape[1:] == (SPEC.channels, 128, 128)
    assert patient.labels.shape == patient.regions.shape == (len(patient.images), 128, 128)
    assert set(np.unique(patient.labels)) == {0, *TABLE.ids}
    assert -1e-6 < float(patient.images.min()) < float(patient.images.max()) <= 1.0
    assert 0 < int(patient.held_back.sum()) < len(patient.images) / 4


def test_that_an_unknown_verb_or_student_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["dance"], ["make-pack", "--student", "vgg"], []):
        with pytest.raises(SystemExit):
            main(words)
    assert "usage" in capsys.readouterr().err
