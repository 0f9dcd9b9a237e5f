"""The passes once more, without shortcuts, for the hidden activations of most studies, their formulas within the layers.

A unit's weighted sum goes through the formula in registers, and on the way back its slope likewise: divisions and
multiply-adds overlap, and two stores and loads of every unit are saved. Without shortcuts a unit is read by the next layer
alone, and there is nothing to search. `benchmarks/NOTES.md` has what that gains. Each of these takes one to two seconds to
compile, and a spec only compiles those that it uses.

The loops of `epochs` stand here once for each formula: handed to one shared inlined loop instead, Numba copies the whole pass
once more, and takes half as long again to compile it.
"""

from ..formulas.activations import sigmoid_slope, tanh_slope
from ..functions.elementary import sigmoid, tanh
from ..lanes.bits import single
from ..lanes.calls import call, compiler_barrier
from ..lanes.compile import Section, inlined
from ..lanes.operations import broadcast_quad, concat, extract, load, rows, splat_row, store
from ..lanes.struct import align_stack
from ..lanes.vector import QUAD
from ..memory import ALL, FIRST_UNIT, FIRST_WEIGHT, OFFSET, STRIDE, UNITS
from .layers import dense_backward
from .steps import clear_totals, loss, may_have_ended, outputs_backward, own_weights, quads_of, unit_sum
from .updates import next_epoch


@inlined
def _forward(network, formulas, work, read, inputs, quad, keep):
    """Layer by layer, unit by unit: activations, then the logits of the quad.

    Not by `steps.layer_forward` and `steps.outputs`: with a row number that runs on through the layers XOR is 2 % faster.
    """
    layers, row = network.layers, 0
    last = layers.shape[0] - 1
    for layer in range(last):
        first, stride = layers[layer, FIRST_UNIT], layers[layer, STRIDE]
        for unit in range(first, first + layers[layer, UNITS]):
            keep(work.values, unit, unit_sum(network, work, layer, row, read, inputs, quad))
            row += stride
    for logit in range(quad * network.outputs, (quad + 1) * network.outputs):
        store(work.logits, logit, unit_sum(network, work, last, row, read, inputs, quad))
        row += layers[last, STRIDE]
    if not network.loss_reads_logits:
        out, slopes = rows(work.values, network.units), rows(work.slopes, network.units)
        call(formulas.output, out, rows(work.logits, quad * network.outputs), slopes, network.outputs * QUAD)


@inlined
def _backward(network, work, layer, read, inputs, quad, fresh, slope):
    """A hidden layer, unit by unit."""
    layers, first = network.layers, network.layers[layer, FIRST_UNIT]
    deltas, units, stride = layers[layer + 1, FIRST_UNIT], layers[layer + 1, UNITS], layers[layer + 1, STRIDE]
    for unit in range(layers[layer, UNITS]):
        a, da, row = load(work.values, first + unit), splat_row(work.values, 0.0), layers[layer + 1, FIRST_WEIGHT] + unit
        da = dense_backward(da, work.gradients, row, work.deltas, deltas, work.weights, a, units, stride, fresh)
        steepness = slope(a)
        if network.offset:
            steepness = steepness + load(work.hyperparameters, OFFSET)
        own_weights(network, work, layer, unit, da * steepness, read, inputs, quad, fresh)


@inlined
def _quads(network, formulas, work, read, inputs, targets, formula, weights, counts, first, stop, shift, backward, keep, slope):
    last = network.layers.shape[0] - 1
    for quad in range(first, stop):
        _forward(network, formulas, work, read, inputs, quad, keep)
        loss(network, formulas, work, formula, targets, weights, counts, quad, quad + shift)
        if backward:
            outputs_backward(network, work, read, inputs, quad, quad == first)
            for layer in range(last - 1, -1, -1):
                _backward(network, work, layer, read, inputs, quad, quad == first, slope)


@inlined
def _own_batch(struct, batch, keep, slope):
    network, formulas, data, tiles, work = struct.network, struct.formulas, struct.data, struct.tiles, struct.work
    align_stack()
    inputs, targets, shift = tiles.tile_inputs, tiles.tile_targets, batch * data.batch_quads
    weights, counts, stop, formula = data.batch_weights, data.batch_counts, data.batch_quads, formulas.loss_of_own
    _quads(network, formulas, work, load, inputs, targets, formula, weights, counts, 0, stop, shift, True, keep, slope)
    return 0


@inlined
def _activate(formula, out, row, z):
    """Write formula(z) to a row of `out`.

    In double precision sample by sample: LLVM would else compute four side by side and then divide four times, and have
    registers for neither (XOR 3 to 7 % slower). In single precision that is the faster way, by half.
    """
    if single(z):
        store(out, row, concat(formula(extract(z, 0)), formula(extract(z, 1)), formula(extract(z, 2)), formula(extract(z, 3))))
    else:
        store(out, row, z)
        samples = rows(out, row)
        store(samples, 0, formula(load(samples, 0)))
        compiler_barrier()
        store(samples, 1, formula(load(samples, 1)))
        compiler_barrier()
        store(samples, 2, formula(load(samples, 2)))
        compiler_barrier()
        store(samples, 3, formula(load(samples, 3)))
        compiler_barrier()


@inlined
def _keep_sigmoids(out, row, z):
    _activate(sigmoid, out, row, z)


@inlined
def _keep_tanhs(out, row, z):
    _activate(tanh, out, row, z)


@Section
def epochs_of_sigmoids(struct, tick, next_check, batch):
    """See `passes.epochs`."""
    network, formulas, data, work = struct.network, struct.formulas, struct.data, struct.work
    align_stack()
    whole = batch == ALL
    first, stop, weights, counts = quads_of(data, batch)
    backward = not whole or network.full or network.needs.gradient_norm
    inputs, targets, formula, keep, slope = data.inputs, data.targets, formulas.loss, _keep_sigmoids, sigmoid_slope
    while True:
        clear_totals(network, work)
        _quads(
            network,
            formulas,
            work,
            broadcast_quad,
            inputs,
            targets,
            formula,
            weights,
            counts,
            first,
            stop,
            0,
            backward,
            keep,
            slope,
        )
        if not whole:
            return 0
        if tick == next_check or may_have_ended(network, work):
            return tick
        next_epoch(struct)
        tick += 1


@Section
def own_batch_of_sigmoids(struct, batch):
    """See `passes.own_batch`."""
    return _own_batch(struct, batch, _keep_sigmoids, sigmoid_slope)


@Section
def epochs_of_tanhs(struct, tick, next_check, batch):
    """See `passes.epochs`."""
    network, formulas, data, work = struct.network, struct.formulas, struct.data, struct.work
    align_stack()
    whole = batch == ALL
    first, stop, weights, counts = quads_of(data, batch)
    backward = not whole or network.full or network.needs.gradient_norm
    inputs, targets, formula, keep, slope = data.inputs, data.targets, formulas.loss, _keep_tanhs, tanh_slope
    while True:
        clear_totals(network, work)
        _quads(
            network,
            formulas,
            work,
            broadcast_quad,
            inputs,
            targets,
            formula,
            weights,
            counts,
            first,
            stop,
            0,
            backward,
            keep,
            slope,
        )
        if not whole:
            return 0
        if tick == next_check or may_have_ended(network, work):
            return tick
        next_epoch(struct)
        tick += 1


@Section
def own_batch_of_tanhs(struct, batch):
    """See `passes.own_batch`."""
    return _own_batch(struct, batch, _keep_tanhs, tanh_slope)


FUSED = {
    "sigmoid": (epochs_of_sigmoids, own_batch_of_sigmoids),
    "tanh": (epochs_of_tanhs, own_batch_of_tanhs),
}
