"""Figures: each computes a plain value from a table first, then draws it on a given Axes and returns that."""
