"""Who is writing in a folder: a note beside the lock, for processes that only look and must not touch the lock.

The note is not a lock and guarantees nothing, because its writer may have died. So it names the process and its time of birth,
which no later process with the same number has. A reader on the same machine can tell whether that process is alive.
"""

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backsweep.errors import MovedError, ResultsError

from ..disk.opening import read_regular
from ..disk.places import HeldFolder, hold_open
from ..disk.processes import birth

NOTE = ".writer.json"
MOST_BYTES = 2**12  # of a note


class Writer(BaseModel):
    """The process that writes. at: when it noted this, in seconds since 1970.

    rate: run-epochs per second lately; left: seconds that it expects to need yet. None until it has trained some runs.
    started: when its session of training did; None: it does not train.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    pid: int = Field(gt=0)  # 0 and below would mean groups of processes
    host: str
    born: str | None
    at: float
    rate: float | None = None
    left: float | None = None
    started: str | None = None

    @property
    def here(self) -> bool:
        """Whether it runs, or ran, on this machine."""
        return self.host == socket.gethostname()


def note(folder: Path | HeldFolder, **known: Any) -> None:
    """Leave a note that this process writes in a folder, replacing any earlier note. A full disk is no reason to fail.

    known: rate, left and started of the `Writer`.
    """
    pid = os.getpid()
    writer = Writer(pid=pid, host=socket.gethostname(), born=birth(pid), at=time.time(), **known)
    with suppress(OSError), hold_open(folder) as place, place.new_file(NOTE) as (file, partial):
        file.write(writer.model_dump_json().encode())
        file.close()
        place.rename(partial, NOTE)


@contextmanager
def noted(folder: HeldFolder) -> Generator[bool]:
    """As the only writer: keep a note in a folder until the end. Gives whether a killed session left the one before."""
    killed = was_training(last_writer(folder.path), ended=True)
    note(folder)
    try:
        yield killed
    finally:
        with suppress(OSError, MovedError):
            folder.remove(NOTE)


def who_writes(folder: Path) -> str:
    """What messages call the process that writes in a folder: its number, and its machine if that is another."""
    writer = writer_of(folder)
    if writer is None:  # it has not noted yet, or it only makes the folder
        return "another process"
    return f"process {writer.pid}" if writer.here else f"process {writer.pid} on {writer.host}"


def writer_of(folder: Path) -> Writer | None:
    """The process that writes in a folder; on another machine perhaps one that died. None: there is none."""
    writer = last_writer(folder)
    return None if writer is None or _ended(writer) else writer


def last_writer(folder: Path) -> Writer | None:
    """The process that left a note in a folder: it writes there, or was killed. None: there is no note."""
    try:
        return Writer.model_validate_json(read_regular(folder / NOTE, most=MOST_BYTES))
    except (OSError, ValidationError, ResultsError):
        return None


def was_training(writer: Writer | None, *, ended: bool = False) -> bool:
    """Whether a note is all that is left of a session of training. ended: it is known that its writer is dead."""
    return writer is not None and writer.started is not None and (ended or _ended(writer))


def _ended(writer: Writer) -> bool:
    return writer.here and (writer.born is None or birth(writer.pid) != writer.born)
