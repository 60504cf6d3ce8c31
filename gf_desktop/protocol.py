"""What the desktop and the trainer say to each other.

One JSON object a line, a tagged :mod:`msgspec` struct each; paths, never arrays. The desktop writes
commands to the trainer's standard input, the trainer answers with events on its standard output.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gf_desktop.errors import TrainingError

__all__ = [
    "EVENTS_NAME",
    "PROTOCOL_VERSION",
    "STAGES",
    "Accepted",
    "Candidate",
    "Checkpoint",
    "Command",
    "Event",
    "ExportNow",
    "Failed",
    "Hello",
    "Pause",
    "Ping",
    "Pong",
    "Preview",
    "Progress",
    "Resume",
    "Start",
    "Stop",
    "Stopped",
    "Validated",
    "Warned",
    "decode_command",
    "decode_event",
    "encode_line",
]

PROTOCOL_VERSION: Final = 2
"""Raised whenever a message changes its meaning; both sides refuse another version."""

EVENTS_NAME: Final = "events.jsonl"
"""In a round's folder: what its trainers told, a line each."""

STAGES: Final = ("load", "teacher", "paraphrasers", "cache", "distil", "check", "export")
"""The stages of a round in order, as they appear in ``Progress.stage``. Paraphrasers are trained only where the model brings none."""


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of all messages."""


class Start(_Message, frozen=True, tag="start", kw_only=True):
    """Begin a round.

    Attributes: ``manifest`` is the path of the round's manifest.json, ``parent_dir`` the folder of the
    active model ("" for a first one), ``out_dir`` the folder that the candidate is written to (it must not exist yet),
    ``run_dir`` where plan, states, caches, pictures and logs of this round go. With ``resume`` the round goes on from
    the newest state there, on the same manifest, model, seed and recipe. ``plan`` is the path of a plan.json to be followed
    to the letter; empty lets the trainer make one. ``device`` is "auto" (a graphics card where there is one that works),
    "cpu" or "gpu". ``structures`` are the label values that are learned from; none means all.
    """

    run_id: str
    manifest: str
    parent_dir: str
    out_dir: str
    run_dir: str
    candidate_id: str
    minutes: float
    seed: int = 0
    threads: int = 0
    device: str = "auto"
    recipe: dict[str, float | int | str | bool] = {}
    structures: tuple[int, ...] = ()
    resume: bool = False
    plan: str = ""
    version: int = PROTOCOL_VERSION


class Pause(_Message, frozen=True, tag="pause"):
    """Stop computing after the current step and wait."""


class Resume(_Message, frozen=True, tag="resume"):
    """Go on after a pause."""


class Stop(_Message, frozen=True, tag="stop"):
    """End the round after the current step; nothing is exported, and a state is kept from which it can go on."""


class ExportNow(_Message, frozen=True, tag="export_now"):
    """End training after the current step and go straight to check and export; from the student's first quarter on."""


class Ping(_Message, frozen=True, tag="ping"):
    """Ask for a sign of life."""


class Hello(_Message, frozen=True, tag="hello"):
    """First line of a trainer: its protocol version, process id and torch threads or device."""

    version: int
    pid: int
    device: str


class Accepted(_Message, frozen=True, tag="accepted"):
    """The round has begun; ``device`` is "CPU" or a graphics card's name.

    ``labelled``, ``validation`` and ``unlabelled`` count slices that are learned from, that judge, and that the teacher alone speaks of;
    the first and the last are of ``labelled_of`` and ``unlabelled_of`` that there are, 0 where the trainer does not say.
    """

    run_id: str
    labelled: int
    unlabelled: int
    validation: int
    device: str = "CPU"
    unlabelled_of: int = 0
    labelled_of: int = 0


class Progress(_Message, frozen=True, tag="progress", kw_only=True):
    """Where the round stands.

    ``steps`` is 0 while nobody knows how many the stage will have. ``fraction`` is of the whole round, 0 to 1, and never
    falls; ``elapsed_s`` counts work, not pauses; ``eta_s`` is what is left, by plan and measured speed; ``losses`` are the named
    terms of the last step.
    """

    stage: str
    step: int
    steps: int
    fraction: float
    elapsed_s: float
    eta_s: float
    losses: dict[str, float] = {}


class Validated(_Message, frozen=True, tag="validated"):
    """Dice per structure on the validation slices; ``who`` is student or teacher."""

    step: int
    who: str
    mean_dice: float | None
    dice: dict[str, float | None]


class Checkpoint(_Message, frozen=True, tag="checkpoint"):
    """A state to go on from was written; ``path`` is relative to the round's folder."""

    path: str
    step: int


class Preview(_Message, frozen=True, tag="preview"):
    """A picture (PNG) of validation slices was written, reference in white, student in colours; ``path`` as that of Checkpoint."""

    path: str
    step: int


class Candidate(_Message, frozen=True, tag="candidate", kw_only=True):
    """The round is over and a model lies in ``path``; ``parity`` is the largest |torch - ONNX Runtime| in the logits."""

    path: str
    model_id: str
    parity: float
    minutes: float
    notes: dict[str, float | str] = {}


class Warned(_Message, frozen=True, tag="warning"):
    """Something that the user should know and that did not stop the round."""

    message: str


class Failed(_Message, frozen=True, tag="failed", kw_only=True):
    """The round is over without a candidate."""

    what: str
    where: str
    next: str
    is_bug: bool = False


class Stopped(_Message, frozen=True, tag="stopped"):
    """The round was given up on request."""

    reason: str


class Pong(_Message, frozen=True, tag="pong"):
    """Answer to Ping."""


Command = Start | Pause | Resume | Stop | ExportNow | Ping
Event = Hello | Accepted | Progress | Validated | Checkpoint | Preview | Candidate | Warned | Failed | Stopped | Pong

_encoder = msgspec.json.Encoder()
_command_decoder = msgspec.json.Decoder(Command)
_event_decoder = msgspec.json.Decoder(Event)


def encode_line(message: Command | Event) -> bytes:
    """Return the message as one line of JSON with its line end."""
    return _encoder.encode(message) + b"\n"


def _explain(line: bytes, error: msgspec.MsgspecError) -> TrainingError:
    shown = line[:120].decode("utf-8", "replace").strip()
    return TrainingError(
        f"The window and the trainer do not understand each other: {error}",
        where=shown,
        next_step="Start the program again; both must be of the same version.",
    )


def decode_command(line: bytes) -> Command:
    """Return the command in a line.

    Raises
    ------
    TrainingError
        When it is no JSON, has an unknown type or field, or is of another protocol version.
    """
    try:
        command: Command = _command_decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise _explain(line, error) from error
    if isinstance(command, Start) and command.version != PROTOCOL_VERSION:
        raise _explain(line, msgspec.ValidationError(f"version {command.version}, expected {PROTOCOL_VERSION}"))
    return command


def decode_event(line: bytes) -> Event:
    """Return the event in a line.

    Raises
    ------
    TrainingError
        When it is no JSON, has an unknown type or field, or is of another protocol version.
    """
    try:
        event: Event = _event_decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise _explain(line, error) from error
    if isinstance(event, Hello) and event.version != PROTOCOL_VERSION:
        raise _explain(line, msgspec.ValidationError(f"version {event.version}, expected {PROTOCOL_VERSION}"))
    return event
