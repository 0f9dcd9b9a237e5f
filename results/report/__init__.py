"""The report of a folder of results: what was asked, the answer, figures, tables, and where it all comes from."""

from .write import write_html, write_markdown

__all__ = ["write_html", "write_markdown"]
