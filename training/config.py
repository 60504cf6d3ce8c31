"""What can be chosen: frozen dataclasses that refuse contradictions at birth."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from gf_desktop.errors import TrainingError
from training.settings import with_settings

__all__ = ["AugmentConfig", "GraphFlowConfig", "NetworkConfig", "NetworkName", "RefineConfig"]

NetworkName = Literal["lite_unet", "mobile_unet", "enet", "erfnet", "lite_fanet", "fanet", "transunet"]

ADVICE = "Correct the recipe and start again."


def _refuse(problem: str) -> TrainingError:
    return TrainingError(f"The recipe contradicts itself: {problem}", next_step=ADVICE)


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Which network, and how large.

    Attributes
    ----------
    name
        Students: "lite_unet" (can begin with ImageNet weights), "mobile_unet", "enet" and "erfnet". Teachers:
        "lite_fanet" (can begin with ImageNet weights), "fanet" and "transunet".
    in_channels
        Channels of the input: 1 grey, 3 colour, or one per neighbouring slice.
    num_classes
        Classes of the logits, background included.
    width
        Multiplier of the channels, above 0 and at most 4.
    depth
        Multiplier of the number of blocks and transformer layers, above 0 and at most 4; "transunet" only.
    """

    name: NetworkName
    in_channels: int
    num_classes: int
    width: float = 1.0
    depth: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in get_args(NetworkName):
            raise _refuse(f"there is no network {self.name!r}")
        if {type(self.in_channels), type(self.num_classes)} != {int}:
            raise _refuse(f"a network with {self.in_channels!r} channels and {self.num_classes!r} classes")
        if self.in_channels < 1 or self.num_classes < 2 or not 0 < self.width <= 4 or not 0 < self.depth <= 4:
            raise _refuse(
                f"a network with {self.in_channels} channels, {self.num_classes} classes, width {self.width} and depth {self.depth}"
            )
        if self.depth != 1 and self.name != "transunet":
            raise _refuse(f"depth {self.depth} for {self.name}, which has only a width")

    def as_json(self) -> dict[str, Any]:
        """Return plain values for ``card.json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> NetworkConfig:
        """Return the configuration that ``as_json`` wrote.

        Raises
        ------
        TrainingError
            When a key is missing, unknown or of no use.
        """
        try:
            return cls(**document)
        except TypeError as error:
            raise _refuse(f"a network described as {document}") from error


@dataclass(frozen=True, slots=True)
class AugmentConfig:
    """How far an image may be changed before a network sees it; lengths in working pixels, greys on the 0..1 scale.

    Attributes
    ----------
    scale
        Smallest and largest enlargement.
    rotate_deg
        Largest turn to either side.
    shift
        Largest displacement as a share of the image's side.
    elastic_px
        Standard deviation of the smooth displacement.
    gamma
        Largest |log2| of the exponent.
    contrast, brightness
        Largest relative and absolute change of all greys.
    region_shift
        Standard deviation of the change of grey of each region on its own, which is what a contrast agent does.
    noise
        Largest standard deviation of white noise.
    blur_px
        Largest standard deviation of the blur.
    furniture
        Chance that bright lines and blobs are drawn into the air around the body: tables, arms, cables.
    probability
        Chance of each change of greys.
    """

    scale: tuple[float, float] = (0.8, 1.25)
    rotate_deg: float = 15.0
    shift: float = 0.12
    elastic_px: float = 2.5
    gamma: float = 0.4
    contrast: float = 0.2
    brightness: float = 0.06
    region_shift: float = 0.0
    noise: float = 0.06
    blur_px: float = 1.0
    furniture: float = 0.0
    probability: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.scale[0] <= self.scale[1]:
            raise _refuse(f"a scale from {self.scale[0]} to {self.scale[1]}")
        numbers = (self.rotate_deg, self.shift, self.elastic_px, self.gamma, self.contrast, self.brightness, self.region_shift, self.noise)
        if min(numbers) < 0 or self.blur_px < 0 or not 0 <= self.probability <= 1 or not 0 <= self.furniture <= 1:
            raise _refuse("an augmentation below zero or a chance above one")


@dataclass(frozen=True, slots=True)
class GraphFlowConfig:
    """The Graph Flow term.

    Attributes
    ----------
    form
        "normalised": nodes centred and of length one, means. "published": raw nodes, sums.
    patch
        Odd side k of the windows in tap pixels; without meaning for "map".
    salience
        Where the windows lie. "own": each network's at its own largest value. "teacher": both networks' where the
        teacher's channel is largest. "top_m": both networks' at the teacher's ``windows`` strongest local maxima. "soft":
        no index, all windows averaged by a spatial softmax of the teacher's channel. "map": the whole map is the node.
    windows
        Windows per channel for "top_m", together one node; 1 for the others.
    temperature
        Of the softmax of "soft", in standard deviations of the teacher's channel; towards 0 it becomes "teacher".
    border
        Pixels along each side of the map that cannot be salient: no argmax, no weight of "soft", no part of "map".
        A zero-padded Paraphraser has its largest values there.
    vertex_weight, edge_weight
        Weights of the two parts; 0 leaves a part out uncomputed. "published" used 1e-5 and 1e-9.
    """

    form: Literal["normalised", "published"] = "normalised"
    patch: int = 3
    salience: Literal["own", "teacher", "top_m", "soft", "map"] = "teacher"
    windows: int = 1
    temperature: float = 0.5
    border: int = 0
    vertex_weight: float = 1.0
    edge_weight: float = 1.0

    def __post_init__(self) -> None:
        if self.form not in ("normalised", "published") or self.salience not in ("own", "teacher", "top_m", "soft", "map"):
            raise _refuse(f"a Graph Flow term of form {self.form!r} with salience {self.salience!r}")
        if self.patch < 1 or self.patch % 2 == 0 or self.windows < 1 or self.border < 0 or not 0 < self.temperature < float("inf"):
            raise _refuse(f"windows of side {self.patch}, {self.windows} a channel, border {self.border}, temperature {self.temperature}")
        if self.windows != 1 and self.salience != "top_m":
            raise _refuse(f"{self.windows} windows a channel with salience {self.salience!r}, which has one")
        if self.form == "normalised" and self.patch * self.windows == 1 and self.salience != "map":
            raise _refuse("a node of one value, which is always zero once it is centred")
        weights = (self.vertex_weight, self.edge_weight)
        if min(weights) < 0 or not 0 < max(weights) < float("inf"):
            raise _refuse(f"vertex weight {self.vertex_weight} and edge weight {self.edge_weight}")


@dataclass(frozen=True, slots=True)
class RefineConfig:
    """One refinement round.

    Attributes
    ----------
    minutes
        Time for the whole round, loading, check and export included.
    seed
        Of everything that is drawn.
    batch
        Images of a step, an even number: half labelled, half unlabelled.
    crop_px
        Side of the training views, a multiple of 32.
    student_lr, teacher_lr
        Largest learning rates.
    weight_decay
        Of AdamW.
    poly_power
        The learning rate falls as ``(1 - done) ** poly_power``.
    ema
        Decay of the running average of the student's weights per step.
    teacher_share
        Share of the round's time for fine-tuning the teacher.
    replay_share
        Share of the labelled images that come from the pack's replay slices.
    temperature
        Of the pixel-wise logit distillation.
    kd_weight, old_weight
        Weights of logit distillation from the teacher and from the student before the round.
    cwd_share, graph_share
        Share of supervision's gradient at the tapped blocks that channel-wise distillation and the Graph Flow term
        are held at; 0 leaves the term out.
    measure_every
        Steps between two measurements of those gradients.
    max_steps, teacher_steps
        Steps of the student and of the teacher, to the letter, whatever the minutes say; 0 lets the time decide.
    paraphraser_steps
        Steps of the Paraphrasers in a project's first round; 0 lets the minutes decide.
    most_labelled, most_unlabelled, most_judged
        Slices at most to learn from, with labels and without, and to judge students on; 0 lets the minutes decide, see
        :mod:`training.amounts`.
    state_every_s
        Seconds between two states from which the round can go on.
    focus
        Chance of a labelled view to be made around a small structure, where there are any; their weight in supervision grows too. 0: all
        are drawn and weighed alike.
    graph_flow, augment
        Of their own.
    """

    minutes: float = 4.0
    seed: int = 0
    batch: int = 8
    crop_px: int = 128
    student_lr: float = 1e-3
    teacher_lr: float = 1e-3
    weight_decay: float = 1e-4
    poly_power: float = 0.9
    ema: float = 0.97
    teacher_share: float = 0.4
    replay_share: float = 0.5
    temperature: float = 1.0
    kd_weight: float = 1.0
    old_weight: float = 1.0
    cwd_share: float = 0.2
    graph_share: float = 0.3
    measure_every: int = 40
    max_steps: int = 0
    teacher_steps: int = 0
    paraphraser_steps: int = 0
    most_labelled: int = 0
    most_unlabelled: int = 0
    most_judged: int = 0
    state_every_s: float = 15.0
    focus: float = 0.5
    graph_flow: GraphFlowConfig = field(default_factory=lambda: GraphFlowConfig(salience="map"))
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        if self.minutes <= 0 or self.batch < 2 or self.batch % 2 or self.crop_px < 64 or self.crop_px % 32:
            raise _refuse(f"{self.minutes} minutes, batches of {self.batch}, views of {self.crop_px} pixels")
        shares = (self.teacher_share, self.replay_share, self.ema)
        if min(*shares, self.cwd_share, self.graph_share) < 0 or max(shares) >= 1:
            raise _refuse("a share below zero, or one of time, of replay or of the average that is not below 1")
        rates = (self.student_lr, self.teacher_lr, self.temperature, self.poly_power)
        if min(rates) <= 0 or min(self.weight_decay, self.kd_weight, self.old_weight) < 0:
            raise _refuse("a learning rate, temperature or power that is not positive, or a weight below zero")
        if self.measure_every < 1 or min(self.max_steps, self.teacher_steps, self.paraphraser_steps, self.state_every_s) < 0:
            raise _refuse("a number of steps or seconds below its minimum")
        if min(self.most_labelled, self.most_unlabelled, self.most_judged) < 0:
            raise _refuse("less than no slices at most")
        if not 0 <= self.focus <= 1:
            raise _refuse(f"a chance of {self.focus} for views around small structures")

    @classmethod
    def from_recipe(cls, recipe: dict[str, float | int | str | bool], *, minutes: float, seed: int) -> RefineConfig:
        """Return the defaults with the plain fields that a recipe names replaced.

        Keys are field names, or ``graph_flow.<field>`` and ``augment.<field>``.

        Raises
        ------
        TrainingError
            When a key is unknown or a value is of another type.
        """
        return with_settings(cls(minutes=minutes, seed=seed), recipe)
