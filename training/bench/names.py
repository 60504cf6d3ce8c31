"""Names of the benchmark's studies; apart, so that the command line knows them without loading torch."""

__all__ = ["STUDIES"]

STUDIES = ("tuning", "gap", "supervised", "semi", "ablation")
