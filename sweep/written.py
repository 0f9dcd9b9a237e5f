"""Specs as plain data: what Python may say for numbers and lists, and the TOML of a spec."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tomli_w

from .axes import TITLES


def plain(value: Any) -> Any:
    """What TOML would give: NumPy's scalars as numbers, its arrays, tuples and ranges as lists; all else as it is."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple | range) else value


def toml_text(table: Mapping[str, Any]) -> str:
    """The TOML of a spec as plain data; tables that say a name and no more as that name."""
    tables = {key: _short(table[key]) for key in ("task", "model", "train") if key in table}
    return tomli_w.dumps({**table, **tables})


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (title := next(iter(value))) in TITLES:
        return value[title]
    return {key: _short(one) for key, one in value.items()}
