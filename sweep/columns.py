"""Columns of a file -> inputs and targets: categories become one-hot, numbers may be standardised."""

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..results.arrays import Floats
from ..results.errors import InputError
from .data import Block, Where, one_hot
from .data_files import Column, read

MOST_CATEGORIES = 1000


class Sides(NamedTuple):
    """The inputs and the targets that a file holds, as they are in it."""

    inputs: list[Block]
    targets: list[Block]
    where: Where


def read_sides(path: Path, inputs: Sequence[str], targets: Sequence[str], categories: Sequence[str]) -> Sides:
    """Columns of a file by name. Text is categories; numbers are where `categories` says so. InputError: what is wrong."""
    columns, where = read(path, [*inputs, *targets], categories)

    def blocks(names: Sequence[str]) -> list[Block]:
        return [_block(column, name in categories, where) for name in names for column in columns[name]]

    return Sides(blocks(inputs), blocks(targets), where)


def _block(column: Column, category: bool, where: Where) -> Block:
    name, values = column
    if isinstance(values, np.ndarray):
        if not category:
            return Block((name,), values[:, None])
        values = values.tolist()
    known = sorted(set(values))
    if not 2 <= len(known) <= MOST_CATEGORIES:
        found = f"one category only, {known[0]!r}" if len(known) == 1 else f"{len(known):,} categories"
        raise InputError(f"{where.source}, column {name!r}: it has {found}; from 2 to {MOST_CATEGORIES:,} can be told apart")
    index = {value: place for place, value in enumerate(known)}
    truths = one_hot(np.array([index[value] for value in values]), len(known))
    return Block(tuple(f"{name}={_shown(value)}" for value in known[-truths.shape[1] :]), truths)


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.17g}"


def standardised(blocks: Sequence[Block], where: Where) -> list[Block]:
    """Each column of numbers with mean 0 and standard deviation 1 (of the population)."""
    if not any(block.values.dtype == np.float64 for block in blocks):
        raise InputError(f"task.standardise: none of the inputs in {where.source} is a number")
    return [block if block.values.dtype == bool else _standardised(block, where) for block in blocks]


def _standardised(block: Block, where: Where) -> Block:
    values = np.asarray(block.values[:, 0], np.float64)
    place = f"task.standardise: {where.source}, column {block.names[0]!r}"
    if values.min() == values.max():
        raise InputError(f"{place}: all its values are {values[0]:g}, so it has no standard deviation to divide by")
    with np.errstate(over="ignore"):
        centred = values - _mean(values)
        deviation = math.sqrt(_mean(centred * centred))
    if not 0 < deviation < math.inf:
        raise InputError(f"{place}: its values are too {'large' if deviation else 'close to each other'} to be standardised")
    return Block(block.names, (centred / deviation)[:, None])


def _mean(values: Floats) -> float:
    """Of a sum rounded once, whose bits no processor changes; infinite where it is too large for a float."""
    try:
        return math.fsum(values.tolist()) / len(values)
    except OverflowError:
        return math.inf


def digest_of(sides: Sides) -> str:
    """SHA-256 of the data, whatever file and columns they come from."""
    found = hashlib.sha256()
    for side, blocks in (("inputs", sides.inputs), ("targets", sides.targets)):
        for block in blocks:
            kind = "bool" if block.values.dtype == bool else "<f8"
            found.update(f"{side} {kind} {block.values.shape};".encode())
            found.update(np.ascontiguousarray(block.values, kind).tobytes())
    return found.hexdigest()
