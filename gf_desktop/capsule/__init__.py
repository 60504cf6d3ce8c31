"""Capsules: one file that carries a model from one project to another, and is looked at before anything of it is used."""
