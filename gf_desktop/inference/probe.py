"""Asking a student from elsewhere once, in bounded memory and time, before it is trusted with more."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from gf_desktop.errors import ModelError
from gf_desktop.inference.segmenter import FATAL_ONLY, FOLDED_KEY, MOST_FOLDED_BYTES
from gf_desktop.pack import STUDENT_ONNX, ModelCard

__all__ = ["ask_once"]

SIDE_PX: Final = 64
"""Side of the picture that is asked about."""

MOST_BYTES: Final = 512 << 20
"""Memory for all that the student computes on it."""

MOST_S: Final = 20.0

ADVICE: Final = "Get it again from where it came from."


@cache
def _bounded_memory() -> None:
    """Give ONNX Runtime a store of bounded size, for sessions that ask for it."""
    import onnxruntime

    place = onnxruntime.OrtMemoryInfo("Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(place, onnxruntime.OrtArenaCfg({"max_mem": MOST_BYTES, "arena_extend_strategy": 1}))


def ask_once(folder: Path, card: ModelCard) -> None:
    """Let a student answer about an empty picture, every operator as it stands in the file.

    Parameters
    ----------
    folder
        A pack whose files were checked.

    Raises
    ------
    ModelError
        When it cannot be loaded, needs too much memory or time, or its answer is not of the shape that the card promises.
    """
    import onnxruntime

    onnxruntime.set_default_logger_severity(FATAL_ONLY)
    onnxruntime.disable_telemetry_events()
    _bounded_memory()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = FATAL_ONLY
    options.intra_op_num_threads = 1
    # what is computed beforehand would be computed outside the bounded store
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry(FOLDED_KEY, str(MOST_FOLDED_BYTES))
    limit = onnxruntime.RunOptions()
    watch = threading.Timer(MOST_S, lambda: setattr(limit, "terminate", True))
    watch.start()
    side = -(-SIDE_PX // card.preprocess.multiple) * card.preprocess.multiple
    image = np.zeros((1, card.preprocess.channels, side, side), np.float32)
    try:
        session = onnxruntime.InferenceSession(str(folder / STUDENT_ONNX), options, providers=["CPUExecutionProvider"])
        answer = np.asarray(session.run(["logits"], {"image": image}, limit)[0])
    except Exception as error:
        # ONNX Runtime raises a dozen classes of its own that share no base but Exception
        raise ModelError("The student cannot answer", where=str(folder), next_step=ADVICE) from error
    finally:
        watch.cancel()
        watch.join()
    if answer.shape != (1, len(card.table) + 1, side, side) or not np.isfinite(answer).all():
        raise ModelError("The student gives no answer of the right shape", where=str(folder), next_step=ADVICE)
