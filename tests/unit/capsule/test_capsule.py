"""A capsule: what goes in comes out, byte for byte, and other programs can look into it."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.capsule.container import LIMITS
from gf_desktop.capsule.reading import read_capsule, verify_capsule
from gf_desktop.capsule.signing import fingerprint, make_key, read_key
from gf_desktop.capsule.writing import Origin, may_carry_slices, write_capsule
from gf_desktop.errors import FileFormatError, ModelError, UserError
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.pack import file_sha256, read_card, verify_pack, write_card


def test_that_a_model_comes_out_as_it_went_in(whole_pack: Path, capsule_file: Path, tmp_path: Path) -> None:
    capsule = read_capsule(capsule_file, tmp_path)
    before, after = verify_pack(whole_pack), verify_pack(tmp_path)
    assert after == before
    for name in before.files:
        assert (tmp_path / name).read_bytes() == (whole_pack / name).read_bytes()
    grey = np.random.default_rng(1).random((1, 1, 64, 64)).astype(np.float32)
    np.testing.assert_array_equal(Segmenter.load(tmp_path).logits(grey), Segmenter.load(whole_pack).logits(grey))
    assert capsule.document.gate["reason"] == "it was better"
    assert capsule.sha256 == file_sha256(capsule_file)
    assert capsule.signer == ""


def test_that_other_programs_can_open_it_as_a_zip_file(capsule_file: Path) -> None:
    with zipfile.ZipFile(capsule_file) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [name for name in LIMITS if name != "signature.json"]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        document = json.loads(archive.read("capsule.json"))
    assert document["model"]["id"] == "whole"
    assert {s["name"] for s in document["model"]["structures"]} == {"soft", "hard"}
    assert document["model"]["preprocess"]["window"] == [0.0, 100.0]


def test_that_the_same_model_gives_the_same_bytes(whole_pack: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_capsule(whole_pack, tmp_path / f"{name}.gfcapsule", origin=Origin())
    assert (tmp_path / "a.gfcapsule").read_bytes() == (tmp_path / "b.gfcapsule").read_bytes()


def test_that_nothing_is_left_of_looking_at_one(capsule_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert verify_capsule(capsule_file).card.id == "whole"
    assert list(tmp_path.iterdir()) == []


def test_that_a_file_that_is_there_is_not_replaced_unasked(whole_pack: Path, tmp_path: Path) -> None:
    path = tmp_path / "whole.gfcapsule"
    path.write_bytes(b"mine")
    with pytest.raises(UserError, match="already"):
        write_capsule(whole_pack, path, origin=Origin())
    assert path.read_bytes() == b"mine"
    write_capsule(whole_pack, path, origin=Origin(), overwrite=True)
    assert verify_capsule(path).card.id == "whole"
    with pytest.raises(UserError, match=r"ends with \.gfcapsule"):
        write_capsule(whole_pack, tmp_path / "whole.zip", origin=Origin())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["whole.gfcapsule"]


def test_that_a_damaged_model_is_not_exported(whole_pack: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole_pack, tmp_path / "whole"))
    (folder / "teacher.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match="does not match its hash"):
        write_capsule(folder, tmp_path / "out.gfcapsule", origin=Origin())
    card = read_card(folder)
    write_card(folder, dataclasses.replace(card, files=card.files | {"teacher.safetensors": file_sha256(folder / "teacher.safetensors")}))
    with pytest.raises(ModelError, match="cannot be put into a capsule"):
        write_capsule(folder, tmp_path / "out.gfcapsule", origin=Origin())
    assert not list(tmp_path.glob("*.gfcapsule"))


@pytest.mark.parametrize("licence", ["", "for this hospital only"])
def test_that_labelled_slices_stay_where_the_licence_does_not_let_them_go(whole_pack: Path, tmp_path: Path, licence: str) -> None:
    folder = Path(shutil.copytree(whole_pack, tmp_path / "whole"))
    write_card(folder, dataclasses.replace(read_card(folder), licence=licence))
    capsule = write_capsule(folder, tmp_path / "out.gfcapsule", origin=Origin())
    assert not may_carry_slices(licence)
    assert may_carry_slices("Apache-2.0")
    assert "replay.npz" not in capsule.document.files
    assert "teacher.safetensors" in capsule.document.files


def test_that_a_signature_says_whose_key_it_was(whole_pack: Path, tmp_path: Path) -> None:
    name = make_key(tmp_path / "key.json")
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
    write_capsule(whole_pack, tmp_path / "out.gfcapsule", origin=Origin(), key=read_key(tmp_path / "key.json"))
    assert verify_capsule(tmp_path / "out.gfcapsule").signer == name
    assert name != fingerprint(bytes(32))
    with pytest.raises(UserError, match="already"):
        make_key(tmp_path / "key.json")
    (tmp_path / "no.json").write_text('{"kind": "something else"}')
    with pytest.raises(FileFormatError, match="Nothing can be signed"):
        read_key(tmp_path / "no.json")


def test_that_a_missing_file_and_a_folder_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        verify_capsule(tmp_path / "gone.gfcapsule")
    with pytest.raises(UserError, match="folder"):
        verify_capsule(tmp_path)
