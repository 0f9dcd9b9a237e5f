"""NPZ files: a zip of plain arrays. Nothing pickled is loaded.

The directory of the zip says how large an entry is when unpacked, and the header of the entry says which array it is. Both are
checked, and must agree, before the rest is unpacked. Reading to the end compares the checksums.
"""

import io
import math
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from backsweep.errors import DataError

from .data import Where, check_size, quoted
from .table_forms import Cells, Column, Form, Table, check_bytes, check_names, reading

LONGEST_HEAD = 2**16  # bytes
SUFFIX = ".npy"
HEADS: dict[tuple[int, int], Any] = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
HINTS = dict.fromkeys("mM", "; store numbers, such as days or seconds since the first") | {
    "S": "; text is stored with astype(str)"
}
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_npz(file: IO[bytes], path: Path, names: Sequence[str], form: Form) -> Table:  # noqa: ARG001 - as readers are called
    """The arrays with these names. DataError: what is wrong."""
    found = read_arrays(file, path, names)
    with reading(path, "an NPZ file of plain arrays"):
        return Table({name: _columns(array, name, path) for name, array in found.items()}, Where(str(path)))


def read_arrays(file: IO[bytes], path: Path, names: Sequence[str] | None) -> dict[str, npt.NDArray[Any]]:
    """These arrays, or all. DataError: what is wrong."""
    if not zipfile.is_zipfile(file):
        raise DataError(str(path), "not an NPZ file")
    file.seek(0)
    with reading(path, "an NPZ file of plain arrays"), zipfile.ZipFile(file) as archive:
        entries = {entry.filename.removesuffix(SUFFIX): entry for entry in archive.infolist()}
        there = Counter(entry.filename.removesuffix(SUFFIX) for entry in archive.infolist())
        check_names(list(there) if names is None else names, list(there.elements()), path)
        wanted = {name: entries[name] for name in (entries if names is None else names)}
        check_bytes(sum(entry.file_size for entry in wanted.values()), path)
        return {name: _array(archive, entry, name, path) for name, entry in wanted.items()}


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, path: Path) -> npt.NDArray[Any]:
    """The array in an entry. DataError or ValueError: what is wrong."""
    if not entry.filename.endswith(SUFFIX):
        raise DataError(str(path), f"{quoted(name)[1:-1]} is not an array")
    if entry.compress_type not in METHODS:
        raise _of_array(path, name, "compressed in a way that NumPy never uses; write the file with numpy.savez")
    with archive.open(entry) as file:
        begin = file.read(LONGEST_HEAD)
        head = io.BytesIO(begin)
        shape, by_columns, dtype = HEADS[npy.read_magic(head)](head)
        if dtype.hasobject:
            raise _of_array(path, name, "Object arrays cannot be loaded, because they are pickled; store numbers or text")
        size, there = math.prod(shape) * dtype.itemsize, entry.file_size - head.tell()
        if size != there or min(shape, default=0) < 0:
            raise ValueError(f"array {quoted(name)} of shape {shape} should have {size:,} bytes, and has {there:,}")
        check_size(math.prod(shape), 1, str(path), _place(path, name))
        data = begin[head.tell() :] + file.read()
    return np.ndarray(shape, dtype, data, order="F" if by_columns else "C")


def _place(path: Path, name: str) -> str:
    return f"{path}, array {quoted(name)}"


def _of_array(path: Path, name: str, reason: str) -> DataError:
    """The error that an array cannot be used."""
    return DataError(str(path), reason, column=name, place=_place(path, name))


def _columns(array: npt.NDArray[Any], name: str, path: Path) -> list[Column]:
    """An array (samples,) is one column; (samples, columns) are several, with their numbers in brackets."""
    if array.dtype.kind not in "iufbU":
        what, hint = str(array.dtype)[:60], HINTS.get(array.dtype.kind, "")
        raise _of_array(path, name, f"its type is {what}; an array must hold numbers, text, or true and false{hint}")
    if array.ndim not in {1, 2} or 0 in array.shape[1:]:
        shape = f"{array.shape}".replace(",)", ")")
        raise _of_array(path, name, f"its shape is {shape}; it must be (samples) or (samples, columns)")
    if array.ndim == 1:
        return [Column(name, _cells(array))]
    return [Column(f"{name}[{number}]", _cells(values)) for number, values in enumerate(array.T)]


def _cells(values: npt.NDArray[Any]) -> Cells:
    if values.dtype.kind == "b":
        return [str(value).lower() for value in values.tolist()]
    return [value.strip() for value in values.tolist()] if values.dtype.kind == "U" else values
