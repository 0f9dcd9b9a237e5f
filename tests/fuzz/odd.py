"""Values and names that make programs stumble, and changes of nested tables."""

import datetime as dt
import math
from random import Random
from typing import Any

from .case import keys

ESCAPES = ("\x1b[31mred\x1b[0m", "a\x07b", "\x1b]0;title\x07", "\u202eright\u202c", "x\x9b31m")
TEXTS = (
    *ESCAPES,
    "",
    " ",
    "nan",
    "inf",
    "Nan",
    "None",
    "null",
    "true",
    "a\nb",
    "a\rb",
    "a\tb",
    '"',
    "'",
    "\\",
    ",",
    "a,b",
    "=",
    "%s",
)
TEXTS += (
    "{}",
    "[red]",
    "<script>",
    "$HOME",
    "../..",
    "/dev/zero",
    "é",
    "数",
    "\U0001f600",
    "constructor",
    "__proto__",
    "x" * 3000,
)
WHOLE = (0, 1, -1, 2, 3, 7, 255, 2**31 - 1, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**20, 10**400)
REAL = (0.0, -0.0, 0.5, 1.0, -1.0, 1e-320, 1e-200, 1e308, math.inf, -math.inf, math.nan, 3.0000000001)
TIMES = (dt.date(2020, 2, 29), dt.time(1, 2, 3), dt.datetime(1979, 5, 27, 7, 32, tzinfo=dt.UTC))


def value(rng: Random, dates: bool = False) -> Any:
    """Any value that TOML, or JSON if `dates` is false, can express; only JSON gets integers of more than 64 bits."""
    kinds = [lambda: rng.choice(TEXTS), lambda: rng.choice(REAL), lambda: rng.random() < 0.5, list, dict]
    kinds += [lambda: rng.choice([number for number in WHOLE if not dates or -(2**63) <= number < 2**63])] * 2
    kinds += [lambda: rng.choice(TIMES)] if dates else [lambda: None]
    kinds += [lambda: [value(rng, dates) for _ in range(rng.randint(1, 3))], lambda: {rng.choice(TEXTS): value(rng, dates)}]
    kinds += [lambda: nested(rng)]
    return rng.choice(kinds)()


def nested(rng: Random) -> Any:
    """Lists inside lists, or tables inside tables."""
    found: Any = 1
    inside = rng.random() < 0.5
    for _ in range(rng.choice((2, 20, 90))):
        found = [found] if inside else {"a": found}
    return found


def places(table: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in nested tables and lists."""
    inner = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    return [one for key, child in inner for one in ((*path, key), *places(child, (*path, key)))]


def at(table: Any, path: tuple[Any, ...]) -> Any:
    """The value at a path."""
    for key in path:
        table = table[key]
    return table


def near(rng: Random, old: Any, dates: bool = False) -> Any:
    """Another value of the same type."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return rng.choice((old + 1, old - 1, -old, old * 10, old * 1000, 0))
    if isinstance(old, float):
        return rng.choice((old * 2, old / 3, -old, old + 1, 0.0, old * 1e6, old * 1e-6))
    if isinstance(old, list):
        return rng.choice((old[::-1], old[1:], old + old, old[:1]))
    return value(rng, dates)


def change(rng: Random, table: Any, dates: bool = False) -> frozenset[str]:
    """Change one thing in nested tables: change a value, add a key, delete one, or rename one. Returns the keys on its path."""
    path = rng.choice(places(table) or [()])
    if not path:
        return frozenset()
    holder, key = at(table, path[:-1]), path[-1]
    how, new = rng.choice(("value", "value", "value", "drop", "add", "rename")), rng.choice(TEXTS)
    if how == "value":
        holder[key] = near(rng, holder[key], dates) if rng.random() < 0.5 else value(rng, dates)
    elif how == "drop":
        del holder[key]
    elif isinstance(holder, list):
        holder.insert(key, value(rng, dates))
    elif how == "rename":
        holder[new] = holder.pop(key)
    else:
        holder[new] = value(rng, dates)
        return frozenset({new})
    return keys(path) | {new} if how == "rename" else keys(path)


def damage(rng: Random, content: bytes) -> bytes:
    """Bytes after damage: a few are changed, some are cut off or repeated, or all are random."""
    if not content or rng.random() < 0.15:
        return rng.randbytes(rng.choice((0, 1, 5, 8, 100, 5000)))
    how = rng.randrange(4)
    place, length = rng.randrange(len(content)), rng.randint(1, 40)
    if how == 0:
        return content[:place]
    if how == 1:
        return content[:place] + content[place + length :]
    if how == 2:
        return content[:place] + content[place : place + length] * 2 + content[place + length :]
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)
