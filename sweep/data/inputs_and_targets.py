"""Turns columns of a file into inputs and targets: categories become one-hot, numbers float64.

Categories are told apart as they are in the file, by their text or as whole numbers, and never as float64.
"""

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal, DecimalException
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from backsweep.errors import SettingError

from ...results.arrays import Floats
from ...results.store.schema import DataColumn, Kind, Side
from .cells import PLAIN, all_plain, floats_of, floats_of_array, floats_of_decimals, is_word, plain
from .column_remarks import of_names, of_numbers
from .data import Block, Where, check_size, one_hot, quoted
from .files import read
from .notation import Looks, in_another_notation
from .standardise import standardised
from .table_forms import Column, Form, Table

MOST_CATEGORIES = 1000
MOST_LISTED, LONGEST_NAME = 20, 100


class Sides(NamedTuple):
    """The inputs and targets of a file, unchanged, and remarks on what is odd about them."""

    inputs: list[Block]
    targets: list[Block]
    where: Where
    remarks: tuple[str, ...]


class _Names(NamedTuple):
    """The cells of a column of categories."""

    cells: list[Any]


def read_sides(path: Path, inputs: Sequence[str], targets: Sequence[str], categories: Sequence[str], form: Form) -> Sides:
    """Columns of a file by name. Text and columns named in `categories` are read as categories. DataError: what is wrong."""
    table = read(path, [*inputs, *targets], form)
    where, declared, remarks, width = table.where, set(categories), _dropped(table), 0

    def blocks(names: Sequence[str]) -> list[Block]:
        nonlocal width
        found: list[Block] = []
        for name in names:
            for column in table.columns[name]:
                values = _values(column, name, name in declared, form, where)
                known = _known(values.cells, column.name, where) if isinstance(values, _Names) else []
                width += max(len(known), 1)
                check_size(len(column.cells), width, where.source)
                remarks.extend(_remarks(column, values, form))
                found.append(_block(column.name, values, known))
        return found

    sides = Sides(blocks(inputs), blocks(targets), where, tuple(remarks[:MOST_LISTED]))
    more = len(remarks) - MOST_LISTED
    if more <= 0:
        return sides
    return sides._replace(remarks=(*sides.remarks, f"and {more:,} more remark{'s' if more > 1 else ''} on columns"))


def _dropped(table: Table) -> list[str]:
    """A remark on rows that were left out, if there are any."""
    if not table.dropped:
        return []
    rows = len(next(iter(table.columns.values()))[0].cells) + table.dropped
    return [f"{table.where.source}: {table.dropped:,} of {rows:,} rows are dropped, because a cell in them is missing"]


def _values(column: Column, asked: str, declared: bool, form: Form, where: Where) -> Floats | _Names:
    """The content of a column, as numbers or as names."""
    name, cells, typed = column
    if isinstance(cells, np.ndarray):
        _check_finite(cells, name, where)
        return (
            _Names(cells.tolist() if cells.dtype.itemsize <= 8 else list(cells))
            if declared
            else floats_of_array(cells, name, where)
        )
    texts = [cell for cell in cells if isinstance(cell, str)]
    if not texts:
        decimals = [cell for cell in cells if isinstance(cell, Decimal)]
        return _Names(decimals) if declared else floats_of_decimals(decimals, name, where)
    numbers = None if declared or typed else _numbers(texts, asked, form, where)
    if numbers is None:
        _check_notation(texts, asked, declared, typed, form, where)
        return _Names(texts)
    values = floats_of(texts, numbers, name, where)
    _check_finite(values, name, where)
    return values


def _numbers(cells: list[str], name: str, form: Form, where: Where) -> list[str] | None:
    """The cells as Python writes numbers, if all are numbers; None if all are names. DataError if there are both."""
    if form.notation == PLAIN and all_plain(cells):
        return cells
    meaning = {cell: plain(cell, form.notation) for cell in set(cells)}
    numbers = [meaning[cell] for cell in cells]
    known = [number for number in numbers if number is not None]
    if len(known) == len(cells):
        return known
    if all(map(is_word, known)):
        return None
    _check_notation(cells, name, False, False, form, where)
    row, other = numbers.index(None), next(row for row, one in enumerate(numbers) if one is not None and not is_word(one))
    written = "" if form.notation == PLAIN else f" as the task writes them (decimal = {form.notation.decimal!r})"
    reason = (
        f"{quoted(cells[row])} is not a number{written}, though {quoted(cells[other])} in row {where.in_file(other) + 1} "
        f"is; if one of them stands for a missing value, leave its row out; if they name categories, write categories = "
        f"[{quoted(name)}]"
    )
    raise where.error(reason, row, name)


def _check_notation(cells: list[str], name: str, declared: bool, typed: bool, form: Form, where: Where) -> None:
    """DataError if all cells look like numbers but some are in another notation."""
    found = in_another_notation(cells, form.notation, option=not typed) or _real_numbers(cells, declared, typed)
    if found is None or (declared and not found.sure):
        return
    as_names = "put a word before each" if found.sure else f"write categories = [{quoted(name)}]"
    names = f"; if they are names, {as_names}" if declared or not found.sure else ""
    reason = f"{quoted(cells[found.row])} is not a number but looks like {found.kind}; {found.remedy}{names}"
    raise where.error(reason, found.row, name)


def _real_numbers(cells: list[str], declared: bool, typed: bool) -> Looks | None:
    """Recognises text with decimals in a file that could have held numbers. Whole numbers may be names."""
    if declared or not typed or not all(plain(cell) is not None and not is_word(cell) for cell in set(cells)):
        return None
    row = next((row for row, cell in enumerate(cells) if not cell.lstrip("+-").isdecimal()), None)
    return None if row is None else Looks(row, "one, because the file stores it as text", "store numbers", sure=False)


def _check_finite(values: Any, name: str, where: Where) -> None:
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        what = "infinite" if np.isinf(values[wrong[0]]) else "no number (NaN)"
        raise where.error(f"{what}; every row needs a value", int(wrong[0]), name)


def _known(cells: list[Any], name: str, where: Where) -> list[Any]:
    """The categories of a column, sorted: text by characters, numbers by size. DataError if there are too few or too many."""
    known = set(cells)
    if not 2 <= len(known) <= MOST_CATEGORIES:
        found = f"only one category, {quoted(_shown(cells[0]))}" if len(known) == 1 else f"{len(known):,} categories"
        raise where.error(f"it has {found}; from 2 to {MOST_CATEGORIES:,} can be told apart", column=name)
    for value in known:
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise where.error(f"{quoted(value)} is no text: half a character is in it", cells.index(value), name)
    return sorted(known, key=_size) if _are_numbers(known) else sorted(known)


def _are_numbers(known: set[Any]) -> bool:
    try:
        return all(isinstance(value, str) and not is_word(value) and plain(value) is not None for value in known) and all(
            map(_size, known)
        )
    except DecimalException:  # because of an endless exponent
        return False


def _size(text: str) -> tuple[Decimal, str]:
    return Decimal(text), text


def _block(name: str, values: Floats | _Names, known: list[Any]) -> Block:
    if not isinstance(values, _Names):
        return Block((name,), values[:, None], name)
    index = {value: place for place, value in enumerate(known)}
    truths = one_hot(np.array([index[value] for value in values.cells]), len(known))
    return Block(tuple(f"{name}={_shown(value)}" for value in known[-truths.shape[1] :]), truths, name, len(known))


def _shown(value: Any) -> str:
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def _remarks(column: Column, values: Floats | _Names, form: Form) -> list[str]:
    """Remarks on a column of text; arrays need none, because they have a type."""
    texts = [cell for cell in column.cells if isinstance(cell, str)]
    if not texts:
        return []
    if isinstance(values, _Names):
        numbers = column.typed and all(plain(cell, form.notation) is not None for cell in set(texts))
        return of_names(column.name, texts, numbers)
    return of_numbers(column.name, texts)


def standardised_blocks(blocks: Sequence[Block], where: Where) -> list[Block]:
    """Scales each column of numbers to mean 0 and standard deviation 1 (of the population)."""
    if not any(block.values.dtype == np.float64 for block in blocks):
        raise SettingError(["task.standardise"], f"none of the inputs in {where.source} is a number")
    return [block if block.values.dtype == bool else _standardised(block, where) for block in blocks]


def _standardised(block: Block, where: Where) -> Block:
    values = np.asarray(block.values[:, 0], np.float64)
    if values.min() == values.max():
        reason = f"all its values are {values[0]:g}, so its standard deviation is 0 and cannot be divided by"
        raise where.error(reason, column=block.names[0], settings=["task.standardise"])
    return block._replace(values=standardised(values)[:, None])


def described(sides: Sides, standardise: bool) -> tuple[DataColumn, ...]:
    """What the inputs and targets are; if there are many, those of one kind together."""
    return (
        *_described(sides.inputs, "input", "standardised" if standardise else "number"),
        *_described(sides.targets, "target", "number"),
    )


def _described(blocks: list[Block], side: Side, number: Kind) -> Iterator[DataColumn]:
    kinds: list[Kind] = ["category" if block.categories else number for block in blocks]
    groups = [[place] for place in range(len(blocks))]
    if len(groups) > MOST_LISTED:
        groups = [[place for place, one in enumerate(kinds) if one == kind] for kind in dict.fromkeys(kinds)]
    for group in groups:
        some, kind = [blocks[place] for place in group], kinds[group[0]]
        first, last = (some[at].name[:LONGEST_NAME] for at in (0, -1))
        name = first if len(some) == 1 else f"{first} ... {last}"
        most = max(block.categories for block in some) or None
        yield DataColumn(name=name, side=side, kind=kind, columns=len(some), categories=most)


def digest_of(sides: Sides) -> str:
    """The SHA-256 of the data, whatever file and columns they come from."""
    found = hashlib.sha256()
    for side, blocks in (("inputs", sides.inputs), ("targets", sides.targets)):
        for block in blocks:
            kind = "bool" if block.values.dtype == bool else "<f8"
            found.update(f"{side} {kind} {block.values.shape};".encode())
            found.update(np.ascontiguousarray(block.values, kind).tobytes())
    return found.hexdigest()
