"""NumPy's arrays as Arrow's, made of their memory.

pyarrow.array would load pandas first, whatever it is given, and Arrow's casts a library of their own. Together they take a
sixth of a second, in which a core trains 20,000 networks on XOR for 1,000 epochs, and training needs them for nothing else.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...results.arrays import Booleans, Integers

Type = Any  # one of pyarrow's, whose stubs do not tell lists and dictionaries apart


def numbers(values: npt.NDArray[Any], kind: Type, missing: Booleans | None = None) -> "pa.Array[Any]":
    """Numbers or booleans as an array of this type. missing: which of them are null. OverflowError if one does not fit."""
    validity = None
    if missing is not None and missing.any():
        validity, values = _bits(~missing), np.where(missing, 0, values)
    data = values.astype(kind.to_pandas_dtype())
    if data.dtype != values.dtype and not np.array_equal(data, values):
        raise OverflowError(f"numbers that {kind} cannot hold")
    return pa.Array.from_buffers(kind, len(data), [validity, _bits(data) if data.dtype == bool else _bytes(data)])


def categories(codes: Integers, names: Sequence[str], kind: Type) -> "pa.Array[Any]":
    """Names by their places in `names`, as an array of this type; null where a place is negative."""
    indices: Any = numbers(codes, kind.index_type, codes < 0)
    return pa.DictionaryArray.from_arrays(indices, _strings(names))


def names(values: npt.NDArray[Any], kind: Type) -> "pa.Array[Any]":
    """Strings and None as an array of this type, with the strings in the order in which they first occur."""
    listed = values.tolist()
    places = {name: place for place, name in enumerate(dict.fromkeys(name for name in listed if name is not None))}
    return categories(np.array([places.get(name, -1) for name in listed]), list(places), kind)


def lists(table: npt.NDArray[Any], kind: Type) -> "pa.Array[Any]":
    """The rows of a table as an array of lists, of this type."""
    array, offset = (pa.LargeListArray, pa.int64()) if pa.types.is_large_list(kind) else (pa.ListArray, pa.int32())
    offsets: Any = numbers(np.arange(len(table) + 1) * table.shape[1], offset)
    return array.from_arrays(offsets, numbers(table.reshape(-1), kind.value_type))


def _strings(some: Sequence[str]) -> "pa.Array[Any]":
    encoded = [one.encode() for one in some]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(some), [None, _bytes(ends), pa.py_buffer(b"".join(encoded))])


def _bits(values: Booleans) -> pa.Buffer:
    return _bytes(np.packbits(values, bitorder="little"))


def _bytes(values: Any) -> pa.Buffer:
    return pa.py_buffer(values)
