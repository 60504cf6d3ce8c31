"""The demo's patients on working grids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gf_desktop.resources import resource_dir
from training.abdomen import FILE_IDS, SPEC, TABLE, read_patient


def test_that_every_structure_has_ids_in_the_file_and_every_id_a_structure() -> None:
    assert set(FILE_IDS.values()) == set(TABLE.names)


def test_that_patient_a_lies_on_the_working_grid_with_all_structures() -> None:
    patient = read_patient(resource_dir() / "demo", "A", SPEC)
    assert patient.images.shape[1:] == (SPEC.channels, 128, 128)
    assert patient.labels.shape == patient.regions.shape == (len(patient.images), 128, 128)
    assert set(np.unique(patient.labels)) == {0, *TABLE.ids}
    assert -1e-6 < float(patient.images.min()) < float(patient.images.max()) <= 1.0


@pytest.mark.parametrize("name", ["A", "B"])
def test_that_a_coarser_grid_keeps_each_structures_share(name: str) -> None:
    fine, coarse = (read_patient(resource_dir() / "demo", name, replace(SPEC, spacing_mm=mm)) for mm in (3.0, 4.0))
    assert len(fine.labels) == len(coarse.labels)
    for label in TABLE.ids:
        areas = [float((patient.labels == label).sum()) * mm * mm for patient, mm in ((fine, 3.0), (coarse, 4.0))]
        assert areas[1] == pytest.approx(areas[0], rel=0.15)
