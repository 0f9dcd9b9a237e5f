"""The oracle: what backsweep computes, in plain NumPy, one run at a time. Slow and obvious; imports nothing of backsweep."""

from .backpropagation import gradients
from .losses import HEADS, LOSSES, accuracy_of, loss_of
from .network import ACTIVATIONS, PARAMETRIZATIONS, Network, forward, sigmoid, softmax
from .optimizers import OPTIMIZERS, SCHEDULES
from .starts import ORDERS, SCHEMES, STREAMS, start, stream_of
from .tasks import TASKS
from .training import RECORDED, STOPS, Run, train

__all__ = [
    "ACTIVATIONS",
    "HEADS",
    "LOSSES",
    "OPTIMIZERS",
    "ORDERS",
    "PARAMETRIZATIONS",
    "RECORDED",
    "SCHEDULES",
    "SCHEMES",
    "STOPS",
    "STREAMS",
    "TASKS",
    "Network",
    "Run",
    "accuracy_of",
    "forward",
    "gradients",
    "loss_of",
    "sigmoid",
    "softmax",
    "start",
    "stream_of",
    "train",
]
