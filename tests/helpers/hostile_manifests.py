"""Manifests as an attacker, a bad disk or a mistake could leave them, with correct checksums.

The fields are those of the strict models, and every place of a real manifest; each is dropped, or holds what does not belong
there. `one_by_one` goes through all of them, `at_random` for as long as one likes.
"""

import copy
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from backsweep.results.store.files import hash_of
from backsweep.results.store.manifest import CHECKSUM, COPY, MANIFEST
from backsweep.results.store.schema import Manifest
from backsweep.results.store.written_spec import WrittenSpec

Place = tuple[str | int, ...]
Case = tuple[str, bytes]

GONE = object()
DEEP = json.loads("[" * 40 + "]" * 40)
WRONG = (
    GONE,
    None,
    True,
    0,
    -1,
    1,
    2.5,
    10**11 + 1,
    10**20,
    -(10**24),
    1e308,
    float("inf"),
    "",
    "no such thing",
    "\x1b[31mred\x1b[0m\x07\u202e\n",
    "../" * 50 + "etc/passwd",
    "x" * 20_000,
    [],
    [None],
    [[1, [2]]],
    {},
    {"values": []},
    {"values": [{"name": "gd"}, 1]},
    {"name": "gd"},
    DEEP,
)
RAW = (
    ("nothing at all", b""),
    ("a number", b"1"),
    ("a list", b"[]"),
    ("no UTF-8", b'{"format": 1, "name": "\xff\xfe"}'),
    ("UTF-16", '{"format": 1}'.encode("utf-16")),
    ("half a character", b'{"format": 1, "name": "\\ud800"}'),
    ("a key twice", b'{"format": 1, "runs": 1, "runs": 2}'),
    ("NaN", b'{"format": 1, "runs": NaN}'),
    ("a number of 5,000 digits", b'{"format": 1, "runs": ' + b"9" * 5000 + b"}"),
    ("lists 2,000 deep", b'{"format": 1, "spec": ' + b"[" * 2000 + b"]" * 2000 + b"}"),
    ("lists 200,000 deep", b"[" * 200_000 + b"]" * 200_000),
    ("tables 2,000 deep", b'{"a":' * 2000 + b"1" + b"}" * 2000),
    ("another format", b'{"format": 3}'),
    ("a format that is a list", b'{"format": [1]}'),
    ("four million values", b"[" + b"1," * 4_000_000 + b"1]"),
)


def one_by_one(sound: dict[str, Any]) -> Iterator[Case]:
    """One altered manifest for every place and every wrong value: a description of the change, and the file's bytes."""
    for place in places(sound):
        for value in WRONG:
            yield _told([(place, value)]), sealed(altered(sound, place, value))


def at_random(sound: dict[str, Any], seed: int, count: int) -> Iterator[Case]:
    """`count` manifests altered in up to three places, also with values from other places; reproducible by the seed."""
    rng, there = random.Random(seed), list(places(sound))
    for _ in range(count):
        found, done = sound, []
        for _ in range(rng.randint(1, 3)):
            place = rng.choice(there)
            value = at(sound, rng.choice(there)) if rng.random() < 0.3 else rng.choice(WRONG)
            found = altered(found, place, value)
            done.append((place, value))
        yield _told(done), sealed(found)


def places(sound: dict[str, Any]) -> list[Place]:
    """All fields of the models and all places of a real manifest; only the first entry of lists."""
    return list(dict.fromkeys([*_fields(Manifest, ()), *_fields(WrittenSpec, ("spec",)), *_written(sound, ())]))


def sealed(content: dict[str, Any]) -> bytes:
    """The bytes of a manifest with a correct checksum."""
    content = {key: value for key, value in content.items() if key != CHECKSUM}
    checksum = hash_of(json.dumps(content, sort_keys=True).encode())
    return json.dumps({CHECKSUM: checksum, **content}).encode()


def put(folder: Path, data: bytes) -> None:
    """Write these bytes as both copies of a folder's manifest."""
    for name in (MANIFEST, COPY):
        (folder / name).write_bytes(data)


def altered(content: Any, place: Place, value: object) -> Any:
    """A copy with a value put in a place, which is created if necessary; or with the place removed."""
    found = copy.deepcopy(content)
    inner = found
    for step, following in pairwise(place):
        inner = _inside(inner, step, [] if isinstance(following, int) else {})
    if value is not GONE:
        _inside(inner, place[-1], None)
        if isinstance(inner, dict) or (isinstance(inner, list) and isinstance(place[-1], int)):
            inner[place[-1]] = copy.deepcopy(value)
    elif isinstance(inner, dict):
        inner.pop(place[-1], None)
    elif isinstance(inner, list) and isinstance(place[-1], int):
        del inner[place[-1] : place[-1] + 1]
    return found


def at(content: Any, place: Place) -> object:
    """The value in a place; GONE if there is none."""
    for step in place:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return GONE
    return content


def _inside(outer: Any, step: str | int, empty: object) -> Any:
    """The next value on a path, created if it does not exist; a new empty table if it cannot be."""
    if isinstance(outer, dict):
        return outer.setdefault(step, empty)
    if isinstance(outer, list) and isinstance(step, int):
        outer.extend([empty] * (step + 1 - len(outer)))
        return outer[step]
    return {}


def _fields(annotation: Any, place: Place) -> Iterator[Place]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield (*place, name)
            yield from _fields(field.annotation, (*place, name))
        return
    listed = getattr(annotation, "__origin__", None) in {tuple, list}
    for part in get_args(annotation):
        yield from _fields(part, (*place, 0) if listed else place)


def _written(value: Any, place: Place) -> Iterator[Place]:
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for step, one in inner:
        if step != CHECKSUM:
            yield (*place, step)
            yield from _written(one, (*place, step))


def _told(done: list[tuple[Place, object]]) -> str:
    return "; ".join(f"{'.'.join(map(str, place))} = {'gone' if value is GONE else repr(value)[:60]}" for place, value in done)


def commands_on(folder: Path, spec: Path) -> list[list[str]]:
    """All commands that read a folder of results, with the sweep of a spec."""
    at, run = str(folder), ["--setting", "lr", "--values", "0.1,1.0"]
    return [
        ["status", at],
        ["ls", str(folder.parent), "--format", "json"],
        *(["table", at, "--of", of] for of in ("summary", "settings", "best", "restarts", "what-matters")),
        *(["table", at, "--format", form] for form in ("csv", "json", "markdown")),
        ["compare", at, *run],
        ["seeds", at, "--half-width", "0.1"],
        ["verify", at, "--sample", "1"],
        ["replay", at, "0"],
        ["resume", at, "--jobs", "1"],
        ["run", str(spec), "--out", at, "--jobs", "1"],
        ["extend", at, str(spec), "--jobs", "1"],
        ["figure", at, "success"],
        ["report", at],
        ["report", at, "--format", "markdown"],
    ]
