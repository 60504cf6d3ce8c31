"""A passport in lines that people read: the command line prints them, the window says them in the person's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gf_desktop.files.passport import Passport, SlicePositions
from gf_desktop.imaging.real_world import unit_in_words

__all__ = ["PassportLine", "passport_lines"]


@dataclass(frozen=True, slots=True)
class PassportLine:
    """One line.

    Attributes
    ----------
    name
        What it is about, one lower-case word; "" of a line that belongs to the one before.
    text
        Numbers, or a sentence without a full stop.
    unit
        Of the numbers: "mm", "pixels" or "".
    by
        What says so: fields of the header, each once.
    """

    name: str
    text: str
    unit: str = ""
    by: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return what stands behind the name."""
        return self.text + (f" {self.unit}" if self.unit else "") + (f" ({', '.join(self.by)})" if self.by else "")


def passport_lines(passport: Passport, *, spacing_known: bool = True) -> Iterator[PassportLine]:
    """Give the lines of a passport, from where the scan lies to what does not fit.

    Parameters
    ----------
    spacing_known
        False where the spacing is in pixels because nobody states it in mm.
    """
    if passport.origin_mm is not None:
        yield PassportLine("origin", _numbers(passport.origin_mm), "mm", (passport.origin_from,))
    if passport.axes is not None:
        axes = passport.axes
        columns = "  ".join(f"{name} {_numbers(axes[n::3])}" for n, name in enumerate("ijk"))
        yield PassportLine("axes", columns, by=(passport.axes_from,))
    if passport.spacing_mm is not None:
        by = tuple(dict.fromkeys(passport.spacing_from))
        yield PassportLine("spacing", _numbers(passport.spacing_mm), "mm" if spacing_known else "pixels", by)
    if passport.slices is not None:
        yield from _slice_lines(passport.slices)
    for one in passport.contradictions:
        yield PassportLine("contradiction", f"{one.name} says {one.stated:.6g} {one.unit}, measured are {one.measured:.6g} {one.unit}")
    if passport.qform_apart_mm is not None:
        yield PassportLine("qform", f"{passport.qform_apart_mm:.3g} mm and {passport.qform_turned_deg or 0.0:.3g} degrees from the sform")
    if passport.values_limits is not None:
        low, high = passport.values_limits
        unit = unit_in_words(passport.values_unit)
        yield PassportLine("values", f"{low:.6g} – {high:.6g}", unit, by=("RealWorldValueMappingSequence",))
    if passport.resampled:
        yield PassportLine("resampled", "yes, as the findings say")


def _slice_lines(slices: SlicePositions) -> Iterator[PassportLine]:
    if slices.count == 1:
        yield PassportLine("slices", "1 slice")
    elif slices.spacing_mm is None:
        yield PassportLine("slices", f"{slices.count} without an even spacing")
    else:
        yield PassportLine("slices", f"{slices.count} slices, each {slices.spacing_mm:.6g} mm from the next")
        yield PassportLine("residual", f"{slices.residual_mm:.2g}", "mm")
    if slices.smallest_gap_mm is not None and slices.largest_gap_mm is not None:
        yield PassportLine("gaps", f"{slices.smallest_gap_mm:.6g} – {slices.largest_gap_mm:.6g}", "mm")
    yield PassportLine("", "; ".join(_wrong(slices)) or "none missing, none twice, none overlapping")
    for gap in slices.gaps:
        yield PassportLine("gap", f"{gap.after_mm:.2f} to {gap.before_mm:.2f} mm along the normal: {gap.missing} missing")
    if slices.slide_mm > 0:
        yield PassportLine("tilt", f"{slices.tilt_deg:.3g} degrees, {slices.slide_mm:.3g} mm over the stack")


def _wrong(slices: SlicePositions) -> Iterator[str]:
    if slices.missing:
        yield f"{slices.missing} missing"
    if slices.missing_at_ends:
        yield f"{slices.missing_at_ends} missing at the ends"
    if slices.duplicates:
        yield f"{slices.duplicates} stored twice"
    if slices.crowded:
        yield "1 position with several" if slices.crowded == 1 else f"{slices.crowded} positions with several"
    if slices.overlap_mm:
        yield f"overlapping by {slices.overlap_mm:.4g} mm"


def _numbers(values: Sequence[float]) -> str:
    return "  ".join(f"{value + 0.0:.6g}" for value in values)
