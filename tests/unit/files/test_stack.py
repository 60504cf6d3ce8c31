from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.files.stack import Plane, Stack, stack_planes

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
PLANE = Plane((0.0, 0.0, 0.0), AXIAL, (0.8, 0.7), (12, 16), thickness_mm=2.0)


def at(*heights: float, plane: Plane = PLANE) -> list[Plane]:
    return [dataclasses.replace(plane, position_mm=(-5.0, -7.0, z)) for z in heights]


def stacked(planes: list[Plane], *, copies: bool = False) -> Stack:
    return stack_planes(planes, identical=lambda _a, _b: copies)


def codes(stack: Stack) -> dict[str, str]:
    return {f.code: f.severity for f in stack.findings}


def refused(stack: Stack, code: str, *numbers: str) -> None:
    """Assert that a stack is red for one reason whose sentence holds these texts, and says what to do."""
    (red,) = [f for f in stack.findings if f.severity == "red"]
    assert stack.geometry is None
    assert red.code == code
    assert red.next_step.endswith(".")
    for number in numbers:
        assert number in red.message, red.message


@given(st.permutations(range(10)), st.floats(0.3, 8.0), st.floats(-900, 900), st.floats(-60, 60))
def test_that_any_order_of_files_gives_the_same_straight_stack(order: list[int], gap: float, start: float, turn: float) -> None:
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    orientation = (1.0, 0.0, 0.0, 0.0, float(c), float(s))
    normal = np.array([0.0, -s, c])
    positions = [np.array([1.0, 2.0, start]) + k * gap * normal for k in range(10)]
    planes = [Plane(tuple(positions[k]), orientation, (0.8, 0.7), (12, 16), thickness_mm=gap) for k in order]
    stack = stacked(planes)
    assert [order[n] for n in stack.order] == list(range(10))
    assert stack.findings == ()
    assert stack.geometry is not None
    assert stack.geometry.size_ijk == (16, 12, 10)
    assert np.allclose(stack.geometry.spacing_mm, (0.7, 0.8, gap))
    for k in range(10):
        assert np.allclose(stack.geometry.index_to_world((0, 0, k)), positions[k], atol=1e-6)


def test_that_missing_slices_are_counted_and_placed() -> None:
    stack = stacked(at(*[2.0 * k for k in range(10) if k not in (3, 4, 7)]))
    refused(stack, "missing_slices", "3 slices are missing", "spacing of 2 mm", "4.0 and 10.0 mm", "12.0 and 16.0 mm")


def test_that_one_missing_slice_is_one() -> None:
    refused(stacked(at(0, 2, 6, 8)), "missing_slices", "1 slice is missing", "2.0 and 6.0 mm")


def test_that_uneven_gaps_are_evened_out_with_their_range_the_spacing_and_the_largest_shift() -> None:
    stack = stacked(at(0, 2, 4, 7, 9, 11))
    assert codes(stack)["uneven_spacing"] == "amber"
    assert "gaps from 2 to 3 mm among 6 slices" in stack.findings[0].message
    assert "linearly to 2.2 mm" in stack.findings[0].message
    assert "up to 0.4 mm" in stack.findings[0].message
    assert stack.geometry is not None
    assert stack.correction is not None
    assert np.allclose(stack.geometry.spacing_mm[2], 2.2)
    assert np.allclose(stack.correction.targets_mm, [0, 2.2, 4.4, 6.6, 8.8, 11])
    assert stack.correction.shift_ij is None


@pytest.mark.parametrize("heights", [(0, 2, 4, 4.5, 6.5, 8.5), (0, 2, 4, 7.2, 9.2, 11.2)])
def test_that_gaps_that_are_no_jitter_are_refused_with_their_range(heights: tuple[float, ...]) -> None:
    refused(stacked(at(*heights)), "uneven_spacing", "gaps from", "6 slices")


def test_that_a_missing_slice_among_jittering_ones_is_not_resampled_away() -> None:
    jitter = [0.0, 0.1, -0.1, 0.08, -0.05, 0.1, 0.02, -0.1]
    stack = stacked(at(*[2.0 * k + jitter[k] for k in range(8) if k != 4]))
    refused(stack, "missing_slices", "1 slice is missing", "6.1 and 10.1 mm")
    assert stack.slices is not None
    assert (stack.slices.missing, [g.missing for g in stack.slices.gaps]) == (1, [1])


def test_that_two_phases_at_the_same_positions_are_refused_and_told_apart() -> None:
    phases = [dataclasses.replace(p, phase=(("AcquisitionNumber", str(n)),)) for n in (1, 2) for p in at(*range(0, 20, 2))]
    refused(stacked(phases), "several_phases", "2 phases", "20 slices at 10 positions", "AcquisitionNumber (1, 2)")


def test_that_two_phases_that_lie_between_each_other_are_refused() -> None:
    planes = [dataclasses.replace(p, phase=(("AcquisitionNumber", str(1 + n % 2)),)) for n, p in enumerate(at(*range(10)))]
    refused(stacked(planes), "several_phases", "2 phases", "AcquisitionNumber 1: 5 slices, 2: 5 slices")


def test_that_an_acquisition_in_successive_parts_is_one_scan() -> None:
    planes = [dataclasses.replace(p, phase=(("AcquisitionNumber", str(n // 4)),)) for n, p in enumerate(at(*range(12)))]
    assert stacked(planes).geometry is not None


def test_that_some_positions_with_two_pictures_are_refused() -> None:
    refused(stacked(at(0, 2, 4, 4, 6)), "duplicate_positions", "1 of 4 positions", "5 slices in all")


def test_that_identical_copies_are_used_once() -> None:
    stack = stacked(at(0, 2, 4, 4, 4, 6), copies=True)
    assert codes(stack) == {"duplicate_files": "amber"}
    assert "2 slices were stored twice" in stack.findings[0].message
    assert len(stack.order) == 4


@pytest.mark.parametrize(("angle", "written"), [(15.0, "15 degrees"), (3.0, "3 degrees"), (1.0, "1 degrees")])
@pytest.mark.parametrize("towards", [1, -1])
def test_that_a_tilted_gantry_is_undone_and_said_with_its_angle(angle: float, written: str, towards: int) -> None:
    lean = towards * float(np.tan(np.radians(angle)))
    planes = [dataclasses.replace(PLANE, position_mm=(0.0, lean * z, z)) for z in range(0, 40, 2)]
    stack = stacked(planes)
    assert codes(stack) == {"tilted": "amber"}
    for number in (written, f"{abs(lean) * 38:.3g} mm"):
        assert number in stack.findings[0].message
    assert stack.geometry is not None
    assert stack.correction is not None
    assert stack.correction.shift_ij is not None
    assert stack.slices is not None
    assert stack.slices.tilt_deg == pytest.approx(angle)
    # every stored slice lies on the grid where its header says, and within it
    for k, plane in enumerate(planes):
        i, j = stack.correction.shift_ij[k]
        assert np.allclose(stack.geometry.index_to_world((i, j, k)), plane.position_mm, atol=1e-6)
        assert j >= 0
        assert j + 12 <= stack.geometry.size_ijk[1]


def test_that_slices_that_lie_beside_each_other_are_no_tilt_and_refused() -> None:
    planes = [dataclasses.replace(PLANE, position_mm=(0.0, 3.0 * (z % 4 == 0), float(z))) for z in range(0, 40, 2)]
    refused(stacked(planes), "slices_scattered", "3 mm")


def test_that_a_slide_steeper_than_any_gantry_is_refused() -> None:
    refused(
        stacked([dataclasses.replace(PLANE, position_mm=(0.0, 1.2 * z, float(z))) for z in range(0, 40, 2)]),
        "slices_scattered",
        "50.2 degrees",
    )


def test_that_a_slide_beyond_all_measure_asks_for_no_memory() -> None:
    planes = [dataclasses.replace(PLANE, position_mm=(0.0, 0.9 * z, float(z))) for z in range(0, 4_000_000, 200_000)]
    refused(stacked(planes), "tilted", "16 × 4275012")


def test_that_slices_that_slide_by_less_than_a_quarter_of_a_pixel_are_taken_as_upright() -> None:
    planes = [dataclasses.replace(PLANE, position_mm=(0.0, 0.004 * z, float(z))) for z in range(0, 40, 2)]
    stack = stacked(planes)
    assert codes(stack) == {"slices_slide": "amber"}
    assert "0.15 mm" in stack.findings[0].message
    assert stack.geometry is not None


def test_that_positions_rounded_to_a_tenth_of_a_millimetre_are_taken_with_a_note() -> None:
    stack = stacked(at(*[round(1.25 * k, 1) for k in range(20)]))
    assert codes(stack)["positions_rounded"] == "amber"
    assert stack.geometry is not None
    assert stack.geometry.spacing_mm[2] == pytest.approx(1.25, abs=0.003)


def test_that_one_slice_a_tenth_of_the_gap_off_its_place_is_resampled() -> None:
    stack = stacked(at(0, 2, 4.2, 6, 8))
    assert codes(stack)["uneven_spacing"] == "amber"
    assert stack.slices is not None
    assert stack.slices.residual_mm == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"size": (12, 15)}, "mixed_size"),
        ({"spacing_mm": (0.8, 0.71)}, "mixed_spacing"),
        ({"orientation": (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)}, "mixed_orientation"),
        ({"orientation": (0.99995, 0.01, 0.0, -0.01, 0.99995, 0.0)}, "mixed_orientation"),
        ({"position_mm": None}, "spacing_unknown"),
        ({"orientation": None}, "spacing_unknown"),
        ({"spacing_mm": None}, "spacing_unknown"),
        ({"spacing_mm": (0.8, 0.0)}, "spacing_unknown"),
        ({"orientation": (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)}, "no_orientation"),
        ({"orientation": (0.5, 0.0, 0.0, 0.0, 1.0, 0.0)}, "no_orientation"),
        ({"orientation": (0.0,) * 6}, "no_orientation"),
    ],
)
def test_that_one_slice_that_differs_from_the_others_is_refused(change: dict[str, object], code: str) -> None:
    planes = at(0, 2, 4, 6)
    planes[2] = dataclasses.replace(planes[2], **change)  # type: ignore[arg-type]
    refused(stacked(planes), code)


def test_that_row_and_column_vectors_that_are_far_from_perpendicular_are_refused() -> None:
    lean = float(np.radians(2))
    plane = dataclasses.replace(PLANE, orientation=(1.0, 0.0, 0.0, float(np.sin(lean)), float(np.cos(lean)), 0.0))
    refused(stacked(at(0, 2, 4, plane=plane)), "sheared")


def test_that_orientation_given_with_three_decimals_is_straightened() -> None:
    c, s = round(float(np.cos(0.3)), 3), round(float(np.sin(0.3)), 3)
    exact = np.array([0.0, -np.sin(0.3), np.cos(0.3)])
    plane = dataclasses.replace(PLANE, orientation=(1.0, 0.0, 0.0, 0.0, c, s))
    planes = [dataclasses.replace(plane, position_mm=tuple(k * 2.0 * exact)) for k in range(5)]
    stack = stacked(planes)
    assert stack.geometry is not None
    assert np.allclose(stack.geometry.direction.T @ stack.geometry.direction, np.eye(3), atol=1e-12)


def test_that_pixel_spacing_is_kept_bit_for_bit() -> None:
    plane = dataclasses.replace(PLANE, spacing_mm=(0.9765625, 0.6531200051307678))
    stack = stacked(at(-804.5, -802.5, -800.5, plane=plane))
    assert stack.geometry is not None
    assert stack.geometry.spacing_mm == (0.6531200051307678, 0.9765625, 2.0)
    assert stack.geometry.origin_mm == (-5.0, -7.0, -804.5)


@pytest.mark.parametrize(("thickness", "code"), [(3.0, "overlapping_slices"), (1.0, "gaps_between_slices"), (2.0, None), (None, None)])
def test_that_thickness_is_compared_with_the_gap(thickness: float | None, code: str | None) -> None:
    stack = stacked(at(0, 2, 4, plane=dataclasses.replace(PLANE, thickness_mm=thickness)))
    assert codes(stack) == ({code: "green"} if code else {})
    assert stack.geometry is not None
    assert stack.geometry.spacing_mm[2] == 2.0


def test_that_a_stated_spacing_that_differs_from_the_positions_is_not_believed() -> None:
    stack = stacked(at(0, 7, 14, plane=dataclasses.replace(PLANE, thickness_mm=7.0, stated_gap_mm=2.0)))
    assert codes(stack) == {"stated_spacing_differs": "amber"}
    assert re.search(r"2 mm .* 7 mm", stack.findings[0].message)
    assert stack.geometry is not None
    assert stack.geometry.spacing_mm[2] == 7.0


def test_that_a_single_slice_is_as_deep_as_it_is_thick() -> None:
    stack = stacked(at(4))
    assert stack.findings == ()
    assert stack.geometry is not None
    assert stack.geometry.spacing_mm == (0.7, 0.8, 2.0)


def test_that_a_single_slice_of_unknown_thickness_is_a_millimetre_deep_with_a_warning() -> None:
    stack = stacked(at(4, plane=dataclasses.replace(PLANE, thickness_mm=None)))
    assert codes(stack) == {"depth_unknown": "amber"}


def test_that_a_single_picture_without_a_place_is_shown_as_stored() -> None:
    stack = stacked([dataclasses.replace(PLANE, position_mm=None)])
    assert codes(stack) == {"no_position": "amber"}
    assert stack.geometry is not None
    assert stack.geometry.spacing_mm == (0.7, 0.8, 1.0)
    assert stack.spacing_known


def test_that_a_single_picture_of_unknown_scale_says_so() -> None:
    stack = stacked([Plane(None, None, None, (12, 16))])
    assert codes(stack) == {"no_position": "amber", "spacing_unknown": "amber"}
    assert not stack.spacing_known
