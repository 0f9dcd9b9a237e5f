"""The page of a sweep in a real browser while it runs: it follows, keeps what the reader chose, and outlives its server."""

import json
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

from helpers.commands import BACKSWEEP, PATIENCE, must

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]

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


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # Debian's Chromium would look for updates, and it has no sandbox in a container.
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """Open a page, which keeps its network requests and its error messages."""
    pages = []

    def open_page(address, **options):
        page = browser.new_page(**{"viewport": {"width": 1100, "height": 900}, **options})
        page.set_default_timeout(1000 * PATIENCE)
        pages.append(page)
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for page in pages:
        page.close()


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


def done(page):
    return int(page.inner_text("#done").replace(",", ""))


def test_two_pages_follow_a_sweep_to_its_end(opened, tmp_path):
    spec(tmp_path / "s.toml", seeds=20_000, epochs=2000)
    command = [*BACKSWEEP, "run", "s.toml", "--out", "r", "--jobs", "1", "--watch", "--no-open"]
    sweep = subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        address = next(found[1] for line in sweep.stdout if (found := re.search(r"To watch it: (\S+)", line)))
        one, two = opened(address), opened(address, color_scheme="dark")
        for page in (one, two):
            page.wait_for_selector(READY)
        assert one.inner_text("h1") == "<b>name</b>"
        while one.locator("#explore-cell option").count() < 18:  # until no value is new, so that the map stays
            looked(one, looked(one))
        one.select_option("#explore-cell", label="lr 0.1, hidden 2")
        one.select_option("#explore-colour", label="median epochs")
        one.locator("#explorer .role-legend-title", has_text="median epochs").wait_for()
        one.evaluate("window.drawing = document.querySelector('#explorer svg')")
        then = looked(one)
        before = done(one)
        while one.inner_text("#state") == "Training." and done(one) == before:
            then = looked(one, then)
        assert done(one) > before
        assert one.evaluate("window.drawing === document.querySelector('#explorer svg')")
        for page in (one, two):
            page.locator("#state", has_text="The sweep has ended.").wait_for()
            assert done(page) == 360_000
            assert len(fills(page)) == 18
        assert one.eval_on_selector("#explore-cell", "list => list.selectedOptions[0].text") == "lr 0.1, hidden 2"
        assert one.eval_on_selector("#explore-colour", "list => list.selectedOptions[0].text") == "median epochs"
        sweep.stdout.read()
        assert sweep.wait(PATIENCE) == 0
        one.select_option("#explore-cell", label="lr 10, hidden 4")
        for page in (one, two):
            assert page.complaints == []
            origin = address.rpartition("/")[0]
            assert all(request.startswith((origin, "data:")) for request in page.requests)
    finally:
        sweep.kill()
        sweep.communicate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    spec(folder / "s.toml")
    must("run", "s.toml", "--out", "r", "--watch", cwd=folder)
    return folder / "r"


def rewrite(folder, **values):
    path = folder / "watch.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_any_server_will_do_and_the_page_goes_on_when_it_is_back(opened, folder):
    rewrite(folder, state="training", at="2026-01-01T00:00:01+00:00")
    with static_server(folder) as address:
        page = opened(address)
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
        assert page.eval_on_selector("#explore-cell", "list => list.selectedOptions[0].text") == "lr 0.1, hidden 3"


@pytest.mark.parametrize("width", [360, 1100])
def test_nothing_is_wider_than_the_screen(opened, folder, width):
    with static_server(folder) as address:
        page = opened(address, viewport={"width": width, "height": 800})
        page.wait_for_selector(READY)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_from_a_folder_it_says_that_it_needs_a_server(opened, folder):
    page = opened((folder / "watch.html").as_uri())
    assert "only from a server: backsweep watch DIR" in page.inner_text("#state")
    assert page.complaints == []


def test_where_nothing_can_converge_the_losses_tell_cells_apart(opened, tmp_path):
    spec(tmp_path / "s.toml", seeds=5, epochs=50, rule="")
    must("run", "s.toml", "--out", "r", "--watch", cwd=tmp_path)
    with static_server(tmp_path / "r") as address:
        page = opened(address)
        page.wait_for_selector(READY)
        assert page.locator("#explorer .role-legend-title").first.text_content().startswith("final loss")
        assert page.locator("#explorer", has_text="Final loss: the share of runs that reach it").count() == 1
        assert page.complaints == []
