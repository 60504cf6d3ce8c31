"""Reading a pack's networks and writing a pack: a folder that is complete or not there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from gf_desktop.atomic import explain_os_error, sync_folder
from gf_desktop.errors import TrainingError
from gf_desktop.pack import STUDENT_ONNX, ModelCard, file_sha256, verify_pack, write_card
from training.checkpoint import load_weights, save_weights
from training.config import NetworkConfig
from training.distill import Models
from training.export_onnx import export_student, measure_parity
from training.networks import build_network
from training.paraphrase import both, new_paraphrasers

__all__ = ["PARAPHRASERS", "REPLAY", "STUDENT", "TEACHER", "LoadedPack", "complete_folder", "load_pack", "write_pack"]

STUDENT, TEACHER, PARAPHRASERS, REPLAY = "student.safetensors", "teacher.safetensors", "paraphrasers.safetensors", "replay.npz"

ADVICE = "Refine from a pack that holds its teacher."


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack's card and networks, in evaluation mode."""

    card: ModelCard
    models: Models


def load_pack(folder: Path) -> LoadedPack:
    """Read a pack's networks after checking every file against its hash.

    Raises
    ------
    ModelError
        When the pack is missing or damaged.
    TrainingError
        When it lacks the teacher or the Paraphrasers, or weights do not fit the card. Distillation never begins with
        random weights.
    """
    card = verify_pack(folder)
    for name in (STUDENT, TEACHER, PARAPHRASERS):
        if name not in card.files:
            raise TrainingError(f"The active model's pack has no {name}, so it cannot be refined", where=str(folder), next_step=ADVICE)
    student_config, teacher_config = NetworkConfig.from_json(card.student), NetworkConfig.from_json(card.teacher)
    expected = (card.preprocess.channels, len(card.table) + 1)
    if any((c.in_channels, c.num_classes) != expected for c in (student_config, teacher_config)):
        raise TrainingError("The pack's networks do not fit its preprocessing or its structures", where=str(folder), next_step=ADVICE)
    student, teacher = build_network(student_config), build_network(teacher_config)
    load_weights(folder / STUDENT, student)
    load_weights(folder / TEACHER, teacher)
    paraphrasers = new_paraphrasers(student, teacher, card.preprocess.channels)
    load_weights(folder / PARAPHRASERS, both(paraphrasers))
    for network in (student, teacher, *paraphrasers):
        network.eval()
    for paraphraser in paraphrasers:
        paraphraser.requires_grad_(False)
    return LoadedPack(card, Models(student, teacher, paraphrasers))


@contextmanager
def complete_folder(out_dir: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``out_dir`` that becomes ``out_dir`` at the end, and vanishes on an exception.

    Raises
    ------
    TrainingError
        When ``out_dir`` exists.
    UserError
        When it cannot be written.
    """
    if out_dir.exists():
        raise TrainingError(
            "The folder of the new model exists already",
            where=str(out_dir),
            next_step="Choose a new folder, or start the refinement again.",
        )
    temporary = out_dir.with_name(f".{out_dir.name}.tmp")
    try:
        out_dir.parent.mkdir(parents=True, exist_ok=True)
        # what a killed trainer left behind
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        yield temporary
        temporary.rename(out_dir)
        sync_folder(out_dir.parent)
    except OSError as error:
        raise explain_os_error(error, out_dir) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_pack(folder: Path, card: ModelCard, models: Models, *, replay: Path | None, probe: Tensor) -> float:
    """Fill an empty folder with a complete pack and return the parity of its exported student.

    Parameters
    ----------
    card
        Its ``files`` are filled in here.
    replay
        File of labelled slices to copy, or None.
    probe
        float32 [n, channels, rows, cols] network inputs on which torch and ONNX Runtime are compared.

    Raises
    ------
    TrainingError
        When the exported student differs from the trained one.
    """
    export_student(models.student, folder / STUDENT_ONNX, channels=card.preprocess.channels)
    save_weights(folder / STUDENT, models.student)
    save_weights(folder / TEACHER, models.teacher, half=True)
    save_weights(folder / PARAPHRASERS, both(models.paraphrasers))
    if replay is not None:
        shutil.copyfile(replay, folder / REPLAY)
    names = sorted(path.name for path in folder.iterdir())
    write_card(folder, replace(card, files={name: file_sha256(folder / name) for name in names}))
    return measure_parity(models.student, folder, card.preprocess, images=probe)
