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


@pytest.mark.parametrize("name", ["C-001.nii.gz", "C-001.png", "C-001_k012.png"])
def test_that_a_file_is_ours_when_the_document_beside_names_it(tmp_path: Path, table: LabelTable, name: str) -> None:
    assert not is_exported_mask(tmp_path / name)
    write(tmp_path / ("C-001_png.json" if name.endswith("png") else "C-001.json"), table, [name])
    assert is_exported_mask(tmp_path / name)
    assert not is_exported_mask(tmp_path / f"X-{name}")


def test_that_other_documents_say_nothing(tmp_path: Path, table: LabelTable) -> None:
    path = tmp_path / "scan.nii.gz"
    write(tmp_path / "scan.json", table, ["scan.nii.gz"], kind="BIDS")
    assert not is_exported_mask(path)
    for content in (b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe", b" " * ((1 << 20) + 1)):
        (tmp_path / "scan.json").write_bytes(content)
        assert not is_exported_mask(path)
