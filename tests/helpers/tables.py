"""Shared by tests of tables: a sweep with a fixed table, the hash of that table, and readers of CSV and Markdown."""

import hashlib
from html.parser import HTMLParser
from typing import Any

import pandas as pd
from markdown_it import MarkdownIt

SPEC = {
    "task": "xor",
    "seeds": 500,
    "model": {"hidden": {"values": [2, 3]}},
    "train": {"lr": {"log": [0.1, 10.0], "n": 5}, "epochs": 2000, "stop": {"loss": 0.05}},
}

# Reads CSV to the last bit; later releases always do, and warn about the option.
EXACT: dict[str, Any] = {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}


def hashed(results):
    """SHA-256 of the base table, sorted by run, column by column."""
    return _hash(results.table.sort_values("run"))


def hashed_without_runs(results):
    """SHA-256 of the base table as it is, but for the numbers of its runs."""
    return _hash(results.table.drop(columns="run"))


def _hash(table):
    digest = hashlib.sha256()
    for name, column in table.items():
        content = column.to_numpy().tobytes() if column.dtype.kind in "ifb" else repr(list(column)).encode()
        digest.update(str(name).encode() + content)
    return digest.hexdigest()


class Cells(HTMLParser):
    """The texts of a rendered table's cells, and all of its tags."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags, self.inside = [], set(), False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def rendered(text):
    return Cells(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
