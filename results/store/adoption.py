"""Where runs of a folder come from that were not trained for it."""

from typing import Annotated

from pydantic import Field

from .fields import Hash, Record, RunCount, Switch, Versions, Word, Words


class Adopted(Record):
    """Runs that were taken over from another folder.

    folder: its path, relative to this one; name, spec_hash, versions, cpu: what its manifest says. runs: their numbers here, as
    spans of first and stop. at: when. other_kernels: whether other kernels than those of that time may have trained them.
    """

    folder: Words
    name: Word
    spec_hash: Hash
    runs: Annotated[tuple[tuple[RunCount, RunCount], ...], Field(max_length=1_000_000)]
    at: Word
    versions: Versions
    cpu: Words
    other_kernels: Switch
