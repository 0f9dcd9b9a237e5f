"""One batch of samples, layer by layer: each layer for all of its samples, before the next layer.

The weights of sixteen wide networks do not fit into the nearest caches. Quad by quad, as `passes.py` goes, all of them would be
fetched again for every four samples. Here the weights of some units are fetched once and stay near while the quads of a batch
pass by. On the way back the gradient of each weight is summed in a register, and the weights of some units are updated as soon
as their gradients are known, so gradients need not leave the nearest cache either (`chunks.py`).

A batch of more than CHUNK quads is cut into chunks, because the values of all units are kept for a chunk. Then, and if the
gradients are clipped by their norm, the gradients of all weights are kept until the last sample of the batch.

Every sum has the same terms in the same order as in `passes.py`, so the bits are the same.
"""

from ..lanes.compile import Section, inlined
from ..lanes.operations import splat_row
from ..lanes.struct import align_stack
from ..memory import CHUNK, FIRST_WEIGHT, STRIDE, UNITS
from .chunks import backward, forward
from .skimming import least_score, may_diverge, must_go_on
from .steps import all_samples, clear_totals, given_samples, may_have_ended, own_samples
from .updates import advance, clip_gradients, next_epoch, update_rows


@inlined
def _make_update(struct, samples):
    """Forward, the loss, backward and update."""
    network = struct.network
    apart = network.clip or samples.stop - samples.first > CHUNK
    advance(struct)
    for first in range(samples.first, samples.stop, CHUNK):
        stop = min(first + CHUNK, samples.stop)
        forward(struct, samples, first, stop)
        updates = stop == samples.stop and not network.clip
        backward(struct, samples, first, stop, first == samples.first, updates, apart)
    if network.clip:
        clip_gradients(struct)
        for index in range(network.layers.shape[0]):
            first, count = network.layers[index, FIRST_WEIGHT], network.layers[index, UNITS] * network.layers[index, STRIDE]
            update_rows(struct, index, first, first, count)


@inlined
def _goes_on(struct, samples, size):
    """Whether some samples are enough to see that no run has ended: `size` quads after the other are looked at until then."""
    if not struct.network.rises or may_diverge(struct):
        return False
    clear_totals(struct)
    least = splat_row(struct.work.totals, -1.0)
    for first in range(0, samples.stop, size):
        forward(struct, samples, first, min(first + size, samples.stop))
        least = least_score(struct, least)
        if must_go_on(struct, least):
            return True
    return False


@inlined
def _pass(struct, samples, size):
    """Forward and the loss on all data, and backward if the gradient's norm is asked for."""
    clear_totals(struct)
    for first in range(0, samples.stop, size):
        stop = min(first + size, samples.stop)
        forward(struct, samples, first, stop)
        if struct.network.needs.gradient_norm:
            backward(struct, samples, first, stop, first == 0, False, True)


@Section
def epochs_of_batches(struct, tick, next_check):
    """Make epochs of batches until a run may have ended. Returns the tick whose test, but not updates, is done."""
    align_stack()
    samples, size = all_samples(struct), min(CHUNK, struct.data.batch_quads)
    while True:
        if tick == next_check or not _goes_on(struct, samples, size):
            _pass(struct, samples, size)
            if tick == next_check or may_have_ended(struct):
                return tick
        next_epoch(struct, tick)
        tick += 1


@Section
def given_batch(struct, batch):
    """Make one update from a batch whose samples all lanes share. Returns 0."""
    align_stack()
    _make_update(struct, given_samples(struct, batch))
    return 0


@Section
def own_batch(struct, batch):
    """Make one update from a batch whose samples each lane has gathered for itself. Returns 0."""
    align_stack()
    _make_update(struct, own_samples(struct, batch))
    return 0
