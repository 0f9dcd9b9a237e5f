"""The spec of a sweep: what a TOML file may say, as frozen models. Unknown keys and wrong types are refused by name."""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from ..kernels import LAST_SEED
from ..results.errors import InputError
from .axes import Axis, AxisInUse, Number, Setting
from .messages import explain

Count = Annotated[int, Field(strict=True, ge=1, le=2**31 - 2)]
Units = Annotated[int, Field(strict=True, ge=1, le=65_536)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Switch = Annotated[bool, Field(strict=True)]
Seed = Annotated[int, Field(strict=True, ge=0, le=LAST_SEED)]
SeedCount = Annotated[int, Field(strict=True, ge=1, le=100_000_000)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeedRange(_Table):
    """`count` seeds from `start` on."""

    start: Seed
    count: SeedCount

    @model_validator(mode="after")
    def _within_the_stream(self):
        if self.start + self.count - 1 > LAST_SEED:
            raise ValueError(f"the last seed, {self.start + self.count - 1}, is over {LAST_SEED}")
        return self


def _seeds_kind(raw: object) -> str:
    return "<range>" if isinstance(raw, dict | SeedRange) else "<list>" if isinstance(raw, list | tuple) else "<count>"


Seeds = Annotated[
    Annotated[SeedCount, Tag("<count>")] | Annotated[tuple[Seed, ...], Tag("<list>")] | Annotated[SeedRange, Tag("<range>")],
    Discriminator(_seeds_kind),
]


class InitSpec(_Table):
    """How weights start: uniform in [low, high)."""

    scheme: Literal["uniform"] = "uniform"
    low: Setting[Number] = 0.0
    high: Setting[Number] = 1.0


class ModelSpec(_Table):
    """The network: one hidden layer, sigmoid at hidden and output units."""

    hidden: Setting[Units] = 2
    activation: Literal["sigmoid"] = "sigmoid"
    bias: Setting[Switch] = False
    init: InitSpec = InitSpec()
    stream: Literal["mt19937"] = "mt19937"


class StopSpec(_Table):
    """When a run has converged: its mean loss is at most `loss`."""

    loss: Setting[NotNegative] | None = None


class TrainSpec(_Table):
    """The training rule: full-batch gradient descent. A run whose loss is over `bound`, or not a number, has diverged."""

    optimizer: Literal["gd"] = "gd"
    lr: Setting[Positive] = 0.1
    loss: Setting[Literal["bce", "mse"]] = "bce"
    epochs: Setting[Count] = 10_000
    stop: StopSpec = StopSpec()
    bound: Setting[Positive] = 1e6
    dtype: Literal["float64"] = "float64"


class Spec(_Table):
    """One sweep: every combination of the axes, times the seeds."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = "sweep"
    task: Literal["xor"]
    seeds: Seeds = 1
    model: ModelSpec = ModelSpec()
    train: TrainSpec = TrainSpec()

    @model_validator(mode="after")
    def _seeds_are_some_and_differ(self):
        if self.seeds == ():
            raise ValueError("seeds: the list is empty")
        if isinstance(self.seeds, tuple) and len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds: one is given twice")
        return self

    @classmethod
    def read(cls, path: str | Path) -> "Spec":
        """The spec in a TOML file; it is named after the file unless it has a name. InputError says what is wrong where."""
        path = Path(path)
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise InputError(f"{path}: no such file") from None
        except (IsADirectoryError, UnicodeDecodeError):
            raise InputError(f"{path}: not a text file") from None
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{path}: not TOML: {error}") from None
        return cls.parse({"name": path.stem, **table}, str(path))

    @classmethod
    def parse(cls, table: dict[str, Any], source: str = "spec") -> "Spec":
        """The spec in a nested dict, as TOML would give it. InputError says what is wrong where."""
        try:
            return cls.model_validate(table)
        except ValidationError as error:
            raise InputError(explain(error, cls, source)) from None

    def seed_values(self) -> np.ndarray:
        """The seeds, int64."""
        if isinstance(self.seeds, SeedRange):
            return np.arange(self.seeds.start, self.seeds.start + self.seeds.count)
        return np.arange(self.seeds) if isinstance(self.seeds, int) else np.array(self.seeds, np.int64)

    def settings(self) -> Iterator[tuple[str, Any]]:
        """Every setting that may vary, by its dotted name, in the order of the models: a value, an axis, or None."""
        yield from _leaves(self.model, "model.")
        yield from _leaves(self.train, "train.")

    def axes(self) -> list[AxisInUse]:
        """The settings that vary."""
        return [AxisInUse(key, axis.points, axis.zip) for key, axis in self.settings() if isinstance(axis, Axis)]

    def written(self) -> dict[str, Any]:
        """The spec as plain data, with defaults filled in, as it was written."""
        return self.model_dump(mode="json", exclude_none=True)

    def meaning(self) -> dict[str, Any]:
        """What fixes the rows, flat; however values, axes and seeds are written, and whatever a zip is called."""
        flat: dict[str, Any] = {"task": self.task, "seeds": _seeds_in_words(self.seeds)}
        zips: dict[str, int] = {}
        for key, value in self.settings():
            if isinstance(value, Axis):
                zipped = zips.setdefault(value.zip, len(zips)) if value.zip else None
                flat[key] = {"values": list(value.points), "zip": zipped}
            else:
                flat[key] = value
        return flat

    def __hash__(self) -> int:
        return int(self.digest()[:15], 16)

    def digest(self) -> str:
        """SHA-256 of `meaning`, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.meaning(), sort_keys=True).encode()).hexdigest()


def _seeds_in_words(seeds: int | tuple[int, ...] | SeedRange) -> list[int] | str:
    """Seeds that follow each other have one form, whichever way they were given."""
    if isinstance(seeds, tuple) and seeds != tuple(range(seeds[0], seeds[0] + len(seeds))):
        return list(seeds)
    first = seeds.start if isinstance(seeds, SeedRange) else seeds[0] if isinstance(seeds, tuple) else 0
    count = seeds.count if isinstance(seeds, SeedRange) else len(seeds) if isinstance(seeds, tuple) else seeds
    return f"{first} ... {first + count - 1}"


def _leaves(table: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for key in type(table).model_fields:
        value = getattr(table, key)
        if isinstance(value, _Table):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
