"""Dividing patients into train, validation and test, and keeping that division."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gf_desktop.errors import TrainingError
from gf_desktop.pack import file_sha256
from training.datasets.source import PARTS, Catalogue, Part, SourceCase

__all__ = ["SPLIT_NAME", "Shares", "Split", "draw_split", "read_split", "source_hashes"]

SPLIT_NAME = "split.json"

SPLIT_FORMAT = 1

FRESH = "Prepare the data set again, without --split, into a new folder."


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the patients that are held back, each 0 to 1; where the distributor has a test split, ``test`` is not used."""

    validation: float = 0.15
    test: float = 0.2

    def __post_init__(self) -> None:
        if not (0 <= self.validation < 1 and 0 <= self.test < 1 and self.validation + self.test < 1):
            raise TrainingError(
                f"Shares of {self.validation} for validation and {self.test} for test leave nothing to train on",
                next_step="Choose shares from 0 whose sum is below 1.",
            )


@dataclass(frozen=True, slots=True)
class Split:
    """A frozen division of patients.

    Attributes
    ----------
    dataset
        The adapter's name.
    seed
        With which it was drawn.
    patients
        Part -> patients, sorted.
    sources
        File, relative to the source -> sha256.
    """

    dataset: str
    seed: int
    patients: dict[Part, tuple[str, ...]]
    sources: dict[str, str]

    def part_of(self, patient: str) -> Part:
        """Return the part in which a patient lies; KeyError where in none."""
        for part, patients in self.patients.items():
            if patient in patients:
                return part
        raise KeyError(patient)

    def as_json(self) -> dict[str, object]:
        """Return plain values for ``split.json``."""
        patients = {part: list(names) for part, names in self.patients.items()}
        return {"format": SPLIT_FORMAT, "dataset": self.dataset, "seed": self.seed, "patients": patients, "sources": self.sources}

    def check_source(self, now: dict[str, str]) -> None:
        """Raise TrainingError when the source's files are not those that were split."""
        for what, names in (
            ("is missing now", sorted(set(self.sources) - set(now))),
            ("is new", sorted(set(now) - set(self.sources))),
            ("has changed", sorted(name for name in set(now) & set(self.sources) if now[name] != self.sources[name])),
        ):
            if names:
                more = f", and {len(names) - 1} more" if len(names) > 1 else ""
                raise TrainingError(f"The source is not the one that was split: {names[0]} {what}{more}", next_step=FRESH)


def source_hashes(src: Path, cases: tuple[SourceCase, ...]) -> dict[str, str]:
    """Return the sha256 of every file of the cases, by its path relative to the source (or its name, outside of it)."""
    root = src if src.is_dir() else src.parent
    hashes = {}
    for case in cases:
        for path in (*case.images, *case.masks):
            name = path.relative_to(root).as_posix() if path.is_relative_to(root) else f"{case.name}/{path.name}"
            try:
                hashes[name] = file_sha256(path)
            except OSError as error:
                raise TrainingError(f"A file cannot be read: {error.strerror}", where=str(path), next_step="Check the disk.") from error
    return dict(sorted(hashes.items()))


def draw_split(catalogue: Catalogue, *, seed: int, shares: Shares) -> dict[Part, tuple[str, ...]]:
    """Divide patients, within each stratum alike.

    The distributor's validation and test stay what they are; what is missing of them is drawn from its train.
    The same patients, seed and shares give the same division, whatever the order of the cases.

    Raises
    ------
    TrainingError
        When there are too few patients for the parts that are asked for.
    """
    patients: dict[Part, list[str]] = {part: [] for part in PARTS}
    strata: dict[str, set[str]] = {}
    official: set[Part] = set()
    whole = {"validation", "test"} <= {case.part for case in catalogue.cases}
    for case in catalogue.cases:
        if case.part is None or (case.part == "train" and not whole):
            strata.setdefault(case.stratum, set()).add(case.patient)
        else:
            official.add(case.part)
            patients[case.part].append(case.patient)
        official |= {case.part} if case.part else set()
    wanted: dict[Part, float] = {"test": 0.0 if "test" in official else shares.test}
    wanted["validation"] = 0.0 if "validation" in official else shares.validation
    free = sum(len(names) for names in strata.values())
    drawn = _draw(strata, wanted, np.random.default_rng([seed, free]))
    for part, names in drawn.items():
        patients[part].extend(names)
    result = {part: tuple(sorted(set(names))) for part, names in patients.items()}
    if not result["train"] or any(share > 0 and not result[part] for part, share in wanted.items()):
        raise TrainingError(
            f"{free} patients are too few for a split into {' and '.join(['train', *(p for p, s in wanted.items() if s > 0)])}",
            next_step="Add patients, or ask for less with --validation 0 or --test 0.",
        )
    return result


def _draw(strata: dict[str, set[str]], wanted: dict[Part, float], rng: np.random.Generator) -> dict[Part, list[str]]:
    """Return patients by part; each part that is asked for gets at least one patient where there are three or more."""
    drawn: dict[Part, list[str]] = {part: [] for part in PARTS}
    for _, names in sorted(strata.items()):
        order = [sorted(names)[n] for n in rng.permutation(len(names))]
        for part, share in wanted.items():
            count = round(share * len(names))
            if share > 0 and len(strata) == 1:
                count = max(1, count)
            drawn[part].extend(order[:count])
            order = order[count:]
        drawn["train"].extend(order)
    for part, share in wanted.items():  # many small strata may all round to nothing
        if share > 0 and not drawn[part] and len(drawn["train"]) > 1:
            drawn[part].append(drawn["train"].pop())
    return drawn


def read_split(path: Path) -> Split:
    """Read a frozen split: ``split.json`` or a prepared set's folder.

    Raises
    ------
    TrainingError
        When it is missing, damaged, of another format, or names a patient twice.
    """
    path = path / SPLIT_NAME if path.is_dir() else path
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != SPLIT_FORMAT:
            raise TrainingError(f"The split is of format {document['format']}", where=str(path), next_step=FRESH)
        patients: dict[Part, tuple[str, ...]] = {part: tuple(map(str, document["patients"][part])) for part in PARTS}
        sources = {str(name): str(digest) for name, digest in document["sources"].items()}
        split = Split(str(document["dataset"]), int(document["seed"]), patients, sources)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"The split cannot be read: {error!r}", where=str(path), next_step=FRESH) from error
    everyone = [name for names in patients.values() for name in names]
    if len(set(everyone)) < len(everyone):
        raise TrainingError("The split has a patient in two parts", where=str(path), next_step=FRESH)
    return split
