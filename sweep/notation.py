"""Numbers in another notation: 0,5 and 1 000, 5 %, $10, 10 kg, 1.5D+03, 0x1F, '12, days and times.

A column of such cells would otherwise be taken for names, each row a category of its own. What looks like that in every cell
is refused, with what reads it: of separators those are tried that the options of a task can name, so that what is suggested
works. Cells that say nothing (NA, ?) do not count.
"""

import re
import unicodedata
from collections.abc import Callable
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
    Notation("\u00b7"),
)
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|gmt|[+-]\d\d:?\d\d))?"
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
        rf"(?:[a-z]{{3,9}},? )?{MONTHS} {DAY},? {YEAR}",
        rf"{MONTHS}[- ]{YEAR}",
    ]
)
DATES = re.compile(rf"(?:(?:{DATE})(?:(?:t|,? ){TIME})?|{TIME})", re.IGNORECASE | re.ASCII)
CODES = re.compile(r"[+-]?(?:0x[0-9a-f]+(?:\.[0-9a-f]*)?(?:p[+-]?\d+)?|0o[0-7]+|0b[01]+)", re.IGNORECASE)
FORTRAN = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[dq][+-]?\d+|[+-]\d{3}|(?: ?[x\u00d7*\u00b7] ?10|\*)\^?[+-]?\d+)", re.I)
COMPLEX = re.compile(r"\(?[+-]?[\d.]+(?:e[+-]?\d+)?[+-][\d.]+(?:e[+-]?\d+)?[ij]\)?", re.IGNORECASE)
FRACTION = re.compile(r"[+-]?(?:\d+ )?\d+ ?[/\u2044] ?[1-9]\d*")
MINUSES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"))
SIGNS = r"[A-Z]{0,3}[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20a9\u20ba\u00a2]"
MONEY = rf"(?:{SIGNS}|USD|EUR|GBP|JPY|CHF|CNY|INR|SEK|NOK|DKK|kr\.?|Rs\.?|Fr\.?)"
PREFIX = re.compile(rf"^([+-]?) ?{MONEY} ?")
SUFFIX = re.compile(rf" ?{MONEY}$")
SHARE = re.compile(r" ?[%\u2030]$|^% ?")
UNIT = re.compile(
    r"^([^a-zA-Z]*\d[.,]?) ?((?:[^\W\d_]|[\u00b0\u00b5\u03bc\u2126'\"])[^\s\d]{0,11}(?:[-^]?\d)?(?:/[^\s]{1,8})?)$"
)
KNOWN_UNITS = re.compile(
    r"(?:[yzafpnu\u00b5\u03bcmcdhkMGTPE]|da)?(?:g|m|s|mol|Hz|Pa|eV|Wh|bar|cal|rad|Ohm|\u03a9|\u2126|bit|px)[-^]?[123]?(?:/\S+)?"
    r"|[kmM\u00b5\u03bcnhcd][AKNJWCVFTlLBb](?:/\S+)?|[kMGT]i?B|\u00b0[CFKR]?|min|hrs?|hours?|days?|weeks?|months?|years?|yrs?|secs?|lbs?|oz|ft|in|mi|yd"
    r"|mph|km/h|kmh|rpm|ppm|ppb|dB|bn|mn|pts?|pp|bps|psi|atm|gal|ha|deg|sq\.?m|cc"
)
AFTER_A_SPACE = re.compile(r"[AKNJWCVFTtlLBhd](?:/\S+)?|[kMG]")


class Looks(NamedTuple):
    """What a column looks like, and what to do about it; row: of a cell that does. sure: it cannot be meant for names."""

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
    if not written or not all(any(read(cell) for _, read, _ in KINDS) for cell in written):
        return _same_unit(cells, some)
    kind, remedy = next((kind, remedy) for kind, read, remedy in KINDS if read(written[0]))
    used = {*"".join(some), None}
    tried = [one for one in NOTATIONS if one.thousands in used and one.decimal in {*used, "."}] if option else []
    fitting = [notation for notation in tried if all(plain(cell, notation) for cell in some)]
    return Looks(cells.index(written[0]), kind, _options(fitting) if fitting else remedy)


def _options(fitting: list[Notation]) -> str:
    """What a task must say to have such cells read."""
    if PLAIN in fitting:
        return "without decimal and thousands the task reads it"
    said = [
        " and ".join(
            f'{key} = "{mark}"' if mark.isascii() else f'{key} = "\\u{ord(mark):04x}"'
            for key, mark in zip(("decimal", "thousands"), notation, strict=True)
            if mark and not (key == "decimal" and mark == ".")
        )
        for notation in fitting[:2]
    ]
    return f"in the task, {', or '.join(dict.fromkeys(said))}, reads it"


def _separated(cell: str) -> bool:
    return any(plain(cell, notation) for notation in NOTATIONS)


def _a_number(cell: str) -> bool:
    return plain(cell) is not None or _separated(cell)


def _stripped(strip: Callable[[str], str]) -> Callable[[str], bool]:
    """Whether a number is left of a cell without what it is decorated with."""

    def read(cell: str) -> bool:
        tidy = _tidy(cell)
        bare = strip(tidy)
        return bare != tidy and _a_number(bare)

    return read


def _tidy(cell: str) -> str:
    """With the minus, the spaces and the digits that a number would have in a program."""
    return unicodedata.normalize("NFKC", cell).translate(MINUSES).strip()


def _money(cell: str) -> str:
    return SUFFIX.sub("", PREFIX.sub(r"\1", cell))


def _quotes(cell: str) -> str:
    return cell.removeprefix("=").strip("'\"`\u2018\u2019\u201c\u201d\u00b4")


def _signed(cell: str) -> str:
    if cell.startswith("(") and cell.endswith(")"):
        return _money(cell[1:-1])
    return f"-{cell[:-1]}" if cell.endswith("-") else re.sub(r"^[~\u2248\u00b1] ?|(?<=^[+-]) ", "", cell)


def _unit(cell: str) -> str:
    """Without a unit that is known for one."""
    found = UNIT.match(cell)
    if found is None:
        return cell
    apart = cell[found.start(2) - 1] == " "
    known = KNOWN_UNITS.fullmatch(found[2]) or (apart and AFTER_A_SPACE.fullmatch(found[2]))
    return found[1].strip() if known else cell


def _same_unit(cells: list[str], some: list[str]) -> Looks | None:
    """Numbers with one and the same word behind each, which may be a unit or belong to a name."""
    found = [UNIT.match(_tidy(cell)) for cell in some]
    units = {one[2] if one and _a_number(one[1].strip()) else None for one in found}
    if len(units) != 1 or None in units:
        return None
    return Looks(cells.index(some[0]), "one with a unit", "take the unit out, and let the column's name say it", sure=False)


PLAINLY = "write plain numbers, such as -1234.5"
KINDS: tuple[tuple[str, Callable[[str], object], str], ...] = (
    ("one with a comma, or with marks between its digits", _separated, PLAINLY),
    ("a date or a time", lambda cell: DATES.fullmatch(_tidy(cell)), "write a number, such as days or seconds since the first"),
    ("a percentage", _stripped(lambda cell: SHARE.sub("", cell)), "write 5 % as 5 or as 0.05"),
    ("an amount of money", _stripped(_money), "take the currency out, and write plain numbers"),
    ("one with a unit", _stripped(_unit), "take the unit out, and let the column's name say it"),
    ("one in hexadecimal or the like", CODES.fullmatch, PLAINLY),
    ("one with an exponent of another kind", lambda cell: FORTRAN.fullmatch(_tidy(cell)), "write it as 1.5e+03"),
    ("a fraction", lambda cell: FRACTION.fullmatch(_tidy(cell)), "write it as 0.75"),
    ("one in quotes", _stripped(_quotes), "take the quotes out"),
    ("one with a sign of another kind", _stripped(_signed), PLAINLY),
    ("a complex number", lambda cell: COMPLEX.fullmatch(_tidy(cell)), "make its two parts two columns"),
    ("one in other characters", lambda cell: _a_number(_tidy(cell)), PLAINLY),
)
