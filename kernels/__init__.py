"""Compiled training of small networks, one run per SIMD lane: the checked front door.

`train` validates once, allocates once and calls the compiled loop. Everything that the loop relies on is checked here, so
that the kernels need no checks of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from backsweep.arguments import switch
from backsweep.columns import COLUMNS
from backsweep.errors import Nonsense as Nonsense
from backsweep.errors import SettingError
from backsweep.errors import Unusable as Unusable
from backsweep.outcomes import OUTCOMES

from .call.canonical import in_layers
from .call.config import PARAMETRIZATIONS, SCHEMES
from .call.defaults import DEFAULTS
from .call.flatten import flat, with_values
from .call.hyperparameters import RANGES, SCHEME_NUMBERS, WARMUP_EPOCHS
from .call.job import Job
from .call.layout import MOST_WEIGHTS
from .call.parts import Part, missing
from .call.parts import compile_part as _compile_part
from .call.recording import Trajectories, plan_records, trajectories_of
from .formulas.activations import ACTIVATIONS, OUTPUTS
from .formulas.losses import LOSSES
from .formulas.optimizers import OPTIMIZERS
from .formulas.schedules import SCHEDULES
from .lanes.arithmetic import usual_arithmetic, usual_numbers
from .lanes.compile import SOURCES_HASH, why_not_kept, why_slow
from .lanes.vector import DTYPES, lanes_of
from .loop.batches import ORDERS
from .network import End, Network, State
from .random.streams import LAST_SEED, STREAMS

__all__ = [
    "ACTIVATIONS",
    "DEFAULTS",
    "DTYPES",
    "LAST_SEED",
    "LOSSES",
    "MOST_WEIGHTS",
    "OPTIMIZERS",
    "ORDERS",
    "OUTPUTS",
    "PARAMETRIZATIONS",
    "RANGES",
    "SCHEDULES",
    "SCHEMES",
    "SCHEME_NUMBERS",
    "SOURCES_HASH",
    "STREAMS",
    "WARMUP_EPOCHS",
    "End",
    "Network",
    "Part",
    "State",
    "Training",
    "Trajectories",
    "check",
    "check_flat",
    "compile_part",
    "lanes_of",
    "missing_parts",
    "train",
    "train_flat",
    "why_not_kept",
    "why_slow",
]


@dataclass(frozen=True, repr=False)
class Training:
    """The results of `train`. `shape` is the shape of all settings broadcast together; () for a single run.

    outcome: "converged", "diverged" (the loss exceeds `bound` or is NaN), "stalled" or "capped" (it used all its epochs),
    `shape`.
    epochs: passes over the data that each run made, int32, `shape`.
    loss, accuracy: of the final weights, float64, `shape`; accuracy is from 0 to 1, and NaN for regression.
    weights: one float64 array per layer, `shape` + (units, inputs of the layer); empty with keep_weights = False.
    biases: one float64 array per layer, `shape` + (units,); empty without biases.
    trajectories: the records of the runs, see `Trajectories`; None without `record_at`.
    measure: the convergence measure, float64, `shape`; None if it was not asked for.

    >>> import backsweep
    >>> import numpy as np
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> rates = np.array([[0.5], [5.0]])
    >>> many = backsweep.train(x, y, hidden=4, bias=True, seed=np.arange(5), lr=rates, epochs=1000, stop={"loss": 0.1})
    >>> (many.outcome == "converged").mean(axis=1).tolist()
    [0.6, 1.0]
    >>> many.epochs.tolist()
    [[992, 1000, 1000, 911, 887], [168, 144, 169, 202, 113]]
    >>> many
    <Training of 10 runs: 8 converged, 2 capped>
    >>> [layer.shape for layer in many.weights], [layer.shape for layer in many.biases]
    ([(2, 5, 4, 2), (2, 5, 1, 4)], [(2, 5, 4), (2, 5, 1)])
    """

    outcome: np.ndarray
    epochs: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    trajectories: Trajectories | None
    measure: np.ndarray | None = None
    job: Job | None = field(default=None, compare=False)  # what `train` trained; sweeps have no use for it

    def __repr__(self) -> str:
        runs, counts = np.size(self.outcome), {outcome: np.sum(self.outcome == outcome) for outcome in OUTCOMES}
        ends = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items() if count) or "none"
        return f"<Training of {runs:,} run{'s' if runs != 1 else ''}: {ends}>"

    def network(self, *place: int) -> Network:
        """One of the networks, to be taken apart.

        place: of its run in `shape`; none for a single run.

        Returns a Network: predict(x), activations(x), its weights and data, at(epochs) and trajectory. Raises SettingError if
        there is no such run.

        >>> import backsweep
        >>> import numpy as np
        >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
        >>> many = backsweep.train(x, y, hidden=4, bias=True, seed=np.arange(5), lr=5.0, stop={"loss": 0.1})
        >>> many.network(2).predict(x).round(1).tolist()
        [[0.0], [0.9], [0.9], [0.2]]
        """
        shape = self.outcome.shape
        if self.job is None or len(place) != len(shape) or not all(_within(*each) for each in zip(place, shape, strict=True)):
            raise SettingError(["place"], f"must be one number per axis of the shape {shape}, each within it", value=place)
        settings = self.job.of_run(int(np.ravel_multi_index(place, shape)) if place else 0)
        layers = [tuple(layer[place] for layer in each) for each in (self.weights, self.biases)]
        state = State(int(self.epochs[place]), *layers) if self.weights else None
        end = End(str(np.asarray(self.outcome)[place]), int(self.epochs[place]), float(self.loss[place]))
        return Network(self.job.x, self.job.y, settings, state=state, end=end)


def _within(place: object, size: int) -> bool:
    return isinstance(place, int | np.integer) and not isinstance(place, bool) and place in range(size)


@usual_arithmetic()
def train(x, y, *, keep_weights: bool = True, record_at=None, record_runs=None, **settings: Any) -> Training:
    """Train networks on arrays, one run per SIMD lane.

    x (samples, inputs), y (samples, outputs) or (samples,): the data that all runs share, float64.
    settings: the following keywords; `DEFAULTS` has their defaults. Without any, `train` trains one run with two hidden
    sigmoid units and no biases, by gradient descent with lr = 0.1 on the cross-entropy, for 10,000 epochs.

    The network. hidden: units of each hidden layer, or of the only one. activation, output: activations of the hidden and the
    output units, by name (`ACTIVATIONS`, `OUTPUTS`). bias: whether every layer has biases, the weights of an input
    `bias_input`. shortcuts: every layer sees the inputs and all earlier layers. parametrization: "standard", "ntk" or
    "mean_field"; docs/spec.md has their formulas.
    The initial weights. init: a scheme (`SCHEMES`) or {"scheme": ..., "low", "high", "mean", "std", "value", "arrays",
    "offset": ...}; arrays: [w1, w2, ...], or [w1, b1, w2, ...] with biases, for "file"; offset: added to each layer's weights,
    one per layer. Weights are drawn w1, b1, w2, b2, ... from the run's own stream: "mt19937" is NumPy's RandomState(seed),
    "pcg64" default_rng(seed).
    The updates. optimizer: a name (`OPTIMIZERS`) or {"name": ..., and its hyperparameters}. lr: the learning rate, or a list of
    one per layer; lr_over_fan_in divides it by each layer's inputs, the bias included. clip: the largest norm that the gradient
    may have. schedule: a name (`SCHEDULES`) or {"name": ..., its hyperparameters, "warmup": epochs}. batch: "full", "pattern"
    (one sample at a time), or {"size": ..., "order": ...} with an order of samples (`ORDERS`): "given"; "shuffled" by each run
    with its own stream; "shared", in epoch e default_rng(e).permutation(samples) for all runs; or drawn with "replacement". An
    epoch is one pass over the data. loss: a name (`LOSSES`). derivative_offset: added to f'(z) in backpropagation (Fahlman's
    sigmoid-prime offset).
    The end. epochs: the largest number. stop: {"loss", "within", "accuracy", "gradient_norm": ...}, all of which must hold in
    "patience" tests in a row: the loss is at most this, every |output - target| below it, the accuracy at least this, the
    gradient's norm at most this. stall: {"window": w, "improvement": r}: at each w-th epoch, whether the loss has fallen by
    less than r times itself since the last. bound: a run has diverged when its loss exceeds this or is not finite. midpoint:
    for the accuracy, outputs and targets from here up count as true; None: no accuracy. dtype: "float64", or "float32", which
    computes twice as many runs at once.

    Numbers may be arrays with one number per run. They are broadcast together (lr and offset within their lists).

    record_at: epochs at which to record loss, accuracy and the norms of gradient and weights, of the runs at the places
    `record_runs` (None: all runs). Runs are tested and recorded before each epoch's first update, on all data.
    measure: whether to compute the convergence measure of Sohl-Dickstein (arXiv 2402.06184). With v the losses before each
    update, divided by the first one, it is -sum(v) if the mean of the last 20 is below 1, and else sum(1 / v).

    keep_weights: whether to return the final weights.

    Raises SettingError, which names the argument, for anything out of range or incompatible, and DataError, which names
    the row and column, for numbers in x or y that do not fit a setting. Both are ValueErrors.

    >>> import backsweep
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> one = backsweep.train(x, y, hidden=4, bias=True, lr=5.0, epochs=2000, stop={"loss": 0.1}, record_at=[0, 100])
    >>> print(one.outcome, one.epochs, one.loss.round(3))
    converged 168 0.098
    >>> one.trajectories.epoch.tolist(), one.trajectories.loss.round(3).tolist()
    ([[0, 100, 168]], [[0.878, 0.69, 0.098]])
    """
    keep_weights = switch("keep_weights", keep_weights)
    try:
        job = Job(x, y, flat(settings))
        return replace(_train(job, keep_weights, record_at, record_runs), job=job)
    except SettingError as error:
        raise with_values(error, settings) from None


@usual_arithmetic()
def train_flat(x, y, settings: Mapping[str, Any], *, keep_weights: bool = True, record_at=None, record_runs=None) -> Training:
    """The same for settings by their dotted names, `{"optimizer.name": "adam", "lr[0]": 0.1, ...}`, without its networks."""
    return _train(Job(x, y, settings), keep_weights, record_at, record_runs)


def _train(job: Job, keep_weights: bool, record_at, record_runs) -> Training:
    epochs, shape = job.settings.get("epochs"), job.settings.shape
    record = plan_records(job.settings.count, int(np.max(epochs, initial=0)), record_at, record_runs)
    results = job.run(record, records=record_at is not None, keep_weights=keep_weights)
    weights, biases = in_layers(results.weights, job.layers, job.config.bias, shape) if keep_weights else ((), ())
    found: dict[str, Any] = {name: results.rows[name] for name in COLUMNS}
    found["outcome"] = np.array(OUTCOMES)[found["outcome"]]
    if not job.config.measure:
        del found["measure"]
    return Training(
        **{name: values.reshape(shape).copy()[()] for name, values in found.items()},
        weights=weights,
        biases=biases,
        trajectories=trajectories_of(record) if record_at is not None else None,
    )


@usual_numbers()
def check(x, y, **settings: Any) -> None:
    """Raise SettingError or DataError where `train` would, and train nothing."""
    try:
        check_flat(x, y, flat(settings))
    except SettingError as error:
        raise with_values(error, settings) from None


@usual_numbers()
def check_flat(x, y, settings: Mapping[str, Any]) -> None:
    """The same for settings by their dotted names."""
    Job(x, y, settings)


@usual_arithmetic()
def missing_parts(jobs: Iterable[dict[str, Any]], records: bool) -> list[Part]:
    """The parts of the loop that this machine has yet to compile for some calls of `train_flat`, those that take long first."""
    return missing({part for job in jobs for part in Job(**job).parts(records)})


@usual_arithmetic()
def compile_part(part: Part) -> None:
    """Compile a part now, and keep it on disk for other processes."""
    sample = Job([[0.0]], [[0.0]], {"dtype": part.dtype}).call(
        plan_records(1, 1, None, None), records=False, keep_weights=False
    )
    _compile_part(part, sample)
