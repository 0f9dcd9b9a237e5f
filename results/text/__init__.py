"""Findings as text: for people, for programs and for pages."""
