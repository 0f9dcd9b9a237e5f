"""Lays out what the loop works on: the table of layers, the data in quads (four samples each), and the memory."""

import math

import numpy as np

from backsweep.errors import SettingError
from backsweep.stopping import Needs, needs_of

from ..formulas.activations import ACTIVATIONS
from ..formulas.losses import LOSSES, Loss
from ..formulas.optimizers import OPTIMIZERS
from ..lanes.gather import COLUMNS, in_columns
from ..lanes.operations import aligned
from ..lanes.vector import DTYPES, QUAD, lanes_of
from ..memory import CHUNK, DATA_INPUTS, OPTIMIZER, STRIDE, TOTALS, UNITS, Architecture, Data, Tiles, Workspace
from ..random.streams import STREAMS, new_state, new_stock
from .config import SCHEMES, Config

MOST_WEIGHTS = 10**7  # for sixteen runs, with a gradient and adam's two numbers per weight, they take 5 GB


def layer_table(config: Config, inputs: int, outputs: int) -> np.ndarray:
    """int64 (layers, 7), the columns of `memory.py`."""
    table, unit, weight = [], 0, 0
    widths = (*config.hidden, outputs)
    for layer, units in enumerate(widths):
        data_inputs = inputs if layer == 0 or config.shortcuts else 0
        sources = unit if config.shortcuts else widths[layer - 1] if layer else 0
        stride = data_inputs + sources + config.bias
        table.append([units, unit, weight, stride, data_inputs, unit - sources, sources])
        unit, weight = unit + units, weight + units * stride
    if weight > MOST_WEIGHTS:
        raise SettingError(("hidden",), f"{weight:,} weights; a network may have at most {MOST_WEIGHTS:,}")
    return np.array(table, np.int64)


def fan_ins(config: Config, layers: np.ndarray) -> np.ndarray:
    """The inputs of each layer's units, without the bias: float64 (layers,)."""
    return (layers[:, STRIDE] - config.bias).astype(float)


def layer_scales(config: Config, layers: np.ndarray) -> np.ndarray:
    """The factor of each layer's weighted sums, and the bias input within these sums: float64 (layers, 2).

    ntk: 1 / sqrt(fan-in) (A. Jacot, F. Gabriel and C. Hongler, NeurIPS 2018); the bias is not scaled. mean_field: hidden
    layers also get the gain of their activation; relu's belongs to its output, where it does the same as at its input. The
    output is divided by sqrt(width) once more (J. Sohl-Dickstein, arXiv 2402.06184).
    """
    factor, gain = np.ones(len(layers)), np.ones(len(layers))
    if config.parametrization != "standard":
        factor = 1 / np.sqrt(fan_ins(config, layers))
    if config.parametrization == "mean_field":
        gain[:-1] = ACTIVATIONS[config.activation].gain
        gain[-1] = 1 / math.sqrt(config.hidden[-1])
    return np.column_stack([factor * gain, config.bias_input / factor])


def weight_count(layers: np.ndarray) -> int:
    """How many weights and biases all layers have together."""
    return int((layers[:, UNITS] * layers[:, STRIDE]).sum())


def network_of(
    config: Config,
    layers: np.ndarray,
    y: np.ndarray,
    *,
    records: bool,
    offset: bool,
    decay: bool,
    clip: bool,
    rates_differ: bool,
) -> Architecture:
    """The shape and the optimizer; the last five arguments say what the settings of any run ask for."""
    loss, optimizer = LOSSES[config.loss], OPTIMIZERS[config.optimizer]
    hard = bool(np.all((y == 0) | (y == 1)))
    return Architecture(
        layers=layers,
        scales=layer_scales(config, layers).astype(DTYPES[config.dtype]),
        inputs=int(layers[0, DATA_INPUTS]),
        outputs=y.shape[1],
        units=sum(config.hidden),
        bias=config.bias,
        full=config.batch.size is None,
        scaled=config.parametrization != "standard",
        loss_reads_logits=loss.reads_logits,
        through_outputs=not loss.from_logits and (config.output != "identity" or offset),
        product=loss.from_logits,
        terms=float(_terms(loss, *y.shape)),
        screened=hard or not loss.from_logits,
        rises=loss.rises and (hard or not loss.from_logits) and not _needs(config, records).every_epoch,
        accuracy=config.sides,
        offset=offset,
        decay=decay and not optimizer.decoupled,
        clip=clip,
        segments=len(layers) if rates_differ else 1,
        states=optimizer.states,
        state_at_rate=optimizer.starts_at_rate,
        advance=optimizer.advance is not None,
        schedule=config.schedule != "constant" or config.warms_up,
        needs=_needs(config, records),
        measure=config.measure,
    )


def _needs(config: Config, records: bool) -> Needs:
    """What must be computed for the stopping criteria, for records, and for the measure."""
    needs = needs_of(config.stops)
    return needs._replace(gradient_norm=needs.gradient_norm or records, every_epoch=needs.every_epoch or config.measure)


def quads(table: np.ndarray, batch: int, dtype, fill: bool = False) -> np.ndarray:
    """(samples, columns) as (quads * columns, QUAD); each batch of `batch` samples starts a quad.

    A batch's last quad is filled up with zeros, or, with `fill`, with the batch's last sample. At weight 0 that sample adds
    nothing, while the outputs for any other might be so large that 0 times them is not a number.
    """
    samples, columns = table.shape
    batches, width = -(-samples // batch), -(-batch // QUAD) * QUAD
    place = np.arange(batches)[:, None] * batch + np.minimum(np.arange(width), batch - 1)
    padded = table.astype(dtype)[np.minimum(place, samples - 1)]
    if not fill:
        padded[(np.arange(width) >= batch) | (place >= samples)] = 0
    turned = padded.reshape(-1, QUAD, columns).transpose(0, 2, 1)
    return np.ascontiguousarray(turned).reshape(-1, QUAD)


def _sample_weights(config: Config, samples: int, outputs: int) -> np.ndarray:
    """The weight of each of `samples` samples in their mean loss."""
    loss = LOSSES[config.loss]
    return np.full((samples, 1), loss.factor / _terms(loss, samples, outputs))


def _terms(loss: Loss, samples: int, outputs: int) -> int:
    """How many terms a loss is the mean of."""
    return {"outputs": samples * outputs, "samples": samples, "": 1}[loss.mean]


def data_of(config: Config, x: np.ndarray, y: np.ndarray) -> Data:
    """The samples, batch by batch where batches are in the given order."""
    samples, outputs, dtype = len(x), y.shape[1], DTYPES[config.dtype]
    size = config.batch.size or samples
    laid = size if config.batch.order == "given" else samples
    ends = [min(size, samples - first) for first in range(0, samples, size)]
    in_batch = np.concatenate([_sample_weights(config, end, outputs) for end in ends])
    inputs, targets = (quads(table, laid, dtype, fill=True) for table in (x, y))
    anew = config.batch.order == "shared"
    return Data(
        inputs=inputs,
        targets=targets,
        weights=quads(_sample_weights(config, samples, outputs), laid, dtype),
        counts=quads(np.ones((samples, 1)), laid, dtype),
        batch_inputs=quads(x, size, dtype, fill=True) if anew else inputs,
        batch_targets=quads(y, size, dtype, fill=True) if anew else targets,
        batch_weights=quads(in_batch, size, dtype),
        batch_counts=quads(np.ones((samples, 1)), size, dtype),
        batch_quads=-(-size // QUAD),
        batches=len(ends),
        samples=samples,
    )


def tiles_of(config: Config, x: np.ndarray, y: np.ndarray) -> Tiles:
    """Memory for batches that may differ from lane to lane; empty if they never do."""
    if not config.batch.own:
        x, y = x[:0], y[:0]
    dtype, size = DTYPES[config.dtype], min(config.batch.size or 0, len(x))
    lanes, wide = lanes_of(dtype), -(-size // QUAD)
    return Tiles(
        samples=in_columns(x, dtype),
        targets=in_columns(y, dtype),
        order=np.zeros((lanes, len(x)), np.int64),
        tile_inputs=aligned(dtype, wide * x.shape[1] + COLUMNS - 1, QUAD, lanes),
        tile_targets=aligned(dtype, wide * y.shape[1] + COLUMNS - 1, QUAD, lanes),
        size=size,
        replacement=config.batch.order == "replacement",
    )


def workspace(config: Config, network: Architecture, data: Data) -> Workspace:
    """Memory for one call, allocated once."""
    dtype = DTYPES[config.dtype]
    lanes, layers, weights = lanes_of(dtype), len(network.layers), weight_count(network.layers)
    units, chunk = network.units + network.outputs, 1 if network.full else min(data.batch_quads, CHUNK)
    keeps, optimizer = ACTIVATIONS[config.activation].keeps_slopes, OPTIMIZERS[config.optimizer]
    scheme = SCHEMES[config.scheme]
    # Runs that also draw the order of their samples soon need more words than a stock has.
    stocked = weights if scheme.drawn and config.batch.shared else 0

    def counters() -> np.ndarray:
        return np.zeros(lanes, np.int64)

    return Workspace(
        weights=aligned(dtype, weights, lanes),
        gradients=aligned(dtype, weights, lanes),
        state=aligned(dtype, max(network.states, 1) * weights, lanes),
        values=aligned(dtype, chunk * units, QUAD, lanes),
        slopes=aligned(dtype, chunk * units if keeps else 0, QUAD, lanes),
        deltas=aligned(dtype, chunk * units, QUAD, lanes),
        logits=aligned(dtype, max(len(data.targets), len(data.batch_targets)), QUAD, lanes),
        totals=aligned(dtype, TOTALS, lanes),
        rates=aligned(dtype, layers, lanes),
        bases=aligned(dtype, layers, lanes),
        hyperparameters=aligned(dtype, OPTIMIZER + optimizer.room, lanes),
        clock=aligned(dtype, max(optimizer.clocks, 1), lanes),
        age=aligned(dtype, 1, lanes),
        screening_bounds=aligned(dtype, 4, lanes),
        run=counters(),
        started=counters(),
        deadline=counters(),
        next_check=counters(),
        recorded=counters(),
        held=counters(),
        held_at=counters(),
        before=np.zeros(lanes),
        sums=np.zeros((3, lanes)),
        tail=np.zeros(lanes),
        outcome=counters(),
        ended=np.zeros(lanes, np.bool_),
        streams=new_state(lanes),
        stock=new_stock(STREAMS[config.stream], stocked, scheme.normal),
    )
