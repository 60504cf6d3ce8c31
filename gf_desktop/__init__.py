"""Graph Flow Desktop: correct a student's masks, refine it with one click. Research use; not a medical device."""

__version__ = "0.1.0"
