"""Files of rows as an attacker, a bad disk or a mistake could leave them, with correct hashes in their names.

`one_by_one` alters each column, the rows, what the schema says of itself, and the bytes of a sound file, one thing at a time;
`at_random` goes on for as long as one likes.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from backsweep.results.store.files import encoded, hash_of

Case = tuple[str, bytes]
Change = Callable[[pa.Table], pa.Table]

WHOLE = (None, -5, -(2**31), 2**31 - 1, 2**62, -(2**63))
REAL = (None, float("nan"), float("inf"), -1e308)
TYPES = (pa.string(), pa.binary(), pa.int8(), pa.uint64(), pa.float32(), pa.bool_(), pa.list_(pa.int64()), pa.null())
SPOTS = 40  # number of bytes flipped, evenly spread over a footer
MAGIC = b"PAR1"


def written(table: pa.Table) -> bytes:
    """A table as a Parquet file, in the layout of our own files if it has their columns."""
    try:
        return bytes(encoded(table))
    except (pa.ArrowException, OSError):
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        return sink.getvalue().to_pybytes()


def put(path: Path, data: bytes) -> Path:
    """Replace the content of a file, and rename it to match its new hash."""
    path.unlink(missing_ok=True)
    path = path.with_name(f"{path.name.rpartition('-')[0]}-{hash_of(data)}.parquet")
    path.write_bytes(data)
    return path


def rewritten(path: Path, change: Change) -> Path:
    """Apply a change to the table in a file."""
    return put(path, written(change(pq.read_table(path))))


def with_value(table: pa.Table, name: str, row: int, value: Any) -> pa.Table:
    """A table with one value replaced."""
    place = table.column_names.index(name)
    values = table.column(place).to_pylist()
    values[row] = value
    return table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))


def one_by_one(data: bytes) -> Iterator[Case]:
    """A sound file altered in one place, for every place: a description of the change, and the file's bytes."""
    table = pq.read_table(pa.BufferReader(data))
    for name, change in (*_of_rows(table), *_of_columns(table), *_of_schema(table)):
        yield name, written(change(table))
    yield from _of_bytes(data)


def at_random(data: bytes, seed: int, count: int) -> Iterator[Case]:
    """`count` files altered in up to three ways, or with flipped bytes; reproducible by the seed."""
    rng = random.Random(seed)
    sound = pq.read_table(pa.BufferReader(data))
    for _ in range(count):
        told: list[str] = []
        found = sound
        for _ in range(rng.randint(1, 3)):
            name, change = rng.choice([*_of_rows(found), *_of_columns(found), *_of_schema(found)])
            told, found = [*told, name], change(found)
        content = bytearray(written(found))
        if rng.random() < 0.3:
            told.append("flipped bytes")
            for _ in range(rng.randint(1, 8)):
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        yield "; ".join(told), bytes(content)


def _of_rows(table: pa.Table) -> list[tuple[str, Change]]:
    last = len(table) - 1
    return [
        ("no rows", lambda table: table.slice(0, 0)),
        ("the last row gone", lambda table: table.slice(0, last)),
        ("the first row gone", lambda table: table.slice(1)),
        ("one row twice", lambda table: pa.concat_tables([table.slice(0, 1), table])),
        ("the first row in the place of the last", lambda table: pa.concat_tables([table.slice(0, last), table.slice(0, 1)])),
        ("rows doubled", lambda table: pa.concat_tables([table, table])),
        ("rows backwards", lambda table: table.take(np.arange(len(table))[::-1])),
    ]


def _of_columns(table: pa.Table) -> Iterator[tuple[str, Change]]:
    for place, field in enumerate(table.schema):
        yield f"{field.name} gone", lambda table, place=place: table.remove_column(place)
        yield (
            f"{field.name} twice",
            lambda table, place=place: table.append_column(table.schema.field(place), table.column(place)),
        )
        yield f"{field.name} has another name", lambda table, place=place: _renamed(table, place, "\x1b[31m\u202e")
        for kind in TYPES:
            if kind != field.type:
                yield f"{field.name} is {kind}", lambda table, place=place, kind=kind: _empty(table, place, kind)
        for value in _wrong(field.type):
            change: Change = lambda table, name=field.name, value=value: _spoiled(table, name, value)  # noqa: E731
            yield f"{field.name} = {value}", change
        if pa.types.is_dictionary(field.type):
            for name, words in (("other", "abcd"), ("the same twice", "aaaa"), ("no", "")):
                change = lambda table, place=place, words=words: _coded(table, place, [*words])  # noqa: E731
                yield f"{field.name} of {name} categories", change


def _of_schema(table: pa.Table) -> list[tuple[str, Change]]:
    stated = {**(table.schema.metadata or {})}
    changes: list[tuple[str, Change]] = [("says nothing of itself", lambda table: table.replace_schema_metadata(None))]
    for key in stated:
        for value in (b"", b"another", b"\xff\x00\xfe", b"x" * 10_000):
            new = {**stated, key: value}
            changes.append((f"{key!r} = {value[:9]!r}", lambda table, new=new: table.replace_schema_metadata(new)))
    return changes


def _of_bytes(data: bytes) -> Iterator[Case]:
    huge, size = (2**31 - 1).to_bytes(4, "little"), len(data)
    footer = size - 8 - int.from_bytes(data[-8:-4], "little")
    yield "empty", b""
    yield "five bytes", data[:5]
    yield "magic alone", MAGIC + MAGIC
    yield "magic and a huge footer", MAGIC + huge + MAGIC
    yield "a huge footer", data[:-8] + huge + MAGIC
    yield "no footer", data[:footer] + bytes(4) + MAGIC
    yield "half", data[: size // 2]
    yield "no pages", MAGIC + bytes(footer - 4) + data[footer:]
    for at in range(footer, size, max((size - footer) // SPOTS, 1)):
        for mask in (0xFF, 0x10):
            yield f"byte {at} flipped", data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def _wrong(kind: pa.DataType) -> tuple[Any, ...]:
    if pa.types.is_integer(kind):
        return tuple(value for value in WHOLE if value is None or abs(value) < 2 ** (kind.bit_width - 1))
    return REAL if pa.types.is_floating(kind) else (None, [], [None], [-1, 2**31 - 1])[: 4 if pa.types.is_nested(kind) else 1]


def _spoiled(table: pa.Table, name: str, value: Any) -> pa.Table:
    """The column with a wrong value in its middle row; duplicated columns and missing rows count as already wrong."""
    if table.column_names.count(name) != 1 or not len(table):
        return table
    try:
        return with_value(table, name, len(table) // 2, value)
    except (pa.ArrowException, OverflowError, TypeError):  # its type has already been changed
        return table


def _renamed(table: pa.Table, place: int, name: str) -> pa.Table:
    return table.rename_columns([name if at == place else old for at, old in enumerate(table.column_names)])


def _empty(table: pa.Table, place: int, kind: pa.DataType) -> pa.Table:
    return table.set_column(place, table.column_names[place], pa.nulls(len(table), kind))


def _coded(table: pa.Table, place: int, words: list[str]) -> pa.Table:
    """A categorical column whose codes point to other words, or to none."""
    codes = pa.array(np.zeros(len(table)), pa.int8())
    kind = table.schema.field(place).type
    index = kind.index_type if pa.types.is_dictionary(kind) else pa.int8()
    column = pa.DictionaryArray.from_arrays(codes.cast(index), pa.array(words, pa.string()), safe=False)
    return table.set_column(place, table.column_names[place], column)
