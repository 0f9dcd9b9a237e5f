"""Specs and scripts that show how it is used."""
