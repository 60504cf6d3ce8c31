from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files import picture
from gf_desktop.files.picture import picture_grid, read_indexed, read_picture

RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (20, 30, 3), dtype=np.uint8)
GREY = RANDOM.integers(0, 256, (20, 30), dtype=np.uint8)
DEEP = RANDOM.integers(0, 65536, (20, 30)).astype(np.uint16)


def saved(path: Path, image: Image.Image, **more: object) -> Path:
    image.save(path, **more)
    return path


@pytest.mark.parametrize(("pixels", "dtype"), [(COLOUR, np.uint8), (GREY, np.uint8), (DEEP, np.uint16)])
def test_that_a_png_is_read_bit_for_bit(tmp_path: Path, pixels: np.ndarray, dtype: type) -> None:
    read, findings = read_picture(saved(tmp_path / "a.png", Image.fromarray(pixels)))
    assert read.dtype == dtype
    assert np.array_equal(read[0], pixels)
    assert [(f.code, f.severity) for f in findings] == [("spacing_unknown", "green")]


def test_that_a_jpeg_is_read_as_it_looks(tmp_path: Path) -> None:
    smooth = np.broadcast_to(np.linspace(0, 255, 64).astype(np.uint8)[:, None, None], (64, 64, 3))
    read, _ = read_picture(saved(tmp_path / "a.jpg", Image.fromarray(smooth), quality=95))
    assert read.shape == (1, 64, 64, 3)
    assert np.abs(read[0].astype(int) - smooth).max() <= 4


def test_that_a_photograph_is_turned_upright_as_the_camera_noted(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    read, findings = read_picture(saved(tmp_path / "a.png", Image.fromarray(COLOUR), exif=exif))
    assert np.array_equal(read[0], np.rot90(COLOUR, -1))
    assert "turned_upright" in [f.code for f in findings]


@pytest.mark.parametrize(("alpha", "told"), [(255, False), (128, True)])
def test_that_transparency_is_left_out_and_told(tmp_path: Path, *, alpha: int, told: bool) -> None:
    layered = np.dstack([COLOUR, np.full((20, 30), alpha, np.uint8)])
    read, findings = read_picture(saved(tmp_path / "a.png", Image.fromarray(layered)))
    assert np.array_equal(read[0], COLOUR)
    assert ("transparency_ignored" in [f.code for f in findings]) is told


def test_that_a_palette_of_greys_is_grey_and_one_of_colours_is_colour(tmp_path: Path) -> None:
    indexed = Image.fromarray(GREY % 4).convert("P")
    indexed.putpalette([0, 0, 0, 80, 80, 80, 160, 160, 160, 255, 255, 255])
    assert np.array_equal(read_picture(saved(tmp_path / "grey.png", indexed))[0][0], np.array([0, 80, 160, 255])[GREY % 4])
    indexed.putpalette([0, 0, 0, 80, 0, 80, 160, 160, 160, 255, 255, 255])
    assert read_picture(saved(tmp_path / "colour.png", indexed))[0].shape == (1, 20, 30, 3)


def test_that_black_and_white_is_grey(tmp_path: Path) -> None:
    read, _ = read_picture(saved(tmp_path / "a.png", Image.fromarray(GREY > 100)))
    assert np.array_equal(read[0], np.where(GREY > 100, 255, 0))


def test_that_indices_are_read_without_their_colours(tmp_path: Path) -> None:
    indexed = Image.fromarray(GREY % 7).convert("P")
    indexed.frombytes((GREY % 7).tobytes())
    indexed.putpalette([10, 20, 30] * 7)
    assert np.array_equal(read_indexed(saved(tmp_path / "a.png", indexed)), GREY % 7)
    assert np.array_equal(read_indexed(saved(tmp_path / "b.png", Image.fromarray(DEEP))), DEEP)


def test_that_full_colour_holds_no_labels(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="full colour"):
        read_indexed(saved(tmp_path / "a.png", Image.fromarray(COLOUR)))


@pytest.mark.parametrize("keep", [0.0, 0.2, 0.6, 0.95])
@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_that_a_truncated_picture_is_refused_by_name(tmp_path: Path, name: str, keep: float, capfd: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / name, Image.fromarray(np.tile(COLOUR, (5, 5, 1))))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(FileFormatError) as caught:
        read_picture(path)
    assert caught.value.where == str(path)
    assert capfd.readouterr() == ("", "")


def test_that_other_kinds_in_disguise_are_refused(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.gif")
    (tmp_path / "a.gif").rename(tmp_path / "a.png")
    with pytest.raises(FileFormatError, match="is none"):
        read_picture(tmp_path / "a.png")


def test_that_a_moving_picture_is_refused(tmp_path: Path) -> None:
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    with pytest.raises(FileFormatError, match="several pictures"):
        read_picture(saved(tmp_path / "a.png", frames[0], save_all=True, append_images=frames[1:]))


def test_that_a_picture_that_is_too_large_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "MAX_PIXELS", 599)
    with pytest.raises(FileFormatError, match="30 × 20 is too large"):
        read_picture(saved(tmp_path / "a.png", Image.fromarray(GREY)))


def test_that_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_picture(tmp_path / "none.png")


def test_that_a_picture_lies_with_its_left_side_at_the_patients_right() -> None:
    grid = picture_grid(30, 20)
    assert grid.size_ijk == (30, 20, 1)
    assert grid.axis_letters == ("L", "P", "S")
