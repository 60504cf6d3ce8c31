"""What lies over a scan lies where the mouse finds it, at every magnification."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from gf_desktop.gui.views.pictures import CROSS_GAP_PX, CrossItem, OverlayItem, ScanItem

WIDTH, HEIGHT = 300, 220
COLOURS = {1: (200, 40, 40), 2: (30, 220, 60), 3: (20, 60, 230)}


def lookup() -> np.ndarray:
    table = np.zeros((256, 4), np.uint8)
    for value, colour in COLOURS.items():
        table[value] = (*colour, 255)
    return table


def painted(item: object, transform: QTransform, *, ratio: float = 1.0) -> np.ndarray:
    """Return uint8 [rows, columns, 3] of an item on black, in pixels of the screen."""
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setTransform(transform)
    item.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return seen[..., 2::-1].copy()


def places(seed: int) -> tuple[QTransform, tuple[float, float]]:
    random = np.random.default_rng(seed)
    scale = float(random.uniform(0.3, 9.0))
    dx, dy = (float(v) for v in random.uniform(-30 * scale, 60, 2))
    return QTransform(scale, 0, 0, scale, dx, dy), (float(random.uniform(0.4, 2.0)), float(random.uniform(0.4, 2.0)))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("seed", range(12))
def test_that_every_pixel_of_the_screen_has_the_colour_of_the_voxel_under_its_middle(qapp, seed: int, ratio: float) -> None:
    random = np.random.default_rng(seed)
    values = np.zeros((90, 120), np.uint8)
    values[20:70, 31:101] = random.integers(0, 4, (50, 70))
    transform, (down_mm, right_mm) = places(seed)
    item = OverlayItem()
    item.show_values(values, (120 * right_mm, 90 * down_mm), lookup())
    seen = painted(item, transform, ratio=ratio)
    rows, columns = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]]
    x = ((columns + 0.5) / ratio - transform.dx()) / transform.m11() / right_mm
    y = ((rows + 0.5) / ratio - transform.dy()) / transform.m22() / down_mm
    inside = (x >= 0) & (x < 120) & (y >= 0) & (y < 90)
    under = np.zeros(seen.shape[:2], np.uint8)
    under[inside] = values[y[inside].astype(int), x[inside].astype(int)]
    assert np.array_equal(seen, lookup()[under][..., :3])
    assert under.any(), "something is seen"


def test_that_background_with_a_colour_fills_the_slice_and_nothing_else(qapp) -> None:
    table = lookup()
    table[0] = (9, 8, 7, 255)
    item = OverlayItem()
    item.show_values(np.zeros((10, 10), np.uint8), (10.0, 10.0), table)
    seen = painted(item, QTransform(5, 0, 0, 5, 20, 30))
    filled = (seen == (9, 8, 7)).all(axis=2)
    assert filled[30:80, 20:70].all()
    assert filled.sum() == 50 * 50


def test_that_half_a_colour_lets_the_scan_through(qapp) -> None:
    table = lookup()
    table[1] = (200, 100, 50, 128)
    item = OverlayItem()
    item.show_values(np.ones((4, 4), np.uint8), (4.0, 4.0), table)
    seen = painted(item, QTransform(10, 0, 0, 10, 0, 0))
    assert np.abs(seen[5, 5].astype(int) - np.array((100, 50, 25))).max() <= 1


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("scale", [2.3, 3.7, 8.45, 20.1])
def test_that_a_smooth_scan_lies_where_bilinear_interpolation_puts_it(qapp, scale: float, down: bool) -> None:
    steps = np.arange(6, dtype=np.uint8) * 40
    pixels = np.ascontiguousarray(np.broadcast_to(steps[:, None] if down else steps, (6, 6)))
    item = ScanItem()
    item.show_pixels(pixels, (6.0, 6.0))
    start = 11.37
    seen = painted(item, QTransform(scale, 0, 0, scale, start, start))[..., 1].astype(float)
    line = seen[:, int(start + 3 * scale)] if down else seen[int(start + 3 * scale)]
    at = (np.arange(len(line)) + 0.5 - start) / scale - 0.5
    inside = (at > 0) & (at < 5)
    off = (line - 40 * at)[inside]
    # Qt rounds down, by up to 2 levels; half a pixel of the screen off would be this much more
    assert -2.5 < off.min() <= off.max() < 1.0 < 0.5 * 40 / scale + 1.0


def test_that_a_scan_that_is_not_smooth_shows_each_pixel_as_it_is(qapp) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (30, 40), dtype=np.uint8)
    item = ScanItem()
    item.show_pixels(pixels, (40.0, 30.0))
    item.show_smooth(smooth=False)
    seen = painted(item, QTransform(3.7, 0, 0, 3.7, 11.3, 5.1))[..., 1]
    down, right = np.mgrid[0:HEIGHT, 0:WIDTH]
    x, y = np.floor((right + 0.5 - 11.3) / 3.7).astype(int), np.floor((down + 0.5 - 5.1) / 3.7).astype(int)
    inside = (x >= 0) & (x < 40) & (y >= 0) & (y < 30)
    assert np.array_equal(seen[inside], pixels[y[inside], x[inside]])


def test_that_colours_of_a_photograph_stay_what_they_are(qapp) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (20, 20, 3), dtype=np.uint8)
    item = ScanItem()
    item.show_pixels(pixels, (20.0, 20.0))
    for smooth in (False, True):
        item.show_smooth(smooth=smooth)
        assert np.array_equal(painted(item, QTransform())[:20, :20], pixels)


# the crosshair


def test_that_the_crosshair_is_free_around_its_middle_and_ends_with_the_slice(qapp) -> None:
    cross = CrossItem()
    cross.extent_mm, cross.place = (100.0, 80.0), QPointF(50.2, 40.6)
    seen = painted(cross, QTransform(2, 0, 0, 2, 10, 20)).any(axis=2)
    x, y = int(50.2 * 2 + 10), int(40.6 * 2 + 20)
    assert seen[y, 10 : x - CROSS_GAP_PX].all()
    assert seen[y, x + CROSS_GAP_PX + 1 : 210].all()
    assert seen[20 : y - CROSS_GAP_PX, x].all()
    assert seen[y + CROSS_GAP_PX + 1 : 180, x].all()
    assert not seen[y - 5 : y + 6, x - 5 : x + 6].any()
    assert not seen[:, :10].any()
    assert not seen[:20].any()
    assert not seen[:, 210:].any()
    assert not seen[180:].any()


def test_that_the_region_of_a_crosshair_holds_all_that_it_draws(qapp) -> None:
    room = QRect(0, 0, WIDTH, HEIGHT)
    for seed in range(20):
        cross = CrossItem()
        cross.extent_mm = (100.0, 80.0)
        random = np.random.default_rng(seed)
        cross.place = QPointF(float(random.uniform(0, 100)), float(random.uniform(0, 80)))
        transform, _ = places(seed)
        rows, columns = np.nonzero(painted(cross, transform).any(axis=2))
        region = cross.region(transform, room)
        assert all(region.contains(QRect(int(c), int(r), 1, 1)) for r, c in zip(rows, columns, strict=True))


def test_that_no_place_draws_nothing(qapp) -> None:
    cross = CrossItem()
    assert not painted(cross, QTransform()).any()
    assert cross.region(QTransform(), QRect(0, 0, 9, 9)).isEmpty()
    assert QRectF(cross.boundingRect()).contains(QPointF(1e5, -1e5))
    assert QColor(cross.colour).isValid()
