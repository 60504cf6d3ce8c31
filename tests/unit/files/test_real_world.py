"""Units of the real world that DICOM states for stored values, and windows from tables of greys; what is expected is reckoned by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from gf_desktop.display import read_out
from gf_desktop.files.dicom import read_header
from gf_desktop.files.passport import Passport
from gf_desktop.files.passport_lines import passport_lines
from gf_desktop.files.real_world_read import known_unit
from gf_desktop.files.scan import Scan, find_scans, read_scan
from gf_desktop.imaging.real_world import RealWorld, real_world_in, unit_in_words
from gf_desktop.imaging.volume import STATED_WINDOW, Window
from tests.unit.files.conftest import make_slice
from tests.unit.files.test_multiframe import made

PIXELS = np.arange(192).reshape(12, 16)


def mapping(unit: str, *, first: int = 0, last: int = 4095, scheme: str = "UCUM", **elements: Any) -> Dataset:
    item, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = unit, scheme, "Secret^Person"
    item.MeasurementUnitsCodeSequence = [code]
    item.add_new("RealWorldValueFirstValueMapped", "SS" if first < 0 else "US", first)
    item.add_new("RealWorldValueLastValueMapped", "SS" if first < 0 else "US", last)
    for name, value in elements.items():
        setattr(item, name, value)
    return item


def linear(unit: str, slope: float, intercept: float, **how: Any) -> Dataset:
    return mapping(unit, RealWorldValueSlope=slope, RealWorldValueIntercept=intercept, **how)


def series(folder: Path, mappings: list[list[Dataset]], *, modality: str = "PT", scales: list[tuple[float, float]] | None = None) -> Scan:
    folder.mkdir(exist_ok=True)
    for n, items in enumerate(mappings):
        slope, intercept = (scales or [(1.0, 0.0)] * len(mappings))[n]
        make_slice(
            folder / f"{n}.dcm", position=(0, 0, 2 * n), pixels=PIXELS + n, series="1.2.3", Modality=modality,
            RescaleSlope=slope, RescaleIntercept=intercept, RealWorldValueMappingSequence=items,
        )  # fmt: skip
    (source,) = find_scans(folder)
    return read_scan(source)


def test_that_an_uptake_is_read_out_in_its_unit_whatever_each_slices_scale_is(tmp_path: Path) -> None:
    # value = 0.01 x intensity in both: stored 10 of the first slice is 20 Bq/ml and 0.2 g/ml
    scan = series(
        tmp_path / "pet",
        [[linear("g/ml{SUVbw}", 0.02, 0.0)], [linear("g/ml{SUVbw}", 0.05, 0.0)]],
        scales=[(2.0, 0.0), (5.0, 0.0)],
    )
    assert read_out(scan.volume, (10, 0, 0)).value == "20 = 0.2 g/ml SUVbw"
    assert read_out(scan.volume, (9, 0, 1)).value == "50 = 0.5 g/ml SUVbw"
    assert (scan.passport.values_unit, scan.passport.values_limits) == ("g/ml{SUVbw}", pytest.approx((0.0, 4095 * 0.05)))
    (line,) = [str(line) for line in passport_lines(scan.passport) if line.name == "values"]
    assert line == "0 – 204.75 g/ml SUVbw (RealWorldValueMappingSequence)"
    assert "Secret" not in str(scan.volume.facts) + str(scan.passport)


def test_that_a_negative_intercept_of_intensities_is_undone(tmp_path: Path) -> None:
    # stored s = intensity + 1024; value = 0.5 s - 3
    scan = series(tmp_path / "a", [[linear("mm2/s", 0.5, -3.0)]], scales=[(1.0, -1024.0)], modality="MR")
    assert read_out(scan.volume, (7, 0, 0)).value == "-1017 = 0.5 mm²/s"


def test_that_a_table_is_read_out_entry_by_entry_and_not_beyond(tmp_path: Path) -> None:
    table = [0.0, 0.1, 0.4, 0.9, 1.6]
    scan = series(tmp_path / "a", [[mapping("ms", first=2, last=6, RealWorldValueLUTData=table)]], modality="MR")
    shown = [read_out(scan.volume, (i, 0, 0)).value for i in range(1, 8)]
    assert shown == ["1", "2 = 0 ms", "3 = 0.1 ms", "4 = 0.4 ms", "5 = 0.9 ms", "6 = 1.6 ms", "7"]


def test_that_slices_that_mean_different_things_show_no_value_and_say_so(tmp_path: Path) -> None:
    scan = series(tmp_path / "a", [[linear("Bq/ml", 1.0, 0.0)], [linear("Bq/ml", 2.0, 0.0)]])
    assert read_out(scan.volume, (3, 0, 0)).value == "3"
    assert ("real_world_varies", "amber") in [(f.code, f.severity) for f in scan.findings]
    assert scan.passport.values_limits is None
    scan = series(tmp_path / "b", [[linear("Bq/ml", 1.0, 0.0)], []])
    assert "real_world_varies" in [f.code for f in scan.findings]


@pytest.mark.parametrize(
    "item",
    [
        linear("Meyer", 1.0, 0.0),
        linear("g/ml{Meyer}", 1.0, 0.0),
        linear("mm2/s", 1.0, 0.0, scheme="99LOCAL"),
        mapping("mm2/s"),
        linear("mm2/s", 1.0, 0.0, first=20, last=10),
        mapping("mm2/s", first=0, last=9, RealWorldValueLUTData=[1.0, 2.0]),
        mapping("mm2/s", first=0, last=1, RealWorldValueLUTData=[1.0, float("nan")]),
    ],
)
def test_that_a_mapping_with_an_unknown_unit_or_without_sense_is_left_out(tmp_path: Path, item: Dataset) -> None:
    scan = series(tmp_path / "a", [[item]], modality="MR")
    assert read_out(scan.volume, (3, 0, 0)).value == "3"
    assert "Meyer" not in str(scan.volume.facts) + str(scan.passport) + str(scan.findings)


def test_that_of_several_mappings_those_of_the_first_known_unit_count(tmp_path: Path) -> None:
    items = [
        linear("{person}", 9.0, 0.0),
        linear("g/ml{SUVlbm}", 0.5, 0.0, last=9),
        linear("g/ml{SUVbw}", 7.0, 0.0),
        linear("g/ml{SUVlbm}", 1.0, 0.0, first=20),
    ]
    scan = series(tmp_path / "a", [items])
    assert [read_out(scan.volume, (i, 0, 0)).value for i in (4, 12)] == ["4 = 2 g/ml SUVlbm", "12"]
    assert read_out(scan.volume, (5, 1, 0)).value == "21 = 21 g/ml SUVlbm"


def test_that_stored_values_with_a_sign_are_mapped_from_below_zero(tmp_path: Path) -> None:
    path = make_slice(
        tmp_path / "a.dcm", position=(0, 0, 0), pixels=(PIXELS - 100) & 0xFFFF, series="1.2.3", Modality="MR", RescaleIntercept=0,
        PixelRepresentation=1, RealWorldValueMappingSequence=[linear("Cel", 0.1, 37.0, first=-100, last=100)],
    )  # fmt: skip
    assert read_out(read_scan(find_scans(path)[0]).volume, (0, 0, 0)).value == "-100 = 27 Cel"


def test_that_frames_of_one_file_say_what_their_values_mean(tmp_path: Path) -> None:
    places = [(0.0, 0.0, 3.0 * n) for n in range(3)]
    item = linear("um2/s", 0.5, 0.0)
    elements = {element.keyword: element.value for element in item}
    stored = made(tmp_path / "adc.dcm", places, groups=lambda _n: {"RealWorldValueMappingSequence": elements})
    scan = read_scan(find_scans(tmp_path / "adc.dcm")[0])
    assert read_out(scan.volume, (1, 0, 2)).value == f"{stored[2, 0, 1]} = {stored[2, 0, 1] * 0.5:.4g} um²/s"
    assert scan.passport.values_unit == "um2/s"


def test_that_facts_keep_it_and_damaged_facts_say_nothing() -> None:
    one = RealWorld("mm2/s", (((0.0, 10.0), (1.0, 2.0)),))
    assert real_world_in({"real-world values": one.as_text()}) == one
    for text in ("", "{}", "[]", '{"unit": "mm", "parts": [[[0], []]]}', '{"unit": "mm", "parts": [[["a"], ["b"]]]}'):
        assert real_world_in({"real-world values": text}) is None
    assert Passport.from_json(Passport("green", values_unit="ms", values_limits=(0.0, 1.0)).as_json()).values_limits == (0.0, 1.0)


def test_that_units_of_pictures_are_known_and_other_words_are_not() -> None:
    for code in ("1", "%", "g/ml{SUVbw}", "g/ml", "Bq/ml", "kBq/ml", "mm2/s", "um2/s", "10-6.mm2/s", "ms", "/s", "{ratio}"):
        assert known_unit(code), code
    for code in ("", "Smith", "m m", "mm2/Smith", "{Smith}", "g/ml{Smith}", "s" * 40):
        assert not known_unit(code), code
    assert [unit_in_words(code) for code in ("1", "mm2/s", "g/ml{SUVbw}", "[hnsf'U]", "10-6.mm2/s")] == [
        "", "mm²/s", "g/ml SUVbw", "HU", "10-6.mm²/s",
    ]  # fmt: skip


# windows of tables


def voi(entries: list[int], *, first: int = 0, bits: int = 12) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(entries), first, bits])
    item.add_new("LUTData", "US", entries)
    return item


def window_of(path: Path, item: Dataset, **tags: Any) -> Window | None:
    made_at = make_slice(
        path, position=(0, 0, 0), pixels=PIXELS, series="1.2.3", Modality="MR", RescaleIntercept=0, VOILUTSequence=[item], **tags
    )
    header = read_header(made_at)
    assert header is not None
    stated = [header.facts.get(name) for name in STATED_WINDOW]
    return None if None in stated else Window(*(float(value) for value in stated if value is not None))


def test_that_a_table_of_greys_gives_the_window_that_it_spans(tmp_path: Path) -> None:
    # 256 entries from 100 on: black at 100, white at 355; by C.11.2.1.2.1 that is a width of 256 around 228
    assert window_of(tmp_path / "a.dcm", voi(list(range(256)), first=100)) == Window(228.0, 256.0)


def test_that_flat_ends_of_a_table_are_no_part_of_the_window(tmp_path: Path) -> None:
    # it rises from entry 50 (stored 50) to entry 149 (stored 149): 100 values, the middle between 99 and 100
    entries = [0] * 50 + list(range(100)) + [99] * 106
    assert window_of(tmp_path / "a.dcm", voi(entries)) == Window(100.0, 100.0)


def test_that_a_table_below_zero_and_a_falling_one_are_understood(tmp_path: Path) -> None:
    assert window_of(tmp_path / "a.dcm", voi(list(range(200)), first=-100), PixelRepresentation=1) == Window(0.0, 200.0)
    assert window_of(tmp_path / "b.dcm", voi(list(range(200))[::-1], first=0)) == Window(100.0, 200.0)
    turned = voi(list(range(200)))
    turned.add_new("LUTDescriptor", "US", [200, 65536 - 100, 12])
    assert window_of(tmp_path / "c.dcm", turned, PixelRepresentation=1) == Window(0.0, 200.0)


@pytest.mark.parametrize("item", [voi([7] * 20), Dataset(), voi([])])
def test_that_a_table_of_one_grey_or_a_damaged_one_gives_no_window(tmp_path: Path, item: Dataset) -> None:
    assert window_of(tmp_path / "a.dcm", item) is None


def test_that_a_table_that_promises_more_entries_than_it_has_gives_no_window(tmp_path: Path) -> None:
    item = voi([1, 2, 3])
    item.add_new("LUTDescriptor", "US", [300, 0, 12])
    assert window_of(tmp_path / "a.dcm", item) is None


def test_that_a_stated_window_goes_before_the_table(tmp_path: Path) -> None:
    assert window_of(tmp_path / "a.dcm", voi(list(range(256))), WindowCenter=40, WindowWidth=80) == Window(40.0, 80.0)
    assert window_of(tmp_path / "b.dcm", voi(list(range(256))), PhotometricInterpretation="MONOCHROME1") is None
