"""The spec of a sweep: what a TOML file may contain, as frozen models. Unknown keys and wrong types are refused by name."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, PrivateAttr, Tag, ValidationError, field_validator, model_validator

from backsweep.errors import DataError, SettingError
from backsweep.ranges import whole_from

from ...kernels import LAST_SEED
from ...results.allowed import Says, TextOf, Within
from ...results.store.written_spec import seeds_kind
from ..data.initial_weights import SETTING as START_FILE
from ..data.initial_weights import file_names
from .allowed import first_repeated
from .axes import Axis, AxisInUse
from .design import DesignSpec, sampled
from .fields import Table
from .file_contents import Contents
from .make_data import COVERED_BY_DIGEST, TaskSpec, bottleneck
from .messages import explain
from .model import FileInit, ModelSpec
from .nested_axes import Alternatives, leaves
from .plain_data import length, plain
from .products import check_product
from .repeated_values import check_values
from .report import ReportSpec
from .task import FileTask
from .toml import read_toml
from .train import RecordSpec, TrainSpec

MOST_SEEDS, LONG_LIST = 100_000_000, 10_000  # a list of no more stays the list that it was given as
UNITS = 2  # of the single hidden layer that a network has by default
IMPLIED = {"train.stop.patience": 1, "train.huber_delta": 1.0}  # what a spec means that does not give these
COVERED_BY_DATA = tuple(f"task.{key}" for key in COVERED_BY_DIGEST)

# Stopping rules that a digest names even where they are not given. Others are left out there: a rule that is added must change
# no digest, since a folder from before it could not be continued.
NAMED_UNSET = {f"train.stop.{name}" for name in ("loss", "within", "accuracy", "gradient_norm", "patience")}
SpecJson = tuple[str, str, str]  # a spec as JSON, what its files are called if that is told, and its digest
Seed = Annotated[int, Within(whole_from(0, LAST_SEED))]
SEED_COUNTS = whole_from(1, MOST_SEEDS)
SeedCount = Annotated[int, Within(SEED_COUNTS)]


class SeedRange(Table, use_attribute_docstrings=True):
    """`count` consecutive seeds that begin with `start`."""

    start: Seed
    """First seed."""
    count: SeedCount
    """Number of seeds."""

    @model_validator(mode="after")
    def _within_the_stream(self):
        if self.start + self.count - 1 > LAST_SEED:
            raise ValueError(f"its last seed is {self.start + self.count - 1}; seeds go to {LAST_SEED}")
        return self


def _no_axis(raw: object) -> object:
    if isinstance(raw, dict) and raw.keys() & Axis.model_fields.keys():
        raise ValueError("cannot be an axis; seeds are a count, a list, or { start = ..., count = ... }")
    return raw


Seeds = Annotated[
    Annotated[
        SeedCount, Says(f"must be {SEED_COUNTS.words}, a list of seeds, or {{ start = ..., count = ... }}"), Tag("<count>")
    ]
    | Annotated[tuple[Seed, ...], Field(fail_fast=True), Tag("<list>")]
    | Annotated[SeedRange, Tag("<range>")],
    Discriminator(seeds_kind),
    BeforeValidator(_no_axis),
]


class Spec(Table, use_attribute_docstrings=True):
    """One sweep: it trains every combination of the axes once per seed."""

    name: Annotated[str, TextOf(1, 200)] = "sweep"
    """Name of the sweep. A spec that is read from a file is named after the file."""
    task: TaskSpec
    """Data that the networks learn: the name of a task, a table with its name, or a table with a file and its columns."""
    seeds: Seeds = 1
    """Number of seeds, counted from 0; or a list of seeds; or a table of start and count. Every cell has the same seeds."""
    model: ModelSpec = ModelSpec()
    """The network and its initial weights."""
    train: TrainSpec = TrainSpec()
    """How networks are trained, and when training ends."""
    record: RecordSpec = RecordSpec()
    """What is recorded of runs. If it is left out, only their final rows are kept."""
    design: DesignSpec | None = None
    """How the axes with uniform or loguniform are drawn. Specs with such axes must give it."""
    exclude: Annotated[tuple[dict[str, Any], ...], Field(fail_fast=True)] = ()
    """Cells to leave out: a list of tables of settings with their values. A cell that matches all of a table is left out."""
    report: ReportSpec | None = None
    """What the report says at its top: title, author and notes."""
    _called: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("seeds")
    @classmethod
    def _seeds_are_some_and_differ(cls, seeds: Any) -> Any:
        if seeds == ():
            raise ValueError("must be at least one seed")
        if isinstance(seeds, tuple) and (at := first_repeated(seeds)) is not None:
            raise ValueError(f"{seeds[at]} is there twice; give each seed once")
        return seeds

    @classmethod
    def read(cls, path: str | Path) -> "Spec":
        """The spec in a TOML file; it is named after the file unless it has a name. SettingError says what is wrong where."""
        path = Path(path)
        name = path.stem.encode(errors="replace").decode()  # a file's name may be no text
        return cls.parse({"name": name, **read_toml(path)}, str(path), path.parent)

    @classmethod
    def parse(
        cls, table: Mapping[str, Any], source: str = "spec", folder: str | Path = ".", *, recorded: bool = False
    ) -> "Spec":
        """The spec in a nested dict, as TOML would give it: a frozen model, whose attributes are the keys.

        table: keys and values; NumPy's scalars count as numbers, its arrays, tuples and ranges as lists. source: what errors
        say it was read from. folder: where the names of data files start. recorded: whether it is of a folder of results, which
        an earlier version may have made, so that an axis may have a value twice.

        Raises SettingError, which names the key and the value, and says what is allowed.

        >>> from backsweep.sweep import Spec
        >>> spec = Spec.parse({"task": "xor", "train": {"lr": {"values": [0.1, 1.0]}}})
        >>> spec.name, spec.seeds, spec.train.epochs
        ('sweep', 1, 10000)
        """
        try:
            data = plain(_seeds_as_range(table))
            check_product(data)
            spec = cls.model_validate(data, context={"folder": folder})
            if not recorded:
                check_values(spec)
        except ValidationError as error:
            raise explain(error, cls, source, table.get("task")) from None
        except SettingError as error:
            raise error.inside(source) from None
        return spec

    def seed_values(self) -> range | tuple[int, ...]:
        """The seeds: a range where they are counted up, for a hundred million of them are 0.8 GB."""
        if isinstance(self.seeds, SeedRange):
            return range(self.seeds.start, self.seeds.start + self.seeds.count)
        return range(self.seeds) if isinstance(self.seeds, int) else self.seeds

    def settings(self) -> Iterator[tuple[str, Any]]:
        """Every setting that may vary, by its dotted name, in the order of the models: a value, an axis, or None.

        See `nested_axes.leaves` for lists of one for each layer, and axes of tables.
        """
        yield from leaves(self.task, "task.")
        yield from leaves(self.model, "model.")
        yield from leaves(self.train, "train.")

    @cached_property
    def axes(self) -> list[AxisInUse]:
        """The settings that vary, with their values, drawn once. SettingError if sampled axes and design do not go together."""
        settings = dict(self.settings())
        axes = {key: axis for key, axis in settings.items() if isinstance(axis, Axis)}
        found = {key: axis for key, axis in settings.items() if isinstance(axis, AxisInUse)}
        found |= {key: AxisInUse(key, axis.points, axis.zip) for key, axis in axes.items()}
        drawn = sampled({key: axis for key, axis in axes.items() if axis.ends}, self.design)
        found |= {axis.setting: axis for axis in drawn}
        return [found[key] for key in settings if key in found]

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain data, with defaults filled in, as it was written."""
        return self.model_dump(mode="json", exclude_none=True)

    def as_given(self) -> dict[str, Any]:
        """The spec as plain data, without the defaults that were not written, but for the name."""
        return {"name": self.name, **self.model_dump(mode="json", exclude_unset=True, exclude_none=True)}

    @property
    def files(self) -> dict[str, str]:
        """The files that the spec names, by setting."""
        init = self.model.init
        values = init.values if isinstance(init, Alternatives) else ()
        starts = {f"model.init.values.{place}.file": one for place, one in enumerate(values)} or {START_FILE: init}
        files = {"task.file": self.task.file} if isinstance(self.task, FileTask) else {}
        return files | {key: one.file for key, one in starts.items() if isinstance(one, FileInit)}

    @cached_property
    def called(self) -> dict[str, str]:
        """What rows call the files that are values of an axis, by path."""
        return self._called or file_names(path for key, path in self.files.items() if "values" in key)

    def calling(self, called: Mapping[str, str]) -> "Spec":
        """The same spec, whose rows call files so; what is in them is not read again."""
        other = self.model_copy()
        other._called = dict(called)
        for name in ("called", "digest"):  # a copy keeps what is cached
            vars(other).pop(name, None)
        return other

    @cached_property
    def contents(self) -> Contents:
        """What is in the files that the spec names, as they are when this is first asked for."""
        return Contents(self.task, self.files)

    @property
    def data(self) -> dict[str, str]:
        """The digests of `contents`, by setting."""
        return self.contents.digests

    def canonical(self, data: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What fixes the rows and records, flat; however values, axes and seeds are written, and whatever a zip is called.

        data: digests to take in place of `self.data`.
        """
        data = self.data if data is None else data
        flat: dict[str, Any] = {"seeds": _seeds_in_words(self.seeds)}
        flat.update({f"record.{key}": value for key, value in self.record})
        zips: dict[Any, int] = {}
        axes = {axis.setting: axis for axis in self.axes}
        for key, value in self.settings():
            if key in axes:
                zipped = zips.setdefault(axes[key].zip or "", len(zips)) if axes[key].zip else None
                points = self._in_files(axes[key].points, data) if key == START_FILE else axes[key].points
                flat[key] = {"values": list(points), "zip": zipped}
            elif value is not None or not key.startswith("train.stop.") or key in NAMED_UNSET:
                flat[key] = IMPLIED.get(key) if value is None else value
        if self.exclude:
            flat["exclude"] = list(self.exclude)
        if flat["model.hidden"] is None and not isinstance(getattr(self.task, "code", None), Axis):
            flat["model.hidden"] = (bottleneck(self.task) or UNITS,)
        if "task.file" in flat:
            flat = {key: value for key, value in flat.items() if key not in COVERED_BY_DATA}
        return flat | {key: digest for key, digest in data.items() if key in ("task.file", START_FILE)}

    def _in_files(self, paths: Sequence[str | None], data: Mapping[str, str]) -> list[Any]:
        """What is in each of the files of an axis, beside the name that its rows have."""
        digests = {path: data.get(key) for key, path in self.files.items()}
        return [path and [self.called[path], digests[path]] for path in paths]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `canonical`, in hexadecimal."""
        return digest_of(self.canonical())

    def __hash__(self) -> int:
        return int(self.digest[:15], 16)

    def to_json(self) -> SpecJson:
        """What a worker, perhaps in another process, makes the same spec of by `from_json`."""
        return json.dumps(self.to_dict()), json.dumps(self._called), self.digest

    def __reduce__(self):
        return from_json, (self.to_json(),)


def digest_of(canonical: dict[str, Any]) -> str:
    """SHA-256 of a `Spec.canonical`, in hexadecimal."""
    return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=4)
def from_json(sent: SpecJson) -> Spec:
    """A spec that another process has sent. DataError if the files that it names are not as they were there."""
    spec = Spec.parse(json.loads(sent[0]), recorded=True).calling(json.loads(sent[1]))
    if spec.digest != sent[2]:
        files = ", ".join(spec.files.values())
        raise DataError(files, "changed since the sweep began; repeat the command", settings=[*spec.files])
    return spec


def _seeds_as_range(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Consecutive seeds from Python, such as `range(10**9)`, as a start and a count instead of a long list."""
    seeds = table.get("seeds")
    if not (isinstance(seeds, range) or (isinstance(seeds, np.ndarray) and seeds.ndim == 1)) or length(seeds) <= LONG_LIST:
        return table
    if length(seeds) <= MOST_SEEDS and (np.any(np.diff(seeds) != 1) if isinstance(seeds, np.ndarray) else seeds.step != 1):
        return table
    return {**table, "seeds": {"start": seeds[0], "count": length(seeds)}}


def _seeds_in_words(seeds: int | tuple[int, ...] | SeedRange) -> list[int] | str:
    """Seeds that follow each other have one form, whichever way they were given."""
    if isinstance(seeds, tuple) and seeds != tuple(range(seeds[0], seeds[0] + len(seeds))):
        return list(seeds)
    first = seeds.start if isinstance(seeds, SeedRange) else seeds[0] if isinstance(seeds, tuple) else 0
    count = seeds.count if isinstance(seeds, SeedRange) else len(seeds) if isinstance(seeds, tuple) else seeds
    return f"{first} ... {first + count - 1}"
