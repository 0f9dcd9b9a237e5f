"""XOR with momentum: the very epoch at which seed 0 is solved, and how the other seeds do.

    python studies/momentum_xor.py [--out DIR]

Epochs are updates made when all outputs are on their side for the first time. Seed 0 must take exactly as many as published.
"""

from pathlib import Path

import pandas as pd

from backsweep.results.analysis.tables import summary
from backsweep.results.text import readable
from common import Check, command, concluded, published, run


def compare(table: pd.DataFrame) -> list[Check]:
    """Seed 0 beside what was published."""
    told = published("momentum_xor")["epochs_of_seed_0"]
    row = table.set_index("seed").loc[0]
    passed = bool(row["outcome"] == "converged" and row["epochs"] == told)
    return [Check("epochs of seed 0", str(told), f"{row['epochs']}, {row['outcome']}", "equal", passed)]


def spread(table: pd.DataFrame) -> list[str]:
    """All seeds, in words."""
    solved = table.loc[table["outcome"] == "converged", "epochs"]
    low, middle, high = solved.quantile([0.25, 0.5, 0.75])
    row = readable.summary(summary(table)).iloc[0]
    return [
        f"{len(table):,} seeds: {row['converged']} converged ({row['success 95 %']}), median {row['median epochs']} epochs "
        f"({row['epochs 95 %']})",
        f"of those converged: {solved.min()} ... {solved.max():,} epochs, quartiles {low:.0f}, {middle:.0f}, {high:.0f}",
    ]


def study(spec: Path, out: Path) -> bool:
    """Run, compare, print."""
    table = run(spec, out).table
    return concluded(published("momentum_xor")["source"], compare(table), spread(table))


if __name__ == "__main__":
    command(study, __file__, __doc__)
