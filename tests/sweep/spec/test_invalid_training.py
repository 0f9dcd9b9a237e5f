"""Invalid training, records and tasks: the message names the file, the dotted key, the value and what is allowed; exit code 2,
never a traceback.
"""

import pytest

from backsweep.errors import BacksweepError, DataError
from backsweep.sweep import Spec, Sweep
from helpers.commands import refused
from helpers.invalid_specs import model, numbered, refused_plan, train


def rules(*values, **more):
    return train(optimizer={"values": list(values)}, **more)


TEACHER = {"task": "teacher", "model": {"output": "identity"}}
WRONG = [
    # optimizers
    (train(optimizer="adm"), "train.optimizer = 'adm': there is no such name; did you mean adam? There are: gd, momentum"),
    (
        train(optimizer=["gd", "adam"]),
        "or a table with a name; several values in turn are an axis: { values = ['gd', 'adam'] }",
    ),
    (
        train(batch={"values": ["full", "pattern"]}),
        "pattern'] }: cannot be an axis; its size and its order can, as in { size =",
    ),
    (model(activation={"linear": [1, 2], "n": 2}), "n = 2 }: its value 1: there is no such name. There are: sigmoid"),
    (
        train(lr={"values": [0.1, [0.1, 0.2]]}),
        "train.lr.values[1] = [0.1, 0.2]: must be a finite number above 0; a list of one per layer stands outside of axes",
    ),
    (train(lr={"range": [1, 2]}), "train.lr.range = [1, 2]: must be [start, stop, step], three finite numbers"),
    ({"record": {"every": [1, 2]}}, "record.every = [1, 2]: must be a whole number from 1 to 2147483646"),
    (train(optimizer=3), "train.optimizer = 3: must be one of gd, momentum"),
    (train(optimizer={"beta": 0.9}), "train.optimizer = { beta = 0.9 }: must be one of gd"),
    (train(optimizer={"name": "adm"}), "train.optimizer.name = 'adm': there is no such name; did you mean adam?"),
    (
        train(optimizer={"name": "adam", "betta1": 0.9}),
        "train.optimizer.betta1: unknown key; did you mean beta1? Allowed here: name, beta1, beta2, epsilon",
    ),
    (train(optimizer={"name": "gd", "beta": 0.9}), "train.optimizer.beta: unknown key. Allowed here: name"),
    (train(optimizer={"name": "adam", "beta1": 1}), "train.optimizer.beta1 = 1: must be a number, at least 0 and below 1"),
    (train(optimizer={"name": "adam", "beta1": {"values": [0.9, 1.0]}}), "train.optimizer.beta1.values[1] = 1.0: must be a"),
    (rules(), "train.optimizer = { values = [] }: the axis is empty; it needs at least one value"),
    (
        rules("gd", "adm"),
        "train.optimizer.values[1] = 'adm': there is no such name; did you mean adam? There are: gd, momentum",
    ),
    (rules("gd", 3), "train.optimizer.values[1] = 3: must be one of gd, momentum"),
    (
        rules("gd", {"name": "momentum", "betta": 0.9}),
        "train.optimizer.values[1].betta: unknown key; did you mean beta? Allowed here: name, beta",
    ),
    (
        rules("gd", {"name": "momentum", "beta": {"values": [0.5, 1.5]}}),
        "train.optimizer.values[1].beta.values[1] = 1.5: must be a number, at least 0 and below 1",
    ),
    (
        rules({"name": "momentum", "beta": {"values": []}}),
        "train.optimizer.values[0].beta = { values = [] }: the axis is empty",
    ),
    (
        rules("gd", {"values": ["adam"]}),
        "train.optimizer.values[1] = { values = ['adam'] }: an axis cannot contain an axis; list the values of the inner one",
    ),
    (
        rules("gd", {"name": "adam", "beta1": {"uniform": [0.8, 0.9]}}),
        "train.optimizer.values[1].beta1 = { uniform = [0.8, 0.9] }: an axis within a table of an axis cannot be sampled",
    ),
    (
        rules({"name": "adam", "beta1": {"values": [0.8, 0.9], "zip": "a"}}),
        "train.optimizer.values[0].beta1.zip = 'a': no other axis of this table has this zip",
    ),
    (
        rules({"name": "adam", "beta1": {"values": [0.8, 0.9], "zip": "a"}, "beta2": {"values": [0.7, 0.8, 0.9], "zip": "a"}}),
        ": beta1 and beta2: zipped as 'a', so they need the same number of values; they have 2 and",
    ),
    (
        rules({"name": "adam", "beta1": {"linear": [0.1, 0.9], "n": 3000}, "beta2": {"linear": [0.1, 0.9], "n": 3000}}),
        "...: an axis may have at most 1,000,000 values",
    ),
    (
        train(optimizer={"linear": [0, 1], "n": 2}),
        "train.optimizer = { linear = [0, 1], n = 2 }: such an axis needs values = [...], a list of names and tables of gd",
    ),
    (train(optimizer={"values": ["gd"], "zpi": "a"}), "train.optimizer.zpi: unknown key; did you mean zip?"),
    (rules("gd", "quickprop", batch="pattern"), "train.optimizer = 'quickprop', train.batch = { size = 1, order = 'given' }"),
    ({**rules("gd", "adam"), "exclude": [{"train": {"optimizer": "adm"}}]}, "exclude[0]: train.optimizer has no value 'adm'"),
    (
        {**rules("gd", "adam"), "exclude": [{"train": {"lr": 1}}]},
        "exclude[0]: train.lr = 1: there is no such axis. There are: train.optimizer",
    ),
    (train(beta=0.9), "train.beta: unknown key; did you mean train.optimizer.beta?"),
    (
        train(optimizer="quickprop", batch="pattern"),
        "train.optimizer = 'quickprop', train.batch = { size = 1, order = 'given' }",
    ),
    (train(optimizer="quickprop", batch="pattern"), "compares gradients over all samples, so batch must be full"),
    (
        train(optimizer="rprop", schedule={"name": "exponential", "factor": 0.9}),
        "train.schedule = 'exponential', train.optimizer",
    ),
    (
        train(schedule="step"),
        "train.schedule.every: missing; train.schedule needs every and factor\nmy.toml: train.schedule.factor: missing",
    ),
    (train(schedule={"name": "step", "every": 3}), "train.schedule.factor: missing"),
    (train(schedule={"name": "cosine", "epochs": 0}), "train.schedule.epochs = 0: must be a whole number from 1 to 2147483646"),
    (train(schedule={"name": "cosine", "epochs": 9, "flor": 1}), "train.schedule.flor: unknown key; did you mean floor?"),
    (train(lr=[]), "train.lr = []: must be a finite number above 0, or a list of one per layer"),
    (train(lr=[0.1, 0]), "train.lr[1] = 0: must be a finite number above 0"),
    (train(lr=[0.1]), "train.lr = [0.1]: a list must have one number per layer, 2 in all"),
    ({**model(hidden={"values": [2, [2, 2]]}), **train(lr=[0.1, 0.2])}, "train.lr = [0.1, 0.2]: a list must have one number"),
    ({**model(hidden={"values": [2, [2, 2]]}), **train(lr=[0.1, 0.2])}, "one number per layer, 3 in all (cell 1)"),
    (train(weight_decay=-1), "train.weight_decay = -1: must be a finite number, at least 0"),
    (train(clip=0), "train.clip = 0: must be a finite number above 0"),
    (train(batch="fulll"), "train.batch = 'fulll': must be 'full', 'pattern', or a table with a size and an order"),
    (train(batch={"order": "shuffled"}), "train.batch = { order = 'shuffled' }: size is missing"),
    (
        train(batch={"size": 2, "order": "random"}),
        "train.batch.order = 'random': there is no such name. There are: given, shuffled, shared, replacement",
    ),
    (train(batch={"size": 9}), "train.batch.size = 9: there are only 4 samples"),
    (train(batch={"size": {"values": [2, 9]}}), "there are only 4 samples (cell 1)"),
    # losses, and targets that outputs cannot reach
    (train(loss="hinge"), "train.loss = 'hinge': there is no such name. There are: bce, cross_entropy"),
    (
        {**model(output="softmax"), **train(loss="cross_entropy")},
        "model.output = 'softmax': softmax needs at least two outputs",
    ),
    ({**model(output="softmax"), **train(loss="atanh")}, "train.loss = 'atanh', model.output = 'softmax': atanh needs output"),
    (
        train(loss="cross_entropy"),
        "train.loss = 'cross_entropy', model.output = 'sigmoid': cross_entropy needs output softmax",
    ),
    (train(huber_delta=1.0), "train.huber_delta = 1.0, train.loss = 'bce': only the loss huber takes it"),
    (train(huber_delta=0), "train.huber_delta = 0: must be a finite number above 0"),
    (
        {"task": {"name": "xor", "encoding": [-1, 1]}},
        "model.output = 'sigmoid': task xor, row 1, column 'y1': target -1: sigmoid",
    ),
    ({"task": "teacher"}, "model.output = 'sigmoid': task teacher, row 1, column 'y1': target "),
    # stopping rules
    (train(stop={"los": 0.1}), "train.stop.los: unknown key; did you mean loss? Allowed here: loss, within, accuracy"),
    (
        train(stop={"patience": 3}),
        "train.stop.patience = 3: patience counts tests, and there is nothing to test: give one of loss, within, accuracy, "
        "gradient_norm too",
    ),
    (train(stop={"accuracy": 2}), "train.stop.accuracy = 2: must be a number from 0 to 1"),
    (
        {**TEACHER, **train(loss="mse", stop={"accuracy": 1.0})},
        "train.stop.accuracy = 1.0: accuracy needs targets that are classes",
    ),
    (train(stall={"window": 3}), "train.stall.improvement: missing; train.stall needs window and improvement"),
    (train(stall={"window": 0, "improvement": 0.1}), "train.stall.window = 0: must be a whole number from 1 to 2147483646"),
    (train(bound=0), "train.bound = 0: must be a number above 0"),
    # precision
    (
        train(dtype="float16"),
        "train.dtype = 'float16': there is no such name; did you mean float64? There are: float64, float32",
    ),
    (
        train(dtype="float32", lr=1e300),
        "train.lr = 1e+300, train.dtype = 'float32': must be a finite number above 0 in float32 too",
    ),
    (
        train(dtype="float32", epochs=10**8, schedule={"name": "exponential", "factor": 0.9}),
        "train.epochs = 100000000, train.dtype = 'float32': in float32 a schedule can count only to 16777216",
    ),
    # records
    (
        {"record": {"evry": 3}},
        "record.evry: unknown key; did you mean every? Allowed here: every, points, runs, weights, measure",
    ),
    ({"every": 3}, "every: unknown key; did you mean record.every?"),
    ({"record": {"every": 0}}, "record.every = 0: must be a whole number from 1 to 2147483646"),
    ({"record": {"every": 1, "points": 2}}, "record = { every = 1, points = 2 }: takes either every or points, not both"),
    ({"record": {"runs": 3}}, "record.runs = 3: nothing would be recorded of these runs; give every, points or weights too"),
    (
        {"record": {"every": {"values": [1, 2]}}},
        "record.every = { values = [1, 2] }: must be a whole number from 1 to 2147483646",
    ),
    (
        {"record": {"every": 1}, **train(epochs=2_000_000_000)},
        "record.every = 1: with 2,000,000,000 epochs 2,000,000,001 records",
    ),
    (
        {"record": {"measure": True}, **train(stop={"loss": 0.1})},
        "record.measure = true, train.stop = { loss = 0.1 }: the convergence measure needs all epochs",
    ),
    ({"record": {"measure": True}, **train(stall={"window": 3, "improvement": 0.1})}, "record.measure = true"),
    # tasks
    ({"task": "xro"}, "task = 'xro': there is no such name; did you mean xor?"),
    ({"task": ["xor", "and"]}, "task = ['xor', 'and']: cannot be several; give each task a sweep of its own"),
    ({"task": {"values": ["xor", "and"]}}, "'and'] }: cannot be several; give each task a sweep of its own"),
    ({"task": 3}, "task = 3: must be the name of a task, or a table with a name or a file"),
    ({"task": {"file": "nowhere.csv", "inputs": "a", "targets": "b"}}, "nowhere.csv: no such file"),
]


@pytest.mark.parametrize(("table", "message"), WRONG, ids=numbered(WRONG))
def test_an_invalid_spec_is_refused_with_its_place(table, message):
    assert message in refused_plan(table)


def test_a_target_out_of_reach_is_found_in_the_file(tmp_path):
    (tmp_path / "data.csv").write_text("a,b\n0,0.5\n1,1.5\n")
    spec = tmp_path / "spec.toml"
    spec.write_text('task = { file = "data.csv", inputs = "a", targets = "b" }')
    with pytest.raises(DataError, match=r"data.csv, row 2 \(line 3\), column 'b': target 1.5: sigmoid outputs lie") as error:
        Sweep.from_toml(spec).plan()
    assert (error.value.data, error.value.row, error.value.column) == (str(tmp_path / "data.csv"), 1, "b")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("[model]\nhidden = 0", "wrong.toml: model.hidden = 0: must be a whole number of units"),
        (
            "[train]\nbatch = { size = 9 }",
            "wrong.toml: train.batch.size = 9: there are only 4",
        ),
        ('[train]\noptimizer = "adm"', "wrong.toml: train.optimizer = 'adm': there is no such name; did you mean adam?"),
        ('[model]\ninit = { scheme = "file", file = "no.npz" }', "no.npz: no such file"),
    ],
)
def test_the_command_line_prints_the_same_message(lines, message, tmp_path):
    (tmp_path / "wrong.toml").write_text(f'task = "xor"\n{lines}\n')
    assert message in refused("run", "wrong.toml", cwd=tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["wrong.toml"]


def test_a_list_gets_no_hint_at_an_axis_where_none_may_stand():
    for table in (
        {"record": {"every": [1, 2]}},
        train(lr={"values": [0.1, [0.1, 0.2]]}),
        train(optimizer={"values": [["gd"], "adam"]}),
        model(activation={"values": [["tanh"]]}),
    ):
        with pytest.raises(BacksweepError) as error:
            Spec.parse({"task": "xor", **table})
        assert "are an axis" not in str(error.value)
