"""The command line: the same Session as the window, one verb a command."""

from gf_desktop.cli.main import main

__all__ = ["main"]
