"""Forward passes alone: what every unit gives out for some samples, for those who look at a network that has been trained.

The sums and formulas are those of training, in the same order, so the bits are too. All lanes compute the same network: lanes
hold networks, not samples, and forty thousand samples of a small one take 0.03 seconds all the same.
"""

from ..lanes.compile import Section
from ..lanes.struct import align_stack
from .chunks import block_at, layer_forward
from .steps import all_samples, output_activation


@Section
def outputs(struct):
    """Write the outputs of all units for all samples to `work.values`, as for a chunk of all quads. Returns 0."""
    align_stack()
    network, samples = struct.network, all_samples(struct)
    layers = network.layers.shape[0]
    for index in range(layers):
        layer_forward(struct, samples, samples.first, samples.stop, index, layers - 1)
    for quad in range(samples.first, samples.stop):
        output_activation(struct, quad, block_at(network, quad) + network.units)
    return 0
