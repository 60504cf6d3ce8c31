"""Messages between desktop and trainer."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop import protocol
from gf_desktop.errors import TrainingError
from gf_desktop.protocol import PROTOCOL_VERSION, Hello, Ping, Progress, Start, Validated, decode_command, decode_event, encode_line

text = st.text(max_size=40)
number = st.floats(allow_nan=False, allow_infinity=False)
starts = st.builds(
    Start,
    run_id=text,
    manifest=text,
    parent_dir=text,
    out_dir=text,
    run_dir=text,
    candidate_id=text,
    minutes=number,
    seed=st.integers(-(2**53), 2**53),
    threads=st.integers(0, 99),
    recipe=st.dictionaries(text, st.one_of(number, text, st.booleans())),
    resume=st.booleans(),
    plan=text,
    version=st.just(PROTOCOL_VERSION),
)
progress = st.builds(
    Progress,
    stage=text,
    step=st.integers(0, 10**6),
    steps=st.integers(0, 10**6),
    fraction=number,
    elapsed_s=number,
    eta_s=number,
    losses=st.dictionaries(text, number),
)
validated = st.builds(
    Validated, step=st.integers(0, 9), who=text, mean_dice=st.none() | number, dice=st.dictionaries(text, st.none() | number)
)


@given(starts)
def test_that_a_command_comes_back_as_it_was_sent(message: Start) -> None:
    line = encode_line(message)
    assert line.count(b"\n") == 1
    assert decode_command(line) == message


@given(progress | validated)
def test_that_an_event_comes_back_as_it_was_sent(message: Progress | Validated) -> None:
    line = encode_line(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_event(line) == message


@given(st.binary(max_size=200).filter(lambda line: b"{" not in line) | st.builds(lambda n: b'{"type":"ping"}' * n, st.integers(2, 5)))
def test_that_no_nonsense_does_more_than_raise_a_clear_error(line: bytes) -> None:
    for decode in (decode_command, decode_event):
        with pytest.raises(TrainingError, match="do not understand each other"):
            decode(line)


@pytest.mark.parametrize("line", [b'{"type":"dance"}', b'{"type":"ping","loud":true}', b'{"step":1}', b"[]", b"{", b""])
def test_that_unknown_types_and_fields_are_refused(line: bytes) -> None:
    with pytest.raises(TrainingError, match="same version"):
        decode_command(line)


def test_that_another_version_is_refused_on_both_sides() -> None:
    with pytest.raises(TrainingError, match=f"version {PROTOCOL_VERSION + 1}"):
        decode_event(encode_line(Hello(PROTOCOL_VERSION + 1, 1, "cpu")))
    order = Start(run_id="r", manifest="m", parent_dir="p", out_dir="o", run_dir="d", candidate_id="c", minutes=1, version=0)
    with pytest.raises(TrainingError, match="version 0"):
        decode_command(encode_line(order))


def test_that_an_event_is_not_taken_for_a_command() -> None:
    with pytest.raises(TrainingError):
        decode_command(encode_line(Hello(PROTOCOL_VERSION, 1, "cpu")))
    with pytest.raises(TrainingError):
        decode_event(encode_line(Ping()))


def test_that_messages_which_differ_in_one_field_differ() -> None:
    first = Progress(stage="distil", step=1, steps=9, fraction=0.1, elapsed_s=1.0, eta_s=9.0)
    for name, value in {
        "stage": "check",
        "step": 2,
        "steps": 8,
        "fraction": 0.2,
        "elapsed_s": 2.0,
        "eta_s": 8.0,
        "losses": {"ce": 1.0},
    }.items():
        assert msgspec.structs.replace(first, **{name: value}) != first


def test_that_every_message_is_public_and_tagged() -> None:
    tags = [protocol.__dict__[name].__struct_config__.tag for name in protocol.__all__ if isinstance(protocol.__dict__[name], type)]
    assert len(tags) == len(set(tags)) == 17
