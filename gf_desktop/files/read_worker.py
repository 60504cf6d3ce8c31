"""The process that decodes: it takes orders from its standard input and answers on its standard output, one at a time.

Started by :mod:`gf_desktop.files.apart` as ``python -m gf_desktop.files.read_worker FILE``, in a frozen program as ``<program> read-worker
FILE``; FILE is the descriptor or the name of the file for arrays.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.dicom_mask_apart import ObjectWish, names_here, read_object_here
from gf_desktop.files.itk import read_itk_mask
from gf_desktop.files.picture import read_indexed
from gf_desktop.files.scan import Glance, Scan, ScanSource, glance_here, read_here
from gf_desktop.files.tiff import read_label_pages
from gf_desktop.files.wire import Order, fault_of, from_wire, read_frame, to_wire, write_frame
from gf_desktop.memory import give_back

__all__ = ["main"]


def _read_scan(source: ScanSource) -> Scan:
    return read_here(source)


def _glance(source: ScanSource) -> Glance:
    return glance_here(source)


TASKS: Final[dict[str, tuple[type, Callable[[Any], Any]]]] = {
    "scan": (ScanSource, _read_scan),
    "glance": (ScanSource, _glance),
    "itk mask": (Path, read_itk_mask),
    "indexed picture": (Path, read_indexed),
    "label pages": (Path, read_label_pages),
    "dicom mask": (ObjectWish, read_object_here),
    "dicom names": (Path, names_here),
}
"""What can be read: the type of the source, and what reads it."""

BEYOND = 4
"""The processor's own limit is so many times the other one, which counts the clock: libraries use several cores."""

LARGE_BYTES = 1 << 26
"""After arrays of this size freed memory is given back to the system."""


def main(arguments: list[str] | None = None) -> int:
    """Answer orders until the standard input ends.

    Parameters
    ----------
    arguments
        The descriptor or the name of the file for arrays; those of this process when None.
    """
    (place,) = sys.argv[1:] if arguments is None else arguments
    answers = os.fdopen(os.dup(1), "wb")
    # what a library prints must not come between answers
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    orders: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    with os.fdopen(int(place), "r+b", buffering=0) if place.isdigit() else Path(place).open("r+b") as beside:
        write_frame(answers, b"ready")
        try:
            while True:
                answer = _answer(orders.get(), beside)
                if os.fstat(beside.fileno()).st_size > LARGE_BYTES:
                    give_back()
                write_frame(answers, answer)
        finally:  # leaving in order would wait for the thread that listens
            os._exit(1)


def _listen(orders: queue.Queue[bytes]) -> None:
    """Hand on what comes in; when the program is gone this process has nothing to do any more, decoding or not."""
    while True:
        order = read_frame(sys.stdin.buffer)
        if order is None:
            os._exit(0)
        orders.put(order)


def _answer(content: bytes, beside: IO[bytes]) -> bytes:
    order = msgspec.msgpack.decode(content, type=Order)
    wanted, read = TASKS[order.task]
    source: Any = from_wire(order.source, wanted)
    _limit(order)
    try:
        return b"+" + to_wire(read(source), beside)
    except UserError as error:
        fault = fault_of(error)
    except MemoryError:
        path = source.paths[0] if isinstance(source, ScanSource) else source.path if isinstance(source, ObjectWish) else source
        fault = fault_of(FileFormatError("There is not enough memory for this scan", where=str(path), next_step="Close other programs."))
    except Exception as error:  # noqa: BLE001 - a bug of ours is raised at the other end
        line = traceback.extract_tb(error.__traceback__)[-1]
        return f"!{type(error).__name__} in {Path(line.filename).name}:{line.lineno}".encode()
    return b"-" + msgspec.msgpack.encode(fault)


def _limit(order: Order) -> None:
    """Let this process take no more memory and processor time than an order allows; without limits of the system the other end looks."""
    try:
        import resource
    except ImportError:
        return
    seconds = int(time.process_time() + order.seconds * BEYOND) + 1
    for kind, wanted in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, _mapped() + order.memory)):
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _mapped() -> int:
    """Return how much address space this process has, 1 GB where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30


if __name__ == "__main__":
    sys.exit(main())
