"""The loop from Python, as a person's script would call it, with a trainer in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gf_desktop
from gf_desktop.errors import UserError
from tests.process.tiny import draw, write_tiny_pack

nibabel = pytest.importorskip("nibabel")

RECIPE: dict[str, float | int | str | bool] = {"batch": 4, "crop_px": 64, "teacher_steps": 2, "max_steps": 4}


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    grey, labels = draw(6, 1)
    affine = np.diag([-1.0, -1.0, 4.0, 1.0])
    for name, values in (("scan", grey), ("mask", labels)):
        nibabel.save(nibabel.Nifti1Image(values.transpose(2, 1, 0), affine), tmp_path / f"{name}.nii.gz")
    return tmp_path / "scan.nii.gz"


def test_that_the_whole_loop_can_be_asked_for_from_python(scan: Path, tmp_path: Path) -> None:
    pack = write_tiny_pack(tmp_path)
    with gf_desktop.new_project(tmp_path / "study", model=pack) as project:
        (case,) = project.add(scan)
        assert project.structures == {"soft": 1, "hard": 5}
        project.predict()
        report = project.correct(case.id, tmp_path / "mask.nii.gz", slices=[0, 2, 5])
        assert report.slices == (0, 2, 5)
        scores = project.evaluate(case.id, tmp_path / "mask.nii.gz", slices=[0, 2, 5])
        assert scores["soft"].dice == 1.0
        assert {one.case_id for one in project.next(3).suggestions} == {case.id}
        round_report = project.refine(minutes=1, cores=1, device="cpu", recipe=RECIPE, structures=["soft"])
        assert round_report.candidate_id in {record.id for record in project.models}
        # the gate compared the two as they were; turned around they are measured anew, on what it held back
        compared, turned = project.compare("tiny", round_report.candidate_id), project.compare(round_report.candidate_id, "tiny")
        assert (compared.same_slices, compared.slices) == (True, 0)
        assert (turned.same_slices, turned.slices > 0) == (True, True)
        held = {name: (after, before) for name, before, after in compared.rows}
        assert {name: (pytest.approx(first), pytest.approx(second)) for name, first, second in turned.rows if name in held} == held
        project.activate(round_report.candidate_id)
        assert [change.case.id for change in project.changes()] in ([case.id], [])
        assert project.roll_back() == "tiny"
        capsule = project.export_capsule(round_report.candidate_id, tmp_path / "model.gfcapsule")
        assert capsule.document.model.training["structures"] == [1]
        file = next(one for one in project.export(tmp_path / "out") if one.path.name.endswith(".nii.gz"))
        read = np.asarray(nibabel.load(file.path).dataobj).transpose(2, 1, 0)
        np.testing.assert_array_equal(read, project.labels(case.id))
    with gf_desktop.open_project(tmp_path / "study", read_only=True) as again:
        assert [one.id for one in again.cases] == [case.id]


def test_that_faults_are_raised_as_a_person_would_read_them(scan: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="begins with a model or with structures"):
        gf_desktop.new_project(tmp_path / "none")
    with pytest.raises(UserError, match="no model pack of this name"):
        gf_desktop.new_project(tmp_path / "none", model="no-such-pack")
    with gf_desktop.new_project(tmp_path / "study", model=write_tiny_pack(tmp_path)) as project:
        with pytest.raises(UserError):
            project.add(tmp_path / "missing.nii.gz")
        project.add(scan)
        with pytest.raises(UserError, match="to learn from"):
            project.refine(minutes=1)
        with pytest.raises(UserError, match="no such structure"):
            project.refine(minutes=1, structures=["spleen"])
        with pytest.raises(UserError, match="no refinement to go on with"):
            project.refine(resume=True)


def test_that_the_package_alone_loads_next_to_nothing() -> None:
    code = "import sys, gf_desktop; print([n for n in ('numpy', 'psygnal', 'msgspec', 'gf_desktop.session') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
