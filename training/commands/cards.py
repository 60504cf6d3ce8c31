"""What lies beside the weights of a run: which network they are of, what it was trained on, and their hash."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from torch import nn

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import ModelError, TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import file_sha256
from training.checkpoint import load_weights, save_weights
from training.config import NetworkConfig
from training.networks import build_network
from training.networks.paraphraser import Paraphraser
from training.paraphrase import both, new_paraphrasers

__all__ = ["CARD", "WEIGHTS", "NetworkCard", "load_network", "load_paraphrasers", "read_card", "write_network"]

CARD, WEIGHTS = "card.json", "weights.safetensors"

CARD_FORMAT = 1

Kind = Literal["network", "paraphrasers"]


@dataclass(frozen=True, slots=True)
class NetworkCard:
    """A trained network, or the Paraphrasers between a teacher and a student.

    Attributes
    ----------
    kind
        Which of the two.
    network
        The network; of Paraphrasers the student, whose taps they speak.
    table
        Structures of its classes.
    data
        Name of the set that it was trained on.
    mean, std
        Of the normalisation of its input.
    labelled, split_seed
        Share of the set's labels that it saw, itself or through its teacher, and which (:class:`~training.commands.configs.DataConfig`);
        None where that is not known, and of Paraphrasers.
    teacher_sha256
        Of the weights that Paraphrasers were trained on; "" for a network.
    sha256
        Of its own weights.
    """

    kind: Kind
    network: NetworkConfig
    table: LabelTable
    data: str
    mean: float
    std: float
    labelled: float | None = None
    split_seed: int | None = None
    teacher_sha256: str = ""
    sha256: str = ""

    @property
    def spec(self) -> PreprocessSpec:
        """How images on the 0..1 scale become its input."""
        return PreprocessSpec(colour=self.network.in_channels == 3, mean=self.mean, std=self.std, slicing="acquired")

    def as_json(self) -> dict[str, Any]:
        """Return plain values for ``card.json``."""
        return {
            "format": CARD_FORMAT,
            "kind": self.kind,
            "network": self.network.as_json(),
            "structures": self.table.as_json(),
            "data": self.data,
            "mean": self.mean,
            "std": self.std,
            "labelled": self.labelled,
            "split_seed": self.split_seed,
            "teacher_sha256": self.teacher_sha256,
            "sha256": self.sha256,
        }


def write_network(folder: Path, network: nn.Module, card: NetworkCard) -> NetworkCard:
    """Write weights and card, and return the card with their hash.

    Raises
    ------
    UserError
        When the disk is full or the folder cannot be written.
    """
    save_weights(folder / WEIGHTS, network)
    card = replace(card, sha256=file_sha256(folder / WEIGHTS))
    with atomic_path(folder / CARD) as temporary:
        temporary.write_text(json.dumps(card.as_json(), indent=1) + "\n", encoding="utf-8")
    return card


def read_card(folder: Path, *, kind: Kind, who: str) -> NetworkCard:
    """Read a run's card and compare its weights with their hash.

    Parameters
    ----------
    who
        What a message calls it, for instance "teacher".

    Raises
    ------
    TrainingError
        When the folder, the card or the weights are missing or damaged, or the run made something of the other kind.
    """
    advice = f"Train the {who} first, to its end, and name its folder."
    for name in (CARD, WEIGHTS):
        if not (folder / name).is_file():
            raise TrainingError(f"There is no trained {who}: {name} is missing", where=str(folder), next_step=advice)
    try:
        document = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if document["format"] != CARD_FORMAT or document["kind"] != kind:
            raise TrainingError(f"The folder holds {document['kind']}, and the {who} is wanted", where=str(folder), next_step=advice)
        # cards of earlier versions do not say
        labels = document.get("labelled"), document.get("split_seed")
        known = None if None in labels else labels
        card = NetworkCard(
            kind=kind,
            network=NetworkConfig.from_json(document["network"]),
            table=LabelTable.from_json(document["structures"]),
            data=str(document["data"]),
            mean=float(document["mean"]),
            std=float(document["std"]),
            labelled=None if known is None else float(known[0]),
            split_seed=None if known is None else int(known[1]),
            teacher_sha256=str(document["teacher_sha256"]),
            sha256=str(document["sha256"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ModelError) as error:
        raise TrainingError(f"The card of the {who} is damaged: {error!r}", where=str(folder / CARD), next_step=advice) from error
    if file_sha256(folder / WEIGHTS) != card.sha256:
        raise TrainingError(f"The weights of the {who} are damaged: they are not those of its card", where=str(folder), next_step=advice)
    return card


def load_network(folder: Path, *, who: str) -> tuple[nn.Module, NetworkCard]:
    """Return a trained network in evaluation mode, without gradients, and its card.

    Raises
    ------
    TrainingError
        As ``read_card``, and when the weights are of another network or hold NaN. Nothing ever goes on with random weights.
    """
    card = read_card(folder, kind="network", who=who)
    network = build_network(card.network)
    _load(folder, network, who)
    return network.eval().requires_grad_(False), card


def load_paraphrasers(
    folder: Path, teacher: nn.Module, *, teacher_sha256: str, student: nn.Module, channels: int
) -> tuple[Paraphraser, Paraphraser]:
    """Return trained Paraphrasers from a teacher's taps to a student's, in evaluation mode, without gradients.

    Raises
    ------
    TrainingError
        As ``read_card``, and when they were trained on another teacher or for taps of other widths, or hold NaN.
    """
    card = read_card(folder, kind="paraphrasers", who="pair of Paraphrasers")
    if card.teacher_sha256 != teacher_sha256:
        raise TrainingError(
            "The Paraphrasers were trained on another teacher", where=str(folder), next_step="Run paraphrase again with this teacher."
        )
    pair = new_paraphrasers(student, teacher, channels)
    _load(folder, both(pair), "pair of Paraphrasers")
    for paraphraser in pair:
        paraphraser.eval().requires_grad_(False)
    return pair


def _load(folder: Path, network: nn.Module, who: str) -> None:
    try:
        load_weights(folder / WEIGHTS, network)
    except TrainingError as error:
        if isinstance(error.__cause__, RuntimeError):
            what, advice = f"The {who} does not fit: its weights are of networks of other sizes", f"Train the {who} for these networks."
        else:
            what, advice = f"The {who} cannot be used: {error.what[0].lower()}{error.what[1:]}", f"Train the {who} again."
        raise TrainingError(what, where=str(folder), next_step=advice) from error
