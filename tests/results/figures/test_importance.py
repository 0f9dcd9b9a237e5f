"""Bars of importance: they show the computed shares, and the text names what is unknown."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from backsweep.errors import BacksweepError
from backsweep.results.analysis.what_matters import what_matters
from backsweep.results.figures import save
from backsweep.results.figures.importance import MOST_FACTORS, draw_importance, importance_picture

FOUND = pd.DataFrame(
    [
        ("success", "hidden", 0.1, 0.05, 0.2),
        ("success", "lr", 0.6, 0.5, 0.65),
        ("success", "seed", 0.02, 0.0, 0.04),
        ("log epochs", "hidden", np.nan, np.nan, np.nan),
        ("log epochs", "lr", 0.3, 0.2, 0.4),
        ("log epochs", "seed", 0.5, 0.4, 0.6),
    ],
    columns=["response", "factor", "share", "share_low", "share_high"],
).assign(method="variance")


def drawn(found):
    axes = draw_importance(importance_picture(found), Figure().add_subplot())
    axes.figure.canvas.draw()
    return axes


def test_factors_stand_by_the_larger_of_their_shares():
    assert importance_picture(FOUND).factors == ["lr", "seed", "hidden"]
    assert [label.get_text() for label in drawn(FOUND).get_yticklabels()] == ["lr", "seed", "hidden"]


def test_bars_and_intervals_are_those_that_were_found():
    axes = drawn(FOUND)
    lengths = [[bar.get_width() for bar in bars] for bars in axes.containers if hasattr(bars, "patches")]
    assert lengths == [[0.6, 0.02, 0.1], [0.3, 0.5]]
    ends = [[segment[:, 0].tolist() for segment in lines.get_segments()] for lines in axes.collections]
    np.testing.assert_allclose(ends[0], [[0.5, 0.65], [0.0, 0.04], [0.05, 0.2]])
    np.testing.assert_allclose(ends[1], [[0.2, 0.4], [0.4, 0.6]])


def test_each_interval_stands_on_its_bar_and_the_two_responses_beside_each_other():
    axes = drawn(FOUND)
    bars = [bar for bars in axes.containers if hasattr(bars, "patches") for bar in bars]
    middles = [bar.get_y() + bar.get_height() / 2 for bar in bars]
    np.testing.assert_allclose([segment[0, 1] for lines in axes.collections for segment in lines.get_segments()], middles)
    ends = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in bars)
    assert all(high <= low for (_, high), (low, _) in pairwise(ends))
    assert len({bar.get_hatch() for bar in bars}) == 2


def test_what_is_not_known_is_said_and_not_drawn():
    assert [text.get_text() for text in drawn(FOUND).texts] == ["not known"]
    assert "how soon (log epochs): lr 30.0 %, seed 50.0 %, not known for hidden." in importance_picture(FOUND).alt_text
    with pytest.raises(BacksweepError, match="no share"):
        importance_picture(FOUND.assign(share=np.nan))


def test_names_of_factors_stay_text(tmp_path):
    names = {"lr": "$x$", "hidden": "_a", "seed": "<script>"}
    path = save(drawn(FOUND.assign(factor=FOUND["factor"].map(names))), tmp_path / "a.svg")
    shown = [text.strip() for element in ET.parse(path).iter() for text in element.itertext()]
    assert set(names.values()) <= set(shown)


def test_of_many_factors_those_that_explain_most():
    share = np.linspace(0, 0.3, 30)
    many = pd.DataFrame({"response": "success", "factor": [f"f{k}" for k in range(30)], "share": share, "method": "variance"})
    picture = importance_picture(many.assign(share_low=share, share_high=share))
    assert picture.factors == [f"f{k}" for k in range(29, 29 - MOST_FACTORS, -1)]
    assert "20 more explain less" in picture.caption
    eleven = many.assign(share_low=share, share_high=share).head(MOST_FACTORS + 1)
    assert "1 more explains less" in importance_picture(eleven).caption


def test_what_matters_in_a_sweep_is_drawn():
    rng = np.random.default_rng(0)
    hidden, lr, seed = (column.ravel() for column in np.meshgrid([2, 3], [0.1, 0.2, 0.4], np.arange(30), indexing="ij"))
    table = pd.DataFrame({"run": np.arange(180), "cell": np.arange(180) // 30, "seed": seed, "hidden": hidden, "lr": lr})
    epochs = np.ceil(rng.lognormal(3, 0.3, 180) / lr).astype(int)
    table = table.assign(outcome=np.where(epochs < 150, "converged", "capped"), epochs=np.minimum(epochs, 150), loss=0.1)
    found = what_matters(table, rng=rng, resamples=100)
    picture = importance_picture(found)
    assert picture.factors[0] == "lr"
    shares = found.set_index(["response", "factor"])["share"]
    for response, bars in zip(picture.responses, drawn(found).containers[::2], strict=True):
        assert [bar.get_width() for bar in bars] == [shares[response, factor] for factor in picture.factors]
    assert "bootstrap over seeds" in picture.caption
