"""Files that are whole or not there, and whose names say what they must hold; and the lock of a folder.

Every file is written under a hidden name in the same folder, flushed to disk, renamed, and the folder flushed: at any
instant a name either does not exist or holds the whole content. The names of tables end in a hash of the content, which is
checked whenever one is read: no flipped bit passes for a result.
"""

import hashlib
import io
import os
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from .errors import BusyError, InputError
from .folders import is_there
from .opening import read_regular

PARTIAL = ".partial"
ENCODINGS = {
    **dict.fromkeys(("run", "seed", "epochs", "epoch"), "DELTA_BINARY_PACKED"),
    **dict.fromkeys(("loss", "measure", "gradient_norm", "weight_norm", "weights.list.element"), "BYTE_STREAM_SPLIT"),
}


def write_whole(path: Path, write: Callable[[Any], object]) -> None:
    """Write a file so that its name never stands for half of it, not even after a power cut."""
    _put(path, write, lambda _: path)


def write_named(folder: Path, name: str, write: Callable[[Any], object]) -> int:
    """The same, for a Parquet file whose name ends in the hash of its content; how many bytes it has."""
    return _put(folder / name, write, lambda digest: folder / f"{name}-{digest}.parquet")


def _put(path: Path, write: Callable[[Any], object], named: Callable[[str], Path]) -> int:
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            hashing = _Hashing(file)
            write(hashing)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(named(hashing.digest()))
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename = str(path)  # the name that its reader knows
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)
    return hashing.size


def half_written(inside: Iterable[os.DirEntry[str]]) -> list[Path]:
    """What processes that died left in a folder of results: files without a name, and links in the place of such files."""
    found = (entry for entry in inside if entry.name.startswith(".") and entry.name.endswith(PARTIAL))
    return [Path(entry.path) for entry in found if entry.is_symlink() or entry.is_file(follow_symlinks=False)]


class _Hashing(io.RawIOBase):
    """A file that hashes and counts what is written to it."""

    def __init__(self, file: BinaryIO):
        super().__init__()
        self._file = file
        self._hash = hashlib.blake2b(digest_size=8)
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # anything with a length that holds bytes
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def digest(self) -> str:
        return self._hash.hexdigest()


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, so that they are there after a power cut too."""
    missing = [folder for folder in (path, *path.parents) if not is_there(folder)]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def only_writer(path: Path) -> Generator[None]:
    """Be the only process that writes in a folder; the system drops the lock when the process dies. BusyError if another is."""
    lock = FileLock(path / ".lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(f"{path}: another process is writing here; wait for it, or end it") from None
    try:
        yield
    finally:
        lock.release()


def write_tables(folder: Path, name: str, tables: Iterable[pa.Table]) -> int:
    """Write tables of one schema as one Parquet file under a name that ends in its hash; how many bytes it has."""
    parts = iter(tables)
    first = next(parts)

    def write(file: Any) -> None:
        with pq.ParquetWriter(file, first.schema, **_encoding(first)) as writer:
            for table in chain([first], parts):
                writer.write_table(table)

    return write_named(folder, name, write)


def encoded(table: pa.Table) -> memoryview:
    """The bytes of the file that a table is written as."""
    content = io.BytesIO()
    with pq.ParquetWriter(content, table.schema, **_encoding(table)) as writer:
        writer.write_table(table)
    return content.getbuffer()


def digest_of(data: bytes | memoryview) -> str:
    """The hash that a file's name ends in: 16 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _encoding(table: pa.Table) -> dict[str, Any]:
    """How a table is laid out: counters as differences, numbers of many digits byte by byte, all else as codes."""
    leaves = [f"{field.name}.list.element" if pa.types.is_nested(field.type) else field.name for field in table.schema]
    encodings = {leaf: ENCODINGS[leaf] for leaf in leaves if leaf in ENCODINGS}
    return {
        "compression": "zstd",
        "use_dictionary": [leaf for leaf in leaves if leaf not in encodings],
        "column_encoding": encodings,
    }


def read_table(path: Path, digest: str, remedy: str) -> pa.Table:
    """The table in a file. InputError if its content is not what its name says; `remedy` tells what to do then.

    Arrow's threads would read it no sooner, and now and then abort a process that ends right after (apache/arrow#34314).
    """
    with pq.ParquetFile(pa.BufferReader(whole(path, digest, remedy))) as file:
        return file.read(use_threads=False)


def whole(path: Path, digest: str, remedy: str) -> bytes:
    """The bytes of a file. InputError if they are not what its name says."""
    data = read_regular(path)
    if digest_of(data) != digest:
        raise InputError(f"{path}: damaged; {remedy}")
    return data
