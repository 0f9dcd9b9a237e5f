"""The explorer of the report in a real browser: linked views, and the reader's choices."""

import re

import pytest

from backsweep.results import Results
from backsweep.sweep import Sweep


@pytest.fixture(scope="module")
def without_success(spec, tmp_path_factory):
    """The report of a sweep in which no run converges."""
    train = {**spec["train"], "epochs": 20, "stop": {"loss": 1e-9}}
    return Sweep.from_dict({**spec, "seeds": 5, "train": train}).run(tmp_path_factory.mktemp("none") / "r", jobs=1).report()


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


def test_a_click_in_the_map_changes_the_views_beside_it(opened):
    page = opened()
    chosen, before = page.input_value("#explore-cell"), shapes(page)
    cells = page.locator("#explorer .mark-rect path")
    cells.nth(0).click(force=True)
    page.wait_for_function("old => document.querySelector('#explore-cell').value !== old", arg=chosen)
    assert len(before) == 4
    until(page, lambda: all(now != then for now, then in zip(shapes(page)[1:], before[1:], strict=True)))
    assert page.complaints == []


def test_a_choice_from_the_list_does_the_same(opened):
    page = opened()
    before = shapes(page)
    page.locator("#explore-cell").focus()
    page.keyboard.press("Home")
    until(page, lambda: shapes(page)[1:] != before[1:])
    assert chosen_cell(page) == "lr 0.1, hidden 2"


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


@pytest.mark.parametrize("colour", ["median epochs", "final loss"])
def test_cells_without_the_number_that_is_coloured_are_grey_and_no_others(opened, report, tmp_path, colour):
    results = Results.open(report.parent)
    lost = results.table["lr"] < 0.2
    results.table = results.table.assign(loss=results.table["loss"].mask(lost))
    share = (results.table["outcome"] == "converged").groupby([results.table[name] for name in ("lr", "hidden")]).mean()
    known = share >= 0.5 if colour == "median epochs" else share.index.get_level_values("lr") > 0.2
    page = opened(results.report(tmp_path / "lost.html"))
    page.select_option("#explore-colour", label=colour)
    page.locator("#explorer .role-legend-title", has_text=colour).wait_for()
    fills = page.eval_on_selector_all("#explorer .map_0_marks path", "cells => cells.map(cell => getComputedStyle(cell).fill)")
    grey = "rgb(138, 143, 152)"
    assert 0 < known.sum() < len(fills)
    assert [fill != grey for fill in fills] == list(known)


def test_a_cell_is_described_by_the_texts_of_its_values(opened):
    page = opened()
    cells = page.locator("#explorer .map_0_marks path")
    described = [cell.get_attribute("aria-label") for cell in cells.all()]
    names = page.locator("#explore-cell option").all_text_contents()
    assert [text.partition(";")[0] for text in described] == names
    assert len(set(names)) == 18
    cell = int(page.input_value("#explore-cell"))
    cells.nth(cell).hover(force=True)  # what takes the pointer is the frame around it
    page.wait_for_selector("#vg-tooltip-element.visible")
    rows = [row.locator("td").all_text_contents() for row in page.locator("#vg-tooltip-element tr").all()]
    assert described[cell].split("; ")[1:] == [": ".join(map(str.strip, row)) for row in rows[2:]]
    assert page.locator(f'#explorer [aria-label="{described[cell]}"]').count() == 1


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
    assert chosen_cell(page) == f"lr {float(lr):.3g}, hidden {hidden}"
    before = shapes(page)
    page.locator("#explore-cell").focus()
    page.keyboard.press("Home")
    until(page, lambda: shapes(page)[1:3] != before[1:3])
    assert page.complaints == []


def test_the_cell_that_is_shown_first_is_that_of_the_answer(opened):
    page = opened()
    hidden, lr = re.search(r"setting is hidden (\S+), lr ([\d.]+):", page.inner_text(".answer")).groups()
    assert chosen_cell(page) == f"lr {float(lr):.3g}, hidden {hidden}"
    assert f"The first is that of hidden {hidden}, lr {float(lr):.3g}, where most runs" in page.inner_text("#explore")


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
