"""A fair comparison of two optimizers: the same number of learning rates for each, no winner's curse, the same seeds for both.

    python examples/two_optimizers.py          writes to runs/two_optimizers; takes a few seconds

You learn three rules. An optimizer looks bad at a learning rate that suits another one, so each gets its own grid of the same
size. The best of many rates looks better than it is, so other seeds judge it than those that chose it. Finally the two winners
run on seeds that neither has seen, and are compared in pairs, because both start from the same weights there.
"""

from pathlib import Path

from backsweep import Results, Sweep

SEEDS = 200
RATES = {"gd": {"log": [0.1, 30.0], "n": 12}, "adam": {"log": [0.001, 0.3], "n": 12}}  # each spans a factor of 300


def sweep(optimizer: str, lr: object, seeds: object) -> Sweep:
    """A network of four units that learns the parity of three bits. Only the arguments differ between the optimizers."""
    return Sweep(
        task={"name": "parity", "bits": 3},
        seeds=seeds,
        model={"hidden": 4, "activation": "tanh", "bias": True, "init": "xavier_uniform"},
        train={"optimizer": optimizer, "lr": lr, "epochs": 1000, "stop": {"loss": 0.05}},
    )


def winner(optimizer: str, folder: Path) -> Results:
    """Results of the optimizer at its best learning rate, on the same number of new seeds."""
    best = sweep(optimizer, RATES[optimizer], SEEDS).run(folder / optimizer).best().iloc[0]
    print(
        f"{optimizer}: best at learning rate {best.lr:.3g}, where {100 * best.chosen_success:.1f} % of the runs that chose it "
        f"converge and {100 * best.success:.1f} % of the runs that did not, at {best.running_time:.0f} epochs per success"
    )
    return sweep(optimizer, float(best.lr), {"start": SEEDS, "count": SEEDS}).run(folder / f"{optimizer}-at-its-best")


def main(folder: Path = Path("runs/two_optimizers")) -> None:
    """Choose, judge, compare."""
    first, second = (winner(optimizer, folder) for optimizer in RATES)
    found = first.compare_with(second).iloc[0]
    print("adam minus gd, with 95 % intervals:")
    for what in ("success_difference", "running_time_difference"):
        print(f"  {what}: {found[what]:+.3g} ({found[f'{what}_low']:+.3g} to {found[f'{what}_high']:+.3g})")
    only = f"{found.only_first:.0f} converge only with gd, {found.only_second:.0f} only with adam"
    print(f"  of {found.pairs:.0f} seeds {only}: p = {found.success_p:.2g} (McNemar)")


if __name__ == "__main__":
    main()
