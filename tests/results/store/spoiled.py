"""What may be done to a file of a folder so that its bytes still have the hash in its name."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from helpers.hostile_tables import put, rewritten, with_value

KINDS = ("shards", "records", "weights")


def files(folder, kind):
    return sorted((folder / kind).iterdir())


def content_of_the_next(folder, kind):
    first, second, *_ = files(folder, kind)
    return put(second, first.read_bytes())


def of_another_sweep(folder, kind, other):
    first = files(folder, kind)[0]
    return put(first, files(other, kind)[0].read_bytes())


def trajectory_of_another_run(folder):
    (file,) = files(folder, "trajectories")
    path = file.with_name(f"{(int(file.name[:12]) + 1) % 16:012d}-{file.name[13:]}")
    return file.rename(path)


def hole(path, size):
    """Make a file very large at no cost of disk space; its beginning and end stay the same."""
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(size - len(data))
        file.write(data)
    return path


def spoil(name, change):
    """Change the second file of rows."""
    return name, lambda folder, _: rewritten(files(folder, "shards")[1], change)


def cut(which):
    """Remove a record of every run from the second file of records: the first, the last or another."""

    def change(table):
        runs = table["run"].to_numpy()
        first, last = np.flatnonzero(np.diff(runs, prepend=-1)), np.flatnonzero(np.diff(runs, append=-1))
        gone = {"first": first, "last": last, "middle": first[last - first > 1] + 1}[which]
        assert len(gone) > 0
        return table.take(np.delete(np.arange(len(runs)), gone))

    return f"records: the {which} cut", lambda folder, _: rewritten(files(folder, "records")[1], change)


def put_off(folder):
    """Rows whose runs end one epoch later than their records say, with all hashes correct: either may have been altered."""
    place = pq.read_table(files(folder, "shards")[1]).column_names.index("epochs")

    def change(table):
        return table.set_column(place, table.schema.field(place), pa.array(table["epochs"].to_numpy() + 1))

    rewritten(files(folder, "shards")[1], change)
    return files(folder, "records")[1]


def reordered(name, order):
    return f"records: {name}", lambda folder, _: rewritten(files(folder, "records")[1], lambda table: table.take(order(table)))


CASES = dict(
    [
        *((f"{kind}: those of the runs before", lambda f, _, kind=kind: content_of_the_next(f, kind)) for kind in KINDS),
        *((f"{kind} of another sweep", lambda f, other, kind=kind: of_another_sweep(f, kind, other)) for kind in KINDS),
        spoil("fewer rows", lambda table: table.slice(1)),
        spoil("no rows", lambda table: table.slice(0, 0)),
        spoil("rows twice", lambda table: pa.concat_tables([table.slice(0, 2)] * 2)),
        spoil("rows shuffled", lambda table: table.take([1, 0, 2, 3])),
        spoil("a run of -5", lambda table: with_value(table, "run", 1, -5)),
        spoil("a run of 2**62", lambda table: with_value(table, "run", 1, 2**62)),
        spoil("no run", lambda table: with_value(table, "run", 1, None)),
        spoil("another seed", lambda table: with_value(table, "seed", 3, 4)),
        spoil("another cell", lambda table: with_value(table, "cell", 0, 1)),
        spoil("epochs below zero", lambda table: with_value(table, "epochs", 0, -1)),
        spoil("another outcome", lambda table: with_value(table, "outcome", 2, "won")),
        spoil("no outcome", lambda table: with_value(table, "outcome", 2, None)),
        spoil("says nothing", lambda table: table.replace_schema_metadata(None)),
        *map(cut, ("first", "middle", "last")),
        reordered("one doubled", lambda table: [0, *range(len(table))]),
        reordered("all doubled", lambda table: [*range(len(table))] * 2),
        reordered("two exchanged", lambda table: [1, 0, *range(2, len(table))]),
        reordered("the other way round", lambda table: [*range(len(table))][::-1]),
        ("records: of rows that ended later", lambda folder, _: put_off(folder)),
        ("empty", lambda folder, _: put(files(folder, "shards")[2], b"")),
        ("a huge footer", lambda folder, _: put(files(folder, "records")[2], b"PAR1\xff\xff\xff\x7fPAR1")),
        ("a hole of two terabytes", lambda folder, _: hole(files(folder, "shards")[1], 2**41)),
        ("a hole within weights", lambda folder, _: hole(files(folder, "weights")[1], 2**41)),
        ("a trajectory with a hole", lambda folder, _: hole(files(folder, "trajectories")[0], 2**41)),
        ("trajectory of another run", lambda folder, _: trajectory_of_another_run(folder)),
    ]
)
