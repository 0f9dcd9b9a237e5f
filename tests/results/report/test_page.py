"""The report in a real browser: sortable and filterable tables, no network, any width, light and dark, on paper."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest


def test_it_requests_nothing_and_logs_no_errors(opened, report):
    page = opened()
    assert page.requests == [report.as_uri()]
    assert page.complaints == []
    assert page.title() == "<script>alert(1)</script>: a sweep by backsweep"
    assert page.inner_text("h1") == "<script>alert(1)</script>"


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
