"""Panels beside the views: worklist, structures, refine, models, scan."""
