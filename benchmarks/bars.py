"""Measurements, held against their bars, as a table."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.table import Table

Row = tuple[str, float, str, float | None]  # what, measured, the sign before the bar, the bar


def timed(function: Callable, *arguments) -> float:
    begin = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begin


def main(benches: Iterable[Callable[[], Iterator[Row]]]) -> int:
    """Measure and print; 1 if a bar is missed."""
    table = Table("what", "measured", "bar", "", box=None)
    missed = 0
    for what, measured, sign, bar in (row for bench in benches for row in bench()):
        held = bar is None or (measured >= bar if sign == ">=" else measured <= bar)
        missed += not held
        text = f"{measured:.3g}" if measured < 100 else f"{measured:,.0f}"
        table.add_row(
            what, text, f"{sign} {bar}" if bar is not None else "", "" if bar is None else "held" if held else "MISSED"
        )
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    Console(width=130).print(table)
    return min(missed, 1)
