"""Files with a few bytes changed or cut off: each opens or is refused in one line, and nothing else happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it
from PIL import Image

from gf_desktop.errors import UserError
from gf_desktop.files.masks import read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.geometry import Geometry

ROUNDS = 40
DEMO_SLICE = Path(__file__).resolve().parents[3] / "resources" / "demo" / "B_ct_dicom" / "001.dcm"
GRID = Geometry.identity((7, 6, 5))


def sound(name: str, folder: Path, dicom_slice: Callable[..., Path]) -> bytes:
    path = folder / name
    numbers = np.random.default_rng(0)
    if name == "jpeg2000.dcm":
        return DEMO_SLICE.read_bytes()
    if name == "plain.dcm":
        dicom_slice(path, position=(0, 0, 0), pixels=numbers.integers(0, 3000, (12, 16)), series="1.2.3")
    elif name.endswith(("png", "jpg")):
        Image.fromarray(numbers.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    else:
        sitk.WriteImage(sitk.GetImageFromArray(numbers.integers(0, 4, (5, 6, 7), dtype=np.uint8)), str(path))
    return path.read_bytes()


def spoiled(content: bytes, chance: random.Random) -> bytes:
    """Return a file cut off or with one to thirty bytes changed, mostly in its header."""
    if chance.random() < 0.2:
        return content[: chance.randrange(len(content))]
    changed = bytearray(content)
    reach = len(changed) if chance.random() < 0.4 else min(len(changed), 1200)
    for _ in range(chance.choice((1, 2, 5, 30))):
        place = chance.randrange(reach)
        changed[place] = chance.choice((0, 255, chance.randrange(256), changed[place] ^ 1 << chance.randrange(8)))
    return bytes(changed)


def refusal(read: Callable[[], object]) -> UserError | None:
    try:
        read()
    except UserError as error:
        return error
    return None


@pytest.mark.parametrize("name", ["plain.dcm", "jpeg2000.dcm", "a.nii", "a.nii.gz", "a.nrrd", "a.mha", "a.png", "a.jpg"])
def test_that_a_damaged_file_opens_or_is_refused_in_one_line_without_noise(
    tmp_path: Path, dicom_slice: Callable[..., Path], capfd: pytest.CaptureFixture[str], name: str
) -> None:
    chance = random.Random(name)
    content = sound(name, tmp_path, dicom_slice)
    path = tmp_path / "spoiled" / name
    path.parent.mkdir()

    def read_scans() -> None:
        for source in find_scans(path):
            read_scan(source)

    for _ in range(ROUNDS if name != "jpeg2000.dcm" else ROUNDS // 4):
        path.write_bytes(spoiled(content, chance))
        for read in (read_scans, lambda: read_mask(path, GRID)):
            told = refusal(read)
            assert told is None or ("\n" not in str(told) and told.where.startswith(str(tmp_path)))
    assert capfd.readouterr() == ("", "")
