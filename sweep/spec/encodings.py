"""The numbers that stand for false and true in the data: one pair for inputs and targets, one pair for each, or an axis."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag

from ..data.data import PAIRS, ZERO_ONE, Pair
from .axes import Axis, Setting
from .fields import Table

ALLOWED = " or ".join(f"[{false:g}, {true:g}]" for false, true in PAIRS)


def _known_pair(raw: object) -> Pair:
    if isinstance(raw, list | tuple) and not any(isinstance(one, bool) for one in raw):
        for pair in PAIRS:
            if tuple(raw) == pair:
                return pair
    raise ValueError(f"must be {ALLOWED}")


FalseTrue = Annotated[Pair, BeforeValidator(_known_pair)]


class BothSides(Table, use_attribute_docstrings=True):
    """One pair for inputs and one for targets."""

    inputs: Setting[FalseTrue] = ZERO_ONE
    """Numbers that stand for false and true in the inputs."""
    targets: Setting[FalseTrue] = ZERO_ONE
    """Numbers that stand for false and true in the targets."""


class TargetSide(Table, use_attribute_docstrings=True):
    """A pair for targets, for tasks whose inputs are numbers."""

    targets: Setting[FalseTrue] = ZERO_ONE
    """Numbers that stand for false and true in the targets."""


def _kind(raw: object) -> str:
    if isinstance(raw, dict):
        return "<axis>" if raw.keys() & Axis.model_fields.keys() else "<sides>"
    return "<axis>" if isinstance(raw, Axis) else "<sides>" if isinstance(raw, BothSides | TargetSide) else "<value>"


def _shortest(encoding: Any) -> Any:
    """One form for what means the same."""
    if isinstance(encoding, TargetSide):
        return encoding.targets
    if isinstance(encoding, BothSides) and encoding.inputs == encoding.targets and not isinstance(encoding.inputs, Axis):
        return encoding.inputs
    return encoding


Encoding = Annotated[
    Annotated[FalseTrue, Tag("<value>")] | Annotated[Axis[FalseTrue], Tag("<axis>")] | Annotated[BothSides, Tag("<sides>")],
    Discriminator(_kind),
    AfterValidator(_shortest),
]
TargetEncoding = Annotated[
    Annotated[FalseTrue, Tag("<value>")] | Annotated[Axis[FalseTrue], Tag("<axis>")] | Annotated[TargetSide, Tag("<sides>")],
    Discriminator(_kind),
    AfterValidator(_shortest),
]


def pairs_of(encoding: Any) -> tuple[Pair, Pair]:
    """The pairs of inputs and of targets, where nothing is an axis any more."""
    sides: Any = encoding
    return (sides.inputs, sides.targets) if isinstance(encoding, BothSides) else (encoding, encoding)
