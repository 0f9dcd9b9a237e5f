"""CSV files, row by row: text in UTF-8, in lines of a bounded length."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, TextIO

from backsweep.errors import DataError

from .data import MOST_NUMBERS, Where
from .table_forms import Column, Form, Table, check_names

MOST_IN_ROW = 2**24  # characters
NOT_UTF_8 = re.compile("[\udc80-\udcff]")  # what decoding turns invalid bytes into
MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = {";": ";", "\t": "\\t", "|": "|", ",": ","}


def read_csv(file: IO[bytes], path: Path, names: Sequence[str], form: Form) -> Table:
    """The columns with these names, as text. DataError: what is wrong."""
    mark = file.read(2)
    file.seek(0)
    if mark in MARKS_OF_UTF_16:
        raise DataError(str(path), "not a CSV file: its text is in UTF-16; save it in UTF-8")
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        lines = _Lines(text, path)
        rows = csv.reader(lines, strict=True, delimiter=form.delimiter)
        try:
            cells, begins = _cells(rows, lines, path, names, form)
        except csv.Error as error:
            raise DataError(str(path), f"not a CSV file: line {rows.line_num}: {error}") from None
    return Table({name: [Column(name, cells[name], typed=False)] for name in names}, Where(str(path), tuple(begins)))


class _Lines:
    """The lines of a file, checked to be text in rows of bounded length. `of_row`: characters since the last row ended."""

    def __init__(self, text: TextIO, path: Path):
        self._text, self._path = text, path
        self._number = self.of_row = 0

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, MOST_IN_ROW + 1), ""):
            self._number += 1
            self.of_row += len(line)
            if self.of_row > MOST_IN_ROW:
                raise self._wrong(f"a row of more than {MOST_IN_ROW:,} characters, or a quote that is not closed")
            if not line.isascii() and (found := NOT_UTF_8.search(line)):
                raise self._wrong(f"not text in UTF-8, byte 0x{ord(found[0]) - 0xDC00:02x}")
            if "\0" in line:
                raise self._wrong("a NUL byte, which text never contains; is the file in UTF-16?")
            yield line

    def _wrong(self, what: str) -> DataError:
        return DataError(str(self._path), f"not a CSV file: {what} (line {self._number})")


def _cells(rows: Any, lines: _Lines, path: Path, names: Sequence[str], form: Form) -> tuple[dict[str, list[str]], list[int]]:
    """The cells of each column asked for, and the line that each row begins on. `rows`: a csv.reader of `lines`."""
    header = [cell.strip().lstrip("\ufeff") for cell in next((row for row in rows if row), [])]
    if not header:
        raise DataError(str(path), "no header, only blank lines")
    check_names(names, header, path, _hint(header, form))
    place = {name: at for at, name in enumerate(header)}
    places = [place[name] for name in names]
    cells: list[list[str]] = [[] for _ in names]
    begins: list[int] = []
    end = rows.line_num
    lines.of_row = 0
    for row in rows:
        begin, end, lines.of_row = end + 1, rows.line_num, 0
        if not row:
            continue
        begins.append(begin)
        if len(row) != len(header):
            reason = f"{len(row)} cells; the header has {len(header)}{_hint(header, form)}"
            raise Where(str(path), tuple(begins)).error(reason, len(begins) - 1)
        if len(begins) * len(names) > MOST_NUMBERS:
            raise DataError(str(path), f"more than {MOST_NUMBERS:,} cells in the columns used, which is the most allowed")
        for column, at in zip(cells, places, strict=True):
            column.append(row[at])
    return {name: [cell.strip() for cell in column] for name, column in zip(names, cells, strict=True)}, begins


def _hint(header: list[str], form: Form) -> str:
    """What to do if the whole header is one cell that another delimiter would split."""
    marks = [mark for mark in DELIMITERS if mark in header[0] and mark != form.delimiter]
    if len(header) > 1 or not marks:
        return ""
    separator = "commas" if form.delimiter == "," else repr(form.delimiter)
    return f'; backsweep expects {separator} between columns unless the task says delimiter = "{DELIMITERS[marks[0]]}"'
