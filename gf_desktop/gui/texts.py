"""Numbers in words, the same everywhere in the window."""

from __future__ import annotations

from gf_desktop.comparing import OtherMask
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number
from gf_desktop.project.records import LabelRevision
from gf_desktop.versioning import ModelStory

__all__ = [
    "STAGE_WORDS",
    "change_text",
    "data_text",
    "dice_text",
    "duration_text",
    "effort_text",
    "mask_text",
    "provider_text",
    "readable_time",
    "revision_text",
]

STAGE_WORDS = {
    "load": "reading the scans",
    "teacher": "teaching the teacher",
    "paraphrasers": "preparing features",
    "cache": "asking the teacher",
    "distil": "teaching the student",
    "check": "checking the student",
    "export": "writing the student",
}
"""Stages of a round (gf_desktop.protocol.STAGES) for people."""

_PROVIDERS = {"CPUExecutionProvider": "CPU", "CUDAExecutionProvider": "NVIDIA GPU", "CoreMLExecutionProvider": "Apple GPU"}


def duration_text(seconds: float) -> str:
    """Return minutes and seconds as 3:10, hours as 1:03:10."""
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def effort_text(seconds: float) -> str:
    """Return how long work will take, in seconds or, from a minute and a half on, in minutes."""
    return tr("{n} s").format(n=round(seconds)) if seconds < 90 else tr("{n} min").format(n=round(seconds / 60))


def dice_text(dice: float | None) -> str:
    """Return a Dice with two decimals, or a dash where there is none."""
    return "–" if dice is None else local_number(f"{dice:.2f}")


def change_text(before: float | None, after: float | None) -> str:
    """Return the signed difference of two Dice values, or a dash."""
    if before is None or after is None:
        return "–"
    change = round(after - before, 2)
    return local_number(f"{change:+.2f}".replace("-", "−") if change else "0.00")


def data_text(story: ModelStory) -> str:
    """Return what a student learned from, as far as that is known."""
    data = story.data
    if data is None:
        return tr("what it learned from is not known") if story.brought else tr("the first student, as it came")
    if data.labelled is None:
        return tr("learned from {n} scans", data.scans).format(n=data.scans)
    text = tr("learned from {slices} slices of {n} scans, {held} held back", data.scans)
    return text.format(slices=data.labelled, n=data.scans, held=data.validation)


def mask_text(other: OtherMask) -> str:
    """Return what a mask is that another one is compared with: a file by its name, or a revision."""
    return other.name if other.revision is None else revision_text(other.revision)


def revision_text(revision: LabelRevision) -> str:
    """Return what a saved mask is: its number, kind, whose, and when it was saved."""
    texts = {
        "proposed": tr("{n}: proposed by {model}, {time}"),
        "corrected": tr("{n}: corrected, {time}"),
        "approved": tr("{n}: approved, {time}"),
    }
    return texts[revision.kind].format(n=revision.number, model=revision.model_id, time=readable_time(revision.created))


def provider_text(provider: str) -> str:
    """Return the device that an ONNX Runtime provider stands for; "" where nothing was predicted yet."""
    return _PROVIDERS.get(provider, provider.removesuffix("ExecutionProvider"))


def readable_time(stamp: str) -> str:
    """Return date and minute of an ISO 8601 time."""
    return stamp[:16].replace("T", " ")
