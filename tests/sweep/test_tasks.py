"""Tasks: the data they give, and what is said of those that give none."""

import contextlib
import itertools
import math
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import reference
from backsweep.results.errors import InputError
from backsweep.sweep.axes import Axis
from backsweep.sweep.columns import digest_of
from backsweep.sweep.messages import explain
from backsweep.sweep.tasks import TaskSpec, bottleneck, fill, make, sides_of


class Holder(BaseModel):
    task: TaskSpec


def parse(table):
    try:
        return Holder.model_validate({"task": table}).task
    except ValidationError as error:
        raise InputError(explain(error, Holder, "my.toml")) from None


def data(table, folder="."):
    task = parse(table)
    return make(task, sides_of(task, folder))


def digest(task, folder):
    return digest_of(sides_of(task, folder))


def same(one, other):
    return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in zip(one[:-1], other[:-1], strict=True))


# Made by formula


@pytest.mark.parametrize(("name", "targets"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])])
def test_gates(name, targets):
    task = data(name)
    assert task.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert task.targets.tolist() == [[target] for target in targets]
    assert (task.midpoint, task.classes, task.input_names, task.target_names) == (0.5, False, ("x1", "x2"), ("y1",))
    assert task.inputs.dtype == task.targets.dtype == np.float64
    assert task.inputs.flags.c_contiguous
    assert same(task, data({"name": name}))


def test_a_gate_is_a_truth_table_and_xor_is_parity():
    rows = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}
    assert same(data("xor"), data({"name": "truth_table", **rows}))
    assert same(data("xor"), data({"name": "parity", "bits": 2}))


def test_a_truth_table_with_one_true_in_each_target_is_of_classes():
    rows = [[0, 1], [1, 0], [1, 0]]
    assert data({"name": "truth_table", "inputs": rows, "targets": rows}).classes
    assert not data({"name": "truth_table", "inputs": rows, "targets": [[0, 1], [1, 0], [1, 1]]}).classes


@given(st.integers(1, 9))
def test_parity_is_the_number_of_ones(bits):
    task = data({"name": "parity", "bits": bits, "encoding": [-1, 1]})
    assert [tuple(row) for row in task.inputs] == list(itertools.product([-1, 1], repeat=bits))
    np.testing.assert_array_equal(task.targets[:, 0], -np.prod(-task.inputs, axis=1))
    assert task.midpoint == 0


@given(st.integers(2, 40), st.integers(1, 9))
def test_encoders(patterns, hidden):
    task = parse({"name": "encoder", "code": [patterns, hidden]})
    assert bottleneck(task) == hidden
    made = make(task)
    np.testing.assert_array_equal(made.inputs, np.eye(patterns))
    np.testing.assert_array_equal(made.targets, np.eye(patterns))
    assert made.classes


def test_two_spirals_are_the_published_points():
    task = data("two_spirals")
    first, second = task.inputs[task.targets[:, 0] == 1], task.inputs[task.targets[:, 0] == 0]
    assert task.inputs.shape == (194, 2)
    assert len(first) == len(second) == 97
    np.testing.assert_array_equal(first, -second)
    radius = np.hypot(*first.T)
    np.testing.assert_allclose([radius[0], radius[-1]], [6.5, 0.5], atol=1e-8)  # decimals in the data
    np.testing.assert_allclose(np.diff(radius), -6.5 / 104, atol=1e-8)
    assert first[:24:8].tolist() == [[0, 6.5], [6, 0], [0, -5.5]]  # a quarter of a turn is eight points, and half a unit
    assert task.targets[:4, 0].tolist() == [1, 0, 1, 0]
    turns = np.unwrap(np.arctan2(first[:, 0], first[:, 1]))
    np.testing.assert_allclose(turns, np.arange(97) * math.pi / 16, atol=1e-7)  # three turns
    assert not np.signbit(task.inputs[task.inputs == 0]).any()


@given(st.integers(2, 60), st.integers(0, 2**32))
def test_moons_and_circles_lie_on_their_curves(samples, data_seed):
    moons = data({"name": "moons", "samples": samples, "noise": 0.0, "data_seed": data_seed})
    upper = moons.targets[:, 0] == 0
    middle = np.where(upper[:, None], [0, 0], [1, 0.5])
    np.testing.assert_allclose(np.hypot(*(moons.inputs - middle).T), 1, atol=1e-8)
    assert np.all((moons.inputs - middle)[:, 1][upper] >= 0)
    assert np.all((moons.inputs - middle)[:, 1][~upper] <= 0)
    circles = data({"name": "circles", "samples": samples, "noise": 0, "factor": 0.25})
    np.testing.assert_allclose(np.hypot(*circles.inputs.T), np.where(circles.targets[:, 0] == 1, 0.25, 1), atol=1e-8)
    for task in (moons, circles):
        assert task.inputs.shape == (samples, 2)
        assert abs(2 * task.targets.sum() - samples) <= 1
        assert task.midpoint == 0.5


def test_noise_has_the_size_asked_for():
    still, noisy = (data({"name": "moons", "samples": 10_000, "noise": noise}).inputs for noise in (0, 0.3))
    assert (noisy - still).std() == pytest.approx(0.3, rel=0.02)


@given(st.integers(2, 6), st.integers(1, 4))
def test_blobs_are_one_hot_classes(centers, features):
    task = data({"name": "blobs", "samples": 30, "centers": centers, "features": features, "spread": 0})
    assert task.inputs.shape == (30, features)
    assert len(np.unique(task.inputs, axis=0)) == centers
    assert task.classes == (centers > 2)
    assert task.targets.shape == (30, centers if centers > 2 else 1)
    if centers > 2:
        np.testing.assert_array_equal(task.targets.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("activation", "function"),
    [("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0)), ("identity", float), ("sigmoid", lambda z: 1 / (1 + np.exp(-z)))],
)
def test_a_teacher_is_a_random_network(activation, function):
    task = data({"name": "teacher", "inputs": 3, "hidden": 5, "samples": 20, "data_seed": 4, "activation": activation})
    rng = np.random.default_rng(4)
    x, first, second = rng.standard_normal((20, 3)), rng.standard_normal((5, 3)), rng.standard_normal(5)
    hidden = np.vectorize(function)(x @ first.T / math.sqrt(3))
    np.testing.assert_allclose(task.inputs, x, atol=1e-9)
    np.testing.assert_allclose(task.targets[:, 0], hidden @ second / math.sqrt(5), atol=1e-7)
    assert (task.midpoint, task.classes) == (None, False)


MADE = [
    *("and", "or", "xor", "two_spirals", "moons", "circles", "blobs", "teacher"),
    {"name": "truth_table", "inputs": [[0, 1, 1], [1, 0, 0]], "targets": [[1, 0], [0, 0]]},
    {"name": "parity", "bits": 4},
    {"name": "encoder", "code": [5, 2]},
    {"name": "moons", "samples": 7, "noise": 0.3, "data_seed": 5},
    {"name": "circles", "samples": 9, "noise": 0.0, "factor": 0.2, "data_seed": 5},
    {"name": "blobs", "samples": 11, "centers": 2, "spread": 0.5, "features": 3, "data_seed": 5},
    {"name": "teacher", "inputs": 3, "hidden": 2, "samples": 9, "noise": 0.2, "data_seed": 5, "activation": "sigmoid"},
]


@pytest.mark.parametrize("table", MADE, ids=str)
def test_data_made_by_formula_are_the_oracles(table):
    settings = {"name": table} if isinstance(table, str) else table
    inputs, targets = reference.TASKS[settings["name"]](**{key: value for key, value in settings.items() if key != "name"})
    task = data(table)
    np.testing.assert_allclose(task.inputs, inputs, rtol=0, atol=1e-9)  # decimals in the data
    np.testing.assert_allclose(task.targets, targets, rtol=0, atol=1e-9)


RANDOM = ["moons", "circles", "blobs", "teacher"]


@pytest.mark.parametrize("name", RANDOM)
def test_random_data_are_fixed_by_their_seed_and_short(name):
    assert same(data(name), data({"name": name, "data_seed": 0}))
    assert not np.array_equal(data(name).inputs, data({"name": name, "data_seed": 1}).inputs)
    inputs = data(name).inputs
    assert [float(f"{value:.9f}") for value in inputs.ravel()] == inputs.ravel().tolist()


def test_the_bits_of_generated_data_stay():
    assert data("moons").inputs[7].tolist() == [-0.106150252, 0.235614636]
    assert data("teacher").targets[7].tolist() == [0.738917302]


# Encodings and axes

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
    assert isinstance(hash(held.task), int)  # plans are kept by their spec


# Files

FRAME = pd.DataFrame(
    {
        "length": [1.5, -2.25, 0.1, 4.0],
        "width": [3, 1, 2, 5],
        "sex": ["m", "f", "f", "m"],
        "kind": ["setosa", "virginica", "other", "setosa"],
    }
)
COLUMNS = {"inputs": ["length", "width", "sex"], "targets": ["kind"]}


def save(folder, frame, suffix):
    path = folder / f"data.{suffix}"
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "parquet":
        frame.to_parquet(path, index=False)
    else:
        text = frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]
        np.savez(path, **{name: frame[name].to_numpy(str if name in text else None) for name in frame})
    return path.name


SUFFIXES = ["csv", "parquet", "npz"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files(suffix, tmp_path):
    task = data({"file": save(tmp_path, FRAME, suffix), **COLUMNS}, tmp_path)
    assert task.inputs.tolist() == [[1.5, 3, 1], [-2.25, 1, 0], [0.1, 2, 0], [4, 5, 1]]
    assert task.input_names == ("length", "width", "sex=m")
    assert task.target_names == ("kind=other", "kind=setosa", "kind=virginica")
    assert task.targets.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert (task.midpoint, task.classes) == (0.5, True)
    line = " (line 4)" if suffix == "csv" else ""
    assert task.where(2, "width") == f"{tmp_path / f'data.{suffix}'}, row 3{line}, column 'width'"


@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False, width=64),
            st.integers(-(2**31), 2**31),
            st.sampled_from("pqr"),
            st.sampled_from(["yes", "no, thanks"]),
        ),
        min_size=3,
        max_size=12,
    )
)
def test_files_of_three_kinds_give_the_same_task_and_digest(tmp_path_factory, rows):
    rows = [*rows, (0.5, 1, "p", "yes"), (0.25, 2, "q", "no, thanks")]
    frame = pd.DataFrame(rows, columns=["a", "b", "c", "d"])
    folder = tmp_path_factory.mktemp("files")
    tables = [{"file": save(folder, frame, suffix), "inputs": ["a", "c"], "targets": ["d", "b"]} for suffix in SUFFIXES]
    first, *others = (data(table, folder) for table in tables)
    assert all(same(first, other) for other in others)
    np.testing.assert_array_equal(first.inputs[:, 0], frame["a"])
    assert first.midpoint is None
    assert len({digest(parse(table), folder) for table in tables}) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_numbers_declared_categories(suffix, tmp_path):
    frame = pd.DataFrame({"a": [10, 2, 10, 1], "b": [0.5, 0.25, 0.5, 0.5]})
    table = {"file": save(tmp_path, frame, suffix), "inputs": ["a"], "targets": ["b"], "categories": ["a", "b"]}
    task = data({**table, "encoding": [-1, 1]}, tmp_path)
    assert task.input_names == ("a=1", "a=2", "a=10")  # by number, not by letter
    assert task.inputs.tolist() == [[-1, -1, 1], [-1, 1, -1], [-1, -1, 1], [1, -1, -1]]
    assert task.target_names == ("b=0.5",)
    assert task.targets.tolist() == [[1], [-1], [1], [1]]
    assert (task.midpoint, task.classes) == (0, False)


def test_two_targets_of_classes_are_no_single_choice(tmp_path):
    frame = pd.DataFrame({"x": [1, 2, 3], "a": ["p", "q", "r"], "b": ["u", "v", "w"]})
    task = data({"file": save(tmp_path, frame, "csv"), "inputs": ["x"], "targets": ["a", "b"]}, tmp_path)
    assert (task.targets.shape, task.midpoint, task.classes) == ((3, 6), 0.5, False)


def test_npz_with_matrices_and_truths(tmp_path):
    x, y = np.arange(6.0).reshape(3, 2), np.array([[True, False], [False, False], [False, True]])
    np.savez(tmp_path / "d.npz", X=x, Y=y)
    task = data({"file": "d.npz", "inputs": "X", "targets": "Y"}, tmp_path)
    np.testing.assert_array_equal(task.inputs, x)
    np.testing.assert_array_equal(task.targets, y)
    assert (task.input_names, task.target_names) == (("X[0]", "X[1]"), ("Y[0]=true", "Y[1]=true"))


def test_parquet_types(tmp_path):
    columns = {
        "t": pa.array([True, False, True]),
        "d": pa.array(["x", "y", "z"]).dictionary_encode(),
        "i": pa.array([1, 2, 3], pa.int8()),
        "f": pa.array([1.5, 2, 3], pa.float32()),
    }
    pq.write_table(pa.table(columns), tmp_path / "d.parquet")
    task = data({"file": "d.parquet", "inputs": ["i", "f", "t"], "targets": ["d"]}, tmp_path)
    assert task.inputs.tolist() == [[1, 1.5, 1], [2, 2, 0], [3, 3, 1]]
    np.testing.assert_array_equal(task.targets, np.eye(3))


def test_csv_with_quotes_blank_lines_and_a_mark(tmp_path):
    (tmp_path / "d.csv").write_text('\ufeffa, b ,"c"\r\n1, 2 ,"two\nlines"\n\n3,4,x\n', encoding="utf-8", newline="")
    task = data({"file": "d.csv", "inputs": ["a", "b"], "targets": "c"}, tmp_path)
    assert task.inputs.tolist() == [[1, 2], [3, 4]]
    assert task.target_names == ("c=x",)
    assert task.where(1, "b").endswith("row 2 (line 5), column 'b'")


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=30).filter(lambda values: max(values) - min(values) > 1e-3))
def test_standardised_inputs(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("files")
    frame = pd.DataFrame({"a": values, "t": values})
    frame["s"] = ["u", *["v"] * (len(values) - 1)]
    table = {"file": save(folder, frame, "csv"), "inputs": ["a", "s"], "targets": ["t"], "standardise": True}
    task, plain = data(table, folder), data({**table, "standardise": False}, folder)
    assert task.inputs[:, 0].mean() == pytest.approx(0, abs=1e-6)
    assert task.inputs[:, 0].std() == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(task.inputs[:, 1], plain.inputs[:, 1])
    np.testing.assert_array_equal(task.targets, plain.targets)
    assert digest(parse(table), folder) == digest(parse({**table, "standardise": False}), folder)


def test_the_digest_is_of_the_data_alone(tmp_path):
    table = {"file": save(tmp_path, FRAME, "csv"), **COLUMNS}
    first = digest(parse(table), tmp_path)
    (tmp_path / "elsewhere").mkdir()
    renamed = {"file": save(tmp_path / "elsewhere", FRAME.rename(columns={"width": "w"}), "csv"), "targets": "kind"}
    assert digest(parse({**renamed, "inputs": ["length", "w", "sex"]}), tmp_path / "elsewhere") == first
    assert digest(parse({**table, "inputs": ["width", "length", "sex"]}), tmp_path) != first
    assert digest(parse({**table, "categories": ["width"]}), tmp_path) != first
    save(tmp_path, FRAME.assign(width=[3, 1, 2, 6]), "csv")
    assert digest(parse(table), tmp_path) != first
    assert sides_of(parse("moons"), tmp_path) is None


# What is wrong

AB = {"file": "d.csv", "inputs": ["a"], "targets": ["b"]}

WRONG_TABLES = [
    ("xro", "task: no task is called 'xro'; did you mean xor? There are: and, blobs, circles"),
    ({"name": "iris.csv"}, "no task is called 'iris.csv'. There are"),
    ({"name": [1]}, "task: no task is called [1]"),
    (3, "task = 3: must be the name of a task, or a table with a name or a file"),
    ({"bits": 3}, "must be the name of a task, or a table with a name or a file"),
    ("parity", "task.bits: missing"),
    ("encoder", "task.code: missing"),
    ({"name": "parity", "bits": 2, "bist": 3}, "task.bist: unknown key"),
    ({"name": "parity", "bits": 17}, "task.bits = 17: must be less than or equal to 16"),
    ({"name": "parity", "bits": {"values": [2, 0]}}, "task.bits.values.1 = 0: must be greater than or equal to 1"),
    ({"name": "encoder", "code": [10, 5, 10]}, "task.code = [10, 5, 10]: must be [N, M]"),
    ({"name": "encoder", "code": [1, 1]}, "task.code = [1, 1]: must be [N, M]"),
    ({"name": "xor", "encoding": [0, 2]}, "task.encoding = [0, 2]: must be [0, 1] or [-1, 1] or [-0.5, 0.5]"),
    ({"name": "xor", "encoding": 1}, "task.encoding = 1: must be [0, 1]"),
    ({"name": "xor", "encoding": {"inptus": [0, 1]}}, "task.encoding.inptus: unknown key"),
    ({"name": "moons", "encoding": {"inputs": [-1, 1]}}, "task.encoding.inputs: unknown key"),
    ({"name": "teacher", "encoding": [-1, 1]}, "task.encoding: unknown key"),
    ({"name": "teacher", "activation": "tahn"}, "task.activation = 'tahn': must be 'tanh'"),
    ({"name": "moons", "noise": -1}, "task.noise = -1: must be greater than or equal to 0"),
    ({"name": "moons", "samples": 2.5}, "task.samples = 2.5: must be a valid integer"),
    ({"name": "circles", "factor": 1}, "task.factor = 1: must be less than 1"),
    ({"name": "truth_table", "inputs": [], "targets": []}, "task: inputs: at least one row"),
    ({"name": "truth_table", "inputs": [[0], [0, 1]], "targets": [[0], [1]]}, "row 2 has length 2, row 1 has length 1"),
    ({"name": "truth_table", "inputs": [[0], [1]], "targets": [[0]]}, "2 rows of inputs need as many of targets; there are 1"),
    ({"name": "truth_table", "inputs": [[2]], "targets": [[0]]}, "task.inputs.0.0 = 2: must be less than or equal to 1"),
    ({"name": "truth_table", "inputs": [0], "targets": [[0]]}, "task.inputs.0 = 0: must be a list"),
    ({"file": "d.csv", "inputs": ["a"]}, "task.targets: missing"),
    ({**AB, "inputs": ["a", "b"]}, "task: 'b' is both an input and a target"),
    ({**AB, "inputs": ["a", "a"]}, "task: inputs: 'a' is given twice"),
    ({**AB, "inputs": []}, "task: inputs: at least one column"),
    ({**AB, "inputs": [""]}, "task.inputs.0 = ''"),
    (
        {**AB, "targets": ["colour"], "categories": ["color"]},
        "'color' is neither an input nor a target; did you mean 'colour'?",
    ),
    ({**AB, "standardise": 1}, "task.standardise = 1: must be a valid boolean"),
    ({**AB, "name": "xor"}, "task.name: unknown key"),
]


@pytest.mark.parametrize(("table", "said"), WRONG_TABLES, ids=[said[:40] for _, said in WRONG_TABLES])
def test_what_is_wrong_in_the_spec_is_said_with_its_key(table, said):
    with pytest.raises(InputError) as error:
        parse(table)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def refused(folder, table=AB):
    with pytest.raises(InputError) as error:
        data(table, folder)
    said = str(error.value)
    assert "\n" not in said
    return said


CSV_ROWS = [
    ("", "d.csv: empty"),
    ("\n\n", "no header, only blank lines"),
    ("a,b\n", "d.csv: no rows"),
    ("A,b\n1,2\n", "no column 'a'. There are: 'A', 'b'"),
    ("aa,b\n1,2\n", "no column 'a'; did you mean 'aa'?"),
    ("a;b\n1;2\n", "There are: 'a;b'; columns are separated by commas"),
    ("a,b,a\n1,2,3\n", "2 columns are called 'a'"),
    ("a,b\n1,2\n\n3\n", "d.csv, row 2 (line 4): 1 cells; the header has 2"),
    ("a,b\n1,2\n3,4,5\n", "d.csv, row 2 (line 3): 3 cells; the header has 2"),
    ("a,b\n1,2\n ,4\n", "d.csv, row 2 (line 3), column 'a': empty"),
    ("a,b\n1,2\nNaN,4\n", "d.csv, row 2 (line 3), column 'a': no number (NaN)"),
    ("a,b\nx,2\n,4\n", "row 2 (line 3), column 'a': empty"),
    ("a,b\n1,2\n-inf,4\n", "row 2 (line 3), column 'a': infinite"),
    ("a,b\n1,2\n1e999,4\n", "row 2 (line 3), column 'a': infinite"),
    ("a,b\n1,2\noops,4\n", "column 'a': 'oops' is not a number, though other cells of the column are"),
    ("a,b\n1,2\n1_000,4\n", "column 'a': '1_000' is not a number"),
    ("a,b\nx,2\nx,4\n", "column 'a': it has one category only, 'x'"),
    ('a,b\n1,"2\n', "not a CSV file: line 2: unexpected end of data"),
    ("a,b\n" + "".join(f"n{row},1\n" for row in range(1001)), "column 'a': it has 1,001 categories; from 2 to 1,000"),
]


@pytest.mark.parametrize(("text", "said"), CSV_ROWS, ids=[f"{row} {said[:40]}" for row, (_, said) in enumerate(CSV_ROWS)])
def test_what_is_wrong_in_a_csv_file(text, said, tmp_path):
    (tmp_path / "d.csv").write_text(text)
    assert said in refused(tmp_path)


def test_paths_that_are_no_files_of_data(tmp_path, monkeypatch):
    assert f"{tmp_path / 'd.csv'}: no such file" in refused(tmp_path)
    assert "must end in .csv, .parquet, .npz" in refused(tmp_path, {**AB, "file": "d.xlsx"})
    (tmp_path / "d.csv").mkdir()
    assert "d.csv: not a file but a folder" in refused(tmp_path)
    assert "cannot be read: File name too long" in refused(tmp_path, {**AB, "file": f"{'d' * 300}.csv"})
    (tmp_path / "e.csv").write_bytes(b"\x89\xff\x00PAR1")
    assert "e.csv: not a CSV file: not text in UTF-8" in refused(tmp_path, {**AB, "file": "e.csv"})

    def closed(*_, **__):
        raise PermissionError

    monkeypatch.setattr(pathlib.Path, "open", closed)
    assert "e.csv: no permission to read it" in refused(tmp_path, {**AB, "file": "e.csv"})


@pytest.mark.parametrize("suffix", ["parquet", "npz"])
@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1" * 9, b"PK\x03\x04" * 9], ids=["empty", "text", "par", "zip"])
def test_damaged_binary_files(suffix, content, tmp_path):
    (tmp_path / f"d.{suffix}").write_bytes(content)
    said = refused(tmp_path, {**AB, "file": f"d.{suffix}"})
    assert said.startswith(f"{tmp_path / f'd.{suffix}'}: {'not a' if content else 'empty'}")


@pytest.mark.parametrize("suffix", ["parquet", "npz"])
def test_files_cut_short_or_altered_never_give_a_traceback(suffix, tmp_path):
    path = tmp_path / save(tmp_path, FRAME, suffix)
    whole = path.read_bytes()
    table = {"file": path.name, **COLUMNS}
    for at in range(0, len(whole), 37):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]):
            path.write_bytes(content)
            with contextlib.suppress(InputError):  # some bytes mean nothing
                data(table, tmp_path)


def test_what_is_wrong_in_a_parquet_file(tmp_path):
    columns = {
        "a": pa.array([1.0, None]),
        "b": pa.array([1.0, 2.0]),
        "nan": pa.array([1.0, math.nan]),
        "nested": pa.array([[1], [2]]),
        "day": pa.array([1, 2], pa.date32()),
        "text": pa.array(["x", ""]),
    }
    pq.write_table(pa.table(columns), tmp_path / "d.parquet")
    for name, said in (
        ("a", "d.parquet, row 2, column 'a': empty"),
        ("nan", "d.parquet, row 2, column 'nan': no number (NaN)"),
        ("text", "row 2, column 'text': empty"),
        ("nested", "column 'nested': its type is list<"),
        ("day", "column 'day': its type is date32"),
        ("tex", "no column 'tex'; did you mean 'text'?"),
    ):
        assert said in refused(tmp_path, {"file": "d.parquet", "inputs": [name], "targets": ["b"]})
    twice = pa.Table.from_arrays([pa.array([1.0])] * 3, names=["a", "b", "a"])
    pq.write_table(twice, tmp_path / "d.parquet")
    assert "2 columns are called 'a'" in refused(tmp_path, {**AB, "file": "d.parquet"})
    pq.write_table(pa.table({"a": pa.array([], pa.float64()), "b": pa.array([], pa.float64())}), tmp_path / "d.parquet")
    assert "no rows" in refused(tmp_path, {**AB, "file": "d.parquet"})


def test_what_is_wrong_in_an_npz_file(tmp_path):
    arrays = {
        "Y": np.ones(3),
        "short": np.ones(2),
        "cube": np.ones((3, 1, 1)),
        "none": np.ones((3, 0)),
        "complex": np.ones(3) * 1j,
        "object": np.array([{}, 1, None]),
        "nan": np.array([[1, 2], [3, np.nan], [5, 6]]),
        "no": np.ones((0, 2)),
    }
    np.savez(tmp_path / "d.npz", **arrays)
    for name, said in (
        ("short", "d.npz: 'Y' has 3 rows, 'short' has 2"),
        ("cube", "array 'cube': its shape is (3, 1, 1); it must be (samples) or (samples, columns)"),
        ("none", "array 'none': its shape is (3, 0)"),
        ("complex", "array 'complex': its type is complex128"),
        ("object", "Object arrays cannot be loaded"),
        ("nan", "d.npz, row 2, column 'nan[1]': no number (NaN)"),
        ("no", "d.npz: no rows"),
        ("Z", "no column 'Z'. There are: 'Y', 'short'"),
    ):
        assert said in refused(tmp_path, {"file": "d.npz", "inputs": [name], "targets": ["Y"]})
    np.save(tmp_path / "plain.npy", np.ones(3))
    (tmp_path / "plain.npy").rename(tmp_path / "plain.npz")
    assert "plain.npz: not an NPZ file" in refused(tmp_path, {**AB, "file": "plain.npz"})


def test_encodings_and_standardising_need_something_to_work_on(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,c,d,e\n1,2,x,5,1e308\n3,4,y,5,-1e308\n")
    for changes, said in (
        ({"encoding": [-1, 1]}, "task.encoding = [-1, 1]: the inputs and targets in"),
        ({"targets": "c", "encoding": {"inputs": [-1, 1]}}, "task.encoding.inputs = [-1, 1]: the inputs in"),
        ({"inputs": "c", "encoding": {"targets": [-0.5, 0.5]}}, "task.encoding.targets = [-0.5, 0.5]: the targets in"),
        ({"inputs": "c", "standardise": True}, "task.standardise: none of the inputs in"),
        ({"inputs": "d", "standardise": True}, "column 'd': all its values are 5, so it has no standard deviation"),
        ({"inputs": "e", "standardise": True}, "column 'e': its values are too large to be standardised"),
    ):
        assert said in refused(tmp_path, {**AB, **changes})
    assert data({**AB, "encoding": [0, 1]}, tmp_path).midpoint is None


def test_blobs_need_a_sample_for_each_center():
    with pytest.raises(InputError, match=r"task\.samples = 2: at least one for each of the 3 centers"):
        data({"name": "blobs", "samples": 2})
