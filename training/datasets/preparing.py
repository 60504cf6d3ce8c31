"""From a data set as it is distributed to a prepared set: checked, at the working size, divided by patient, frozen."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gf_desktop.arrays import write_arrays
from gf_desktop.atomic import explain_os_error
from gf_desktop.errors import TrainingError
from gf_desktop.files.findings import Finding
from training.datasets.abdomen_sets import open_btcv, open_synapse
from training.datasets.picture_sets import open_busi, open_clinicdb, open_folder, open_gastric
from training.datasets.rounds import open_round
from training.datasets.source import PARTS, Catalogue, Options, Slices
from training.datasets.split import SPLIT_NAME, Shares, Split, draw_split, read_split, source_hashes

__all__ = ["CASES", "DATASETS", "DOCUMENT", "PREPARED_FORMAT", "check", "prepare"]

PREPARED_FORMAT = 1

DOCUMENT = "dataset.json"

CASES = "cases"

DATASETS: dict[str, Callable[[Path, Options], Catalogue]] = {
    "gastric": open_gastric,
    "synapse": open_synapse,
    "btcv": open_btcv,
    "busi": open_busi,
    "clinicdb": open_clinicdb,
    "folder": open_folder,
    "manifest": open_round,
}
"""Name on the command line -> adapter."""


def _open(dataset: str, src: Path, options: Options) -> Catalogue:
    if dataset not in DATASETS:
        raise TrainingError(f"There is no data set {dataset!r}", next_step=f"Choose one of {', '.join(DATASETS)}.")
    return DATASETS[dataset](src, options)


def check(dataset: str, src: Path, *, options: Options | None = None) -> tuple[Finding, ...]:
    """Read a data set's every file, write nothing, and return what was noticed.

    Raises
    ------
    UserError
        At the first thing that is wrong: a missing folder, an image without a mask, other sizes, labels out of range, NaN,
        no images at all.
    """
    options = options or Options()
    catalogue = _open(dataset, src, options)
    size = catalogue.size if options.size is None else options.size
    inked = 0
    for case in catalogue.cases:
        inked += int(np.count_nonzero(catalogue.read(case, size).labels))
    _refuse_empty(inked)
    return catalogue.findings


def prepare(
    dataset: str,
    src: Path,
    dst: Path,
    *,
    seed: int = 0,
    options: Options | None = None,
    shares: Shares | None = None,
    frozen: Path | None = None,
) -> dict[str, Any]:
    """Check a data set, bring it to the working size, divide it by patient and freeze the division.

    Nothing is at ``dst`` until everything is.

    Parameters
    ----------
    dataset
        A name of :data:`DATASETS`.
    src
        The folder into which it was unpacked.
    dst
        Folder to make; it may exist when it is empty.
    seed
        Of the division. The same seed on the same source gives the same division.
    shares
        How much is held back.
    frozen
        A prepared set or its ``split.json`` whose division is taken; a source with other files is refused.

    Returns
    -------
    What was prepared, as plain values: data set, folder, seed, slices and patients by part, structures, findings, notice.

    Raises
    ------
    UserError
        When ``dst`` is not empty or cannot be written, the source is wrong (see :func:`check`), is not the frozen one, or
        has too few patients.
    """
    options, shares = options or Options(), shares or Shares()
    if seed < 0:
        raise TrainingError(f"A seed of {seed} is not possible", next_step="Choose 0 or more.")
    _check_destination(src, dst)
    catalogue = _open(dataset, src, options)
    hashes = source_hashes(src, catalogue.cases)
    split = _split(catalogue, hashes, seed=seed, shares=shares, frozen=frozen)
    size = catalogue.size if options.size is None else options.size
    temporary: Path | None = None
    try:
        dst.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{dst.name}.", suffix=".preparing", dir=dst.parent))
        document = _write(catalogue, split, temporary, size=size)
        temporary.chmod(0o755)
        if dst.exists():
            dst.rmdir()
        temporary.rename(dst)
    except OSError as error:
        raise explain_os_error(error, dst) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return {
        "dataset": catalogue.name,
        "folder": str(dst),
        "seed": split.seed,
        "size": size,
        "split": catalogue.split,
        "counts": document["counts"],
        "structures": list(catalogue.table.names),
        "findings": [finding.message for finding in catalogue.findings],
        "notice": catalogue.notice,
    }


def _check_destination(src: Path, dst: Path) -> None:
    if dst.exists() and (not dst.is_dir() or any(dst.iterdir())):
        raise TrainingError("The folder to be made is there already and not empty", where=str(dst), next_step="Choose a new folder.")
    if src.is_dir() and dst.resolve().is_relative_to(src.resolve()):
        raise TrainingError("The folder to be made lies within the source", where=str(dst), next_step="Choose a folder outside of it.")


def _split(catalogue: Catalogue, hashes: dict[str, str], *, seed: int, shares: Shares, frozen: Path | None) -> Split:
    if frozen is None:
        return Split(catalogue.name, seed, draw_split(catalogue, seed=seed, shares=shares), hashes)
    split = read_split(frozen)
    if split.dataset != catalogue.name:
        raise TrainingError(
            f"The split is of {split.dataset}, not of {catalogue.name}", where=str(frozen), next_step="Choose the split of this data set."
        )
    split.check_source(hashes)
    known = {patient for names in split.patients.values() for patient in names}
    strange = sorted({case.patient for case in catalogue.cases} - known)
    if strange:
        raise TrainingError(
            f"The split does not know patient {strange[0]}", where=str(frozen), next_step="Use the same rule for patients as before."
        )
    return split


def _refuse_empty(inked: int) -> None:
    if inked == 0:
        raise TrainingError("Every mask is empty: there is nothing to learn", next_step="Choose the folder with the drawn masks.")


def _write(catalogue: Catalogue, split: Split, folder: Path, *, size: int) -> dict[str, Any]:
    """Write all cases and the two documents; return ``dataset.json``'s content."""
    (folder / CASES).mkdir()
    counts: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    patients: dict[str, set[str]] = {part: set() for part in PARTS}
    cases = []
    inked = 0
    for case in catalogue.cases:
        part = split.part_of(case.patient)
        slices = catalogue.read(case, size)
        write_arrays(folder / CASES / f"{case.name}.npz", _arrays(slices))
        present = set(np.unique(slices.labels).tolist()) - {0}
        inked += len(present)
        counts[part].update({"cases": 1, "slices": len(slices.images)})
        patients[part].add(case.patient)
        cases.append({"name": case.name, "patient": case.patient, "part": part, "slices": len(slices.images), "labels": sorted(present)})
    _refuse_empty(inked)
    document = {
        "format": PREPARED_FORMAT,
        "name": catalogue.name,
        "title": catalogue.title,
        "structures": catalogue.table.as_json(),
        "channels": catalogue.channels,
        "size": size,
        "licence": catalogue.licence,
        "notice": catalogue.notice,
        "split": catalogue.split,
        "findings": [{"code": f.code, "message": f.message, "severity": f.severity} for f in catalogue.findings],
        "counts": {
            part: {"cases": counts[part]["cases"], "slices": counts[part]["slices"], "patients": len(patients[part])} for part in PARTS
        },
        "cases": cases,
    }
    for name, content in ((DOCUMENT, document), (SPLIT_NAME, split.as_json())):
        (folder / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return document


def _arrays(slices: Slices) -> dict[str, Any]:
    arrays: dict[str, Any] = {"images": slices.images, "labels": slices.labels}
    return arrays if slices.supervised is None else arrays | {"supervised": slices.supervised}
