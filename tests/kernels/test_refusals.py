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
    ({"x": np.full((4, 2), np.nan)}, r"x\[0, 0\] = nan: must be a finite number"),
    ({"x": [[1, 2], [3]]}, "x = .*: must be numbers, in rows of equal length, each a finite number"),
    ({"x": [["1", "2"]] * 4}, "x = .*: must be numbers, in rows of equal length, each a finite number"),
    ({"x": X * 1j}, "x = .*: must be numbers, in rows of equal length, each a finite number"),
    ({"x": None}, "x = .*: must be numbers, in rows of equal length, each a finite number"),
    ({"x": X * 1e60, "dtype": "float32"}, r"x, sample 1, column 1: 1e\+60 is too large for float32"),
    ({"y": [1.0]}, r"y: must have the shape \(4, outputs\)"),
    ({"y": np.zeros((4, 0))}, "y: must have the shape"),
    ({"y": [0, 1, 1, np.inf]}, r"y\[3\] = inf: must be a finite number"),
    ({"y": [0, 1, 1, 2]}, r"y, sample \d, column 0: target 2: sigmoid"),
    ({"y": [0, 1, 1, -0.1], "loss": "mse"}, r"y, sample 3, column 0: target -0.1: sigmoid"),
    ({"output": "softmax", "loss": "cross_entropy"}, "softmax needs at least two"),
    ({"output": "softmax", "loss": "cross_entropy", "y": [[0.5, 0.6]] * 4}, "sum to 1.1"),
    ({"output": "tanh"}, "output = 'tanh': bce needs output sigmoid"),
    ({"output": "softmax", "loss": "mse"}, "loss = 'mse', output = 'softmax': mse needs output"),
    ({"loss": "hinge"}, r"loss = 'hinge': there is no such name\. There are: bce"),
    ({"loss": None}, "loss = None"),
    ({"activation": ["tanh"]}, "activation = "),
    ({"optimizer": {"name": []}}, "optimizer = "),
    ({"optimizer": {"beta": 0.9}}, "optimizer = .*: must be a name"),
    ({"optimizer": {"name": "gd", "beta": 0.9}}, "optimizer.beta = 0.9: gd has no such hyperparameter"),
    ({"optimizer": {"name": "adam", "beta": 0.9}}, "optimizer.beta = 0.9: adam has no such hyperparameter"),
    ({"optimizer": {"name": "adam", "beta1": 1.0}}, "optimizer.beta1 = .*: must be a number, at least 0 and below 1"),
    (
        {"optimizer": {"name": "adam", "beta1": 1 - 1e-12}, "dtype": "float32"},
        "optimizer.beta1 = 0.99.*: must be .* in float32",
    ),
    ({"optimizer": {"name": "adam", 3: 1.0}}, "optimizer = .*: its keys"),
    ({"optimizer": 3}, "optimizer = .*: must be a name"),
    ({"optimizer": "rprop", "batch": {"size": 2}}, "optimizer = 'rprop', batch = {'size': 2}: rprop"),
    ({"optimizer": "rprop", "schedule": {"name": "exponential", "factor": 0.9}}, "schedule = .*, optimizer = 'rprop': rprop"),
    (
        {"optimizer": "rprop", "schedule": {"name": "constant", "warmup": 2}},
        "schedule.warmup = 2, optimizer = 'rprop': rprop adapts its own",
    ),
    ({"schedule": "step"}, "schedule.every: missing; step needs it"),
    ({"schedule": {"name": "step", "every": 0, "factor": 0.5}}, "schedule.every = .*: must be a whole number"),
    ({"schedule": {"name": "constant", "warmup": "long"}}, "schedule.warmup = 'long': must be a whole number"),
    ({"schedule": {"name": "constant", "warmup": np.nan}}, "schedule.warmup = .*: must be a whole number"),
    (
        {"schedule": {"name": "constant", "warmup": 9}, "dtype": "float32", "epochs": 2**25},
        "epochs = 33554432, dtype = 'float32': in float32 a schedule",
    ),
    ({"hidden": 0}, "hidden = .*: must be a whole number, at least 1"),
    ({"hidden": 2.5}, "hidden = .*: must be a whole number, at least 1"),
    ({"hidden": "22"}, "hidden = .*: must be a whole number, at least 1"),
    ({"hidden": None}, "hidden = .*: must be a whole number, at least 1"),
    ({"hidden": True}, "hidden = .*: must be a whole number, at least 1"),
    ({"hidden": [2, "a"]}, r"hidden\[1\] = 'a': must be a whole number"),
    ({"lr": []}, r"lr = \[\]: a list must have one number per layer"),
    ({"hidden": 10**30}, "hidden = 1000.*: .* weights"),
    ({"hidden": (), "shortcuts": True}, "shortcuts = True, hidden = .*: shortcuts go around hidden layers"),
    ({"hidden": (), "parametrization": "mean_field"}, "parametrization = 'mean_field', hidden = .*: mean_field"),
    ({"bias": 1}, "bias = 1: must be True or False"),
    ({"bias_input": np.inf}, "bias_input = .*: must be a finite number"),
    ({"bias_input": HUGE}, "bias_input = .*: must be a finite number"),
    ({"bias_input": "1"}, "bias_input = .*: must be a finite number"),
    ({"bias_input": 1e60, "dtype": "float32"}, "bias_input = 1e.60, dtype = 'float32': too large"),
    ({"midpoint": "half"}, "midpoint = .*: must be a finite number"),
    ({"midpoint": np.nan}, "midpoint = .*: must be a finite number"),
    ({"lr": "fast"}, "lr = .*: must be a finite number above 0"),
    ({"lr": "0.1"}, "lr = .*: must be a finite number above 0"),
    ({"lr": None}, "lr = .*: must be a finite number above 0"),
    ({"lr": True}, "lr = .*: must be a finite number above 0"),
    ({"lr": 0.0}, "lr = .*: must be a finite number above 0"),
    ({"lr": HUGE}, "lr = .*: must be a finite number above 0"),
    ({"lr": np.array([0.1, np.inf])}, "lr = .*: must be a finite number above 0"),
    ({"lr": [0.1]}, r"lr = \[0.1\]: a list must have one number per layer, 2 in all"),
    ({"lr": [0.1, None]}, r"lr = \[0.1, None\]: a list"),
    ({"lr": [0.1, [[1], [2, 3]]]}, r"lr\[1\] = .*: must be numbers, in rows of equal length"),
    ({"lr": 1e-60, "dtype": "float32"}, "lr = 1e-60, dtype = 'float32': must be .* in float32"),
    ({"seed": [1, 2], "lr": np.array([0.1, 0.2, 0.3])}, "seed, lr: must have shapes that broadcast"),
    ({"seed": -1}, "seed = .*: must be a whole number from 0 to"),
    ({"seed": 2**32}, "seed = .*: must be a whole number from 0 to"),
    ({"seed": np.uint64(2**64 - 1)}, "seed = .*: must be a whole number from 0 to"),
    ({"seed": 1.5}, "seed = .*: must be a whole number from 0 to"),
    ({"seed": None}, "seed = .*: must be a whole number from 0 to"),
    ({"epochs": 0}, "epochs = .*: must be a whole number from 1 to"),
    ({"epochs": 2**31}, "epochs = .*: must be a whole number from 1 to"),
    ({"bound": 0}, "bound = .*: must be a number above 0"),
    ({"bound": np.nan}, "bound = .*: must be a number above 0"),
    ({"clip": 0}, "clip = .*: must be a finite number above 0"),
    ({"weight_decay": -1}, "weight_decay = .*: must be a finite number, at least 0"),
    ({"huber_delta": 1.0}, "huber_delta = 1.0: only the loss huber takes it"),
    ({"derivative_offset": -0.1}, "derivative_offset = .*: must be a finite number, at least 0"),
    ({"init": {"scheme": "uniform", "low": 1.0, "high": 0.0}}, "init.low = 1.0, init.high = 0.0: low must not exceed high"),
    ({"init": {"scheme": "uniform", "low": -1.7e308, "high": 1.7e308}}, "init.low"),
    ({"init": {"scheme": "uniform", "std": 1.0}}, "init.std = 1.0: uniform has no such hyperparameter"),
    (
        {"init": {"scheme": "normal", "offset": [1.0]}},
        r"init.offset = \[1.0\]: a list must have one number per layer, 2 in all",
    ),
    ({"init": {"scheme": "normal", "offset[7]": 1.0}}, "init = .*: its keys"),
    ({"init": "file"}, "init = 'file': give arrays with"),
    ({"init": {"scheme": "normal", "arrays": []}}, "init = .*: give arrays with"),
    ({"init": {"scheme": "file", "arrays": 5}}, "init = .*: its arrays must have the shapes"),
    ({"init": {"scheme": "file", "arrays": [X[:2], X[:2]]}}, "init = .*: its arrays must have the shapes"),
    (
        {"init": {"scheme": "file", "arrays": [[[1, 2], [3]], [[1, 2]]]}},
        r"init.arrays\[0\] = .*: must be numbers, in rows of equal length, each a finite number",
    ),
    ({"batch": "half"}, "batch = 'half'"),
    ({"batch": 3}, "batch = 3: must be 'full'"),
    ({"batch": {"size": 0}}, "batch.size = 0: must be a whole number, at least 1"),
    ({"batch": {"size": 5}}, "batch.size = 5: there are only 4"),
    ({"batch": {"size": 4, "order": "sideways"}}, r"batch.order = 'sideways': there is no such name\. There are: given"),
    ({"batch": {"size": 2, "order": np.arange(2)}}, "batch.order = "),
    ({"stop": 0.1}, "stop = 0.1: must be a mapping with 'loss', 'within'"),
    ({"stop": {"loss": -0.1}}, "stop.loss = .*: must be a finite number, at least 0"),
    ({"stop": {"los": 0.1}}, r"stop.los = 0.1: there is no such criterion; did you mean loss\? There are: loss, within"),
    ({"stop": {"loss[0]": 0.1}}, "stop = .*: its keys"),
    ({"stop": {"patience": 2}}, "stop.patience = 2: patience counts tests"),
    ({"stop": {"loss": 0.1, "patience": 0}}, "stop.patience = .*: must be a whole number"),
    ({"stop": {"accuracy": 1.1}}, "stop.accuracy = .*: must be a number from 0 to 1"),
    ({"stop": {"accuracy": 1.0}, "midpoint": None}, "stop.accuracy = 1.0: accuracy needs targets"),
    ({"stop": {"loss": 0.1}, "measure": True}, "measure = True, stop = .*: the convergence measure needs all epochs"),
    ({"measure": 1}, "measure = 1: must be True or False"),
    ({"stall": {"window": 3}}, "stall.improvement: missing"),
    ({"stall": {"window": 3, "improvement": 0.0}}, "stall.improvement = .*: must be a finite number above 0"),
    ({"dtype": "float16"}, "dtype = 'float16'"),
    (
        {"activatoin": "tanh"},
        r"activatoin = 'tanh': there is no such setting; did you mean activation\? There are: hidden, activation",
    ),
    ({"dtype": np.float64}, "dtype = "),
    (
        {"optimizer": {"name": "adam", "beta": 3}},
        r"optimizer.beta = 3: adam has no such hyperparameter; did you mean beta2\? It has",
    ),
    ({"huber_delta": -1.0}, "huber_delta = -1.0: only the loss huber takes it"),
    ({"stop": {"patience": 0}}, "stop.patience = 0: patience counts tests"),
    ({"stall": {"wndow": 0}}, r"stall.wndow = 0: there is no such setting; did you mean stall.window\?"),
    ({"seed": "a"}, "seed = 'a': must be a whole number from 0 to"),
    ({"seed": True}, "seed = True: must be a whole number from 0 to"),
    ({"epochs": True}, "epochs = True: must be a whole number from 1 to"),
    ({"optimizer": "adma"}, r"optimizer = 'adma': there is no such name; did you mean adam\? There are: gd"),
    ({"loss": "bec"}, r"loss = 'bec': there is no such name; did you mean bce\?"),
    ({"activation": "tahn"}, r"activation = 'tahn': there is no such name; did you mean tanh\?"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=[f"{message} {i}" for i, (_, message) in enumerate(WRONG)])
def test_an_invalid_setting_is_named(wrong, message):
    settings = {"x": X, "y": Y, "epochs": 5, **wrong}
    with pytest.raises((SettingError, DataError), match=message) as raised:
        train(**settings)
    assert raised.value.settings
    with pytest.raises((SettingError, DataError), match=message):
        check(**settings)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"record_at": [3, 1]}, r"record_at = \[3, 1\]: must be a list of epochs in ascending order"),
        ({"record_at": [-1]}, "record_at = .*: must be a whole number, at least 0"),
        ({"record_at": [0.5]}, "record_at = .*: must be a whole number, at least 0"),
        ({"record_at": [np.nan]}, "record_at = .*: must be a whole number, at least 0"),
        ({"record_at": 3}, "record_at = 3: must be a list of epochs"),
        ({"record_at": ["a"]}, "record_at = .*: must be numbers, in rows of equal length"),
        ({"record_at": [[1], [2, 3]]}, "record_at = .*: must be numbers, in rows of equal length"),
        ({"record_at": [1], "record_runs": [3]}, "record_runs = 3: must be a place from 0 to 2"),
        (
            {"record_at": [1], "record_runs": [1, 1]},
            r"record_runs = \[1, 1\]: must be a list, each member a place from 0 to 2 and there once",
        ),
        ({"record_runs": [1]}, r"record_runs = \[1\]: nothing is recorded of these runs; give record_at too"),
        ({"record_at": [1], "record_runs": "all"}, "record_runs = 'all': must be a place from 0 to 2"),
    ],
)
def test_records_of_nonsense_are_named(wrong, message):
    with pytest.raises((SettingError, DataError), match=message):
        train(X, Y, epochs=5, seed=[0, 1, 2], **wrong)
