"""One case of the fuzzer: commands to be given in a folder, and what is known of how they end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """named: what a refusal must name (None: not known). must_refuse: an oracle says that the input is wrong."""

    commands: list[list[str]]
    named: str | None = None
    must_refuse: bool = False
