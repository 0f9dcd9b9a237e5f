"""The report: complete for any folder, a single file, and names are shown as text."""

import itertools
import json
import re
import shutil
import tomllib
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from backsweep.results import Results
from backsweep.results.analysis.answer import answer_of
from backsweep.results.figures.loss import thinned
from backsweep.results.figures.maps import success_map
from backsweep.results.figures.survival import best_cells, survival_picture
from backsweep.results.report.cell_maps import cell_maps
from backsweep.results.text.answer import sentences
from backsweep.sweep import Sweep
from backsweep.sweep.run.replay import replay
from backsweep.sweep.sweep import keep_typical_trajectory
from helpers.reported import SPEC
from helpers.tables import EXACT


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
        self.text.append(data.replace("\u202f", " "))


@pytest.fixture(scope="module")
def html(results):
    return results.report().read_text()


def test_a_name_is_shown_as_text(html):
    page = Reader(html)
    assert page.tags.count("script") == 4  # the explorer's data, the library that draws it, and the page's own two
    assert "<script>alert(1)" not in html
    assert "two & <script>alert(1)</script>" in page.text


def test_nothing_is_fetched(html):
    links = [value for name, value in Reader(html).attributes if name in {"src", "href", "xlink:href", "data"}]
    assert [link for link in links if not link.startswith(("#", "data:"))] == []
    assert "default-src 'none'" in html
    page = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_it_says_what_was_swept_on_what_and_how_long(results, html):
    text = " ".join(Reader(html).text)
    for phrase in (
        "120 runs on xor: model.hidden over 2, 4; train.lr over 0.5, 2.0, 5.0; 20 seeds in each cell.",
        results.manifest.cpu,
        results.manifest.spec_hash,
        results.manifest.versions["numba"],
        f"{results.manifest.sessions[0].run_epochs:,} run-epochs in {results.manifest.sessions[0].wall:.1f} s and 1 session",
        f"backsweep replay {results.path} RUN",
    ):
        assert phrase in text


def test_it_has_each_row_of_its_tables_and_pictures_with_words(results, html):
    page = Reader(html)
    pictures = page.tags.count("figure")
    assert page.tags.count("svg") == 2 * pictures >= 14  # a wide and a narrow form
    assert len([value for name, value in page.attributes if name == "aria-label" and len(value) > 40]) == pictures + 1
    assert page.tags.count("tr") == 1 + len(results.summary()) + 1 + len(results.what_matters())


def test_the_answer_comes_first_and_is_that_of_other_seeds(results, html):
    best = results.best().iloc[0]
    text = sentences(answer_of(results.table, results.manifest))[0]
    setting = f"hidden {best['hidden']:g}, lr {best['lr']:g}"
    assert text.startswith(f"The best setting is {setting}: there {100 * best['success']:.1f} % ")
    page = " ".join(Reader(html).text)
    assert page.index(text) < page.index("Explore") < page.index("Which settings converge") < page.index("Every setting")
    assert "Of the variance of whether a run converges: " in page


def test_it_says_when_a_run_has_converged_and_that_the_best_is_at_an_end(results, html):
    assert "A run has converged when its loss is at most 0.1." in html
    best = results.best().iloc[0]
    at_an_end = best["lr"] in (0.5, 5.0)
    assert ("value of lr in this sweep, so even better settings may lie beyond it" in html) == at_an_end


def test_the_explorer_is_fed_with_cells_and_never_with_runs(results, html):
    told = json.loads(re.search(r'id="explorer-data">(.*?)</script>', html, flags=re.DOTALL)[1])
    (only,) = told["maps"]
    cells = only["cells"]
    assert {len(column) for column in cells.values()} == {6}
    assert all(len(column) < 6 * 60 for part in ("curves", "paths") for column in only[part].values())
    places = zip(cells["y"], cells["x"], strict=True)
    success = dict(zip([(only["rows"][y], only["columns"][x]) for y, x in places], cells["converged"], strict=True))
    for row in results.summary(["lr", "hidden"]).itertuples():
        assert success[str(row.hidden), f"{row.lr:.3g}"] == pytest.approx(row.success, rel=1e-5)


def test_the_explorer_offers_each_pair_of_settings_until_the_page_would_be_too_large(monkeypatch):
    settings = itertools.product([1, 2, 3, 4], [0.1, 0.2, 0.3], ["a", "b"], range(2))
    table = pd.DataFrame(list(settings), columns=["hidden", "lr", "loss.kind", "seed"]).assign(accuracy=1.0, loss=0.1)
    table = table.assign(run=range(len(table)), cell=np.arange(len(table)) // 2, epochs=9, outcome="converged")
    none = pd.DataFrame(columns=["run", "epoch", "loss"])
    maps = cell_maps(table, none)
    assert [(found.across, found.down) for found in maps] == [("hidden", "lr"), ("hidden", "loss.kind"), ("lr", "loss.kind")]
    assert [found.pooled for found in maps] == [["loss.kind"], ["lr"], ["hidden"]]
    assert [found.cells["runs"].tolist() for found in maps] == [[4] * 12, [6] * 8, [8] * 6]
    monkeypatch.setattr("backsweep.results.report.cell_maps.MOST_CELLS", 13)
    assert [len(found.cells) for found in cell_maps(table, none)] == [12, 8]
    monkeypatch.setattr("backsweep.results.report.cell_maps.MOST_CELLS", 7)
    assert [len(found.cells) for found in cell_maps(table, none)] == [6]


def test_the_spec_is_shown_as_toml_that_runs_the_same_sweep(results, html):
    shown = "".join(Reader(re.search(r"<pre.*?</pre>", html, flags=re.DOTALL)[0]).text)
    assert Sweep.from_dict(tomllib.loads(shown)).spec.digest == results.manifest.spec_hash


def test_another_title_is_shown_and_trains_nothing_again(results, tmp_path):
    folder = shutil.copytree(results.path, tmp_path / "r")
    notes = "First *part*,\nin two lines.\n\nSecond part."
    about = {"title": "On <b>XOR</b>", "author": "A. & B. Author", "notes": notes}
    spec = {**SPEC, "name": results.manifest.name, "report": about}
    again = Sweep.from_dict(spec).run(folder)
    assert again.last is None
    shown = Reader(again.report().read_text()).text
    for text in ("On <b>XOR</b>", "A. & B. Author", "First *part*, in two lines.", "Second part."):
        assert text in shown
    marked = again.report_markdown(tmp_path / "m").read_text()
    assert marked.startswith("# On &lt;b&gt;XOR&lt;/b&gt;\n\nA. &amp; B. Author\n\nFirst \\*part\\*, in two lines.\n\nSecond")
    del spec["report"]
    assert "report" not in Sweep.from_dict(spec).run(folder).manifest.spec
    assert Sweep.of_folder(folder).spec.digest == results.manifest.spec_hash


def test_what_matters_stands_once_and_chance_is_one_number_everywhere(results, html):
    text = " ".join(Reader(html).text)
    assert html.count("What matters</h2>") == 1
    found = results.what_matters().query("response == 'success'").set_index("factor")["share"]
    chance = f"{100 * found['chance']:.1f} %"
    assert f"chance, by the seed, {chance}" in text
    assert f"chance {chance}" in re.search(r'aria-label="(Bars of the shares[^"]*)"', html)[1]
    assert chance in re.search(r"<tr><td[^>]*>success</td><td[^>]*>chance</td>.*?</tr>", html)[0]
    assert results.report_markdown(results.path / "marked").read_text().count("## What matters") == 1


def test_as_markdown_it_has_its_figures_and_tables_beside_it(results, tmp_path):
    path = results.report_markdown(tmp_path / "report")
    text = path.read_text()
    assert "<script" not in text.split("```toml")[0]  # in a block of code it is text
    assert "# two &amp; &lt;script&gt;alert(1)&lt;/script&gt;" in text
    for name in re.findall(r"\]\(([^)]+)\)", text):
        assert (path.parent / name).stat().st_size > 0
    assert len(re.findall(r"^!\[", text, flags=re.MULTILINE)) == len(list(path.parent.glob("*.svg"))) >= 7
    written = pd.read_csv(path.parent / "settings.csv", **EXACT)
    assert written["success"].is_monotonic_decreasing
    in_order = written.sort_values(["hidden", "lr"], ignore_index=True)
    pd.testing.assert_frame_equal(in_order, results.details(), check_dtype=False)
    assert len(json.loads((path.parent / "what-matters.json").read_text())) == len(results.what_matters())
    assert (path.parent / "settings.tex").read_text().startswith(r"\begin{tabular}")


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


def test_thinning_keeps_the_ends():
    whole = pd.DataFrame({"epoch": np.arange(5000), "loss": np.linspace(1, 0, 5000)})
    few = thinned(whole, 100)
    assert (len(few), few["epoch"].iloc[0], few["epoch"].iloc[-1]) == (100, 0, 4999)
    assert len(thinned(whole.iloc[:7])) == 7


def test_the_trajectory_of_an_earlier_report_is_not_shown_again(tmp_path):
    copy = Sweep.from_dict(SPEC).run(tmp_path / "r")
    with copy.store.writing():
        copy.store.append_trajectory(0, replay(Sweep.from_dict(SPEC).plan(), 0).trajectory)
    keep_typical_trajectory(copy)
    assert len(copy.store.trajectories()) == 2
    html = copy.report().read_text()
    assert "The loss of run 0 " not in html
    assert html.count("<h2>One run</h2>") == 1


def test_it_says_how_many_maps_it_leaves_out(results, html, monkeypatch, tmp_path):
    assert "more pair" not in html
    three = Results(results.store)
    three.__dict__["table"] = results.table.assign(half=results.table["seed"] % 2)
    monkeypatch.setattr("backsweep.results.report.cell_maps.MOST_CELLS", 6)
    assert "1 more pair of settings would make this page too large" in three.report(tmp_path / "some.html").read_text()
