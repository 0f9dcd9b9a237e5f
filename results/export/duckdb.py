"""SQL over the files of a folder, by DuckDB.

Arrow reads the files piece by piece, and only the columns and rows that a query asks for. DuckDB itself may not touch, load or
fetch any file, so no query can change a result. DuckDB's own reader would be faster (0.02 s instead of 0.2 s for a mean over
10,000,000 runs). But it takes signs in the names of folders for patterns, and it would need permission for the files, including
permission to write. Besides, in DuckDB 2.0 it relies on the smallest and largest number of a column even if that contains NaN,
so that it finds neither of 0.5 and NaN distinct from 0.5.

NaN becomes NULL. In most releases DuckDB treats NaN as larger than any number, so that `loss > 1` would find it.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.dataset as arrow

from backsweep.errors import ResultsError

from ..analysis.names import shown_names
from ..store.schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA, runs_schema
from ..store.shards import retry_if_gone
from ..store.store import Store

if TYPE_CHECKING:
    import pandas as pd

SHUT_IN: dict[str, Any] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
    "lock_configuration": "true",
}


def query(store: Store, sql: str, runs: Collection[int] | None = None) -> "pd.DataFrame":
    """What DuckDB's SQL finds in the tables `runs`, and `records` and `weights` where the sweep kept them.

    Their columns are those of `schema.runs_schema`, settings by their `names.shown_names`, `RECORDS_SCHEMA` and
    `WEIGHTS_SCHEMA`. A setting that a run lacks, and a loss, accuracy or norm that is no number, is NULL, which means leave
    out: of diverged runs, mostly. runs: the numbers of those that the tables have; None: all. ResultsError if DuckDB is not
    installed, for what DuckDB refuses, and if it needs more memory than is available. Damaged files of a table that the query
    uses are left out, with a DamageWarning.
    """
    return retry_if_gone(lambda: _found(store, sql, runs))


def _found(store: Store, sql: str, runs: Collection[int] | None) -> "pd.DataFrame":
    """The same, with DuckDB. FileNotFoundError if another process merged files before they were read."""
    try:
        import duckdb
    except ImportError:
        raise ResultsError("duckdb is not installed; pip install 'backsweep[duckdb]'") from None
    tables = _tables(store, sql.casefold())
    with duckdb.connect(config=SHUT_IN) as connection:
        try:
            those = ""
            if runs is not None:
                connection.register("chosen runs", pa.table({"run": pa.array(runs, pa.int64())}))
                those = ' WHERE run IN (SELECT run FROM "chosen runs")'
            for name, table in tables.items():
                connection.register(f"files of {name}", table)
                columns = _columns(table.schema, shown_names(store.manifest.axes) if name == "runs" else {})
                connection.execute(f'CREATE VIEW {name} AS SELECT {columns} FROM "files of {name}"{those}')  # noqa: S608
            # None where there is no statement, of which DuckDB's types know nothing.
            found = cast("duckdb.DuckDBPyConnection | None", connection.execute(sql))
            if found is None:
                raise ResultsError("query: it contains no statement")
            return found.df()
        except (
            MemoryError,
            duckdb.OutOfMemoryException,
        ):  # its message says which setting to change, but queries cannot change any
            raise ResultsError("query: it needs more memory than is available; ask for fewer rows or columns") from None
        except duckdb.Error as error:
            _look_for_files(tables)
            reason = str(error).partition("\nLINE ")[0]
            raise ResultsError(f"query: {' '.join(reason.split())}") from None


def _tables(store: Store, sql: str) -> dict[str, arrow.Dataset | pa.Table]:
    """The tables whose names stand in a query, of files that are as they were written."""
    schemas = {
        "runs": runs_schema(store.manifest.axes, store.manifest.measure),
        "records": RECORDS_SCHEMA,
        "weights": WEIGHTS_SCHEMA,
    }
    tables: dict[str, arrow.Dataset | pa.Table] = {}
    for folder in store.kept():
        name = "runs" if folder.name == "shards" else folder.name
        if name == "runs" and name in sql and store.manifest.blocks:  # whose files have different columns
            tables[name] = store.read()
        elif name in sql:
            paths, schema = [str(path) for path in store.files(folder)], schemas[name]
            tables[name] = arrow.dataset(paths, schema=schema) if paths else schema.empty_table()
    return tables


def _look_for_files(tables: Mapping[str, arrow.Dataset | pa.Table]) -> None:
    """FileNotFoundError if a file of theirs is gone."""
    for table in tables.values():
        for path in table.files if isinstance(table, arrow.FileSystemDataset) else []:
            Path(path).lstat()


def _columns(schema: pa.Schema, shown: Mapping[str, str]) -> str:
    """The columns of a table, for SELECT; their names as people write them in specs: lr[0]; shown: those that have another."""

    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    values = {
        field.name: f"nullif({quoted(field.name)}, 'nan')" if pa.types.is_floating(field.type) else quoted(field.name)
        for field in schema
    }
    return ", ".join(f"{value} AS {quoted(shown.get(name, name))}" for name, value in values.items())
