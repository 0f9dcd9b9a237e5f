"""What is in the folder of one sweep: which files count, what is missing, and the rows, records and weights that there are."""

import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import pyarrow as pa

from backsweep.errors import DamageError, DamageWarning

from ..arrays import Span
from .block_rows import as_in_table, in_order
from .blocks import WrittenBlock
from .catalog import Catalog
from .manifest import read_manifest
from .schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA, Manifest, runs_schema
from .shards import Shard, runs_in
from .trajectories import read_trajectories

Found = TypeVar("Found")


class Reader:
    """One folder of results, as it is found; it takes no lock."""

    def __init__(self, path: Path, manifest: Manifest):
        self.path = path
        self.manifest = manifest
        self.harm: str | None = None
        self._look()

    def _look(self) -> None:
        self._numbering, self._catalog = self.manifest.numbering, Catalog(self.path, self.manifest)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """The store in a folder. ResultsError if there is none, or its manifest cannot be read.

        `harm` says what is wrong with the manifest, if its copy was read.
        """
        path = Path(path)
        manifest, harm = read_manifest(path)
        store = cls(path, manifest)
        store.harm = harm
        return store

    def kept(self) -> dict[Path, list[Shard]]:
        """For each folder of spans of runs the files that count, in order. Files at the same place hold the same runs."""
        return self._catalog.kept()

    def shards(self) -> list[Shard]:
        """The shards that count, in the order of their runs."""
        return self.kept()[self._shards]

    def missing(self) -> list[Span]:
        """The runs that are not done yet, as the fewest spans of runs of one block, in order."""
        return self._numbering.cut(self._catalog.missing())

    @property
    def done(self) -> int:
        """How many of the sweep's runs are here."""
        return self.manifest.runs - runs_in(self.missing())

    def _block_of(self, run: int) -> WrittenBlock:
        return self.manifest.all_blocks[self._numbering.place_of(run)]

    def read(self, runs: Collection[int] | None = None) -> pa.Table:
        """All rows so far, or those of some runs, in the order of the spec's cells and seeds, which is that of the run number
        unless the sweep has grown. A DamageWarning for each file left out.
        """
        rows = self._rows(self._shards, runs_schema(self.manifest.axes, self.manifest.measure), runs)
        return in_order(rows, self.manifest) if self.manifest.blocks else rows.unify_dictionaries()

    def files(self, folder: Path) -> list[Path]:
        """The files of a folder that count after all their rows were checked. A DamageWarning for each that is left out."""
        return self._each(folder, lambda file, _: file.path, columns=())

    def records(self, runs: Collection[int] | None = None) -> pa.Table:
        """The records of these runs (None: of all), by run and epoch."""
        return self._rows(self._records, RECORDS_SCHEMA, runs)

    def weights(self, runs: Collection[int] | None = None) -> pa.Table:
        """The final weights that were kept for these runs (None: for all)."""
        return self._rows(self._weights, WEIGHTS_SCHEMA, runs)

    def trajectories(self) -> dict[int, pa.Table]:
        """The trajectories that were kept, by run. A DamageWarning for each that is left out; it can be made again."""
        found, damaged = read_trajectories(self._trajectories, self.manifest, self._catalog.end_of)
        for error in damaged:
            warnings.warn(f"{error}; `backsweep report {self.path}` makes it again", DamageWarning, stacklevel=2)
        return found

    def _rows(self, folder: Path, schema: pa.Schema, runs: Collection[int] | None = None) -> pa.Table:
        """The rows of a folder's files that count, or of some runs."""
        wanted = None if runs is None else np.unique(np.fromiter(runs, np.int64, len(runs)))

        def some(file: Shard, table: pa.Table) -> pa.Table:
            found = table if wanted is None else table.filter(pa.array(np.isin(table["run"].to_numpy(), wanted)))
            grown = self.manifest.blocks and folder == self._shards
            return as_in_table(found, self._block_of(file.start), self.manifest) if grown else found

        def among(file: Shard) -> bool:
            return wanted is None or bool(np.searchsorted(wanted, file.start) < np.searchsorted(wanted, file.stop))

        return pa.concat_tables([schema.empty_table(), *self._each(folder, some, among=among)])

    def _each(self, folder: Path, of: Callable[[Shard, pa.Table], Found], **which: Any) -> list[Found]:
        if folder not in self._catalog.folders:
            return []
        found = self._catalog.each(folder, of, **which)
        for error in self._catalog.damaged():
            if error.path.parent == folder:
                warnings.warn(self._left_out(error), DamageWarning, stacklevel=4)
        return found

    def left_out(self) -> list[str]:
        """A sentence for each file of rows, records or weights that was left out because it was found damaged."""
        return [self._left_out(error) for error in self._catalog.damaged()]

    def _left_out(self, error: DamageError) -> str:
        return f"{error}; it is left out, and {self.remedy}"

    def damage(self) -> list[str]:
        """Read all files of rows, records, weights and trajectories, and return a sentence for each that is wrong."""
        return [f"{error}; {self.remedy}" for error in self._examined()]

    def _examined(self) -> list[DamageError]:
        self._catalog.examine()
        self.kept()  # which compares files that hold the same runs
        return [*self._catalog.damaged(), *read_trajectories(self._trajectories, self.manifest, self._catalog.end_of)[1]]

    @property
    def _shards(self) -> Path:
        return self.path / "shards"

    @property
    def _records(self) -> Path:
        return self.path / "records"

    @property
    def _weights(self) -> Path:
        return self.path / "weights"

    @property
    def _trajectories(self) -> Path:
        return self.path / "trajectories"

    @property
    def remedy(self) -> str:
        """What to do about a damaged file, for messages."""
        return f"`backsweep resume {self.path}` trains its runs again, and no others"
