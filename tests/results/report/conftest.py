"""Results of which tests make reports, and a report with an explorer for tests of its page."""

import pytest

from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.sweep import keep_typical_trajectory
from helpers import reported

SPEC = {
    "name": "<script>alert(1)</script>",
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": {"values": [2, 3, 4]}},
    "train": {"lr": {"log": [0.1, 10.0], "n": 6}, "epochs": 1000, "stop": {"loss": 0.05}},
    "record": {"every": 20},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    spec = {**reported.SPEC, "name": "two & <script>alert(1)</script>"}
    results = Sweep.from_dict(spec).run(tmp_path_factory.mktemp("runs") / "r")
    keep_typical_trajectory(results)
    return Results.open(results.path)


@pytest.fixture(scope="session")
def spec():
    """Of a sweep in which some runs converge."""
    return SPEC


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    return Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("runs") / "r", jobs=1).report()


@pytest.fixture
def opened(browsed, report):
    """Open the page of a report, until its explorer is drawn."""

    def open_page(of=report, **options):
        page = browsed(of.as_uri(), **options)
        page.wait_for_selector("#explorer[data-ready]")
        return page

    return open_page
