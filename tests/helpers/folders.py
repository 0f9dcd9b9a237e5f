"""A small folder of results made without training, things to put in a file's place, and the exact contents of folders."""

import os
import socket
import stat

import numpy as np
import pyarrow as pa

from backsweep.columns import RECORDED
from backsweep.outcomes import OUTCOMES
from backsweep.results.store.schema import RECORDS_SCHEMA, AxisColumn, Manifest, runs_schema
from backsweep.results.store.store import Store
from backsweep.results.store.swept_axes import swept_axes

AXES = (AxisColumn(name="lr", setting="train.lr", type="float64"),)
SPANS = ((0, 20), (20, 40), (40, 60))


def manifest(**other):
    train = {"lr": {"values": [0.1, 1.0]}, "epochs": 1000}
    spec = {"task": {"name": "xor"}, "model": {}, "train": train, "record": {"every": 1000}}
    about = {"name": "x", "spec": spec, "spec_hash": "0", "created": "now", "versions": {}, "cpu": ""}
    swept = swept_axes(spec, other.get("axes", AXES))
    return Manifest(**{**about, "runs": 100, "axes": AXES, "swept": swept, "beside": ("records",), **other})


def rows(start, stop):
    runs = np.arange(start, stop)
    outcome = pa.DictionaryArray.from_arrays((runs % 4).astype(np.int8), list(OUTCOMES))
    columns = [runs, runs.astype(np.int32), 0 * runs, runs / 7, outcome, (runs + 1).astype(np.int32), runs / 3, runs / 9]
    return pa.table(columns, schema=runs_schema(AXES))


def records(start, stop):
    """Two records per run: at its beginning and at its end."""
    runs = np.repeat(np.arange(start, stop), 2)
    epochs = np.where(np.arange(len(runs)) % 2, runs + 1, 0).astype(np.int32)
    values = [np.random.default_rng(run).random(2) for run in range(start, stop)]
    return pa.table([runs, epochs, *[np.concatenate(values)] * len(RECORDED)], schema=RECORDS_SCHEMA)


def made(path, spans=SPANS):
    """A store of runs with records, of which three shards are done."""
    store = Store.create(path, manifest())
    with store.writing():
        for span in spans:
            store.append(rows(*span), records(*span))
    return store


def contents(folder):
    """The contents of all files in a folder, by name; the lock and the note of the running process are left out."""
    found = sorted(path for path in folder.rglob("*") if path.name not in {".lock", ".writer.json"})
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in found}


def make_link(path):
    target = path.with_name(f"{path.name} itself")
    target.write_bytes(b"content")
    path.symlink_to(target)


def make_socket(path):
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # sockets need short paths
    try:
        with socket.socket(socket.AF_UNIX) as there:
            there.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


KINDS = {
    "folder": lambda path: path.mkdir(),
    "named pipe": lambda path: os.mkfifo(path),
    "socket": make_socket,
    "link": make_link,
    "device": lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)),  # /dev/zero, which never ends
}
