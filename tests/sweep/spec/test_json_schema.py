"""The JSON Schema of specs, checked with another library: it accepts valid specs and rejects invalid ones."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from backsweep.errors import SettingError
from backsweep.kernels import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEMES
from backsweep.sweep import Spec
from backsweep.sweep.cli.main import app
from backsweep.sweep.spec.json_schema import spec_schema
from helpers.drawn import specs

ROOT = Path(__file__).parents[3]
SCHEMA = spec_schema()
JUDGE = Draft202012Validator(SCHEMA)
FILES = [path for folder in ("examples", "studies") for path in sorted((ROOT / folder).glob("*.toml"))]


def blocks(file):
    return re.findall(r"```toml\n(.*?)```", (ROOT / file).read_text(), re.DOTALL)


SPECS = [
    *((path.name, path.read_text()) for path in FILES if path.name != "published.toml"),
    *((f"{file} {place}", text) for file in ("README.md", "docs/spec.md") for place, text in enumerate(blocks(file))),
    *((line, line) for line in blocks("docs/tasks.md")[0].splitlines()),
]


def complaints(table):
    return [error.message for error in JUDGE.iter_errors(table)]


def test_it_is_a_schema_and_printed():
    Draft202012Validator.check_schema(SCHEMA)
    done = CliRunner().invoke(app, ["schema"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == SCHEMA


@pytest.mark.parametrize("name", [name for name in SCHEMA["$defs"] if not name.startswith("Axis")])
def test_every_key_is_described_in_sentences_that_end_with_its_default(name):
    """Editors show them on hover. A table inside a table has its own description."""
    for key, kind in SCHEMA["$defs"][name]["properties"].items():
        sentence = kind["description"]
        assert sentence[0].isupper() or sentence[0] in "[δ", (key, sentence)
        assert sentence.endswith(".")
        assert ("Default: " in sentence) >= ("default" in kind)


@pytest.mark.parametrize(("name", "text"), SPECS, ids=[name for name, _ in SPECS])
def test_every_spec_that_we_show_passes(name, text):
    assert complaints(tomllib.loads(text)) == []


@settings(max_examples=50, deadline=None)
@given(specs())
def test_any_sound_spec_passes_as_written_and_with_its_defaults(table):
    assert complaints(table) == []
    spec = Spec.parse(table)
    assert complaints(spec.to_dict()) == []
    assert complaints(spec.as_given()) == []


RIGHT = [
    {"seeds": [4, 5]},
    {"seeds": {"start": 1, "count": 3}},
    {"task": {"name": "parity", "bits": {"range": [2, 5, 1]}}},
    {"task": {"file": "a.csv", "inputs": "a", "targets": ["b"]}},
    {"task": {"name": "xor", "encoding": {"inputs": [-1, 1], "targets": {"values": [[0, 1]]}}}},
    {"model": {"hidden": []}},
    {"model": {"hidden": {"values": [2, [3, 3]]}}},
    {"model": {"init": {"low": -1}}},
    {"model": {"init": {"offset": [0.1, {"values": [1, 2]}]}}},
    {"model": {"init": {"values": ["normal", {"high": {"values": [1, 2]}}, {"scheme": "file", "file": "w.npz"}]}}},
    {"train": {"lr": [0.1, {"log": [0.1, 1], "n": 3}]}},
    {"train": {"lr": {"uniform": [0.1, 1]}}, "design": {"points": 3, "method": "halton"}},
    {"train": {"batch": "pattern"}},
    {"train": {"batch": {"size": {"values": [1, 2]}, "order": "given"}}},
    {"train": {"optimizer": {"values": ["gd", {"name": "adam", "beta1": {"linear": [0.1, 0.2], "n": 2}}], "zip": "a"}}},
    {"train": {"bound": float("inf")}},
    {"exclude": [{"model": {"hidden": 2}, "train.lr": [0.1]}]},
]
WRONG = [
    {"task": "xro"},
    {"task": "parity"},
    {"task": {"name": "parity"}},
    {"trian": {}},
    {"seeds": 0},
    {"seeds": {"values": [1, 2]}},
    {"model": {"hidden": 0}},
    {"model": {"hidden": 2.5}},
    {"model": {"activation": "sigmod"}},
    {"model": {"activation": {"values": ["tanh", "sigmod"]}}},
    {"model": {"bias": "yes"}},
    {"model": {"init": "file"}},
    {"model": {"init": {"scheme": "normal", "low": 1.0}}},
    {"train": {"lr": 0}},
    {"train": {"lr": []}},
    {"train": {"lr": {"log": [0.1, 1]}}},
    {"train": {"lr": {"values": [0.1], "uniform": [0.1, 1.0]}}},
    {"train": {"lr": {"zip": "a"}}},
    {"train": {"lr": {"values": "0.1"}}},
    {"train": {"optimizer": "adm"}},
    {"train": {"optimizer": {"name": "adam", "beta": 0.9}}},
    {"train": {"optimizer": {"values": ["gd", "adm"]}}},
    {"train": {"optimizer": {"values": [{"values": ["gd"]}]}}},
    {"train": {"optimizer": {"linear": [0, 1], "n": 2}}},
    {"train": {"schedule": "step"}},
    {"train": {"schedule": {"name": "step", "every": 3}}},
    {"train": {"epochs": 1.5}},
    {"train": {"stop": 0.05}},
    {"train": {"batch": "fulll"}},
    {"record": {"evry": 3}},
    {"design": {"points": 0}},
]


@pytest.mark.parametrize("table", RIGHT, ids=str)
def test_every_form_passes(table):
    assert complaints({"task": "xor", **table}) == []
    Spec.parse({"task": "xor", **table})


@pytest.mark.parametrize("table", WRONG, ids=str)
def test_what_is_wrong_does_not_pass(table):
    assert complaints({"task": "xor", **table}) != []
    with pytest.raises(SettingError):
        Spec.parse({"task": "xor", **table})


def test_editors_can_complete_names_and_describe_settings():
    names = [names for names in _found(SCHEMA, "enum") if isinstance(names, list)]
    for registry in (ACTIVATIONS, LOSSES, OPTIMIZERS):
        assert list(registry) in names
    assert [name for name in SCHEMES if name != "file"] in names
    tables = SCHEMA["$defs"]
    for table in (SCHEMA, *(tables[name] for name in ("ModelSpec", "TrainSpec", "RecordSpec", "StopSpec", "BatchSpec"))):
        for setting in table["properties"].values():
            assert "description" in setting or "description" in tables[setting["$ref"].removeprefix("#/$defs/")]
    assert "w <- w - rate g" in tables["gd"]["description"]
    assert "null" not in _found(SCHEMA, "type")


def _found(value, key):
    if isinstance(value, dict):
        yield from ([value[key]] if key in value else [])
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _found(one, key)
