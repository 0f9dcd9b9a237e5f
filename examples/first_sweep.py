"""A first sweep: a question in a TOML file, its answer as a sentence, a table, a figure and a report.

    python examples/first_sweep.py             writes to runs/first_sweep; takes a few seconds

You learn how a spec gives each setting a value or an axis, and how to read the results. If you run it again, it trains nothing.
`backsweep run examples/first_sweep.toml` does the same from the command line.
"""

from pathlib import Path

from backsweep import Sweep
from backsweep.results.figures import save

SPEC = Path(__file__).with_name("first_sweep.toml")


def main(folder: Path = Path("runs/first_sweep")) -> None:
    """Run the sweep and print what it found."""
    results = Sweep.from_toml(SPEC).run(folder)
    print(f"{results.done:,} runs, one per row of results.table:")
    print(results.table.sample(3, random_state=0).to_string(), end="\n\n")

    print("How often and how soon do runs converge? 95 % intervals; inf means that fewer than half converged.")
    print(results.summary(["hidden", "activation"]).round(3).to_string(), end="\n\n")

    best = results.best().iloc[0]  # chosen with half of the seeds, judged with the other half
    print(
        f"Best: {best.hidden} {best.activation} units at learning rate {best.lr:.3g}. On seeds that did not choose it, "
        f"{100 * best.success:.0f} % of runs converge ({100 * best.success_low:.0f} to {100 * best.success_high:.0f} %), "
        f"for {best.running_time:.0f} epochs per success."
    )
    shares = results.what_matters()
    success = shares[(shares.response == "success") & (shares.factor != "rest")].iloc[0]
    print(f"Whether a run converges depends most on {success.factor}: {100 * success.share:.0f} % of the variance.")

    print("figure:", save(results.figure("success", row="hidden", column="lr"), folder / "success.png"))
    print("report:", results.report())


if __name__ == "__main__":
    main()
