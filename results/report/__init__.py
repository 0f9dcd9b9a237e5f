"""The report of a folder of results: the question, the answer, figures, tables, and where all of it comes from."""

from .write import write_html, write_markdown

__all__ = ["write_html", "write_markdown"]
