"""Choices at an end of what was tried: numbers alone have ends, and each word of another setting has its own."""

import numpy as np
import pandas as pd

from backsweep.results.analysis.ends import AtAnEnd, chosen_at_an_end, ends_of

TRIED = pd.DataFrame(
    [
        {"optimizer": name, "lr": lr, "hidden": hidden, "beta": beta, "bias": bias}
        for name, lrs, betas in [("gd", (1.0, 10.0, 100.0), (np.nan,)), ("adam", (0.1, 1.0), (0.0, 0.5, 0.9))]
        for lr in lrs
        for beta in betas
        for hidden in (2, 4)
        for bias in (False, True)
    ]
)
NAMES = ["lr", "hidden", "beta", "bias"]


def ends(names=NAMES, **row):
    return ends_of(TRIED, pd.Series({"bias": True, "beta": np.nan, **row}), names)


def test_each_optimizer_has_the_ends_of_its_own_rates():
    assert ends(["lr"], optimizer="gd", lr=1.0, hidden=2) == {"lr": "lowest"}
    assert ends(["lr"], optimizer="adam", lr=1.0, hidden=2) == {"lr": "highest"}
    assert ends(["lr"], optimizer="gd", lr=10.0, hidden=2) == {}


def test_two_values_have_two_ends_and_switches_words_and_zero_have_none():
    assert ends(optimizer="gd", lr=10.0, hidden=2) == {"hidden": "lowest"}
    assert ends(optimizer="adam", lr=0.1, hidden=4, beta=0.0) == {"lr": "lowest", "hidden": "highest"}
    assert ends(optimizer="adam", lr=0.1, hidden=4, beta=0.9, names=["beta"]) == {"beta": "highest"}


def test_what_has_one_value_has_no_ends():
    assert ends_of(TRIED[TRIED["lr"] == 1.0], TRIED[TRIED["lr"] == 1.0].iloc[0], ["lr"]) == {}


def test_choices_at_the_same_end_are_named_together():
    chosen = pd.DataFrame({"optimizer": ["gd", "adam", "gd"], "hidden": [2, 2, 4], "lr": [100.0, 1.0, 1.0]})
    tried = TRIED[["optimizer", "lr", "hidden"]].drop_duplicates()
    assert chosen_at_an_end(tried, chosen, ["lr"]) == [
        AtAnEnd("lr", "highest", ["optimizer gd, hidden 2", "optimizer adam, hidden 2"]),
        AtAnEnd("lr", "lowest", ["optimizer gd, hidden 4"]),
    ]
    assert chosen_at_an_end(tried, chosen[:1], ["optimizer", "lr", "hidden"])[0].labels == ["optimizer gd"]
