"""How large weights may be while no loss can exceed a bound.

With batches, each epoch begins with a pass over all data, which only serves to see which runs have ended. `loop/skimming.py`
stops it as soon as the loss so far shows that no run has reached its goal. That no run has diverged must then follow from the
weights: if none is larger than what is found here, the loss of all data is finite and below the bound.
"""

import numpy as np

from ..formulas.activations import ACTIVATIONS, OUTPUTS, Activation
from ..formulas.losses import LOSSES
from ..memory import DATA_INPUTS, SOURCES
from .config import Config
from .layout import layer_scales

WEIGHTS = 2.0 ** np.arange(-10, 31)  # the sizes that are tried
MOST = 1e30  # float32 can hold such a loss, and everything on the way to it
FARTHEST = 2.0**16  # every activation is finite for such sums, whereas sine is not beyond 2**17 in float32
ROUNDING = 2.0  # more than rounding can change any loss by


def largest_weights(config: Config, layers: np.ndarray, x: np.ndarray, y: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """For each bound a size of weights: while none is larger, the loss is below the bound. 0 if there is no such size.

    layers: int64 (layers, 7), the columns of `memory.py`; x (samples, inputs), y (samples, outputs), bounds (runs,): float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        losses = _largest_losses(config, layers, x, y)
    fitting = np.searchsorted(losses, np.minimum(bounds / ROUNDING, MOST))
    return np.where(fitting > 0, WEIGHTS[fitting - 1], 0.0)


def _largest_losses(config: Config, layers: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The largest loss that weights of each size allow; infinity where a sum may be beyond FARTHEST."""
    largest_x, largest_y = np.abs(x).max(initial=1.0), np.abs(y).max(initial=0.0)
    seen = np.ones_like(WEIGHTS)  # the largest output of the layers before
    sums = np.zeros_like(WEIGHTS)
    for layer, (scale, bias_input) in zip(layers, layer_scales(config, layers), strict=True):
        inputs = layer[DATA_INPUTS] * largest_x + layer[SOURCES] * seen + config.bias * abs(bias_input)
        sums = np.maximum(sums, scale * WEIGHTS * inputs)
        seen = np.maximum(seen, _largest_output(ACTIVATIONS[config.activation], sums))
    loss = LOSSES[config.loss]
    if loss.from_logits:
        losses = 2 * sums + y.shape[1]
    else:
        losses = (_largest_output(OUTPUTS[config.output], sums) + largest_y + 1) ** 2 * (1 if loss.mean else y.size)
    return np.where((sums < FARTHEST) & (losses < MOST), losses, np.inf)


def _largest_output(activation: Activation, sums: np.ndarray) -> np.ndarray:
    """No activation is farther from 0 than its argument by more than 1."""
    bounded = activation.low is not None and activation.high is not None
    return np.ones_like(sums) if bounded else sums + 1
