"""The answer of a sweep in sentences: which setting is best, how often and how fast it converges, what was not reached, and
what matters. Nothing that did not converge is called best, and ties are called ties.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from backsweep.errors import NoAnswerError, ResultsError
from backsweep.outcomes import Outcome
from backsweep.stopping import NO_RULE

from ..analysis.answer import Answer
from ..analysis.names import CHANCE, NO_RUN_DONE, REST
from ..analysis.remarks import constant_responses, over_the_bound
from ..analysis.selection import NONE_CHOSEN
from ..analysis.tables import level_texts
from ..statistics.groups import wilson_interval
from ..statistics.sample_size import more_seeds, seeds_to_half_width
from .numbers import interval_text, loss_text, percent_text, sentence_of, whole_text

NAMED = 3  # factors or settings in a sentence
LEAST_SHARE = 0.01
LEAST_SEEN = 0.0005  # of which `percent_text` would make 0.0 %
HALF_WIDTH = 0.01
ENDED = {
    Outcome.CONVERGED: "converged",
    Outcome.CAPPED: "used all their epochs",
    Outcome.DIVERGED: "diverged",
    Outcome.STALLED: "stalled",
}


def sentences(found: Answer) -> list[str]:
    """All that there is to say, the answer itself first."""
    if not found.done:
        return [sentence_of(NO_RUN_DONE)]
    return [_headline(found), *filter(None, _more(found))]


def lowest_loss(row: pd.Series, levels: Mapping[str, Sequence[Any]]) -> str:
    """Which setting has the lowest final loss. row: of `selection.lowest_loss_on_other_seeds`; levels: of each setting."""
    loss = f"{loss_text(row['loss'])} ({_interval(row, 'loss', loss_text)})"
    if not levels:
        return f"the final loss is {loss}"
    if row["tied"] > 1:
        return f"{row['tied']:,.0f} settings tie for the lowest final loss, and that of {_where(row, levels)} is {loss}"
    return f"the lowest final loss is that of {_where(row, levels)}: {loss}"


def with_lowest_loss(
    error: NoAnswerError, row: pd.Series, levels: Mapping[str, Sequence[Any]], has_rule: bool
) -> NoAnswerError:
    """Why there is no best setting, with the setting that has the lowest final loss as what it is, as of `lowest_loss`."""
    why = str(error) if has_rule else f"{NO_RULE}, and no setting is the best"
    return NoAnswerError(f"{why}; {lowest_loss(row, levels)}", error.columns)


def _headline(found: Answer) -> str:
    if isinstance(found.best, pd.DataFrame):
        return _best(found, found.best.iloc[0])
    lowest = [lowest_loss(found.lowest.iloc[0], found.levels)] if isinstance(found.lowest, pd.DataFrame) else []
    return " ".join(map(sentence_of, [_none_is_best(found), *lowest]))


def _none_is_best(found: Answer) -> str:
    share = percent_text(found.outcomes[Outcome.CONVERGED])
    if not found.has_rule:
        return NO_RULE
    if not found.outcomes[Outcome.CONVERGED]:
        if found.levels:
            return "no run converged"
        return f"no run converged, so at most {percent_text(float(wilson_interval(0, found.done)[1]))} of such runs do"
    return f"{NONE_CHOSEN}, and {share} of all runs did" if _unchosen(found) else f"{share} of all runs converge"


def _unchosen(found: Answer) -> bool:
    """Whether there is no best because nothing converged where it is chosen, rather than for want of seeds."""
    return isinstance(found.best, NoAnswerError) or not found.outcomes[Outcome.CONVERGED]


def _best(found: Answer, row: pd.Series) -> str:
    where = _where(row, found.levels)
    if not row["success"] > 0:
        return f"{where} converged most often on half of the seeds, and not once on the others."
    success = f"{percent_text(row['success'])} ({_interval(row, 'success', percent_text)})"
    time = f"{whole_text(row['running_time'])} epochs ({_interval(row, 'running_time', whole_text)})"
    what = f"{success} of the runs converge, and a success costs {time}, counting all epochs of the runs that fail."
    if not found.levels:
        return what
    so_far = " so far" if found.competing < found.cells else ""
    return f"{_tied(found)} With {where}, {what}" if row["tied"] > 1 else f"The best setting{so_far} is {where}: there {what}"


def _tied(found: Answer) -> str:
    names = "; ".join(_where(row, found.levels) for _, row in found.tied.head(NAMED).iterrows())
    others = f"; and {len(found.tied) - NAMED:,} more" if len(found.tied) > NAMED else ""
    return f"{len(found.tied):,} settings tie: {names}{others}."


def _more(found: Answer) -> Iterator[str]:
    """What goes with the answer."""
    if 0 < found.competing < found.cells:
        yield f"Only {found.competing:,} of {found.cells:,} settings have all the seeds that are done, and no others compete."
    if isinstance(found.best, pd.DataFrame):
        yield _chosen(found, found.best.iloc[0])
        yield _better(found, found.best.iloc[0])
        yield _as_often(found)
        yield _at_an_end(found, found.best.iloc[0], "even better settings")
        yield _precision(found.best.iloc[0]) if len(found.tied) == 1 else ""
    elif not _unchosen(found):
        yield f"No setting can be called the best: {found.best}."
    elif isinstance(found.lowest, pd.DataFrame):
        runs = found.lowest["runs"].iloc[0]
        whose = "all runs" if not found.levels else f"{runs:,} runs of seeds that did not choose the setting"
        yield f"A final loss is the mean of the middle half of the runs, here of {whose}, with its 95 % interval."
        yield _at_an_end(found, found.lowest.iloc[0], "lower losses")
    else:
        yield f"No setting can be said to have the lowest final loss: {found.lowest}."
    yield _not_reached(found)
    yield from over_the_bound(found.lost)
    yield from _matters(found)


def _where(row: pd.Series, levels: Mapping[str, Sequence[Any]]) -> str:
    """The settings of a row that its runs have. levels: the values of each setting, which are told apart."""
    texts = {name: dict(zip(values, level_texts(list(values)), strict=True)) for name, values in levels.items()}
    return ", ".join(f"{name} {text[row[name]]}" for name, text in texts.items() if row[name] in text)


def _interval(row: pd.Series, name: str, text: Callable[[float], str]) -> str:
    return interval_text(row[f"{name}_low"], row[f"{name}_high"], text)


def _chosen(found: Answer, row: pd.Series) -> str:
    if not found.levels:
        return "These are 95 % intervals."
    return (
        f"Chosen on half of the seeds, of which {percent_text(row['chosen_success'])} converged, and judged on the other half: "
        f"{row['runs']:,.0f} runs that did not choose it. These are 95 % intervals."
    )


def _better(found: Answer, best: pd.Series) -> str:
    """Which setting stands before the best one in a table of all runs, and why it is not called the best."""
    if found.better.empty or not best["success"] > 0:
        return ""
    row = found.better.iloc[0]
    does = f"{percent_text(row['success'])}, {whole_text(row['running_time'])} epochs per success"
    return (
        f"Over all runs {_where(row, found.levels)} does better ({does}); which is the best was chosen on half of the seeds, "
        "so that the interval above holds."
    )


def _as_often(found: Answer) -> str:
    """Which settings differ from the best only in how soon their runs converge."""
    others = found.as_often - len(found.tied)
    if not others:
        return ""
    more = f"{others:,} more settings" if others > 1 else "One more setting"
    return f"{more} converged as often on the choosing seeds, at more epochs per success."


def _at_an_end(found: Answer, row: pd.Series, what: str) -> str:
    if not found.ends:
        return ""
    ends = " and ".join(f"the {end} value of {name}" for name, end in found.ends.items())
    words = _where(row, {name: found.levels[name] for name in found.words})
    return f"That is {ends}{f' for {words}' if words else ''} in this sweep, so {what} may lie beyond it."


def _precision(row: pd.Series) -> str:
    """By the end of the interval nearer to one half: a few runs that all converge do not promise that the next will."""
    rate = min(max(0.5, row["success_low"]), row["success_high"])
    needed = seeds_to_half_width(rate, HALF_WIDTH)
    if not float(more_seeds(needed, row["runs"])):
        return ""
    return f"Knowing its success rate to within ± {percent_text(HALF_WIDTH)} takes up to {needed:,.0f} such runs."


def _not_reached(found: Answer) -> str:
    shares = {outcome: share for outcome in ENDED if (share := found.outcomes[outcome])}
    if shares.keys() <= {Outcome.CONVERGED} or (not found.has_rule and shares.keys() == {Outcome.CAPPED}):
        return ""
    ends = ", ".join(f"{_part(share)} {ENDED[outcome]}" for outcome, share in shares.items())
    never = f"No run converged in {found.never:,} of {found.settings:,} settings. " if 0 < found.never < found.settings else ""
    return f"{never}Of all runs {ends}."


def _part(share: float) -> str:
    """The share of some runs: no text says that it is none, or that it is all."""
    if share < LEAST_SEEN:
        return "less than 0.1 %"
    return "more than 99.9 %" if 1 - LEAST_SEEN < share < 1 else percent_text(share)


def _matters(found: Answer) -> Iterator[str]:
    if isinstance(found.matters, ResultsError):
        if found.levels and found.outcomes[Outcome.CONVERGED]:
            yield f"It is not known what matters: {found.matters}."
        return
    for response in dict.fromkeys(found.matters["response"]):
        yield _shares(found.matters[found.matters["response"] == response], response)
    yield from constant_responses(found.matters)


def _shares(mine: pd.DataFrame, response: str) -> str:
    of_chance = mine["factor"].isin([CHANCE, REST])
    named = mine[~of_chance & (mine["share"] >= LEAST_SHARE)].head(NAMED)
    chance = mine[of_chance]["share"].sum()
    others = mine["share"].sum() - chance - named["share"].sum()
    if (mine["method"] == "PED-ANOVA").any():
        what = "how often its runs converge" if response == "success" else "how soon they do"
        whole, left = f"Of what decides whether a combination is among the best tenth by {what}", "all else"
        chance, others = chance + others, 0.0
    else:
        what = "whether a run converges" if response == "success" else "how long it takes"
        whole, left = f"Of the variance of {what}", "chance, by the seed,"
    parts = [f"{factor} {percent_text(share)}" for factor, share in zip(named["factor"], named["share"], strict=True)]
    for rest, share in (("all others", others), (left, chance)):
        if share >= LEAST_SEEN:
            parts.append(f"{rest} {percent_text(share)}")
    return f"{whole}: {', '.join(parts)}." if parts else ""
