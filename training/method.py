"""What a student is trained with: the terms of the loss, how they are weighed, and what unlabelled images are for.

Every method of the benchmark and the product's own recipe is one :class:`Method`, run by the one loop in
:mod:`training.loop`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from gf_desktop.errors import TrainingError
from training.config import AugmentConfig, GraphFlowConfig

__all__ = ["TERMS", "LoopConfig", "Method", "Term"]

ADVICE = "Correct the recipe and start again."

TERMS = ("kl", "cwd", "dist", "soft_dice", "at", "fsp", "graph", "adversarial")
"""The distillation terms of a method, by the names of its fields."""


def _refuse(problem: str) -> TrainingError:
    return TrainingError(f"The recipe contradicts itself: {problem}", next_step=ADVICE)


@dataclass(frozen=True, slots=True)
class Term:
    """How one term of the loss is weighed.

    Attributes
    ----------
    weight
        Fixed weight.
    share
        Instead of it: the share of supervision's gradient at the tapped blocks at which the term's is held.
    """

    EXCLUSIVE: ClassVar[tuple[str, str]] = ("weight", "share")

    weight: float = 0.0
    share: float = 0.0

    def __post_init__(self) -> None:
        if min(self.weight, self.share) < 0 or (self.weight > 0 and self.share > 0):
            raise _refuse(f"a term of weight {self.weight} and gradient share {self.share}; set one of them, not below zero")

    @property
    def used(self) -> bool:
        """Whether the term is computed at all."""
        return self.weight > 0 or self.share > 0


@dataclass(frozen=True, slots=True)
class Method:
    """The terms of a loss and the use of unlabelled images.

    Attributes
    ----------
    supervision
        "ce": cross-entropy. "ce_dice": cross-entropy and soft Dice.
    kl, cwd, dist, soft_dice
        Logit distillation: pixel-wise, channel-wise, by correlation, by soft Dice.
    at, fsp
        Feature distillation by attention maps and by the flow of solution.
    graph
        The Graph Flow term of ``graph_flow``.
    adversarial
        The critic's judgement of the student's logits.
    temperature
        Of ``kl``.
    confidence
        Whether ``kl`` is weighed by the teacher's confidence, pixel by pixel.
    unlabelled
        "none": left out. "terms": half of each batch is unlabelled and gets every term but supervision, in the same
        views as the labelled half. "strong": the same with strong views and CutMix for the student, the teacher's word
        from the weak view. "consistency": the running average of the student says of the weak view what the student is to
        say of the strong one (Mean Teacher), without a teacher. "pseudo": as that, with labels where the average is
        sure and two strong views (FixMatch and UniMatch).
    consistency
        Weight of "consistency" and "pseudo".
    threshold
        Probability from which "pseudo" takes a label.
    cutmix
        Chance that a strong view is mixed with another.
    second_teacher
        Weight of the logit distillation from the student's running average on unlabelled images ("strong"); it grows from 0
        after ``second_from`` of the run.
    second_from
        Share of the run.
    second_weight
        Weight of the logit distillation from a second teacher where a batch follows one (the student before a refinement).
    graph_flow
        Of the Graph Flow term.
    """

    supervision: Literal["ce", "ce_dice"] = "ce_dice"
    kl: Term = field(default_factory=Term)
    cwd: Term = field(default_factory=Term)
    dist: Term = field(default_factory=Term)
    soft_dice: Term = field(default_factory=Term)
    at: Term = field(default_factory=Term)
    fsp: Term = field(default_factory=Term)
    graph: Term = field(default_factory=Term)
    adversarial: Term = field(default_factory=Term)
    temperature: float = 1.0
    confidence: bool = False
    unlabelled: Literal["none", "terms", "strong", "consistency", "pseudo"] = "none"
    consistency: float = 1.0
    threshold: float = 0.95
    cutmix: float = 0.5
    second_teacher: float = 0.0
    second_from: float = 0.5
    second_weight: float = 1.0
    graph_flow: GraphFlowConfig = field(default_factory=GraphFlowConfig)

    def __post_init__(self) -> None:
        if self.supervision not in ("ce", "ce_dice"):
            raise _refuse(f"there is no supervision {self.supervision!r}")
        if self.unlabelled not in ("none", "terms", "strong", "consistency", "pseudo"):
            raise _refuse(f"there is no use of unlabelled images called {self.unlabelled!r}")
        if self.temperature <= 0 or min(self.consistency, self.second_teacher) < 0:
            raise _refuse("a temperature that is not positive, or a weight below zero")
        if not 0 <= self.cutmix <= 1 or not 0 < self.threshold < 1 or not 0 <= self.second_from < 1:
            raise _refuse("a chance, a threshold or a share outside 0 to 1")
        if self.unlabelled in ("terms", "strong") and not self.needs_teacher:
            raise _refuse("unlabelled images are used through a teacher's terms, and no term is set")

    @property
    def needs_teacher(self) -> bool:
        """Whether a teacher must be asked."""
        return any(getattr(self, name).used for name in TERMS)

    @property
    def needs_codes(self) -> bool:
        """Whether the teacher's paraphrased taps are used."""
        return self.fsp.used or self.graph.used

    @property
    def uses_unlabelled(self) -> bool:
        """Whether half of each batch is unlabelled."""
        return self.unlabelled != "none"

    @property
    def uses_average(self) -> bool:
        """Whether the student's running average is asked in each step."""
        return self.unlabelled in ("consistency", "pseudo") or (self.unlabelled == "strong" and self.second_teacher > 0)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How the loop steps.

    Attributes
    ----------
    steps
        Number of steps; 0 where time ends the run.
    batch
        Images of a step; an even number where half is unlabelled.
    crop_px
        Side of the training views, a multiple of 32.
    rate
        Largest learning rate.
    weight_decay
        Of AdamW, which decays the weights apart from the gradient.
    poly_power
        The learning rate falls as ``(1 - done) ** poly_power``.
    warm_up
        Steps in which the learning rate rises to its largest.
    ema
        Decay of the running average of the weights per step.
    clip
        Largest norm of the gradient.
    measure_every
        Steps between two measurements of gradient shares.
    critic_rate
        Learning rate of the critic of the adversarial term.
    augment, strong
        Changes of labelled and, beyond them, of strongly changed unlabelled views.
    """

    steps: int = 0
    batch: int = 8
    crop_px: int = 128
    rate: float = 1e-3
    weight_decay: float = 1e-4
    poly_power: float = 0.9
    warm_up: int = 10
    ema: float = 0.97
    clip: float = 5.0
    measure_every: int = 20
    critic_rate: float = 3e-5
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    strong: AugmentConfig = field(
        default_factory=lambda: AugmentConfig(gamma=0.8, contrast=0.4, brightness=0.12, noise=0.1, blur_px=1.5, probability=0.8)
    )

    def __post_init__(self) -> None:
        if self.steps < 0 or self.batch < 1 or self.crop_px < 64 or self.crop_px % 32:
            raise _refuse(f"{self.steps} steps, batches of {self.batch}, views of {self.crop_px} pixels")
        if min(self.rate, self.poly_power, self.clip, self.critic_rate) <= 0 or self.weight_decay < 0 or not 0 <= self.ema < 1:
            raise _refuse("a learning rate, power or bound that is not positive, or an average outside 0 to 1")
        if self.warm_up < 1 or self.measure_every < 1:
            raise _refuse("a number of steps below 1")
