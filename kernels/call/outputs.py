"""What the units of a trained network give out for samples, by the compiled formulas of training."""

from dataclasses import replace

import numpy as np

from backsweep.arguments import numbers
from backsweep.errors import SettingError
from backsweep.ranges import FINITE

from ..formulas.activations import ACTIVATIONS, OUTPUTS
from ..lanes.operations import aligned
from ..lanes.vector import DTYPES, QUAD, lanes_of
from ..loop import forward
from ..loop.train import do
from ..memory import NO_FORMULAS, NO_SECTIONS, Call
from .config import Batch
from .job import Job
from .layout import data_of, workspace
from .recording import plan_records

MOST_ROWS = 2**13  # of units times quads at once: 4 MB, which stay near


def outputs(job: Job, weights: np.ndarray, x) -> np.ndarray:
    """The outputs of all units of one network: float64 (samples, units), the hidden layers' first, the output layer's last.

    weights: float64 (weights,), in the order of a lane's memory. x: (samples, inputs). Raises SettingError for another shape
    and for what is no finite number, DataError for a number that is too large for the network's precision.
    """
    x = _checked(job, x)
    network = job.network(records=False)
    most = max(MOST_ROWS // (network.units + network.outputs), 1) * QUAD
    training = job.call(plan_records(job.settings.count, 0, None, None), records=False, keep_weights=False)
    found = [_some(job, training, weights, x[first : first + most]) for first in range(0, len(x), most)]
    return np.concatenate([np.zeros((0, network.units + network.outputs)), *found])


def _checked(job: Job, x) -> np.ndarray:
    x, inputs = numbers("x", x, FINITE, table=True), job.x.shape[1]
    if x.ndim != 2 or x.shape[1] != inputs:
        raise SettingError(["x"], f"must have the shape (samples, {inputs}), one column per input; it has {x.shape}")
    job.config.check_precision("x", x)
    return x


def _some(job: Job, training: Call, weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The same for as many samples as there is memory for at once."""
    call = _call(job, training, x)
    call.work.weights[:] = weights[:, None]
    with np.errstate(all="ignore"):  # as in training
        do(call._replace(sections=NO_SECTIONS._replace(begins=forward.outputs.address(call))))
    quads = len(call.data.counts)
    values = call.work.values[..., 0].reshape(quads, -1, QUAD)
    return values.transpose(0, 2, 1).reshape(quads * QUAD, -1)[: len(x)].astype(np.float64)


def _call(job: Job, training: Call, x: np.ndarray) -> Call:
    """The call for these samples, without its section. No run is trained, so all but data, formulas and memory may stay."""
    config, network = replace(job.config, batch=Batch()), training.network
    dtype, lanes = DTYPES[config.dtype], lanes_of(DTYPES[config.dtype])
    hidden, output = ACTIVATIONS[config.activation].forward, OUTPUTS[config.output].forward
    data = data_of(config, x, np.zeros((len(x), network.outputs)))
    work = workspace(config, network._replace(full=True), data)
    rows = len(data.counts) * (network.units + network.outputs)
    return training._replace(
        formulas=NO_FORMULAS._replace(activate=hidden.address(dtype), output=output.address(dtype)),
        data=data,
        work=work._replace(
            values=aligned(dtype, rows, QUAD, lanes), slopes=aligned(dtype, rows if len(work.slopes) else 0, QUAD, lanes)
        ),
    )
