from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.project import journal_format as form

SHAPE = (3, 5, 7)
ARRAYS = ("mask_bits", "before", "after", "states_before", "states_after")


@st.composite
def edits(draw: st.DrawFn) -> LabelEdit:
    many = hnp.arrays(np.uint8, SHAPE, elements=st.integers(0, 3))
    edit = LabelEdit.record(
        labels=draw(many),
        states=draw(many),
        mask=draw(hnp.arrays(bool, SHAPE)),
        box=Box.whole(SHAPE),
        new_labels=draw(st.one_of(st.integers(0, 255), many)),
        new_states=draw(st.one_of(st.integers(0, 3), many)),
        name=draw(st.text(max_size=5)),
        author=draw(st.text(max_size=3)),
    )
    if edit is None:
        edit = LabelEdit.record(
            labels=np.zeros(SHAPE, np.uint8),
            states=np.zeros(SHAPE, np.uint8),
            mask=np.ones(SHAPE, bool),
            box=Box.whole(SHAPE),
            new_labels=1,
            new_states=3,
            name="fill",
        )
    assert edit is not None
    return edit


@given(edits())
def test_that_an_edit_comes_back_from_its_record_as_it_was(edit: LabelEdit) -> None:
    kind, payload = form.pack_edit(edit, shape_kji=SHAPE, model_id="m-1")
    record = form.encode_record(kind, payload, previous=b"p" * 16)
    read_kind, read = form.check_record(b"p" * 16 + record)
    assert read_kind is kind
    assert isinstance(read, form.StrokePayload)
    again = form.unpack_edit(read, SHAPE)
    assert (again.box, again.name, again.author, again.time, read.model_id) == (edit.box, edit.name, edit.author, edit.time, "m-1")
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(again, name), getattr(edit, name))
    assert (kind is form.RecordKind.ACCEPT) == (edit.before.size == 0)


@settings(max_examples=30)
@given(
    size=st.sampled_from([0, 1, 33, 4095, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 200_003]),
    seed=st.integers(0, 9),
    noisy=st.sampled_from([0.0, 0.001, 1.0]),
)
def test_that_bytes_come_back_however_they_are_filled(size: int, seed: int, noisy: float) -> None:
    random = np.random.default_rng(seed)
    array = np.full(size, random.integers(256), np.uint8)
    array[size // 2 :] = 3
    where = random.random(size) < noisy
    array[where] = random.integers(0, 256, int(where.sum()), dtype=np.uint8)
    packed = form.pack_bytes(array)
    np.testing.assert_array_equal(form.unpack_bytes(packed, size), array)
    assert len(packed) <= size + size // 100 + 64


def test_that_a_uniform_mask_of_a_whole_scan_takes_hardly_any_room() -> None:
    assert len(form.pack_bytes(np.full(20_000_000, 255, np.uint8))) < 1_000


@given(st.binary(max_size=60), st.integers(0, 70_000))
def test_that_foreign_bytes_are_an_array_of_that_size_or_refused(packed: bytes, size: int) -> None:
    try:
        array = form.unpack_bytes(packed, size)
    except ValueError:
        return
    assert array.size == size


@pytest.mark.parametrize("size", [100, 70_000])
@pytest.mark.parametrize("change", ["shorter", "longer", "other size", "larger size"])
def test_that_a_packed_array_of_another_length_is_refused(size: int, change: str) -> None:
    packed = form.pack_bytes(np.arange(size, dtype=np.uint8) % 7)
    if change == "shorter":
        packed = packed[:-5]
    elif change == "longer":
        packed = bytes([0]) + packed + b"more" * size
    with pytest.raises(ValueError, match="array"):
        form.unpack_bytes(packed, size - 1 if change == "other size" else size * 2 if change == "larger size" else size)


@given(edits(), st.integers(0, 10_000), st.integers(0, 7))
def test_that_a_record_with_any_bit_flipped_is_refused(edit: LabelEdit, place: int, bit: int) -> None:
    kind, payload = form.pack_edit(edit, shape_kji=SHAPE)
    block = bytearray(b"p" * 16 + form.encode_record(kind, payload, previous=b"p" * 16))
    block[place % len(block)] ^= 1 << bit
    with pytest.raises(ValueError, match="checksum"):
        form.check_record(bytes(block))


def _edit(**changes: object) -> LabelEdit:
    parts: dict[str, object] = {
        "box": Box((0, 0, 0), (1, 2, 3)),
        "mask_bits": np.packbits(np.array([1, 0, 1, 0, 0, 0], np.uint8)),
        "before": np.array([1, 2], np.uint8),
        "after": np.array([3], np.uint8),
        "states_before": np.array([0], np.uint8),
        "states_after": np.array([3], np.uint8),
        "name": "brush",
    }
    return LabelEdit(**(parts | changes))  # type: ignore[arg-type]


NOTHING = np.zeros(0, np.uint8)


@pytest.mark.parametrize(
    "changes",
    [
        {"box": Box((0, 0, 0), (4, 2, 3))},
        {"box": Box((0, 2, 0), (1, 2, 3))},
        {"mask_bits": np.array([0b10100001], np.uint8)},
        {"mask_bits": np.array([0], np.uint8)},
        {"mask_bits": np.array([0b10100000, 0], np.uint8)},
        {"before": np.array([1, 2, 3], np.uint8)},
        {"before": NOTHING},
        {"before": NOTHING, "after": NOTHING, "states_before": NOTHING, "states_after": NOTHING},
    ],
    ids=["box too large", "empty box", "bits outside", "no voxel", "mask too long", "too many values", "no old values", "nothing"],
)
def test_that_an_edit_that_does_not_fit_is_never_written(changes: dict[str, object]) -> None:
    form.pack_edit(_edit(), shape_kji=SHAPE)
    with pytest.raises(ValueError, match="an edit"):
        form.pack_edit(_edit(**changes), shape_kji=SHAPE)


def test_that_the_timeline_refuses_an_undo_of_another_stroke() -> None:
    timeline = form.Timeline(form.RevisionRef())
    _kind, stroke = form.pack_edit(_edit(), shape_kji=SHAPE)
    timeline.take(0, form.RecordKind.STROKE, stroke)
    with pytest.raises(ValueError, match="another stroke"):
        timeline.take(1, form.RecordKind.UNDO, form.Turn("", "", 5))
    with pytest.raises(ValueError, match="another stroke"):
        timeline.take(1, form.RecordKind.REDO, form.Turn("", "", 0))
    with pytest.raises(ValueError, match="carried over"):
        timeline.take(5, form.RecordKind.CARRIED, form.Carried("", "", False, stroke))


@given(st.binary(max_size=200))
def test_that_a_survey_of_foreign_bytes_trusts_none_of_them(content: bytes) -> None:
    survey = form.survey_journal(io.BytesIO(content), len(content), latest=form.RevisionRef(), name="x")
    assert (survey.header, survey.entries, survey.good_bytes) == (None, [], 0)
    assert survey.fault
