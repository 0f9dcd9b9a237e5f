"""One batch: a span of runs of one network shape, trained in one call of the kernels, as rows of the table."""

import time
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..kernels import Training, train
from ..results.arrays import Integers
from ..results.schema import CATEGORY, OUTCOMES, runs_schema
from ..results.store import Span
from .plan import Plan, plan_of
from .records import records_table, weights_table
from .spec import Sent, Spec, received


class Batch(NamedTuple):
    """The rows of one span of runs, what they sum up to, and the seconds that the kernels took for them."""

    span: Span
    rows: pa.Table
    records: pa.Table | None
    weights: pa.Table | None
    run_epochs: int
    outcomes: dict[str, int]
    seconds: float


class Failure(NamedTuple):
    """A span of runs that could not be trained, and why."""

    span: Span
    reason: str


def run_or_fail(spec: Spec | Sent, span: Span) -> Batch | Failure:
    """`run_batch`, or what went wrong there: whatever one batch dies of, the others shall finish.

    A spec from another process is read here, and not by pickle on the way: what fails there takes the worker along, or is
    never heard of.
    """
    try:
        return run_batch(spec if isinstance(spec, Spec) else received(spec), span)
    except Exception as error:
        return Failure(span, f"{type(error).__name__}: {error}")


def run_batch(spec: Spec, span: Span) -> Batch:
    """Train the runs of a span, all of one network shape."""
    plan = plan_of(spec)
    runs, recorded = np.arange(*span), plan.recorded(span)
    at = plan.record_at if len(recorded) else None
    begin = time.perf_counter()
    training = train(
        **plan.arguments(runs),
        keep_weights=spec.record.weights,
        record_at=at,
        record_runs=None if at is None else recorded - span[0],
    )
    seconds = time.perf_counter() - begin
    return Batch(
        span=span,
        rows=table_of(plan, runs, training),
        records=None if plan.record_at is None else records_table(training.trajectories, span[0]),
        weights=weights_table(training, runs, recorded - span[0]) if spec.record.weights else None,
        run_epochs=int(training.epochs.sum(dtype=np.int64)),
        outcomes={outcome: int((training.outcome == outcome).sum()) for outcome in OUTCOMES},
        seconds=seconds,
    )


def table_of(plan: Plan, runs: Integers, training: Training) -> pa.Table:
    """The rows of these runs, with the columns of `results.schema`."""
    schema = runs_schema(plan.axes, plan.spec.record.measure)
    columns: dict[str, Any] = {
        **plan.columns(runs),
        "outcome": training.outcome,
        "epochs": training.epochs,
        "loss": training.loss,
        "accuracy": training.accuracy,
        "measure": training.measure,
    }
    axes = {axis.name for axis in plan.axes}
    return pa.table([_column(columns[field.name], field.type, field.name in axes) for field in schema], schema=schema)


def _column(values: npt.NDArray[Any], kind: pa.DataType, may_miss: bool) -> "pa.Array[Any]":
    """An array of this type; where a number `may_miss`, NaN is null."""
    if kind == CATEGORY:
        codes = np.zeros(len(values), np.int8)
        for code, outcome in enumerate(OUTCOMES):
            codes[values == outcome] = code
        return pa.DictionaryArray.from_arrays(codes, pa.array(OUTCOMES))
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode().cast(kind)
    return pa.array(values, from_pandas=may_miss).cast(kind)
