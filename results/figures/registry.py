"""Every kind of figure, declared once: the command line, `Results.figure`, the report and the documentation read it here.

To add one, write a file in this folder with two functions, one that computes a plain value with `alt_text` and a `caption`, and
one that draws it, and add an entry to FIGURES below.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes

from backsweep.errors import SettingError
from backsweep.outcomes import Outcome, ended
from backsweep.suggestions import there_are

from ..analysis.fair_comparisons import fair_ranking
from ..analysis.shown_first import typical_run, why_typical
from ..analysis.tables import axis_columns
from .decision import decision_picture
from .decision_drawing import draw_decision
from .epochs import draw_ecdf, draw_histogram, epochs_ecdf, epochs_histogram
from .importance import draw_importance, importance_picture
from .loss import draw_loss, loss_picture
from .loss_map import draw_loss_map, loss_map
from .maps import draw_median_map, draw_success_map, map_height, median_map, success_map
from .outcomes import bars_height, draw_outcome_shares, outcome_shares
from .ranks import draw_ranks, ranks_height, ranks_picture
from .slope import draw_slope, few_slopes, slope_picture, some_fit
from .survival import draw_survival, survival_picture
from .trainability import draw_trainability_map, trainability_map
from .trajectories import draw_trajectories, trajectories_picture
from .weights import draw_weights, weights_picture

Options = dict[str, Any]
# table: one row per run. records: of all runs that were recorded, as `Results.trajectories` gives them. losses: by epoch, of
# the runs that the option `run` names. network: of the one that it names. importance: what `Results.what_matters` found. rng:
# for resampling.
Need = Literal["table", "records", "losses", "network", "importance", "rng"]


def _as_it_is(_: pd.DataFrame) -> Options | None:
    return {}


def _nothing(_: pd.DataFrame) -> str:
    return ""


def _never(_: pd.DataFrame) -> Options | None:
    return None


def _if_some_converge(table: pd.DataFrame) -> Options | None:
    return {} if ended(table, Outcome.CONVERGED).any() else None  # or all its lines are one


def _if_none_converges(table: pd.DataFrame) -> Options | None:
    return None if ended(table, Outcome.CONVERGED).any() else {}  # else other figures tell the settings apart


def _if_something_varies(table: pd.DataFrame) -> Options | None:
    return {} if axis_columns(table) else None


def _of_the_typical_run(table: pd.DataFrame) -> Options | None:
    return {"run": typical_run(table)}


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    title: its heading in a report, and its line in `backsweep figure --help`.
    compute: takes what it needs by those names, and options; returns a plain value that has `alt_text` and a `caption`.
    draw: draws that value on Axes.
    needs: what `compute` takes.
    grouped: whether its option `by` names the settings whose combinations are told apart.
    condition: what the runs or the spec must have for it, in words.
    height: in inches, in a report; may depend on the value.
    in_report: the options with which a report draws it, from the table of its runs; None where the report goes without it.
    worth_it: whether a report shows the value, once it is computed.
    choice: what a report says about its own choice of options, from the table of its runs.
    """

    title: str
    compute: Callable[..., Any]
    draw: Callable[[Any, Axes], Axes]
    needs: tuple[Need, ...] = ("table",)
    grouped: bool = False
    condition: str = ""
    height: float | Callable[[Any], float] = 3.8
    in_report: Callable[[pd.DataFrame], Options | None] = _as_it_is
    worth_it: Callable[[Any], bool] = bool
    choice: Callable[[pd.DataFrame], str] = _nothing

    @property
    def options(self) -> list[str]:
        """The names of its options."""
        return [name for name in signature(self.compute).parameters if name not in self.needs]

    @property
    def trains(self) -> bool:
        """Whether runs may have to be trained again for it, which may need data files."""
        return not {"losses", "network"}.isdisjoint(self.needs)

    def height_of(self, value: Any) -> float:
        """In inches, in a report."""
        return self.height(value) if callable(self.height) else self.height


FIGURES = {  # in the order of a report
    "success": Kind(
        "Which settings converge",
        success_map,
        draw_success_map,
        condition="a setting that varies",
        height=map_height,
        in_report=_if_some_converge,
    ),
    "final-loss": Kind(
        "Which settings end with a low loss",
        loss_map,
        draw_loss_map,
        condition="a setting that varies",
        height=map_height,
        in_report=_if_none_converges,
    ),
    "median": Kind(
        "How soon each converges",
        median_map,
        draw_median_map,
        condition="a setting that varies, and a cell where half of the runs converge",
        height=map_height,
    ),
    "importance": Kind(
        "What matters",
        importance_picture,
        draw_importance,
        needs=("importance",),
        condition="every combination with two seeds or more, or a sampled design",
        height=3.2,
    ),
    "survival": Kind("How fast", survival_picture, draw_survival, grouped=True, in_report=_if_some_converge),
    "histogram": Kind(
        "Epochs to convergence",
        epochs_histogram,
        draw_histogram,
        grouped=True,
        condition="a run that converged",
        height=3.6,
    ),
    "ecdf": Kind("The share that has converged", epochs_ecdf, draw_ecdf, grouped=True, in_report=_never),  # survival shows it
    "slope": Kind(
        "How epochs scale",
        slope_picture,
        draw_slope,
        needs=("table", "rng"),
        condition="a setting of numbers above 0",
        in_report=few_slopes,
        worth_it=some_fit,
    ),
    "ranks": Kind(
        "How values rank",
        ranks_picture,
        draw_ranks,
        needs=("table", "rng"),
        condition="a setting with three values or more, in three combinations of the others or more",
        height=ranks_height,
        in_report=fair_ranking,
    ),
    "outcomes": Kind(
        "How runs end", outcome_shares, draw_outcome_shares, grouped=True, height=bars_height, in_report=_if_something_varies
    ),
    "trajectories": Kind(
        "Loss on the way",
        trajectories_picture,
        draw_trajectories,
        needs=("table", "records"),
        condition="`[record]` in the spec",
    ),
    "trainability": Kind(
        "Where training works",
        trainability_map,
        draw_trainability_map,
        condition="`measure = true` under `[record]`, and two settings of numbers",
        height=6.0,
    ),
    "loss": Kind(
        "One run",
        loss_picture,
        draw_loss,
        needs=("losses", "table"),
        condition="`--run`, or few runs",
        height=3.0,
        in_report=_of_the_typical_run,
        choice=why_typical,
    ),
    "decision": Kind(
        "What one network answers",
        decision_picture,
        draw_decision,
        needs=("network",),
        condition="`--run`, and one input or two",
        in_report=_never,
    ),
    "weights": Kind(
        "How its weights move", weights_picture, draw_weights, needs=("network",), condition="`--run`", in_report=_never
    ),
}


def kind_of(name: str, options: Iterable[str] = ()) -> Kind:
    """The entry of a name. SettingError, with all that there are, for another name, and for options that it does not take."""
    if not isinstance(name, str) or name not in FIGURES:  # pyright: ignore[reportUnnecessaryIsInstance]  # not all are checked
        raise SettingError(["kind"], f"there is no such figure{there_are(name, FIGURES)}", value=name)
    entry = FIGURES[name]
    for option in options:
        if option not in (*entry.needs, *entry.options):
            raise SettingError([option], f"the figure {name} has no such option{there_are(option, entry.options, 'It takes')}")
    return entry
