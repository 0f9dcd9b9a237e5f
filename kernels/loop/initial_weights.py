"""The initial weights of a run, drawn from its own stream or given for all runs. Each combination of stream and distribution
has a section of its own, compiled when needed.
"""

from ..lanes.compile import Section, inlined
from ..memory import STRIDE, UNITS
from ..random.mersenne import mersenne_uniform
from ..random.normal_draws import ziggurat
from ..random.pcg import pcg_uniform
from ..random.streams import MT19937, PCG64, legacy_normal, start_default, start_legacy


@inlined
def _fill(network, start, runs, work, run, lane, draw):
    """Fill in a lane's weights. They are drawn in this order: w1 unit by unit, b1, w2 unit by unit, b2, and so on."""
    first = 0
    for layer in range(network.layers.shape[0]):
        units, stride = network.layers[layer, UNITS], network.layers[layer, STRIDE]
        inputs = stride - network.bias
        for unit in range(units):
            for row in range(first + unit * stride, first + unit * stride + inputs):
                weight = start.weights[row] if start.weights.shape[0] else runs.centre[run, layer]
                if start.drawn:
                    weight += runs.spread[run, layer] * draw(work.streams, lane)
                work.weights[row, lane] = weight + runs.offset[run, layer]
        if network.bias:
            for row in range(first + inputs, first + units * stride, stride):
                weight = start.weights[row] if start.weights.shape[0] else runs.bias_centre[run, layer]
                if start.biases_drawn:
                    weight += runs.bias_spread[run, layer] * draw(work.streams, lane)
                work.weights[row, lane] = weight
        first += units * stride


@inlined
def _start(struct, run, lane, start_stream, draw):
    network, start, runs, work = struct.network, struct.start, struct.runs, struct.work
    start_stream(work.stock, work.streams, lane, runs.seed, run)
    _fill(network, start, runs, work, run, lane, draw)
    return 0


@Section
def uniform_of_mersenne(struct, run, lane):
    """Draw uniform weights as `RandomState` does. Returns 0."""
    return _start(struct, run, lane, start_legacy, mersenne_uniform)


@Section
def normal_of_mersenne(struct, run, lane):
    """Draw normal weights as `RandomState` does. Returns 0."""
    return _start(struct, run, lane, start_legacy, legacy_normal)


@Section
def uniform_of_pcg(struct, run, lane):
    """Draw uniform weights as `default_rng` does. Returns 0."""
    return _start(struct, run, lane, start_default, pcg_uniform)


@Section
def normal_of_pcg(struct, run, lane):
    """Draw normal weights as `default_rng` does. Returns 0."""
    return _start(struct, run, lane, start_default, ziggurat)


# The key: the stream, and whether draws are normal.
INITIAL_WEIGHTS = {
    (MT19937, False): uniform_of_mersenne,
    (MT19937, True): normal_of_mersenne,
    (PCG64, False): uniform_of_pcg,
    (PCG64, True): normal_of_pcg,
}
