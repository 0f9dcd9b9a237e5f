"""The table of runs as an array with named dimensions.

A grid becomes an array with one dimension per setting that varies and one for the seeds; axes that advance together share a
dimension. If most of such an array would be holes, because the design is sampled or has tables with settings of their own, the
cells form a single dimension instead. Outcomes are stored as codes of one byte with their meanings beside them, as flags are in
the conventions for climate and forecast data (CF). Words would take many times the memory, and NetCDF has no good place for
them.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from backsweep.errors import ResultsError
from backsweep.outcomes import OUTCOMES

from ..analysis.names import shown_names
from ..analysis.tables import axis_columns, grouped
from ..arrays import Integers
from ..store.fields import LAST_COLUMNS
from ..store.schema import Manifest

if TYPE_CHECKING:
    import xarray as xr

MISSING = -1  # the outcome of a run that is not there

Coordinates = dict[str, tuple[str, npt.NDArray[Any]]]  # by name: along which dimension, and the values
Numbers = npt.NDArray[np.float64 | np.integer]


def dataset(table: pd.DataFrame, manifest: Manifest) -> "xr.Dataset":
    """The runs of a table as an xarray.Dataset, (setting, ..., seed); of a design that is no grid, (cell, seed).

    A setting's dimension has its values as coordinate, in the order of a summary; of axes that are zipped it is named after
    the first, and the others are coordinates along it. Only values with a run that is done are there.
    outcome: int8, 0 ... 3 in the order of `schema.OUTCOMES` (attributes flag_values, flag_meanings), -1 where no run is.
    epochs, loss, accuracy[, measure]: float64, NaN there. Attributes name, spec_hash, versions: str.
    ResultsError if xarray is not installed.
    """
    try:
        import xarray as xr
    except ImportError:
        raise ResultsError("xarray is not installed; pip install 'backsweep[xarray]'") from None
    places, coordinates = _cells(table.drop_duplicates("cell"), manifest)
    cell, _ = pd.factorize(table["cell"])
    seed, seeds = pd.factorize(table["seed"], sort=True)
    at = (*(place[cell] for place in places.values()), seed)
    coordinates["seed"] = ("seed", np.asarray(seeds))
    sizes = {name: len(coordinates[name][1]) for name in (*places, "seed")}
    columns = {name: _spread(_numbers(table[name]), at, tuple(sizes.values())) for name in LAST_COLUMNS if name in table}
    versions = ", ".join(f"{what} {version}" for what, version in manifest.versions.items())
    about = {"name": manifest.name, "spec_hash": manifest.spec_hash, "versions": versions}
    found = xr.Dataset({name: (tuple(sizes), column) for name, column in columns.items()}, coordinates, about)
    codes = np.arange(MISSING, len(OUTCOMES), dtype=np.int8)
    found["outcome"].attrs = {"flag_values": codes, "flag_meanings": " ".join(["missing", *OUTCOMES])}
    return found


def _cells(cells: pd.DataFrame, manifest: Manifest) -> tuple[dict[str, Integers], Coordinates]:
    """For each dimension but the seeds' the place of every cell, (cells,); and the coordinates. cells: a row for each."""
    bundles = _bundles(manifest)
    if bundles is None:
        along = {name: ("cell", np.asarray(cells[name])) for name in ("cell", *axis_columns(cells))}
        return {"cell": np.arange(len(cells))}, along
    places, coordinates = {}, {}
    for names in bundles:
        places[names[0]], settings = grouped(cells, names)
        coordinates |= {name: (names[0], np.asarray(settings[name])) for name in names}
    return places, coordinates


def _bundles(manifest: Manifest) -> list[list[str]] | None:
    """The columns of axes that advance together; None if the design is no grid."""
    if any(axis.drawn or axis.nested for axis in manifest.swept):
        return None
    shown = shown_names(manifest.axes)
    bundles: dict[int, list[str]] = {}
    for axis in manifest.swept:
        bundles.setdefault(axis.together, []).extend(shown[column] for column in axis.columns)
    return list(bundles.values())


def _numbers(column: pd.Series) -> Numbers:
    """A column as numbers: an outcome as its code."""
    if column.name == "outcome":
        return column.cat.set_categories(OUTCOMES).cat.codes.to_numpy(np.int8)
    return column.to_numpy(np.float64)


def _spread(column: Numbers, at: tuple[Integers, ...], shape: tuple[int, ...]) -> Numbers:
    """The values of runs at their places in an array of this shape."""
    found = np.full(shape, MISSING if column.dtype == np.int8 else np.nan, column.dtype)
    found[at] = column
    return found
