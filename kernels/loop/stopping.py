"""What happens when a run may have ended or must be recorded: exact losses, outcomes, and rows."""

import math

import numpy as np

from ..lanes.calls import call
from ..lanes.compile import Section, called, inlined, leaf
from ..lanes.operations import load, rows, splat_row, store, table
from ..lanes.vector import QUAD
from ..memory import (
    CAPPED,
    CONVERGED,
    DISTANCE,
    DIVERGED,
    GRADIENT_SQUARES,
    IDLE,
    INFINITY,
    LOSS,
    MIDPOINT,
    NAN,
    RIGHT,
    RUNNING,
    SCORE,
    STALLED,
    WEIGHT_SQUARES,
)
from .refill import next_check

MOST_MEASURED = 1e6  # the most that a loss counts, as a multiple of the first
MEASURED_TAIL = 20  # how many losses at the end have the mean that says whether a run converged


@called
def _exact_losses(struct):
    network, formulas, data, work = struct.network, struct.formulas, struct.data, struct.work
    store(work.totals, LOSS, splat_row(work.totals, 0.0))
    if network.product:
        for quad in range(data.weights.shape[0]):
            logits, targets = rows(work.logits, quad * network.outputs), table(data.targets, quad * network.outputs)
            call(formulas.exact_loss, logits, targets, table(data.weights, quad), rows(work.totals, 0), network.outputs)
    else:
        store(work.totals, LOSS, load(work.totals, SCORE))


@called
def _samples_right(struct):
    network, formulas, data, work = struct.network, struct.formulas, struct.data, struct.work
    store(work.totals, RIGHT, splat_row(work.totals, 0.0))
    if network.accuracy:
        for quad in range(data.weights.shape[0]):
            outputs, logits = rows(work.values, network.units), rows(work.logits, quad * network.outputs)
            call(formulas.output, outputs, logits, rows(work.slopes, network.units), network.outputs * QUAD)
            targets, counts = table(data.targets, quad * network.outputs), table(data.counts, quad)
            right, midpoint = rows(work.totals, RIGHT), rows(work.hyperparameters, MIDPOINT)
            call(formulas.accuracy, outputs, targets, counts, right, midpoint, network.outputs)


@inlined
def _accuracy(network, data, work, lane):
    return float(work.totals[RIGHT, lane]) / data.samples if network.accuracy else NAN


@inlined
def _norm(work, squares, lane):
    return math.sqrt(float(work.totals[squares, lane]) + 0.0)  # the root of a float64


@inlined
def _tidy(number):
    """A number as a float64. NaN becomes always the same NaN, because processors differ in its sign and payload."""
    return NAN if number != number else np.float64(number)


@leaf
def _holds(network, data, runs, work, run, lane, loss):
    """Whether every given stopping criterion is met now."""
    limits = runs.limits[run]
    return (
        loss <= limits["stop.loss"]
        and (limits["stop.within"] == INFINITY or work.totals[DISTANCE, lane] < limits["stop.within"])
        and (limits["stop.accuracy"] < 0.0 or _accuracy(network, data, work, lane) >= limits["stop.accuracy"])
        and (limits["stop.gradient_norm"] == INFINITY or _norm(work, GRADIENT_SQUARES, lane) <= limits["stop.gradient_norm"])
    )


@inlined
def _patiently(network, data, runs, work, run, lane, loss, tick):
    """Whether the criteria have held often enough in a row."""
    if not _holds(network, data, runs, work, run, lane, loss):
        work.held[lane] = 0
        return False
    work.held[lane] = work.held[lane] + 1 if work.held_at[lane] == tick - 1 else 1
    work.held_at[lane] = tick
    return work.held[lane] >= runs.limits[run]["stop.patience"]


@inlined
def _has_stalled(runs, work, run, lane, epoch, loss):
    """At the end of a window, whether the loss has improved by less than required since the end of the last one."""
    window = int(runs.limits[run]["stall.window"])
    if window == 0 or epoch % window:
        return False
    before = work.before[lane]
    work.before[lane] = loss
    return epoch > 0 and before - loss < runs.limits[run]["stall.improvement"] * before


@leaf
def _outcome(network, data, runs, work, run, lane, epoch, loss, tick):
    """The outcome of a run whose forward pass gave this loss; RUNNING if it goes on."""
    if not loss < INFINITY:
        return DIVERGED
    converged = _patiently(network, data, runs, work, run, lane, loss, tick)
    stalled = _has_stalled(runs, work, run, lane, epoch, loss)
    if converged:
        return CONVERGED
    if loss > runs.limits[run]["bound"]:
        return DIVERGED
    if stalled:
        return STALLED
    return CAPPED if tick == work.deadline[lane] else RUNNING


@inlined
def _relative(loss, first):
    """A loss as a multiple of the first one, at most MOST_MEASURED; infinity and NaN count as MOST_MEASURED."""
    v = (loss if abs(loss) < INFINITY else MOST_MEASURED) / first
    return MOST_MEASURED if v > MOST_MEASURED else v


@leaf
def _measure(runs, results, work, run, lane, epoch, loss, outcome):
    """Update the sums of the convergence measure; at the run's end, write the measure.

    Let v be the loss before each update, divided by the first one. The measure is -sum(v) if the mean of the last 20 v is
    below 1, else sum(1 / v) (J. Sohl-Dickstein, arXiv 2402.06184, and its notebook).
    """
    limit = runs.epochs[run]
    if epoch == 0:
        work.sums[0, lane] = loss if abs(loss) < INFINITY else MOST_MEASURED
        work.sums[1, lane] = work.sums[2, lane] = work.tail[lane] = 0.0
    stop = limit if outcome == DIVERGED else min(epoch + 1, limit)
    for at in range(epoch, stop):  # a diverged run counts as diverged up to its limit of epochs
        v = _relative(loss if at == epoch else INFINITY, work.sums[0, lane])
        work.sums[1, lane] += v
        work.sums[2, lane] += 1.0 / v
        if at >= limit - MEASURED_TAIL:
            work.tail[lane] += v
    if outcome != RUNNING:
        converged = work.tail[lane] / min(MEASURED_TAIL, limit) < 1.0
        results.rows[run]["measure"] = _tidy(-work.sums[1, lane] if converged else work.sums[2, lane])


@inlined
def _write_row(network, data, results, work, lane, run, outcome, epochs, loss):
    row = results.rows[run]
    row["outcome"] = outcome
    row["epochs"] = epochs
    row["loss"] = loss
    row["accuracy"] = _accuracy(network, data, work, lane)
    if results.weights.shape[0]:
        for weight in range(work.weights.shape[0]):
            results.weights[run, weight] = _tidy(work.weights[weight, lane])


@inlined
def _record(network, data, record, work, run, lane, epoch, loss):
    """Record a run's values at an epoch."""
    row, time = record.row[run], work.recorded[lane]
    record.epoch[row, time] = epoch
    values = record.values[row, time]
    values["loss"] = loss
    values["accuracy"] = _accuracy(network, data, work, lane)
    values["gradient_norm"] = _tidy(_norm(work, GRADIENT_SQUARES, lane))
    values["weight_norm"] = _tidy(_norm(work, WEIGHT_SQUARES, lane))
    work.recorded[lane] = time + 1


@called
def _find_outcomes(struct, tick):
    """Write the outcome of each lane's run to `outcome`. Returns how many runs have ended."""
    network, data, runs, results, work = struct.network, struct.data, struct.runs, struct.results, struct.work
    count = 0
    for lane in range(work.run.shape[0]):
        run = work.run[lane]
        work.ended[lane] = False
        work.outcome[lane] = RUNNING
        if run == IDLE:
            continue
        loss, epoch = _tidy(work.totals[LOSS, lane]), tick - work.started[lane]
        outcome = _outcome(network, data, runs, work, run, lane, epoch, loss, tick)
        if network.measure:
            _measure(runs, results, work, run, lane, epoch, loss, outcome)
        work.outcome[lane] = outcome
        work.ended[lane] = outcome != RUNNING
        count += work.ended[lane]
    return count


@inlined
def _due(record, work, run, lane, epoch):
    """Whether a run must be recorded at this epoch."""
    if record.row[run] < 0:
        return False
    times = work.recorded[lane]
    return work.ended[lane] or (times < record.at.shape[0] and record.at[times] == epoch)


@called
def _keep(struct, tick):
    """Write the rows of the runs that have ended, and the records that are due."""
    network, data, runs, record, results, work = (
        struct.network,
        struct.data,
        struct.runs,
        struct.record,
        struct.results,
        struct.work,
    )
    for lane in range(work.run.shape[0]):
        run = work.run[lane]
        if run == IDLE:
            continue
        loss, epoch = _tidy(work.totals[LOSS, lane]), tick - work.started[lane]
        if work.ended[lane]:
            _write_row(network, data, results, work, lane, run, work.outcome[lane], epoch, loss)
        if _due(record, work, run, lane, epoch):
            _record(network, data, record, work, run, lane, epoch, loss)
        work.next_check[lane] = next_check(runs, record, work, lane, epoch)


@Section
def stopping(struct, tick):
    """Look at every run, end those that have ended and record those that are due. Returns how many have ended."""
    network, formulas, record, work = struct.network, struct.formulas, struct.record, struct.work
    size = work.weights.shape[0]
    _exact_losses(struct)
    if network.needs.gradient_norm:
        call(formulas.squares, rows(work.gradients, 0), rows(work.totals, GRADIENT_SQUARES), size)
    if network.needs.accuracy:
        _samples_right(struct)
    count = _find_outcomes(struct, tick)
    if count > 0 or record.at.shape[0]:
        if not network.needs.accuracy:
            _samples_right(struct)
        if record.at.shape[0]:
            call(formulas.squares, rows(work.weights, 0), rows(work.totals, WEIGHT_SQUARES), size)
    _keep(struct, tick)
    return count
