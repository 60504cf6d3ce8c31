"""Synapse in both layouts: which slices, which labels, which test, and what a wrong tree is told."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import GeometryError, TrainingError, UserError
from training.datasets import Options, check
from training.datasets.abdomen_sets import BTCV_TO_SYNAPSE, ORGANS, SYNAPSE_TEST, open_btcv, open_synapse

PLAIN = Options()


def spoil(root: Path, **arrays: np.ndarray) -> Path:
    """Overwrite a training slice."""
    path = root / "train_npz" / "case0006_slice001.npz"
    with np.load(path) as file:
        content = dict(file) | arrays
    np.savez(path, **content)
    return path


def test_that_slices_are_gathered_by_patient_and_the_volumes_are_the_test(synapse: Path) -> None:
    catalogue = open_synapse(synapse, PLAIN)
    assert {case.name: case.part for case in catalogue.cases} == {
        "case0005": None,
        "case0006": None,
        "case0007": None,
        "case0008": "test",
    }
    train, test = catalogue.read(catalogue.cases[0], 0), catalogue.read(catalogue.cases[-1], 64)
    assert train.images.shape == (3, 1, 96, 96)
    assert train.images.dtype == np.float16
    assert [int(train.labels[k].max()) for k in range(3)] == [1, 2, 3]
    assert test.images.shape == (2, 1, 64, 64)
    assert catalogue.table.names == ORGANS


def test_that_slices_last_are_turned_to_slices_first(synapse: Path) -> None:
    import h5py

    path = synapse / "test_vol_h5" / "case0008.npy.h5"
    with h5py.File(path, "r") as file:
        image, label = file["image"][:], file["label"][:]
    catalogue = open_synapse(synapse, PLAIN)
    before = catalogue.read(catalogue.cases[-1], 0)
    with h5py.File(path, "w") as file:
        file["image"], file["label"] = np.moveaxis(image, 0, -1), np.moveaxis(label, 0, -1)
    after = catalogue.read(catalogue.cases[-1], 0)
    assert np.array_equal(before.images, after.images)
    assert np.array_equal(before.labels, after.labels)


def test_that_lists_are_obeyed(synapse: Path) -> None:
    lists = synapse / "lists" / "lists_Synapse"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("case0005_slice000\ncase0006_slice002\n")
    (lists / "test_vol.txt").write_text("case0008\n")
    catalogue = open_synapse(synapse, PLAIN)
    assert [len(case.images) for case in catalogue.cases] == [1, 1, 1]
    assert [finding.code for finding in catalogue.findings] == ["not_listed"]


def test_that_a_file_that_a_list_names_must_be_there(synapse: Path) -> None:
    (synapse / "train.txt").write_text("case0005_slice000\ncase0099_slice000\n")
    with pytest.raises(TrainingError, match="case0099_slice000"):
        open_synapse(synapse, PLAIN)


@pytest.mark.parametrize("folder", ["train_npz", "test_vol_h5"])
def test_that_a_missing_or_empty_folder_is_named(synapse: Path, folder: str) -> None:
    shutil.rmtree(synapse / folder)
    with pytest.raises(TrainingError, match=folder):
        check("synapse", synapse)
    (synapse / folder).mkdir()
    with pytest.raises(TrainingError, match=folder):
        check("synapse", synapse)


def test_that_a_patient_in_both_folders_is_refused(synapse: Path) -> None:
    shutil.copy(synapse / "train_npz" / "case0005_slice000.npz", synapse / "train_npz" / "case0008_slice000.npz")
    with pytest.raises(TrainingError, match="case0008"):
        check("synapse", synapse)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"image": np.full((96, 96), np.nan, np.float32)}, "NaN"),
        ({"image": np.full((96, 96), -125.0, np.float32)}, "0 to 1 is expected"),
        ({"label": np.full((96, 96), 9.0, np.float32)}, r"labels \[9\]"),
        ({"label": np.full((96, 96), 0.5, np.float32)}, "no labels"),
        ({"label": np.full((96, 96), np.nan, np.float32)}, "no labels"),
        ({"label": np.zeros((90, 96), np.float32)}, "do not belong together"),
        ({"image": np.zeros((90, 96), np.float32), "label": np.zeros((90, 96), np.float32)}, "different sizes"),
    ],
)
def test_that_a_wrong_slice_is_refused(synapse: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    spoil(synapse, **arrays)
    with pytest.raises(TrainingError, match=message):
        check("synapse", synapse)


def test_that_a_damaged_slice_and_one_without_labels_are_named(synapse: Path) -> None:
    path = synapse / "train_npz" / "case0006_slice001.npz"
    np.savez(path, image=np.zeros((96, 96)))
    with pytest.raises(TrainingError, match="case0006_slice001"):
        check("synapse", synapse)
    path.write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(TrainingError, match="case0006_slice001"):
        check("synapse", synapse)


def test_that_a_damaged_volume_is_named(synapse: Path) -> None:
    (synapse / "test_vol_h5" / "case0008.npy.h5").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="case0008"):
        check("synapse", synapse)


def test_that_a_missing_h5py_is_said_with_what_to_install(synapse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(TrainingError, match="pip install h5py"):
        check("synapse", synapse)


def test_that_raw_scans_keep_the_eight_organs_and_the_official_test(btcv: Path) -> None:
    catalogue = open_btcv(btcv.parent.parent, PLAIN)
    assert {case.name: case.part for case in catalogue.cases} == {
        "case0001": "test",
        "case0005": None,
        "case0006": None,
        "case0007": None,
    }
    slices = catalogue.read(catalogue.cases[0], 0)
    assert slices.images.shape == (4, 1, 64, 64)
    assert set(np.unique(slices.labels)) == {0, BTCV_TO_SYNAPSE[6], BTCV_TO_SYNAPSE[1]}
    assert {catalogue.table.by_id(BTCV_TO_SYNAPSE[n]).name for n in (6, 1)} == {"liver", "spleen"}
    # 75 HU lies in the middle of the window, air at its lower end
    assert float(slices.images[0, 0, 12, 16]) == 0.5
    assert float(slices.images[0, 0, 0, 0]) == 0.0


def test_that_slices_are_axial_with_the_front_above_and_the_right_side_left(btcv: Path) -> None:
    catalogue = open_btcv(btcv, PLAIN)
    liver = catalogue.read(catalogue.cases[0], 0).labels[0] == BTCV_TO_SYNAPSE[6]
    rows, columns = np.nonzero(liver)
    # stored at x 6..11 (towards the left, for x grows to the right) and y 12..19 (towards the front) of 32 x 24
    assert (rows.min(), rows.max()) == (4, 11)
    assert (columns.min(), columns.max()) == (20, 25)


def test_that_the_layout_of_the_decathlon_is_read_too(btcv: Path, tmp_path: Path) -> None:
    root = tmp_path / "task"
    shutil.copytree(btcv / "img", root / "imagesTr")
    shutil.copytree(btcv / "label", root / "labelsTr")
    shutil.copytree(btcv / "img", root / "imagesTs")
    (root / "imagesTs" / "img0001.nii.gz").rename(root / "imagesTs" / "img0061.nii.gz")
    assert len(open_btcv(root, PLAIN).cases) == 4


@pytest.mark.parametrize("victim", ["img/img0005.nii.gz", "label/label0005.nii.gz"])
def test_that_a_scan_without_its_mask_or_the_other_way_round_is_named(btcv: Path, victim: str) -> None:
    (btcv / victim).unlink()
    with pytest.raises(TrainingError, match="0005"):
        check("btcv", btcv)


def test_that_a_label_beyond_thirteen_is_refused(btcv: Path) -> None:
    import nibabel as nib

    path = btcv / "label" / "label0005.nii.gz"
    old = nib.load(path)
    nib.save(nib.Nifti1Image(np.full(old.shape, 14, np.uint8), old.affine), path)
    with pytest.raises(TrainingError, match=r"labels \[14\]"):
        check("btcv", btcv)


def test_that_a_scan_with_nan_is_refused(btcv: Path) -> None:
    import nibabel as nib

    path = btcv / "img" / "img0005.nii.gz"
    old = nib.load(path)
    voxels = np.zeros(old.shape, np.float32)
    voxels[0, 0, 0] = np.nan
    nib.save(nib.Nifti1Image(voxels, old.affine), path)
    with pytest.raises(TrainingError, match="NaN"):
        check("btcv", btcv)


def test_that_a_mask_on_another_grid_is_refused(btcv: Path) -> None:
    import nibabel as nib

    path = btcv / "label" / "label0005.nii.gz"
    nib.save(nib.Nifti1Image(np.zeros((32, 24, 5), np.uint8), np.diag([0.8, 0.8, 3.0, 1.0])), path)
    with pytest.raises(GeometryError, match="another grid"):
        check("btcv", btcv)


def test_that_a_cut_off_scan_is_refused(btcv: Path) -> None:
    path = btcv / "img" / "img0005.nii.gz"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UserError):
        check("btcv", btcv)


def test_that_transunets_test_has_twelve_scans_of_thirty() -> None:
    assert len(set(SYNAPSE_TEST)) == 12
    assert sorted(BTCV_TO_SYNAPSE.values()) == list(range(1, 9))
