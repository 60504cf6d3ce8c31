"""Preparing: the split is by patient and frozen, nothing is half written, and what was written is read back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from training.datasets import DATASETS, Options, Prepared, Shares, command, labelled_fraction, prepare, read_prepared
from training.datasets.source import Catalogue, Slices, SourceCase, table_of
from training.datasets.split import draw_split, read_split

Draw = Callable[..., None]
BY_PATIENT = Options(size=64, patient_pattern=r"^(p\d)_")


def run(*words: str | Path) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def split_of(folder: Path) -> dict[str, list[str]]:
    patients: dict[str, list[str]] = json.loads((folder / "split.json").read_text())["patients"]
    return patients


@pytest.fixture
def prepared(pictures: Path, tmp_path: Path) -> Path:
    prepare("folder", pictures, tmp_path / "out", options=BY_PATIENT)
    return tmp_path / "out"


def test_that_a_prepared_set_is_read_back_as_it_was(pictures: Path, prepared: Path) -> None:
    data = read_prepared(prepared)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [2, 2, 2]
    assert data.train.images.shape == (2, 3, 64, 64)
    assert data.train.targets.dtype == torch.float16
    assert torch.equal(data.train.targets.sum(dim=1), torch.ones(2, 64, 64, dtype=torch.float16))
    # 48 x 64 pixels and a box of 16 x 24, kept in their own size
    assert float(data.train.targets[0, 1].sum()) == 16 * 24
    assert float(data.train.supervised.min()) == 1
    assert data.table.names == ("structure",)
    assert data.channels == 3
    case = data.cases["train"][0]
    from PIL import Image

    with Image.open(pictures / "images" / f"{case}.png") as image:
        pixels = np.asarray(image)
    assert np.array_equal(np.round(data.train.images[0, :, :48].numpy() * 255), np.moveaxis(pixels, -1, 0))


def test_that_no_patient_lies_in_two_parts(prepared: Path) -> None:
    data = read_prepared(prepared)
    everyone = [set(data.patients[part]) for part in ("train", "validation", "test")]
    assert sorted(name for names in everyone for name in names) == ["p0", "p1", "p2"]


def test_that_the_same_seed_gives_the_same_split_and_another_seed_another(pictures: Path, tmp_path: Path) -> None:
    splits = []
    for n, seed in enumerate((3, 3, 4, 5, 6)):
        prepare("folder", pictures, tmp_path / f"out{n}", seed=seed, options=Options(size=64))
        splits.append(split_of(tmp_path / f"out{n}"))
    assert splits[0] == splits[1]
    assert any(split != splits[0] for split in splits[2:])
    files = [(tmp_path / f"out{n}" / "split.json").read_bytes() for n in (0, 1)]
    assert files[0] == files[1]


def test_that_a_frozen_split_is_taken_whatever_the_seed(pictures: Path, prepared: Path, tmp_path: Path) -> None:
    prepare("folder", pictures, tmp_path / "again", seed=99, options=BY_PATIENT, frozen=prepared)
    assert split_of(tmp_path / "again") == split_of(prepared)


def test_that_a_changed_a_missing_and_a_new_source_are_found_out(
    pictures: Path, prepared: Path, tmp_path: Path, draw_picture: Draw, draw_mask: Draw
) -> None:
    draw_picture(pictures / "images" / "p0_0.png", seed=77)
    with pytest.raises(TrainingError, match=r"images/p0_0\.png has changed"):
        prepare("folder", pictures, tmp_path / "again", options=BY_PATIENT, frozen=prepared)
    (pictures / "images" / "p0_0.png").unlink()
    (pictures / "masks" / "p0_0.png").unlink()
    with pytest.raises(TrainingError, match="is missing now"):
        prepare("folder", pictures, tmp_path / "again", options=BY_PATIENT, frozen=prepared / "split.json")
    draw_picture(pictures / "images" / "p0_0.png", seed=0)
    draw_mask(pictures / "masks" / "p0_0.png")
    draw_picture(pictures / "images" / "p0_9.png")
    draw_mask(pictures / "masks" / "p0_9.png")
    with pytest.raises(TrainingError, match="is new"):
        prepare("folder", pictures, tmp_path / "again", options=BY_PATIENT, frozen=prepared)
    assert not (tmp_path / "again").exists()


def test_that_the_split_of_another_rule_for_patients_or_data_set_is_refused(pictures: Path, prepared: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="does not know patient"):
        prepare("folder", pictures, tmp_path / "again", options=Options(size=64), frozen=prepared)
    with pytest.raises(TrainingError, match="is of folder, not of gastric"):
        prepare("gastric", pictures, tmp_path / "again", options=BY_PATIENT, frozen=prepared)


def test_that_a_folder_that_is_not_empty_is_refused_and_kept(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(TrainingError, match="not empty"):
        prepare("folder", pictures, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_that_an_empty_folder_is_filled(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    prepare("folder", pictures, tmp_path / "out", options=BY_PATIENT)
    assert len(list((tmp_path / "out" / "cases").iterdir())) == 6


def test_that_a_folder_within_the_source_is_refused(pictures: Path) -> None:
    with pytest.raises(TrainingError, match="within the source"):
        prepare("folder", pictures, pictures / "out")


def test_that_a_fault_in_the_last_picture_leaves_nothing_behind(pictures: Path, tmp_path: Path, draw_mask: Draw) -> None:
    draw_mask(pictures / "masks" / "p2_5.png", hw=(9, 9))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TrainingError, match="9 × 9"):
        prepare("folder", pictures, tmp_path / "out", options=BY_PATIENT)
    assert sorted(tmp_path.iterdir()) == before


def test_that_a_full_disk_is_said_and_leaves_nothing_behind(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.datasets.preparing.write_arrays", full)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UserError, match="disk is full"):
        prepare("folder", pictures, tmp_path / "out", options=BY_PATIENT)
    assert sorted(tmp_path.iterdir()) == before


def test_that_an_unknown_data_set_a_negative_seed_and_shares_of_everything_are_refused(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no data set"):
        prepare("imagenet", pictures, tmp_path / "out")
    with pytest.raises(TrainingError, match="seed"):
        prepare("folder", pictures, tmp_path / "out", seed=-1)
    with pytest.raises(TrainingError, match="nothing to train on"):
        Shares(0.5, 0.5)


@pytest.mark.parametrize(
    ("name", "tree"), [("gastric", "gastric"), ("busi", "busi"), ("clinicdb", "clinicdb"), ("synapse", "synapse"), ("btcv", "btcv")]
)
def test_that_every_public_set_is_prepared_and_read(name: str, tree: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    summary = prepare(name, request.getfixturevalue(tree), tmp_path / "out", options=Options(size=64))
    data = read_prepared(tmp_path / "out")
    assert data.name == name
    assert summary["counts"]["train"]["slices"] == len(data.train) > 0
    assert summary["counts"]["validation"]["slices"] == len(data.validation) > 0
    assert summary["counts"]["test"]["slices"] == len(data.test) > 0
    assert tuple(summary["structures"]) == data.table.names
    if name in ("synapse", "btcv"):
        assert set(data.patients["test"]) == {"case0008" if name == "synapse" else "case0001"}


def test_that_without_validation_all_of_transunets_patients_train(synapse: Path, tmp_path: Path) -> None:
    prepare("synapse", synapse, tmp_path / "out", options=Options(size=64), shares=Shares(0.0, 0.2))
    data = read_prepared(tmp_path / "out")
    assert len(data.validation) == 0
    assert len(set(data.patients["train"])) == 3
    assert data.validation.images.shape == (0, 1, 64, 64)


def catalogue_of(count: int, **strata: int) -> Catalogue:
    table = table_of(("a",))
    names = [(f"n{n:03d}", "") for n in range(count)] + [(f"{s}{n}", s) for s, many in strata.items() for n in range(many)]
    cases = tuple(SourceCase(name, name, (), (), None, stratum) for name, stratum in names)
    empty = Slices(np.zeros((0, 1, 64, 64), np.uint8), np.zeros((0, 64, 64), np.uint8))
    return Catalogue("folder", "t", table, 1, "", "", cases, (), "", lambda _case, _size: empty)


@pytest.mark.parametrize("count", [3, 10, 100])
def test_that_a_split_divides_everyone_in_about_the_shares(count: int) -> None:
    split = draw_split(catalogue_of(count), seed=1, shares=Shares(0.1, 0.2))
    assert sum(len(names) for names in split.values()) == count
    assert len(split["test"]) == max(1, round(0.2 * count))
    assert len(split["validation"]) == max(1, round(0.1 * count))


def test_that_strata_are_divided_alike() -> None:
    split = draw_split(catalogue_of(0, big=40, small=10), seed=1, shares=Shares(0.2, 0.2))
    assert {part: sum(name.startswith("small") for name in names) for part, names in split.items()} == {
        "train": 6,
        "validation": 2,
        "test": 2,
    }


def test_that_too_few_patients_are_refused() -> None:
    with pytest.raises(TrainingError, match="2 patients are too few"):
        draw_split(catalogue_of(2), seed=0, shares=Shares())


def test_that_a_labelled_fraction_is_by_patient_and_grows_by_adding(pictures: Path, tmp_path: Path) -> None:
    prepare("folder", pictures, tmp_path / "out", options=BY_PATIENT, shares=Shares(0.0, 0.0))
    data = read_prepared(tmp_path / "out")
    third, two_thirds = (labelled_fraction(data, fraction, seed=1) for fraction in (0.33, 0.67))
    assert set(third.labelled_patients) < set(two_thirds.labelled_patients)
    assert not set(third.labelled_patients) & set(third.unlabelled_patients)
    assert (len(third.labelled), len(third.unlabelled)) == (2, 4)
    assert float(third.unlabelled.supervised.max()) == 0
    assert float(third.unlabelled.targets[:, 1:].max()) == 0
    assert float(third.labelled.supervised.min()) == 1
    assert len(labelled_fraction(data, 1.0, seed=1).unlabelled) == 0
    assert len(set(labelled_fraction(data, 0.01, seed=1).labelled_patients)) == 1


@pytest.mark.parametrize("fraction", [0.0, 1.1, float("nan")])
def test_that_a_fraction_out_of_range_is_refused(prepared: Path, fraction: float) -> None:
    with pytest.raises(TrainingError, match="fraction"):
        labelled_fraction(read_prepared(prepared), fraction, seed=0)


def change_case(folder: Path, **changes: Any) -> str:
    path = next((folder / "cases").iterdir())
    with np.load(path) as file:
        arrays = dict(file) | changes
    np.savez(path, **arrays)
    return path.stem


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": np.full((1, 64, 64), 2, np.uint8)}, "labels \\[2\\]"),
        ({"images": np.full((1, 3, 64, 64), np.nan, np.float16)}, "NaN"),
        ({"images": np.full((1, 3, 64, 64), 2, np.float16)}, "outside of 0 to 1"),
        ({"images": np.zeros((1, 3, 64, 64), np.float64)}, "float64"),
        ({"images": np.zeros((1, 1, 64, 64), np.uint8)}, "belong"),
        ({"images": np.zeros((1, 3, 70, 64), np.uint8), "labels": np.zeros((1, 70, 64), np.uint8)}, "multiples of 32"),
        ({"labels": np.zeros((2, 64, 64), np.uint8)}, "belong"),
        ({"supervised": np.zeros((1, 32, 64), np.uint8)}, "holds"),
    ],
)
def test_that_a_spoilt_case_is_named(prepared: Path, changes: dict[str, Any], message: str) -> None:
    name = change_case(prepared, **changes)
    with pytest.raises(TrainingError, match=f"Case {name} .*{message}"):
        read_prepared(prepared)


def test_that_a_cut_off_and_a_missing_case_are_named(prepared: Path) -> None:
    path = next((prepared / "cases").iterdir())
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(TrainingError, match=f"{path.stem} is missing or damaged"):
        read_prepared(prepared)
    path.unlink()
    with pytest.raises(TrainingError, match=f"{path.stem} is missing or damaged"):
        read_prepared(prepared)


def test_that_only_the_parts_that_are_asked_for_are_read(prepared: Path) -> None:
    whole = read_prepared(prepared)
    for name in whole.cases["test"]:
        (prepared / "cases" / f"{name}.npz").unlink()
    data = read_prepared(prepared, parts=("train", "validation"))
    assert torch.equal(data.train.images, whole.train.images)
    assert data.cases["validation"] == whole.cases["validation"]
    assert (len(data.test), data.test.images.shape, data.patients["test"]) == (0, (0, 3, 64, 64), ())
    with pytest.raises(TrainingError, match="missing or damaged"):
        read_prepared(prepared)


def test_that_python_objects_in_a_case_are_refused(prepared: Path) -> None:
    name = change_case(prepared, labels=np.array([object()]))
    with pytest.raises(TrainingError, match=name):
        read_prepared(prepared)


@pytest.mark.parametrize("file", ["dataset.json", "split.json"])
@pytest.mark.parametrize("text", ["", "[]", '{"format": 7}', '{"format": 1}'])
def test_that_a_damaged_document_is_refused(prepared: Path, file: str, text: str) -> None:
    (prepared / file).write_text(text)
    with pytest.raises(TrainingError):
        read_prepared(prepared)


def test_that_a_patient_that_was_moved_by_hand_is_found_out(prepared: Path) -> None:
    path = prepared / "dataset.json"
    document = json.loads(path.read_text())
    case = next(case for case in document["cases"] if case["part"] == "test")
    case["part"] = "train"
    path.write_text(json.dumps(document))
    with pytest.raises(TrainingError, match="frozen split"):
        read_prepared(prepared)


def test_that_a_split_with_a_patient_twice_is_refused(prepared: Path) -> None:
    path = prepared / "split.json"
    document = json.loads(path.read_text())
    document["patients"]["test"] += document["patients"]["train"]
    path.write_text(json.dumps(document))
    with pytest.raises(TrainingError, match="two parts"):
        read_split(path)


def test_that_slices_of_different_sizes_are_padded_to_the_largest(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    for n, hw in enumerate(((48, 64), (90, 60), (64, 120))):
        draw_picture(tmp_path / "own" / "images" / f"p{n}_.png", hw=hw)
        draw_mask(tmp_path / "own" / "masks" / f"p{n}_.png", hw=hw)
    prepare("folder", tmp_path / "own", tmp_path / "out", options=Options(size=0, patient_pattern=r"^(p\d)"))
    data = read_prepared(tmp_path / "out")
    for part in (data.train, data.validation, data.test):
        assert part.images.shape[2:] == (96, 128)
        assert float(part.targets[:, 1].sum()) == 16 * 24
        assert torch.equal(part.targets.sum(dim=1), torch.ones(1, 96, 128, dtype=torch.float16))


TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A round of three scans of four slices: slice 1 is approved, slice 3 is held back; the last scan has no masks."""
    folder = tmp_path / "round"
    folder.mkdir()
    items = []
    for n in range(3):
        voxels = np.full((4, 48, 80), 75, np.int16)
        np.save(folder / f"{n}.npy", voxels)
        labels, states = np.zeros(voxels.shape, np.uint8), np.ones(voxels.shape, np.uint8)
        labels[:, 10:30, 10:40], states[1], states[3] = 5, 2, 2
        np.savez_compressed(folder / f"{n}.npz", labels=labels, states=states)
        geometry = Geometry((80, 48, 4), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0), np.eye(3)).as_json()
        item = {"case": f"C-{n}", "image": str(folder / f"{n}.npy"), "geometry": geometry, "modality": "CT", "spacing_known": True}
        drawn = {"labels": str(folder / f"{n}.npz"), "validation_slices": [3]} if n < 2 else {"labels": None, "validation_slices": []}
        items.append(item | drawn)
    document = {"format": 1, "run_id": "r7", "seed": 3, "structures": TABLE.as_json(), "items": items}
    (folder / "manifest.json").write_text(json.dumps(document))
    return folder


def test_that_a_round_is_prepared_with_what_a_person_stands_behind(manifest: Path, tmp_path: Path) -> None:
    summary = prepare("manifest", manifest, tmp_path / "out", shares=Shares(0.0, 0.0))
    data = read_prepared(tmp_path / "out")
    assert summary["counts"]["train"] == {"cases": 3, "slices": 12, "patients": 3}
    assert data.train.images.shape == (12, 1, 64, 96)
    seen = data.train.supervised.amax(dim=(1, 2, 3))
    # axes are in the order in which a radiologist looks, and slice 1 of four is approved in two scans; slice 3 is held back
    assert seen.reshape(3, 4).sum(dim=1).tolist() == [1, 1, 0]
    assert float(data.train.supervised[seen > 0].min()) == 1
    assert float(data.train.targets[seen > 0][:, 2].sum()) == 2 * 20 * 30
    assert data.table == TABLE
    assert abs(float(data.train.images[0, 0, 5, 5]) - 0.5) < 1e-3


def test_that_slices_that_nobody_reviewed_are_unlabelled_whoever_their_patient_is(manifest: Path, tmp_path: Path) -> None:
    prepare("manifest", manifest, tmp_path / "out", shares=Shares(0.0, 0.0))
    every = labelled_fraction(read_prepared(tmp_path / "out"), 1.0, seed=0)
    assert every.labelled_patients == ("C-0", "C-1")
    assert float(every.labelled.supervised.amax(dim=(1, 2, 3)).min()) == 1
    # three slices of each reviewed patient, and all four of the last one
    assert sorted(every.unlabelled_patients) == ["C-0"] * 3 + ["C-1"] * 3 + ["C-2"] * 4
    assert len(every.unlabelled) == 10
    assert float(every.unlabelled.supervised.max()) == 0
    assert float(every.unlabelled.targets[:, 1:].max()) == 0


def test_that_a_rounds_unusual_modality_needs_a_window(manifest: Path, tmp_path: Path) -> None:
    path = manifest / "manifest.json"
    path.write_text(path.read_text().replace('"CT"', '"MR"'))
    with pytest.raises(TrainingError, match="--window"):
        prepare("manifest", path, tmp_path / "out")
    summary = run("manifest", path, tmp_path / "out", "--window", "0", "100", "--validation", "0", "--test", "0.4")
    assert summary["counts"]["test"]["patients"] == 1


def test_that_the_command_prepares_and_tells_what_it_did(pictures: Path, tmp_path: Path) -> None:
    summary = run(
        "folder", pictures, tmp_path / "out", "--seed", "4", "--size", "64", "--structures", "polyp", "--patient-pattern", r"^(p\d)_"
    )
    assert json.loads(json.dumps(summary)) == summary
    assert summary["structures"] == ["polyp"]
    assert summary["seed"] == 4
    assert isinstance(read_prepared(tmp_path / "out"), Prepared)


def test_that_the_command_can_only_check(pictures: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert "patient" in run("folder", pictures, "--check")["findings"][0]
    assert sorted(tmp_path.rglob("*")) == before
    with pytest.raises(TrainingError, match="no folder to prepare into"):
        run("folder", pictures)


def test_that_the_command_knows_every_data_set() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert [parser.parse_args([name, "a", "b"]).dataset for name in DATASETS] == list(DATASETS)


def test_that_validation_is_drawn_from_an_official_training_part_and_never_from_its_test(
    tmp_path: Path, draw_picture: Draw, draw_mask: Draw
) -> None:
    for part, count in (("train", 4), ("test", 2)):
        for n in range(count):
            draw_picture(tmp_path / "own" / part / "images" / f"{part}{n}.png", seed=n)
            draw_mask(tmp_path / "own" / part / "masks" / f"{part}{n}.png")
    prepare("folder", tmp_path / "own", tmp_path / "out", options=Options(size=64), shares=Shares(0.25, 0.5))
    data = read_prepared(tmp_path / "out")
    assert (len(data.train), len(data.validation), len(data.test)) == (3, 1, 2)
    assert all(name.startswith("test") for name in data.patients["test"])
    assert all(name.startswith("train") for name in (*data.patients["train"], *data.patients["validation"]))


@pytest.mark.parametrize("name", ["", "../away", "a/b", ".hidden"])
def test_that_a_case_cannot_be_called_like_a_path(name: str) -> None:
    table = table_of(("a",))
    case = SourceCase(name, "p", (), ())
    with pytest.raises(TrainingError, match="cannot be called"):
        Catalogue(
            "folder",
            "t",
            table,
            1,
            "",
            "",
            (case,),
            (),
            "",
            lambda _case, _size: Slices(np.zeros((0, 1, 64, 64), np.uint8), np.zeros((0, 64, 64), np.uint8)),
        )
