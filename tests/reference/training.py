"""One run: initial weights, then epochs; the stopping test comes before the update."""

import math
from dataclasses import dataclass, field

import numpy as np

from .backpropagation import gradients
from .losses import accuracy_of, value_of
from .network import Network, forward
from .optimizers import norm, rates_of, schedule_factor, updated
from .starts import batches, start, stream_of


@dataclass
class Run:
    weights: list  # one (units, fan_in) per layer
    biases: list  # one (units,) per layer, or none
    limit: int
    outcome: str | None = None
    losses: list = field(default_factory=list)  # these five: over all samples, one number per tested epoch
    accuracies: list = field(default_factory=list)
    gradient_norms: list = field(default_factory=list)
    weight_norms: list = field(default_factory=list)
    met: list = field(default_factory=list)  # whether all stopping criteria held

    @property
    def epochs(self):
        """The number of completed passes over the data."""
        return len(self.losses) - 1

    @property
    def loss(self):
        return self.losses[-1]

    @property
    def accuracy(self):
        return self.accuracies[-1]

    def measure(self):
        """Sohl-Dickstein, 2024: how slowly a run converged, as a negative number, or how slowly it diverged."""
        v = np.array(self.losses[: self.limit])
        if self.outcome == "diverged":
            v = np.append(v, np.full(self.limit - len(v), 1e6))
        v = np.where(np.isfinite(v), v, 1e6)
        v = np.minimum(v / v[0], 1e6)
        return float(-np.sum(v) if np.mean(v[-20:]) < 1 else np.sum(1 / v))


# Functions of a threshold, the run at its latest test, its outputs a there and the targets y.
STOPS = {
    "loss": lambda goal, run, a, y: run.loss <= goal,
    "within": lambda goal, run, a, y: bool(np.all(np.abs(a - y) < goal)),
    "accuracy": lambda goal, run, a, y: run.accuracy >= goal,
    "gradient_norm": lambda goal, run, a, y: run.gradient_norms[-1] <= goal,
}


# The quantities recorded of a run, one number per tested epoch.
RECORDED = {
    "loss": lambda run: run.losses,
    "accuracy": lambda run: run.accuracies,
    "gradient_norm": lambda run: run.gradient_norms,
    "weight_norm": lambda run: run.weight_norms,
}


def has_stalled(losses, window, improvement):
    epoch = len(losses) - 1
    if epoch < window or epoch % window:
        return False
    return losses[epoch - window] - losses[epoch] < improvement * losses[epoch - window]


def outcome_of(run, patience, stall, bound):
    """The outcome; None while a run goes on."""
    if not math.isfinite(run.loss):
        return "diverged"
    if len(run.met) >= patience and all(run.met[-patience:]):
        return "converged"
    if run.loss > bound:
        return "diverged"
    if stall and has_stalled(run.losses, **stall):
        return "stalled"
    return "capped" if run.epochs == run.limit else None


def train(
    x,
    y,
    *,
    hidden=(2,),
    activation="sigmoid",
    output="sigmoid",
    bias=False,
    bias_input=1.0,
    shortcuts=False,
    parametrization="standard",
    init=None,
    stream="mt19937",
    seed=0,
    optimizer=None,
    lr=0.1,
    lr_over_fan_in=False,
    weight_decay=0.0,
    clip=None,
    schedule=None,
    batch="full",
    loss="bce",
    huber_delta=1.0,
    derivative_offset=0.0,
    epochs=100,
    stop=None,
    stall=None,
    bound=1e6,
    midpoint=0.5,
):
    """One run on x (samples, inputs) and y (samples, outputs).

    None stands for: init uniform in [0, 1), optimizer gd, schedule constant, and no clipping, no stop, no stall.
    """
    x, y, stop = np.asarray(x, dtype=float), np.asarray(y, dtype=float), dict(stop or {})
    patience = stop.pop("patience", 1)
    network = Network(tuple(hidden), activation, output, bias, bias_input, shortcuts, parametrization, derivative_offset)
    rng = stream_of(stream, seed)
    run = Run(*start(network, x.shape[1], y.shape[1], init or {"scheme": "uniform"}, rng), limit=epochs)
    memories = [{} for _ in run.weights + run.biases]
    rates = rates_of(network, x.shape[1], lr, lr_over_fan_in)

    def slopes(samples):
        of_weights, of_biases = gradients(run.weights, run.biases, x[samples], y[samples], network, loss, huber_delta)
        return of_weights + of_biases

    def look():
        zs, activations = forward(run.weights, run.biases, x, network)
        run.losses.append(value_of(zs[-1], activations[-1], y, loss, huber_delta))
        run.accuracies.append(accuracy_of(activations[-1], y, output, midpoint))
        run.gradient_norms.append(norm(slopes(np.arange(len(x)))))
        run.weight_norms.append(norm(run.weights + run.biases))
        run.met.append(bool(stop) and all(STOPS[name](goal, run, activations[-1], y) for name, goal in stop.items()))

    def step(samples, factor):
        scheduled = [rate * factor for rate in rates] * (2 if bias else 1)  # for the weights, then for the biases
        before = run.weights + run.biases
        after = updated(before, slopes(samples), memories, scheduled, optimizer or {"name": "gd"}, weight_decay, clip)
        run.weights, run.biases = after[: network.depth], after[network.depth :]

    with np.errstate(all="ignore"):
        look()
        while not (outcome := outcome_of(run, patience, stall, bound)):
            factor = schedule_factor(run.epochs, **(schedule or {}))
            for samples in batches(batch, len(x), rng, run.epochs):
                step(samples, factor)
            look()
    run.outcome = outcome
    return run
