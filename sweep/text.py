"""Durations, sizes, counts and keys as people read them."""

import json
import re
from collections.abc import Mapping

from ..results.text.numbers import percent_text

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
THOUSANDS = ("", " k", " M", " G")
BARE = re.compile(r"[\w-]+(\[\d+\])?")  # a key that needs no quotes, perhaps of a layer
LONGEST_KEY = LONGEST_VALUE = 60

Place = tuple[str | int, ...]


def duration(seconds: float) -> str:
    """Seconds, minutes, hours, days or years."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    days = seconds / 86400
    return f"{days:,.0f} days" if days < 2 * 365 else f"{days / 365.25:,.0f} years"


def size(number: float) -> str:
    """Bytes in powers of a thousand."""
    unit = 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {UNITS[unit]}"


def speed(rate: float) -> str:
    """Run-epochs per second to two digits, `33 k` or `1.2 M`; what they are per stands behind it."""
    number, unit = float(f"{rate:.1e}"), 0
    while number >= 1000 and unit < len(THOUSANDS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:#.2g}{THOUSANDS[unit]}" if number < 10 else f"{number:.0f}{THOUSANDS[unit]}"


def count(number: int, what: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def workers(jobs: int, backend: str) -> str:
    """`1 thread`, `2 processes`; of a cluster `8 workers (dask)`."""
    one = {"threads": "thread", "processes": "process"}.get(backend)
    if one is None:
        return f"{count(jobs, 'worker')} ({backend})"
    return f"{jobs:,} {one if jobs == 1 else backend}"


def shares(outcomes: Mapping[str, int]) -> str:
    """The percentage of runs with each outcome; outcomes that no run had are left out."""
    total = sum(outcomes.values())
    return ", ".join(f"{percent_text(some / total)} {outcome}" for outcome, some in outcomes.items() if some)


def dotted(place: Place) -> str:
    """A key of a spec with the tables it stands in, exclude[0].train.lr; `spec` where there is no key."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_word(part)}" for part in place).removeprefix(".") or "spec"


def _word(part: str) -> str:
    """One key, in quotes where it is no bare one, cut where it is long; what would not be seen, as direction marks, by code."""
    short = part if len(part) <= LONGEST_KEY else f"{part[:LONGEST_KEY]}..."
    return short if BARE.fullmatch(part) else json.dumps(short, ensure_ascii=not part.isprintable())


def in_toml(value: object) -> str:
    """A value as TOML writes it, on one line; of a list no more than can be of use in a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = repr(value)  # as TOML has it too, but for what is escaped
        return text if "\\" not in text else json.dumps(value)
    if isinstance(value, list | tuple):
        some = [*map(in_toml, value[:LONGEST_VALUE]), *["..."] * (len(value) > LONGEST_VALUE)]
        return f"[{', '.join(some)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_word(str(key))} = {in_toml(one)}' for key, one in value.items())} }}" if value else "{}"
    return repr(value)


def short(value: object) -> str:
    """A value as TOML writes it, cut where it is long."""
    text = in_toml(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
