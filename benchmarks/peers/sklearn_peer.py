"""scikit-learn's MLPClassifier, a fit for each run, dealt to the cores by joblib.

Plain gradient descent on all data: no momentum, no penalty, no shuffling, no early end. Its biases cannot be left out; they
start at 0 and are trained, so its oracle has biases too. MLPRegressor knows no cross-entropy.
"""

import warnings

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


class Started(MLPClassifier):
    """Starts from given weights instead of its own draw: `starts` are (inputs, units) of each layer in turn."""

    def _init_coef(self, fan_in, fan_out, dtype):  # noqa: ARG002
        return next(self.starts).astype(dtype), np.zeros(fan_out, dtype)


def train(weights, x, y, lr, epochs):
    fits = (joblib.delayed(_one)(w1, w2, x, y, lr, epochs) for w1, w2 in zip(*weights, strict=True))
    trained = joblib.Parallel(n_jobs=joblib.cpu_count(), max_nbytes=None)(fits)  # else it leaves folders behind
    return [np.array(layer) for layer in zip(*trained, strict=True)]


def _one(w1, w2, x, y, lr, epochs):
    network = Started(
        hidden_layer_sizes=(len(w1),),
        activation="logistic",
        solver="sgd",
        alpha=0.0,
        batch_size=len(x),
        learning_rate="constant",
        learning_rate_init=lr,
        max_iter=epochs,
        shuffle=False,
        tol=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
        early_stopping=False,
        n_iter_no_change=epochs + 1,
    )
    network.starts = iter([w1.T, w2.T])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(x, y)
    return [coefficients.T for coefficients in network.coefs_]
