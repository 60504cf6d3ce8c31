"""Fields that may leave a header, and what may stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.files.facts import FACTS, allowed_fact


@pytest.mark.parametrize(
    ("keyword", "value", "kept"),
    [
        ("Manufacturer", "SIEMENS", "Siemens"), ("Manufacturer", "GE MEDICAL SYSTEMS", "GE"),
        ("Manufacturer", "Philips Healthcare", "Philips"), ("Manufacturer", "Gerda Muster", ""),
        ("BodyPartExamined", "CHEST_ABDPELVIS", "CHESTABDPELVIS"), ("BodyPartExamined", "MUSTER", ""),
        ("PatientPosition", "HFS", "HFS"), ("PatientPosition", "Erika", ""), ("ConvolutionKernel", "B30f", "B30f"),
        ("ConvolutionKernel", "Br40d\\3", "Br40d\\3"), ("ConvolutionKernel", "STANDARD", "STANDARD"),
        ("ConvolutionKernel", "FC08", "FC08"), ("ConvolutionKernel", "Muster64", ""), ("KVP", "120", "120"), ("KVP", "120 Erika", ""),
        ("EchoTime", "4.60", "4.60"), ("RepetitionTime", "1e3", "1e3"), ("SliceThickness", "", ""), ("SliceThickness", "3\\5", "3\\5"),
    ],
)  # fmt: skip
def test_that_known_words_and_numbers_stay_and_nothing_else(keyword: str, value: str, kept: str) -> None:
    assert allowed_fact(keyword, value) == kept


@given(st.sampled_from(sorted(FACTS)), st.text(alphabet="abcdefghijklmnopqrstuvwxyzÄÖß ^", min_size=4, max_size=30).map(lambda t: "Zu" + t))
def test_that_no_name_gets_through(keyword: str, name: str) -> None:
    assert allowed_fact(keyword, name) == ""
