"""The content of the files that a spec names. Each file is read once.

Somebody may replace a file while a sweep runs, or between `plan` and `run`. So the digest that identifies the rows and the data
that the runs are trained on come from the same reading, and all rows of a folder belong to the digest in its manifest, whatever
happens to the file. A worker in another process reads the file itself and compares the digests.
"""

from collections.abc import Mapping

from ..data.initial_weights import Arrays, arrays_digest, read_arrays
from ..data.inputs_and_targets import Sides, described, digest_of
from .make_data import AnyTask, sides_of
from .task import FileTask


class Contents:
    """sides: of the task's file; None if its data are made. starts: arrays by path. digests: by the setting that names a file.

    columns: what inputs and targets are; remarks: what is odd about them. DataError: what is wrong with a file.
    """

    def __init__(self, task: AnyTask, files: Mapping[str, str]):
        self.sides: Sides | None = sides_of(task, ".")
        standardise = isinstance(task, FileTask) and task.standardise is True
        self.columns = described(self.sides, standardise) if self.sides else ()
        self.remarks = self.sides.remarks if self.sides else ()
        self.starts: dict[str, Arrays] = {}
        self.digests: dict[str, str] = {}
        for setting, path in files.items():
            if self.sides is not None and setting == "task.file":
                self.digests[setting] = digest_of(self.sides)
            else:
                self.starts[path] = self.starts.get(path) or read_arrays(path)
                self.digests[setting] = arrays_digest(self.starts[path])
