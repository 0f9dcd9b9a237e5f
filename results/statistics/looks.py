"""After how many trials a sample is looked at that ends as soon as it says enough.

Looks at a quarter more trials each would be easy to plan, but a sample would on average take an eighth more trials than it
needs. So the next look is where the sample will say enough if its share of successes stays as it is, and at most half as many
trials again later: a dozen looks for ten thousand trials. All looks are on a ladder whose rungs are 1.5 % apart, so that the
ways through them can be counted (`path_counting`). Nothing but the successes so far decides on the next look.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..arrays import Booleans, Integers

RUNG = 1.015  # one rung ÷ the one below
GROWTH = 1.5  # the next look is at most this times as many trials
QUARTER = 1.25  # of looks that are planned beforehand, one ÷ the one before

Enough = Callable[[npt.ArrayLike, npt.ArrayLike], Booleans]  # of successes and n, which broadcast


def check_trials(minimum: int, maximum: int) -> None:
    """ValueError unless there is a minimum of at least one trial, and a maximum that is no less."""
    if not 1 <= minimum <= maximum:
        raise ValueError(f"{minimum} ... {maximum} trials: the minimum must be at least 1, and at most the maximum")


def check_half_width(half_width: float) -> None:
    """ValueError unless a success rate can be known to within this half-width, and was not known before."""
    if not 0 < half_width < 0.5:
        raise ValueError(f"half-width {half_width}: must be above 0 and below 0.5")


def quarters(minimum: int, maximum: int) -> Integers:
    """Looks that are planned beforehand, from minimum to maximum, at a quarter more trials each, rounded up."""
    looks = [minimum]
    while looks[-1] < maximum:
        looks.append(min(int(np.ceil(QUARTER * looks[-1])), maximum))
    return np.asarray(looks)


def ladder(minimum: int, maximum: int) -> Integers:
    """Numbers of trials at which a sample may be looked at: geometric, and both ends among them."""
    rungs = int(np.ceil(np.log(maximum / minimum) / np.log(RUNG))) + 1
    return np.unique(np.round(np.geomspace(minimum, maximum, rungs)).astype(np.int64))


def next_place(looks: Integers, place: int, successes: npt.ArrayLike, enough: Enough) -> Integers:
    """The place in `looks` of the look that follows the one at `place`, for each number of successes, of their shape.

    enough(successes, n): whether as many would say enough; successes need not be whole there.
    """
    last = max(int(np.searchsorted(looks, GROWTH * looks[place], "right")), place + 2)
    later = looks[place + 1 : last]
    there = enough(np.multiply.outer(successes, later / looks[place]), later)
    there[..., -1] = True
    return place + 1 + there.argmax(axis=-1)


def next_looks(looks: Integers, successes: npt.ArrayLike, n: npt.ArrayLike, enough: Enough) -> Integers:
    """After how many trials each sample is looked at next, (samples,). n: trials so far, (samples,), all of them in `looks`."""
    successes, n = np.asarray(successes), np.asarray(n)
    following = np.zeros(n.shape, np.int64)
    for trials in np.unique(n):
        place = int(np.searchsorted(looks, trials))
        if place >= len(looks) - 1 or looks[place] != trials:
            raise ValueError(f"{trials} trials: must be a look before the last, such as {looks[0]}")
        there = n == trials
        following[there] = looks[next_place(looks, place, successes[there], enough)]
    return following
