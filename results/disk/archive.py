"""Files packed into one, as a ZIP archive whose last member lists the SHA-256 of each of the others.

The members are stored, not compressed. Most are Parquet, which is compressed already; and another build of zlib packs the same
data into other bytes, whereas the same files must give the same archive everywhere. It also leaves nothing to a zip bomb: an
archive whose members are larger than itself is refused before anything is written.

An archive may come from anybody. So it is refused as a whole, before anything is written, if a member is compressed, encrypted,
a folder or a link, if a name could lead out of the folder or clash with another on any system, or if the list differs from what
is there. While members are copied, their digests are checked.
"""

import hashlib
import json
import stat
import struct
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, NamedTuple, Self
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backsweep.errors import FileError, LaterError
from backsweep.ranges import ANY_COUNT

from ..allowed import Says, Within
from .opening import open_regular
from .plain import parsed, reason_of, shortly
from .portable import clash_of, fault_of

INDEX = "bundle.json"
FORMAT = 1
MOST_BYTES = 2**26  # of the index
BLOCK = 2**20
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the date of all members: the first that ZIP has
PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
ENCRYPTED = 1  # a flag bit
# What Python's reader raises for archives that are none, or not whole, or packed in a way that it does not know.
UNREADABLE = (BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OverflowError, struct.error)


class Member(NamedTuple):
    """A file to pack: its name in the archive, and how to open its bytes."""

    name: str
    open: Callable[[], BinaryIO]


class _Listed(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    size: Annotated[int, Within(ANY_COUNT)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$"), Says("must be 64 hexadecimal digits")]


class _Index(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    format: Annotated[Literal[1], Says("must be 1")]
    members: dict[str, _Listed]


def write_archive(file: BinaryIO, members: Iterable[Member]) -> None:
    """Pack files, in this order, into a file that can seek. Their names must be such as `portable.py` accepts."""
    listed: dict[str, dict[str, object]] = {}
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for member in members:
            with member.open() as content:
                listed[member.name] = _packed(archive, member.name, content)
        archive.writestr(_entry(INDEX), json.dumps({"format": FORMAT, "members": listed}, indent=1))


def _packed(archive: ZipFile, name: str, content: BinaryIO) -> dict[str, object]:
    """Copy one file into an archive. Returns its entry in the index."""
    entry, digest = _entry(name), hashlib.sha256()
    entry.file_size = content.seek(0, 2)  # which decides whether its entry is of the larger form
    content.seek(0)
    with archive.open(entry, "w") as packed:
        while block := content.read(BLOCK):
            digest.update(block)
            packed.write(block)
    return {"size": entry.file_size, "sha256": digest.hexdigest()}


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, EARLIEST)
    entry.create_system = 3  # Unix, wherever it is written
    entry.external_attr = PLAIN_FILE
    return entry


class Archive:
    """An open archive whose members were checked, but for their content."""

    def __init__(self, path: Path, zipped: ZipFile, size: int):
        self._path = path
        self._zipped = zipped
        entries = zipped.infolist()
        names = [entry.filename for entry in entries]
        for entry in entries:
            self._check(entry)
        clash = clash_of(names)
        if clash is not None:
            raise _refused(path, f"two of its files have the name {shortly(clash)} on some system")
        self.total = sum(entry.file_size for entry in entries)
        if self.total > size:
            raise _refused(path, f"its {size:,} bytes claim to hold {self.total:,}")
        self._listed = self._read_index(names)

    @property
    def names(self) -> list[str]:
        """The names of the members, without the index."""
        return [*self._listed]

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Generator[Self]:
        """Open an archive. FileError if it is none that is fit to be unpacked, LaterError if a later version wrote it."""
        with _opened(path) as file:
            size = file.seek(0, 2)
            with _readable(path):
                archive = cls(path, ZipFile(file), size)
            yield archive

    def copy(self, name: str, file: BinaryIO) -> None:
        """Write a member's bytes to a file. FileError if they are not those that the index lists."""
        listed, digest, size = self._listed[name], hashlib.sha256(), 0
        with _readable(self._path), self._zipped.open(name) as member:
            while block := member.read(BLOCK):
                digest.update(block)
                size += len(block)
                file.write(block)
        if (size, digest.hexdigest()) != (listed.size, listed.sha256):
            raise _refused(self._path, f"damaged: {shortly(name)} does not match its digest")

    def _check(self, entry: ZipInfo) -> None:
        """FileError if a member is anything but a plain file with a plain name."""
        fault = fault_of(entry.orig_filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if fault is None and kind not in {0, stat.S_IFREG}:
            fault = "is a link, or something else that is no regular file"
        if fault is None and (entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size):
            fault = "is compressed; if somebody packed the bundle anew, ask for the original"
        if fault is None and entry.flag_bits & ENCRYPTED:
            fault = "is encrypted"
        if fault is None and entry.header_offset < 0:
            fault = "begins before the archive does"
        if fault is not None:
            raise _refused(self._path, f"in it {shortly(entry.orig_filename)} {fault}")

    def _read_index(self, names: list[str]) -> dict[str, _Listed]:
        """What the index says about the other members. FileError if it is missing, or lists others than are there."""
        if INDEX not in names:
            raise _refused(self._path, f"{INDEX} is missing")
        if self._zipped.getinfo(INDEX).file_size > MOST_BYTES:
            raise _refused(self._path, f"{INDEX} is larger than {MOST_BYTES:,} bytes")
        found = parsed(self._zipped.read(INDEX))
        written = found.get("format") if isinstance(found, dict) else None
        if type(written) is int and written > FORMAT:
            raise LaterError(self._path, f"it has format {shortly(written)}, and this version reads format {FORMAT}")
        try:
            listed = _Index.model_validate(found).members
        except ValidationError as error:
            raise _refused(self._path, f"{INDEX}: {reason_of(error)}") from None
        unlike = ({*names} - {INDEX}) ^ listed.keys()
        if unlike:
            raise _refused(self._path, f"{shortly(min(unlike))} is in it or in its {INDEX}, but not in both")
        return listed


def _opened(path: Path) -> BinaryIO:
    try:
        return open_regular(path, links=True)
    except FileNotFoundError:
        raise FileError(path, "no such file") from None


@contextmanager
def _readable(path: Path) -> Generator[None]:
    """Make a FileError of whatever Python's reader raises over the bytes of an archive."""
    try:
        yield
    except UNREADABLE as error:
        raise _refused(path, f"damaged, cut off, or no ZIP archive ({error})") from None


def _refused(path: Path, reason: str) -> FileError:
    return FileError(path, f"no sound bundle: {reason}. `backsweep bundle DIR` makes one; nothing was unpacked")
