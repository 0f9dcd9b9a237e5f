"""The oracle: what backsweep computes, in plain NumPy, one run at a time. Slow and obvious; imports nothing of backsweep."""

from .backpropagation import gradients
from .losses import LOSSES, accuracy_of, loss_of
from .network import ACTIVATIONS, Network, forward, sigmoid, softmax
from .rules import RULES
from .starts import start, stream_of
from .training import Run, train

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "RULES",
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
