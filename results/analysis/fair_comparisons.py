"""Which settings can be compared fairly, and what each of their values chooses for itself (`rivals.rivals`)."""

import pandas as pd
from pandas.api.types import is_numeric_dtype

from backsweep.outcomes import Outcome, ended

from .rivals import lacking
from .tables import axis_columns

RATE = "lr"
FEWEST = 2  # values that can be compared


def fair_comparisons(table: pd.DataFrame) -> dict[str, list[str]]:
    """The settings of names, those with the most values first, each with the settings that suit its values.

    These are the learning rate, and what only some of the values have, as momentum has beta. Empty where no learning rate
    varies, and where no run converged, so that all values are alike.
    """
    if not ended(table, Outcome.CONVERGED).any():
        return {}
    names = axis_columns(table)
    rates = [name for name in names if name.rpartition(".")[2] == RATE]
    levels = {name: table[name].nunique() for name in names if rates and not is_numeric_dtype(table[name])}
    return {
        setting: [name for name in names if name in rates or lacking(table, setting, name)]
        for setting in sorted(levels, key=lambda name: -levels[name])
        if levels[setting] >= FEWEST
    }


def fair_ranking(table: pd.DataFrame) -> dict[str, object] | None:
    """The options with which a report ranks values, of the first of `fair_comparisons`; None if there is none."""
    fair = fair_comparisons(table)
    return next(({"setting": setting, "best_of": best_of} for setting, best_of in fair.items()), None)
