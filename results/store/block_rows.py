"""The rows of a sweep that has grown: between the columns that the files of a block have and those of the table of all runs.

Files never change. So those of a block have columns for the settings that varied when it was added, and number its cells by
their places in it. The table has columns for all that varies now, and is in the order of the spec's cells and seeds, as if all
had been run at once.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from ..arrays import Integers
from .blocks import WrittenBlock
from .numbering import positions_of
from .schema import Manifest, runs_schema
from .written_spec import seeds_in


def as_in_table(rows: pa.Table, block: WrittenBlock, manifest: Manifest) -> pa.Table:
    """Rows of a block's files with the columns of the table."""
    schema, places = runs_schema(manifest.axes, manifest.measure), rows.column("cell").to_numpy()
    names = {axis.setting: axis.name for axis in block.columns}

    def column(name: str, kind: Any, setting: str | None) -> Any:
        if name == "cell":
            return _numbers(block.numbered.cells_at(places), kind)
        if name in block.filled:
            return _filled(block.filled[name], places, kind)
        return _cast(rows.column(names[setting] if setting else name), kind)

    return _table(schema, manifest.axes, column)


def as_in_files(rows: pa.Table, block: WrittenBlock, manifest: Manifest) -> pa.Table:
    """Rows of the table, all of one block, with the columns of its files. Null is what the table has from elsewhere anyway."""
    schema, numbered = runs_schema(block.columns, manifest.measure), block.numbered
    names = {axis.setting: axis.name for axis in manifest.axes if axis.name not in block.filled}

    def column(name: str, kind: Any, setting: str | None) -> Any:
        if name == "cell":
            return _numbers((rows.column("run").to_numpy() - numbered.start) // len(numbered.seeds), kind)
        if setting is None:
            return rows.column(name)
        return _cast(rows.column(names[setting]), kind) if setting in names else pa.nulls(len(rows), kind)

    return _table(schema, block.columns, column)


def _table(schema: pa.Schema, axes: Any, column: Any) -> pa.Table:
    settings = {axis.name: axis.setting for axis in axes}
    return pa.table([column(field.name, field.type, settings.get(field.name)) for field in schema], schema=schema)


def in_order(rows: pa.Table, manifest: Manifest) -> pa.Table:
    """Rows of the table in the order of the spec's cells, and of its seeds."""
    seeds = seeds_in(manifest.spec)
    cell, seed = (rows.column(name).to_numpy().astype(np.int64) for name in ("cell", "seed"))
    order = np.argsort(
        cell * len(seeds) + positions_of(seeds, seed), kind="stable"
    )  # quick, for each block is in order already
    rows = rows.unify_dictionaries().combine_chunks().take(_numbers(order, pa.int64()))
    for place, field in enumerate(rows.schema):
        if field.name in {axis.name for axis in manifest.axes} and pa.types.is_dictionary(field.type):
            rows = rows.set_column(place, field, _as_they_come(rows.column(place).combine_chunks(), field.type))
    return rows


def _filled(values: tuple[tuple[Any, int], ...], places: Integers, kind: Any) -> "pa.Array[Any]":
    """What the manifest says of the cells at these places. values: each with the number of cells, one after the other."""
    different = list(dict.fromkeys(value for value, _ in values if value is not None))
    code = {value: place for place, value in enumerate(different)}
    codes = np.repeat([code.get(value, -1) for value, _ in values], [count for _, count in values])
    return _coded(codes[places], pa.array(different, kind.value_type if pa.types.is_dictionary(kind) else kind), kind)


def _as_they_come(names: Any, kind: Any) -> "pa.Array[Any]":
    """Names whose codes are in the order in which they first occur, as they are if rows were written in this order."""
    codes = names.indices.fill_null(-1).to_numpy()
    seen, first = np.unique(codes, return_index=True)
    used = [code for code in seen[np.argsort(first)].tolist() if code >= 0]
    again = np.full(len(names.dictionary) + 1, -1)  # the last for -1
    again[used] = np.arange(len(used))
    return _coded(again[codes], names.dictionary.take(_numbers(np.array(used, np.int64), pa.int64())), kind)


def _coded(codes: Integers, values: "pa.Array[Any]", kind: Any) -> "pa.Array[Any]":
    """Values by their codes, null for -1."""
    missing = codes < 0
    validity = _bytes(np.packbits(~missing, bitorder="little")) if missing.any() else None
    indices: Any = pa.Array.from_buffers(pa.int32(), len(codes), [validity, _bytes(codes.astype(np.int32))])
    found = pa.DictionaryArray.from_arrays(indices, values)
    return found if pa.types.is_dictionary(kind) else found.dictionary_decode()


def _numbers(values: Integers, kind: Any) -> "pa.Array[Any]":
    """Whole numbers as an array; pyarrow.array would load pandas for them."""
    return pa.Array.from_buffers(kind, len(values), [None, _bytes(values.astype(kind.to_pandas_dtype()))])


def _bytes(values: Any) -> pa.Buffer:
    return pa.py_buffer(values)


def _cast(column: Any, kind: Any) -> Any:
    return column if column.type == kind else column.cast(kind)
