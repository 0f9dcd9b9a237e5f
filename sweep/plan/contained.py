"""Whether a sweep contains another, so that none of the other's runs need to be trained again.

A run is what it is by the settings of its cell, by its data and by its seed: not by its number, and not by how its spec is
written. So a value that was fixed may be one of an axis, cells that were excluded may be there, and axes may have other places.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...results.arrays import Integers
from ...results.store.numbering import are_within
from ..data.initial_weights import SETTING as START_FILE
from ..spec.spec import COVERED_BY_DATA, IMPLIED, Spec
from ..text import in_toml
from .plan import Plan

MOST_CODES = 2**62  # numbers of combinations that fit in 64 bits
DRAWN_AS_A_WHOLE = "latin_hypercube"


class Difference(Exception):  # noqa: N818
    """A sweep does not contain another: the setting in which they differ, and in words what it is there and what here."""

    def __init__(self, setting: str, there: str, here: str, why: str = ""):
        super().__init__(f"{setting}: {there} there, {here} here{why and f'; {why}'}")


class Varying(NamedTuple):
    """The values of a setting, and for each cell which of them it has; None: the first."""

    values: Sequence[Any]
    which: Integers | None


def cells_in(small: Plan, large: Plan, data: Mapping[str, str]) -> Integers:
    """Which cell of a large plan each cell of a small one is, (cells of small,). Difference if it does not contain them all.

    data: the digests of the small plan's files, by setting.
    """
    if not are_within(small.spec.seed_values(), large.spec.seed_values()):
        there, here = small.spec.canonical(data), large.spec.canonical()
        raise Difference("seeds", _short(there["seeds"]), _short(here["seeds"]))
    check_recorded(small, large, data)
    _check_design(small.spec, large.spec)
    found = cells_like(small, large, data, strict=True)
    absent = np.flatnonzero(found < 0)
    if len(absent):
        raise Difference(_described(small, int(absent[0])), "a cell", "left out")
    taken = np.zeros(large.cells, bool)
    taken[found] = True
    if np.count_nonzero(taken) < len(found):
        raise Difference("values", "one of them twice, as earlier versions allowed,", "each once")
    return found


def cells_like(some: Plan, others: Plan, data: Mapping[str, str], *, strict: bool = False) -> Integers:
    """Which cell of another plan each cell of a plan is, (cells of some,); -1 for one that it does not have.

    data: the digests of some's files, by setting. strict: raise Difference for a value that the other plan never has.
    """
    settings = _identities(some, data), _identities(others, others.spec.data)
    if all("model.hidden" in plan.fixed and plan.fixed["model.hidden"] is None for plan in (some, others)):
        for one in settings:  # each cell of both has what its task asks for
            del one["model.hidden"]
    there, here = _combinations(*settings, some, others, strict)
    order = np.argsort(here)
    found = order[np.minimum(np.searchsorted(here, there, sorter=order), len(here) - 1)]
    found[here[found] != there] = -1
    return found


def check_recorded(small: Plan, large: Plan, data: Mapping[str, str]) -> None:
    """Difference if the data are not the same, or if something else is recorded of runs. data: see `cells_in`."""
    there, here = small.spec.canonical(data), large.spec.canonical()
    files = there.get("task.file"), here.get("task.file")
    if files[0] != files[1]:
        raise Difference("task.file", *("no file" if digest is None else f"data {digest[:12]} ..." for digest in files))
    for key in (f"record.{key}" for key in type(small.spec.record).model_fields):
        if there.get(key) != here.get(key):
            raise Difference(key, _short(there.get(key)), _short(here.get(key)))
    recorded: list[Any] = [plan.record_at for plan in (small, large)]
    if small.spec.record.points is not None and not np.array_equal(*recorded):
        limits = (str(plan.epoch_limits().max().astype(int)) for plan in (small, large))
        raise Difference("train.epochs", *limits, why="record.points spreads the records over the most of them")


def _check_design(small: Spec, large: Spec) -> None:
    """Difference if points were drawn that a larger number of points does not begin with."""
    there, here = small.design, large.design
    if there is None or here is None or there == here:
        return
    for key in ("method", "seed"):
        if getattr(there, key) != getattr(here, key):
            raise Difference(f"design.{key}", in_toml(getattr(there, key)), in_toml(getattr(here, key)))
    if there.method == DRAWN_AS_A_WHOLE:
        why = "a Latin hypercube is drawn as a whole, so with more points all are others; sobol, halton and random go on"
        raise Difference("design.points", str(there.points), str(here.points), why)


def _identities(plan: Plan, data: Mapping[str, str]) -> dict[str, Varying]:
    """What a cell is: its settings by their dotted names, with the content of files instead of their names."""
    by_path = {path: data.get(key) for key, path in plan.spec.files.items()}
    fixed, found = plan.spec.canonical(data), dict[str, Varying]()
    for key in plan.settings:
        if "task.file" in fixed and (key in COVERED_BY_DATA or key == "task.file"):
            continue
        values, index = plan.points(key)
        if key == START_FILE:
            values = [by_path.get(value) for value in values]
        elif index is None:
            values = [fixed.get(key)]
        found[key] = Varying([IMPLIED.get(key) if value is None else value for value in values], index)
    return found


def _combinations(
    there: dict[str, Varying], here: dict[str, Varying], small: Plan, large: Plan, strict: bool
) -> tuple[Integers, Integers]:
    """A number for each cell of both plans, the same for cells with the same settings; -1 for values that large never has."""
    found = np.zeros(small.cells, np.int64), np.zeros(large.cells, np.int64)
    strangers, many = np.zeros(small.cells, bool), 1
    for key in {**here, **there}:
        absent = Varying([IMPLIED.get(key)], None)
        before, now = there.get(key, absent), here.get(key, absent)
        codes = {_alike(value): code for code, value in reversed([*enumerate(now.values)])}
        mine = np.array([codes.get(_alike(value), -1) for value in before.values])
        lacking = mine[before.which] < 0 if before.which is not None else mine[:1] < 0
        strangers |= lacking
        if strict and lacking.any():
            at = int(np.argmax(lacking))
            value = before.values[0 if before.which is None else before.which[at]]
            raise Difference(key, _short(value), _short(now.values if now.which is not None else now.values[0]), _why(key))
        if now.which is None:
            continue
        if many * len(now.values) > MOST_CODES:
            found, many = _renumbered(*found)
        numbers = np.array([codes[_alike(value)] for value in now.values])
        at = 0 if before.which is None else before.which
        found = found[0] * len(numbers) + mine[at], found[1] * len(numbers) + numbers[now.which]
        many *= len(numbers)
    found[0][strangers] = -1
    return found


def _renumbered(there: Integers, here: Integers) -> tuple[tuple[Integers, Integers], int]:
    """The same combinations with as small numbers as there can be, and how many these are."""
    different, numbers = np.unique(np.concatenate([there, here]), return_inverse=True)
    return (numbers[: len(there)], numbers[len(there) :]), len(different)


def _why(key: str) -> str:
    return "a sweep is extended by seeds and cells, and its runs are not made longer" if key == "train.epochs" else ""


def _alike(value: Any) -> tuple[bool, Any]:
    """A value as the key of a dict, where 1 is not true."""
    return isinstance(value, bool), tuple(value) if isinstance(value, list) else value


def _described(plan: Plan, cell: int) -> str:
    """A cell by its settings, as its columns have them."""
    shown = {axis.setting: plan.shown(axis.setting, np.array([cell])).tolist()[0] for axis in plan.axes}
    return ", ".join(f"{setting} = {in_toml(value)}" for setting, value in shown.items() if value is not None)


def _short(value: Any) -> str:
    text = "not set" if value is None else in_toml(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
