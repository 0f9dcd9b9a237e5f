"""XOR with momentum: the exact epoch at which seed 0 is solved, and how the other seeds fare.

    python studies/momentum_xor.py [--out DIR]

The epochs of a run are the updates it has made when all outputs are on their side for the first time. Seed 0 must take exactly
the published number.
"""

from pathlib import Path

import pandas as pd

from backsweep.results.analysis.tables import summary
from backsweep.results.text import readable
from common import Check, command, concluded, published, run


def compare(table: pd.DataFrame) -> list[Check]:
    """Compare seed 0 with the published number of epochs."""
    told = published("momentum_xor")["epochs_of_seed_0"]
    row = table.set_index("seed").loc[0]
    passed = bool(row["outcome"] == "converged" and row["epochs"] == told)
    return [Check("epochs of seed 0", str(told), f"{row['epochs']}, {row['outcome']}", "equal", passed)]


def spread(table: pd.DataFrame) -> list[str]:
    """Sentences about all seeds."""
    solved = table.loc[table["outcome"] == "converged", "epochs"]
    low, middle, high = solved.quantile([0.25, 0.5, 0.75])
    row = readable.summary(summary(table)).iloc[0]
    return [
        f"{len(table):,} seeds: {row['converged']} converged ({row['success 95 %']}), median {row['median epochs']} epochs "
        f"({row['epochs 95 %']})",
        f"epochs of the converged seeds: {solved.min()} ... {solved.max():,}, quartiles {low:.0f}, {middle:.0f}, {high:.0f}",
    ]


def study(spec: Path, out: Path) -> bool:
    """Run, compare, print."""
    table = run(spec, out).table
    return concluded(published("momentum_xor")["source"], compare(table), spread(table))


if __name__ == "__main__":
    command(study, __file__, __doc__)
