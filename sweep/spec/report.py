"""What a spec says for its report alone."""

from typing import Annotated

from pydantic import Field

from .allowed import Says
from .fields import Table

Line = Annotated[str, Field(min_length=1, max_length=300), Says("must be text of 1 to 300 characters")]
Paragraphs = Annotated[str, Field(min_length=1, max_length=20_000), Says("must be text of 1 to 20,000 characters")]


class ReportSpec(Table, use_attribute_docstrings=True):
    """What the report says at its top. It takes no part in what is trained: another title leaves a folder the same sweep."""

    title: Line | None = None
    """Title of the report, in place of the sweep's name."""
    author: Line | None = None
    """Who hands it in."""
    notes: Paragraphs | None = None
    """Text under the title, such as why the sweep was run. An empty line begins a new paragraph."""
