"""Sets of pictures: what pairs with what, who is a patient, and what a wrong tree is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gf_desktop.errors import TrainingError, UserError
from training.datasets import Options, Shares, check
from training.datasets.picture_sets import open_busi, open_clinicdb, open_folder, open_gastric
from training.datasets.pictures import read_binary_mask
from training.datasets.source import Catalogue
from training.datasets.split import draw_split

Draw = Callable[..., None]
PLAIN = Options()


def codes(catalogue: Catalogue) -> set[str]:
    return {finding.code for finding in catalogue.findings}


def test_that_images_and_masks_of_equal_name_are_pairs(pictures: Path) -> None:
    catalogue = open_folder(pictures, PLAIN)
    assert [case.name for case in catalogue.cases] == [f"p{n // 2}_{n}" for n in range(6)]
    assert all(case.masks[0].parent.name == "masks" for case in catalogue.cases)
    assert codes(catalogue) == {"patients_unknown"}
    assert len({case.patient for case in catalogue.cases}) == 6


def test_that_a_mask_beside_its_picture_is_found_by_its_ending(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "a.jpg")
    draw_mask(tmp_path / "a_mask.png")
    assert open_folder(tmp_path, PLAIN).cases[0].masks == (tmp_path / "a_mask.png",)


def test_that_a_pattern_names_the_patient(pictures: Path) -> None:
    catalogue = open_folder(pictures, Options(patient_pattern=r"^(p\d+)_"))
    assert {case.patient for case in catalogue.cases} == {"p0", "p1", "p2"}
    assert codes(catalogue) == {"patients_from_names"}


def test_that_a_pattern_that_fits_no_name_is_refused(pictures: Path) -> None:
    with pytest.raises(TrainingError, match="does not fit"):
        open_folder(pictures, Options(patient_pattern=r"^(x)"))


def test_that_a_table_names_the_patient(pictures: Path) -> None:
    rows = "".join(f"p{n // 2}_{n}.png,Q{n % 2}\n" for n in range(6))
    (pictures / "patients.csv").write_text("image,patient\n" + rows)
    assert {case.patient for case in open_folder(pictures, PLAIN).cases} == {"Q0", "Q1"}


@pytest.mark.parametrize("text", ["image,patient\np0_0.png,A\n", "file name,who\na,b\n", "image,patient\np0_0,A\np0_0,B\n", ""])
def test_that_a_wrong_table_of_patients_is_refused(pictures: Path, text: str) -> None:
    (pictures / "patients.csv").write_text(text)
    with pytest.raises(TrainingError, match="table"):
        open_folder(pictures, PLAIN)


def test_that_folders_named_train_and_test_are_the_split(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    for part in ("train", "test"):
        draw_picture(tmp_path / part / "images" / "a.png")
        draw_mask(tmp_path / part / "masks" / "a.png")
    catalogue = open_folder(tmp_path, PLAIN)
    assert {case.name: case.part for case in catalogue.cases} == {"test__a": "test", "train__a": "train"}


def test_that_folders_named_train_and_validation_are_obeyed_and_the_test_is_drawn_from_train(
    tmp_path: Path, draw_picture: Draw, draw_mask: Draw
) -> None:
    for part, count in (("train", 5), ("val", 2)):
        for n in range(count):
            draw_picture(tmp_path / part / "images" / f"{part}{n}.png")
            draw_mask(tmp_path / part / "masks" / f"{part}{n}.png")
    catalogue = open_folder(tmp_path, PLAIN)
    assert codes(catalogue) == {"patients_unknown"}
    assert "the test drawn" in catalogue.split
    split = draw_split(catalogue, seed=0, shares=Shares())
    assert split["validation"] == ("val__val0", "val__val1")
    assert len(split["test"]) == 1
    assert all(name.startswith("train") for name in (*split["train"], *split["test"]))
    assert len(draw_split(catalogue, seed=0, shares=Shares(0.15, 0.0))["train"]) == 5


def test_that_pictures_outside_of_the_named_parts_are_refused_and_named(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    for part in ("train", "test", "extra"):
        draw_picture(tmp_path / part / "images" / f"{part}1.png")
        draw_mask(tmp_path / part / "masks" / f"{part}1.png")
    with pytest.raises(TrainingError, match=r"1 picture \(extra/images/extra1\.png\)"):
        open_folder(tmp_path, PLAIN)


@pytest.mark.parametrize("parts", [("train",), ("test",), ("validation", "test")])
def test_that_folders_that_are_no_whole_split_are_said_to_be_ignored(
    parts: tuple[str, ...], tmp_path: Path, draw_picture: Draw, draw_mask: Draw
) -> None:
    for part in parts:
        draw_picture(tmp_path / part / "images" / f"{part}1.png")
        draw_mask(tmp_path / part / "masks" / f"{part}1.png")
    catalogue = open_folder(tmp_path, PLAIN)
    found = {finding.code: finding for finding in catalogue.findings}
    assert found["split_ignored"].severity == "amber"
    assert all(part in found["split_ignored"].message for part in parts)
    assert all(case.part is None for case in catalogue.cases)


def test_that_a_patient_in_train_and_test_is_refused(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    for part in ("train", "test"):
        draw_picture(tmp_path / part / "images" / "a_1.png")
        draw_mask(tmp_path / part / "masks" / "a_1.png")
    with pytest.raises(TrainingError, match="more than one"):
        open_folder(tmp_path, Options(patient_pattern="^(a)"))


def test_that_labels_of_several_structures_keep_their_numbers(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "images" / "a.png", hw=(64, 64))
    draw_mask(tmp_path / "masks" / "a.png", hw=(64, 64), value=2)
    catalogue = open_folder(tmp_path, Options(structures=("cup", "disc")))
    labels = catalogue.read(catalogue.cases[0], 0).labels
    assert set(np.unique(labels)) == {0, 2}
    assert catalogue.table.names == ("cup", "disc")


def test_that_several_masks_of_several_structures_are_joined(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "a.png", hw=(64, 64))
    draw_mask(tmp_path / "a_mask.png", hw=(64, 64), box=(0, 10, 0, 10), value=1)
    draw_mask(tmp_path / "a_mask_1.png", hw=(64, 64), box=(20, 30, 0, 10), value=2)
    catalogue = open_folder(tmp_path, Options(structures=("cup", "disc")))
    labels = catalogue.read(catalogue.cases[0], 0).labels
    assert np.bincount(labels.reshape(-1)).tolist() == [64 * 64 - 200, 100, 100]


def test_that_masks_that_give_a_pixel_two_structures_are_named(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "a.png", hw=(64, 64))
    draw_mask(tmp_path / "a_mask.png", hw=(64, 64), box=(0, 10, 0, 10), value=1)
    draw_mask(tmp_path / "a_mask_1.png", hw=(64, 64), box=(9, 30, 0, 10), value=2)
    catalogue = open_folder(tmp_path, Options(structures=("cup", "disc")))
    with pytest.raises(TrainingError, match="two structures") as caught:
        catalogue.read(catalogue.cases[0], 0)
    assert "a_mask.png" in str(caught.value.what)
    assert "a_mask_1.png" in str(caught.value.where)
    # the same structure twice is none
    draw_mask(tmp_path / "a_mask_1.png", hw=(64, 64), box=(9, 30, 0, 10), value=1)
    assert int(catalogue.read(catalogue.cases[0], 0).labels.sum()) == 300
    draw_mask(tmp_path / "a_mask_1.png", hw=(60, 64), value=2)
    with pytest.raises(TrainingError, match="different sizes"):
        catalogue.read(catalogue.cases[0], 0)


def test_that_a_label_without_a_name_is_refused(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "images" / "a.png")
    draw_mask(tmp_path / "masks" / "a.png", value=3)
    with pytest.raises(TrainingError, match=r"labels \[3\]"):
        check("folder", tmp_path, options=Options(structures=("cup", "disc")))


def test_that_a_picture_is_shrunk_with_its_mask_and_padded(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "images" / "a.png", hw=(100, 200))
    draw_mask(tmp_path / "masks" / "a.png", hw=(100, 200), box=(0, 50, 100, 200))
    catalogue = open_folder(tmp_path, PLAIN)
    slices = catalogue.read(catalogue.cases[0], 128)
    assert slices.images.shape == (1, 3, 64, 128)
    assert slices.images.dtype == np.uint8
    assert slices.labels[0, :32, 64:].all()
    assert not slices.labels[0, :, :63].any()
    assert not slices.labels[0, 33:].any()


def test_that_tiles_pair_with_their_first_hand_masks_and_slides_are_patients(gastric: Path) -> None:
    catalogue = open_gastric(gastric, PLAIN)
    assert len(catalogue.cases) == 8
    assert {case.patient for case in catalogue.cases} == {"A1", "B2", "C3", "D4"}
    assert catalogue.cases[0].masks[0].name == "A1_0_1024_1stHO.png"


def test_that_masks_in_a_folder_of_their_own_may_carry_the_ending(gastric: Path) -> None:
    for path in gastric.glob("*.png"):
        folder = gastric / ("masks" if "1stHO" in path.name else "images")
        folder.mkdir(exist_ok=True)
        path.rename(folder / path.name)
    assert len(open_gastric(gastric, PLAIN).cases) == 8


def test_that_several_masks_of_a_breast_are_joined(busi: Path) -> None:
    catalogue = open_busi(busi, PLAIN)
    assert len(catalogue.cases) == 24
    assert {case.stratum for case in catalogue.cases} == {"benign", "malignant", "normal"}
    case = next(case for case in catalogue.cases if "benign_(1)" in case.name)
    assert len(case.masks) == 2
    labels = catalogue.read(case, 0).labels[0]
    assert labels[8:24, 16:40].all()
    assert labels[30:40, 44:60].all()
    assert int(labels.sum()) == 16 * 24 + 10 * 16


def test_that_busi_is_read_as_grey_and_in_the_order_of_its_numbers(busi: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    root = busi / "Dataset_BUSI_with_GT" / "benign"
    draw_picture(root / "benign (10).png")
    draw_mask(root / "benign (10)_mask.png")
    catalogue = open_busi(root.parent, PLAIN)
    assert catalogue.read(catalogue.cases[0], 64).images.shape[1] == 1
    names = [case.name for case in catalogue.cases if "__" in case.name and case.name.startswith("benign")]
    assert names.index("benign__benign_(10)") == len(names) - 1


def test_that_a_missing_class_folder_is_named(busi: Path) -> None:
    shutil.rmtree(busi / "Dataset_BUSI_with_GT" / "malignant")
    with pytest.raises(TrainingError, match="malignant"):
        open_busi(busi, PLAIN)


def test_that_without_a_table_blocks_of_frames_stand_for_sequences(clinicdb: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    for n in range(13, 61):
        draw_picture(clinicdb / "Original" / f"{n}.tif", hw=(4, 4))
        draw_mask(clinicdb / "Ground Truth" / f"{n}.tif", hw=(4, 4), box=None)
    catalogue = open_clinicdb(clinicdb, PLAIN)
    patients = [case.patient for case in catalogue.cases]
    assert [case.name for case in catalogue.cases] == [str(n) for n in range(1, 61)]
    assert patients == sorted(patients)
    assert len(set(patients)) == 29
    assert codes(catalogue) == {"sequences_unknown"}
    assert "blocks" in catalogue.split


@pytest.mark.parametrize(("name", "header"), [("sequences.csv", "frame,sequence"), ("metadata.csv", "frame_id,sequence_id")])
def test_that_a_table_says_which_sequence_a_frame_is_of(clinicdb: Path, name: str, header: str) -> None:
    (clinicdb / name).write_text(header + "\n" + "".join(f"{n},{(n - 1) // 3}\n" for n in range(1, 13)))
    catalogue = open_clinicdb(clinicdb, PLAIN)
    assert [case.patient for case in catalogue.cases][:4] == ["sequence-0"] * 3 + ["sequence-1"]
    assert not catalogue.findings


def test_that_a_table_of_sequences_must_know_every_frame(clinicdb: Path) -> None:
    (clinicdb / "sequences.csv").write_text("frame,sequence\n1,1\n")
    with pytest.raises(TrainingError, match="lacks 11 frames"):
        open_clinicdb(clinicdb, PLAIN)


@pytest.mark.parametrize("folder", ["Original", "Ground Truth"])
def test_that_a_missing_folder_of_clinicdb_is_named(clinicdb: Path, folder: str) -> None:
    shutil.rmtree(clinicdb / folder)
    with pytest.raises(TrainingError, match=folder):
        open_clinicdb(clinicdb, PLAIN)


def test_that_of_two_copies_of_every_frame_one_is_taken(clinicdb: Path) -> None:
    for copy in ("PNG", "TIF"):
        for folder in ("Original", "Ground Truth"):
            shutil.copytree(clinicdb / folder, clinicdb / copy / folder)
    for folder in ("Original", "Ground Truth"):
        shutil.rmtree(clinicdb / folder)
    catalogue = open_clinicdb(clinicdb, PLAIN)
    assert len(catalogue.cases) == 12
    assert "PNG" in catalogue.cases[0].images[0].parts


ADAPTERS = [("folder", "pictures"), ("gastric", "gastric"), ("busi", "busi"), ("clinicdb", "clinicdb")]


@pytest.mark.parametrize(("name", "tree"), ADAPTERS)
def test_that_every_adapter_takes_its_own_tree(name: str, tree: str, request: pytest.FixtureRequest) -> None:
    check(name, request.getfixturevalue(tree), options=Options(size=64))


@pytest.mark.parametrize(("name", "tree"), ADAPTERS)
def test_that_a_picture_without_a_mask_is_named(name: str, tree: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(tree)
    lost = sorted(
        p for p in root.rglob("*") if p.is_file() and ("mask" in str(p.relative_to(root)).lower() or "1stHO" in p.name or "Truth" in str(p))
    )
    victim = next(p for p in lost if "_mask_1" not in p.name and "(1)" not in p.name)
    victim.unlink()
    with pytest.raises(TrainingError, match=r"1 picture .* without a mask"):
        check(name, root)


@pytest.mark.parametrize(("name", "tree"), ADAPTERS)
def test_that_a_mask_without_a_picture_is_named(name: str, tree: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(tree)
    victim = next(
        c.images[0]
        for c in {"folder": open_folder, "gastric": open_gastric, "busi": open_busi, "clinicdb": open_clinicdb}[name](root, PLAIN).cases
    )
    victim.unlink()
    with pytest.raises(TrainingError, match="without a picture"):
        check(name, root)


@pytest.mark.parametrize("name", ["folder", "gastric", "busi", "clinicdb", "synapse", "btcv"])
def test_that_an_empty_folder_and_none_at_all_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(TrainingError):
            check(name, folder)


def test_that_a_mask_of_another_size_is_refused(pictures: Path, draw_mask: Draw) -> None:
    draw_mask(pictures / "masks" / "p1_3.png", hw=(40, 64))
    with pytest.raises(TrainingError, match="48 × 64 pixels and its mask 40 × 64"):
        check("folder", pictures)


def test_that_a_damaged_picture_is_named(pictures: Path) -> None:
    path = pictures / "images" / "p1_3.png"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match="p1_3"):
        check("folder", pictures)


def test_that_empty_masks_alone_are_nothing_to_learn_from(tmp_path: Path, draw_picture: Draw, draw_mask: Draw) -> None:
    draw_picture(tmp_path / "images" / "a.png")
    draw_mask(tmp_path / "masks" / "a.png", box=None)
    with pytest.raises(TrainingError, match="Every mask is empty"):
        check("folder", tmp_path)


def test_that_two_pictures_that_differ_in_the_ending_only_are_refused(pictures: Path, draw_picture: Draw) -> None:
    draw_picture(pictures / "images" / "p0_0.jpg")
    with pytest.raises(TrainingError, match="ending"):
        check("folder", pictures)


def test_that_a_photograph_is_no_mask(tmp_path: Path, draw_picture: Draw) -> None:
    draw_picture(tmp_path / "m.png", grey=True)
    with pytest.raises(TrainingError, match="between black and white"):
        read_binary_mask(tmp_path / "m.png")


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_that_a_two_valued_mask_may_be_stored_in_any_way(mode: str, tmp_path: Path) -> None:
    values = np.zeros((8, 8), bool)
    values[2:5] = True
    image = Image.fromarray(values)
    if mode == "P":
        image = Image.frombytes("P", (8, 8), values.astype(np.uint8).tobytes())
        image.putpalette([0, 0, 0, 255, 0, 0])
    else:
        image = image.convert(mode)
    image.save(tmp_path / "m.png")
    assert np.array_equal(read_binary_mask(tmp_path / "m.png"), values)


@pytest.mark.parametrize("wrong", [{"size": 3}, {"patient_pattern": "("}, {"patient_pattern": "a"}, {"window": (1.0, 1.0)}])
def test_that_wishes_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(TrainingError):
        Options(**wrong)  # type: ignore[arg-type]
