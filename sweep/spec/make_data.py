"""The `task` of a spec as one of its models, and the data that it stands for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, Discriminator, Tag

from backsweep.errors import DataError, SettingError
from backsweep.suggestions import there_are

from ..data import generated
from ..data.data import ZERO_ONE, Block, Pair, Task, Values, Where, assemble, has_truths
from ..data.inputs_and_targets import Sides, read_sides, standardised_blocks
from .allowed import OfKey
from .axes import Axis
from .encodings import BothSides, pairs_of
from .task import Blobs, Circles, Encoder, FileTask, Gate, Moons, Parity, Teacher, TruthTable, TwoSpirals

AnyTask = Gate | TruthTable | Parity | Encoder | TwoSpirals | Moons | Circles | Blobs | Teacher | FileTask
T = TypeVar("T", bound=AnyTask)

TAGS = {
    name: f"<{model.__name__}>"
    for model in get_args(AnyTask)
    if "name" in model.model_fields
    for name in get_args(model.model_fields["name"].annotation)
}
NAMES_ALONE = tuple(
    name
    for model in get_args(AnyTask)
    if not [key for key, field in model.model_fields.items() if field.is_required() and key != "name"]
    for name in get_args(model.model_fields["name"].annotation)
)
# What `digest` says instead: where data lie and what columns are called does not matter.
COVERED_BY_DIGEST = ("file", "inputs", "targets", "categories", "missing", "missing.drop", "delimiter", "decimal", "thousands")


def _tag(raw: Any) -> str:
    if isinstance(raw, BaseModel):
        return f"<{type(raw).__name__}>"
    return "<FileTask>" if "file" in raw else TAGS[raw["name"]]


def _as_table(raw: object) -> object:
    """A task as a table; a name stands for the task with its defaults."""
    table = {"name": raw} if isinstance(raw, str) else raw
    if isinstance(table, dict) and {"name", "file"} <= table.keys():
        raise ValueError("has both a name and a file; a task with a file takes no name")
    if isinstance(table, BaseModel) or (isinstance(table, dict) and "file" in table):
        return table
    if isinstance(table, list) or (isinstance(table, dict) and "name" not in table and table.keys() & Axis.model_fields.keys()):
        raise ValueError("cannot be several; give each task a sweep of its own")
    if not isinstance(table, dict) or "name" not in table:
        raise ValueError("must be the name of a task, or a table with a name or a file")
    name = table["name"]
    if isinstance(name, str) and name in TAGS:
        return table
    files = "and files: { file = ..., inputs = [...], targets = [...] }"
    reason = f"there is no such name{there_are(name, sorted(TAGS))}, {files}"
    raise ValueError(reason) if raw is name else OfKey("name", name, reason)


TaskSpec = Annotated[
    Annotated[Gate, Tag("<Gate>")]
    | Annotated[TruthTable, Tag("<TruthTable>")]
    | Annotated[Parity, Tag("<Parity>")]
    | Annotated[Encoder, Tag("<Encoder>")]
    | Annotated[TwoSpirals, Tag("<TwoSpirals>")]
    | Annotated[Moons, Tag("<Moons>")]
    | Annotated[Circles, Tag("<Circles>")]
    | Annotated[Blobs, Tag("<Blobs>")]
    | Annotated[Teacher, Tag("<Teacher>")]
    | Annotated[FileTask, Tag("<FileTask>")],
    Discriminator(_tag),
    BeforeValidator(_as_table, Literal[NAMES_ALONE] | AnyTask),
]


def fill(task: T, values: Mapping[str, Any]) -> T:
    """The task with values in place of its axes, by their names: bits, or encoding.targets."""
    plain: dict[str, Any] = {}
    for key, value in values.items():
        field, _, side = key.partition(".")
        plain[field] = plain.get(field, getattr(task, field)).model_copy(update={side: value}) if side else value
    return task.model_copy(update=plain)


def sides_of(task: AnyTask, base_folder: str | Path) -> Sides | None:
    """What the file of a task holds; its name starts at `base_folder`. None if data are made. DataError: what is wrong."""
    if not isinstance(task, FileTask):
        return None
    return _read(task, base_folder)


def make(task: AnyTask, sides: Sides | None = None) -> Task:
    """The data of a task without axes. sides: what its file holds, if that was read.

    DataError says what is wrong where in the data; SettingError which setting does not go with them.
    """
    if isinstance(task, FileTask):
        return _from_file(task, sides or _read(task, "."))
    settings = {key: value for key, value in task if key != "encoding" and (key != "name" or isinstance(task, Gate))}
    function = generated.gate if isinstance(task, Gate) else getattr(generated, task.name)
    inputs, targets = function(**settings)
    blocks = [_numbered("x", inputs)], [_numbered("y", targets)]
    return assemble(*blocks, pairs_of(getattr(task, "encoding", ZERO_ONE)), Where(f"task {task.name}"))


def bottleneck(task: AnyTask) -> int | None:
    """The width of the one hidden layer that a task without axes demands: the M of an encoder N-M-N."""
    return task.code[1] if isinstance(task, Encoder) and not isinstance(task.code, Axis) else None


def _numbered(letter: str, values: Values) -> Block:
    return Block(tuple(f"{letter}{number + 1}" for number in range(values.shape[1])), values)


def _read(task: FileTask, base_folder: str | Path) -> Sides:
    try:
        return read_sides(Path(base_folder) / task.file, task.inputs, task.targets, task.categories, task.form)
    except DataError as error:
        raise error.concerning(_asking(task, str(error.column))) from None


def _asking(task: FileTask, column: str) -> str:
    """The setting that asks for a column of the file, or for one of an array; if none does, that which names the file."""
    names = {column, column.rpartition("[")[0]}
    asked = {"task.inputs": task.inputs, "task.targets": task.targets}
    return next((setting for setting, mine in asked.items() if not names.isdisjoint(mine)), "task.file")


def _from_file(task: FileTask, sides: Sides) -> Task:
    inputs, targets, where, _ = sides
    _check_encoding(task, sides)
    return assemble(standardised_blocks(inputs, where) if task.standardise else inputs, targets, pairs_of(task.encoding), where)


def _check_encoding(task: FileTask, sides: Sides) -> None:
    """A pair other than that of the defaults has something to stand for."""
    usable = has_truths(sides.inputs), has_truths(sides.targets)
    places = ("inputs", "targets")
    asked: list[tuple[str, Pair, bool, str]] = (
        [(f".{place}", pair, use, place) for place, pair, use in zip(places, pairs_of(task.encoding), usable, strict=True)]
        if isinstance(task.encoding, BothSides)
        else [("", pairs_of(task.encoding)[0], any(usable), "inputs and targets")]
    )
    for key, pair, use, columns in asked:
        if pair != ZERO_ONE and not use:
            reason = (
                f"the {columns} in {sides.where.source} are numbers, "
                "which stay as they are; columns of categories can be declared by task.categories"
            )
            setting = f"task.encoding{key}"
            raise SettingError([setting, "task.categories"], reason, f"{setting} = [{pair[0]:g}, {pair[1]:g}]")
