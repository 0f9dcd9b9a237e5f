"""Arguments that make no sense are named before anything is trained."""

import numpy as np
import pytest

from backsweep.errors import DataError, SettingError
from backsweep.kernels import check, train

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])


Y = np.array([[0.0], [1], [1], [0]])


HUGE = 10**400


WRONG = [
    ({"x": [1.0, 2.0]}, "x: must have the shape"),
    ({"x": np.zeros((0, 2))}, "x: must have the shape"),
    ({"x": np.zeros((4, 0))}, "x: must have the shape"),
    ({"x": np.zeros((4, 2, 2))}, "x: must have the shape"),
    ({"x": np.full((4, 2), np.nan)}, "x: finite"),
    ({"x": [[1, 2], [3]]}, "x: must be numbers"),
    ({"x": [["1", "2"]] * 4}, "x: must be numbers"),
    ({"x": X * 1j}, "x: must be numbers"),
    ({"x": None}, "x: must be numbers"),
    ({"x": X * 1e60, "dtype": "float32"}, r"x, sample 1, column 1: 1e\+60 is too large for float32"),
    ({"y": [1.0]}, r"y: must have the shape \(4, outputs\)"),
    ({"y": np.zeros((4, 0))}, "y: must have the shape"),
    ({"y": [0, 1, 1, np.inf]}, "y: finite"),
    ({"y": [0, 1, 1, 2]}, r"y, sample \d, column 0: target 2: sigmoid"),
    ({"y": [0, 1, 1, -0.1], "loss": "mse"}, r"y, sample 3, column 0: target -0.1: sigmoid"),
    ({"output": "softmax", "loss": "cross_entropy"}, "softmax needs at least two"),
    ({"output": "softmax", "loss": "cross_entropy", "y": [[0.5, 0.6]] * 4}, "sum to 1.1"),
    ({"output": "tanh"}, "loss: bce needs output sigmoid"),
    ({"output": "softmax", "loss": "mse"}, "loss: mse needs output"),
    ({"loss": "hinge"}, "loss = 'hinge': must be one of bce"),
    ({"loss": None}, "loss = None"),
    ({"activation": ["tanh"]}, "activation = "),
    ({"optimizer": {"name": []}}, "optimizer = "),
    ({"optimizer": {"beta": 0.9}}, "optimizer: must be a name"),
    ({"optimizer": {"name": "gd", "beta": 0.9}}, "optimizer.beta: gd has no such hyperparameter"),
    ({"optimizer": {"name": "adam", "beta": 0.9}}, "optimizer.beta: adam has no such hyperparameter"),
    ({"optimizer": {"name": "adam", "beta1": 1.0}}, "optimizer.beta1: must be"),
    ({"optimizer": {"name": "adam", "beta1": 1 - 1e-12}, "dtype": "float32"}, "optimizer.beta1: .* in float32"),
    ({"optimizer": {"name": "adam", 3: 1.0}}, "optimizer: its keys"),
    ({"optimizer": 3}, "optimizer: must be a name"),
    ({"optimizer": "rprop", "batch": {"size": 2}}, "optimizer: rprop"),
    ({"optimizer": "rprop", "schedule": {"name": "exponential", "factor": 0.9}}, "schedule: rprop"),
    ({"optimizer": "rprop", "schedule": {"name": "constant", "warmup": 2}}, "schedule.warmup: rprop adapts its own"),
    ({"schedule": "step"}, "schedule.every: is missing"),
    ({"schedule": {"name": "step", "every": 0, "factor": 0.5}}, "schedule.every: must be"),
    ({"schedule": {"name": "constant", "warmup": "long"}}, "schedule.warmup: must be numbers"),
    ({"schedule": {"name": "constant", "warmup": np.nan}}, "schedule.warmup: must be"),
    ({"schedule": {"name": "constant", "warmup": 9}, "dtype": "float32", "epochs": 2**25}, "epochs: in float32 a schedule"),
    ({"hidden": 0}, "hidden: must be whole"),
    ({"hidden": 2.5}, "hidden: must be a whole number"),
    ({"hidden": "22"}, "hidden: must be whole"),
    ({"hidden": None}, "hidden: must be a whole number"),
    ({"hidden": True}, "hidden: must be whole"),
    ({"hidden": 10**30}, "hidden: .* weights"),
    ({"hidden": (), "shortcuts": True}, "shortcuts: shortcuts go around hidden layers"),
    ({"hidden": (), "parametrization": "mean_field"}, "parametrization: mean_field"),
    ({"bias": 1}, "bias = 1: must be True or False"),
    ({"bias_input": np.inf}, "bias_input: must be a finite number"),
    ({"bias_input": HUGE}, "bias_input: must be numbers"),
    ({"bias_input": "1"}, "bias_input: must be numbers"),
    ({"bias_input": 1e60, "dtype": "float32"}, "bias_input: too large"),
    ({"midpoint": "half"}, "midpoint: must be numbers"),
    ({"midpoint": np.nan}, "midpoint: must be a finite number"),
    ({"lr": "fast"}, "lr: must be numbers"),
    ({"lr": "0.1"}, "lr: must be numbers"),
    ({"lr": None}, "lr: must be"),
    ({"lr": True}, "lr: must be numbers"),
    ({"lr": 0.0}, "lr: must be"),
    ({"lr": HUGE}, "lr: must be numbers"),
    ({"lr": np.array([0.1, np.inf])}, "lr: must be"),
    ({"lr": [0.1]}, "lr: a list must have one number per layer, 2 in all"),
    ({"lr": [0.1, None]}, "lr: a list"),
    ({"lr": [0.1, [[1], [2, 3]]]}, r"lr\[1\]: must be numbers"),
    ({"lr": 1e-60, "dtype": "float32"}, "lr: must be .* in float32"),
    ({"seed": [1, 2], "lr": np.array([0.1, 0.2, 0.3])}, "seed, lr: must have shapes that broadcast"),
    ({"seed": -1}, "seed: must be"),
    ({"seed": 2**32}, "seed: must be"),
    ({"seed": np.uint64(2**64 - 1)}, "seed: must be"),
    ({"seed": 1.5}, "seed: must be"),
    ({"seed": None}, "seed: must be"),
    ({"epochs": 0}, "epochs: must be"),
    ({"epochs": 2**31}, "epochs: must be"),
    ({"bound": 0}, "bound: must be"),
    ({"bound": np.nan}, "bound: must be"),
    ({"clip": 0}, "clip: must be"),
    ({"weight_decay": -1}, "weight_decay: must be"),
    ({"huber_delta": 1.0}, "huber_delta: only the loss huber takes it"),
    ({"derivative_offset": -0.1}, "derivative_offset: must be"),
    ({"init": {"scheme": "uniform", "low": 1.0, "high": 0.0}}, "init.low: must not exceed"),
    ({"init": {"scheme": "uniform", "low": -1.7e308, "high": 1.7e308}}, "init.low"),
    ({"init": {"scheme": "uniform", "std": 1.0}}, "init.std: uniform has no such hyperparameter"),
    ({"init": {"scheme": "normal", "offset": [1.0]}}, "init.offset: a list"),
    ({"init": {"scheme": "normal", "offset[7]": 1.0}}, "init: its keys"),
    ({"init": "file"}, "init: give arrays with"),
    ({"init": {"scheme": "normal", "arrays": []}}, "init: give arrays with"),
    ({"init": {"scheme": "file", "arrays": 5}}, "init: must be a list of arrays"),
    ({"init": {"scheme": "file", "arrays": [X[:2], X[:2]]}}, "init: must be a list of arrays"),
    ({"init": {"scheme": "file", "arrays": [[[1, 2], [3]], [[1, 2]]]}}, "init: must be numbers"),
    ({"batch": "half"}, "batch = 'half'"),
    ({"batch": 3}, "batch: must be 'full'"),
    ({"batch": {"size": 0}}, "batch: must be whole"),
    ({"batch": {"size": 5}}, "batch: size = 5: there are only 4"),
    ({"batch": {"size": 4, "order": "sideways"}}, "batch: order = 'sideways'"),
    ({"batch": {"size": 2, "order": np.arange(2)}}, "batch: order"),
    ({"stop": 0.1}, "stop: must be a mapping"),
    ({"stop": {"loss": -0.1}}, "stop.loss: must be"),
    ({"stop": {"los": 0.1}}, "stop.los: must be one of loss"),
    ({"stop": {"loss[0]": 0.1}}, "stop: its keys"),
    ({"stop": {"patience": 2}}, "stop.patience: patience counts tests"),
    ({"stop": {"loss": 0.1, "patience": 0}}, "stop.patience: must be"),
    ({"stop": {"accuracy": 1.1}}, "stop.accuracy: must be"),
    ({"stop": {"accuracy": 1.0}, "midpoint": None}, "stop.accuracy: accuracy needs targets"),
    ({"stop": {"loss": 0.1}, "measure": True}, "measure: the convergence measure needs all epochs"),
    ({"measure": 1}, "measure = 1: must be True or False"),
    ({"stall": {"window": 3}}, "stall.improvement: missing"),
    ({"stall": {"window": 3, "improvement": 0.0}}, "stall.improvement: must be"),
    ({"dtype": "float16"}, "dtype = 'float16'"),
    ({"activatoin": "tanh"}, r"activatoin: there is no such setting; did you mean activation\? There are: hidden, activation"),
    ({"dtype": np.float64}, "dtype = "),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[f"{said} {i}" for i, (_, said) in enumerate(WRONG)])
def test_an_invalid_setting_is_named(wrong, said):
    settings = {"x": X, "y": Y, "epochs": 5, **wrong}
    with pytest.raises((SettingError, DataError), match=said) as raised:
        train(**settings)
    assert raised.value.settings
    with pytest.raises((SettingError, DataError), match=said):
        check(**settings)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"record_at": [3, 1]}, "record_at: must be epochs in ascending order"),
        ({"record_at": [-1]}, "record_at: must be epochs"),
        ({"record_at": [0.5]}, "record_at: must be epochs"),
        ({"record_at": [np.nan]}, "record_at: must be epochs"),
        ({"record_at": 3}, "record_at: must be epochs"),
        ({"record_at": ["a"]}, "record_at: must be numbers"),
        ({"record_at": [[1], [2, 3]]}, "record_at: must be numbers"),
        ({"record_at": [1], "record_runs": [3]}, "record_runs: must be places from 0 to 2"),
        ({"record_at": [1], "record_runs": [1, 1]}, "record_runs: must be places from 0 to 2, each at most once"),
        ({"record_at": [1], "record_runs": "all"}, "record_runs: must be numbers"),
    ],
)
def test_records_of_nonsense_are_named(wrong, said):
    with pytest.raises((SettingError, DataError), match=said):
        train(X, Y, epochs=5, seed=[0, 1, 2], **wrong)
