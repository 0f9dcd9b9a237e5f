"""How close the kernels come to what this core can do: python benchmarks/roofline.py (or make roofline).

For each shape of `kernel_bench` the throughput; what of its time the core's own rates allow (`yardsticks.py`): what its
sigmoids, the divisions in them, its multiply-adds, and its loads and stores take by themselves; and the ceilings that follow
from them, the sum and the largest, with the share of each that is reached. All float64, on one core; medians over rounds in
which training and rates take turns, since a machine drifts.
"""

import numpy as np
from kernel_bench import SHAPES, Case, Roof, Shape, in_turns, roof
from rich.console import Console
from rich.table import Table
from yardsticks import RATES, together

COLUMNS = (
    "shape (samples)",
    "k run-epochs/s",
    "µs each",
    "sigmoids",
    "divisions",
    "multiply-adds",
    "loads, stores",
    "sum",
    "of it",
    "largest",
    "of it",
)


def row(shape: Shape, found: Roof) -> list[str]:
    """One of the table; microseconds for a run-epoch, but for the first number and the shares."""
    took = float(np.median(found.took))
    parts = (found.sigmoids, found.divisions, found.multiply_adds, found.moves, found.ceiling, found.largest)
    *times, least, largest = (f"{float(np.median(part)) * 1e6:.3g}" for part in parts)
    shares = (f"{found.share(ceiling):.2f}" for ceiling in (found.ceiling, found.largest))
    return [shape.name, f"{1e-3 / took:,.0f}", f"{took * 1e6:.3g}", *times, least, next(shares), largest, next(shares)]


def main() -> None:
    table = Table(box=None)
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left")
    rates: dict[str, list[float]] = {rate: [] for rate in RATES}
    for shape in SHAPES:
        found = in_turns({"double": Case(shape, {}).seconds, **RATES})
        table.add_row(*row(shape, roof(shape, found)))
        for rate in RATES:
            rates[rate] += found[rate]
    console = Console(width=130)
    console.print(table)
    way = together(rates)
    holds = "the sum" if way > 0.75 else "the largest" if way < 0.25 else "neither: the limit lies between them"
    console.print(f"Sigmoids and multiply-adds at once: {way:.2f} of the way from the largest to the sum. Here holds {holds}.")


if __name__ == "__main__":
    main()
