"""Views of a scan: the slice and the strip of all slices."""
