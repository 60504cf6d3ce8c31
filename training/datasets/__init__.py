"""Public data sets, a folder of pictures and rounds of the desktop as training data: checked, divided by patient, frozen."""

from __future__ import annotations

from training.datasets.prepared import LabelledFraction, Prepared, labelled_fraction, read_prepared
from training.datasets.preparing import DATASETS, check, prepare
from training.datasets.source import Options
from training.datasets.split import Shares

__all__ = ["DATASETS", "LabelledFraction", "Options", "Prepared", "Shares", "check", "labelled_fraction", "prepare", "read_prepared"]
