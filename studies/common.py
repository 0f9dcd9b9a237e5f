"""Code that the studies share: run a spec, compare the results with the published ones, and print whether they agree."""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from backsweep import BacksweepError, Results, Sweep

HERE = Path(__file__).parent


class Check(NamedTuple):
    """One comparison: the published value, the value found, the statistic with its criterion, and whether it passed."""

    what: str
    published: str
    found: str
    statistic: str
    passed: bool


def published(study: str) -> dict[str, Any]:
    """The published numbers of a study, and their source."""
    return tomllib.loads((HERE / "published.toml").read_text(encoding="utf-8"))[study]


def run(spec: Path, out: Path) -> Results:
    """The results of a spec. Runs that the folder already contains are not repeated."""
    return Sweep.from_toml(spec).run(out)


def concluded(source: str, checks: Iterable[Check], notes: Iterable[str] = ()) -> bool:
    """Print the published numbers, those found, and PASS or FAIL. Returns whether all checks passed."""
    checks = list(checks)
    rows = [
        ("", "published", "found", "statistic", ""),
        *((*check[:4], "pass" if check.passed else "FAIL") for check in checks),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(f"published: {source}")
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for note in notes:
        print(note)
    passed = all(check.passed for check in checks)
    print("PASS" if passed else "FAIL")
    return passed


def command(study: Callable[[Path, Path], bool], script: str, description: str | None) -> None:
    """The command line of a `study(spec, out)`. The exit code is 0 if it passed, 1 if it failed, 2 if it could not run."""
    name = Path(script).stem
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs") / name, help="folder of results (default: %(default)s)")
    try:
        passed = study(HERE / f"{name}.toml", parser.parse_args().out)
    except BacksweepError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    sys.exit(0 if passed else 1)
