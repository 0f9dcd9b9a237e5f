"""Invalid networks, axes, designs and initial weights: the message names the file, the dotted key, the value and what is
allowed.
"""

import pytest

from helpers.invalid_specs import model, numbered, refused_plan, train

WIDTHS = "must be a whole number of units from 1 to 65536, or a list of one per hidden layer"
WRONG = [
    # networks
    (model(hidden=0), f"model.hidden = 0: {WIDTHS}"),
    (model(hidden=[4, 0]), f"model.hidden = [4, 0]: {WIDTHS}"),
    (model(hidden="two"), f"model.hidden = 'two': {WIDTHS}"),
    (
        model(hidden={"uniform": [2, 2.5]}),
        "model.hidden = { uniform = [2, 2.5] }: its value 2.5: must be a whole number of units",
    ),
    (train(lr={"uniform": [0.1, -1.0]}), "train.lr = { uniform = [0.1, -1.0] }: uniform must go from a number to a larger one"),
    (
        train(lr={"loguniform": [0.0, 1.0]}),
        "train.lr = { loguniform = [0.0, 1.0] }: loguniform must go from a number above 0 to a larger one",
    ),
    (train(lr={"uniform": [0.1, 1.0]}), "train.lr: a sampled axis needs [design] points"),
    (train(lr={"uniform": [0.1, 1.0], "zip": "a"}), "zip = 'a' }: uniform takes no zip"),
    (train(lr={"uniform": [0.1, 1.0], "n": 3}), "n = 3 }: uniform takes no n"),
    ({"design": {"points": 4}}, "design: no axis is uniform or loguniform"),
    ({"design": {"points": 0}}, "design.points = 0: must be a whole number from 1 to 1000000"),
    ({"design": {"points": -4}}, "design.points = -4: must be a whole number from 1 to 1000000"),
    ({"design": {"points": 2.5}}, "design.points = 2.5: must be a whole number from 1 to 1000000"),
    ({"design": {}}, "design.points: missing"),
    (
        {**train(lr={"values": [0.1], "uniform": [0.1, 1.0]}), "design": {"points": 4}},
        "}: an axis needs one of values, linear, log, range, uniform, loguniform; this one has values and uniform",
    ),
    ({"design": {"points": 4, "method": "sobel"}}, "design.method = 'sobel': there is no such name; did you mean sobol?"),
    ({"exclude": [{"train": {"lr": 0.1}}]}, "exclude[0]: train.lr = 0.1: there is no such axis. There are: none"),
    ({**train(lr={"values": [1, 2]}), "exclude": [{"train.lr": 3}]}, "exclude[0]: train.lr has no value 3"),
    ({**train(lr={"values": [1, 2]}), "exclude": [{"train.lr": [1, 2]}]}, "exclude: it leaves no cell"),
    (
        model(activation="sigmod"),
        "model.activation = 'sigmod': there is no such name; did you mean sigmoid? There are: sigmoid",
    ),
    (
        model(activation={"values": ["tanh", "rleu"]}),
        "model.activation.values[1] = 'rleu': there is no such name; did you mean relu?",
    ),
    (model(output="relu"), "model.output = 'relu': there is no such name. There are: sigmoid, symmetric_sigmoid"),
    (model(init={"file": "w.npz"}), "model.init = { file = 'w.npz' }: file needs scheme = 'file' beside it"),
    (model(bias="yes"), "model.bias = 'yes': must be true or false"),
    (model(bias_input=float("nan")), "model.bias_input = nan: must be a finite number"),
    (
        model(hidden=[], shortcuts=True),
        "model.shortcuts = true, model.hidden = []: shortcuts go around hidden layers, and there are none",
    ),
    (
        model(hidden=[], parametrization="mean_field"),
        "model.parametrization = 'mean_field', model.hidden = []: mean_field divides",
    ),
    (model(low=0.5), "model.low: unknown key; did you mean model.init.low? Allowed here: hidden"),
    ({"hiden": 3}, "hiden: unknown key; did you mean model.hidden?"),
    # what other libraries call it, and keys that belong, or do not belong, in another table
    (train(learning_rate=0.1), "train.learning_rate: unknown key; did you mean lr? Allowed here: optimizer"),
    (model(learning_rate=0.1), "model.learning_rate: unknown key; did you mean train.lr? Allowed here: hidden"),
    (model(seed=1), "model.seed: unknown key; did you mean seeds, outside of all tables? Allowed here: hidden"),
    ({"design": {"seeds": 1}}, "design.seeds: unknown key; did you mean seeds, outside of all tables?"),
    (train(lr={"log": [1, 2], "points": 3}), "train.lr.points: unknown key; did you mean n? Allowed here: values"),
    (train(lr={"values": [1, 2], "start": 3}), "train.lr.start: unknown key. Allowed here: values"),
    ({"run": {"seeds": 3}}, "run: unknown key. Allowed here: name"),
    ({"stop": {"loss": 3}}, "stop: unknown key; did you mean train.stop?"),
    (model(noise=0.1), "model.noise: unknown key. Allowed here: hidden"),
    ({"task": "moons", **model(noise=0.1)}, "model.noise: unknown key; did you mean task.noise? Allowed here: hidden"),
    (train(epochs=1.5), "train.epochs = 1.5: must be a whole number from 1 to 2147483646"),
    (train(epochs=1e19), "train.epochs = 1e+19: must be a whole number from 1 to 2147483646"),
    (
        {"task": {"name": "encoder", "code": [4, 2]}, **model(hidden=3)},
        "model.hidden = [3]: the task, an encoder, has one hidden layer of 2",
    ),
    # initial weights
    (model(init="unifrom"), "model.init = 'unifrom': there is no such name; did you mean uniform? There are: uniform, normal"),
    (model(init=3), "model.init = 3: must be one of uniform, normal"),
    (model(init={"scheme": "normal", "low": 1.0}), "model.init.low: unknown key. Allowed here: scheme, offset, mean, std"),
    (model(init={"scheme": "normal", "std": -1}), "model.init.std = -1: must be a finite number, at least 0"),
    (
        model(init={"values": ["normal", "unifrom"]}),
        "model.init.values[1] = 'unifrom': there is no such name; did you mean uniform?",
    ),
    (model(init={"values": ["normal", {"low": 2.0}]}), "model.init.low = 2.0, model.init.high = 1.0: low must not exceed high"),
    (model(init={"values": ["normal", {"low": 2.0}]}), "(cell 1)"),
    (model(init={"values": [{"scheme": "file", "file": "nowhere.npz"}]}), "nowhere.npz: no such file"),
    (model(init={"low": 2.0}), "model.init.low = 2.0, model.init.high = 1.0: low must not exceed high"),
    (model(init={"low": {"values": [0.0, 2.0]}}), "model.init.low = 2.0, model.init.high = 1.0: low must not exceed high"),
    (model(init={"low": {"values": [0.0, 2.0]}}), "(cell 1)"),
    (model(init={"offset": [1]}), "model.init.offset = [1.0]: a list must have one number per layer, 2 in all"),
    (model(init={"offset": 1}), "model.init.offset = 1: must be a list"),
    (model(init="file"), "model.init.file: missing"),
    (model(init={"scheme": "file", "file": "nowhere.npz"}), "nowhere.npz: no such file"),
]


@pytest.mark.parametrize(("table", "message"), WRONG, ids=numbered(WRONG))
def test_an_invalid_spec_is_refused_with_its_place(table, message):
    assert message in refused_plan(table)
