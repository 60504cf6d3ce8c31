"""The vocabulary of the application: scans, masks, edits and their geometry. Numpy and scipy only."""
