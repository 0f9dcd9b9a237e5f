"""Results folders: a sound one whose manifest, tables or files were changed, as if by hand, with all hashes recomputed."""

import json
import shutil
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa

from backsweep.results.store.files import hash_of
from backsweep.results.store.manifest import CHECKSUM, COPY, MANIFEST
from backsweep.sweep import Sweep
from backsweep.sweep.sweep import keep_typical_trajectory
from helpers import hostile_manifests, hostile_tables

from . import odd
from .case import Case
from .data import instead

SPEC = {
    "task": "xor",
    "seeds": 3,
    "model": {"hidden": {"values": [2, 3]}},
    "train": {"lr": {"values": [0.5, 2.0]}, "epochs": 40, "stop": {"loss": 0.6}},
    "record": {"every": 10, "weights": True},
}
READING = (
    ["table", "r"],
    ["table", "r", "--by", "hidden"],
    ["table", "r", "--of", "best"],
    ["table", "r", "--of", "what-matters"],
    ["table", "r", "--of", "restarts"],
    ["table", "r", "--of", "settings", "--format", "json"],
    ["table", "r", "--where", "hidden=3", "--format", "csv"],
    ["compare", "r", "--setting", "lr", "--values", "0.5,2.0"],
    ["seeds", "r", "--half-width", "0.1"],
    ["status", "r"],
    ["ls", "."],
    ["ls", ".", "--format", "markdown"],
    ["verify", "r"],
    ["replay", "r", "5"],
    ["replay", "r", "0", "--format", "csv"],
    ["resume", "r", "--jobs", "1"],
    ["run", "spec.toml", "--out", "r", "--jobs", "1"],
)
SLOW = (
    ["figure", "r", "survival", "--out", "f.png"],
    ["figure", "r", "trajectories", "--out", "f.svg"],
    ["report", "r"],
    ["report", "r", "--format", "markdown"],
)
SPEC_TEXT = """
task = "xor"
seeds = 3
[model]
hidden = { values = [2, 3] }
[train]
lr = { values = [0.5, 2.0] }
epochs = 40
stop = { loss = 0.6 }
[record]
every = 10
weights = true
"""


@cache
def sound() -> Path:
    """A finished sweep with everything that a folder can contain, made once per process."""
    folder = Path(mkdtemp(prefix="fuzz-sound-")) / "r"
    (folder.parent / "spec.toml").write_text(SPEC_TEXT)
    keep_typical_trajectory(Sweep.from_toml(folder.parent / "spec.toml").run(folder, jobs=1))
    return folder


def folder_case(rng: Random, folder: Path) -> Case:
    """A changed folder, and some of the commands that read it."""
    shutil.copytree(sound(), folder / "r")
    (folder / "spec.toml").write_text(SPEC_TEXT)
    commands = [list(command) for command in rng.sample(READING, 4)]
    if rng.random() < 0.3:
        return Case([["status", "r"], *commands], changed=alter_manifest(rng, folder / "r"))
    for _ in range(rng.choice((1, 1, 1, 2))):
        rng.choice((change_manifest, change_manifest, change_table, change_table, change_file))(rng, folder / "r")
    if rng.random() < 0.1:
        commands.append(list(rng.choice(SLOW)))
    return Case(commands)


def alter_manifest(rng: Random, folder: Path) -> tuple[frozenset[str], ...]:
    """Change some fields of the manifest, or add optional ones, in both copies; returns the keys of the change."""
    sound = json.loads((folder / MANIFEST).read_bytes())
    ((told, data),) = hostile_manifests.at_random(sound, rng.getrandbits(32), 1)
    hostile_manifests.put(folder, data)
    places = [change.partition(" = ")[0].split(".") for change in told.split("; ")]
    steps = {step for place in places for step in place[place[0] == "spec" and len(place) > 1 :]}
    return (frozenset(step for step in steps if not step.isdigit()),)


def change_manifest(rng: Random, folder: Path) -> None:
    """Change one value in the manifest, or its bytes, in both copies or in one."""
    path = folder / MANIFEST
    if not path.is_file():
        return
    try:
        content: Any = json.loads(path.read_bytes())
        del content[CHECKSUM]
    except (ValueError, TypeError, KeyError, RecursionError):  # it has been changed before
        return
    for _ in range(rng.choice((1, 1, 2))):
        odd.change(rng, content)
    total = hash_of(json.dumps(content, sort_keys=True).encode())
    data = json.dumps({CHECKSUM: total, **content}).encode()
    if rng.random() < 0.1:
        data = rng.choice((odd.damage(rng, data), b"[" * 100_000, b'{"a":' * 3000, b"null", b"{}", b'"\xff"'))
    for name in (MANIFEST, COPY) if rng.random() < 0.9 else (MANIFEST,):
        if (folder / name).is_file() and not (
            folder / name
        ).is_symlink():  # an earlier change may have removed it or put a link there
            (folder / name).write_bytes(data)


def change_table(rng: Random, folder: Path) -> None:
    """Change the rows or columns of one of the folder's Parquet files, and rename the file to match its new hash."""
    files = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    if not files:
        return
    path = rng.choice(files)
    data = path.read_bytes()
    if rng.random() < 0.25:
        data = odd.damage(rng, data)
    else:
        try:
            ((_, data),) = hostile_tables.at_random(data, rng.getrandbits(32), 1)
        except (pa.ArrowException, OSError):  # it has been changed before
            data = odd.damage(rng, data)
    stem = path.name.rsplit("-", 1)[0]
    if rng.random() < 0.15:
        stem = "-".join(f"{max(int(part) + rng.choice((-3, -1, 1, 5)), 0):012d}" for part in stem.split("-"))
    if rng.random() < 0.8:
        path.unlink()
    path.with_name(f"{stem}-{hash_of(data)}.parquet").write_bytes(data)


def change_file(rng: Random, folder: Path) -> None:
    """Put something else in the place of a file or folder, add a foreign file, or delete one."""
    paths = sorted(path for path in folder.rglob("*") if not path.is_symlink())
    path = rng.choice(paths)
    how = rng.randrange(4)
    if how == 0 and path.exists():
        instead(rng, path)
    elif how == 1:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    elif how == 2 and path.is_file():
        path.write_bytes(odd.damage(rng, path.read_bytes()))
    else:
        name = rng.choice(("000000000000-000000000003-0000000000000000.parquet", "x", ".x.partial", *odd.TEXTS[:4]))
        holder = path if path.is_dir() else path.parent
        if holder.is_dir():
            (holder / name.replace("/", "_")[:200]).write_bytes(rng.randbytes(20))
