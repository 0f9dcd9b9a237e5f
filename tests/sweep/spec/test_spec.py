"""Specs: their meaning, and the messages for those that have none."""

import decimal
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.errors import SettingError
from backsweep.sweep.spec.spec import Spec

NOTEBOOK = {"task": "xor"}


def axis(table, setting="train.lr"):
    """The values of an axis in the place of a setting."""
    *folders, key = setting.split(".")
    spec = {"task": "xor"}
    place = spec
    for folder in folders:
        place = place.setdefault(folder, {})
    place[key] = table
    return list(Spec.parse(spec).axes[0].points)


def test_the_defaults_are_the_notebook():
    settings = dict(Spec.parse(NOTEBOOK).settings())
    assert settings["model.hidden"] is None  # two units, unless the task requires another number
    assert settings["model.bias"] is False
    assert (settings["model.init.low"], settings["model.init.high"]) == (0.0, 1.0)
    assert (settings["train.lr"], settings["train.epochs"], settings["train.loss"]) == (0.1, 10_000, "bce")
    assert settings["train.stop.loss"] is None


def test_axes_have_the_values_one_would_type():
    assert axis({"values": [0.5, 1]}) == [0.5, 1.0]
    assert axis({"linear": [0.1, 0.5], "n": 5}) == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert axis({"log": [0.01, 10.0], "n": 4}) == [0.01, 0.1, 1.0, 10.0]
    assert axis({"log": [8, 0.5], "n": 5}) == [8, 4, 2, 1, 0.5]
    assert axis({"linear": [3, 9], "n": 1}) == axis({"log": [3, 9], "n": 1}) == [3.0]
    assert axis({"range": [0.1, 0.4, 0.1]}) == [0.1, 0.2, 0.3]
    assert axis({"range": [5, 1, -2]}, "model.hidden") == [(5,), (3,)]
    assert axis({"linear": [2, 8], "n": 3}, "model.hidden") == [(2,), (5,), (8,)]
    assert axis({"values": [2, [16, 16], []]}, "model.hidden") == [(2,), (16, 16), ()]
    assert axis({"values": [True, False]}, "model.bias") == [True, False]
    assert axis({"values": ["mse", "bce"]}, "train.loss") == ["mse", "bce"]
    assert axis({"values": [0.1, 0]}, "train.stop.loss") == [0.1, 0.0]


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 40))
def test_spaced_axes_are_numpys_up_to_rounding_and_end_exactly(low, high, n):
    if low != high:
        for kind, numpys in (("linear", np.linspace), ("log", np.geomspace)):
            values = axis({kind: [low, high], "n": n})
            assert (values[0], values[-1]) == (low, high)
            np.testing.assert_allclose(values, numpys(low, high, n), rtol=1e-12)


@pytest.mark.parametrize(
    ("seeds", "values"),
    [(3, [0, 1, 2]), ([7, 2], [7, 2]), ({"start": 5, "count": 2}, [5, 6]), ({"start": 2**32 - 1, "count": 1}, [2**32 - 1])],
)
def test_seeds(seeds, values):
    assert list(Spec.parse({"task": "xor", "seeds": seeds}).seed_values()) == values


def test_specs_with_the_same_meaning_have_the_same_digest():
    plain = Spec.parse(NOTEBOOK)
    written = Spec.parse({"name": "other", "task": "xor", "seeds": {"start": 0, "count": 1}, "train": {"lr": 0.1, "stop": {}}})
    assert written.digest == plain.digest
    listed = Spec.parse({"task": "xor", "train": {"lr": {"values": [0.1, 1, 10]}}})
    spaced = Spec.parse({"task": "xor", "train": {"lr": {"log": [0.1, 10], "n": 3}}})
    assert listed.digest == spaced.digest != plain.digest
    assert Spec.parse({"task": "xor", "seeds": [0, 2]}).digest != Spec.parse({"task": "xor", "seeds": 3}).digest


def test_written_as_json_it_is_the_same_spec():
    spec = Spec.parse(
        {"task": "xor", "seeds": [3, 1], "model": {"hidden": {"range": [2, 9, 3]}}, "train": {"stop": {"loss": 0.1}}}
    )
    assert Spec.parse(json.loads(json.dumps(spec.to_dict()))) == spec


WIDTHS = "must be a whole number of units from 1 to 65536, or a list of one per hidden layer"
WRONG = [
    (
        {"task": "xor", "trian": {}},
        "trian: unknown key; did you mean train? Allowed here: name, task, seeds, model, train, record",
    ),
    ({"task": "xor", "train": {"lrr": 1}}, "train.lrr: unknown key; did you mean lr?"),
    ({"task": "xor", "train": {"stop": {"los": 1}}}, "train.stop.los: unknown key; did you mean loss?"),
    (
        {"task": "xor", "train": {"lr": {"lgo": [1, 2], "n": 3}}},
        "train.lr.lgo: unknown key; did you mean log? Allowed here: values",
    ),
    ({"task": "xor", "seeds": {"start": 1, "count": 2, "cuont": 3}}, "seeds.cuont: unknown key; did you mean count?"),
    ({"seeds": 3}, "task: missing"),
    ({"task": "xor", "lr": 0.1}, "lr: unknown key; did you mean train.lr?"),
    ({"task": "xor", "train": {"stop": 0.05}}, "train.stop = 0.05: must be a table of any of loss"),
    ({"task": "xor", "model": {"bias": [True, False]}}, "several values in turn are an axis: { values = [true, false] }"),
    ({"task": "xor", "model": {"hidden": 10**9}}, f"model.hidden = 1000000000: {WIDTHS}"),
    ({"task": "xro"}, "task = 'xro': there is no such name; did you mean xor? There are: and, blobs"),
    ({"task": "xor", "model": 3}, "model = 3: must be a table of any of hidden"),
    ({"task": "xor", "model": {"hidden": True}}, f"model.hidden = true: {WIDTHS}"),
    ({"task": "xor", "model": {"hidden": 2.5}}, f"model.hidden = 2.5: {WIDTHS}"),
    ({"task": "xor", "model": {"hidden": 0}}, f"model.hidden = 0: {WIDTHS}"),
    ({"task": "xor", "model": {"hidden": [16, 0]}}, f"model.hidden = [16, 0]: {WIDTHS}"),
    ({"task": "xor", "train": {"lr": "fast"}}, "train.lr = 'fast': must be a finite number above 0"),
    ({"task": "xor", "train": {"lr": 0}}, "train.lr = 0: must be a finite number above 0"),
    ({"task": "xor", "train": {"lr": float("inf")}}, "train.lr = inf: must be a finite number above 0"),
    ({"task": "xor", "train": {"epochs": -5}}, "train.epochs = -5: must be a whole number from 1 to 2147483646"),
    ({"task": "xor", "train": {"epochs": {"values": [5, 0]}}}, "train.epochs.values[1] = 0: must be a whole number from 1 to"),
    ({"task": "xor", "train": {"loss": "hinge"}}, "train.loss = 'hinge': there is no such name. There are: bce, cross_entropy"),
    ({"task": "xor", "train": {"lr": {"values": []}}}, "train.lr = { values = [] }: the axis is empty"),
    ({"task": "xor", "train": {"lr": {"range": [1, 1, 1]}}}, "train.lr = { range = [1, 1, 1] }: the axis is empty"),
    (
        {"task": "xor", "train": {"lr": {"range": [1, 2, 0]}}},
        "train.lr = { range = [1, 2, 0] }: the step of a range cannot be 0",
    ),
    (
        {"task": "xor", "train": {"lr": {"log": [0, 1], "n": 3}}},
        "train.lr = { log = [0, 1], n = 3 }: a log axis needs both ends above 0; this one goes from 0",
    ),
    ({"task": "xor", "train": {"lr": {"log": [-1, 1], "n": 3}}}, "train.lr = { log = [-1, 1], n = 3 }: a log axis needs both"),
    ({"task": "xor", "train": {"lr": {"linear": [-1, 1], "n": 3}}}, "n = 3 }: its value -1: must be a finite number above 0"),
    ({"task": "xor", "model": {"hidden": {"linear": [1, 4], "n": 3}}}, f"n = 3 }}: its value 2.5: {WIDTHS}"),
    ({"task": "xor", "train": {"lr": {"log": [1, 2]}}}, "train.lr = { log = [1, 2] }: log needs n, the number of values"),
    ({"task": "xor", "train": {"lr": {"values": [1], "n": 1}}}, "train.lr = { values = [1], n = 1 }: values takes no n"),
    (
        {"task": "xor", "train": {"lr": {"zip": "a"}}},
        "train.lr = { zip = 'a' }: an axis needs one of values, linear, log, range, uniform, loguniform; this one has none",
    ),
    ({"task": "xor", "train": {"lr": {"values": [1], "log": [1, 2]}}}, "this one has values and log"),
    ({"task": "xor", "seeds": 0}, "seeds = 0: must be a whole number from 1 to 100000000, a list of seeds, or { start"),
    ({"task": "xor", "seeds": []}, "seeds = []: must be at least one seed"),
    ({"task": "xor", "seeds": [7, 4, 7, 4]}, "seeds = [7, 4, 7, 4]: 7 is there twice; give each seed once"),
    ({"task": "xor", "seeds": [-1]}, "seeds[0] = -1: must be a whole number from 0 to 4294967295"),
    (
        {"task": "xor", "seeds": {"start": 2**32 - 1, "count": 2}},
        "count = 2 }: its last seed is 4294967296; seeds go to 4294967295",
    ),
    ({"task": "xor", "name": ""}, "name = ''"),
    ({"task": "xor", "seeds": 2_000_000_000}, "seeds = 2000000000: must be a whole number from 1 to 100000000"),
    (
        {"task": "xor", "train": {"lr": {"linear": [1, 2], "n": 10**9}}},
        "train.lr.n = 1000000000: must be a whole number from 1 to 1000000",
    ),
    ({"task": "xor", "train": {"lr": {"range": [1.0, 1e300, 1e-300]}}}, "}: range: these numbers are too far apart"),
    (
        {"task": "xor", "train": {"lr": {"range": [1.0, 1e9, 1.0]}}},
        "train.lr = { range = [1.0, 1000000000.0, 1.0] }: a range may have at most 1,000,000 values",
    ),
    ({"task": "xor", "train": {"lr": {"values": 3}}}, "train.lr.values = 3: must be a list"),
]


@pytest.mark.parametrize(("table", "message"), WRONG, ids=[f"{row} {message[:40]}" for row, (_, message) in enumerate(WRONG)])
def test_messages_name_the_place(table, message):
    with pytest.raises(SettingError) as error:
        Spec.parse(table, "my.toml")
    assert str(error.value).startswith("my.toml: ")
    assert message in str(error.value)
    assert str(error.value).startswith(f"my.toml: {error.value.settings[0]}")
    assert "\n" not in str(error.value)


def test_several_errors_have_one_line_each():
    with pytest.raises(SettingError) as error:
        Spec.parse({"task": "xor", "train": {"lr": -1, "epochs": 0, "loss": 3}}, "my.toml")
    assert len(str(error.value).splitlines()) == 3
    assert error.value.settings == ("train.lr", "train.loss", "train.epochs")


def test_files_that_are_no_specs(tmp_path):
    broken, binary = tmp_path / "broken.toml", tmp_path / "binary.toml"
    broken.write_text("a = = 1")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, message in (
        (broken, "not TOML: .*line 1"),
        (binary, "not TOML: not a text file; byte 1, in line 1, is no UTF-8"),
        (tmp_path / "none", "no such file"),
        (tmp_path, "a folder, not a file"),
    ):
        with pytest.raises(SettingError, match=message):
            Spec.read(path)


def test_a_spec_is_named_after_its_file_unless_it_has_a_name(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('task = "xor"')
    assert Spec.read(path).name == "mine"
    path.write_text('task = "xor"\nname = "other"')
    assert Spec.read(path).name == "other"


def test_axes_do_not_depend_on_the_callers_decimal_context():
    plain = axis({"log": [0.01, 10.0], "n": 25})
    with decimal.localcontext(prec=6):
        assert axis({"log": [0.01, 10.0], "n": 25}) == plain
    assert axis({"linear": [-1e30, 1.0], "n": 2}, "model.init.low") == [-1e30, 1.0]
    assert axis({"linear": [1e-300, 0.12345678901234567], "n": 3})[-1] == 0.12345678901234567


def test_values_that_follow_each_other_and_names_of_zips_mean_nothing():
    assert (
        Spec.parse({"task": "xor", "seeds": [4, 5]}).digest
        == Spec.parse({"task": "xor", "seeds": {"start": 4, "count": 2}}).digest
    )
    digests = {
        Spec.parse(
            {
                "task": "xor",
                "model": {"hidden": {"values": [2, 3], "zip": name}},
                "train": {"lr": {"values": [1, 2], "zip": name}},
            }
        ).digest
        for name in ("a", "b")
    }
    assert len(digests) == 1
