"""How much each setting explains: bars of shares of variance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from backsweep.errors import ResultsError

from ..analysis.names import REST
from ..analysis.what_matters import NO_SHARE
from ..arrays import Floats
from ..text.numbers import percent_text
from .legends import legend_above
from .style import INK, LINES, plain
from .ticks import label_shares

HATCHES = ("", "////")
MOST_FACTORS = 10
NAMES = {"success": "whether runs converge", "log epochs": "how soon (log epochs)"}
METHODS = {
    "variance": "analysis of variance, intervals by a bootstrap over seeds",
    "PED-ANOVA": "PED-ANOVA of whether a combination is among the best tenth, intervals by a bootstrap over combinations",
}


@dataclass(frozen=True)
class ImportancePicture:
    """Shares of the variance of each response that factors explain, (responses, factors), low ... high their intervals.

    Factors with the largest share first; nan where a share is not known. left_out: how many factors are not shown.
    method: how the shares were computed.
    """

    responses: list[str]
    factors: list[str]
    share: Floats
    low: Floats
    high: Floats
    left_out: int
    method: str

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        found: list[str] = []
        for response, shares in zip(self.responses, self.share, strict=True):
            texts = [f"{name} {percent_text(one)}" for name, one in zip(self.factors, shares, strict=True) if not np.isnan(one)]
            unknown = [name for name, one in zip(self.factors, shares, strict=True) if np.isnan(one)]
            texts += [f"not known for {', '.join(unknown)}"] if unknown else []
            found.append(f"of {NAMES.get(response, response)}: {', '.join(texts)}")
        return f"Bars of the shares of variance that each setting explains; {'; '.join(found)}."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        explain = "explains" if self.left_out == 1 else "explain"
        more = f" {self.left_out} more {explain} less than any of these." if self.left_out else ""
        return (
            f"Share of the variance that each setting explains, with 95 % intervals ({self.method}). Runs that never converge "
            f"count with the epochs at which the first was cut off. {self._last}{more}"
        )

    @property
    def _last(self) -> str:
        if REST in self.factors:
            return "Rest: all else, interactions and the seed."
        return "Chance: all that seeds do."


def importance_picture(importance: pd.DataFrame) -> ImportancePicture:
    """Of what `what_matters.what_matters` found: columns response, factor, share, share_low, share_high and method.

    The ten factors that explain most of either response. ResultsError where no share is known.
    """
    if importance["share"].isna().all():
        raise ResultsError(NO_SHARE)
    responses = list(dict.fromkeys(importance["response"]))
    largest = importance.groupby("factor", sort=False)["share"].max().sort_values(ascending=False, kind="stable")
    factors = largest.index[:MOST_FACTORS]
    share, low, high = (
        _wide(importance, column).reindex(responses, columns=factors).to_numpy()
        for column in ("share", "share_low", "share_high")
    )
    method = "; ".join(METHODS.get(name, name) for name in dict.fromkeys(map(str, importance["method"])))
    return ImportancePicture(responses, list(map(str, factors)), share, low, high, len(largest) - len(factors), method)


def _wide(importance: pd.DataFrame, column: str) -> pd.DataFrame:
    return importance.pivot_table(column, "response", "factor", sort=False, dropna=False)


def draw_importance(value: ImportancePicture, axes: Axes) -> Axes:
    """Horizontal bars, the responses beside each other, with intervals; "not known" where there is no share."""
    thick = 0.8 / max(len(value.responses), 2)
    for k, (share, low, high) in enumerate(zip(value.share, value.low, value.high, strict=True)):
        place = np.arange(len(share)) + (k - (len(value.responses) - 1) / 2) * thick
        known = ~np.isnan(share)
        axes.barh(
            place[known],
            share[known],
            thick * 0.9,
            color=LINES[k],
            label="share",
            alpha=0.75,
            hatch=HATCHES[k % 2],
            edgecolor="white",
        )
        ends = np.array([share - low, high - share])[:, known]
        axes.errorbar(share[known], place[known], xerr=np.maximum(ends, 0), fmt="none", ecolor=INK, elinewidth=1, capsize=2.5)
        for at in place[~known]:
            axes.text(0.005, at, "not known", fontsize="small", va="center")
    axes.set(xlabel="share of variance", xlim=(0, None), ylim=(len(value.factors) - 0.5, -0.5))
    label_shares(axes.xaxis)
    axes.set_yticks(range(len(value.factors)), [plain(name, 36) for name in value.factors], fontsize="small")
    axes.tick_params(axis="y", length=0)
    shown, left_out = len(value.factors), value.left_out
    note = f"the {shown} of {shown + left_out} that explain most" if left_out else ""
    legend_above(axes, [NAMES.get(response, response) for response in value.responses], note, side="right")
    return axes
