"""Start the program: with a verb the command line, without one or with the folder of a project the window, ``train-worker`` the trainer.

Only what is asked for is imported. A frozen build has no ``python -m training``, so it starts its trainer by calling itself:
``<program> train-worker`` is ``python -m training worker``, and ``<program> training ...`` is ``python -m training ...``. ``<program>
read-worker`` is the process that decodes scans.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

# The matrices of a slice are small: OpenBLAS gains nothing from threads, and beside busy programs its threads wait for
# each other (20 slices took 5.8 s in place of 3.8 s). It reads this once, when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the part of the program that the arguments ask for.

    Parameters
    ----------
    arguments
        Without the program's name; those of this process when None.

    Returns
    -------
    int
        Exit status: 0 done, 1 an error that the user can act on, 2 a bug of ours.
    """
    multiprocessing.freeze_support()
    words = sys.argv[1:] if arguments is None else arguments
    first = words[0] if words else "open"
    if first == "train-worker":
        return _train(["worker", *words[1:]])
    if first == "read-worker":
        return _read(words[1:])
    if first == "training":
        return _train(words[1:])
    if first == "open" and not any(word.startswith("-") for word in words):
        return _open_window(words[1:])
    if len(words) == 1 and (Path(first) / "project.sqlite").is_file():
        # a project that was named without a verb, or let fall on the program
        return _open_window(words)
    from gf_desktop.cli import main as run_verb

    return run_verb(words)


def _train(words: list[str]) -> int:
    from training.__main__ import main as train

    return train(words)


def _read(words: list[str]) -> int:
    from gf_desktop.files.read_worker import main as read

    return read(words)


def _open_window(words: list[str]) -> int:
    try:
        from gf_desktop.gui.app import run
    except ImportError as error:
        # Qt's libraries link to libraries of the system, which a bare machine or container lacks.
        if "cannot open shared object file" not in str(error):
            raise
        library = str(error).split(":", maxsplit=1)[0]
        sys.stderr.write(f"The window cannot start: the system library {library} is missing. Run `make setup` to install it.\n")
        return 1
    return run(Path(words[0]) if words else None)


if __name__ == "__main__":
    sys.exit(main())
