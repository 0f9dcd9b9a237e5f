"""When a run ends before its epochs do: every stopping criterion, declared once.

A criterion's entry says what it means, which limits it takes and what the training loop must compute for it. The spec, its
ranges, the flags and arrays of the kernels, the report and the documentation all follow from the entry. The comparison itself
is compiled: it stands in `_holds` of `kernels/loop/stopping.py`.
"""

import math
from typing import NamedTuple

from .ranges import COUNT, NOT_NEGATIVE, POSITIVE, SHARE, Range


class Needs(NamedTuple):
    """What the training loop must compute so that a criterion can be tested.

    largest_error: the largest |output - target|. every_epoch: the test itself, in every epoch, because no score tells
    beforehand that the criterion cannot hold yet.
    """

    largest_error: bool = False
    accuracy: bool = False
    gradient_norm: bool = False
    every_epoch: bool = False


class Criterion(NamedTuple):
    """A stopping criterion.

    words: what stands between "A run has converged when" and the limit.
    allowed: what the limit may be.
    unset: a limit that every run meets. It stands for a criterion that a run was not given.
    needs_sides: whether outputs must be right or wrong.
    """

    words: str
    allowed: Range
    unset: float
    needs: Needs = Needs()
    needs_sides: bool = False


class Limit(NamedTuple):
    """Another number that decides when a run ends. unset: what stands for it where a run was not given one."""

    words: str
    allowed: Range
    unset: float


# All that a run was given must hold in the same test, `patience` tests in a row.
STOPPING = {
    "loss": Criterion("its loss is at most", NOT_NEGATIVE, math.inf),
    "within": Criterion("every output is nearer to its target than", POSITIVE, math.inf, Needs(largest_error=True)),
    "accuracy": Criterion(
        "the share of correct samples is at least",
        SHARE,
        -1.0,
        Needs(accuracy=True, every_epoch=True),
        needs_sides=True,
    ),
    "gradient_norm": Criterion(
        "the norm of its gradient is at most", NOT_NEGATIVE, math.inf, Needs(gradient_norm=True, every_epoch=True)
    ),
}
NO_RULE = "no run can count as converged, because the spec has no stopping rule (train.stop)"
PATIENCE = Limit("Number of tests in a row that must hold", COUNT, 1.0)
# A run has stalled when its loss fell, over a window, by less than the improvement times itself.
STALLING = {
    "window": Limit("Number of epochs from one test of the loss to the next", COUNT, 0.0),
    "improvement": Limit("Share of itself by which the loss must fall within a window", POSITIVE, 0.0),
}
BOUND = Limit("A run has diverged when its loss exceeds this", Range("a number above 0", 0, open_low=True, infinite=True), 1e6)

# Every number that the kernels compare for a run, by the dotted name of its setting.
LIMITS: dict[str, Criterion | Limit] = {
    **{f"stop.{name}": criterion for name, criterion in STOPPING.items()},
    "stop.patience": PATIENCE,
    **{f"stall.{name}": limit for name, limit in STALLING.items()},
    "bound": BOUND,
}


def needs_of(criteria: tuple[str, ...]) -> Needs:
    """What these criteria need together."""
    return Needs(*(any(flags) for flags in zip(Needs(), *(STOPPING[name].needs for name in criteria), strict=True)))
