"""Damaged and hostile capsules of every kind, made from a sound one: (what was done, bytes)."""

from __future__ import annotations

import copy
import io
import json
import random
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save

from gf_desktop.capsule.container import write_container
from gf_desktop.capsule.signing import sign_document

Case = tuple[str, bytes]
WEIGHTS = ("student.safetensors", "teacher.safetensors", "paraphrasers.safetensors")
DAY = (1980, 1, 1, 0, 0, 0)
EVIL_NAMES = [
    "../evil", "../../evil", "..", ".", "/etc/evil", "/evil", "C:\\evil", "C:/evil", "..\\evil", "\\\\server\\share\\evil", "a/../../evil",
    "student.onnx/../../evil", "./student.onnx", "student.onnx/", "folder/", "STUDENT.ONNX", "con", "student.onnx ",
    "~/evil", "$HOME/evil", "%TEMP%\\evil", "card.json", "evil.pkl", "__init__.py", "student.onnx:stream", "é.onnx", "\u202exnno.tneduts",
]  # fmt: skip


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the members of a sound capsule."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text_of(document: Any) -> bytes:
    """Return a document as a capsule writes it."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def packed(parts: dict[str, bytes]) -> bytes:
    """Return members as a capsule's archive."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        write_container(path, parts)
        return path.read_bytes()


def described(parts: dict[str, bytes], **files: bytes) -> bytes:
    """Return the capsule with other files, whose hashes and sizes its description states as they are."""
    new = parts | files
    document = json.loads(parts["capsule.json"])
    document["files"] = {n: {"sha256": sha256(new[n]).hexdigest(), "size": len(new[n])} for n in document["files"]}
    return packed(new | {"capsule.json": text_of(document)})


def zipped(members: list[tuple[zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    """Return an archive as another program writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for info, content in members:
            info.compress_type = method if info.compress_type == zipfile.ZIP_STORED else info.compress_type
            archive.writestr(info, content)
        archive.comment = comment
    return stream.getvalue()


def _infos(parts: dict[str, bytes]) -> list[tuple[zipfile.ZipInfo, bytes]]:
    return [(zipfile.ZipInfo(name, DAY), content) for name, content in parts.items()]


def damaged(data: bytes) -> Iterator[Case]:
    """Bits turned, ends cut off, pieces doubled, and something before or behind."""
    rng = random.Random(6)
    for _ in range(150):
        at, bit = rng.randrange(len(data)), rng.randrange(8)
        yield f"bit {bit} of byte {at} turned", data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
    for size in {0, 1, 21, 22, 30, 60, len(data) - 1, len(data) - 22, *(rng.randrange(len(data)) for _ in range(40))}:
        yield f"cut to {size} bytes", data[:size]
    for extra in (b"\x00", b"PK", b"#!/bin/sh\n", data, data[-22:], bytes(70_000)):
        yield "something behind", data + extra
        yield "something before", extra + data
    for _ in range(10):
        at, size = rng.randrange(len(data)), rng.randrange(1, 200)
        yield "bytes taken out", data[:at] + data[at + size :]
        yield "bytes put in", data[:at] + rng.randbytes(size) + data[at:]


def archives(parts: dict[str, bytes]) -> Iterator[Case]:
    """Names that lead elsewhere, links, what is twice, compressed, encrypted, huge, or of another order."""
    for name in EVIL_NAMES:
        yield f"a file more, {name!r}", zipped([*_infos(parts), (zipfile.ZipInfo(name, DAY), b"evil")])
        renamed = [(zipfile.ZipInfo(name, DAY) if n == "teacher.safetensors" else zipfile.ZipInfo(n, DAY), c) for n, c in parts.items()]
        yield f"a file renamed, {name!r}", zipped(renamed)
    for victim in parts:
        yield f"{victim} left out", zipped([(i, c) for i, c in _infos(parts) if i.filename != victim])
        yield f"{victim} empty", packed(parts | {victim: b""})
        for what, mode in (("link", 0o120777), ("folder", 0o040755), ("device", 0o060666), ("pipe", 0o010666)):
            infos = _infos(parts)
            for info, _content in infos:
                info.external_attr = (mode if info.filename == victim else 0o100644) << 16
            yield f"{victim} is a {what}", zipped(infos)
        infos = _infos(parts)
        for info, _content in infos:
            info.compress_type = zipfile.ZIP_DEFLATED if info.filename == victim else zipfile.ZIP_STORED
        yield f"{victim} compressed", zipped(infos)
        bomb = [(i, bytes(30 << 20) if i.filename == victim else c) for i, c in _infos(parts)]
        yield f"{victim} is a bomb", zipped(bomb, zipfile.ZIP_DEFLATED)
        yield f"{victim} twice", _twice(parts, victim)
        for what, at_local, at_central, value in (
            ("encrypted", 6, 8, 1),
            ("with sizes behind", 6, 8, 8),
            ("of another method", 8, 10, 99),
            ("of a later version", 4, 6, 63),
        ):
            yield f"{victim} {what}", _patched(packed(parts), victim, at_local, at_central, struct.pack("<H", value))
        for what, at_local, at_central in (("huge", 22, 24), ("packed to more", 18, 20)):
            for value in (0xFFFFFFFF, 0x7FFFFFFF, 0):
                yield f"{victim} {what}, {value}", _patched(packed(parts), victim, at_local, at_central, struct.pack("<I", value))
    order = list(parts.items())
    for turn in range(1, len(order)):
        yield f"order turned by {turn}", zipped([(zipfile.ZipInfo(n, DAY), c) for n, c in order[turn:] + order[:turn]])
    yield "a comment", zipped(_infos(parts), comment=b"hello")
    yield "no members", zipped([])
    end = packed(parts)
    yield "65535 members", end[:-14] + b"\xff\xff\xff\xff" + end[-10:]
    yield "list at 4 GiB", end[:-6] + b"\xff\xff\xff\xff" + end[-2:]


def _twice(parts: dict[str, bytes], victim: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, DAY), content)
        # under another name first: the library warns of a second one
        twin = zipfile.ZipInfo("x" * len(victim), DAY)
        archive.writestr(twin, parts[victim])
    return stream.getvalue().replace(b"x" * len(victim), victim.encode())


def _patched(data: bytes, victim: str, at_local: int, at_central: int, value: bytes) -> bytes:
    """Return an archive with a field of both headers of a member replaced."""
    patched, name = bytearray(data), victim.encode()
    for mark, name_at, at in ((b"PK\x03\x04", 30, at_local), (b"PK\x01\x02", 46, at_central)):
        start = -1
        while (start := data.find(mark, start + 1)) >= 0:
            if data[start + name_at : start + name_at + len(name)] == name:
                patched[start + at : start + at + len(value)] = value
    return bytes(patched)


def swapped(parts: dict[str, bytes]) -> Iterator[Case]:
    """Members in each other's place, and of other content than the description states."""
    names = [name for name in parts if name != "capsule.json"]
    for number, first in enumerate(names):
        yield f"{first} is another file", packed(parts | {first: parts[first][:-1] + bytes([parts[first][-1] ^ 1])})
        yield f"{first} is longer", packed(parts | {first: parts[first] + b"x"})
        for second in names[number + 1 :]:
            yield f"{first} and {second} swapped", packed(parts | {first: parts[second], second: parts[first]})
            yield (
                f"the same with right hashes, {first} and {second}",
                (
                    described(parts, **{first: parts[second], second: parts[first]})
                    if {first, second} - set(WEIGHTS)
                    else packed(parts | {first: parts[second] + b"x"})
                ),
            )
    document = json.loads(parts["capsule.json"])
    for name in document["files"]:
        for field, value in (("sha256", "0" * 64), ("sha256", "zz"), ("size", 1), ("size", -1), ("size", 2**70), ("more", 1)):
            wrong = copy.deepcopy(document)
            wrong["files"][name][field] = value
            yield f"{field} of {name} is {value}", packed(parts | {"capsule.json": json.dumps(wrong).encode()})


def descriptions(parts: dict[str, bytes]) -> Iterator[Case]:
    """Descriptions with values that are none, too many, too deep, too large, unknown, missing, or twice."""

    def told(text: bytes) -> bytes:
        return packed(parts | {"capsule.json": text})

    sound = parts["capsule.json"]
    document = json.loads(sound)
    marked, wide = b"\xef\xbb\xbf" + sound, sound.decode().encode("utf-16")
    for text in (b"", b"{", b"[]", b"null", b"1", marked, wide, b"\xff" + sound, sound + b" ", sound + sound):
        yield f"not JSON, {text[:8]!r}", told(text or b" ")
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 400, b"1e400", b"9" * 5000, b"0x10", b"01", b"+1", b".5"):
        for field in (b'"mean_dice": 0.5', b'"mean": 0.0', b'"std": 1.0', b'"multiple": 32', b'"context": 0'):
            assert field in sound
            yield f"{number[:9]!r} for {field!r}", told(sound.replace(field, field.split(b":")[0] + b": " + number))
    for depth in (20, 1000, 100_000):
        deep = b"[" * depth + b"]" * depth
        yield f"{depth} deep", told(sound.replace(b'"mean_dice": 0.5', b'"mean_dice": ' + deep))
        objects = b'{"a":' * depth + b"1" + b"}" * depth
        yield f"{depth} deep in objects", told(sound.replace(b'"mean_dice": 0.5', b'"mean_dice": ' + objects))
        yield f"{depth} open", told(sound.replace(b'"mean_dice": 0.5', b'"mean_dice": ' + b"[" * depth))
    for path, values in {
        ("kind",): ["", "another", 1, None],
        ("format",): [0, 2, 99, -1, "1", 1.5],
        ("program",): [1, "x" * 300],
        ("gate",): [[], "x", {"reason": "x" * 20_000}, {"x": [0] * 250_000}],
        ("lineage",): [{}, [1], [{"id": "../x", "files": {}}], [{"id": "a", "files": {}}] * 1001],
        ("data",): [{}, [], {"scans": []}],
        ("files",): [{}, {"../evil": {"sha256": "0" * 64, "size": 1}}, {"capsule.json": {"sha256": "0" * 64, "size": 1}}],
        ("model", "id"): ["", ".", "..", "../x", "a/b", "a\\b", "-rf", "x" * 81, "é", "a\nb", "a\n", 1, None],
        ("model", "parent"): ["..", "a/b", 1],
        ("model", "title"): [1, "x" * 201],
        ("model", "modality"): [1, "x" * 33],
        ("model", "structures"): [[], {}, document["model"]["structures"] * 2, [{"id": 0, "name": "a", "color": "#000000"}],
                                  [{"id": 256, "name": "a", "color": "#000000"}], [{"id": 1, "name": "", "color": "#000000"}],
                                  [{"id": 1, "name": "a", "color": "red"}], [{"id": 1, "name": "a", "color": "#000000"}]],
        ("model", "preprocess", "slicing"): ["", "sideways", 1],
        ("model", "preprocess", "window"): [[1.0, 0.0], [0.0], [0.0, 1.0, 2.0], None, [0.0, 1e300]],
        ("model", "preprocess", "std"): [0.0, -1.0],
        ("model", "preprocess", "context"): [-1, 1, 17],
        ("model", "preprocess", "colour"): [True, 1],
        ("model", "preprocess", "multiple"): [0, 513, 1.5],
        ("model", "preprocess", "spacing_mm"): [-1.0, 1e9],
        ("model", "student"): [[], "x"],
        ("model", "metrics"): [[], {"mean_dice": 1e19}],
        ("model", "unknown"): [1],
        ("unknown",): [1],
    }.items():  # fmt: skip
        for value in values:
            wrong = copy.deepcopy(document)
            place = wrong
            for name in path[:-1]:
                place = place[name]
            place[path[-1]] = value
            yield f"{'.'.join(path)} is {str(value)[:30]}", told(text_of(wrong))
    for name in document:
        yield f"without {name}", told(text_of({n: v for n, v in document.items() if n != name}))
    for name in document["model"]:
        yield f"model without {name}", told(text_of(document | {"model": {n: v for n, v in document["model"].items() if n != name}}))
    yield "kind twice", told(sound.replace(b'"kind"', b'"kind": "graph-flow-desktop capsule",\n "kind"', 1))
    yield "other spaces", told(json.dumps(document).encode())


def students(parts: dict[str, bytes]) -> Iterator[Case]:
    """Students that are no network of ours, or that reach outside their file."""
    model = onnx.load_from_string(parts["student.onnx"])

    def changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
        other = onnx.ModelProto()
        other.CopyFrom(model)
        change(other)
        return described(parts, **{"student.onnx": other.SerializeToString()})

    def outside(location: str) -> Callable[[onnx.ModelProto], None]:
        def change(other: onnx.ModelProto) -> None:
            tensor = other.graph.initializer[0]
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            entry = tensor.external_data.add()
            entry.key, entry.value = "location", location

        return change

    for location in ("/etc/passwd", "../../evil", "student.safetensors", "C:\\evil", ""):
        yield f"weights outside, {location}", changed(outside(location))
    yield "outside by a list alone", changed(lambda m: m.graph.initializer[0].external_data.add())
    yield "outside by a mark alone", changed(lambda m: setattr(m.graph.initializer[0], "data_location", TensorProto.EXTERNAL))
    for domain in ("com.microsoft", "evil", "ai.onnx.ml"):
        yield f"domain {domain}", changed(lambda m, d=domain: setattr(m.graph.node[0], "domain", d))
        yield f"operators of {domain}", changed(lambda m, d=domain: m.opset_import.append(helper.make_opsetid(d, 1)))
        yield f"only operators of {domain}", changed(lambda m, d=domain: setattr(m.opset_import[0], "domain", d))
    for version in (0, 1, 99):
        yield f"operators of version {version}", changed(lambda m, v=version: setattr(m.opset_import[0], "version", v))
    for kind in ("If", "Loop", "Scan", "Expand", "Tile", "Range", "RandomNormal", "Evil", ""):
        yield f"operator {kind}", changed(lambda m, k=kind: setattr(m.graph.node[0], "op_type", k))
    empty = helper.make_graph([], "g", [], [])
    yield "a branch", changed(lambda m: m.graph.node[0].attribute.append(helper.make_attribute("then_branch", empty)))
    yield "branches", changed(lambda m: m.graph.node[0].attribute.append(helper.make_attribute("branches", [empty])))
    hidden = numpy_helper.from_array(np.zeros(1, np.float32), "x")
    hidden.data_location = TensorProto.EXTERNAL
    yield "weights outside in a setting", changed(lambda m: m.graph.node[0].attribute.append(helper.make_attribute("value", hidden)))
    yield "a function", changed(lambda m: m.functions.append(helper.make_function("d", "f", [], [], [], [helper.make_opsetid("", 17)])))
    yield "a training", changed(lambda m: m.training_info.add())
    yield "sparse weights", changed(lambda m: m.graph.sparse_initializer.add())
    yield "weights of 2^60 numbers", changed(lambda m: m.graph.initializer[0].dims.__setitem__(0, 1 << 60))
    yield "weights of −1 numbers", changed(lambda m: m.graph.initializer[0].dims.__setitem__(0, -1))
    yield "weights cut off", changed(lambda m: setattr(m.graph.initializer[0], "raw_data", m.graph.initializer[0].raw_data[:-1]))
    yield "no operators", changed(lambda m: m.graph.ClearField("node"))
    yield "no input", changed(lambda m: m.graph.ClearField("input"))
    yield "another name of the input", changed(lambda m: setattr(m.graph.input[0], "name", "evil"))
    yield "two outputs", changed(lambda m: m.graph.output.append(m.graph.output[0]))
    yield "no graph", changed(lambda m: m.ClearField("graph"))
    yield "a tensor of 4 TB", described(parts, **{"student.onnx": _large(10_000)})
    yield "a tensor of 2 GB", described(parts, **{"student.onnx": _large(800)})
    yield "fewer classes than structures", described(parts, **{"student.onnx": _classes(2)})
    yield "no numbers as an answer", described(parts, **{"student.onnx": _classes(3, float("nan"))})
    for text in (b"\x00", b"\xff" * 20, b"\x08", b"\x3a\xff\xff\xff\xff\x7f", b"\x0b" * 9, b"evil", b"\x80" * 40):
        yield f"not ONNX, {text[:6]!r}", described(parts, **{"student.onnx": text})
    for at in range(1, len(parts["student.onnx"]), len(parts["student.onnx"]) // 12):
        yield f"student cut to {at}", described(parts, **{"student.onnx": parts["student.onnx"][:at]})


def _classes(count: int, weight: float = 1.0) -> bytes:
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "w"], ["logits"])],
        "g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["b", 1, "h", "w"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", count, "h", "w"])],
        [numpy_helper.from_array(np.full((count, 1, 1, 1), weight, np.float32), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def _large(side: int) -> bytes:
    """Return a sound student that makes a cube of this side out of three numbers."""
    graph = helper.make_graph(
        [
            helper.make_node("ConstantOfShape", ["shape"], ["cube"]),
            helper.make_node("ReduceMean", ["cube"], ["mean"], keepdims=0),
            helper.make_node("Conv", ["image", "w"], ["scores"]),
            helper.make_node("Add", ["scores", "mean"], ["logits"]),
        ],
        "g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["b", 1, "h", "w"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 3, "h", "w"])],
        [numpy_helper.from_array(np.ones((3, 1, 1, 1), np.float32), "w"), numpy_helper.from_array(np.full(3, side), "shape")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def weights(parts: dict[str, bytes]) -> Iterator[Case]:
    """Weights whose header lies."""
    sound = save({"a": np.zeros(4, np.float32)})

    def file_of(header: Any, body: bytes = bytes(16), *, length: int | None = None) -> bytes:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(text) if length is None else length) + text + body

    def entry(**changes: Any) -> dict[str, Any]:
        return {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]} | changes

    files: list[tuple[str, bytes]] = [
        ("overlapping", file_of({"a": entry(), "b": entry()})),
        ("overlapping by half", file_of({"a": entry(), "b": entry(data_offsets=[8, 24])}, bytes(24))),
        ("with a gap", file_of({"a": entry(data_offsets=[4, 20])}, bytes(20))),
        ("beyond the end", file_of({"a": entry()}, bytes(8))),
        ("with a rest", file_of({"a": entry()}, bytes(20))),
        ("turned offsets", file_of({"a": entry(data_offsets=[16, 0])})),
        ("negative offsets", file_of({"a": entry(data_offsets=[-16, 0])})),
        ("offsets that are none", file_of({"a": entry(data_offsets=[0, 16.0])})),
        ("three offsets", file_of({"a": entry(data_offsets=[0, 8, 16])})),
        ("true as an offset", file_of({"a": entry(data_offsets=[False, 16])})),
        ("another shape", file_of({"a": entry(shape=[5])})),
        ("a huge shape", file_of({"a": entry(shape=[1 << 39, 1 << 39])})),
        ("a negative shape", file_of({"a": entry(shape=[-4])})),
        ("many axes", file_of({"a": entry(shape=[1] * 100 + [4])})),
        ("unknown numbers", file_of({"a": entry(dtype="OBJECT")})),
        ("no entries", file_of({})),
        ("a list", file_of([])),
        ("no JSON", file_of(b"{")),
        ("deep JSON", file_of(b"[" * 100_000)),
        ("huge numbers", file_of(b'{"a": ' + b"9" * 9000 + b"}")),
        ("a long header", file_of({"a": entry()}, length=1 << 60)),
        ("a header of 2^64", file_of({"a": entry()}, length=(1 << 64) - 1)),
        ("a header beyond the file", file_of({"a": entry()}, length=5000)),
        ("nothing", b"\x00"),
        ("pickle", b"\x80\x04\x95"),
        ("cut", sound[:-1]),
    ]
    for name in WEIGHTS:
        for what, content in files:
            yield f"{name}: {what}", described(parts, **{name: content})


def slices(parts: dict[str, bytes]) -> Iterator[Case]:
    """Labelled slices with objects, bombs, and other names."""
    arrays = {
        "images": np.zeros((2, 1, 32, 32), np.float16),
        "labels": np.zeros((2, 32, 32), np.uint8),
        "regions": np.zeros((2, 32, 32), np.uint8),
        "validation": np.zeros(2, np.uint8),
    }

    def file_of(**changes: Any) -> bytes:
        stream = io.BytesIO()
        np.savez_compressed(stream, **{name: array for name, array in (arrays | changes).items() if array is not None})
        return stream.getvalue()

    def raw(name: str, content: bytes) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, array in arrays.items():
                inner = io.BytesIO()
                np.lib.format.write_array(inner, array)
                archive.writestr(f"{key}.npy", content if key == name else inner.getvalue())
        return stream.getvalue()

    header = b"\x93NUMPY\x01\x00"
    huge = b"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999,), }\n"
    objects = b"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n"
    for what, content in (
        ("no archive", b"evil"),
        ("an array missing", file_of(regions=None)),
        ("an array more", file_of(evil=np.zeros(3))),
        ("a name that leads elsewhere", file_of(**{"../evil": np.zeros(3)})),
        ("other shapes", file_of(labels=np.zeros((3, 32, 32), np.uint8))),
        ("other numbers", file_of(labels=np.zeros((2, 32, 32), np.float32))),
        ("complex numbers", file_of(images=np.zeros((2, 1, 32, 32), np.complex64))),
        ("texts", file_of(validation=np.array(["a", "b"]))),
        ("a huge shape", raw("labels", header + struct.pack("<H", len(huge)) + huge)),
        ("objects", raw("validation", header + struct.pack("<H", len(objects)) + objects + b"\x80\x04N.")),
        ("no array", raw("labels", b"evil")),
        ("a header of nonsense", raw("labels", header + struct.pack("<H", 9) + b"__import_" + bytes(9))),
        ("a bomb", raw("labels", bytes(300 << 20))),
        ("cut", file_of()[:-30]),
    ):
        yield f"replay.npz: {what}", described(parts, **{"replay.npz": content})


def signatures(parts: dict[str, bytes]) -> Iterator[Case]:
    """Signatures of another capsule, of another key, turned, cut, or none."""
    key, other = bytes(range(32)), bytes(32)
    sound = sign_document(key, parts["capsule.json"])
    yield "signature of another capsule", packed(parts | {"signature.json": sign_document(key, parts["capsule.json"] + b" ")})
    mixed = json.loads(sound) | {"public_key": json.loads(sign_document(other, b""))["public_key"]}
    yield "signature under another's key", packed(parts | {"signature.json": msgspec.json.encode(mixed) + b"\n"})
    changed = json.loads(parts["capsule.json"])
    changed["model"]["title"] = "Another"
    yield "description changed after", packed(parts | {"capsule.json": text_of(changed), "signature.json": sound})
    spaced = json.dumps(json.loads(sound)).encode()
    for text in (b" ", b"{}", b"null", b"evil", sound + b" ", sound.replace(b"ed25519", b"none"), spaced, b"x" * 1000):
        yield f"signature {text[:12]!r}", packed(parts | {"signature.json": text})
    rng = random.Random(3)
    for _ in range(20):
        at = rng.randrange(len(sound) - 140, len(sound) - 8)
        digit = b"0" if sound[at : at + 1] != b"0" else b"1"
        yield f"digit {at} of the signature changed", packed(parts | {"signature.json": sound[:at] + digit + sound[at + 1 :]})


def every(data: bytes) -> dict[str, Iterator[Case]]:
    """Return all families by name."""
    parts = parts_of(data)
    return {
        "damaged": damaged(data),
        "archives": archives(parts),
        "swapped": swapped(parts),
        "descriptions": descriptions(parts),
        "students": students(parts),
        "weights": weights(parts),
        "slices": slices(parts),
        "signatures": signatures(parts),
    }
