"""How much of the variance of success, and of the epochs, each setting, each pair of settings, and the seed explain."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from backsweep.errors import NoAnswerError, ResultsError
from backsweep.outcomes import Outcome, ended

from ..arrays import Floats, Integers
from ..statistics.factorial import effects, variance_shares
from ..statistics.ped_anova import first_order_shares
from ..statistics.resampling import RESAMPLES, Interval
from .designs import Design, design_of
from .names import CHANCE, REST, SHARES

RESPONSES = ("success", "log epochs")
NO_SHARE = "no share of variance is known, because the results do not vary or too few runs converged"


def what_matters(
    table: pd.DataFrame, drawn: Collection[str] = (), *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """Shares of the variance of two responses that each setting explains, by response, the largest first.

    drawn: the columns of settings whose values were drawn at random, as `designs.drawn_columns` returns them.

    response: "success" is 1 for a run that converged, else 0. "log epochs" is the natural logarithm of min(epochs to
    convergence, limit), at least of 1. A run that never converges counts with the limit. The limit is the fewest epochs after
    which a run was cut off, so nothing is censored before it; if no run was cut off, the epochs of the longest run. Using only
    the converged runs would leave gaps in the design, and a setting at which slow runs fail would seem to be fast.

    factor: a setting, such as "lr"; two settings that interact, "hidden × lr"; "higher interactions", of three settings or
    more; "chance", all that seeds do, in all combinations alike or in some. Settings that advance together are one
    factor, "lr = beta", because their effects cannot be told apart.

    share, with the 95 % interval _low and _high: from 0 to 1. A response that does not vary has no rows.

    method: "variance" if every combination was run with the same seeds. What chance alone would add is subtracted
    (`factorial.variance_shares`), and the interval comes from a bootstrap over seeds. "PED-ANOVA" if values were drawn at
    random, at least 50 points. The share is then of the variance of whether a combination is among the best tenth by its mean
    over seeds (`ped_anova.first_order_shares`), the interval comes from a bootstrap over points, and "rest" is all else,
    interactions and the seed. Fewer points form one factor.

    ResultsError if no setting varies, if settings that were not drawn have only one seed, if combinations or seeds are missing,
    or if some runs lack a setting. NoAnswerError if neither response varies.
    """
    design = design_of(table, drawn)
    responses = np.stack([design.by_cell_and_seed(values) for values in _responses(table)])
    if design.points is None:
        found = _by_variance(design, responses, rng, resamples)
    else:
        found = _by_ped_anova(design, responses, design.points, rng, resamples)
    rows = pd.concat(found, keys=RESPONSES, names=["response"])
    rows = rows[rows["share"].notna().groupby(level="response").transform("any")]
    if rows.empty:
        raise NoAnswerError(NO_SHARE, SHARES)
    rows = rows.reset_index("response").sort_values("share", ascending=False, kind="stable")
    return rows.sort_values("response", key=lambda names: names.map(RESPONSES.index), kind="stable").reset_index(drop=True)


def _responses(table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Success and log epochs of each run, (runs,) each."""
    converged, capped = ended(table, Outcome.CONVERGED), ended(table, Outcome.CAPPED)
    epochs = table["epochs"].to_numpy(np.float64)
    limit = epochs[capped].min(initial=epochs.max())
    until = np.where(converged, np.minimum(epochs, limit), limit)
    return converged.astype(np.float64), np.log(np.maximum(until, 1))


def _by_variance(design: Design, responses: Floats, rng: np.random.Generator, resamples: int) -> list[pd.DataFrame]:
    if design.seeds < 2:
        raise ResultsError("the runs have only one seed, which does not show what chance adds; run at least 2 seeds, better 20")
    shape = design.levels.max(axis=1) + 1
    found = variance_shares(responses.reshape(len(responses), *shape, design.seeds), rng, resamples)
    factors = [" × ".join(design.names[factor] for factor in effect) for effect in effects(len(shape))]
    if len(shape) > 2:
        factors.append("higher interactions")
    parts = [*factors, CHANCE]
    return [_rows(parts, Interval(*(of[k] for of in found)), "variance") for k in range(len(responses))]


def _by_ped_anova(
    design: Design, responses: Floats, points: Integers, rng: np.random.Generator, resamples: int
) -> list[pd.DataFrame]:
    success, log_epochs = responses.mean(axis=2)
    better = (success, -log_epochs)
    found = (first_order_shares(of, design.levels, points, rng, resamples) for of in better)
    return [_rows([*design.names, REST], of, "PED-ANOVA") for of in found]


def _rows(factors: list[str], shares: Interval, method: str) -> pd.DataFrame:
    return pd.DataFrame({"factor": factors, **shares.columns("share"), "method": method})
