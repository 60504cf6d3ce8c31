"""evaluate: Dice and HD95 of a trained network, per structure and per patient; pixel accuracy and mIoU."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.metrics import StructureScore, score_masks
from training.commands.cards import load_network
from training.commands.configs import EvaluateConfig
from training.commands.data import Judged, read_judged
from training.dataset import SliceSet
from training.devices import Devices

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["evaluate", "pixel_line", "result_table"]

FORWARD_BATCH = 8

MOST_PATIENTS = 6
"""More do not fit on a line; all are in the JSON document."""


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Judge a run's network on the slices of a part, each case as a whole.

    A structure that is missed or spurious in a case scores Dice 0 and, as its distance, the diagonal of the case's grid; one that is in
    neither mask is not scored (:class:`gf_desktop.imaging.metrics.StructureScore`). Unsupervised pixels count on neither side. Means are
    over the cases of a patient, then over patients.

    Pixel accuracy is the share of the supervised pixels whose class is the reference's. mIoU is the mean of ``|P n R| / |P u R|`` over the
    classes, background among them, of which prediction P or reference R has a supervised pixel; classes that are in neither are left out.
    Both are given of each case's pixels ("pixel_accuracy", "miou") and of all cases' pixels taken together ("pixels"). They are None
    where no pixel is supervised.

    Raises
    ------
    UserError
        When the network or the set is missing, damaged, or they do not fit each other.
    """
    if not config.model.run:
        raise TrainingError("No network is named", next_step="Set model.run to the folder of a run of train-teacher or distill.")
    devices = Devices(config.device)
    if devices.world > 1:
        raise TrainingError(f"{devices.world} processes were started to evaluate", next_step="Start evaluate without torchrun.")
    network, card = load_network(Path(config.model.run), who="network")
    judged = read_judged(config.data, config.model.part)
    ours, theirs = ([(s.id, s.name) for s in table] for table in (judged.table, card.table))
    if ours != theirs or card.network.in_channels != judged.channels:
        raise TrainingError(
            f"The network was made for {card.network.in_channels} channels and the structures {', '.join(card.table.names)}; the set has "
            f"{judged.channels} and {', '.join(judged.table.names)}",
            where=config.model.run,
            next_step="Judge it on the set that it was trained on.",
        )
    predicted = _predicted(network.to(devices.device), judged.slices, card.spec.mean, card.spec.std, judged.table)
    cases = _case_scores(judged, predicted)
    return {
        "run": config.model.run,
        "weights_sha256": card.sha256,
        "set": judged.name,
        "part": config.model.part,
        "notice": judged.notice,
        "distances_in": "pixels" if judged.spacing_mm is None else "mm",
    } | _summary(judged.table, cases)


def _predicted(network: nn.Module, slices: SliceSet, mean: float, std: float, table: LabelTable) -> npt.NDArray[np.uint8]:
    """Return uint8 [slices, rows, columns] of the table's ids."""
    device = next(network.parameters()).device
    planes = []
    for start in range(0, len(slices), FORWARD_BATCH):
        images = (slices.images[start : start + FORWARD_BATCH] - mean) / std
        with torch.no_grad():
            logits = network(images.to(device).to(memory_format=torch.channels_last)).logits
        planes.append(logits.argmax(dim=1).cpu().numpy())
    result: npt.NDArray[np.uint8] = table.class_to_id()[np.concatenate(planes)]
    return result


def _case_scores(judged: Judged, predicted: npt.NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Return name, patient, scores and confusion of each case."""
    classes = judged.slices.targets.argmax(dim=1).numpy()
    reference, said = judged.table.class_to_id()[classes], judged.table.id_to_class()[predicted]
    counted = judged.slices.supervised[:, 0].numpy() > 0
    found = []
    for case in dict.fromkeys(judged.cases):
        index = np.array([n for n, name in enumerate(judged.cases) if name == case])
        own, wanted = (np.where(counted[index], ids[index], 0).astype(np.uint8) for ids in (predicted, reference))
        depth, height, width = own.shape
        geometry = Geometry.identity((width, height, depth), judged.spacing_mm or (1.0, 1.0, 1.0))
        scores = score_masks(own, wanted, judged.table, geometry)
        seen = counted[index]
        confusion = _confusion(classes[index][seen], said[index][seen], len(judged.table) + 1)
        found.append({"case": case, "patient": judged.patients[index[0]], "scores": scores, "confusion": confusion})
    return found


def _confusion(reference: npt.NDArray[Any], predicted: npt.NDArray[Any], classes: int) -> npt.NDArray[np.int64]:
    """Return how many pixels are of each class (row: reference, column: predicted), int64 [classes, classes]."""
    pairs = reference.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).astype(np.int64).reshape(classes, classes)


def _accuracy(confusion: npt.NDArray[np.int64]) -> float | None:
    """Return the share of the pixels on the diagonal, None without a pixel."""
    total = int(confusion.sum())
    return int(np.trace(confusion)) / total if total else None


def _miou(confusion: npt.NDArray[np.int64]) -> float | None:
    """Return the mean intersection over union of the classes that occur, background among them; None where none does."""
    common = np.diagonal(confusion)
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - common
    return _mean([int(c) / int(u) if u else None for c, u in zip(common, union, strict=True)])


def _summary(table: LabelTable, cases: list[dict[str, Any]]) -> dict[str, Any]:
    patients: dict[str, dict[str, dict[str, float | None]]] = {}
    for patient in dict.fromkeys(case["patient"] for case in cases):
        own = [case["scores"] for case in cases if case["patient"] == patient]
        patients[patient] = {
            name: {"dice": _mean([s[name].dice for s in own]), "hd95": _mean([s[name].hd95_mm for s in own])} for name in table.names
        }
    structures: dict[str, dict[str, Any]] = {}
    for name in table.names:
        every: list[StructureScore] = [case["scores"][name] for case in cases]
        structures[name] = {
            "dice": _mean([scores[name]["dice"] for scores in patients.values()]),
            "hd95": _mean([scores[name]["hd95"] for scores in patients.values()]),
            "scored": sum(score.dice is not None for score in every),
            "missed": sum(score.reference_ml > 0 and score.volume_ml == 0 for score in every),
            "spurious": sum(score.reference_ml == 0 and score.volume_ml > 0 for score in every),
        }
    every_pixel = np.sum([case["confusion"] for case in cases], axis=0)
    return {
        "pixels": {"accuracy": _accuracy(every_pixel), "miou": _miou(every_pixel)},
        "mean": {key: _mean([values[key] for values in structures.values()]) for key in ("dice", "hd95")},
        "structures": structures,
        "patients": {
            name: {"mean_dice": _mean([s["dice"] for s in scores.values()]), "structures": scores} for name, scores in patients.items()
        },
        "cases": [
            {
                "case": case["case"],
                "patient": case["patient"],
                "pixel_accuracy": _accuracy(case["confusion"]),
                "miou": _miou(case["confusion"]),
            }
            | {name: {"dice": score.dice, "hd95": score.hd95_mm} for name, score in case["scores"].items()}
            for case in cases
        ],
    }


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def pixel_line(result: dict[str, Any]) -> str:
    """Return pixel accuracy and mIoU of all pixels as a line below the table; those of each case are in the JSON document."""
    accuracy, miou = (_number(result["pixels"][key], 4) for key in ("accuracy", "miou"))
    return f"All pixels: pixel accuracy {accuracy}, mIoU {miou} (background included)"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def result_table(result: dict[str, Any]) -> Table:
    """Return what ``evaluate`` found as a table for people: a row for each structure, a column for each patient where they are few."""
    from rich.table import Table

    few = list(result["patients"]) if len(result["patients"]) <= MOST_PATIENTS else []
    table = Table(
        title=f"{result['set']}, {result['part']}: {len(result['patients'])} patients, {len(result['cases'])} cases", title_justify="left"
    )
    table.add_column("structure")
    for name in ("Dice", f"HD95 {result['distances_in']}", "missed", "spurious", *(f"Dice {name}" for name in few)):
        table.add_column(name, justify="right")

    for name, values in result["structures"].items():
        own = [_number(result["patients"][patient]["structures"][name]["dice"], 4) for patient in few]
        table.add_row(name, _number(values["dice"], 4), _number(values["hd95"], 1), str(values["missed"]), str(values["spurious"]), *own)
    own = [_number(result["patients"][patient]["mean_dice"], 4) for patient in few]
    missed, spurious = (str(sum(values[kind] for values in result["structures"].values())) for kind in ("missed", "spurious"))
    table.add_section()
    table.add_row("mean", _number(result["mean"]["dice"], 4), _number(result["mean"]["hd95"], 1), missed, spurious, *own)
    return table
