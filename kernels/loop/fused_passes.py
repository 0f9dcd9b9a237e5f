"""A second version of the passes, for networks without shortcuts and for sigmoid and tanh, which most studies use in their
hidden layers. Here the activation's formula is part of each layer's code.

A unit's weighted sum goes through the formula in registers, and so does its slope on the way back. Divisions and multiply-adds
then overlap, and each unit needs two stores and two loads fewer. Without shortcuts only the next layer reads a unit, so there
is no search for its readers. `benchmarks/NOTES.md` says how much this gains. Each of these sections takes one to two seconds to
compile, and a spec only compiles those that it uses.

The loop of `epochs` is written out once per formula. With one shared inlined loop that takes the formula, Numba copies the
whole pass once more, and compiling takes half as long again.
"""

from ..formulas.activations import sigmoid_slope, tanh_slope
from ..functions.elementary import sigmoid, tanh
from ..lanes.compile import Section, inlined
from ..lanes.operations import concat, extract, load, splat_row, store
from ..lanes.struct import align_stack
from ..memory import OFFSET
from .layers import dense_backward, layer_at
from .steps import (
    all_samples,
    clear_totals,
    loss,
    may_have_ended,
    output_activation,
    outputs_backward,
    unit_backward,
    unit_forward,
)
from .updates import next_epoch


@inlined
def _forward(struct, samples, quad, keep):
    """Compute the activations of the hidden units, which `keep(out, row, z)` writes, and then the logits of the quad.

    This does not use `steps.units_forward`: one row number that runs on through all layers makes XOR 2 % faster.
    """
    network, work, row = struct.network, struct.work, 0
    last = network.layers.shape[0] - 1
    for index in range(last):
        layer = layer_at(network, index)
        for unit in range(layer.first_unit, layer.first_unit + layer.units):
            keep(work.values, unit, unit_forward(struct, samples, quad, index, row))
            row += layer.stride
    for logit in range(quad * network.outputs, (quad + 1) * network.outputs):
        store(work.logits, logit, unit_forward(struct, samples, quad, last, row))
        row += layer_at(network, last).stride
    if not network.loss_reads_logits:
        output_activation(struct, quad, network.units)


@inlined
def _backward(struct, samples, quad, slope):
    """Go back from the last layer to the first, unit by unit. `slope(a)` is f' of a unit whose output is a."""
    network, work = struct.network, struct.work
    last = network.layers.shape[0] - 1
    outputs_backward(struct, samples, quad, last)
    for index in range(last - 1, -1, -1):
        layer, reader = layer_at(network, index), layer_at(network, index + 1)
        for unit in range(layer.units):
            a, da, row = load(work.values, layer.first_unit + unit), splat_row(work.values, 0.0), reader.first_weight + unit
            da = dense_backward(work, row, da, a, reader, quad == samples.first)
            steepness = slope(a)
            if network.offset:
                steepness = steepness + load(work.hyperparameters, OFFSET)
            unit_backward(struct, samples, quad, index, unit, da * steepness)


@inlined
def _pass(struct, samples, keep, slope):
    for quad in range(samples.first, samples.stop):
        _forward(struct, samples, quad, keep)
        loss(struct, samples, quad, struct.network.units)
        _backward(struct, samples, quad, slope)


@inlined
def _activate(formula, out, row, z):
    """Write formula(z) to a row of `out`, sample by sample: of a whole quad at once, LLVM spills more (XOR 9 % slower)."""
    store(out, row, concat(formula(extract(z, 0)), formula(extract(z, 1)), formula(extract(z, 2)), formula(extract(z, 3))))


@inlined
def _keep_sigmoid(out, row, z):
    _activate(sigmoid, out, row, z)


@inlined
def _keep_tanh(out, row, z):
    _activate(tanh, out, row, z)


@Section
def epochs_of_sigmoids(struct, tick, next_check):
    """See `passes.epochs`."""
    align_stack()
    samples = all_samples(struct)
    while True:
        clear_totals(struct)
        _pass(struct, samples, _keep_sigmoid, sigmoid_slope)
        if tick == next_check or may_have_ended(struct):
            return tick
        next_epoch(struct, tick)
        tick += 1


@Section
def epochs_of_tanhs(struct, tick, next_check):
    """See `passes.epochs`."""
    align_stack()
    samples = all_samples(struct)
    while True:
        clear_totals(struct)
        _pass(struct, samples, _keep_tanh, tanh_slope)
        if tick == next_check or may_have_ended(struct):
            return tick
        next_epoch(struct, tick)
        tick += 1


FUSED = {"sigmoid": epochs_of_sigmoids, "tanh": epochs_of_tanhs}
