"""Where a written spec has a setting, an axis, or the name of a file."""

from functools import reduce
from typing import Any

TITLES = ("name", "scheme")  # what a table of a spec is chosen by
DATA_FILE, START_FILE = "task.file", "model.init.file"


def setting_at(spec: dict[str, Any], setting: str) -> Any:
    """What a spec has at a dotted setting, whose last word may have a layer behind it: train.lr[0]; None if nothing."""

    def within(table: Any, key: str) -> Any:
        if isinstance(table, list):
            return table[int(key)] if key.isdecimal() and int(key) < len(table) else None
        return table.get(key) if isinstance(table, dict) else None

    return reduce(within, setting.replace("[", ".").replace("]", "").split("."), spec)


def axis_of(spec: dict[str, Any], setting: str) -> tuple[str, Any]:
    """The place of the axis that a setting varies by, and what is written there.

    It is the setting itself; for the name or a number of tables that are an axis, the place of these.
    """
    place = setting.rpartition(".")[0]
    around = setting_at(spec, place)
    return (place, around) if isinstance(around, dict) and "values" in around else (setting, setting_at(spec, setting))


def files_in(spec: dict[str, Any]) -> dict[str, Any]:
    """The names of files that a spec has, by the settings that name them: of data, and of weights to start from."""
    starts = setting_at(spec, "model.init.values")
    places = [f"model.init.values.{place}.file" for place in range(len(starts))] if isinstance(starts, list) else [START_FILE]
    named = {key: setting_at(spec, key) for key in (DATA_FILE, *places)}
    return {key: name for key, name in named.items() if name is not None}
