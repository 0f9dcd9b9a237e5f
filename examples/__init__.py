"""Specs and scripts that show how to use backsweep."""
