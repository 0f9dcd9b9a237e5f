"""The report in a real browser: linked views, sortable and filterable tables, no network, any width, light and dark."""

import io
import re
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from backsweep.results import Results
from backsweep.sweep import Sweep

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

SPEC = {
    "name": "<script>alert(1)</script>",
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": {"values": [2, 3, 4]}},
    "train": {"lr": {"log": [0.1, 10.0], "n": 6}, "epochs": 1000, "stop": {"loss": 0.05}},
    "record": {"every": 20},
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("runs") / "r", jobs=1).report()


@pytest.fixture(scope="module")
def without_success(tmp_path_factory):
    """The report of a sweep in which no run converges."""
    train = {**SPEC["train"], "epochs": 20, "stop": {"loss": 1e-9}}
    return Sweep.from_dict({**SPEC, "seeds": 5, "train": train}).run(tmp_path_factory.mktemp("none") / "r", jobs=1).report()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # Debian's Chromium would look for updates, and it has no sandbox in a container.
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, report):
    """Open a page of the report, which keeps its network requests and its error messages."""
    pages = []

    def open_page(of=report, **options):
        page = browser.new_page(**{"viewport": {"width": 1100, "height": 900}, **options})
        pages.append(page)
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        page.goto(of.as_uri())
        page.wait_for_selector("#explorer[data-ready]")
        return page

    yield open_page
    for page in pages:
        page.close()


def shapes(page):
    """The outlines of everything that the explorer draws, one text per view."""
    group = ".role-scope[class*=_group]"  # a view, or what views stand in
    views = f"() => [...document.querySelectorAll('#explorer {group}')].filter(v => !v.querySelector('{group}'))"
    return page.evaluate(f"({views})().map(v => [...v.querySelectorAll('path')].map(p => p.getAttribute('d')).join())")


def chosen_cell(page):
    return page.eval_on_selector("#explore-cell", "list => list.selectedOptions[0].text")


def until(page, there):
    """Wait until a condition holds while the page draws."""
    while not there():
        page.wait_for_timeout(20)


def test_it_requests_nothing_and_logs_no_errors(opened, report):
    page = opened()
    assert page.requests == [report.as_uri()]
    assert page.complaints == []
    assert page.title() == "<script>alert(1)</script>: a sweep by backsweep"
    assert page.inner_text("h1") == "<script>alert(1)</script>"


def test_a_click_in_the_map_changes_the_views_beside_it(opened):
    page = opened()
    chosen, before = page.input_value("#explore-cell"), shapes(page)
    cells = page.locator("#explorer .mark-rect path")
    cells.nth(0).click(force=True)
    page.wait_for_function("old => document.querySelector('#explore-cell').value !== old", arg=chosen)
    assert len(before) == 4
    until(page, lambda: all(now != then for now, then in zip(shapes(page)[1:], before[1:], strict=True)))
    assert page.complaints == []


def test_every_share_has_a_space_before_its_percent_sign(opened):
    page = opened()
    axes = page.locator("#explorer .role-axis-label text, #explorer .role-legend-label text").all_text_contents()
    shares = [label for label in axes if "%" in label]
    assert {"0 %", "50 %", "100 %"} <= set(shares)
    tooltips = []
    for view in ("map_0_marks", "ends_marks"):  # the map, and how the runs of a cell end
        page.locator(f"#explorer .{view} path").first.hover(force=True)
        page.wait_for_selector("#vg-tooltip-element.visible")
        tooltips.append(page.locator("#vg-tooltip-element").inner_text())
        page.mouse.move(0, 0)
        page.wait_for_selector("#vg-tooltip-element:not(.visible)", state="attached")
    texts = [page.locator("body").inner_text(), *axes, *tooltips]
    assert "∞" in tooltips[0]  # no run of the first cell converges in half of the cases, so there is no median
    assert all(" %" in text for text in tooltips)
    assert not [text for text in texts if re.search(r"\d%", text)]


def test_the_reader_chooses_the_settings_of_the_map_and_what_its_colours_show(opened, report, tmp_path):
    results = Results.open(report.parent)
    results.table = results.table.assign(half=results.table["seed"] % 2)
    page = opened(results.report(tmp_path / "three.html"))
    axes = "#explorer .role-axis-title"
    assert page.locator("#explore-map option").all_inner_texts() == ["lr × hidden", "lr × half", "hidden × half"]
    assert page.locator(axes).all_text_contents()[:2] == ["lr", "hidden"]
    assert "pooled over half:" in page.inner_text("#explore")
    page.select_option("#explore-map", label="lr × half")
    page.locator(axes, has_text="half").wait_for()
    assert page.locator(axes).all_text_contents()[:2] == ["lr", "half"]
    assert "pooled over hidden:" in page.inner_text("#explore")
    assert page.locator("#explore-cell option").count() == page.locator("#explorer .map_0_marks path").count() == 12
    page.select_option("#explore-colour", label="median epochs")
    page.locator("#explorer .role-legend-title", has_text="median epochs").wait_for()
    assert page.complaints == []


def test_where_no_run_converges_the_explorer_is_about_final_losses(opened, without_success):
    page = opened(without_success)
    assert page.locator("#explore-colour option").all_inner_texts() == ["final loss", "converged"]
    assert page.locator("#explorer .role-legend-title").first.text_content() == "final loss; grey: infinite"
    titles = page.locator("#explorer .role-title-text").all_text_contents()
    assert "Final loss: the share of runs that reach it" in titles
    assert not [title for title in titles if "converged" in title]
    fills = page.eval_on_selector_all("#explorer .map_0_marks path", "cells => cells.map(cell => cell.getAttribute('fill'))")
    assert len(set(fills)) > 5
    hidden, lr = re.search(r"loss is that of hidden (\S+), lr ([\d.]+):", page.inner_text(".answer")).groups()
    page.locator("#explorer .map_0_marks path").nth(int(page.input_value("#explore-cell"))).hover(force=True)
    page.wait_for_selector("#vg-tooltip-element.visible")
    told = page.locator("#vg-tooltip-element").inner_text()
    assert "final loss" in told
    assert (
        page.eval_on_selector("#explore-cell", "list => list.selectedOptions[0].text") == f"lr {float(lr):.3g}, hidden {hidden}"
    )
    before = shapes(page)
    page.locator("#explore-cell").focus()
    page.keyboard.press("Home")
    until(page, lambda: shapes(page)[1:3] != before[1:3])
    assert page.complaints == []


def test_the_cell_that_is_shown_first_is_that_of_the_answer(opened):
    page = opened()
    hidden, lr = re.search(r"setting is hidden (\S+), lr ([\d.]+):", page.inner_text(".answer")).groups()
    assert (
        page.eval_on_selector("#explore-cell", "list => list.selectedOptions[0].text") == f"lr {float(lr):.3g}, hidden {hidden}"
    )
    assert f"The first is that of hidden {hidden}, lr {float(lr):.3g}, where most runs" in page.inner_text("#explore")


def test_no_line_ends_within_a_number_and_its_sign(opened):
    split = """() => {
        const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            for (const match of text.data.matchAll(/[\\d.,]+\\s%|±\\s[\\d.]+/g)) {
                const range = document.createRange();
                range.setStart(text, match.index);
                range.setEnd(text, match.index + match[0].length);
                const tops = new Set([...range.getClientRects()].map(rect => Math.round(rect.top)));
                found.push([match[0], tops.size]);
            }
        }
        return found.filter(([_, lines]) => lines > 0);
    }"""
    page = opened()
    assert re.search(r"\d\u202f%", page.inner_text(".answer"))
    for width in (320, 337, 360, 390, 421):
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate(split)
        assert len(found) > 20
        assert [text for text, lines in found if lines > 1] == []


def test_a_heading_stands_over_the_numbers_of_its_column(opened):
    page = opened(viewport={"width": 1280, "height": 900})
    edges = """() => {
        const box = (node) => {
            const range = document.createRange();
            range.selectNodeContents(node);
            return range.getBoundingClientRect();
        };
        const rows = [...document.querySelectorAll('#settings-table tbody tr')];
        return [...document.querySelectorAll('#settings-table th')].map((head, place) => {
            const cells = rows.map(row => box(row.cells[place]));
            const { left, right } = box(head.querySelector('button'));
            return [left, right, Math.min(...cells.map(cell => cell.left)), Math.max(...cells.map(cell => cell.right))];
        });
    }"""
    for left, right, first, last in page.evaluate(edges):
        assert abs(left - first) < 2 or abs(right - last) < 2


def test_a_shadow_shows_where_a_table_goes_on(opened):
    page = opened(viewport={"width": 390, "height": 800})
    there = page.locator(".scroll:has(#settings-table)")
    there.scroll_into_view_if_needed()
    shade = lambda side: brightness(there.screenshot(), side)  # noqa: E731
    begin = {side: shade(side) for side in ("left", "right")}
    there.evaluate("element => { element.scrollLeft = element.scrollWidth; }")
    end = {side: shade(side) for side in ("left", "right")}
    assert begin["right"] < begin["left"]
    assert end["left"] < end["right"]


def brightness(png, side):
    """Of the median pixel in the three columns next to the border at one side, below the heading."""
    shown = plt.imread(io.BytesIO(png))[150:-20, :, :3].mean(axis=2)
    return float(np.median(shown[:, 3:6] if side == "left" else shown[:, -6:-3]))


def test_on_paper_the_drawn_map_stands_for_the_explorer(opened):
    page = opened()
    seen = lambda: [page.locator(one).is_visible() for one in ("#explore", "text=Which settings converge")]  # noqa: E731
    assert seen() == [True, False]
    page.emulate_media(media="print")
    assert seen() == [False, True]


def test_names_with_a_meaning_for_programs_are_plain_text(opened, report, tmp_path):
    results = Results.open(report.parent)
    names = dict(zip([2, 3, 4], ["toString", "a\\b\nc", "<img src=x onerror=alert(1)>"], strict=True))
    odd = results.table.rename(columns={"hidden": "__proto__", "lr": "constructor"})
    results.table = odd.assign(__proto__=odd["__proto__"].map(names))
    page = opened(results.report(tmp_path / "odd.html"))
    assert page.complaints == []
    assert all(request.startswith("file:") for request in page.requests)
    shown = page.locator("#explore").text_content()
    assert all(word in shown for word in ("__proto__", "constructor", "toString", "a\\b\\nc", "<img src=x onerror=alert(1)>"))
    choices = [" ".join(choice.split()) for choice in page.locator("#explore-cell option").all_text_contents()]
    assert len(set(choices)) == 18
    before = shapes(page)
    # Names of JavaScript's own properties get a space in front, which a page does not show.
    page.locator("#explore-cell").select_option(index=choices.index("constructor 0.1, __proto__ toString"))
    until(page, lambda: shapes(page)[1:] != before[1:])


def test_a_choice_from_the_list_does_the_same(opened):
    page = opened()
    before = shapes(page)
    page.locator("#explore-cell").focus()
    page.keyboard.press("Home")
    until(page, lambda: shapes(page)[1:] != before[1:])
    assert chosen_cell(page) == "lr 0.1, hidden 2"


def column(page, name):
    at = [text.strip("▲▼ ") for text in page.locator("#settings-table th").all_inner_texts()].index(name)
    rows = page.locator("#settings-table tbody tr:not([hidden])").all()
    return [row.locator("td").nth(at).inner_text() for row in rows]


def test_a_heading_sorts_by_numbers_and_by_the_keyboard(opened):
    page = opened()
    there = column(page, "median epochs")
    heading = page.locator("#settings-table th button", has_text="median epochs")
    heading.focus()
    page.keyboard.press("Enter")
    ascending = column(page, "median epochs")
    numbers = [float("inf") if text == "∞" else float(text.replace(",", "")) for text in ascending]
    assert numbers == sorted(numbers)
    assert sorted(ascending) == sorted(there)
    assert numbers[0] < float("inf") == numbers[-1]
    heading.click()
    assert sorted(column(page, "median epochs")) == sorted(ascending)
    assert column(page, "median epochs")[0] == "∞"
    assert page.locator("#settings-table th[aria-sort=descending]").inner_text().startswith("median epochs")


def test_a_filter_leaves_the_rows_that_contain_its_text(opened):
    page = opened()
    page.locator("[data-filters=settings-table]").fill("0.2512")
    assert column(page, "lr") == ["0.2512"] * 3
    assert page.locator("[data-counts=settings-table]").inner_text() == "3 of 18 rows"
    page.locator("[data-filters=settings-table]").fill("")
    assert len(column(page, "lr")) == 18


def test_a_filter_understands_a_setting_and_its_value(opened):
    page = opened()
    found = {"hidden=2": 6, "hidden=2 lr=10.0": 1, "Hidden = 2, lr=0.1": 1, "hidden=2 0.2512": 1, "hidden=22": 0, "idden=2": 0}
    for text, rows in found.items():
        page.locator("[data-filters=settings-table]").fill(text)
        assert page.locator("[data-counts=settings-table]").inner_text() == f"{rows} of 18 rows"
        assert set(column(page, "hidden")) <= {"2"}


def test_on_paper_no_heading_stands_alone_and_tables_show_all_their_rows(opened):
    page = opened()
    page.emulate_media(media="print")
    breaks = page.evaluate("[...document.querySelectorAll('h2, h3, h2 + p')].map(e => getComputedStyle(e).breakAfter)")
    assert set(breaks) == {"avoid"}
    whole = "[...document.querySelectorAll('.scroll')].every(e => e.scrollHeight <= e.clientHeight + 1)"
    assert page.evaluate(whole)


@pytest.mark.parametrize("width", [360, 1100])
def test_nothing_is_wider_than_the_screen(opened, width):
    page = opened(viewport={"width": width, "height": 800})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_no_letter_of_a_figure_is_too_small_to_read(opened):
    """Of those that are seen: a figure has a narrow form."""
    heights = """[...document.querySelectorAll('figure svg')].map(svg => [svg, svg.getBoundingClientRect().width])
        .filter(([svg, width]) => width > 0).flatMap(([svg, width]) => [...svg.querySelectorAll('text')].map(text =>
            parseFloat(getComputedStyle(text).fontSize) * width / svg.viewBox.baseVal.width))"""
    page = opened(viewport={"width": 420, "height": 900})
    for width in (420, 640, 700, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate(heights)
        assert len(found) > 50
        assert min(found) >= 9
        assert max(found) <= 20


def test_in_the_dark_the_ink_is_light(opened):
    shade = "element => getComputedStyle(element).{}.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0) / 765"
    for scheme, dark in (("light", False), ("dark", True)):
        page = opened(color_scheme=scheme)
        ground = page.eval_on_selector("body", shade.format("backgroundColor"))
        ink = page.eval_on_selector("figure .wide svg", shade.format("color"))
        label = page.eval_on_selector("#explorer .role-axis-title text", shade.format("fill"))
        assert (ground < 0.3, ink > 0.7, label > 0.7) == (dark, dark, dark)


def test_screen_readers_get_descriptions(opened):
    page = opened()
    for figure in page.locator("figure [role=img]").all():
        assert len(figure.get_attribute("aria-label")) > 40
    assert page.locator("#explorer").get_attribute("aria-label")
    assert page.locator("html").get_attribute("lang") == "en"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
