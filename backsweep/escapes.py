"""Text for people: names come from files and specs, and must neither control a terminal nor hide what they are.

`visible` writes each sign that is invisible, or that moves others, as Python would: ESC is \\x1b, a mark that changes the
direction of writing \\u202e. Everything that people see goes through it once, where it is shown.

An output with few signs, such as Windows' cp1252 or plain ASCII, must not show ∞ as a question mark, which means unknown.
Streams and files that are opened with `errors=FITTING` show `inf` instead, and escapes for other signs that they lack.
"""

import codecs
import re

FITTING = "backsweep.fitting"
# What is no control or format character to Unicode, and yet leaves no mark: joiners, fillers, variation selectors.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
STAND_INS = {
    "∞": "inf",
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "x",
    "÷": "/",
    "·": "*",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "µ": "u",
    "μ": "u",
    "²": "^2",
    "³": "^3",
    "…": "...",
    "→": "->",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
}


def visible(text: str, keep: str = "") -> str:
    """A text whose every sign is seen, on one line; these signs are kept as they are."""
    if text.isprintable() and (text.isascii() or not UNSEEN.search(text)):
        return text
    return "".join(sign if sign in keep or (sign.isprintable() and not UNSEEN.match(sign)) else escaped(sign) for sign in text)


def visible_lines(text: str) -> str:
    """The same of a text of several lines."""
    return visible(text, keep="\n")


def escaped(sign: str) -> str:
    """A sign as Python would write it between quotes."""
    return sign.encode("unicode_escape").decode()


def fitting(text: str, encoding: str) -> str:
    """A text as an output of this encoding will show it, to be laid out before it is written."""
    return text.encode(encoding, FITTING).decode(encoding)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(STAND_INS.get(sign) or escaped(sign) for sign in signs), error.end


codecs.register_error(FITTING, _stand_in)
