"""One batch: a span of runs, trained with one call of the kernels per network shape and data set, as rows of the table.

Work bounds a batch, not data (`pace.py`). Otherwise cells of a few runs each with different data would each cost a file and two
flushes of the disk, many times what their training takes.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from backsweep.columns import COLUMNS
from backsweep.outcomes import OUTCOMES, Outcome

from ...kernels import Training, train_flat
from ...results.arrays import Integers, Span
from ...results.store.numbering import Numbering
from ...results.store.schema import CATEGORY, runs_schema
from ..spec.spec import SpecJson, from_json
from .arrow import categories, names, numbers
from .plan import Plan, plan_of
from .records import records_table, weights_table


class Batch(NamedTuple):
    """The rows of one span of runs, and their sums.

    kernels: the seconds that the kernels took; seconds: those that the worker took, including data and tables.
    """

    span: Span
    rows: pa.Table
    records: pa.Table | None
    weights: pa.Table | None
    run_epochs: int
    outcomes: dict[str, int]
    kernels: float
    seconds: float


class Failure(NamedTuple):
    """A span of runs that could not be trained, and why."""

    span: Span
    reason: str


class _Call(NamedTuple):
    """The results of one call of the kernels, for a span of runs."""

    span: Span
    training: Training
    records: pa.Table | None
    weights: pa.Table | None
    kernels: float
    seconds: float


Sent = tuple[SpecJson, Numbering]


def sent(plan: Plan) -> Sent:
    """What a worker in another process makes the same plan of."""
    return plan.spec.to_json(), plan.numbering


def run_or_fail(plan: Plan | Sent, span: Span) -> list[Batch | Failure]:
    """Train a span as a batch. If calls of the kernels fail, return them as failures, and a batch for each stretch between.

    Whatever makes one call fail, the others still finish. What another process has sent is parsed here and not by pickle on the
    way, because an error there would end the worker or never be reported.
    """
    try:
        plan = plan if isinstance(plan, Plan) else plan_of(from_json(plan[0]), plan[1])
        done = [_call_or_fail(plan, part) for part in plan.calls(span)]
        return list(_in_stretches(plan, done))
    except Exception as error:
        return [_failure(span, error)]


def _in_stretches(plan: Plan, done: Sequence[_Call | Failure]) -> Iterator[Batch | Failure]:
    for failed, stretch in groupby(done, lambda one: isinstance(one, Failure)):
        if failed:
            yield from (one for one in stretch if isinstance(one, Failure))
        else:
            yield _batch(plan, [one for one in stretch if isinstance(one, _Call)])


def _call_or_fail(plan: Plan, span: Span) -> _Call | Failure:
    try:
        return _call(plan, span)
    except Exception as error:
        return _failure(span, error)


def _failure(span: Span, error: Exception) -> Failure:
    return Failure(span, f"{type(error).__name__}: {error}")


def _call(plan: Plan, span: Span) -> _Call:
    """Train runs of one shape and one data set."""
    begin = time.perf_counter()
    runs, recorded = np.arange(*span), plan.recorded(span)
    at = plan.record_at if len(recorded) else None
    arguments = plan.arguments(runs)
    before = time.perf_counter()
    training = train_flat(
        **arguments,
        keep_weights=plan.spec.record.weights,
        record_at=at,
        record_runs=None if at is None else recorded - span[0],
    )
    kernels = time.perf_counter() - before
    records = None if plan.record_at is None else records_table(training.trajectories, span[0])
    weights = weights_table(training, runs, recorded - span[0]) if plan.spec.record.weights else None
    return _Call(span, training, records, weights, kernels, time.perf_counter() - begin)


def _batch(plan: Plan, calls: Sequence[_Call]) -> Batch:
    """Joins calls with consecutive spans into one batch."""
    begin = time.perf_counter()
    span = calls[0].span[0], calls[-1].span[1]
    training = _joined([call.training for call in calls])
    rows = table_of(plan, np.arange(*span), training)
    return Batch(
        span=span,
        rows=rows,
        records=_stacked([call.records for call in calls]),
        weights=_stacked([call.weights for call in calls]),
        run_epochs=int(training.epochs.sum(dtype=np.int64)),
        outcomes={outcome: int((training.outcome == outcome).sum()) for outcome in OUTCOMES},
        kernels=sum(call.kernels for call in calls),
        seconds=sum(call.seconds for call in calls) + time.perf_counter() - begin,
    )


def _joined(trainings: Sequence[Training]) -> Training:
    """Joins what the rows of the table need from consecutive calls."""

    def column(name: str) -> Any:
        parts = [getattr(training, name) for training in trainings]
        return None if parts[0] is None else np.concatenate(parts)

    return Training(**{name: column(name) for name in COLUMNS}, weights=(), biases=(), trajectories=None)


def _stacked(tables: Sequence[pa.Table | None]) -> pa.Table | None:
    there = [table for table in tables if table is not None]
    return pa.concat_tables(there).combine_chunks() if there else None


def table_of(plan: Plan, runs: Integers, training: Training) -> pa.Table:
    """The rows of these runs, with the columns of `results.store.schema`."""
    schema = runs_schema(plan.axes, plan.spec.record.measure)
    columns: dict[str, Any] = {**plan.columns(runs), **{name: getattr(training, name) for name in COLUMNS}}
    axes = {axis.name for axis in plan.axes}
    return pa.table([_column(columns[field.name], field.type, field.name in axes) for field in schema], schema=schema)


def _column(values: npt.NDArray[Any], kind: pa.DataType, may_miss: bool) -> "pa.Array[Any]":
    """An array of this type, with null for NaN if the number `may_miss`."""
    if kind == CATEGORY:
        codes = np.zeros(len(values), np.int8)
        for outcome in Outcome:
            codes[values == outcome] = outcome.code
        return categories(codes, OUTCOMES, kind)
    if pa.types.is_dictionary(kind):
        return names(values, kind)
    return numbers(values, kind, np.isnan(values) if may_miss and values.dtype.kind == "f" else None)
