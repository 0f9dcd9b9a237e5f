"""The reprs of results, sweeps and plans: immediate, whatever the state of the folder and whatever the names."""

import shutil
from html.parser import HTMLParser

import pytest

from backsweep.results import Results
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep

SPEC = {
    "task": "xor",
    "seeds": 30,
    "model": {"hidden": {"values": [2, 3, [3, 3]]}},
    "train": {"lr": {"values": [0.5, 2.0, 5.0, 10.0]}, "epochs": 500, "stop": {"loss": 0.3}},
}
NAME = "<script>alert('x')</script> & \n more"
NESTED = {"values": ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]}


class Page(HTMLParser):
    """The texts and tags of a piece of HTML; checks that every element is closed in order."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.tags, self.attributes, self.open = [], [], [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    return Sweep(**SPEC, name=NAME).run(tmp_path_factory.mktemp("notebook") / "<b>", jobs=1)


@pytest.fixture
def results(swept, tmp_path):
    """A folder for this test alone, which it may damage."""
    return Results.open(shutil.copytree(swept.path, tmp_path / "copy"))


def shown(value):
    """The repr at a prompt and in a notebook; both have the same lines."""
    text, page = repr(value), Page(value._repr_html_())
    first, *lines = text.splitlines()
    assert len(lines) <= 2
    assert page.texts[0] == first.removeprefix("<").removesuffix(">")
    assert all(line in page.texts or set(line.split("; ")) <= set(page.texts) for line in lines)
    return text, page


def test_results_say_how_many_runs_there_are_and_how_they_ended(swept):
    text, _ = shown(swept)
    ends = swept.table["outcome"].value_counts()
    assert f"{NAME!r}" in text
    assert "360 of 360 runs" in text
    told = [f"{100 * ends[outcome] / 360:.1f} % {outcome}" for outcome in ("converged", "capped") if ends[outcome]]
    assert text.splitlines()[1] == ", ".join(told)


def test_a_notebook_has_the_first_rows_of_the_summary(swept):
    _, page = shown(swept)
    assert page.tags.count("tr") == 1 + 10
    assert "and 2 more rows" in page.texts
    assert [text for text in page.texts if text in ("hidden", "lr", "runs", "converged")] == [
        "hidden",
        "lr",
        "runs",
        "converged",
    ]
    assert page.texts.count("30") == 10


def test_chosen_runs_say_how_many_they_are_and_show_their_own_summary(swept):
    text, page = shown(swept.where(lr=0.5))
    assert text.splitlines()[-1] == "90 of them, chosen by where"
    assert page.tags.count("tr") == 1 + 3


def test_a_name_is_text_and_the_piece_of_html_needs_nothing_else(swept):
    for value in (swept, Sweep(**SPEC, name=NAME), Sweep(**SPEC, name=NAME).plan()):
        html = value._repr_html_()
        page = Page(html)
        assert f"{NAME!r}" in page.texts[0]
        assert set(page.tags) <= {"div", "b", "table", "thead", "tbody", "tr", "th", "td"}
        assert {name for name, _ in page.attributes} <= {"style"}
        assert not any(word in str(page.attributes) for word in ("url", "import", " color", "#"))


def test_a_repr_opens_no_file_of_rows(results):
    for path in (results.path / "shards").iterdir():
        path.write_bytes(b"")
    assert repr(results) == repr(Results.open(results.path))
    assert "360 of 360 runs" in repr(results)
    assert " % converged" in repr(results)


def test_a_large_sweep_is_not_summarised_only_to_be_looked_at(swept, monkeypatch):
    monkeypatch.setattr("backsweep.results.runs.MOST_RUNS", 359)
    monkeypatch.setattr(Store, "read", None)
    page = Page(Results.open(swept.path)._repr_html_())
    assert "table" not in page.tags


def test_unfinished_sweeps_say_so(swept, tmp_path):
    store = Store.create(tmp_path / "half", swept.manifest.model_copy(update={"sessions": ()}))
    text, page = shown(Results(store))
    assert "0 of 360 runs" in text
    assert "table" not in page.tags
    with store.writing():
        store.append(swept.store.read().slice(0, 100))
    text, page = shown(Results(store))
    assert "100 of 360 runs" in text
    assert "%" not in text
    assert page.texts.count("30") == 3


def test_a_notebook_shows_a_damaged_file_of_rows(results):
    path = next((results.path / "shards").iterdir())
    path.write_bytes(b"PAR1")
    remedy = f"`backsweep resume {results.path}` trains its runs again, and no others"
    message = f"{path}: damaged (not a complete Parquet file); it is left out, and {remedy}"
    assert message in Page(results._repr_html_()).texts
    assert results.damage == [message]


def test_damage_to_the_manifest_is_shown(results):
    (results.path / "manifest.json").write_text("{}")
    text, _ = shown(results)
    assert "manifest.json: damaged" in text
    assert "360 of 360 runs" in text
    (results.path / "manifest.copy.json").unlink()
    text, _ = shown(results)
    assert "Without one of them nothing in this folder can be used" in text


def test_files_that_hold_the_same_runs_are_shown(results, swept):
    store = results.store
    with store.writing():
        store.append(swept.store.read().slice(0, 200))
    for path in (store.path / "shards").glob("000000000000-000000000360-*"):
        path.rename(path.with_name(path.name.replace("000000000000", "000000000100")))
    text, page = shown(results)
    assert "200 of 360 runs" in text
    assert "damaged (has 360 rows and not 260)" in text
    assert text.splitlines()[-1] in page.texts


def test_a_folder_that_is_gone_is_shown(results):
    shutil.rmtree(results.path)
    text, _ = shown(results)
    assert "no results here" in text


def test_a_plan_says_how_much_is_run_and_over_what():
    plan = Sweep(**SPEC, name="some").plan()
    text, _ = shown(plan)
    assert text == (
        "<Plan 'some': 360 runs: 12 cells × 30 seeds, 2 network shapes>\n"
        "model.hidden: 3 in all, [2] ... [3, 3]; train.lr: 4 in all, 0.5 ... 10.0"
    ).replace("2 network", f"{len(plan.shapes())} network")
    assert repr(Sweep(task="xor").plan()) == "<Plan 'sweep': 1 run: 1 cell × 1 seed, 1 network shape>"


@pytest.mark.parametrize(
    ("seeds", "told"), [(1, "1 seed"), (1000, "1,000 seeds"), ([7, 2], "2 seeds"), ({"start": 5, "count": 9}, "9 seeds")]
)
def test_a_sweep_says_what_it_is_without_unrolling_it(monkeypatch, seeds, told):
    sweep = Sweep(
        task="xor", seeds=seeds, name="s", design={"points": 9}, train={"optimizer": NESTED, "lr": {"uniform": [1, 2]}}
    )
    monkeypatch.setattr("backsweep.sweep.spec.spec.sampled", None)
    text, _ = shown(sweep)
    assert text == f"<Sweep 's': xor, {told} in each cell>\nover train.optimizer, train.optimizer.beta, train.lr"


def test_a_sweep_whose_axes_do_not_go_together_is_shown_all_the_same(tmp_path):
    sweep = Sweep(task="xor", train={"lr": {"uniform": [1, 2]}})
    assert repr(sweep) == "<Sweep 'sweep': xor, 1 seed in each cell>\nover train.lr"
    (tmp_path / "d.csv").write_text("a,c\n0,0\n1,1\n")
    filed = Sweep(task={"file": str(tmp_path / "d.csv"), "inputs": ["a"], "targets": ["c"]})
    (tmp_path / "d.csv").unlink()
    assert repr(filed) == "<Sweep 'sweep': d.csv, 1 seed in each cell>"
