"""The page of a sweep in a real browser while it runs: it follows, keeps what the reader chose, and outlives its server."""

import json
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backsweep.results.live.watching import Watching
from backsweep.results.store.store import Store
from helpers.commands import must

pytestmark = pytest.mark.long


SPEC = """
name = "<b>name</b>"
task = "xor"
seeds = {seeds}
[model]
hidden = {{ values = [2, 3, 4] }}
[train]
lr = {{ log = [0.1, 10.0], n = 6 }}
epochs = {epochs}
{rule}
"""
READY = "#explorer[data-ready]"


def spec(path, seeds=40, epochs=1000, rule="stop = { loss = 0.05 }"):
    path.write_text(SPEC.format(seeds=seeds, epochs=epochs, rule=rule))


@contextmanager
def static_server(folder, port=0):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/watch.html"
        finally:
            server.shutdown()


def looked(page, since=""):
    """Wait until the page shows values that are newer; returns their time."""
    page.wait_for_function("since => document.body.dataset.looked > since", arg=since)
    return page.evaluate("document.body.dataset.looked")


def fills(page):
    """The colours of the cells of the map."""
    return page.eval_on_selector_all("#explorer .map_0_marks path", "cells => cells.map(cell => cell.getAttribute('fill'))")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    spec(folder / "s.toml")
    must("run", "s.toml", "--out", "r", "--watch", cwd=folder)
    return folder / "r"


def rewrite(folder, **values):
    path = folder / "watch.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def shown_in(page, select):
    """What is chosen from a list."""
    return page.eval_on_selector(select, "list => list.selectedOptions[0].text")


def test_two_pages_follow_a_sweep_to_its_end(browsed, folder, tmp_path):
    """The test itself writes the runs, some of each cell at a time, so the sweep waits for what the pages have yet to see."""
    whole = Store.open(folder)
    table = whole.read()
    store = Store.create(tmp_path / "r", whole.manifest)

    def land(first, stop):
        for cell in range(0, 720, 40):
            store.append(table.slice(cell + first, stop - first))

    with Watching(store.path, (folder / "watch.html").read_bytes()) as watching:
        pages = one, _ = browsed(watching.address), browsed(watching.address, color_scheme="dark")
        with store.writing():
            land(0, 10)
            store.note("now")
            for page in pages:
                page.wait_for_selector(READY)
                page.locator("#done", has_text="180").wait_for()
            assert one.inner_text("h1") == "<b>name</b>"
            assert one.inner_text("#state") == "Training."
            one.select_option("#explore-cell", label="lr 0.1, hidden 2")
            one.select_option("#explore-colour", label="median epochs")
            one.locator("#explorer .role-legend-title", has_text="median epochs").wait_for()
            one.evaluate("window.drawing = document.querySelector('#explorer svg')")
            for stop in (20, 30):
                land(stop - 10, stop)
                one.locator("#done", has_text=str(18 * stop)).wait_for()
            assert one.inner_text("#state") == "Training."
            assert one.evaluate("window.drawing === document.querySelector('#explorer svg')")
            land(30, 40)
        for page in pages:
            page.locator("#state", has_text="The sweep has ended.").wait_for()
            assert page.inner_text("#done") == "720"
            assert len(fills(page)) == 18
    assert shown_in(one, "#explore-cell") == "lr 0.1, hidden 2"
    assert shown_in(one, "#explore-colour") == "median epochs"
    one.select_option("#explore-cell", label="lr 10, hidden 4")
    for page in pages:
        assert page.complaints == []
        origin = watching.address.rpartition("/")[0]
        assert all(request.startswith((origin, "data:")) for request in page.requests)


def legend(page, text):
    page.locator("#explorer .role-legend-title", has_text=text).first.wait_for()


def test_the_map_shows_what_converges_as_soon_as_a_run_does_unless_the_reader_chose_colours(browsed, folder, tmp_path):
    converging = json.loads((folder / "watch.json").read_text())["maps"]
    spec(tmp_path / "s.toml", seeds=5, epochs=50, rule="")
    must("run", "s.toml", "--out", "r", "--watch", cwd=tmp_path)
    losses = json.loads((tmp_path / "r" / "watch.json").read_text())["maps"]
    rewrite(tmp_path / "r", state="training")  # of a sweep that has ended nobody asks so often
    with static_server(tmp_path / "r") as address:
        page = browsed(address)
        legend(page, "final loss")
        rewrite(tmp_path / "r", at="2100-01-01T00:00:01+00:00", converge=True, maps=converging)
        legend(page, "converged")
        rewrite(tmp_path / "r", at="2100-01-01T00:00:02+00:00", converge=False, maps=losses)
        legend(page, "final loss")
        page.select_option("#explore-colour", label="converged")
        legend(page, "converged")
        page.select_option("#explore-colour", label="final loss")
        rewrite(tmp_path / "r", at="2100-01-01T00:00:03+00:00", converge=True, maps=converging)
        looked(page, "2100-01-01T00:00:02+00:00")
        legend(page, "final loss")
        assert shown_in(page, "#explore-colour") == "final loss"
        assert page.complaints == []


def test_the_cell_that_was_chosen_is_there_when_its_map_is_chosen_again(browsed, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "r")
    (only,) = json.loads((folder / "watch.json").read_text())["maps"]
    rewrite(tmp_path / "r", at="2100-01-01T00:00:01+00:00", rate=20_000.0, maps=[only, {**only, "down": "layers"}])
    with static_server(tmp_path / "r") as address:
        page = browsed(address)
        page.wait_for_selector(READY)
        assert page.inner_text("#rate") == "20,000"
        page.select_option("#explore-cell", label="lr 0.1, hidden 3")
        page.select_option("#explore-map", label="lr × layers")
        assert page.input_value("#explore-cell") == str(only["opens"])
        page.select_option("#explore-map", label="lr × hidden")
        assert shown_in(page, "#explore-cell") == "lr 0.1, hidden 3"


def test_any_server_will_do_and_the_page_goes_on_when_it_is_back(browsed, folder):
    rewrite(folder, state="training", at="2026-01-01T00:00:01+00:00")
    with static_server(folder) as address:
        page = browsed(address)
        page.wait_for_selector(READY)
        page.select_option("#explore-cell", label="lr 0.1, hidden 3")
        assert page.inner_text("#state") == "Training."
    page.locator("#state", has_text="No answer from where this page came from").wait_for()
    assert page.locator("#explorer svg").is_visible()
    colours = fills(page)
    maps = json.loads((folder / "watch.json").read_text())["maps"]
    maps[0]["cells"]["converged"] = [0.5] * 18
    rewrite(folder, state="stopped", at="2026-01-01T00:00:02+00:00", maps=maps)
    with static_server(folder, port=int(address.split(":")[2].split("/")[0])):
        page.locator("#state", has_text="Stopped: runs are missing").wait_for()
        looked(page, "2026-01-01T00:00:01+00:00")
        assert len(set(colours)) > 1 == len(set(fills(page)))
        assert shown_in(page, "#explore-cell") == "lr 0.1, hidden 3"


@pytest.mark.parametrize("width", [360, 1100])
def test_nothing_is_wider_than_the_screen(browsed, folder, width):
    with static_server(folder) as address:
        page = browsed(address, viewport={"width": width, "height": 800})
        page.wait_for_selector(READY)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_from_a_folder_it_says_that_it_needs_a_server(browsed, folder):
    page = browsed((folder / "watch.html").as_uri())
    assert "only from a server: backsweep watch DIR" in page.inner_text("#state")
    assert page.complaints == []


def test_where_nothing_can_converge_the_losses_tell_cells_apart(browsed, tmp_path):
    spec(tmp_path / "s.toml", seeds=5, epochs=50, rule="")
    must("run", "s.toml", "--out", "r", "--watch", cwd=tmp_path)
    with static_server(tmp_path / "r") as address:
        page = browsed(address)
        page.wait_for_selector(READY)
        assert page.locator("#explorer .role-legend-title").first.text_content().startswith("final loss")
        assert page.locator("#explorer", has_text="Final loss: the share of runs that reach it").count() == 1
        assert page.complaints == []
