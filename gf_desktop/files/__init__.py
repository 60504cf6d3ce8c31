"""Scans and masks on disk. The only room that imports SimpleITK, pydicom, nibabel and Pillow, and it does so on first use."""

__all__ = ["warm_up"]


def warm_up() -> None:
    """Load the libraries of scans now, so that the first scan need not wait for them; may run in any thread."""
    import pydicom  # noqa: F401
    import SimpleITK  # noqa: F401

    from gf_desktop.files.apart import warm_up_reader

    warm_up_reader()
