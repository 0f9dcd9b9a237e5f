"""The training loop: forward, backward and update of eight to thirty-two runs at once, and what happens when one of them
ends.

Lanes never wait. Runs end at very different epochs. A lane whose run ended writes its row and takes the next run, so only the
last runs of a call leave lanes empty. Runs whose lengths differ a hundredfold therefore cost nothing extra, whereas a batch
that waits for its slowest run would idle for most of its time.

No lane sees another lane: what a run computes depends on the run alone, not on its neighbours, its place, the number of threads
or where a sweep was resumed.

An epoch consists of a forward and backward pass over all samples, then the test of the weights that the forward pass saw, then
the update. So a run that starts at its goal ends after 0 updates, and a run with limit E makes at most E updates and E + 1
forward passes, the last of which can still converge. A lane whose run ended is updated once more for nothing, then overwritten.
The test compares the score with its screening bounds and the tick with the next check; everything else is in `stopping.py`,
which runs when something may have happened. With mini-batches the first pass is forward only, over all data, so that the loss
that is tested and recorded belongs to one set of weights and is not a mean over weights that changed meanwhile. It stops as
soon as the samples so far show that no run has ended (`skimming.py`). Then each batch has a pass and an update of its own
(`batch_passes.py`).

One loop for everything that a spec can say would take a minute to compile, and would test in each layer what never changes. So
the loop is made of parts, each compiled when a spec first needs it. Parts are specialised for the choices that matter: the
precision (float32 is twice as fast as float64), the hidden activations sigmoid and tanh (`fused_passes.py`: XOR 1.15, 2-32-1
1.2, 16-16-1 1.03 times as fast as with the general `passes.py`), full, shared or own batches, and the random stream. All other
choices are run-time numbers, or small formulas called by address (`compile.Formula`). `benchmarks/NOTES.md` has the
measurements.
"""

from ..lanes.calls import ask
from ..lanes.compile import Section, compiled
from ..lanes.struct import struct_of
from ..memory import NEVER
from .updates import next_epoch


@Section
def all_runs(struct):
    """Train all runs, of which there must be at least one. Returns 0."""
    runs, work, sections = struct.runs, struct.work, struct.sections
    left, tick, waiting = runs.seed.shape[0], 0, 0
    for lane in range(work.run.shape[0]):
        work.ended[lane] = True
    while left > 0:
        waiting = ask(sections.refill, struct, waiting, tick)
        next_check = NEVER
        for lane in range(work.run.shape[0]):
            next_check = min(next_check, work.next_check[lane])
        tick = ask(sections.epochs, struct, tick, next_check)
        left -= ask(sections.stopping, struct, tick)
        next_epoch(struct, tick)
        tick += 1
    return 0


@compiled
def do(everything):
    """Do what a `Call` is for: train its runs, of which there must be at least one, or compute outputs."""
    return ask(everything.sections.begins, struct_of(everything))
