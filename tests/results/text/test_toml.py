"""Plain data as TOML: Python's own reader gets the same data back."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from backsweep.results.text.toml import toml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SINGLE = TEXTS | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
VALUES = st.recursive(SINGLE, lambda of: st.lists(of, max_size=3) | st.dictionaries(TEXTS, of, max_size=3), max_leaves=6)


@settings(max_examples=30)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_read_back_is_what_was_written(table):
    assert tomllib.loads(toml_text(table)) == table


def test_short_lists_and_tables_within_tables_stand_on_one_line():
    table = {"name": "a", "model": {"hidden": {"values": [2, [4, 4]]}, "bias": True}, "exclude": [], "seed": None}
    assert (
        toml_text(table)
        == """name = "a"
exclude = []

[model]
hidden = { values = [2, [4, 4]] }
bias = true
"""
    )
