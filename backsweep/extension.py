"""More runs for a folder's sweep, for `results`, which stands below what trains: fetched from above, as networks are."""

from importlib import import_module
from pathlib import Path
from typing import Any


def extended(folder: Path, seeds: int, **options: Any) -> Any:
    """The `Results` of the sweep in a folder, extended to so many seeds. options: those of `Sweep.extend`."""
    return import_module("backsweep.sweep.more_seeds").extended(folder, seeds, **options)
