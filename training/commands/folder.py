"""The folder of a run: claimed once, resumed by the configuration that it began with.

::

    config.toml           the effective configuration
    checkpoints/          step-*.safetensors to go on from, best-*.safetensors the average that did best on validation
    events/               for TensorBoard
    weights.safetensors   the result, with card.json
    metrics.json          Dice per structure on the validation slices, and how the run went
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from gf_desktop.atomic import atomic_path, explain_os_error
from gf_desktop.errors import TrainingError
from gf_desktop.pack import file_sha256
from training.checkpoint import checkpoint_path
from training.commands.configs import DEMO_SET, as_toml, read_config
from training.datasets.preparing import DOCUMENT
from training.datasets.split import SPLIT_NAME

__all__ = ["RunFolder", "open_folder", "sources_of", "with_whole_paths"]

Config = TypeVar("Config")

CONFIG = "config.toml"

MAY_CHANGE = ("device", "run.checkpoint_every", "run.log_every", "run.keep", "teacher.other_labels")
"""Settings by which no weight changes (beyond rounding), so that a resumed run may have others."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run keeps what it makes."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    def best(self, step: int) -> Path:
        """Return where the average of a step is kept that did best so far."""
        return self.checkpoints / f"best-{step:08d}.safetensors"

    def claim(self, verb: str, config: Any) -> None:
        """Make the folder and write the configuration into it.

        Raises
        ------
        UserError
            When the disk is full or the folder cannot be written.
        """
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, self.path) from error
        with atomic_path(self.path / CONFIG) as temporary:
            temporary.write_text(f"# python -m training {verb}\n\n{as_toml(config)}", encoding="utf-8")

    def kept_steps(self) -> list[int]:
        """Return the steps of which there is a checkpoint, in order."""
        return sorted(int(path.stem.removeprefix("step-")) for path in self.checkpoints.glob("step-*.safetensors"))

    def prune(self, steps: Sequence[int], best: Sequence[int]) -> None:
        """Remove all checkpoints but those of ``steps``, and all best averages but those of ``best``."""
        wanted = {checkpoint_path(self.checkpoints, step) for step in steps} | {self.best(step) for step in best}
        for pattern in ("step-*.safetensors", "best-*.safetensors"):
            for path in self.checkpoints.glob(pattern):
                if path not in wanted:
                    path.unlink(missing_ok=True)

    def write_json(self, name: str, document: dict[str, Any]) -> None:
        """Write a document of the run.

        Raises
        ------
        UserError
            When the disk is full or the folder cannot be written.
        """
        with atomic_path(self.path / name) as temporary:
            temporary.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def open_folder(out: Path, config: Config, *, resume: bool, given: bool, first: bool = True) -> tuple[RunFolder, Config]:
    """Return a run's folder and its configuration; nothing is written yet.

    Parameters
    ----------
    config
        What was asked for; where nothing was, the default.
    resume
        Whether a run that is there goes on. Where there is none, one begins.
    given
        Whether a configuration was asked for; else a resumed run goes on with its own.
    first
        Whether this is the first of several processes. The others look at nothing that it may just be making.

    Raises
    ------
    TrainingError
        When there is something in the folder and the run is not to be resumed, or its configuration is another one.
    """
    folder = RunFolder(out)
    if not first:
        known = resume and not given and (out / CONFIG).is_file()
        return folder, read_config(type(config)(), out / CONFIG) if known else config
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return folder, config
    if not out.is_dir() or not (out / CONFIG).is_file():
        raise TrainingError("The folder holds something that is no run", where=str(out), next_step="Choose a new folder.")
    if not resume:
        raise TrainingError(
            "There is a run in this folder already", where=str(out), next_step="Add --resume to go on with it, or choose a new folder."
        )
    began = read_config(type(config)(), out / CONFIG)
    if not given:
        return folder, began
    differ = [name for name in _differences(began, config, "") if not name.startswith(MAY_CHANGE)]
    if differ:
        raise TrainingError(
            f"The run began with another configuration: {', '.join(differ)}",
            where=str(out),
            next_step="Leave the configuration out beside --resume, or choose a new folder.",
        )
    return folder, config


def sources_of(data_set: str, *, teacher_sha256: str = "", paraphrasers_sha256: str = "") -> dict[str, str]:
    """Return what a run learns from, by name -> hashes: its set, its teacher and its Paraphrasers, "" for one that it does not have.

    Raises
    ------
    TrainingError
        When the set cannot be read.
    """
    try:
        hashes = [] if data_set == DEMO_SET else [file_sha256(Path(data_set) / name) for name in (DOCUMENT, SPLIT_NAME)]
    except OSError as error:
        raise TrainingError(f"The set cannot be read: {error.strerror}", where=data_set, next_step="Check the disk.") from error
    return {"set": " ".join(hashes), "teacher": teacher_sha256, "pair of Paraphrasers": paraphrasers_sha256}


def _differences(one: Any, other: Any, prefix: str) -> list[str]:
    """Return the dotted names of the settings in which two configurations of one class differ."""
    found: list[str] = []
    for name in (f.name for f in fields(one)):
        a, b = getattr(one, name), getattr(other, name)
        if is_dataclass(a):
            found += _differences(a, b, f"{prefix}{name}.")
        elif a != b:
            found.append(prefix + name)
    return found


def with_whole_paths(config: Config) -> Config:
    """Return a configuration whose paths hold wherever it is read again."""
    changes: dict[str, Any] = {}
    for section, name in (("data", "set"), ("teacher", "run"), ("paraphraser", "run"), ("model", "run")):
        part = getattr(config, section, None)
        value = getattr(part, name, "")
        if value and value != DEMO_SET:
            changes[section] = replace(part, **{name: str(Path(value).absolute())})  # type: ignore[type-var]
    return replace(config, **changes)  # type: ignore[type-var]
