"""What a spec says for its report alone."""

from typing import Annotated

from ...results.allowed import TextOf
from .fields import Table

Line = Annotated[str, TextOf(1, 300)]
Paragraphs = Annotated[str, TextOf(1, 20_000)]


class ReportSpec(Table, use_attribute_docstrings=True):
    """What the report says at its top. It takes no part in what is trained: another title leaves a folder the same sweep."""

    title: Line | None = None
    """Title of the report, in place of the sweep's name."""
    author: Line | None = None
    """Who hands it in."""
    notes: Paragraphs | None = None
    """Text under the title, such as why the sweep was run. An empty line begins a new paragraph."""
