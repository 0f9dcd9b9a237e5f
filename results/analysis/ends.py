"""Chosen numbers that are the lowest or the highest of those that were tried: what lies beyond them may be better."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from .tables import axis_columns, setting_labels


class AtAnEnd(NamedTuple):
    """A setting whose chosen value is its lowest or highest, and which; a label for each choice of which that is true."""

    setting: str
    end: str
    labels: list[str]


def words_of(tried: pd.DataFrame) -> list[str]:
    """The settings that are no numbers."""
    return [name for name in axis_columns(tried) if not is_numeric_dtype(tried[name]) or is_bool_dtype(tried[name])]


def ends_of(tried: pd.DataFrame, row: pd.Series, names: Sequence[str]) -> dict[str, str]:
    """The settings among `names` of which a row has the "lowest" or "highest" value that was tried.

    tried: all combinations of settings, one row each. Only numbers have ends, and two values have two. Where settings are
    words, those of the row count alone, since an optimizer may have learning rates of its own. 0 is no end, because few
    settings may be below it.
    """
    words = words_of(tried)
    for name in words:
        tried = tried[tried[name].isna() if pd.isna(row[name]) else tried[name] == row[name]]
    ends: dict[str, str] = {}
    for name in (name for name in names if name not in words):
        low, high = tried[name].min(), tried[name].max()
        if low < high and row[name] != 0 and row[name] in (low, high):
            ends[name] = "lowest" if row[name] == low else "highest"
    return ends


def chosen_at_an_end(tried: pd.DataFrame, chosen: pd.DataFrame, names: Sequence[str]) -> list[AtAnEnd]:
    """Which of several choices of the settings `names` are at an end. chosen: a row with each choice, and for what it is."""
    labels = setting_labels(chosen[[name for name in axis_columns(tried) if name not in names or name in words_of(tried)]])
    found: dict[tuple[str, str], list[str]] = {}
    for label, (_, row) in zip(labels, chosen.iterrows(), strict=True):
        for end in ends_of(tried, row, names).items():
            found.setdefault(end, []).append(label)
    return [AtAnEnd(*end, those) for end, those in found.items()]
