"""One case of the fuzzer: the commands to run in a folder, and what is known about how they should end."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

AXIS_WORDS = {"values", "linear", "log", "range", "uniform", "loguniform", "n", "zip"}
CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f]")
SHOWN = 30  # messages show at least this many characters of a word


@dataclass(frozen=True)
class Case:
    """Commands to run, and what a refusal of the first one must look like.

    named: the words one of which a refusal must name (None: not known). must_refuse: an oracle says that the input is wrong.
    changed: groups of words for the changes that turned a sound input of the first command into this one; a refusal must
    contain one word of each group.
    """

    commands: list[list[str]]
    named: str | None = None
    must_refuse: bool = False
    changed: tuple[frozenset[str], ...] = ()


def keys(path: Iterable[str | int]) -> frozenset[str]:
    """The words by which a message may name a place in nested tables: its key, or that of the setting that contains it."""
    words = [step for step in path if isinstance(step, str)]
    settings = [word for word in words if word not in AXIS_WORDS]
    return frozenset({*words[-1:], *settings[-1:]})


def names(text: str, word: str) -> bool:
    """Whether a message contains a word, in any of the ways in which invisible characters are escaped."""
    if not word:
        return '""' in text or "''" in text
    quoted = (repr(word), json.dumps(word), json.dumps(word, ensure_ascii=False))
    forms = {word, CONTROL.sub(lambda sign: f"\\x{ord(sign[0]):02x}", word), *(one[1:-1] for one in quoted)}
    return any(re.search(rf"(?<!\w){re.escape(form[:SHOWN])}" + r"(?!\w)" * (len(form) <= SHOWN), text) for form in forms)
