"""What `Sweep` takes by keywords in place of a TOML file."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from ...results.arrays import Integers


class SpecKeywords(TypedDict, total=False):
    """What a spec says, by keywords; docs/spec.md is their reference."""

    name: str
    task: str | Mapping[str, Any]
    seeds: int | Sequence[int] | Mapping[str, int] | Integers
    model: Mapping[str, Any]
    train: Mapping[str, Any]
    record: Mapping[str, Any]
    design: Mapping[str, Any]
    exclude: Sequence[Mapping[str, Any]]
