"""What the loop works on: tuples for the shape of a call, its data, its runs, their results and the working memory.

Shapes are run-time numbers. With XOR's compiled into its pass, XOR is 1.12 times as fast (benchmarks/NOTES.md), but each shape
of a sweep would cost a compilation of its own.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import typeof_impl

from backsweep.columns import COLUMNS, RECORDED
from backsweep.outcomes import Outcome
from backsweep.stopping import LIMITS, Needs

Array = Any  # np.ndarray; Numba wants to see the arrays, a type checker their absence
Address = Any  # of a `compile.Formula`

RUNNING = -1
CONVERGED, DIVERGED = Outcome.CONVERGED.code, Outcome.DIVERGED.code
STALLED, CAPPED = Outcome.STALLED.code, Outcome.CAPPED.code
IDLE = -1
NEVER = 2**62
CHUNK = 8  # quads of a batch whose units' values are kept at once
INFINITY, NAN = float("inf"), float("nan")

# The columns of `Architecture.layers`: a layer's units, the row of its first unit among all units, the row of its first weight,
# how far apart its units' weights are, how many data inputs it reads, the first of the earlier units that it reads, and how
# many.
UNITS, FIRST_UNIT, FIRST_WEIGHT, STRIDE, DATA_INPUTS, SOURCE, SOURCES = range(7)

# The rows of `Runs.hyperparameters`: the numbers besides rates and limits that may differ from lane to lane. Those of the
# schedule begin at SCHEDULE, and those of the optimizer go from OPTIMIZER to the end.
DECAY, CLIP, OFFSET, HUBER_DELTA, MIDPOINT, WARMUP, SCHEDULE = range(7)
MOST_OF_A_SCHEDULE = 2
OPTIMIZER = SCHEDULE + MOST_OF_A_SCHEDULE

# A run's row of `Runs.limits`, of `Results.rows`, and of `Record.values` at one epoch: fields by name.
LIMITS_ROW = np.dtype([(name, np.float64) for name in LIMITS])
RESULTS_ROW = np.dtype([(name, column.dtype) for name, column in COLUMNS.items()], align=True)
RECORDED_ROW = np.dtype([(name, column.dtype) for name, column in RECORDED.items()], align=True)

# The rows of `Workspace.totals`: the sums that one pass over the data makes.
SCORE, MANTISSA, DISTANCE, LOSS, RIGHT, GRADIENT_SQUARES, WEIGHT_SQUARES = range(7)
TOTALS = 7


class Architecture(NamedTuple):
    """What all runs of a call share of the network and the optimizer, beside the formulas."""

    layers: Array  # int64 (layers, 7), see above; the output layer is the last
    scales: Array  # (layers, 2): the factor of a layer's weighted sums, and the bias input within them
    inputs: int
    outputs: int
    units: int  # of all hidden layers together
    bias: bool
    full: bool  # one update per epoch, from all data in their order
    scaled: bool  # at least one factor of `scales` is not 1
    loss_reads_logits: bool  # the output activation is part of the loss's formula
    through_outputs: bool  # the loss's slope is taken at the outputs, not at the logits
    product: bool  # the score is a product of probabilities, the exact loss another formula's work; else they are the same
    terms: float  # how many terms the mean loss averages
    screened: bool
    rises: bool  # while a run goes on, the loss of some samples may show it
    accuracy: bool  # outputs have sides or classes, so they can be right
    offset: bool
    decay: bool
    clip: bool
    segments: int  # how many groups of weights have a rate: 1, or one per layer
    states: int  # how many numbers the optimizer keeps for each weight
    state_at_rate: int  # the place of the one that starts at the learning rate, or -1
    advance: bool
    schedule: bool
    needs: Needs  # of the stopping criteria, of records and of the measure together
    measure: bool


class Formulas(NamedTuple):
    """The addresses of the formulas that the spec chose; 0 where there is none."""

    activate: Address
    activate_backward: Address
    output: Address
    output_backward: Address
    loss: Address
    loss_of_own: Address  # likewise, for data that differ from lane to lane
    exact_loss: Address
    accuracy: Address
    squares: Address
    clip: Address
    decay: Address
    update: Address
    advance: Address
    schedule: Address


class Data(NamedTuple):
    """The samples in quads (rows, QUAD), in the kernel's precision. A batch's last quad is padded with samples of weight 0."""

    inputs: Array  # quads * inputs rows
    targets: Array  # quads * outputs rows
    weights: Array  # quads rows: a sample's weight in the loss of all data
    counts: Array  # quads rows: 1 for a sample, 0 for padding: a batch's last quad may lack samples
    batch_inputs: Array  # batches * batch quads * inputs rows: those of `inputs`, or an epoch's shared order, laid out anew
    batch_targets: Array  # batches * batch quads * outputs rows, likewise
    batch_weights: Array  # batches * batch quads rows: a sample's weight in the loss of its batch
    batch_counts: Array
    batch_quads: int
    batches: int
    samples: int


class Tiles(NamedTuple):
    """For batches that may differ from lane to lane: every lane's own samples, gathered before each batch.

    If batches never differ, the arrays are empty but have the same types, so that the loop is compiled once for both.
    """

    samples: Array  # (samples, inputs), filled up: see `lanes.gather`
    targets: Array  # (samples, outputs), likewise
    order: Array  # int64 (lanes, samples)
    tile_inputs: Array  # (batch quads * inputs, QUAD, lanes), and rows that are only written
    tile_targets: Array  # (batch quads * outputs, QUAD, lanes), likewise
    size: int
    replacement: bool


class Runs(NamedTuple):
    """What differs from run to run."""

    seed: Array  # int64 (runs,)
    epochs: Array  # int64 (runs,): the limit
    rates: Array  # (runs, layers)
    hyperparameters: Array  # (runs, rows), see above
    limits: Array  # LIMITS_ROW (runs,)
    centre: Array  # (runs, layers): a weight starts at centre + spread * draw
    spread: Array  # (runs, layers)
    bias_centre: Array  # (runs, layers): likewise the biases
    bias_spread: Array  # (runs, layers): 0 if they are not drawn
    offset: Array  # (runs, layers): added to weights, not to biases
    largest_weight: Array  # (runs,): while no weight is larger, the loss is below its bound


class Start(NamedTuple):
    """How weights start, for all runs of a call."""

    stream: int
    normal: bool
    drawn: bool
    biases_drawn: bool
    weights: Array  # (weights,): what the weights are where they are not drawn; else empty


class Record(NamedTuple):
    """When runs are recorded, and where the records go."""

    at: Array  # int64 (times,): epochs, ascending
    row: Array  # int64 (runs,): the run's row in `values`, or -1
    values: Array  # RECORDED_ROW (recorded runs, times + 1); the last time is the run's end
    epoch: Array  # int32 (recorded runs, times + 1): -1 where nothing was recorded


class Results(NamedTuple):
    """The results. If not asked for, `weights` has no rows, and optional columns are not filled."""

    rows: Array  # RESULTS_ROW (runs,)
    weights: Array  # (runs, weights), in the order of a lane's memory


class Workspace(NamedTuple):
    """Memory for one call, allocated once. Numbers are in the kernel's precision unless a dtype is given."""

    weights: Array  # (weights, lanes)
    gradients: Array
    state: Array  # (states * weights, lanes)
    values: Array  # (units, QUAD, lanes): of hidden units, then of outputs
    slopes: Array  # the same shape: f'(z), if the activation keeps it
    deltas: Array  # the same shape: the loss's slopes
    logits: Array  # (quads * outputs, QUAD, lanes)
    totals: Array  # (TOTALS, lanes)
    rates: Array  # (layers, lanes): this epoch's
    bases: Array  # (layers, lanes): as the spec has them
    hyperparameters: Array  # (rows, lanes), see above
    clock: Array  # (clocks, lanes): what an optimizer keeps about the time
    age: Array  # (1, lanes): the epoch
    screening_bounds: Array  # (4, lanes): low and high of the score, the largest error allowed, and the largest weight
    run: Array  # int64 (lanes,): the run in each lane, or IDLE
    started: Array  # int64: the tick of its first forward pass
    deadline: Array  # int64: the tick at which its epochs are used up
    next_check: Array  # int64: the tick at which it must be checked next
    recorded: Array  # int64: how many times it was recorded
    held: Array  # int64: how many tests in a row it has passed
    held_at: Array  # int64: the tick of the last of them
    before: Array  # float64 (lanes,): the loss one window ago
    sums: Array  # float64 (3, lanes): for the measure: the first loss, the sum of v, the sum of 1 / v
    tail: Array  # float64 (lanes,): the sum of the last v
    outcome: Array  # int64 (lanes,): the outcome, or RUNNING
    ended: Array  # bool (lanes,)
    streams: Array  # int64 (lanes, STATE_SIZE): each lane's random stream
    stock: Array  # uint32 (rows, WORD_LANES): the words that the next runs will draw first


class Sections(NamedTuple):
    """The addresses of the parts of the loop that are compiled on their own."""

    begins: Address  # what the call is for: `train.all_runs` or `forward.outputs`
    refill: Address
    initial_weights: Address
    epochs: Address
    stopping: Address
    batches: Address  # all updates of an epoch, or 0 if the batch is full
    given_batch: Address  # one update from a batch of samples that lanes share, or 0 if they never do
    own_batch: Address  # one update from a batch of samples that each lane has gathered, or 0 if none ever does


class Call(NamedTuple):
    """Everything that one call of the loop works on."""

    network: Architecture
    formulas: Formulas
    data: Data
    tiles: Tiles
    start: Start
    runs: Runs
    record: Record
    results: Results
    work: Workspace
    sections: Sections


NO_FORMULAS, NO_SECTIONS = Formulas(*[0] * 14), Sections(*[0] * 8)

_types: dict[Any, Any] = {}


def type_of_call(call: Call, context: Any = None) -> Any:
    """Numba's type of a call, part by part."""
    return types.BaseTuple.from_types([typeof_impl(part, context) for part in call], Call)


@typeof_impl.register(Call)
def _type_of_call(call: Call, context: Any) -> Any:
    """The same, cached: it depends on the precision alone, and finding it takes longer than training a few runs."""
    dtype = call.work.weights.dtype
    if dtype not in _types:
        _types[dtype] = type_of_call(call, context)
    return _types[dtype]
