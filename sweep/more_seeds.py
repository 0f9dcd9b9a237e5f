"""The sweep in a folder with more seeds, for those who do not have its spec at hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backsweep import arguments
from backsweep.errors import SettingError

from ..kernels import LAST_SEED
from ..results import Results
from .spec.spec import SEED_COUNTS, SeedRange
from .sweep import Sweep


def with_seeds(folder: Path, seeds: object, data: Sequence[Path] = ()) -> Sweep:
    """The sweep in a folder, with so many seeds, counted from its first one. data: see `Sweep.of_folder`.

    SettingError if its seeds are listed with gaps, since nothing says how such a list goes on, and if it has more seeds.
    """
    spec = Sweep.of_folder(folder, data).spec
    there = spec.seed_values()
    first, many = there[0], len(there)
    if there != range(first, first + many) and there != tuple(range(first, first + many)):
        raise SettingError(["seeds"], "those of this sweep are a list with gaps; write the longer list in a spec, and give it")
    seeds = arguments.whole("seeds", seeds, SEED_COUNTS)
    if not many <= seeds <= LAST_SEED - first + 1:
        raise SettingError(["seeds"], f"the sweep has {many} already; give all that it shall have", value=seeds)
    more = SeedRange(start=first, count=seeds) if first else seeds
    return Sweep.of_spec(spec.model_copy(update={"seeds": more}).calling(spec.called))


def extended(folder: Path, seeds: int, **options: Any) -> Results:
    """Extend the sweep in a folder to so many seeds. options: those of `Sweep.extend`."""
    return with_seeds(folder, seeds, arguments.paths("data", options.get("data", ()))).extend(folder, **options)
