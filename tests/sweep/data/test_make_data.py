"""Tasks in a spec: encodings, axes, and messages for invalid tasks."""

import numpy as np
import pytest

from backsweep.errors import SettingError
from backsweep.sweep.spec.axes import Axis
from backsweep.sweep.spec.make_data import bottleneck, fill, make
from helpers.tasking import AB, Holder, data, parse, refused, same

BINARY = [
    "and",
    "two_spirals",
    "moons",
    "circles",
    "blobs",
    {"name": "parity", "bits": 3},
    {"name": "encoder", "code": [4, 2]},
]


@pytest.mark.parametrize("table", BINARY, ids=str)
@pytest.mark.parametrize("pair", [[0, 1], [-1, 1], [-0.5, 0.5]])
def test_encodings_of_targets(table, pair):
    table = {"name": table} if isinstance(table, str) else table
    plain, task = data(table), data({**table, "encoding": {"targets": pair}})
    np.testing.assert_array_equal(task.targets, np.where(plain.targets == 1, pair[1], pair[0]))
    np.testing.assert_array_equal(task.inputs, plain.inputs)
    assert task.midpoint == sum(pair) / 2
    assert task.classes == plain.classes


def test_an_encoding_for_both_or_each():
    assert data({"name": "xor", "encoding": [-0.5, 0.5]}).inputs.min() == -0.5
    each = data({"name": "xor", "encoding": {"inputs": [-1, 1], "targets": [-0.5, 0.5]}})
    assert (each.inputs.min(), each.targets.min()) == (-1, -0.5)
    both = {"inputs": [-1, 1], "targets": [-1, 1]}
    assert parse({"name": "xor", "encoding": both}) == parse({"name": "xor", "encoding": [-1, 1]})


def test_numbers_and_encodings_may_be_axes():
    task = parse({"name": "parity", "bits": {"values": [2, 3]}, "encoding": {"values": [[0, 1], [-1, 1]]}})
    assert isinstance(task.bits, Axis)
    assert task.encoding.points == ((0.0, 1.0), (-1.0, 1.0))
    assert same(make(fill(task, {"bits": 2, "encoding": (0.0, 1.0)})), data("xor"))
    task = parse({"name": "xor", "encoding": {"targets": {"values": [[0, 1], [-1, 1]]}}})
    assert make(fill(task, {"encoding.targets": (-1.0, 1.0)})).targets.min() == -1
    task = parse({"name": "encoder", "code": {"values": [[4, 2], [8, 3]]}})
    assert bottleneck(task) is None
    assert bottleneck(fill(task, {"code": (8, 3)})) == 3
    task = parse({"name": "blobs", "spread": {"log": [0.1, 10], "n": 3}, "data_seed": {"range": [0, 5, 1]}})
    assert (task.spread.points, len(task.data_seed.points)) == ((0.1, 1.0, 10.0), 5)


@pytest.mark.parametrize(
    "table",
    [
        *BINARY,
        "teacher",
        {"name": "parity", "bits": {"values": [2, 3]}, "encoding": {"inputs": [-1, 1]}},
        {"name": "moons", "encoding": {"values": [[0, 1], [-1, 1]]}},
        {"name": "truth_table", "inputs": [[0]], "targets": [[1]]},
        {"file": "a.csv", "inputs": "a", "targets": ["b"], "encoding": {"targets": [-1, 1]}},
    ],
    ids=str,
)
def test_written_as_json_it_is_the_same_task(table):
    held = Holder.model_validate({"task": table})
    assert Holder.model_validate_json(held.model_dump_json(exclude_none=True)) == held
    assert isinstance(hash(held.task), int)  # plans are cached by their spec


WRONG_TABLES = [
    ("xro", "task = 'xro': there is no such name; did you mean xor? There are: and, blobs, circles"),
    ({"name": "iris.csv"}, "task.name = 'iris.csv': there is no such name. There are"),
    ({"name": [1]}, "task.name = [1]: there is no such name. There are: and, blobs"),
    ({"name": {}}, "task.name = {}: there is no such name. There are: and, blobs"),
    (3, "task = 3: must be the name of a task, or a table with a name or a file"),
    ({"bits": 3}, "must be the name of a task, or a table with a name or a file"),
    ("parity", "task.bits: missing; task needs bits"),
    ("encoder", "task.code: missing"),
    ({"name": "parity", "bits": 2, "bist": 3}, "task.bist: unknown key"),
    ({"name": "parity", "bits": 17}, "task.bits = 17: must be a whole number from 1 to 16"),
    ({"name": "parity", "bits": {"values": [2, 0]}}, "task.bits.values[1] = 0: must be a whole number from 1 to 16"),
    ({"name": "encoder", "code": [10, 5, 10]}, "task.code = [10, 5, 10]: must be [N, M]"),
    ({"name": "encoder", "code": [1, 1]}, "task.code = [1, 1]: must be [N, M]"),
    ({"name": "xor", "encoding": [0, 2]}, "task.encoding = [0, 2]: must be [0, 1] or [-1, 1] or [-0.5, 0.5]"),
    ({"name": "xor", "encoding": 1}, "task.encoding = 1: must be [0, 1]"),
    ({"name": "xor", "encoding": {"inptus": [0, 1]}}, "task.encoding.inptus: unknown key"),
    ({"name": "moons", "encoding": {"inputs": [-1, 1]}}, "task.encoding.inputs: unknown key"),
    ({"name": "teacher", "encoding": [-1, 1]}, "task.encoding: unknown key"),
    ({"name": "teacher", "activation": "tahn"}, "task.activation = 'tahn': there is no such name; did you mean tanh?"),
    ({"name": "moons", "noise": -1}, "task.noise = -1: must be a number from 0 to 1000"),
    ({"name": "moons", "samples": 2.5}, "task.samples = 2.5: must be a whole number from 2 to 1000000"),
    ({"name": "circles", "factor": 1}, "task.factor = 1: must be a number above 0 and below 1"),
    ({"name": "truth_table", "inputs": [], "targets": []}, "task.inputs = []: must have at least one row"),
    (
        {"name": "truth_table", "inputs": [[0], [0, 1]], "targets": [[0], [1]]},
        "task.inputs = [[0], [0, 1]]: row 2 has 2 values, row 1 has 1",
    ),
    (
        {"name": "truth_table", "inputs": [[0], [1]], "targets": [[0]]},
        "task.targets = [[0]]: 2 rows of inputs need as many of targets; there are 1",
    ),
    ({"name": "truth_table", "inputs": [[2]], "targets": [[0]]}, "task.inputs[0][0] = 2: must be 0 or 1"),
    ({"name": "truth_table", "inputs": [0], "targets": [[0]]}, "task.inputs[0] = 0: must be a list"),
    ({"file": "d.csv", "inputs": ["a"]}, "task.targets: missing; task needs file, inputs and targets"),
    ({**AB, "inputs": ["a", "b"]}, "task.targets = ['b']: 'b' is an input too; a column is one or the other"),
    ({**AB, "inputs": ["a", "a"]}, "task.inputs = ['a', 'a']: 'a' is there twice; give each column once"),
    ({**AB, "inputs": []}, "task.inputs = []: must be at least one column"),
    ({**AB, "inputs": [""]}, "task.inputs = ['']: must be the name of a column, or a list of names"),
    (
        {**AB, "targets": ["colour"], "categories": ["color"]},
        "task.categories = ['color']: 'color' is neither an input nor a target; did you mean 'colour'?",
    ),
    ({**AB, "standardise": 1}, "task.standardise = 1: must be true or false"),
    ({**AB, "name": "xor"}, "has both a name and a file; a task with a file takes no name"),
    ({**AB, "decimal": ""}, "task.decimal = '': must be one character"),
    ({**AB, "decimal": "00"}, "task.decimal = '00': must be one character"),
    ({**AB, "thousands": "1"}, "task.thousands = '1': must be a character that does not occur in numbers"),
    ({**AB, "delimiter": '"'}, "task.delimiter = '\"': must be a character that does not occur in numbers"),
    ({**AB, "delimiter": 5}, "task.delimiter = 5: must be one character"),
    ({**AB, "decimal": ",", "thousands": ","}, "task.thousands = ',': must differ from decimal"),
    ({**AB, "file": "d.npz", "delimiter": ";"}, "task.delimiter = ';': only CSV files take it"),
    ({**AB, "file": "d.PARQUET", "thousands": " "}, "task.thousands = ' ': only CSV files take it"),
    ({**AB, "missing": 5}, "task.missing = 5"),
]


@pytest.mark.parametrize(("table", "message"), WRONG_TABLES, ids=[message[:40] for _, message in WRONG_TABLES])
def test_messages_name_the_key_of_the_spec(table, message):
    with pytest.raises(SettingError) as error:
        parse(table)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_encodings_and_standardising_need_something_to_work_on(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,c,d,e\n1,2,x,5,1e308\n3,4,y,5,-1e308\n")
    for changes, message in (
        ({"encoding": [-1, 1]}, "task.encoding = [-1, 1]: the inputs and targets in"),
        ({"targets": "c", "encoding": {"inputs": [-1, 1]}}, "task.encoding.inputs = [-1, 1]: the inputs in"),
        ({"inputs": "c", "encoding": {"targets": [-0.5, 0.5]}}, "task.encoding.targets = [-0.5, 0.5]: the targets in"),
        ({"inputs": "c", "standardise": True}, "task.standardise: none of the inputs in"),
        ({"inputs": "d", "standardise": True}, "column 'd': all its values are 5, so its standard deviation is 0"),
    ):
        assert message in refused(tmp_path, {**AB, **changes})
    assert data({**AB, "encoding": [0, 1]}, tmp_path).midpoint is None
