"""The vocabulary of the application: scans, masks, edits and their geometry. Numpy, scipy and scikit-image only."""
