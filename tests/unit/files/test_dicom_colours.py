"""Colours of segments and regions, against another library's conversion."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from gf_desktop.files.dicom_colours import lab_colour, rgb_colour
from gf_desktop.files.quiet import quiet

highdicom = pytest.importorskip("highdicom")


@pytest.mark.parametrize("rgb", [(0, 0, 0), (255, 255, 255), (230, 159, 0), (86, 180, 233), (0, 158, 115), (213, 94, 0), (1, 2, 250)])
def test_that_a_segments_colour_is_what_highdicom_wrote(rgb: tuple[int, int, int]) -> None:
    item = Dataset()
    item.RecommendedDisplayCIELabValue = list(highdicom.color.CIELabColor.from_rgb(*rgb).value)
    colour = lab_colour(item)
    found = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    assert np.abs(np.subtract(found, rgb)).max() <= 4


def test_that_a_regions_colour_is_taken_as_it_stands() -> None:
    item = Dataset()
    item.ROIDisplayColor = [255, 0, 128]
    assert rgb_colour(item) == "#ff0080"


@pytest.mark.parametrize("values", [None, [], [1, 2], [256, 0, 0], [-1, 0, 0]])
def test_that_what_is_no_colour_is_none(values: list[int] | None) -> None:
    item = Dataset()
    if values is not None:
        item.ROIDisplayColor = values
    assert rgb_colour(item) == ""
    assert lab_colour(Dataset()) == ""


@pytest.mark.expected_log("Invalid value for VR IS")
def test_that_a_damaged_colour_is_none() -> None:
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    item, tag = Dataset(), Tag(0x3006, 0x002A)
    with quiet():
        item[tag] = RawDataElement(tag, "IS", 8, b"red\\1\\2", 0, is_implicit_VR=False, is_little_endian=True)
        assert rgb_colour(item) == ""
