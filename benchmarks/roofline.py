"""How close the kernels come to what this core can do: python benchmarks/roofline.py (or make roofline).

For each shape of `kernel_bench` the throughput, and what of it the core's own rates would allow: what its sigmoids, its
multiply-adds, and its loads and stores take by themselves, and the ceiling that follows from them. All float64, on one core;
medians over rounds in which training and rates take turns, since a machine drifts.
"""

import numpy as np
from kernel_bench import RATES, SHAPES, Case, Roof, Shape, in_turns, roof
from rich.console import Console
from rich.table import Table

COLUMNS = ("shape (samples)", "k run-epochs/s", "µs each", "sigmoids", "multiply-adds", "loads, stores", "ceiling", "of it")


def row(shape: Shape, found: Roof) -> list[str]:
    """One of the table; microseconds for a run-epoch, but for the first number and the last."""
    took = float(np.median(found.took))
    parts = (found.sigmoids, found.multiply_adds, found.moves, found.ceiling)
    times = [took * 1e6, *(float(np.median(part)) * 1e6 for part in parts)]
    return [shape.name, f"{1e-3 / took:,.0f}", *(f"{time:.3g}" for time in times), f"{found.share:.2f}"]


def main() -> None:
    table = Table(box=None)
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left")
    for shape in SHAPES:
        table.add_row(*row(shape, roof(shape, in_turns({"double": Case(shape, {}).seconds, **RATES}))))
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
