"""Prediction with ONNX Runtime, its only importer."""

__all__ = ["warm_up"]


def warm_up() -> None:
    """Load ONNX Runtime now, so that the first prediction need not wait for it; may run in any thread."""
    import onnxruntime  # noqa: F401
