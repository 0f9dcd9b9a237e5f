"""A process whose disk fails, which is killed, or which loses power, at each of its file operations in turn.

    python faulty_disk.py MODE FOLDER

Forks one child for the first operation, one for the second, ... until a child finishes; each writes the store of a small sweep
and fails at its operation. Then the parent continues the sweep in that folder and checks it. Prints one line per fault found,
and at the end the number of operations. SQLite's I/O-error and crash tests do the same (sqlite.org/testing.html, sections 3.2
and 3.3).

MODE: "error", the operation fails; "kill", SIGKILL comes instead of it; "strict", a power cut after which everything is lost
that was not flushed, names as well as content; "eager", a power cut after which names are on disk, but not the content that
was not flushed.
"""

import errno
import io
import os
import pickle
import shutil
import signal
import sys
from pathlib import Path

from backsweep.errors import BacksweepError
from backsweep.results.store.schema import Session
from backsweep.results.store.store import Store
from helpers.folders import manifest, records, rows

RUNS, BATCH = 40, 10
NOT_OURS = (".lock", ".writer.json")  # these files need not survive


def sweep(path, done=lambda start: None):
    """Write the missing runs; `done` is called with each batch that is on disk."""
    store = Store.create(path, manifest(runs=RUNS))
    with store.writing():
        store.heal()
        for first, end in store.missing():
            for start in range(first, end, BATCH):
                store.append(rows(start, start + BATCH), records(start, start + BATCH))
                done(start)
        counts = {"jobs": 1, "runs": 1, "run_epochs": 1, "wall": 1.0, "kernels": 1.0, "writing": 1.0}
        store.add_session(Session(started="now", backend="threads", versions={}, cpu="", **counts))
        store.compact()


class Disk:
    """Numbers this process's operations on files in a folder; the one with the number `at` fails.

    volatile: the entries of the folders as the process sees them; durable: the entries that would survive a power cut; both map
    a name to a file's number. flushed: the flushed content of each file, by number. `keep` writes them to `log`, for the
    parent.
    """

    def __init__(self, folder, mode, at, log):
        self.folder, self.mode, self.at, self.log = str(folder), mode, at, log
        self.count, self.files, self.done = 0, 0, []
        self.volatile, self.durable, self.flushed = {self.folder: {}}, {self.folder: {}}, {}
        self.names, self.descriptors, self.new = {}, {}, {}
        self.real = {name: getattr(os, name) for name in ("open", "fsync", "replace", "unlink", "mkdir")}
        self.open_file = io.open

    def install(self):
        io.open = self.open
        for name in self.real:
            setattr(os, name, getattr(self, f"os_{name}"))

    def ours(self, path):
        return path.startswith(self.folder) and not Path(path).name.startswith(NOT_OURS)

    def path(self, name, folder=None):
        """The full path of a name, which may be relative to an open folder."""
        return str(name) if folder is None else f"{self.descriptors[folder]}/{name}"

    def fail(self, half=None):
        self.count += 1
        if self.count != self.at:
            return
        if half is not None:
            half()
        if self.mode == "error":
            raise OSError(errno.EIO, "Input/output error")
        self.keep()
        os.kill(os.getpid(), signal.SIGKILL)

    def keep(self):
        with self.open_file(self.log, "wb") as file:
            pickle.dump((self.volatile, self.durable, self.flushed, self.done), file)

    def open(self, file, mode="r", *rest, **options):
        opened = self.open_file(file, mode, *rest, **options)
        return _File(self, opened, *self.new.pop(file)) if file in self.new else opened

    def os_open(self, name, flags, *rest, dir_fd=None):
        path = self.path(name, dir_fd)
        if self.ours(path):
            self.fail()
        descriptor = self.real["open"](name, flags, *rest, dir_fd=dir_fd)
        self.descriptors[descriptor] = path
        if self.ours(path) and flags & os.O_CREAT:
            self.files += 1
            self.volatile[str(Path(path).parent)][Path(path).name] = self.files
            self.new[descriptor] = (path, self.files)
        return descriptor

    def os_fsync(self, descriptor):
        self.fail()
        if descriptor in self.names:
            path, number = self.names[descriptor]
            self.flushed[number] = Path(path).read_bytes()
        else:
            folder = self.descriptors[descriptor]
            if folder in self.volatile:
                self.durable[folder] = dict(self.volatile[folder])

    def os_replace(self, source, target, *, src_dir_fd=None, dst_dir_fd=None):
        old, new = self.path(source, src_dir_fd), self.path(target, dst_dir_fd)
        if self.ours(old):
            self.fail()
        self.real["replace"](source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        if self.ours(old):
            folder = self.volatile[str(Path(old).parent)]
            folder[Path(new).name] = folder.pop(Path(old).name)

    def os_unlink(self, name, *, dir_fd=None):
        path = self.path(name, dir_fd)
        if self.ours(path):
            self.fail()
        self.real["unlink"](name, dir_fd=dir_fd)
        if self.ours(path):
            self.volatile[str(Path(path).parent)].pop(Path(path).name, None)

    def os_mkdir(self, name, *rest, dir_fd=None):
        path = self.path(name, dir_fd)
        if self.ours(path):
            self.fail()
        self.real["mkdir"](name, *rest, dir_fd=dir_fd)
        self.volatile[path], self.durable[path] = {}, {}
        if path != self.folder:
            self.volatile[str(Path(path).parent)][Path(path).name] = None  # None stands for a folder


class _File(io.BytesIO):
    """A file that is written at once when it is flushed."""

    def __init__(self, disk, file, path, number):
        super().__init__()
        self.disk, self.file = disk, file
        disk.names[file.fileno()] = (path, number)

    def fileno(self):
        return self.file.fileno()

    def flush(self):
        data, half = self.getvalue(), lambda: (self.file.write(self.getvalue()[: len(self.getvalue()) // 2]), self.file.flush())
        if data:
            self.disk.fail(half)
            self.file.write(data)
            self.file.flush()
            self.seek(0)
            self.truncate()

    def close(self):
        self.disk.names.pop(self.file.fileno(), None) if not self.file.closed else None
        self.file.close()


def lose_power(folder, mode, log):
    """Restore in `folder` what would be there after the power cut."""
    volatile, durable, flushed, _ = pickle.loads(Path(log).read_bytes())
    entries = durable if mode == "strict" else volatile
    shutil.rmtree(folder, ignore_errors=True)
    pending = [str(folder)]
    while pending:
        place = pending.pop()
        Path(place).mkdir(parents=True, exist_ok=True)
        for name, number in entries.get(place, {}).items():
            if number is None:
                pending.append(f"{place}/{name}")
            else:
                Path(place, name).write_bytes(flushed.get(number, b""))


def wrongs(folder, kept):
    """Continue the sweep in a folder; a list of what is wrong afterwards. kept: the batches reported as on disk before the
    failure.
    """
    again = []
    try:
        sweep(folder, again.append)
        store = Store.open(folder)
        table, recorded = store.read(), store.records()
    except (BacksweepError, OSError) as error:
        return [f"cannot go on: {error}"]
    found = [f"batch {start} was made twice" for start in set(kept) & set(again)]
    found += ["other rows"] * (not table.to_pandas().equals(rows(0, RUNS).to_pandas()))
    found += ["other records"] * (not recorded.equals(records(0, RUNS)))
    found += [f"left: {path.name}" for path in folder.rglob("*.partial")]
    found += ["not compacted"] * (len(store.shards()) != 1)
    found += [f"useless: {path.name}" for path in store._useless()]
    return found


def fail_everywhere(mode, folder):
    at, journal = 0, folder / "journal"
    while True:
        at += 1
        path = folder / "sweep"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        pid = os.fork()
        if pid == 0:
            disk = Disk(path, mode, at, journal)
            disk.install()
            try:
                sweep(path, disk.done.append)
            except (OSError, BacksweepError):  # a BacksweepError names a file that the disk has lost
                disk.keep()
                os._exit(3)
            disk.keep()
            os._exit(4 if disk.count >= at else 0)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if ended == 0:
            print(at - 1)
            return
        if ended not in ({3, 4} if mode == "error" else {-signal.SIGKILL}):  # 4: the failure did no harm
            print(f"operation {at}: ended with {ended}")
            continue
        kept = pickle.loads(journal.read_bytes())[3]
        if mode in {"strict", "eager"}:
            lose_power(path, mode, journal)
        for wrong in wrongs(path, kept):
            print(f"operation {at}: {wrong}")


if __name__ == "__main__":
    os.fsync = os.fstat  # the power cut is simulated, and a real fsync may take minutes
    fail_everywhere(sys.argv[1], Path(sys.argv[2]))
