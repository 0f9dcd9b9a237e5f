"""A CSV file of one's own: columns by name, numbers standardised, text as categories.

    python examples/own_csv.py                 into runs/throws and runs/throws.csv; a few seconds

What is learnt: how a table of data becomes a task. The table is a school exercise, made below by its formula: which throws
pass over a fence ten metres away? Put another file and its columns in TASK, and it is your own.
"""

from itertools import product
from math import cos, radians, tan
from pathlib import Path

import pandas as pd

from backsweep.sweep import Sweep

GRAVITY, DISTANCE = 9.81, 10.0  # m/s², m
FENCES = {"low": 1.0, "middle": 2.5, "high": 4.0}  # m
TASK = {"inputs": ["speed", "angle", "fence"], "targets": ["cleared"], "standardise": True}


def throws() -> pd.DataFrame:
    """Throws from the ground without drag: speed in m/s, angle in degrees, which fence, and whether it is cleared."""
    rows = []
    for speed, angle, fence in product(range(9, 19), range(20, 75, 6), FENCES):
        slope = radians(angle)
        height = DISTANCE * tan(slope) - GRAVITY * DISTANCE**2 / (2 * (speed * cos(slope)) ** 2)
        rows.append((speed, angle, fence, "yes" if height > FENCES[fence] else "no"))
    return pd.DataFrame(rows, columns=["speed", "angle", "fence", "cleared"])


def main(folder: Path = Path("runs")) -> None:
    """Write the table, train on it, and say how many hidden units it takes."""
    folder.mkdir(exist_ok=True)
    throws().to_csv(folder / "throws.csv", index=False)
    sweep = Sweep(
        task={"file": str(folder / "throws.csv"), **TASK},
        seeds=50,
        model={"hidden": {"values": [1, 2, 3, 4, 6]}, "activation": "tanh", "bias": True, "init": "xavier_uniform"},
        train={"optimizer": "rprop", "lr": 0.1, "epochs": 500, "stop": {"accuracy": 1.0}},
    )
    print(sweep, end="\n\n")
    results = sweep.run(folder / "throws")
    found = results.summary(["hidden"])
    print(found.round(3).to_string(), end="\n\n")

    enough = found[found.success_low > 0.5]
    if enough.empty:
        print("No number of hidden units learns every throw in more than half of the runs, as far as one can be sure.")
    else:
        print(f"{enough.hidden.min()} hidden units learn every throw in more than half of the runs.")


if __name__ == "__main__":
    main()
