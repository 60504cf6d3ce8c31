"""From a manifest to samples: what is supervised, what is held back, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gf_desktop.errors import ModelError, TrainingError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.imaging.some_slices import spread
from gf_desktop.pack import file_sha256
from training.amounts import Amounts
from training.dataset import load_round, read_manifest, read_replay, write_replay

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.5, std=0.25)
SLICES = 6


class Scene:
    """A manifest on disk that a test may spoil."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rng = np.random.default_rng(0)
        self.voxels = rng.integers(0, 100, (SLICES, 48, 80)).astype(np.int16)
        self.labels = np.zeros((SLICES, 48, 80), np.uint8)
        self.labels[:, 10:30, 10:40] = 1
        self.labels[:, 30:40, 20:60] = 5
        self.states = np.ones_like(self.labels)
        self.states[1] = 2
        self.states[3] = 2
        self.states[4, 5:25, 5:25] = 3
        self.held = [3]
        self.digest: str | None = None
        self.direction = np.eye(3)

    def write(self, **changes: Any) -> Path:
        image, labels, path = self.folder / "image.npy", self.folder / "labels.npz", self.folder / "manifest.json"
        np.save(image, self.voxels)
        np.savez_compressed(labels, labels=self.labels, states=self.states)
        geometry = Geometry((80, 48, SLICES), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0), self.direction)
        item = {
            "case": "C-001",
            "image": str(image),
            "geometry": geometry.as_json(),
            "modality": "CT",
            "spacing_known": True,
            "labels": str(labels),
            "labels_sha256": file_sha256(labels) if self.digest is None else self.digest,
            "model_id": "m",
            "validation_slices": self.held,
        }
        other = item | {"case": "C-002", "labels": None, "labels_sha256": "", "validation_slices": []}
        document = {"format": 1, "run_id": "r", "seed": 3, "structures": TABLE.as_json(), "items": [item | changes, other]}
        path.write_text(json.dumps(document))
        return path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_that_approved_slices_are_labelled_and_all_others_unlabelled(scene: Scene) -> None:
    data = load_round(read_manifest(scene.write()), SPEC, classes=3)
    assert len(data.labelled) == 2
    assert len(data.unlabelled) == 4 + SLICES
    assert data.validation_count == 1
    assert float(data.unlabelled.supervised.max()) == 0.0


def test_that_of_many_unlabelled_slices_some_of_each_scan_are_taken(scene: Scene) -> None:
    manifest = read_manifest(scene.write())
    every, data = load_round(manifest, SPEC, classes=3), load_round(manifest, SPEC, classes=3, most=Amounts(unlabelled=4), seed=2)
    assert (len(data.unlabelled), data.unlabelled_count, every.unlabelled_count) == (4, 10, 10)
    first, second = spread([4, 6], 4, seed=2)
    expected = every.unlabelled.images[torch.from_numpy(np.concatenate([first, second + 4]))]
    assert torch.equal(data.unlabelled.images, expected)
    assert torch.equal(data.labelled.images, every.labelled.images)
    assert data.unlabelled.targets.shape == (4, 3, *expected.shape[2:])


def test_that_of_many_approved_slices_some_are_taken_those_that_were_painted_on_first(scene: Scene) -> None:
    scene.states[[0, 2, 5]] = 2
    scene.labels[2, :8, :8] = 5
    manifest = read_manifest(scene.write())
    every = load_round(manifest, SPEC, classes=3)
    assert (len(every.labelled), every.labelled_count) == (5, 5)
    data = load_round(manifest, SPEC, classes=3, most=Amounts(labelled=2), seed=2)
    assert (len(data.labelled), data.labelled_count, data.unlabelled_count) == (2, 5, every.unlabelled_count)
    # slices 0, 1, 2, 4 and 5 are approved, the fourth of them was painted on
    assert any(torch.equal(image, every.labelled.images[3]) for image in data.labelled.images)
    for image, target in zip(data.labelled.images, data.labelled.targets, strict=True):
        place = next(n for n, other in enumerate(every.labelled.images) if torch.equal(image, other))
        assert torch.equal(target, every.labelled.targets[place])
    # what was approved and not taken is not learned from as if nobody had looked at it
    assert torch.equal(data.unlabelled.images, every.unlabelled.images)


def test_that_every_scan_gives_its_part_of_the_approved_slices(scene: Scene) -> None:
    scene.states[:] = 2
    path = scene.write()
    document = json.loads(path.read_text())
    document["items"][1] = document["items"][0] | {"case": "C-002", "validation_slices": []}
    path.write_text(json.dumps(document))
    manifest = read_manifest(path)
    data = load_round(manifest, SPEC, classes=3, most=Amounts(labelled=4), seed=0)
    assert (len(data.labelled), data.labelled_count) == (4, 11)
    places = [next(n for n, k in enumerate(scene.voxels) if _looks_like(image, k)) for image in data.labelled.images]
    assert len(set(places[:2])) == len(set(places[2:])) == 2


def _looks_like(image: torch.Tensor, plane: np.ndarray) -> bool:
    return bool(np.allclose(image[0, : plane.shape[0], : plane.shape[1]].numpy() * 100, plane, atol=0.01))


def test_that_of_many_held_back_slices_some_judge(scene: Scene) -> None:
    scene.states[:] = 2
    scene.held = [0, 1, 3, 4, 5]
    manifest = read_manifest(scene.write())
    data = load_round(manifest, SPEC, classes=3, most=Amounts(judged=2), seed=1)
    assert data.validation_count == 5
    (scan,) = data.validation
    assert len(scan.slices) == 2
    assert set(scan.slices) <= set(scene.held)
    assert (scan.classes == scene.labels[list(scan.slices)].clip(0, 2)).all()
    assert len(data.labelled) == 1


def test_that_where_nothing_is_held_back_some_of_the_corrected_slices_can_be_judged_on(scene: Scene) -> None:
    assert load_round(read_manifest(scene.write()), SPEC, classes=3).taught == ()
    scene.held = []
    (scan,) = load_round(read_manifest(scene.write()), SPEC, classes=3).taught
    assert scan.slices == (1, 3, 4)
    assert (scan.classes[0] == scene.labels[1].clip(0, 2)).all()
    assert scan.drawn is not None
    assert scan.counted.sum(axis=(1, 2)).tolist() == [48 * 80, 48 * 80, 400]
    assert scan.drawn.sum(axis=(1, 2)).tolist() == [0, 0, 400]
    (few,) = load_round(read_manifest(scene.write()), SPEC, classes=3, most=Amounts(judged=2), seed=1).taught
    assert len(few.slices) == 2


def test_that_slices_are_taken_along_the_axis_that_the_network_sees(scene: Scene) -> None:
    scene.states[:] = 2
    scene.direction = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    data = load_round(read_manifest(scene.write()), SPEC, classes=3, most=Amounts(labelled=7, judged=3), seed=1)
    assert (len(data.labelled), data.labelled_count) == (7, 48)
    assert sum(len(scan.slices) for scan in data.validation) == 3


def test_that_what_is_the_same_for_all_unlabelled_slices_lies_in_memory_once(scene: Scene) -> None:
    unlabelled = load_round(read_manifest(scene.write()), SPEC, classes=3).unlabelled
    for values in (unlabelled.targets, unlabelled.supervised, unlabelled.regions):
        assert values.untyped_storage().nbytes() < 2 * values[0].nbytes
    assert float(unlabelled.targets[:, 0].min()) == 1.0
    assert float(unlabelled.targets[:, 1:].max()) == 0.0


def test_that_only_reviewed_voxels_outside_held_back_slices_are_supervised(scene: Scene) -> None:
    data = load_round(read_manifest(scene.write()), SPEC, classes=3)
    whole, part = data.labelled.supervised[:, 0]
    assert float(whole.min()) == 1.0
    assert part.sum() == 20 * 20
    assert float(part[5:25, 5:25].min()) == 1.0


def test_that_near_copies_of_held_back_slices_are_not_learned_from(scene: Scene) -> None:
    data = load_round(read_manifest(scene.write(gap_slices=[4])), SPEC, classes=3)
    assert len(data.labelled) == 1
    assert len(data.unlabelled) == 5 + SLICES
    assert data.validation_count == 1, "nor do they judge"


def test_that_targets_are_the_masks_in_the_order_of_the_table(scene: Scene) -> None:
    data = load_round(read_manifest(scene.write()), SPEC, classes=3)
    classes = data.labelled.targets[0].argmax(dim=0).numpy()
    expected = np.zeros((64, 96), int)
    expected[10:30, 10:40] = 1
    expected[30:40, 20:60] = 2
    assert (classes == expected).all()


def test_that_held_back_slices_are_judged_on_the_scans_own_grid(scene: Scene) -> None:
    (scan,) = load_round(read_manifest(scene.write()), SPEC, classes=3).validation
    assert scan.slices == (3,)
    assert scan.classes.shape == (1, 48, 80)
    assert scan.counted.all()
    assert set(np.unique(scan.classes)) == {0, 1, 2}


def test_that_slices_are_found_when_the_scan_is_stored_from_head_to_foot(scene: Scene) -> None:
    scene.direction = np.diag([1.0, 1.0, -1.0])
    data = load_round(read_manifest(scene.write()), SPEC, classes=3)
    assert data.validation[0].slices == (SLICES - 1 - 3,)
    assert sorted(float(s.sum()) for s in data.labelled.supervised) == [400.0, 64.0 * 96.0]


def test_that_images_are_on_the_scale_from_zero_to_one(scene: Scene) -> None:
    data = load_round(read_manifest(scene.write()), SPEC, classes=3)
    assert np.allclose(data.labelled.images[0, 0, :48, :80].numpy(), scene.voxels[1] / 100.0, atol=1e-6)
    assert float(data.labelled.images[0, 0, 48:].abs().max()) < 1e-6


@pytest.mark.parametrize("spoil", ["nothing approved", "all held back"])
def test_that_an_empty_labelled_set_is_refused(scene: Scene, spoil: str) -> None:
    if spoil == "nothing approved":
        scene.states[:] = 1
    else:
        scene.held = [1, 3, 4]
    with pytest.raises(TrainingError, match="nothing to learn from"):
        load_round(read_manifest(scene.write()), SPEC, classes=3)


def test_that_labels_out_of_range_are_refused(scene: Scene) -> None:
    scene.labels[0, 0, 0] = 9
    with pytest.raises(TrainingError, match=r"labels \[9\]"):
        load_round(read_manifest(scene.write()), SPEC, classes=3)


def test_that_states_that_do_not_exist_are_refused(scene: Scene) -> None:
    scene.states[0, 0, 0] = 7
    with pytest.raises(TrainingError, match="states"):
        load_round(read_manifest(scene.write()), SPEC, classes=3)


def test_that_values_that_are_no_numbers_are_refused(scene: Scene) -> None:
    scene.voxels = scene.voxels.astype(np.float32)
    scene.voxels[0, 0, 0] = np.nan
    with pytest.raises(TrainingError, match="no numbers"):
        load_round(read_manifest(scene.write()), SPEC, classes=3)


def test_that_masks_that_changed_after_the_round_began_are_refused(scene: Scene) -> None:
    scene.digest = "0" * 64
    with pytest.raises(TrainingError, match="changed"):
        load_round(read_manifest(scene.write()), SPEC, classes=3)


def test_that_masks_of_another_scan_are_refused(scene: Scene) -> None:
    scene.labels, scene.states = scene.labels[:-1], scene.states[:-1]
    with pytest.raises(TrainingError, match="do not fit"):
        load_round(read_manifest(scene.write()), SPEC, classes=3)


def test_that_a_missing_scan_names_the_file(scene: Scene) -> None:
    path = scene.write(image=str(scene.folder / "gone.npy"))
    with pytest.raises(TrainingError, match=r"gone\.npy"):
        load_round(read_manifest(path), SPEC, classes=3)


def test_that_another_number_of_structures_is_refused(scene: Scene) -> None:
    with pytest.raises(TrainingError, match="structures"):
        load_round(read_manifest(scene.write()), SPEC, classes=8)


def test_that_structures_that_the_network_does_not_know_are_as_if_nobody_had_looked(scene: Scene) -> None:
    known = LabelTable((Structure(1, "other name", "#000000"),))
    everything, data = (
        load_round(read_manifest(scene.write()), SPEC, classes=3),
        load_round(read_manifest(scene.write()), SPEC, classes=2, known=known),
    )
    # slices 1 and 4 are labelled; on the padded grid the scan lies at the near corner
    for place, k in enumerate((1, 4)):
        foreign = scene.labels[k] == 5
        expected = everything.labelled.supervised[place, 0, :48, :80].numpy() * ~foreign
        np.testing.assert_array_equal(data.labelled.supervised[place, 0, :48, :80].numpy(), expected)
        np.testing.assert_array_equal(data.labelled.targets[place, 1, :48, :80].numpy(), (scene.labels[k] == 1).astype(np.float16))
    assert foreign.any()
    (scan,) = data.validation
    np.testing.assert_array_equal(scan.counted[0], (scene.states[3] >= 2) & (scene.labels[3] != 5))


def test_that_voxels_of_structures_that_are_not_learned_from_are_as_if_nobody_had_looked(scene: Scene) -> None:
    everything, data = (load_round(read_manifest(scene.write()), SPEC, classes=3, structures=chosen) for chosen in ((), (1,)))
    for place, k in enumerate((1, 4)):
        expected = everything.labelled.supervised[place, 0, :48, :80].numpy() * (scene.labels[k] != 5)
        np.testing.assert_array_equal(data.labelled.supervised[place, 0, :48, :80].numpy(), expected)
    assert (scene.labels[4] == 5).any()
    # all that was approved still judges
    np.testing.assert_array_equal(data.validation[0].counted, everything.validation[0].counted)


def test_that_a_structure_that_the_project_has_no_more_is_background_to_the_network(scene: Scene) -> None:
    known = LabelTable((*TABLE.structures, Structure(9, "gone", "#123456")))
    data = load_round(read_manifest(scene.write()), SPEC, classes=4, known=known)
    assert data.labelled.targets.shape[1] == 4
    assert not data.labelled.targets[:, 3].any()
    assert data.labelled.supervised[0].all()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2, "items": []}', '{"format": 1, "items": [{}], "structures": []}'])
def test_that_a_damaged_manifest_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(TrainingError):
        read_manifest(path)


def test_that_replay_slices_come_back_and_held_back_ones_stay_apart(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((4, 1, 64, 64)).astype(np.float32)
    labels = np.zeros((4, 64, 64), np.uint8)
    labels[:, 3:9, 3:9] = 5
    write_replay(tmp_path / "r.npz", images=images, labels=labels, regions=labels, validation=np.array([0, 1, 0, 0]))
    train, held = read_replay(tmp_path / "r.npz", TABLE)
    assert (len(train), len(held)) == (3, 1)
    assert np.abs(held.images.numpy() - images[1:2]).max() < 1e-3
    assert (train.targets.argmax(dim=1).numpy() == (labels[:3] == 5) * 2).all()


def test_that_damaged_replay_slices_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(ModelError, match="cannot be read"):
        read_replay(path, TABLE)
    images, labels = np.zeros((2, 1, 64, 64)), np.full((2, 64, 64), 9)
    write_replay(path, images=images, labels=labels, regions=labels, validation=np.zeros(2))
    with pytest.raises(ModelError, match="does not name"):
        read_replay(path, TABLE)
    write_replay(path, images=images, labels=labels[:1], regions=labels, validation=np.zeros(2))
    with pytest.raises(ModelError, match="belong together"):
        read_replay(path, TABLE)


def _relative(scene: Scene, project: Path, **changes: Any) -> Path:
    """Lay a project out as the desktop does, with a manifest of the second format."""
    run = project / "runs" / "run-0001"
    run.mkdir(parents=True)
    (project / "cases").mkdir()
    document = json.loads(scene.write().read_text())
    for name in ("image.npy", "labels.npz"):
        (scene.folder / name).rename(project / "cases" / name)
    for item in document["items"]:
        item["image"] = "cases/image.npy"
        item["labels"] = item["labels"] and "cases/labels.npz"
    document["items"][0] |= changes
    (run / "manifest.json").write_text(json.dumps(document | {"format": 2, "root": "../.."}))
    return run / "manifest.json"


def test_that_a_project_that_was_moved_goes_on(scene: Scene, tmp_path: Path) -> None:
    path = _relative(scene, tmp_path / "here")
    before = read_manifest(path)
    (tmp_path / "here").rename(tmp_path / "there")
    moved = read_manifest(tmp_path / "there" / "runs" / "run-0001" / "manifest.json")
    assert moved.sha256 == before.sha256
    assert moved.items[0].image == (tmp_path / "there" / "cases" / "image.npy").resolve()
    assert len(load_round(moved, SPEC, classes=3).labelled) == 2


@pytest.mark.parametrize("name", ["../outside.npy", "/etc/passwd", "cases/../../outside.npy", "C:/scan.npy", "..\\outside.npy"])
def test_that_a_manifest_that_names_files_outside_of_its_project_is_refused(scene: Scene, tmp_path: Path, name: str) -> None:
    with pytest.raises(TrainingError, match="is not in the project"):
        read_manifest(_relative(scene, tmp_path / "here", image=name))


def test_that_a_manifest_of_a_later_format_is_refused(scene: Scene) -> None:
    path = scene.write()
    path.write_text(path.read_text().replace('"format": 1', '"format": 3'))
    with pytest.raises(TrainingError, match="of format 3"):
        read_manifest(path)
