"""The configuration of each verb: frozen dataclasses, a TOML file, and ``--set key=value``."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from gf_desktop.errors import TrainingError
from training.config import NetworkConfig
from training.devices import DeviceConfig
from training.method import LoopConfig, Method
from training.presets import PRESETS, preset
from training.settings import with_settings

__all__ = [
    "DEMO_SET",
    "DataConfig",
    "DistillConfig",
    "EvaluateConfig",
    "JudgedConfig",
    "NetworkChoice",
    "ParaphraseConfig",
    "ParaphraserConfig",
    "RunConfig",
    "TeacherConfig",
    "TrainTeacherConfig",
    "as_toml",
    "read_config",
]

Config = TypeVar("Config")

DEMO_SET = "abdomen-demo"
"""The set that is built in."""

ADVICE = "Correct the configuration and start again."


def _refuse(problem: str, advice: str = ADVICE) -> TrainingError:
    return TrainingError(f"The configuration contradicts itself: {problem}", next_step=advice)


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What is learned from.

    Attributes
    ----------
    set
        Folder of a prepared set, or "abdomen-demo".
    labelled
        Share of the training patients (of "abdomen-demo": of the slices) whose labels are used, above 0 and at most 1.
    split_seed
        Which ones; those of a smaller share are among those of a larger one.
    """

    set: str = DEMO_SET
    labelled: float = 1.0
    split_seed: int = 0

    def __post_init__(self) -> None:
        if not self.set or not 0 < self.labelled <= 1 or self.split_seed < 0:
            raise _refuse(f"data of {self.set!r}, of which a share of {self.labelled} is labelled, with seed {self.split_seed}")


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """Which network, and how large; channels and classes are those of the data.

    Attributes
    ----------
    name, width, depth
        As in :class:`training.config.NetworkConfig`.
    pretrained
        Whether the encoders of "lite_unet" and "lite_fanet" begin with ImageNet weights.
    """

    name: str = "mobile_unet"
    width: float = 1.0
    depth: float = 1.0
    pretrained: bool = True

    def __post_init__(self) -> None:
        self.of_data(1, 2)

    def of_data(self, channels: int, classes: int) -> NetworkConfig:
        """Return the network's configuration for images of so many channels and so many classes, background included."""
        return NetworkConfig(self.name, channels, classes, self.width, self.depth)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class TeacherConfig:
    """Who teaches.

    Attributes
    ----------
    run
        Folder of a run of train-teacher.
    cached
        Whether the teacher is asked once for every slice, and its word moves along with each view; else it is asked in each view.
    other_labels
        Of distill: whether the teacher may have seen labels that the student may not use. Then ``data.labelled`` does not say how many
        labels stand behind the student.
    """

    run: str = ""
    cached: bool = True
    other_labels: bool = False


@dataclass(frozen=True, slots=True)
class ParaphraserConfig:
    """``run``: folder of a run of paraphrase."""

    run: str = ""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How a run is kept.

    Attributes
    ----------
    seed
        Of weights and of every draw.
    validate_every, checkpoint_every, log_every
        Steps between two validations, checkpoints, and lines of the log.
    keep
        Checkpoints that are kept, at least 2.
    """

    seed: int = 0
    validate_every: int = 200
    checkpoint_every: int = 200
    log_every: int = 20
    keep: int = 2

    def __post_init__(self) -> None:
        if self.seed < 0 or min(self.validate_every, self.checkpoint_every, self.log_every) < 1 or self.keep < 2:
            raise _refuse("a seed below 0, a number of steps below 1, or fewer than 2 checkpoints kept")


@dataclass(frozen=True, slots=True)
class JudgedConfig:
    """What is judged.

    Attributes
    ----------
    run
        Folder of a run of train-teacher or distill.
    part
        "test" or "validation".
    """

    run: str = ""
    part: Literal["test", "validation"] = "test"

    def __post_init__(self) -> None:
        if self.part not in ("test", "validation"):
            raise _refuse(f"there is no part {self.part!r}")


def _check_steps(loop: LoopConfig) -> None:
    if loop.steps < 1:
        raise _refuse("a run of 0 steps", "Set loop.steps.")


@dataclass(frozen=True, slots=True)
class TrainTeacherConfig:
    """Of train-teacher: a network trained on labels, and on unlabelled images where the method does so without a teacher."""

    data: DataConfig = field(default_factory=DataConfig)
    network: NetworkChoice = field(default_factory=lambda: NetworkChoice("fanet", 0.25))
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=3000, ema=0.99))
    method: Method = field(default_factory=lambda: PRESETS["ce-dice"])
    device: DeviceConfig = field(default_factory=DeviceConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        _check_steps(self.loop)
        if self.method.needs_teacher:
            raise _refuse("a teacher that is distilled from a teacher", "Use distill, or a method without a teacher such as ce-dice.")


@dataclass(frozen=True, slots=True)
class ParaphraseConfig:
    """Of paraphrase: ``network`` is the student, whose taps say how many channels the teacher's are put into.

    Of ``loop`` count steps, batch, crop_px and augment.
    """

    data: DataConfig = field(default_factory=DataConfig)
    network: NetworkChoice = field(default_factory=NetworkChoice)
    teacher: TeacherConfig = field(default_factory=TeacherConfig)
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=500))
    device: DeviceConfig = field(default_factory=DeviceConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        _check_steps(self.loop)


@dataclass(frozen=True, slots=True)
class DistillConfig:
    """Of distill: a student and its method."""

    data: DataConfig = field(default_factory=DataConfig)
    network: NetworkChoice = field(default_factory=NetworkChoice)
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=3000, ema=0.99))
    method: Method = field(default_factory=lambda: PRESETS["graph-flow"])
    teacher: TeacherConfig = field(default_factory=TeacherConfig)
    paraphraser: ParaphraserConfig = field(default_factory=ParaphraserConfig)
    device: DeviceConfig = field(default_factory=DeviceConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        _check_steps(self.loop)
        if self.method.uses_unlabelled and self.loop.batch < 2:
            raise _refuse("a batch of one image, half of it unlabelled", "Set loop.batch to 2 or more.")


@dataclass(frozen=True, slots=True)
class EvaluateConfig:
    """Of evaluate. Where no set is named, it is the one that the judged run was trained on."""

    data: DataConfig = field(default_factory=DataConfig)
    model: JudgedConfig = field(default_factory=JudgedConfig)
    device: DeviceConfig = field(default_factory=DeviceConfig)


# --- reading ------------------------------------------------------------------------------------------------------------


def read_config(default: Config, path: Path | None, settings: Sequence[str] = ()) -> Config:
    """Return a configuration with what a TOML file and ``--set`` change.

    ``method`` may be a name of :data:`training.presets.PRESETS`; in the section ``[method]`` the key ``preset`` names the method from
    which the other keys differ.

    Parameters
    ----------
    path
        Of the TOML file; None without.
    settings
        ``key=value``: a dotted name and a TOML value; text needs no quotation marks.

    Raises
    ------
    TrainingError
        When the file is missing or no TOML, a key is unknown (the known ones are named), a value is of another kind, or the result
        contradicts itself.
    """
    table = _read_toml(path) if path is not None else {}
    for text in settings:
        _put(table, *_split(text))
    if "method" in {f.name for f in fields(default)} and "method" in table:  # type: ignore[arg-type]
        chosen = table.pop("method")
        chosen = {"preset": chosen} if isinstance(chosen, str) else chosen
        if not isinstance(chosen, dict):
            raise TrainingError(f"The method cannot be {chosen!r}", next_step=f"Known: {', '.join(PRESETS)}; or write a section [method].")
        name = chosen.pop("preset", None)
        if name is not None:
            if not isinstance(name, str):
                raise TrainingError(f"The method's preset cannot be {name!r}", next_step=f"Known: {', '.join(PRESETS)}.")
            default = replace(default, method=preset(name))  # type: ignore[type-var]
        table |= {"method": chosen} if chosen else {}
    try:
        return with_settings(default, dict(_flat(table, default, "")))
    except TrainingError as error:
        if path is None:
            raise
        raise TrainingError(error.what, where=str(path), next_step=error.next_step) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainingError("There is no such configuration", where=str(path), next_step="Name a TOML file.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"The configuration is no TOML: {error}", where=str(path), next_step=ADVICE) from error


def _split(text: str) -> tuple[str, Any]:
    key, sign, value = text.partition("=")
    key = key.strip()
    if not sign or not key:
        raise TrainingError(f"A setting cannot be {text!r}", next_step="Write --set key=value, for instance --set loop.steps=1000.")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        # a word without quotation marks; where no text is wanted, it is refused by its kind
        return key, value.strip()


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    for name in path:
        below = table.get(name, {})
        if name == "method" and isinstance(below, str):
            below = {"preset": below}
        if not isinstance(below, dict):
            raise TrainingError(f"There is no setting {key!r}", next_step=f"{name} is {below!r} and has nothing below it.")
        table[name] = below
        table = below
    table[last] = value


def _flat(table: Mapping[str, Any], config: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Give dotted names and values; an empty section only where the name is unknown, so that it is refused."""
    for name, value in table.items():
        key = prefix + name
        part = getattr(config, name, None) if is_dataclass(config) else None
        if isinstance(value, dict) and (value or is_dataclass(part)):
            yield from _flat(value, part, f"{key}.")
            continue
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, float) and not math.isfinite(number):
                raise TrainingError(f"Setting {key!r} cannot be {value!r}", next_step="Give a finite number.")
        yield key, value


# --- writing ------------------------------------------------------------------------------------------------------------


def as_toml(config: Any) -> str:
    """Return a configuration as TOML, every field of it, as ``read_config`` reads it back."""
    return "\n".join(_sections(config, "")).strip() + "\n"


def _sections(config: Any, name: str) -> Iterator[str]:
    parts = [f.name for f in fields(config) if is_dataclass(getattr(config, f.name))]
    values = [f.name for f in fields(config) if f.name not in parts]
    if values:
        yield f"\n[{name}]" if name else ""
        for value in values:
            yield f"{value} = {_value(getattr(config, value))}"
    for part in parts:
        yield from _sections(getattr(config, part), f"{name}.{part}" if name else part)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return repr(value)
