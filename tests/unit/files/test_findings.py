from __future__ import annotations

import pytest

from gf_desktop.errors import GeometryError
from gf_desktop.files.findings import Finding, refuse_red, verdict_of

GREEN, AMBER = Finding("a", "A", "green"), Finding("b", "B", "amber")
RED = Finding("c", "Two slices are missing", "red", "Export again.")


def test_that_the_verdict_is_the_worst_severity() -> None:
    assert verdict_of([]) == "green"
    assert verdict_of([GREEN, AMBER]) == "amber"
    assert verdict_of([GREEN, RED, AMBER]) == "red"


def test_that_red_is_refused_with_all_that_was_found() -> None:
    refuse_red([GREEN, AMBER], where="x")
    with pytest.raises(GeometryError, match=r"Two slices are missing \(folder\)\. Export again\.") as caught:
        refuse_red([GREEN, RED], where="folder")
    assert caught.value.findings == (GREEN, RED)  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", [{"code": "z"}, {"message": "z"}, {"severity": "amber"}, {"next_step": "z"}])
def test_that_findings_that_differ_in_one_field_are_not_equal(change: dict[str, str]) -> None:
    fields = {"code": "c", "message": "Two slices are missing", "severity": "red", "next_step": "Export again."}
    assert Finding(**fields) == RED  # type: ignore[arg-type]
    assert Finding(**(fields | change)) != RED  # type: ignore[arg-type]
