from __future__ import annotations

import json
from pathlib import Path

import pytest

from gf_desktop.files.sidecar import is_exported_mask, sidecar_document
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable


def write(path: Path, table: LabelTable, files: list[str], **change: object) -> None:
    document = sidecar_document(
        files=files, geometry=Geometry.identity((2, 2, 2)), table=table, modality="", model_id="m", spacing_known=True
    )
    path.write_text(json.dumps({**document, **change}))


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("C-001.nii.gz", "C-001.json"),
        ("C-001.seg.nrrd", "C-001_nrrd.json"),
        ("C-001.mha", "C-001_mha.json"),
        ("C-001.png", "C-001_png.json"),
        ("C-001_k012.png", "C-001_png.json"),
        ("C-001_16bit_k012.png", "C-001_png16.json"),
        ("C-001_s02-left-kidney_k012.png", "C-001_structures_png.json"),
    ],
)
def test_that_a_file_is_ours_when_the_document_beside_names_it(tmp_path: Path, table: LabelTable, name: str, beside: str) -> None:
    assert not is_exported_mask(tmp_path / name)
    write(tmp_path / beside, table, [name])
    assert is_exported_mask(tmp_path / name)
    assert not is_exported_mask(tmp_path / f"X-{name}")


def test_that_other_documents_say_nothing(tmp_path: Path, table: LabelTable) -> None:
    path = tmp_path / "scan.nii.gz"
    write(tmp_path / "scan.json", table, ["scan.nii.gz"], kind="BIDS")
    assert not is_exported_mask(path)
    for content in (b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe", b" " * ((1 << 20) + 1)):
        (tmp_path / "scan.json").write_bytes(content)
        assert not is_exported_mask(path)
