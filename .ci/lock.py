"""Write a lock file: every direct and transitive version that pip resolves for the given requirements.

Usage: ``python .ci/lock.py OUTPUT REQUIREMENT...``. Nothing is installed. Packages that other systems need are added with
their markers, because a resolution on one system does not see them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = """\
# Every version, direct and transitive. Made by `make lock` from pyproject.toml; do not edit by hand.
# Install with: pip install -r {name}
"""

WITH_GPU_BUILD = "sys_platform != 'darwin' and (platform_machine == 'x86_64' or platform_machine == 'AMD64')"
WITHOUT_GPU_BUILD = "sys_platform == 'darwin' or (platform_machine != 'x86_64' and platform_machine != 'AMD64')"

MARKERS = {
    "onnxruntime-gpu": WITH_GPU_BUILD,
    "pexpect": "sys_platform != 'win32'",
    "ptyprocess": "sys_platform != 'win32'",
}
"""Packages of the resolution that not every system has."""

OTHER_SYSTEMS = {
    "onnxruntime-gpu": [f"onnxruntime=={{version}}; {WITHOUT_GPU_BUILD}"],
    "pyinstaller": [
        "macholib==1.16.4; sys_platform == 'darwin'",
        "pefile==2024.8.26; sys_platform == 'win32'",
        "pywin32-ctypes==0.2.3; sys_platform == 'win32'",
    ],
}
"""Package of the resolution -> lines that macOS or Windows need beside it."""

BUNDLED_CUDA = re.compile(r"^(nvidia-|cuda-|triton$)")
"""What torch's Linux build for CUDA asks for by itself; torch brings its own versions, and its CPU build needs none of it."""


def resolve(requirements: list[str]) -> dict[str, str]:
    """Return name -> version of everything that pip would install into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--quiet", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *requirements], check=True)
        document = json.loads(report.read_text(encoding="utf-8"))
    found = {item["metadata"]["name"]: item["metadata"]["version"].split("+")[0] for item in document["install"]}
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found.items()}


def lock_lines(versions: dict[str, str]) -> list[str]:
    """Return the sorted lines of the lock file."""
    lines = []
    for name, version in versions.items():
        if name == "graph-flow-desktop" or BUNDLED_CUDA.match(name):
            continue
        marker = f"; {MARKERS[name]}" if name in MARKERS else ""
        lines.append(f"{name}=={version}{marker}")
        lines += [line.format(version=version) for line in OTHER_SYSTEMS.get(name, [])]
    return sorted(lines)


def main() -> None:
    """Resolve and write."""
    output = Path(sys.argv[1])
    lines = lock_lines(resolve(sys.argv[2:]))
    output.write_text(HEADER.format(name=output.name) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{output}: {len(lines)} packages")


if __name__ == "__main__":
    main()
