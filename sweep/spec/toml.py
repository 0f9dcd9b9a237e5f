"""Reads a TOML file: the result is a table, or a sentence that says why there is none."""

import re
import tomllib
from pathlib import Path
from typing import Any

from backsweep.errors import FileError, SettingError

from ...results.disk.opening import read_regular

MOST_BYTES = 2**26  # 64 MiB; a million values of an axis take twenty
MOST_PARTS = 100  # of a dotted key; what the reader does with one takes as long as the square of this
END_OF_KEY, DOT = re.compile(r"[=,{}\[\]]"), re.compile(r"""(?<=[\w"'-])[ \t]*\.[ \t]*(?=[\w"'-])""")


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file of UTF-8. SettingError says what is wrong with it."""
    text = _text(path)
    _check_keys(path, text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, f"{error}") from None
    except RecursionError:
        raise _not_toml(path, "lists and tables are nested too deep to be read") from None
    except ValueError:  # Python's of thousands of digits, which take as long as their square
        raise _not_toml(path, "a whole number has more digits than can be read") from None


def _check_keys(path: Path, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_PARTS and not line.lstrip().startswith("#"):
            for part in END_OF_KEY.split(line):
                if part.count(".") > MOST_PARTS and len(DOT.findall(part)) > MOST_PARTS:
                    raise _not_toml(path, f"a key of more than {MOST_PARTS} parts, in line {number}")


def _text(path: Path) -> str:
    try:
        data = read_regular(path, links=True, most=MOST_BYTES)
    except FileError as error:
        raise SettingError(["path"], error.reason, str(path)) from None
    except FileNotFoundError:
        raise SettingError(["path"], "no such file", str(path)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_toml(path, f"not a text file; byte {error.start + 1}, in line {line}, is no UTF-8") from None


def _not_toml(path: Path, reason: str) -> SettingError:
    return SettingError(["path"], f"not TOML: {reason}", str(path))
