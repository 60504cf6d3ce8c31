"""A project on disk: cases, mask revisions, models."""
