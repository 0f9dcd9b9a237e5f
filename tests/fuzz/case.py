"""One case of the fuzzer: commands to be given in a folder, and what is known of how they end."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

AXIS_WORDS = {"values", "linear", "log", "range", "uniform", "loguniform", "n", "zip"}
CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f]")
SHOWN = 30  # characters of a word that a message shows at least


@dataclass(frozen=True)
class Case:
    """named: what a refusal must name (None: not known). must_refuse: an oracle says that the input is wrong.

    changed: words for what alone makes the first command's input another than a sound one; a refusal must have one of each.
    """

    commands: list[list[str]]
    named: str | None = None
    must_refuse: bool = False
    changed: tuple[frozenset[str], ...] = ()


def keys(path: Iterable[str | int]) -> frozenset[str]:
    """The words by which a message may name a place in nested tables: its key, or that of the setting of which it is a part."""
    words = [step for step in path if isinstance(step, str)]
    settings = [word for word in words if word not in AXIS_WORDS]
    return frozenset({*words[-1:], *settings[-1:]})


def names(text: str, word: str) -> bool:
    """Whether a message has a word, written in any of the ways in which what is not seen is escaped."""
    if not word:
        return '""' in text or "''" in text
    quoted = (repr(word), json.dumps(word), json.dumps(word, ensure_ascii=False))
    forms = {word, CONTROL.sub(lambda sign: f"\\x{ord(sign[0]):02x}", word), *(one[1:-1] for one in quoted)}
    return any(re.search(rf"(?<!\w){re.escape(form[:SHOWN])}" + r"(?!\w)" * (len(form) <= SHOWN), text) for form in forms)
