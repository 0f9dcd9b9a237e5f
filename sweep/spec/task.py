"""The [task] of a spec as frozen models, one per kind of data. docs/tasks.md is their reference."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from backsweep.ranges import Range, whole_from
from backsweep.suggestions import there_are

from ...results.allowed import Says, Within, whole
from ..data.cells import Notation
from ..data.data import ZERO_ONE
from ..data.table_forms import Form
from .allowed import OfKey, first_repeated
from .axes import Setting
from .encodings import Encoding, TargetEncoding
from .fields import FileName, Switch, Table, one_of

Bit = Annotated[int, Within(Range("0 or 1", 0, 1, whole=True))]
Bits = Annotated[int, Within(whole_from(1, 16))]
Samples = Annotated[int, Within(whole_from(2, 1_000_000))]
Width = Annotated[int, Within(whole_from(1, 1024))]
Centers = Annotated[int, Within(whole_from(2, 1000))]
DataSeed = Annotated[int, Within(whole_from(0, 2**63 - 1))]
Spread = Annotated[
    float, Within(Range("a number from 0 to 1000", 0, 1000))
]  # with more, rounding to a decimal would not cut a last bit off
Factor = Annotated[float, Within(Range("a number above 0 and below 1", 0, 1, open_low=True, open_high=True))]


def _sizes(raw: object) -> tuple[int, int]:
    sizes = [whole(size) for size in raw] if isinstance(raw, list | tuple) else []
    if [type(size) for size in sizes] == [int, int]:
        patterns, hidden = sizes
        if 2 <= patterns <= 4096 and 1 <= hidden <= 65_536:
            return patterns, hidden
    raise ValueError("must be [N, M]: N patterns, from 2 to 4096, and M hidden units, from 1 to 65536")


def _listed(raw: object) -> object:
    return (raw,) if isinstance(raw, str) else raw


def _mark(raw: object) -> object:
    if not isinstance(raw, str) or len(raw) != 1:
        raise ValueError("must be one character")
    if raw.isalnum() or raw in '+-"\r\n\0':
        raise ValueError("must be a character that does not occur in numbers, words, quotes or line ends")
    return raw


Mark = Annotated[str, BeforeValidator(_mark), Field(min_length=1, max_length=1)]
Words = Annotated[tuple[str, ...], BeforeValidator(_listed, str | list[str]), Says("must be text, or a list of texts")]
Code = Annotated[tuple[int, int], BeforeValidator(_sizes)]
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[
    tuple[Name, ...], BeforeValidator(_listed, Name | list[Name]), Says("must be the name of a column, or a list of names")
]
if TYPE_CHECKING:
    TeacherActivation = str
else:
    TeacherActivation = one_of(("tanh", "sigmoid", "relu", "identity"))
Rows = Annotated[tuple[Annotated[tuple[Bit, ...], Field(fail_fast=True)], ...], Field(fail_fast=True)]


class Gate(Table, use_attribute_docstrings=True):
    """A gate with two inputs."""

    name: Literal["and", "or", "xor"]
    """Name of the gate."""
    encoding: Encoding = ZERO_ONE
    """Numbers that stand for false and true, for inputs and targets alike or for each."""


class TruthTable(Table, use_attribute_docstrings=True):
    """Any table of zeros and ones."""

    name: Literal["truth_table"]
    """Name of the task."""
    inputs: Rows
    """Inputs: one list of zeros and ones per sample."""
    targets: Rows
    """Targets: one list of zeros and ones per sample."""
    encoding: Encoding = ZERO_ONE
    """Numbers that stand for false and true, for inputs and targets alike or for each."""

    @model_validator(mode="after")
    def _is_a_table(self):
        for key, rows in (("inputs", self.inputs), ("targets", self.targets)):
            if not rows or not rows[0]:
                raise OfKey(key, rows, "must have at least one row with at least one value")
            for number, row in enumerate(rows, 1):
                if len(row) != len(rows[0]):
                    raise OfKey(key, rows, f"row {number} has {len(row)} values, row 1 has {len(rows[0])}")
        if len(self.inputs) != len(self.targets):
            reason = f"{len(self.inputs)} rows of inputs need as many of targets; there are {len(self.targets)}"
            raise OfKey("targets", self.targets, reason)
        return self


class Parity(Table, use_attribute_docstrings=True):
    """Whether the number of ones among the bits is odd."""

    name: Literal["parity"]
    """Name of the task."""
    bits: Setting[Bits]
    """Number of bits; the data are all patterns of this many bits."""
    encoding: Encoding = ZERO_ONE
    """Numbers that stand for false and true, for inputs and targets alike or for each."""


class Encoder(Table, use_attribute_docstrings=True):
    """N one-hot patterns through M hidden units, N-M-N; `model.hidden` is M."""

    name: Literal["encoder"]
    """Name of the task."""
    code: Setting[Code]
    """[N, M]: the number of patterns N, and of hidden units M."""
    encoding: Encoding = ZERO_ONE
    """Numbers that stand for false and true, for inputs and targets alike or for each."""


class TwoSpirals(Table, use_attribute_docstrings=True):
    """Lang & Witbrock's 194 points."""

    name: Literal["two_spirals"]
    """Name of the task."""
    encoding: TargetEncoding = ZERO_ONE
    """Numbers that stand for false and true in the targets."""


class Moons(Table, use_attribute_docstrings=True):
    """Two half circles that interlock."""

    name: Literal["moons"]
    """Name of the task."""
    samples: Setting[Samples] = 100
    """Number of samples of both half circles together."""
    noise: Setting[Spread] = 0.1
    """Standard deviation of the normal noise on the coordinates; the half circles have radius 1."""
    data_seed: Setting[DataSeed] = 0
    """Seed of the noise; the seeds of runs do not change the data."""
    encoding: TargetEncoding = ZERO_ONE
    """Numbers that stand for false and true in the targets."""


class Circles(Table, use_attribute_docstrings=True):
    """A circle inside another circle."""

    name: Literal["circles"]
    """Name of the task."""
    samples: Setting[Samples] = 100
    """Number of samples of both circles together."""
    noise: Setting[Spread] = 0.1
    """Standard deviation of the normal noise on the coordinates; the outer circle has radius 1."""
    factor: Setting[Factor] = 0.5
    """Radius of the inner circle, whose samples are true."""
    data_seed: Setting[DataSeed] = 0
    """Seed of the noise; the seeds of runs do not change the data."""
    encoding: TargetEncoding = ZERO_ONE
    """Numbers that stand for false and true in the targets."""


class Blobs(Table, use_attribute_docstrings=True):
    """Clouds of points, one class per cloud."""

    name: Literal["blobs"]
    """Name of the task."""
    samples: Setting[Samples] = 100
    """Number of samples of all clouds together."""
    centers: Setting[Centers] = 3
    """Number of clouds, each of which is a class. Their centers are drawn from [-10, 10)."""
    spread: Setting[Spread] = 1.0
    """Standard deviation of a cloud around its center."""
    features: Setting[Width] = 2
    """Number of inputs."""
    data_seed: Setting[DataSeed] = 0
    """Seed of centers and samples; the seeds of runs do not change the data."""
    encoding: TargetEncoding = ZERO_ONE
    """Numbers that stand for false and true in the targets."""


class Teacher(Table, use_attribute_docstrings=True):
    """Regression on the outputs of a random network."""

    name: Literal["teacher"]
    """Name of the task."""
    inputs: Setting[Width] = 8
    """Number of inputs."""
    hidden: Setting[Width] = 8
    """Number of hidden units of the teacher; `model.hidden` is that of the network that learns."""
    samples: Setting[Samples] = 72
    """Number of samples."""
    noise: Setting[Spread] = 0.0
    """Standard deviation of the normal noise on the targets."""
    data_seed: Setting[DataSeed] = 0
    """Seed of the teacher's weights, the inputs and the noise; the seeds of runs do not change the data."""
    activation: Setting[TeacherActivation] = "tanh"
    """Activation of the teacher's hidden units."""


class Gaps(Table, use_attribute_docstrings=True):
    """Rows of a file that are left out. `"drop"` alone stands for those with an empty cell, a null or NaN."""

    drop: Words
    """Texts that stand for a missing value, in addition to nulls and NaN; rows with one in a column used are left out."""


Missing = Annotated[
    Annotated[Words, Tag("<words>")] | Annotated[Gaps, Tag("<gaps>")],
    Discriminator(lambda raw: "<gaps>" if isinstance(raw, dict | Gaps) else "<words>"),
    BeforeValidator(lambda raw: {"drop": [""]} if raw == "drop" else raw),
]


class FileTask(Table, use_attribute_docstrings=True):
    """Columns of a CSV, Parquet or NPZ file."""

    file: FileName
    """Name of the file, which ends in .csv, .parquet or .npz. A relative name starts at the folder of the spec."""
    inputs: Names
    """Name of the column, or list of the columns, that are the inputs."""
    targets: Names
    """Name of the column, or list of the columns, that are the targets."""
    categories: Names = ()
    """Columns of numbers that are names of classes. Columns of text are categories in any case."""
    missing: Missing = ("",)
    """Texts that stand for a missing value, in addition to nulls and NaN. "drop", or a table, leaves rows with one out."""
    delimiter: Mark = ","
    """Character between the columns of a CSV file."""
    decimal: Mark = "."
    """Decimal mark in a CSV file."""
    thousands: Mark | None = None
    """Character between groups of three digits in a CSV file. If it is left out, there is none."""
    standardise: Setting[Switch] = False
    """Whether to give inputs that are numbers mean 0 and standard deviation 1."""
    encoding: Encoding = ZERO_ONE
    """Numbers that stand for false and true in the categories, for inputs and targets alike or for each."""

    @model_validator(mode="after")
    def _each_column_has_one_place(self):
        for key, names in (("inputs", self.inputs), ("targets", self.targets), ("categories", self.categories)):
            if not names and key != "categories":
                raise OfKey(key, names, "must be at least one column")
            if (at := first_repeated(names)) is not None:
                raise OfKey(key, names, f"{names[at]!r} is there twice; give each column once")
        used = dict.fromkeys([*self.inputs, *self.targets])
        if len(used) < len(self.inputs) + len(self.targets):
            name = next(name for name in self.targets if name in set(self.inputs))
            raise OfKey("targets", self.targets, f"{name!r} is an input too; a column is one or the other")
        for name in self.categories:
            if name not in used:
                reason = f"{name!r} is neither an input nor a target{there_are(name, used, show=repr)}"
                raise OfKey("categories", self.categories, reason)
        return self

    @model_validator(mode="after")
    def _is_written_in_one_way(self):
        if self.decimal == self.thousands:
            raise OfKey("thousands", self.thousands, "must differ from decimal; otherwise no number could be read")
        if Path(self.file).suffix.lower() != ".csv":
            for key in ("delimiter", "decimal", "thousands"):
                if getattr(self, key) != type(self).model_fields[key].default:
                    raise OfKey(key, getattr(self, key), "only CSV files take it; other files store numbers as numbers")
        return self

    @property
    def form(self) -> Form:
        """How the file is written."""
        drop = isinstance(self.missing, Gaps)
        words = tuple(word.strip() for word in (self.missing.drop if isinstance(self.missing, Gaps) else self.missing))
        return Form(self.delimiter, Notation(self.decimal, self.thousands), words, drop)
