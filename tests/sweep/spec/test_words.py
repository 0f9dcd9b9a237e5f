"""What is wrong in a spec is refused in our words, with its place and its value; no sentence of Pydantic's reaches a user."""

import re

import pytest

from backsweep.errors import SettingError
from backsweep.sweep import Spec
from backsweep.sweep.spec.axes import TITLES, Axis
from backsweep.sweep.spec.design import DesignSpec
from backsweep.sweep.spec.encodings import BothSides
from backsweep.sweep.spec.make_data import TAGS
from backsweep.sweep.spec.messages import _places, _tables
from backsweep.sweep.spec.model import INITS, ModelSpec
from backsweep.sweep.spec.report import ReportSpec
from backsweep.sweep.spec.spec import SeedRange
from backsweep.sweep.spec.task import FileTask, Gaps
from backsweep.sweep.spec.train import (
    OPTIMIZER_MODELS,
    SCHEDULE_MODELS,
    BatchSpec,
    RecordSpec,
    StallSpec,
    StopSpec,
    TrainSpec,
)
from backsweep.sweep.text import short

PYDANTICS = re.compile(r"\bInput\b|should|\bvalid\b|unable to|(greater|less) than|Tuple|String")
LEAVES = {"int", "float", "str", "bool", "literal", "none", "any", "date", "decimal", "enum"}
CHECKED = {"_widths", "_sizes", "_known_pair", "_mark"}  # functions that refuse all that the type after them would refuse
BY_TAG = {*TITLES, "<name>"}  # names that decide which type is meant, so that it never refuses them
FILE = {"file": "a.csv", "inputs": "a", "targets": "b"}
TASKS = {
    "parity": {"bits": 2},
    "encoder": {"code": [4, 2]},
    "truth_table": {"inputs": [[0], [1]], "targets": [[1], [0]]},
}


def needed(model):
    """The numbers that a table cannot do without, as 1."""
    return {key: 1 for key, field in model.model_fields.items() if field.is_required() and key not in TITLES}


# Every table of a spec: its place, its model, and what else it must have.
TABLES = [
    ("", Spec, {}),
    ("seeds", SeedRange, {"start": 0, "count": 1}),
    ("design", DesignSpec, {"points": 1}),
    ("model", ModelSpec, {}),
    *(
        ("model.init", model, {"scheme": name, **({"file": "w.npz"} if name == "file" else needed(model))})
        for name, model in INITS.items()
    ),
    ("train", TrainSpec, {}),
    ("train.lr", Axis, {"values": [0.1]}),
    ("train.batch", BatchSpec, {"size": 1}),
    ("train.stop", StopSpec, {}),
    ("train.stall", StallSpec, needed(StallSpec)),
    *(("train.optimizer", model, {"name": name, **needed(model)}) for name, model in OPTIMIZER_MODELS.items()),
    *(("train.schedule", model, {"name": name, **needed(model)}) for name, model in SCHEDULE_MODELS.items()),
    ("record", RecordSpec, {}),
    ("report", ReportSpec, {}),
    *(
        ("task", table, {"name": name, **TASKS.get(name, {})})
        for name in TAGS
        for table in _tables(Spec.model_fields["task"].annotation)
        if f"<{table.__name__}>" == TAGS[name]
    ),
    ("task", FileTask, FILE),
    ("task.encoding", BothSides, {}),
    ("task.missing", Gaps, {"drop": ["?"]}),
]
every_table = pytest.mark.parametrize(
    ("place", "model", "others"), TABLES, ids=[f"{row} {model.__name__}" for row, (_, model, _) in enumerate(TABLES)]
)
WRONG = [
    [0.1, "x"],
    "wrong",
    "",
    -1e9,
    1e300,
    2.5,
    True,
    float("nan"),
    None,
    [],
    ["x", 3],
    {"bogus": 1},
    {"values": ["x", []]},
    {"linear": [1]},
]


def within(place, table):
    """A spec that has this table at this place."""
    spec = table
    for part in reversed(place.split(".") if place else []):
        spec = {part: spec}
    if place == "task.missing":
        spec["task"] |= FILE
    elif place == "task.encoding":
        spec["task"] |= {"name": "xor"}
    return {"task": "xor", **spec}


def refusal(spec):
    try:
        Spec.parse(spec)
    except SettingError as error:
        return error
    return None


@every_table
def test_every_wrong_value_is_refused_with_its_place_and_value_in_our_words(place, model, others):
    assert refusal(within(place, others)) is None
    refused = 0
    for key in model.model_fields:
        for value in WRONG:
            error = refusal(within(place, {**others, key: value}))
            if error is None or key in TITLES:
                continue
            refused += 1
            first = str(error).splitlines()[0]
            assert not PYDANTICS.search(str(error))
            assert any(name.startswith(f"{place}.{key}".strip(".")) or name == place for name in error.settings)
            assert " = " in first or "missing" in first or "unknown key" in first, first
            if f"{place}.{key}".strip(".") == error.settings[0]:
                shown = first.removeprefix(f"spec: {error.settings[0]} = ")
                assert shown.startswith((f"{short(value)}: ", f"{short([value])}: "))  # one column is a list of one
    assert refused or set(model.model_fields) <= set(TITLES)


@every_table
def test_what_is_missing_or_unknown_is_named_with_what_there_is(place, model, others):
    key = f"{place}.bogus".strip(".")
    message = str(refusal(within(place, {**others, "bogus": 1})))
    assert message.startswith(f"spec: {key}: unknown key. Allowed here: ")
    for key in needed(model):
        if key != "task":
            error = refusal(within(place, {name: value for name, value in others.items() if name != key}))
            if place == "task" and key == "file":
                continue
            assert str(error).startswith(f"spec: {place}.{key}: missing; {place} needs ")
            assert key in str(error).partition("needs")[2]


def leaves(schema, worded=False, where=""):
    """Every part of Pydantic's compiled schema that can refuse a value by itself, unless a sentence of ours takes its place."""
    if isinstance(schema, list | tuple):
        for one in schema:
            yield from leaves(one, worded, where)
    elif isinstance(schema, dict):
        function = schema.get("function")
        name = getattr(function["function"], "__name__", "") if isinstance(function, dict) else ""
        worded = worded or schema.get("type") == "custom-error" or name in CHECKED
        counted = {"min_length", "max_length"} & schema.keys()
        if (schema.get("type") in LEAVES or counted) and not worded:
            yield where, schema["type"]
        for key, part in schema.items():
            if key not in {"serialization", "metadata", "keys_schema", "values_schema", "json_schema_input_schema"}:
                yield from leaves(part, worded, key if key not in {"schema", "type"} else where)


def test_no_type_of_a_spec_has_a_sentence_of_pydantics():
    found = {(where, kind) for where, kind in leaves(Spec.__pydantic_core_schema__) if where not in BY_TAG}
    assert found == set()


def test_every_setting_of_a_spec_stands_in_one_of_these_tables():
    tested = {f"{place}.{key}".strip(".") for place, model, _ in TABLES for key in model.model_fields}
    assert {place for name in [*TAGS, True] for place, _ in _places(Spec, name)} <= tested
