"""The rules that hold for every file of the project, read from its syntax trees."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

MODULE_LINES = 600
CLASS_LINES = 400
CLASS_METHODS = 30
FUNCTION_LINES = 60
MAIN_WINDOW_LINES = 400
FILE_MB = 20
REPOSITORY_MB = 120

PRODUCT = sorted([*ROOT.glob("gf_desktop/**/*.py"), *ROOT.glob("training/**/*.py")])
PYTHON = sorted([*PRODUCT, *ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/**/*.py")])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

FORBIDDEN_ATTRIBUTES = {("torch", "load"), ("torch", "save"), ("np", "fromregex")}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _nodes(paths: list[Path], *kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    for path in paths:
        for node in ast.walk(_tree(path)):
            if isinstance(node, kinds):
                yield path, node


def _lines(node: ast.AST) -> int:
    """Lines of a definition without its docstring, which is wanted long where it is needed."""
    total = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= first.end_lineno - first.lineno + 1
    return total


def _shipped_files() -> list[Path]:
    """Files that belong to the repository: known to git, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if answer.returncode != 0:
        pytest.skip("not a git checkout")
    paths = {ROOT / name for name in answer.stdout.decode().split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def test_that_there_is_something_to_check() -> None:
    assert {"gf_desktop/__main__.py", "gf_desktop/errors.py", "training/__init__.py"} <= {_name(path) for path in PRODUCT}


def test_that_no_module_is_longer_than_the_size_guide() -> None:
    limits = {"gf_desktop/gui/main_window.py": MAIN_WINDOW_LINES}
    sizes = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    assert {name: size for name, size in sizes.items() if size > limits.get(name, MODULE_LINES)} == {}


def test_that_no_class_has_more_lines_than_the_size_guide() -> None:
    assert [f"{_name(path)}:{node.name} {_lines(node)}" for path, node in _nodes(PYTHON, ast.ClassDef) if _lines(node) > CLASS_LINES] == []


def _is_property(node: ast.AST) -> bool:
    names = [d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in node.decorator_list]
    return bool({"property", "cached_property", "setter"} & set(names))


def test_that_no_class_has_more_methods_than_the_size_guide() -> None:
    found = []
    for path, node in _nodes(PRODUCT, ast.ClassDef):
        # a property is an attribute to its readers
        methods = [item for item in node.body if isinstance(item, FUNCTIONS) and not _is_property(item)]
        if len(methods) > CLASS_METHODS:
            found.append(f"{_name(path)}:{node.name} {len(methods)}")
    assert found == []


def test_that_no_function_is_longer_than_the_size_guide() -> None:
    assert [f"{_name(path)}:{node.name} {_lines(node)}" for path, node in _nodes(PYTHON, *FUNCTIONS) if _lines(node) > FUNCTION_LINES] == []


def _undocumented(body: list[ast.stmt], place: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            overrides = any(isinstance(d, ast.Name) and d.id in {"override", "overload"} for d in node.decorator_list)
            setter = any(isinstance(d, ast.Attribute) and d.attr in {"setter", "deleter"} for d in node.decorator_list)
            qt_override = re.match(r"[a-z]+[A-Z]", node.name) is not None
            if not (ast.get_docstring(node) or overrides or setter or qt_override):
                yield f"{place}:{node.name}"
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _undocumented(node.body, f"{place}:{node.name}")


def test_that_every_public_name_has_a_docstring() -> None:
    missing = [_name(path) for path in PRODUCT if not ast.get_docstring(_tree(path))]
    for path in PRODUCT:
        missing += _undocumented(_tree(path).body, _name(path))
    assert missing == []


def test_that_nothing_is_pickled() -> None:
    found = []
    for path, node in _nodes(PYTHON, ast.Import, ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        found += [f"{_name(path)}:{node.lineno} {name}" for name in names if name.split(".")[0] in FORBIDDEN_MODULES]
    for path, node in _nodes(PYTHON, ast.Attribute):
        if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in FORBIDDEN_ATTRIBUTES:
            found.append(f"{_name(path)}:{node.lineno} {node.value.id}.{node.attr}")
    for path, node in _nodes(PYTHON, ast.keyword):
        if node.arg == "allow_pickle" and not (isinstance(node.value, ast.Constant) and node.value.value is False):
            found.append(f"{_name(path)}:{node.value.lineno} allow_pickle")
    assert found == []


def test_that_every_npz_is_opened_without_pickle() -> None:
    found = []
    for path, node in _nodes(PRODUCT, ast.Call):
        function = node.func
        if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "np"):
            continue
        if function.attr == "load" and not any(keyword.arg == "allow_pickle" for keyword in node.keywords):
            found.append(f"{_name(path)}:{node.lineno}")
    assert found == []


def test_that_nobody_pumps_the_event_loop() -> None:
    calls = [(path, node) for path, node in _nodes(PRODUCT, ast.Attribute) if node.attr == "processEvents"]
    assert [f"{_name(path)}:{node.lineno}" for path, node in calls] == []


def test_that_the_product_does_not_print() -> None:
    calls = [(path, node) for path, node in _nodes(PRODUCT, ast.Call) if isinstance(node.func, ast.Name) and node.func.id == "print"]
    assert [f"{_name(path)}:{node.lineno}" for path, node in calls] == []


def test_that_no_exception_is_caught_bare() -> None:
    handlers = [(path, node) for path, node in _nodes(PYTHON, ast.ExceptHandler) if node.type is None]
    assert [f"{_name(path)}:{node.lineno}" for path, node in handlers] == []


def test_that_names_say_what_a_thing_is() -> None:
    vague = re.compile(r"(Manager|Helper|Utils?)$|^(utils?|helpers?|common|misc)$")
    classes = [f"{_name(path)}:{node.name}" for path, node in _nodes(PRODUCT, ast.ClassDef) if vague.search(node.name)]
    modules = [_name(path) for path in PRODUCT if vague.search(path.stem)]
    assert classes + modules == []


def test_that_test_names_are_sentences() -> None:
    sentence = re.compile(r"^test_that_(?!.*_(works?|correctly)(_|$))")
    found = []
    for path, node in _nodes(sorted(ROOT.glob("tests/**/test_*.py")), *FUNCTIONS):
        if node.name.startswith("test_") and not sentence.match(node.name):
            found.append(f"{_name(path)}:{node.name}")
    assert found == []


def test_that_every_resource_has_its_source_and_licence_beside_it() -> None:
    missing = []
    for path in _shipped_files():
        if ROOT / "resources" not in path.parents or path.name == "README.md":
            continue
        folders = [folder for folder in path.parents if ROOT / "resources" in folder.parents]
        texts = [(folder / "README.md").read_text(encoding="utf-8") for folder in folders if (folder / "README.md").is_file()]
        # a file is named itself, by its folder, or as one of its kind
        names = {path.name, f"*{path.suffix}", *(f"{folder.name}/" for folder in folders)}
        if not any(re.search("licen[cs]e", text, re.IGNORECASE) and any(name in text for name in names) for text in texts):
            missing.append(_name(path))
    assert missing == []


def test_that_no_file_is_larger_than_a_clone_should_carry() -> None:
    large = {_name(path): path.stat().st_size / 1e6 for path in _shipped_files() if path.stat().st_size > FILE_MB * 1e6}
    # the teacher of a pack may be twice as large as any other file
    assert {name: size for name, size in large.items() if not (name.endswith("teacher.safetensors") and size <= 2 * FILE_MB)} == {}


def test_that_the_repository_stays_small() -> None:
    assert sum(path.stat().st_size for path in _shipped_files()) / 1e6 < REPOSITORY_MB


def test_that_the_lock_pins_every_line() -> None:
    for name in ("requirements.lock", "requirements-bench.lock"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pinned = re.compile(r"^[a-z0-9-]+==[^;\s+]+(; .+)?$")
        assert [line for line in lines if not line.startswith("#") and not pinned.match(line)] == []


def test_that_the_lock_holds_what_pyproject_asks_for() -> None:
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [Requirement(text) for text in [*project["dependencies"], *extras["dev"], *extras["installer"]]]
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = [Requirement(line) for line in lines if not line.startswith("#")]
    pins = {requirement.name: next(iter(requirement.specifier)).version for requirement in locked}
    problems = []
    for requirement in wanted:
        pin = pins.get(re.sub(r"[-_.]+", "-", requirement.name).lower())
        if pin is None or not requirement.specifier.contains(pin):
            problems.append(f"{requirement} is locked to {pin}")
    assert problems == []


@pytest.mark.parametrize("module", ["gf_desktop.__main__", "gf_desktop.session", "gf_desktop.cli"])
def test_that_start_up_does_not_load_heavy_libraries(module: str) -> None:
    heavy = ["torch", "SimpleITK", "onnxruntime", "onnx", "pydicom", "nibabel", "scipy", "PySide6"]
    program = f"import sys, {module}; sys.stdout.write(' '.join(sorted(set({heavy!r}) & set(sys.modules))))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == ""
