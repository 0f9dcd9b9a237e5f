"""The sampled part of a design: axes that are sampled together.

Axes with `uniform` or `loguniform` have no values of their own. `[design]` draws points in the unit cube with one dimension per
such axis, and each axis takes its coordinate. A point is one cell, and is combined with every cell of the grid.

The points come from NumPy's and SciPy's generators, started with the seed of the design. The hash of the sweep covers the
values, so a release that draws other points is noticed and its points are not mixed in.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from backsweep.errors import SettingError
from backsweep.ranges import whole_from

from ...results.allowed import Within
from ...results.arrays import Floats
from .axes import Axis, AxisInUse
from .fields import Table, one_of
from .spacing import MOST_POINTS

DRAWN_TOGETHER = ("design",)  # what sampled axes are zipped as
Points = Annotated[int, Within(whole_from(1, MOST_POINTS))]
DesignSeed = Annotated[int, Within(whole_from(0, 2**63 - 1))]


def _random(dimensions: int, points: int, rng: np.random.Generator) -> Floats:
    return rng.random((points, dimensions))


def _quasi_random(name: str) -> Callable[[int, int, np.random.Generator], Floats]:
    """Points of one of the engines of `scipy.stats.qmc`, which spread more evenly than random ones."""

    def draw(dimensions: int, points: int, rng: np.random.Generator) -> Floats:
        from scipy.stats import qmc  # half a second to import

        with warnings.catch_warnings(action="ignore"):  # Sobol's would rather be a power of two many
            return getattr(qmc, name)(dimensions, seed=rng).random(points)

    return draw


METHODS = {
    "random": _random,
    "sobol": _quasi_random("Sobol"),
    "halton": _quasi_random("Halton"),
    "latin_hypercube": _quasi_random("LatinHypercube"),
}
if TYPE_CHECKING:
    MethodName = str
else:
    MethodName = one_of(METHODS)


class DesignSpec(Table, use_attribute_docstrings=True):
    """The [design] of a spec: how many points the sampled axes have, and how they are drawn."""

    method: MethodName = "sobol"
    """How points are drawn: random, or evenly spread by sobol (with Owen's scrambling), halton or latin_hypercube."""
    points: Points
    """Number of points. Each is combined with every cell of the other axes."""
    seed: DesignSeed = 0
    """Seed of the generator that draws the points."""


def sampled(axes: "Mapping[str, Axis[Any]]", design: DesignSpec | None) -> list[AxisInUse]:
    """The sampled axes with the values that the design gives them."""
    if not axes:
        if design is not None:
            raise SettingError(["design"], "no axis is uniform or loguniform, so there is nothing to draw")
        return []
    if design is None:
        raise SettingError(
            [next(iter(axes)), "design.points"], "a sampled axis needs [design] points = ..., the number of points to draw"
        )
    cube = METHODS[design.method](len(axes), design.points, np.random.default_rng(design.seed))
    return [
        AxisInUse(key, axis.at(coordinates), DRAWN_TOGETHER)
        for (key, axis), coordinates in zip(axes.items(), cube.T, strict=True)
    ]
