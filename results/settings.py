"""Where a written spec has a setting."""

from functools import reduce
from typing import Any

TITLES = ("name", "scheme")  # what a table of a spec is chosen by


def setting_at(spec: dict[str, Any], setting: str) -> Any:
    """What a spec has at a dotted setting, whose last word may have a layer behind it: train.lr[0]; None if nothing."""

    def within(table: Any, key: str) -> Any:
        return table[int(key)] if isinstance(table, list) else table and table.get(key)

    return reduce(within, setting.replace("[", ".").replace("]", "").split("."), spec)
