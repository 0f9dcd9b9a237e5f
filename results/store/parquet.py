"""Reads Parquet files that anybody may have made: whatever their bytes are, the result is a table or a DamageError.

The content of a footer takes memory before a single row is read, so its lists and strings are bounded. Any error that Arrow
raises over the content means damage, even an OSError, unless it has a number and so comes from the system: a failing disk is no
damage.
"""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from backsweep.errors import DamageError, FileError, ResultsError

from ..disk.opening import open_regular
from .files import hash_of

MAGIC = b"PAR1"
MOST_IN_LISTS = 2**17  # row groups times columns; our largest files have hundreds
MOST_IN_STRINGS = 2**24  # bytes
MOST_UNTOLD = 2**26  # bytes that a footer does not account for; ours account for all
UNREADABLE = (
    pa.ArrowException,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    NotImplementedError,
)


def whole(path: Path, content_hash: str) -> bytes:
    """The bytes of a file. DamageError if they do not match the hash in its name, or the disk has lost them."""
    with regular(path) as file:
        _check_size(path, file)
        try:
            data = file.read()
        except MemoryError:
            raise _too_large(path) from None
    if hash_of(data) != content_hash:
        raise DamageError(path, "its content does not match the hash in its name")
    return data


@contextmanager
def regular(path: Path) -> Generator[BinaryIO]:
    """Open a file. DamageError if it is not a file, does not begin and end as Parquet does, or the disk has lost it."""
    try:
        with open_regular(path) as file:
            _check_ends(path, file)
            yield file
    except FileError as error:
        raise DamageError(path, error.reason) from None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise DamageError(path, str(error.strerror)) from None


@contextmanager
def parquet_file(path: Path, source: pa.NativeFile | BinaryIO) -> Generator[pq.ParquetFile]:
    """A path's content as a Parquet file. Whatever fails because it is not one, here or in the block, is a DamageError."""
    limits: dict[str, Any] = {"thrift_string_size_limit": MOST_IN_STRINGS, "thrift_container_size_limit": MOST_IN_LISTS}
    try:
        with pq.ParquetFile(source, **limits) as file:
            yield file
    except MemoryError:  # perhaps only on this machine, so nothing may be removed because of it
        raise _too_large(path) from None
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DamageError(path, "not a readable Parquet file") from None


def _too_large(path: Path) -> ResultsError:
    return FileError(path, "needs more memory than is available")


def _check_size(path: Path, file: BinaryIO) -> None:
    """Check that the footer accounts for a large file's bytes before they are read: holes of terabytes take no disk space."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= MOST_UNTOLD:
        return
    with parquet_file(path, file) as parquet:
        groups = map(parquet.metadata.row_group, range(parquet.metadata.num_row_groups))
        told = sum(group.column(at).total_compressed_size for group in groups for at in range(group.num_columns))
    file.seek(0)
    if size - told > MOST_UNTOLD:
        raise DamageError(path, f"has {size:,} bytes, and its columns {told:,}")


def _check_ends(path: Path, file: BinaryIO) -> None:
    """Check, before reading more, that a file begins and ends as Parquet does and has room for a footer of the stated size."""
    room, begin = 2 * len(MAGIC), file.read(len(MAGIC))
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - room, 0))
    tail = file.read(room)
    file.seek(0)
    length, end = tail[: len(MAGIC)], tail[len(MAGIC) :]
    if not begin == MAGIC == end or int.from_bytes(length, "little") > size - len(MAGIC) - room:
        raise DamageError(path, "not a complete Parquet file")
