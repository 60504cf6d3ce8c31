"""What was noticed about a scan while it was read, and how serious it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gf_desktop.errors import GeometryError

if TYPE_CHECKING:
    from gf_desktop.files.passport import Passport

__all__ = ["Finding", "Severity", "UnusableScanError", "refuse_red", "verdict_of"]

Severity = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed about a scan.

    Attributes
    ----------
    code
        Stable name for programs, such as "missing_slices".
    message
        One sentence for people without a full stop, with the numbers; never anything that identifies a person.
    severity
        "green": a note. "amber": something was put right or assumed, and the message says what. "red": not usable.
    next_step
        Red only: what to do about it, as an instruction.
    """

    code: str
    message: str
    severity: Severity
    next_step: str = ""

    def as_json(self) -> dict[str, str]:
        """Return code, message and severity."""
        return {"code": self.code, "message": self.message, "severity": self.severity}


class UnusableScanError(GeometryError):
    """A scan with a red finding; ``findings`` holds all of them, ``passport`` what was measured all the same, if anything."""

    def __init__(self, findings: Iterable[Finding], *, where: str, passport: Passport | None = None) -> None:
        self.findings = tuple(findings)
        self.passport = passport
        worst = next(f for f in self.findings if f.severity == "red")
        super().__init__(worst.message, where=where, next_step=worst.next_step)


def verdict_of(findings: Iterable[Finding]) -> Severity:
    """Return the worst severity; green where nothing was found."""
    severities = {f.severity for f in findings}
    return "red" if "red" in severities else "amber" if "amber" in severities else "green"


def refuse_red(findings: Iterable[Finding], *, where: str, passport: Passport | None = None) -> None:
    """Raise UnusableScanError where a finding is red."""
    found = tuple(findings)
    if verdict_of(found) == "red":
        raise UnusableScanError(found, where=where, passport=passport)
