"""Recognises numbers in another notation: 0,5 and 1 000, 5 %, $10, 10 kg, 1.5D+03, 0x1F, '12, dates and times.

Otherwise such a column would be taken for names, with a category per row. If every cell looks like such a number, the column is
refused, and the message says what reads it. It only suggests separators that a task can name, and tries them first, so the
suggestion works. Cells that stand for no value (NA, ?) do not count. Cells that may also be names (1/2, 3G, EUR1) can be
declared as such.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

from .cells import PLAIN, Notation, plain

NOTHING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", ".", "missing"}
SPACES = (" ", "\u00a0", "\u202f", "\u2009", "\u2007")
NOTATIONS = (
    PLAIN,
    Notation(","),
    Notation(".", ","),
    Notation(",", "."),
    *(Notation(decimal, mark) for mark in (*SPACES, "'", "\u2019", "_", "\u02d9") for decimal in (".", ",")),
    Notation("\u066b", "\u066c"),
    Notation("\u066b"),
    Notation(".", "\u066c"),
    Notation("\u00b7"),
)
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
ZONE = r"(?: ?(?:z|utc|gmt|[+-]\d\d(?::?\d\d)?))?"
TIME = rf"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)?{ZONE}"
LONG_TIME = r"(?:\d+ days?,? )?\d+:[0-5]\d:[0-6]\d(?:[.,]\d+)?|(?:0?[1-9]|1[0-2]) ?[ap]\.?m\.?"
DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"\d{4}"
DATE = "|".join(
    [
        rf"{YEAR}([-/.]){MONTH}\1{DAY}",
        rf"{YEAR}[-/]{MONTH}",
        rf"{MONTH}/{YEAR}",
        rf"{DAY}([-/.]){MONTH}\2(?:{YEAR}|\d\d)",
        rf"{MONTH}([-/]){DAY}\3(?:{YEAR}|\d\d)",
        rf"{YEAR}-w\d\d(?:-\d)?",
        rf"(?:[a-z]{{3,9}},? )?{DAY}\.?[- ]{MONTHS}[- ,]*(?:{YEAR}|\d\d)",
        rf"(?:[a-z]{{3,9}},? )?{MONTHS} {DAY}(?:st|nd|rd|th)?,? {YEAR}",
        rf"{DAY}(?:\.|er|st|nd|rd|th)? (?:de )?[^\W\d_]{{3,}}\.?,? (?:de )?(?:1[5-9]|20)\d\d",  # in any language
        rf"{MONTHS}[- ]{YEAR}",
        rf"{DAY}-{MONTHS}|{MONTHS}-\d\d",
        rf"[a-z]{{3}} {MONTHS} +{DAY} {TIME}(?: [a-z]{{3,4}})? {YEAR}",
        rf"{YEAR}\u5e74{MONTH}\u6708{DAY}\u65e5",
    ]
)
COMPACT = rf"{YEAR}\d{{4}}t\d{{4,6}}(?:\.\d+)?{ZONE}"
DATES = re.compile(rf"(?:(?:{DATE})(?:(?:t|,? ){TIME})?|{TIME}|{LONG_TIME}|{COMPACT})", re.IGNORECASE)
CODES = re.compile(r"[+-]?(?:0x[0-9a-f]+(?:\.[0-9a-f]*)?(?:p[+-]?\d+)?|0o[0-7]+|0b[01]+)", re.IGNORECASE)
FORTRAN = re.compile(
    r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[dq][+-]?\d+|(?: ?[x\u00d7*\u00b7] ?10|\*)\^[+-]?\d+|(?: ?[x\u00d7*\u00b7] ?10)[+-]?\d+)"
    r"|[+-]?(?:\d+[.,]\d*|[.,]\d+)[+-]\d{3}",
    re.IGNORECASE,
)
COMPLEX = re.compile(r"\(?[+-]?[\d.]+(?:e[+-]?\d+)?[+-][\d.]+(?:e[+-]?\d+)?[ij]\)?", re.IGNORECASE)
FRACTION = re.compile(r"[+-]?(?:\d+ )?\d+ ?[/\u2044] ?[1-9]\d*")
MINUSES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"))
SIGNS = r"(?:(?:US|CA|AU|NZ|HK|SG|NT|R|A|C|S)?\$|[\u00a2\u00a3\u00a5\u20a0-\u20cf\u0e3f])"
CODES_OF_MONEY = (
    "USD|EUR|GBP|JPY|CHF|CNY|INR|SEK|NOK|DKK|AUD|CAD|NZD|HKD|SGD|BRL|MXN|RUB|PLN|CZK|HUF|TRY|ZAR|KRW|THB|IDR|ILS"
    "|kr\\.?|Rs\\.?|Fr\\.?|z\u0142|K\u010d|Ft|lei"
)
PREFIX = re.compile(rf"^([+-]?) ?(?:{SIGNS} ?|(?:{CODES_OF_MONEY}) )")
GLUED = re.compile(rf"^([+-]?)(?:{CODES_OF_MONEY})")
SUFFIX = re.compile(rf" ?(?:{SIGNS}|{CODES_OF_MONEY})$")
SHARE = re.compile(r" ?[%\u2030]$|^% ?")
UNIT = re.compile(
    r"^([^a-zA-Z]*\d[.,]?) ?((?:[^\W\d_]|[\u00b0\u00b5\u03bc\u2126'\"])[^\s\d]{0,11}(?:[-^]?\d)?(?:/[^\s]{1,8})?)$"
)
KNOWN_UNITS = re.compile(
    r"(?:[yzafpnu\u00b5\u03bcmcdhkMGTPE]|da)?(?:g|m|s|mol|Hz|Pa|eV|Wh|bar|cal|rad|Ohm|\u03a9|\u2126|bit|px)[-^]?[123]?(?:/\S+)?"
    r"|[kmM\u00b5\u03bcnhcd][AKNJWCVFTlLBb](?:/\S+)?|[kKMGTP]i?B|\u00b0[CFKR]?|min|hrs?|hours?|days?|weeks?|months?|years?|yrs?|secs?|lbs?|oz|ft|in|mi|yd"
    r"|mph|km/h|kmh|rpm|ppm|ppb|dB|bn|mn|pts?|pp|bps|psi|atm|gal|ha|deg|sq\.?m|cc"
)
AFTER_A_SPACE = re.compile(r"[AKNJWCVFTtlLBhd](?:/\S+)?|[kMG]")


class Looks(NamedTuple):
    """What a column looks like, and what to do about it. row: an example's. sure: it cannot be declared as names either."""

    row: int
    kind: str
    remedy: str
    sure: bool = True


def in_another_notation(cells: list[str], notation: Notation = PLAIN, option: bool = True) -> Looks | None:
    """What all cells that say something look like, unless all are numbers in this notation.

    option: whether the task can name another.
    """
    some = [cell for cell in dict.fromkeys(cells) if cell.lower() not in NOTHING]
    written = [cell for cell in some if plain(cell, notation) is None]
    kinds = [kind for kind in takewhile(bool, map(_kind, written)) if kind]
    if not written or len(kinds) < len(written):
        return _same_unit(cells, some)
    used = {*"".join(some), None}
    tried = [one for one in NOTATIONS if one.thousands in used and one.decimal in {*used, ".", _beside(one)}] if option else []
    fitting = [notation for notation in tried if all(plain(cell, notation) for cell in some)]
    remedy = _options(fitting) if fitting else kinds[0].remedy
    return Looks(cells.index(written[0]), kinds[0].called, remedy, any(kind.sure for kind in kinds))


def _kind(cell: str) -> "Kind | None":
    return next((kind for kind in KINDS if kind.read(cell)), None)


def _beside(notation: Notation) -> str | None:
    """The decimal mark of a notation, if it need not be given: dots between thousands leave only one possibility."""
    return notation.decimal if notation.thousands == "." else None


def _options(fitting: list[Notation]) -> str:
    """The options with which a task can read such cells."""
    if PLAIN in fitting:
        return "without decimal and thousands the task reads it"
    options = [
        " and ".join(
            f'{key} = "{mark}"' if mark.isascii() else f'{key} = "\\u{ord(mark):04x}"'
            for key, mark in zip(("decimal", "thousands"), notation, strict=True)
            if mark and not (key == "decimal" and mark == ".")
        )
        for notation in fitting[:2]
    ]
    return f"in the task, {', or '.join(dict.fromkeys(options))}, reads it"


def _separated(cell: str) -> bool:
    return any(plain(cell, notation) for notation in NOTATIONS)


def _a_number(cell: str) -> bool:
    return plain(cell) is not None or _separated(cell)


def _stripped(strip: Callable[[str], str]) -> Callable[[str], bool]:
    """A test of whether a number remains when a cell's decoration is removed."""

    def read(cell: str) -> bool:
        tidy = _tidy(cell)
        bare = strip(tidy)
        return bare != tidy and _a_number(bare)

    return read


def _tidy(cell: str) -> str:
    """The cell with the minus sign, spaces and digits of a number in a program, and without invisible characters."""
    visible = "".join(mark for mark in unicodedata.normalize("NFKC", cell) if unicodedata.category(mark) != "Cf")
    return visible.translate(MINUSES).strip()


def _money(cell: str) -> str:
    return SUFFIX.sub("", PREFIX.sub(r"\1", cell))


def _quotes(cell: str) -> str:
    return cell.removeprefix("=").strip("'\"`\u2018\u2019\u201c\u201d\u00b4")


def _signed(cell: str) -> str:
    if cell.startswith("(") and cell.endswith(")"):
        return _money(cell[1:-1])
    return f"-{cell[:-1]}" if cell.endswith("-") else re.sub(r"^[~\u2248\u00b1] ?|(?<=^[+-]) ", "", cell)


def _known_unit(cell: str) -> str:
    """The cell without a known unit, unless that is a letter after a whole number."""
    found = UNIT.match(cell)
    letter = found and found[2] in {"g", "m", "s"} and found[0] == found[1] + found[2] and found[1].isdecimal()
    return found[1].strip() if found and KNOWN_UNITS.fullmatch(found[2]) and not letter else cell


def _letter(cell: str) -> str:
    """The cell without a letter that may be a unit."""
    found = UNIT.match(cell)
    if found is None:
        return cell
    apart = found[0] != found[1] + found[2]
    known = KNOWN_UNITS.fullmatch(found[2]) or (apart and AFTER_A_SPACE.fullmatch(found[2]))
    return found[1].strip() if known else cell


def _same_unit(cells: list[str], some: list[str]) -> Looks | None:
    """Recognises numbers that are all followed by the same word, which may be a unit or part of a name."""
    found = [UNIT.match(_tidy(cell)) for cell in some]
    units = {one[2] if one and _a_number(one[1].strip()) else None for one in found}
    if len(units) != 1 or None in units:
        return None
    return Looks(cells.index(some[0]), "one with a unit", "take the unit out, and let the column's name say it", sure=False)


class Kind(NamedTuple):
    """A notation: what a cell in it is called, whether a cell is in it, what to do, and whether it cannot be a name's."""

    called: str
    read: Callable[[str], object]
    remedy: str
    sure: bool = True


PLAINLY = "write plain numbers, such as -1234.5"
NO_UNIT = "take the unit out, and let the column's name say it"
NO_MONEY = "take the currency out, and write plain numbers"
KINDS = (
    Kind("one with a comma, or with marks between its digits", _separated, PLAINLY),
    Kind(
        "a date or a time", lambda cell: DATES.fullmatch(_tidy(cell)), "write a number, such as days or seconds since the first"
    ),
    Kind("a percentage", _stripped(lambda cell: SHARE.sub("", cell)), "write 5 % as 5 or as 0.05"),
    Kind("an amount of money", _stripped(_money), NO_MONEY),
    Kind("an amount of money", _stripped(lambda cell: GLUED.sub(r"\1", cell)), NO_MONEY, sure=False),
    Kind("one with a unit", _stripped(_known_unit), NO_UNIT),
    Kind("one with a unit", _stripped(_letter), NO_UNIT, sure=False),
    Kind("one in hexadecimal or the like", CODES.fullmatch, PLAINLY),
    Kind("one with an exponent of another kind", lambda cell: FORTRAN.fullmatch(_tidy(cell)), "write it as 1.5e+03"),
    Kind("a fraction", lambda cell: FRACTION.fullmatch(_tidy(cell)), "write it as 0.75", sure=False),
    Kind("one in quotes", _stripped(_quotes), "take the quotes out"),
    Kind("one with a sign of another kind", _stripped(_signed), PLAINLY, sure=False),
    Kind("a complex number", lambda cell: COMPLEX.fullmatch(_tidy(cell)), "make its two parts two columns"),
    Kind("one in other characters", lambda cell: _a_number(_tidy(cell)), PLAINLY),
)
