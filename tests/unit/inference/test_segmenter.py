"""A student at work, judged by thresholds that are known."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import ModelError
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume
from gf_desktop.inference import segmenter as module
from gf_desktop.inference.segmenter import Cancelled, Segmenter
from gf_desktop.pack import read_card, write_card


@pytest.fixture(scope="module")
def segmenter(threshold_pack: Path) -> Segmenter:
    return Segmenter.load(threshold_pack, threads=1)


def scan(shape_kji: tuple[int, int, int] = (6, 70, 90), direction: np.ndarray | None = None) -> Volume:
    rng = np.random.default_rng(1)
    voxels = rng.choice([10, 60, 90], shape_kji).astype(np.int16)
    size = (shape_kji[2], shape_kji[1], shape_kji[0])
    return Volume(voxels, Geometry(size, (0.7, 0.9, 2.0), (1, 2, 3), np.eye(3) if direction is None else direction), "CT")


def expected_labels(volume: Volume) -> np.ndarray:
    return np.select([volume.voxels > 75, volume.voxels > 50], [5, 1], 0).astype(np.uint8)


def test_that_labels_carry_the_ids_of_the_table(segmenter: Segmenter) -> None:
    volume = scan()
    prediction = segmenter.predict(volume)
    np.testing.assert_array_equal(prediction.labels, expected_labels(volume))
    assert prediction.model_id == "threshold"
    assert prediction.provider == segmenter.provider == "CPU"


@pytest.mark.parametrize("columns", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (-1, -1, -1)])
def test_that_storage_order_does_not_move_labels(segmenter: Segmenter, columns: tuple[int, ...], signs: tuple[int, ...]) -> None:
    volume = scan((20, 30, 40), np.eye(3)[:, list(columns)] * np.array(signs))
    np.testing.assert_array_equal(segmenter.predict(volume).labels, expected_labels(volume))


def test_that_the_slice_on_screen_comes_first_and_its_neighbours_next(segmenter: Segmenter) -> None:
    order: list[int] = []
    segmenter.predict(scan(), first_k=4, on_slice=lambda box, _labels, _sure: order.append(box.start_kji[0]))
    assert order == [4, 5, 3, 2, 1, 0]


def test_that_slices_come_from_a_flipped_file_in_its_own_numbers(segmenter: Segmenter) -> None:
    volume = scan(direction=np.diag([1.0, 1.0, -1.0]))
    seen: list[tuple[int, np.ndarray]] = []
    segmenter.predict(volume, first_k=4, on_slice=lambda box, labels, _sure: seen.append((box.start_kji[0], labels.copy())))
    assert seen[0][0] == 4
    assert sorted(k for k, _ in seen) == list(range(6))
    for k, labels in seen:
        np.testing.assert_array_equal(labels[0], expected_labels(volume)[k])


def test_that_a_slice_arrives_with_the_box_that_it_fills(segmenter: Segmenter) -> None:
    volume = scan()
    built = np.full(volume.voxels.shape, 255, np.uint8)

    def take(box: Box, labels: np.ndarray, _sure: np.ndarray) -> None:
        built[box.slices] = labels

    prediction = segmenter.predict(volume, on_slice=take)
    np.testing.assert_array_equal(built, prediction.labels)


def test_that_only_the_slices_asked_for_are_predicted(segmenter: Segmenter) -> None:
    volume = scan()
    labels = segmenter.predict(volume, only_k=frozenset({1, 3})).labels
    expected = expected_labels(volume)
    expected[[0, 2, 4, 5]] = 0
    np.testing.assert_array_equal(labels, expected)


def test_that_cancelling_ends_the_prediction_between_slices(segmenter: Segmenter) -> None:
    done: list[Box] = []
    with pytest.raises(Cancelled):
        segmenter.predict(scan(), on_slice=lambda box, _l, _s: done.append(box), cancel=lambda: len(done) == 2)
    assert len(done) == 2


def test_that_confidence_is_the_probability_of_the_label(segmenter: Segmenter) -> None:
    voxels = np.full((1, 64, 64), 52, np.int16)
    volume = Volume(voxels, Geometry.identity((64, 64, 1)), "CT")
    scores = np.array([0.0, 40 * (0.52 - 0.5), 80 * (0.52 - 0.75) + 40 * 0.25])
    expected = np.exp(scores[1]) / np.exp(scores).sum()
    assert abs(int(segmenter.predict(volume).confidence[0, 30, 30]) - 255 * expected) <= 1


def test_that_tiles_give_the_same_labels_as_the_whole(segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    volume = scan((1, 200, 300))
    whole = segmenter.predict(volume).labels
    monkeypatch.setattr(module, "TILE_SIDE_PX", 128)
    monkeypatch.setattr(module, "TILE_OVERLAP_PX", 32)
    np.testing.assert_array_equal(segmenter.predict(volume).labels, whole)


def test_that_a_colour_picture_is_refused_by_a_grey_model(segmenter: Segmenter) -> None:
    picture = Volume(np.zeros((1, 8, 8, 3), np.uint8), Geometry.identity((8, 8, 1)), "PHOTO", "picture")
    with pytest.raises(ModelError, match="made for grey images and this scan is colour"):
        segmenter.predict(picture)


def test_that_a_pack_whose_hash_does_not_match_is_refused(make_pack, tmp_path: Path) -> None:
    folder = make_pack(tmp_path / "changed", soft_at=0.5, hard_at=0.75)
    data = bytearray((folder / "teacher.safetensors").read_bytes())
    data[0] ^= 1
    (folder / "teacher.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=r"does not match its hash.*teacher\.safetensors"):
        Segmenter.load(folder)


def test_that_a_student_of_another_shape_than_its_card_says_is_refused(make_pack, tmp_path: Path) -> None:
    folder = make_pack(tmp_path / "lies", soft_at=0.5, hard_at=0.75)
    card = read_card(folder)
    write_card(folder, dataclasses.replace(card, preprocess=dataclasses.replace(card.preprocess, context=1)))
    with pytest.raises(ModelError, match="its card promises 3 channels"):
        Segmenter.load(folder)
