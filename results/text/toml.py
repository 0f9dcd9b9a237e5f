"""Plain data as TOML that people read: a section per table, and in it a line per key, however much the key holds.

A library would write each value of a list on a line of its own, and a spec is full of short lists.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")  # a key that needs no quotes


def toml_text(table: Mapping[str, Any]) -> str:
    """The TOML of a table of texts, numbers, switches, lists and tables, all with text for keys. TOML has no null: keys with
    None are left out.
    """
    there = {key: value for key, value in table.items() if value is not None}
    sections = {key: value for key, value in there.items() if isinstance(value, Mapping) and value}
    parts = [_lines({key: value for key, value in there.items() if key not in sections})]
    parts += [f"[{_key(key)}]\n{_lines(value)}" for key, value in sections.items()]
    return "\n".join(part for part in parts if part)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        found = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items() if one is not None)
        return f"{{ {found} }}" if found else "{}"
    return repr(value)


def _text(text: str) -> str:
    """TOML escapes as JSON does, and one sign more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
