"""The report: whole on any folder, itself one file, and a name stays text."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from backsweep.results import Results
from backsweep.results.figures.loss import thinned
from backsweep.results.figures.maps import success_map
from backsweep.results.figures.survival import best_cells, survival_picture
from backsweep.results.report import answer
from backsweep.sweep import Sweep
from backsweep.sweep.sweep import keep_typical_trajectory

SPEC = {
    "task": "xor",
    "seeds": 20,
    "model": {"hidden": {"values": [2, 4]}, "init": {"low": -1.0}},
    "train": {"lr": {"values": [0.5, 2.0, 5.0]}, "epochs": 1500, "stop": {"loss": 0.1}},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    results = Sweep.from_dict({**SPEC, "name": "two & <script>alert(1)</script>"}).run(tmp_path_factory.mktemp("runs") / "r")
    keep_typical_trajectory(results)
    return Results.open(results.path)


class Reader(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.attributes, self.text = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br", "img", "path", "use", "rect", "circle", "line"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def html(results):
    return results.report().read_text()


def test_a_name_is_shown_as_text(html):
    page = Reader(html)
    assert "script" not in page.tags
    assert "two & <script>alert(1)</script>" in page.text


def test_nothing_is_fetched(html):
    links = [value for name, value in Reader(html).attributes if name in {"src", "href", "xlink:href", "data"}]
    assert [link for link in links if not link.startswith(("#", "data:"))] == []
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_it_says_what_was_swept_on_what_and_how_long(results, html):
    text = " ".join(Reader(html).text)
    for said in (
        "120 runs on xor: model.hidden over 2, 4; train.lr over 0.5, 2.0, 5.0; 20 seeds in each cell.",
        results.manifest.cpu,
        results.manifest.spec_hash,
        results.manifest.versions["numba"],
        f"{results.manifest.sessions[0].run_epochs:,} run-epochs in {results.manifest.sessions[0].wall:.1f} s and 1 session",
        f"backsweep replay {results.path} RUN",
    ):
        assert said in text


def test_it_has_each_row_of_the_summary_and_three_pictures_with_words(results, html):
    page = Reader(html)
    assert page.tags.count("svg") == 3
    assert len([value for name, value in page.attributes if name == "aria-label" and len(value) > 40]) == 3
    assert page.tags.count("tr") == 1 + len(results.summary())


def test_the_report_is_the_same_each_time(results, tmp_path):
    assert results.report(tmp_path / "a.html").read_text() == results.report(tmp_path / "b.html").read_text()


def test_the_map_and_the_curves_are_those_of_the_table(results):
    grid = success_map(results.table)
    share = results.table.assign(good=results.table["outcome"] == "converged").pivot_table("good", "hidden", "lr")
    assert (grid.row, grid.column) == ("hidden", "lr")
    np.testing.assert_allclose(grid.share, share.to_numpy())
    picture = survival_picture(results.table)
    assert len(picture.labels) == len(best_cells(results.table)) == 2
    best = results.summary().sort_values("success").groupby("hidden")["success"].max()
    np.testing.assert_allclose(best_cells(results.table)["success"], best)


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"hidden": 2}, "train": {"epochs": 3}},
        {"train": {"lr": {"values": [0.1, 0.2]}, "epochs": 3}, "seeds": 1},
        {"train": {"loss": {"values": ["bce", "mse"]}, "epochs": 5, "stop": {"loss": 0.9}}},
        {"train": {"lr": 1e9, "epochs": 5, "bound": 0.1}},
    ],
    ids=["one cell", "one seed, none converged", "all at epoch 0", "all diverged"],
)
def test_odd_sweeps_have_reports(change, tmp_path):
    results = Sweep.from_dict({"task": "xor", "seeds": 3, **change}).run(tmp_path / "r")
    keep_typical_trajectory(results)
    assert "</html>" in results.report().read_text()


def test_an_unfinished_sweep_is_reported_as_such(results, tmp_path):
    whole = Sweep.from_dict(SPEC)
    copy = whole.run(tmp_path / "r")
    shards = sorted((copy.path / "shards").iterdir())
    shards[0].unlink()
    partly = Results.open(copy.path)
    text = partly.report().read_text()
    assert "Not finished" in text
    assert f"{partly.done:,} of 120 runs" in text
    for shard in shards[1:]:
        shard.unlink()
    assert "No run is done yet" in Results.open(copy.path).report().read_text()


def test_thinning_keeps_the_ends():
    whole = pd.DataFrame({"epoch": np.arange(5000), "loss": np.linspace(1, 0, 5000)})
    few = thinned(whole, 100)
    assert (len(few), few["epoch"].iloc[0], few["epoch"].iloc[-1]) == (100, 0, 4999)
    assert len(thinned(whole.iloc[:7])) == 7


def test_below_one_half_no_median_is_claimed(tmp_path):
    results = Sweep.from_dict({**SPEC, "train": {**SPEC["train"], "epochs": 120}}).run(tmp_path / "r")
    assert 0 < (results.table["outcome"] == "converged").mean() < 0.5
    text = answer(results.table)
    assert "of the runs converge" in text
    assert "half" not in text
    assert "∞" not in text


def test_while_another_process_writes_the_report_goes_without_a_trajectory(tmp_path):
    results = Sweep.from_dict(SPEC).run(tmp_path / "r")
    with results.store.writing():
        again = Results.open(results.path)
        keep_typical_trajectory(again)
        assert again.report().read_text().count("<svg") == 2


def test_a_trajectory_of_an_earlier_report_is_not_shown_as_todays(results, tmp_path):
    copy = Sweep.from_dict(SPEC).run(tmp_path / "r")
    copy.store.append_trajectory(0, results.store.trajectories().popitem()[1])
    keep_typical_trajectory(copy)
    assert len(copy.store.trajectories()) == 2
    assert "One run: number 0<" not in copy.report().read_text()
    assert copy.report().read_text().count("<svg") == 3
