"""The student's ONNX file, read field by field before ONNX Runtime sees it.

Only what the trainer's students are made of is let through: operators of the standard from a list, weights inside the file, one input and
one output. No other library is asked: the wire format of protocol buffers is small (https://protobuf.dev/programming-guides/encoding), the
field numbers are those of onnx.proto (ONNX 1.18).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["OPERATORS", "check_student"]

# fmt: off
OPERATORS: Final = frozenset(
    {
        "Add", "ArgMax", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv",
        "ConvTranspose", "DepthToSpace", "Div", "Dropout", "Elu", "Equal", "Erf", "Exp", "Flatten", "Floor", "Gather", "Gemm",
        "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LayerNormalization",
        "LeakyRelu", "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "PRelu", "Pad", "Pow", "ReduceMean", "Relu", "Reshape", "Resize",
        "Shape", "Sigmoid", "Slice", "Softmax", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
    }
)
# fmt: on
"""Operators that a student may have. Not among them: loops, branches, and what a network for pictures has no use for."""

STANDARD_DOMAINS: Final = ("", "ai.onnx")
OPSETS: Final = range(7, 26)
MOST_NODES: Final = 20_000

Value = int | memoryview


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without end")


def _fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    """Go through the fields of a message: number, and value or bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(data, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"a field of kind {wire}")
        if at + length > len(data):
            raise ValueError("a field that is longer than the file")
        yield number, data[at : at + length]
        at += length


def _message(value: Value) -> memoryview:
    if not isinstance(value, int):
        return value
    raise ValueError("a number in the place of a message")


def _text(value: Value) -> str:
    return bytes(_message(value)).decode("utf-8")


def check_student(path: Path) -> None:
    """Check the ONNX file of a student.

    Raises
    ------
    ValueError
        With one sentence, when it is no ONNX file, has operators that no student has, functions or branches of its own, or weights
        outside the file.
    """
    try:
        _model(memoryview(path.read_bytes()))
    except _RefusedError as error:
        raise ValueError(str(error)) from None
    except (ValueError, IndexError) as error:
        raise ValueError("The student is no ONNX file, or is damaged") from error


class _RefusedError(Exception):
    """Why a file is refused, in words for people."""


def _model(data: memoryview) -> None:
    graphs: list[memoryview] = []
    opsets = 0
    for number, value in _fields(data):
        if number == 7:
            graphs.append(_message(value))
        elif number == 8:
            _opset(_message(value))
            opsets += 1
        elif number in (20, 25):
            raise _RefusedError("The student has functions or a training of its own, which no student has")
        elif not isinstance(value, int) and number > 26:
            raise ValueError(f"a field {number}")
    if len(graphs) != 1 or opsets != 1:
        raise ValueError("not one graph of one set of operators")
    _graph(graphs[0])


def _opset(data: memoryview) -> None:
    domain, version = "", 0
    for number, value in _fields(data):
        if number == 1:
            domain = _text(value)
        elif number == 2 and isinstance(value, int):
            version = value
    if domain not in STANDARD_DOMAINS:
        raise _RefusedError("The student has operators that are not of the standard")
    if version not in OPSETS:
        raise _RefusedError(f"The student's operators are of version {version}, which this program does not know")


def _graph(data: memoryview) -> None:
    nodes, names = 0, {11: list[str](), 12: list[str]()}
    for number, value in _fields(data):
        if number == 1:
            nodes += 1
            _node(_message(value))
        elif number == 5:
            _tensor(_message(value))
        elif number == 15:
            raise _RefusedError("The student has weights in a form that no student has")
        elif number in names:
            names[number].append(next((_text(v) for n, v in _fields(_message(value)) if n == 1), ""))
    if not 0 < nodes <= MOST_NODES:
        raise _RefusedError(f"The student has {nodes} operators, which none has")
    if names != {11: ["image"], 12: ["logits"]}:
        raise _RefusedError("The student does not take one image and give one answer")


def _node(data: memoryview) -> None:
    kind = domain = ""
    for number, value in _fields(data):
        if number == 4:
            kind = _text(value)
        elif number == 7:
            domain = _text(value)
        elif number == 5:
            _attribute(_message(value))
    if domain not in STANDARD_DOMAINS:
        raise _RefusedError("The student has operators that are not of the standard")
    if kind not in OPERATORS:
        shown = "".join(letter if letter.isalnum() else "?" for letter in kind[:40])
        raise _RefusedError(f"The student has the operator “{shown}”, which no student has")


def _attribute(data: memoryview) -> None:
    for number, value in _fields(data):
        if number in (6, 11, 21, 22, 23):
            raise _RefusedError("The student has branches of its own, which no student has")
        if number in (5, 10):
            _tensor(_message(value))


def _tensor(data: memoryview) -> None:
    count = 1
    for number, value in _fields(data):
        if number == 1:
            for side in [value] if isinstance(value, int) else _packed(value):
                count *= side
        elif number == 13 or (number == 14 and value != 0):
            raise _RefusedError("The student keeps weights outside its file")
        elif number == 3:
            raise _RefusedError("The student has weights in a form that no student has")
    # a number takes at least one byte
    if count > max(len(data), 1):
        raise _RefusedError("The student has weights that are larger than its file")


def _packed(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        number, at = _varint(data, at)
        yield number
