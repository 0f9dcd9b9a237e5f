"""Tables in each format, read back by other programs: pandas, json, a Markdown renderer, and LaTeX's characters by their
meaning.
"""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.results.text.alignment import aligned
from backsweep.results.text.formats import as_csv, as_json, as_latex, as_markdown
from backsweep.sweep.cli.tables import TableFormat, print_table
from helpers.tables import EXACT, rendered

SIGNS = "|\\$_%&#{}~^<>*[]`!\"'-+=:;,./@()?\n\r ab1ü∞"
NASTY = ["a|b", "\\", "\\|", "$x$", "_a_", "50%", "&lt;", "#1", "{}", "~~a~~", "x^2", "<script>alert(1)</script>", "a\nb", "**"]
NASTY += [
    "[a](b)",
    "[16, 16]",
    "`a`",
    "a\\",
    "<!--",
    "\\textbf{a}",
    "*",
    "a,b",
    'a"b',
    "a\r\nb",
    "=1+1",
    ":smile:",
    "--help",
    "a---b",
    "``a''",
    "a\rb",
    "\r",
    "![](x)",
    "&amp;",
    "constructor",
    "__proto__",
    "[red]a[/red]",
]
CELLS = st.text(SIGNS, min_size=1, max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_subnormal=True)
PLAIN_TEX = {
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textasciigrave": "`",
    "textquotesingle": "'",
}
TOKENS = re.compile(r"\\symbol\{(\d+)\}|\\([a-z]+)\{\}|\\([%_&#${}])|\$(\\infty)\$|\{([\[*])\}|(\{\})|(--+|,,|.)")


def table(names, *rows):
    return pd.DataFrame(list(rows), columns=names, dtype=object)


def typeset(text):
    """The rows of a tabular as LaTeX would set them, with its commands replaced by the characters they print."""
    begin, top, head, middle, *lines, bottom, end = text.splitlines()
    assert re.fullmatch(r"\\begin\{tabular\}\{[lr]+\}", begin)
    assert (top, middle, bottom, end) == (r"\toprule", r"\midrule", r"\bottomrule", r"\end{tabular}")
    rows = [line.removesuffix(r" \\") for line in (head, *lines)]
    return [[_set(re.sub(r"\\phantom\{.*\}$", "", cell.strip(" "))) for cell in re.split(r"(?<!\\) & ", row)] for row in rows]


def _set(cell):
    stack = re.fullmatch(r"\\shortstack\[r\]\{(.*)\}", cell)
    lines = stack[1].split(r" \\ ") if stack else [cell]
    return "\n".join(TOKENS.sub(_meaning, line) for line in lines)


def _lines(cell):
    """A cell with line breaks as LaTeX sets them: a break with nothing after it disappears."""
    lines = re.split("\r\n|\r|\n", cell)
    return "\n".join(lines) if len(lines) > 1 and lines[-1] else lines[0]


def _meaning(found):
    code, macro, sign, infinity, braced, nothing, plain = found.groups()
    assert plain is None or plain not in "\\$%&#_{}~^<>|`'\"", found.string
    ligatures = {"--": "–", "---": "—", ",,": "„"}
    return (
        chr(int(code))
        if code
        else PLAIN_TEX[macro]
        if macro
        else "∞"
        if infinity
        else ""
        if nothing
        else sign or braced or ligatures.get(plain, plain)
    )


@pytest.mark.parametrize("nasty", NASTY)
def test_names_and_values_with_special_signs_survive(nasty, capsys):
    made = table([nasty, "n"], [nasty, "1"], ["x", nasty])
    texts = [[nasty, "n"], [nasty, "1"], ["x", nasty]]
    assert rendered(as_markdown(made)).rows == texts
    assert typeset(as_latex(made)) == [[_lines(cell) for cell in row] for row in texts]
    assert json.loads(as_json(made)) == [{nasty: nasty, "n": "1"}, {nasty: "x", "n": nasty}]
    back = pd.read_csv(io.StringIO(as_csv(made), newline=""), dtype=str, header=None, keep_default_na=False)
    assert back.to_numpy().tolist() == texts
    print_table(made, lambda: made, TableFormat.text)
    printed = capsys.readouterr().out
    assert all(printed.count(line) >= 3 for line in nasty.split())
    assert printed.count("\n") == 3


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=3))
def test_no_content_escapes_its_cell(rows):
    made = table(["a", "b"], *rows)
    shown = rendered(as_markdown(made))
    assert shown.rows[1:] == [[cell.strip(" ") for cell in row] for row in rows]
    assert shown.tags == {"table", "thead", "tbody", "tr", "th", "td"}
    assert json.loads(as_json(made)) == [dict(zip("ab", row, strict=True)) for row in rows]
    back = pd.read_csv(io.StringIO(as_csv(made), newline=""), dtype=str, keep_default_na=False)
    assert back.to_numpy().tolist() == rows


@given(st.lists(st.text(SIGNS.replace("\n", "").replace("\r", ""), min_size=1), min_size=1, max_size=3))
def test_latex_sets_what_stands_in_a_cell(cells):
    cells = [cell.strip() or "x" for cell in cells]
    assert typeset(as_latex(table(list(map(str, range(len(cells)))), cells)))[1] == cells


def test_columns_of_latex_stand_under_each_other_and_numbers_on_their_points():
    made = table(
        ["optimizer", "lr", "converged", "epochs 95 %"],
        ["gd", "0.1", "100.0 %", "9 – 12"],
        ["adam", "10", "9.5 %", "1,024 – ∞"],
    )
    assert as_latex(made).splitlines() == [
        r"\begin{tabular}{lrrr}",
        r"\toprule",
        r"optimizer &             lr & converged &      epochs 95 \% \\",
        r"\midrule",
        r"gd        &            0.1 &  100.0 \% &           9 -- 12 \\",
        r"adam      & 10\phantom{.1} &    9.5 \% & 1,024 -- $\infty$ \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


@pytest.mark.parametrize(
    ("texts", "numbers", "missing"),
    [
        (["0.01", "10", "2.512", "–"], True, ["2", ".512", "", ""]),
        (["100.0 %", "0.5 %", "?"], True, ["", "", ""]),
        (["0.69", "1.2e-05", "∞"], True, ["-05", "", ".2e-05"]),
        (["1 – 2", "0.5 – ∞"], True, ["", ""]),
        (["gd", "10"], False, ["", ""]),
        (["True", "False"], False, ["", ""]),
        (["8-4", "2"], False, ["", ""]),
        (["?", "–"], False, ["", ""]),
        ([], False, []),
    ],
)
def test_numbers_end_where_the_longest_of_their_column_does(texts, numbers, missing):
    found = aligned(texts)
    assert found.numbers == numbers
    assert found.missing == missing


def test_a_star_or_bracket_at_the_start_of_a_row_is_no_option_of_the_row_before():
    lines = as_latex(table(["a"], ["[16]"], ["[16]"], ["*"])).splitlines()
    assert not any(line.startswith(("[", "*")) for line in lines)


@given(st.lists(NUMBERS, min_size=1))
def test_numbers_come_back_from_csv_and_json_bit_for_bit(numbers):
    made = pd.DataFrame({"loss": numbers})
    back = pd.read_csv(io.StringIO(as_csv(made)), dtype=float, **EXACT)["loss"]
    bits = np.array(numbers).view(np.int64).tolist()
    assert back.to_numpy().view(np.int64).tolist() == bits
    finite = [number if np.isfinite(number) else None for number in numbers]
    assert [row["loss"] for row in json.loads(as_json(made))] == finite


def test_json_knows_neither_infinity_nor_nan():
    made = pd.DataFrame({"x": [np.nan, np.inf, -np.inf, 0.5], "run": [1, 2, 3, 4], "name": ["a", None, "b", "c"]})

    def refuse(constant):
        raise AssertionError(constant)

    rows = json.loads(as_json(made), parse_constant=refuse)
    assert [row["x"] for row in rows] == [None, None, None, 0.5]
    assert [row["name"] for row in rows] == ["a", None, "b", "c"]
    assert rows[0]["run"] == 1


def test_a_table_without_rows_has_its_head_in_every_format():
    empty = table(["a", "b"])
    assert as_csv(empty) == "a,b\n"
    assert as_json(empty) == "[]\n"
    assert rendered(as_markdown(empty)).rows == [["a", "b"]]
    assert typeset(as_latex(empty)) == [["a", "b"]]


def test_no_text_is_cut_off(capsys):
    made = table(["a", "b"], ["x" * 3000, "y"])
    print_table(made, lambda: made, TableFormat.text)
    assert capsys.readouterr().out.splitlines()[1] == f"{'x' * 3000}  y"
