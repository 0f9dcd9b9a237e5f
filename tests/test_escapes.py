"""Everything that shows names escapes characters that control a terminal or are invisible; characters that an output lacks
never become question marks.
"""

import io
import json
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.errors import BacksweepError
from backsweep.escapes import FITTING, STAND_INS, fitting, visible, visible_lines
from backsweep.results.analysis.tables import level_texts
from backsweep.results.reprs import html_of, text_of
from backsweep.results.text.formats import as_csv, as_json, as_latex, as_markdown
from backsweep.sweep.cli.tables import TableFormat, print_table
from helpers.tables import EXACT, rendered

# ESC ] sets a terminal's title, \x9b is ESC [ in one character; then marks of direction, zero-width characters, separators,
# private use.
STEERING = "a\x1b]0;owned\x07\x9b2J\x7f\x00\x85\u202e\u2066\u200b\u2060\ufeff\u00ad\u2028\u2029\ue000\U000e0041\u3164\ufe0fz"
SEEN = r"a\x1b]0;owned\x07\x9b2J\x7f\x00\x85\u202e\u2066\u200b\u2060\ufeff\xad\u2028\u2029\ue000\U000e0041\u3164\ufe0fz"


def is_seen(text):
    """Whether a character is visible, by its Unicode category: no control, format, surrogate, private-use or unassigned
    character, and no separator except the space.
    """
    return not any(
        unicodedata.category(sign)[0] == "C" or (unicodedata.category(sign)[0] == "Z" and sign != " ") for sign in text
    )


def test_every_sign_that_is_not_seen_is_written_out():
    assert visible(STEERING) == SEEN
    assert visible("half a pair \udc1b") == r"half a pair \udc1b"  # of which Arrow, and so pandas, makes no column
    assert visible("a\nb\r\tc") == r"a\nb\r\tc"
    assert visible_lines("a\nb\r") == "a\nb\\r"
    assert visible("Größe ∞ – 日本 ½ ✓") == "Größe ∞ – 日本 ½ ✓"


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_visible_and_fits(text):
    assert is_seen(visible(text))
    assert is_seen(visible_lines(text).replace("\n", ""))
    for encoding in ("ascii", "latin-1", "cp1252", "utf-8"):
        visible(text).encode(encoding, FITTING)


def test_an_output_with_few_characters_gets_words_for_ours():
    text = "∞ – −3 ± 1 × 2 ≤ ≥ µ …"
    assert fitting(text, "ascii") == "inf - -3 +/- 1 x 2 <= >= u ..."
    assert fitting(text, "cp1252") == "inf – -3 ± 1 × 2 <= >= µ …"
    assert fitting(text, "latin-1") == "inf - -3 ± 1 × 2 <= >= µ ..."
    assert fitting(text, "utf-8") == text
    assert fitting("Größe ½ 日", "ascii") == r"Gr\xf6\xdfe \xbd \u65e5"
    assert "?" not in "".join(STAND_INS.values())


def test_columns_stay_aligned_when_characters_become_words(capsys, monkeypatch):
    """On an ASCII stream, as with PYTHONIOENCODING=ascii."""
    made = pd.DataFrame({"median": ["∞", "12"], "lr": ["0.5", "–"]})
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=FITTING)
    monkeypatch.setattr("sys.stdout", stream)
    print_table(made, lambda: made, TableFormat.text)
    stream.flush()
    assert stream.buffer.getvalue().decode("ascii").splitlines() == ["median   lr", "   inf  0.5", "    12    -"]


def formats_of(made):
    return {"csv": as_csv(made), "json": as_json(made), "markdown": as_markdown(made), "latex": as_latex(made)}


@pytest.mark.parametrize("form", TableFormat)
def test_no_format_lets_them_through(form, capsys):
    made = pd.DataFrame({"name": [STEERING], STEERING: pd.Categorical([STEERING])})
    print_table(made, lambda: made, form)
    printed = capsys.readouterr().out
    assert is_seen(printed.replace("\n", ""))
    if form is TableFormat.json:
        assert json.loads(printed) == [{"name": STEERING, STEERING: STEERING}]
    if form is TableFormat.csv:
        assert pd.read_csv(io.StringIO(printed), **EXACT).to_numpy().tolist() == [[SEEN, SEEN]]
    if form is TableFormat.markdown:
        assert rendered(printed).rows == [["name", SEEN], [SEEN, SEEN]]


def test_an_error_and_what_objects_show_of_themselves():
    assert str(BacksweepError(f"no {STEERING}\nline", "and\rmore")) == f"no {SEEN}\\nline\nand\\rmore"
    assert text_of(STEERING, [STEERING]) == f"<{SEEN}>\n{SEEN}"
    shown = html_of(STEERING, [STEERING], pd.DataFrame({STEERING: [STEERING]}))
    assert is_seen(shown)
    assert shown.count(SEEN) == 4
    assert level_texts([STEERING, "b"]) == [SEEN, "b"]
