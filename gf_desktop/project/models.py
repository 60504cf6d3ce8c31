"""The models of a project: which one serves, which were before, which were turned away."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import unicodedata
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from gf_desktop.atomic import explain_os_error, sync_folder
from gf_desktop.errors import ModelError
from gf_desktop.pack import CARD_NAME, ModelCard, read_card, verify_pack
from gf_desktop.project.database import writing
from gf_desktop.project.records import ModelRecord, ModelState

__all__ = ["ModelRegistry", "copy_pack"]

MOST_TITLE = 200
MOST_NOTE = 2000
"""Signs of what a person writes about a model."""
MOST_LETTERS = 40
"""Of a project's name in the id of its first model."""


def copy_pack(source: Path, target: Path) -> ModelCard:
    """Copy a pack into place after checking it; the copy appears whole or not at all.

    Raises
    ------
    ModelError
        When the pack is missing or damaged, or ``target`` exists.
    """
    card = verify_pack(source)
    if target.exists():
        raise ModelError("A model of this name is already here", where=str(target), next_step="Give the model another id.")
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        for name in ("card.json", *card.files):
            shutil.copyfile(source / name, partial / name)
        verify_pack(partial)
        partial.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise explain_os_error(error, target) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return card


class ModelRegistry:
    """Candidate, then active, then retired; or rejected; or imported until somebody uses it. Files in use are never overwritten.

    Parameters
    ----------
    database
        The project's.
    folder
        Where the packs lie, one folder a model.
    """

    def __init__(self, database: sqlite3.Connection, folder: Path) -> None:
        self._db = database
        self.folder = folder
        self._cards: dict[str, tuple[tuple[int, int], ModelCard]] = {}

    def path(self, model_id: str) -> Path:
        """Return the pack folder of a model.

        Raises
        ------
        ModelError
            When the project has no such model.
        """
        if self._db.execute("SELECT 1 FROM models WHERE id = ?", (model_id,)).fetchone() is None:
            known = ", ".join(r.id for r in self.records())
            raise ModelError("The project has no such model", where=model_id, next_step=f"Its models are: {known}.")
        return self.folder / model_id

    def card(self, model_id: str) -> ModelCard:
        """Return a model's card; read again only where its file is another one than before."""
        folder = self.path(model_id)
        try:
            found = (folder / CARD_NAME).stat()
        except OSError:
            return read_card(folder)
        stamp = (found.st_mtime_ns, found.st_size)
        known = self._cards.get(model_id)
        if known is None or known[0] != stamp:
            known = self._cards[model_id] = (stamp, read_card(folder))
        return known[1]

    def records(self) -> list[ModelRecord]:
        """Return all models, the oldest first."""
        rows = self._db.execute("SELECT id, state, parent, created, title, mean_dice, note FROM models ORDER BY created, rowid")
        return [ModelRecord(*row) for row in rows]

    def record(self, model_id: str) -> ModelRecord:
        """Return one model; ModelError where the project has no such model."""
        self.path(model_id)
        return next(r for r in self.records() if r.id == model_id)

    @property
    def active_id(self) -> str | None:
        """Id of the model that serves."""
        row = self._db.execute("SELECT model_id FROM activations ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else str(row[0])

    def no_active(self, where: str) -> ModelError:
        """Return what the user can do in a project, named by ``where``, of which no model serves."""
        if self.records():
            return ModelError(
                "No model of the project serves",
                where=where,
                next_step="Approve more slices and refine again, or activate one of its models.",
            )
        return ModelError(
            "The project has no model yet",
            where=where,
            next_step="Draw and approve a slice, then refine: the first round makes the first model.",
        )

    def first_id(self, name: str) -> str:
        """Return an id for the first candidate of a project that began without a model: its name in plain letters, and ``-v1`` or later."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        return self._free_version(re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MOST_LETTERS].rstrip("-") or "model", 1)

    def next_id(self, base: str) -> str:
        """Return an id for the next candidate: the first free of ``base-v2``, ``base-v3``, ..."""
        return self._free_version(base.rsplit("-v", 1)[0] if base.rsplit("-v", 1)[-1].isdigit() else base, 2)

    def _free_version(self, stem: str, number: int) -> str:
        taken = {r.id for r in self.records()} | ({p.name for p in self.folder.iterdir()} if self.folder.is_dir() else set())
        while f"{stem}-v{number}" in taken:
            number += 1
        return f"{stem}-v{number}"

    def free_id(self, wanted: str) -> str:
        """Return an id that no model and no folder has yet: the wanted one, or ``wanted-2``, ``wanted-3``, ..."""
        taken = {r.id for r in self.records()} | ({p.name for p in self.folder.iterdir()} if self.folder.is_dir() else set())
        return next(one for n in count(1) if (one := wanted if n == 1 else f"{wanted}-{n}") not in taken)

    def register(self, model_id: str, *, state: ModelState = "candidate", card: ModelCard | None = None) -> ModelRecord:
        """Take a pack that lies in the models folder into the project, after checking it.

        Parameters
        ----------
        card
            As :func:`gf_desktop.pack.verify_pack` returned it, where that was done already: hashing takes its time.
        """
        card = verify_pack(self.folder / model_id) if card is None else card
        if card.id != model_id:
            raise ModelError(
                f"The pack's card says “{card.id}”", where=str(self.folder / model_id), next_step="Give the folder the model's id."
            )
        mean = card.metrics.get("mean_dice")
        with writing(self._db):
            self._db.execute(
                "INSERT INTO models (id, state, parent, created, title, mean_dice) VALUES (?, ?, ?, ?, ?, ?)",
                (card.id, state, card.parent, _now(), card.title, None if mean is None else float(mean)),
            )
        return self.record(card.id)

    def activate(
        self, model_id: str, *, reason: str, gate: dict[str, Any] | None = None, mean_dice: float | None = None, verified: bool = False
    ) -> None:
        """Let a model serve; the one before retires.

        Parameters
        ----------
        verified
            Its files were compared with their hashes just now.

        Raises
        ------
        ModelError
            When the project has no such model or its files are damaged.
        """
        path = self.path(model_id)
        if not verified:
            verify_pack(path)
        with writing(self._db):
            self._db.execute("UPDATE models SET state = 'retired' WHERE state = 'active'")
            self._db.execute("UPDATE models SET state = 'active' WHERE id = ?", (model_id,))
            if gate is not None:
                self._db.execute("UPDATE models SET gate = ?, mean_dice = ? WHERE id = ?", (json.dumps(gate), mean_dice, model_id))
            self._db.execute("INSERT INTO activations (model_id, reason, created) VALUES (?, ?, ?)", (model_id, reason, _now()))

    def reject(self, model_id: str, *, gate: dict[str, Any], mean_dice: float | None) -> None:
        """Mark a candidate as turned away by the gate; its files stay."""
        with writing(self._db):
            self._db.execute(
                "UPDATE models SET state = 'rejected', gate = ?, mean_dice = ? WHERE id = ?", (json.dumps(gate), mean_dice, model_id)
            )

    def gate(self, model_id: str) -> dict[str, Any]:
        """Return the gate's decision on a model as it was stored; empty where there was none."""
        self.path(model_id)
        (text,) = self._db.execute("SELECT gate FROM models WHERE id = ?", (model_id,)).fetchone()
        document = json.loads(text)
        return document if isinstance(document, dict) else {}

    def describe(self, model_id: str, *, title: str | None = None, note: str | None = None) -> ModelRecord:
        """Give a model another title or note, in the person's own words; None leaves what there is.

        Raises
        ------
        ModelError
            When the project has no such model, a title is empty, or a text is too long.
        """
        record = self.record(model_id)
        texts = (record.title if title is None else " ".join(title.split()), record.note if note is None else note.strip())
        for text, most in zip(texts, (MOST_TITLE, MOST_NOTE), strict=True):
            if len(text) > most:
                raise ModelError(f"The text has {len(text)} signs, and {most} are the most", where=model_id, next_step="Shorten it.")
        if not texts[0]:
            raise ModelError("A model needs a title", where=model_id, next_step="Write one.")
        with writing(self._db):
            self._db.execute("UPDATE models SET title = ?, note = ? WHERE id = ?", (*texts, model_id))
        return self.record(model_id)

    def roll_back(self) -> str:
        """Let the model that served before the active one serve again and return its id.

        Raises
        ------
        ModelError
            When no model served before, or its files are damaged.
        """
        rows = self._db.execute("SELECT seq, model_id FROM activations ORDER BY seq DESC LIMIT 2").fetchall()
        if len(rows) < 2:
            raise ModelError("There is no earlier model to go back to", where=rows[0][1] if rows else "", next_step="Refine first.")
        previous = str(rows[1][1])
        verify_pack(self.path(previous))
        with writing(self._db):
            self._db.execute("DELETE FROM activations WHERE seq = ?", (rows[0][0],))
            self._db.execute("UPDATE models SET state = 'retired' WHERE state = 'active'")
            self._db.execute("UPDATE models SET state = 'active' WHERE id = ?", (previous,))
        return previous


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
