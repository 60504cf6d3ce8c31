from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gf_desktop.errors import UserError
from gf_desktop.files import report
from gf_desktop.files.export import export_source
from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.report_pictures import slice_pictures, surface_picture
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume

GRID = Geometry((30, 24, 18), (1.0, 1.0, 2.0), (-15.0, -12.0, 100.0), np.eye(3))
# the liver at the patient's right, at the front, towards the feet
LABELS = np.zeros((18, 24, 30), np.uint8)
LABELS[2:8, 3:9, 3:12] = 2
VOXELS = np.full(LABELS.shape, -1000, np.int16)


def source(table: LabelTable, **change: Any) -> ExportSource:
    facts: dict[str, Any] = {
        "stem": "C-001", "labels": LABELS, "geometry": GRID, "table": table, "modality": "CT", "model_id": "abdomen-ct",
        "spacing_known": True, "states": np.full_like(LABELS, 2), "title": "CT series", "status": "approved", "verdict": "amber",
        "findings": ("The slices overlap",),
        "model": {"title": "Abdominal CT", "metrics": {"of": "other scans", "mean_dice": 0.9, "structures": {"liver": {"dice": 0.95}}}},
    }  # fmt: skip
    facts |= change
    facts.setdefault("volume", lambda: Volume(VOXELS.copy(), facts["geometry"], facts["modality"]))
    return ExportSource(**facts)


def written(tmp_path: Path, made: ExportSource) -> str:
    (file,) = export_source(made, folder=tmp_path, format="report")
    assert (file.path.name, file.verified) == ("C-001_report.html", True)
    return file.path.read_text(encoding="utf-8")


def pictures(text: str) -> list[np.ndarray]:
    found = []
    for data in re.findall(r'src="data:image/png;base64,([^"]+)"', text):
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            found.append(np.array(image))
    return found


def test_that_a_report_tells_figures_geometry_model_and_purpose(tmp_path: Path, table: LabelTable) -> None:
    text = written(tmp_path, source(table))
    for word in (
        "Research use; not a medical device",
        "C-001",
        "The slices overlap",
        "amber",
        "30 × 24 × 18",
        "abdomen-ct",
        "Abdominal CT",
        "0.950",
    ):
        assert word in text
    # 6 x 6 x 9 voxels of 2 mm3
    assert '</span>liver</td><td class="n">324</td><td class="n">0.65</td>' in text
    assert '<td class="n">-1000.0</td><td class="n">0.0</td><td class="n">100 %</td>' in text
    assert len(pictures(text)) == 4


def test_that_a_report_fetches_and_runs_nothing(tmp_path: Path, table: LabelTable) -> None:
    text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", written(tmp_path, source(table)))
    assert not re.search(r"<script|<link|<iframe|https?:|@import|url\(|\son\w+=", text)
    assert "default-src 'none'" in text


def test_that_names_are_shown_and_never_carried_out(tmp_path: Path) -> None:
    table = LabelTable((Structure(2, '<script>alert(1)</script> & "co"', "#56b4e9"),))
    text = written(tmp_path, source(table, title="<img src=x onerror=alert(1)>"))
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;" in text


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("flips", [(False, False, False), (True, False, True)])
def test_that_planes_are_seen_as_radiologists_see_them_however_they_are_stored(table: LabelTable, order: Any, flips: Any) -> None:
    turn = AxisMap(order, flips)
    grid, labels = GRID.reordered(turn), np.ascontiguousarray(turn.view(LABELS))
    made = source(table, geometry=grid, labels=labels, volume=lambda: Volume(np.ascontiguousarray(turn.view(VOXELS)), grid, "CT"))
    planes = slice_pictures(made, made.volume())  # type: ignore[misc]
    assert [one.caption.split(", ")[1] for one in planes] == ["axial", "coronal", "sagittal"]
    middles = []
    for one in planes:
        with Image.open(io.BytesIO(one.png)) as image:
            lines = np.argwhere((np.array(image) == (0x56, 0xB4, 0xE9)).all(axis=2)) / np.array(image.size[::-1])
        middles.append(lines.mean(axis=0))
    (axial, coronal, sagittal) = middles
    # as (from the top, from the left): right of the patient on the left, front on top; head on top
    assert axial == pytest.approx((6 / 24, 7.5 / 30), abs=0.04)
    assert coronal == pytest.approx((1 - 5 / 18, 7.5 / 30), abs=0.04)
    assert sagittal == pytest.approx((1 - 5 / 18, 6 / 24), abs=0.04)


def test_that_pictures_have_the_proportions_of_the_patient(table: LabelTable) -> None:
    made = source(table)
    sizes = []
    for one in slice_pictures(made, made.volume()):  # type: ignore[misc]
        with Image.open(io.BytesIO(one.png)) as image:
            sizes.append(image.size)
    assert [width / height for width, height in sizes] == pytest.approx([30 / 24, 30 / 36, 24 / 36], abs=0.01)


@pytest.mark.parametrize("change", [{"time": TimeAxis("cine", 18, 40.0), "modality": "US"}, {"spacing_known": False}])
def test_that_what_has_no_size_in_space_has_no_ml_and_no_surface(tmp_path: Path, table: LabelTable, change: dict[str, Any]) -> None:
    made = source(table, **change)
    assert surface_picture(made) is None
    text = written(tmp_path, made)
    assert ">ml<" not in text
    assert len(pictures(text)) == (1 if "time" in change else 3)


def test_that_text_in_a_picture_is_blacked_out(tmp_path: Path, table: LabelTable) -> None:
    canvas = Image.new("RGB", (320, 200), (30, 30, 30))
    ImageDraw.Draw(canvas).text((20, 20), "SECRET PERSON 1970", fill=(255, 255, 255), font_size=18)
    grid = Geometry.identity((320, 200, 1))
    labels = np.zeros((1, 200, 320), np.uint8)
    made = source(
        table, labels=labels, states=None, geometry=grid, modality="PHOTO", spacing_known=False,
        volume=lambda: Volume(np.array(canvas)[None], grid, "PHOTO"),
    )  # fmt: skip
    text = written(tmp_path, made)
    assert "blacked out in" in text
    (picture,) = pictures(text)
    assert picture.max() < 100


def test_that_an_empty_mask_is_told(tmp_path: Path, table: LabelTable) -> None:
    assert "The mask is empty" in written(tmp_path, source(table, labels=np.zeros_like(LABELS)))


@pytest.mark.parametrize(
    "metrics", [None, [], {"structures": 3}, {"structures": {"liver": {"dice": None}}}, {"structures": {"liver": "x"}}]
)
def test_that_a_card_with_other_figures_does_no_harm(tmp_path: Path, table: LabelTable, metrics: Any) -> None:
    assert "Dice" not in written(tmp_path, source(table, model={"metrics": metrics}))


@pytest.mark.parametrize("fault", ["<script>1</script>", '<img src="http://a.b/c.png">', "cut short"])
def test_that_a_report_that_is_not_self_contained_is_not_kept(
    tmp_path: Path, table: LabelTable, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    real = report._document
    monkeypatch.setattr(
        report, "_document", lambda *given: real(*given)[:-40] if fault == "cut short" else real(*given).replace("<h2>", f"{fault}<h2>", 1)
    )
    with pytest.raises(UserError, match="not what was written"):
        export_source(source(table), folder=tmp_path / "out", format="report")
    assert not (tmp_path / "out").exists()
