"""Files that are either complete or absent, and whose names say what they must contain.

Every file is written under a hidden name in the same folder, flushed to disk and renamed, and then the folder is flushed. So at
any instant a name either does not exist or holds the complete content. The names of tables end in a hash of the content, which
every reader checks, so no flipped bit passes for a result.
"""

import hashlib
import io
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from backsweep.columns import COLUMNS, REAL, RECORDED, WHOLE

from ..disk.folders import is_there
from ..disk.places import HeldFolder, hold_open
from ..disk.system import flush

ENCODINGS = {
    **dict.fromkeys(("run", "seed", "epoch"), WHOLE),
    "weights.list.element": REAL,
    **{name: column.encoding for name, column in (COLUMNS | RECORDED).items() if column.encoding is not None},
}


def write_whole(path: Path, write: Callable[[Any], object]) -> None:
    """Write a file so that its name never stands for half of it, not even after a power cut.

    ResultsError if the name belongs to something else: writing would replace a link or a device.
    """
    with _naming(path.parent, path.name), hold_open(path.parent) as place:
        place.refuse_others(path.name)
        write_within(place, path.name, write)


def write_within(folder: Path | HeldFolder, name: str, write: Callable[[Any], object]) -> None:
    """The same in a folder that may be held open; it replaces whatever has that name."""
    _put(folder, name, write, lambda _: name)


def write_named(folder: Path | HeldFolder, name: str, write: Callable[[Any], object]) -> int:
    """The same for a Parquet file whose name ends in the hash of its content. Returns the size of the file in bytes."""
    return _put(folder, name, write, lambda content_hash: f"{name}-{content_hash}.parquet")


def _put(folder: Path | HeldFolder, name: str, write: Callable[[Any], object], named: Callable[[str], str]) -> int:
    with _naming(folder, name), hold_open(folder) as place:
        with place.new_file(name) as (file, partial):
            hashing = _Hashing(file)
            write(hashing)
            file.flush()
            flush(file.fileno())
            file.close()  # Windows cannot rename an open file
            place.rename(partial, named(hashing.hexdigest()))
        place.flush()
    return hashing.size


@contextmanager
def _naming(folder: Path | HeldFolder, name: str) -> Generator[None]:
    """Name the file by its final name in whatever error the system raises."""
    try:
        yield
    except OSError as error:
        error.filename = str((folder.path if isinstance(folder, HeldFolder) else folder) / name)
        raise


class _Hashing(io.RawIOBase):
    """A file that hashes and counts what is written to it."""

    def __init__(self, file: BinaryIO):
        super().__init__()
        self._file = file
        self._hash = hashlib.blake2b(digest_size=8)
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # data: anything that has a length and holds bytes
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def make_folder(path: Path) -> None:
    """Make a folder and the missing folders above it, so that they survive a power cut."""
    missing = [folder for folder in (path, *path.parents) if not is_there(folder)]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        with hold_open(folder.parent) as place:
            place.flush()


def write_table(folder: Path | HeldFolder, name: str, table: pa.Table) -> int:
    """Write a table as a Parquet file under a name that ends in its hash. Returns the size of the file in bytes."""
    data = encoded(table)
    return write_named(folder, name, lambda file: file.write(data))


def write_tables(folder: Path | HeldFolder, name: str, tables: Iterable[pa.Table]) -> int:
    """The same for several tables with one schema, which need not fit in memory together."""
    parts = iter(tables)
    first = next(parts)

    def write(file: Any) -> None:
        with pq.ParquetWriter(file, first.schema, **_encoding(first)) as writer:
            for table in chain([first], parts):
                writer.write_table(table)

    return write_named(folder, name, write)


def encoded(table: pa.Table) -> pa.Buffer:
    """The bytes of the file that a table is written as."""
    content = pa.BufferOutputStream()  # Arrow's own buffer: Arrow would call a Python file some thirty times
    with pq.ParquetWriter(content, table.schema, **_encoding(table)) as writer:
        writer.write_table(table)
    return content.getvalue()


def hash_of(data: bytes | memoryview) -> str:
    """The hash that a file's name ends in: 16 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _encoding(table: pa.Table) -> dict[str, Any]:
    """How to encode a table's columns: counters as differences, numbers with many digits byte by byte, all else as codes."""
    leaves = [f"{field.name}.list.element" if pa.types.is_nested(field.type) else field.name for field in table.schema]
    encodings = {leaf: ENCODINGS[leaf] for leaf in leaves if leaf in ENCODINGS}
    return {
        "compression": "zstd",
        "use_dictionary": [leaf for leaf in leaves if leaf not in encodings],
        "column_encoding": encodings,
    }
