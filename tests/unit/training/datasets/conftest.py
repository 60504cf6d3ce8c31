"""Small trees in the layouts in which the public data sets are distributed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Draw = Callable[..., None]


def picture(path: Path, *, hw: tuple[int, int] = (48, 64), seed: int = 0, grey: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (*hw, 3)).astype(np.uint8)
    Image.fromarray(pixels[..., 0] if grey else pixels).save(path)


def mask(path: Path, *, hw: tuple[int, int] = (48, 64), box: tuple[int, int, int, int] | None = (8, 24, 16, 40), value: int = 255) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.zeros(hw, np.uint8)
    if box is not None:
        values[box[0] : box[1], box[2] : box[3]] = value
    Image.fromarray(values).save(path)


@pytest.fixture
def draw_picture() -> Draw:
    return picture


@pytest.fixture
def draw_mask() -> Draw:
    return mask


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of images and masks, six pictures of three patients."""
    root = tmp_path / "own"
    for n in range(6):
        picture(root / "images" / f"p{n // 2}_{n}.png", seed=n)
        mask(root / "masks" / f"p{n // 2}_{n}.png")
    return root


@pytest.fixture
def gastric(tmp_path: Path) -> Path:
    root = tmp_path / "gastric"
    for slide in ("A1", "B2", "C3", "D4"):
        for x in (0, 512):
            picture(root / f"{slide}_{x}_1024.png", seed=x)
            mask(root / f"{slide}_{x}_1024_1stHO.png")
    return root


@pytest.fixture
def busi(tmp_path: Path) -> Path:
    root = tmp_path / "busi" / "Dataset_BUSI_with_GT"
    for kind in ("benign", "malignant", "normal"):
        for n in range(1, 9):
            picture(root / kind / f"{kind} ({n}).png", seed=n)
            mask(root / kind / f"{kind} ({n})_mask.png", box=None if kind == "normal" else (8, 24, 16, 40))
    mask(root / "benign" / "benign (1)_mask_1.png", box=(30, 40, 44, 60))
    return root.parent


@pytest.fixture
def clinicdb(tmp_path: Path) -> Path:
    root = tmp_path / "clinicdb"
    for n in range(1, 13):
        picture(root / "Original" / f"{n}.tif", seed=n)
        mask(root / "Ground Truth" / f"{n}.tif")
    return root


def synapse_plane(seed: int) -> tuple[np.ndarray, np.ndarray]:
    label = np.zeros((96, 96), np.float32)
    label[20:60, 20:60] = 1 + seed % 8
    return np.random.default_rng(seed).random((96, 96)).astype(np.float32), label


@pytest.fixture
def synapse(tmp_path: Path) -> Path:
    """TransUNet's files: three patients to train on, one to test on."""
    h5py = pytest.importorskip("h5py")
    root = tmp_path / "Synapse"
    (root / "train_npz").mkdir(parents=True)
    (root / "test_vol_h5").mkdir()
    for case in ("case0005", "case0006", "case0007"):
        for k in range(3):
            image, label = synapse_plane(k)
            np.savez(root / "train_npz" / f"{case}_slice{k:03d}.npz", image=image, label=label)
    planes = [synapse_plane(k) for k in range(2)]
    with h5py.File(root / "test_vol_h5" / "case0008.npy.h5", "w") as file:
        file["image"], file["label"] = np.stack([p[0] for p in planes]), np.stack([p[1] for p in planes])
    return root


@pytest.fixture
def btcv(tmp_path: Path) -> Path:
    """BTCV's raw scans: 0001 is one of TransUNet's test scans, the others train. The body's front is where NIfTI's y is large."""
    import nibabel as nib

    root = tmp_path / "RawData" / "Training"
    for folder in ("img", "label"):
        (root / folder).mkdir(parents=True)
    for n in (1, 5, 6, 7):
        voxels = np.full((32, 24, 4), -1000, np.int16)
        voxels[4:28, 4:20] = 75
        labels = np.zeros(voxels.shape, np.uint8)
        labels[6:12, 12:20], labels[14:20, 6:12], labels[22:26, 6:12] = 6, 1, 13
        affine = np.diag([0.8, 0.8, 3.0, 1.0])
        nib.save(nib.Nifti1Image(voxels, affine), root / "img" / f"img{n:04d}.nii.gz")
        nib.save(nib.Nifti1Image(labels, affine), root / "label" / f"label{n:04d}.nii.gz")
    return root
