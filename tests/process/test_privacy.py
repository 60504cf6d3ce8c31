"""No name gets out: a canary in everything that a file can say goes through the whole program and is looked for in every byte written.

The program runs in processes of its own, with an empty home folder, and may not open a network connection.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VM, dictionary_VR, keyword_dict
from pydicom.dataset import Dataset

from gf_desktop.demo import demo_mapping
from gf_desktop.files.masks import read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.project.patients import FILE_NAME
from gf_desktop.resources import resource_dir

# a round of refinement has a part that no number of minutes shortens
pytestmark = pytest.mark.timeout(900)

CANARY = "Zitronenfalter"
ROOT = Path(__file__).parents[2]
DEMO = resource_dir() / "demo"
TEXT_KINDS = {"LO", "LT", "PN", "SH", "ST", "UC", "UT"}
KEEP = {"SpecificCharacterSet", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"}

NO_NETWORK = """
import runpy, socket, sys
def refuse(*words, **more):
    raise AssertionError(f"a network connection was asked for: {words}")
class Closed(socket.socket):
    def __init__(self, family=socket.AF_INET, *words, **more):
        if family != getattr(socket, "AF_UNIX", None):
            refuse(family)
        super().__init__(family, *words, **more)
socket.socket = Closed
socket.create_connection = socket.getaddrinfo = refuse
sys.argv = ["gf-desktop", *sys.argv[1:]]
runpy.run_module("gf_desktop", run_name="__main__", alter_sys=True)
"""
"""Runs the program where every socket that is not of this machine's own files is refused."""


def tell_all(data: Dataset) -> None:
    """Write the canary into every element that may hold text, in private ones and in a sequence too."""
    for tag, keyword in ((tag, word) for word, tag in keyword_dict.items()):
        if keyword in KEEP or tag >> 16 in (0x0000, 0x0002, 0x0028, 0x7FE0) or tag >> 16 > 0x0050:
            continue
        kind = dictionary_VR(tag)
        if kind in TEXT_KINDS and dictionary_VM(tag) in ("1", "1-n"):
            data.add_new(tag, kind, f"{CANARY}^{CANARY}" if kind == "PN" else CANARY)
    data.PatientID, data.BodyPartExamined = CANARY, CANARY.upper()
    block = data.private_block(0x0009, CANARY, create=True)
    block.add_new(0x01, "LO", CANARY)
    item = Dataset()
    item.PatientName, item.CodeMeaning = CANARY, CANARY
    data.RequestAttributesSequence = [item]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in") / f"{CANARY}_1964" / CANARY
    folder.mkdir(parents=True)
    for number, path in enumerate(sorted((DEMO / "B_ct_dicom").iterdir())):
        if path.suffix not in ("", ".dcm"):
            continue
        data = pydicom.dcmread(path)
        tell_all(data)
        data.save_as(folder / f"{CANARY}_{number:03d}.dcm")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


class Program:
    """Runs verbs in processes; everything that they print is kept."""

    def __init__(self, home: Path) -> None:
        folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "TMPDIR", "XDG_RUNTIME_DIR")
        self.environment = os.environ | dict.fromkeys(folders, str(home)) | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        self.printed: list[str] = []

    def run(self, *words: object, code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", NO_NETWORK, *map(str, words), "--json"],
            env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr[-2000:]
        self.printed.append(done.stderr)
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, series: Path, home: Path) -> tuple[Program, Path, Path]:
    """Import, predict, correct, refine, crash and export; the program, the project and the exports."""
    work = tmp_path_factory.mktemp("work")
    program, project, out = Program(home), work / "trial", work / "out"
    program.run("new", project, "--model", "abdomen-ct")
    (case,) = program.run("import", project, series)["cases"]
    program.run("predict", project)
    mapping = work / "map.json"
    mapping.write_text(json.dumps({str(label): name for label, name in demo_mapping().items()}))
    program.run("correct", project, case["id"], "--mask", DEMO / "B_ct_labels.nii.gz", "--slices", "3,9", "--map", mapping)
    program.run("refine", project, "--minutes", "0.05")
    for words in (["nifti"], ["nrrd"], ["mha"], ["png"], ["json"], ["csv"], ["report"], ["stl"]):
        program.run("export", project, "--out", out, "--format", *words)
    crash(program, project)
    return program, project, out


def crash(program: Program, project: Path) -> None:
    """End a window of the project by a fault in the middle of its work, with its report."""
    script = (
        "import sys, faulthandler; faulthandler.enable();"
        "from gf_desktop.gui.app import run;"
        "from PySide6.QtCore import QTimer;"
        "import os; os.environ['GF_TEST']='1';"
        f"run(__import__('pathlib').Path({str(project)!r}), when_composed=lambda made: QTimer.singleShot(800, os.abort))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=program.environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    program.printed.append(done.stderr)


def holders(folder: Path) -> set[str]:
    """Return the files in a folder whose name or bytes hold the canary, packed ones unpacked."""
    import gzip
    import zipfile

    found = set()
    for path in (p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content += gzip.decompress(content)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                content += b"".join(archive.read(name) for name in archive.namelist())
        needles = [CANARY.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
        if CANARY.lower() in str(path.relative_to(folder)).lower() or any(n.lower() in content.lower() for n in needles):
            found.add(str(path.relative_to(folder)))
    return found


def test_that_the_search_finds_what_is_there(series: Path, tmp_path: Path) -> None:
    assert len(holders(series)) == 20
    (tmp_path / "a.bin").write_bytes(b"xx" + CANARY.encode("utf-16-le"))
    (tmp_path / f"{CANARY}.txt").write_text("")
    assert holders(tmp_path) == {"a.bin", f"{CANARY}.txt"}


def test_that_no_file_of_the_project_names_the_patient_but_one(story: tuple[Program, Path, Path]) -> None:
    _program, project, _out = story
    assert holders(project) == {FILE_NAME}


def test_that_no_export_names_the_patient(story: tuple[Program, Path, Path]) -> None:
    _program, _project, out = story
    assert len(list(out.iterdir())) > 8
    assert holders(out) == set()


def test_that_settings_caches_and_crash_reports_name_nobody(story: tuple[Program, Path, Path], home: Path) -> None:
    assert holders(home) == set()


def test_that_nothing_that_is_printed_names_the_patient(story: tuple[Program, Path, Path]) -> None:
    program, _project, _out = story
    assert not [text for text in program.printed if CANARY.lower() in text.lower()]


def test_that_scans_of_the_patient_share_a_pseudonym_and_the_file_may_go(
    story: tuple[Program, Path, Path], series: Path, tmp_path: Path
) -> None:
    program, project, _out = story
    copy = tmp_path / "trial"
    shutil.copytree(project, copy)
    (entry,) = program.run("patients", copy)["cases"]
    assert entry == {"id": "C-001", "patient": "P-001"}
    (shown,) = program.run("patients", copy, "--show")["cases"]
    assert shown["patient_id"] == CANARY
    assert shown["source"] == str(series)
    assert "cannot be undone" in program.run("patients", copy, "--forget", code=1)["error"]["what"]
    program.run("patients", copy, "--keep", tmp_path / "safe" / "who.json")
    assert holders(copy) == set()
    assert program.run("patients", copy, "--show")["cases"][0]["patient_id"] == CANARY
    program.run("patients", copy, "--forget", "--yes")
    assert not (tmp_path / "safe" / "who.json").exists()
    (left,) = program.run("patients", copy, "--show")["cases"]
    assert left == {"id": "C-001", "patient": "P-001"}


def test_that_the_exported_mask_still_fits_the_scan(story: tuple[Program, Path, Path], series: Path) -> None:
    _program, _project, out = story
    (source,) = find_scans(series)
    geometry = read_scan(source).volume.geometry
    assert np.count_nonzero(read_mask(out / "C-001.nii.gz", geometry))
