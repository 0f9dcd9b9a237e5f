"""Data: columns of files, data made by formula, and initial weights from a file."""
