"""What is said below comparisons and choices, so that nobody takes them for more than they are."""

import io
import re

import pandas as pd
import pytest

from backsweep.results import Results
from backsweep.sweep import Sweep
from helpers.commands import here as answered
from helpers.commands import must, refused, tabled
from helpers.tables import EXACT

TRAIN = {
    "optimizer": {"values": ["gd", {"name": "momentum", "lr": {"values": [0.5, 1.0, 2.0]}}, "rprop"]},
    "lr": {"values": [0.5, 2.0]},
    "epochs": 400,
    "stop": {"loss": 0.2},
}
MODEL = {"hidden": {"values": [3, 4, 5]}, "bias": True}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparisons")
    Sweep(task="xor", seeds=20, model=MODEL, train=TRAIN).run(folder / "r", jobs=1)
    return folder


def chosen_rates(lines):
    return {line.split()[0]: line.split()[2] for line in lines if line.split()[0] in ("gd", "momentum", "rprop")}


def test_a_chosen_rate_at_the_end_of_its_axis_is_named(here):
    lines = must("table", "r", "--of", "best", "--by", "optimizer", cwd=here).splitlines()
    for lr, end in (("0.5", "lowest"), ("2", "highest")):
        (sentence,) = [line for line in lines if line.startswith(f"The chosen lr is the {end} that was tried for ")]
        there = [name for name, rate in chosen_rates(lines).items() if rate == lr]
        assert sentence == (
            f"The chosen lr is the {end} that was tried for {'; '.join(f'optimizer {name}' for name in there)}. "
            "Better ones may lie beyond it."
        )


def csv(text):
    return pd.read_csv(io.StringIO(text), **EXACT)


def test_ranks_have_every_format_and_their_sentences(here):
    asked = ["compare", "r", "--setting", "optimizer", "--best-of", "lr", "--of", "ranks"]
    theirs = Results.open(here / "r").ranks("optimizer", best_of="lr")
    pd.testing.assert_frame_equal(csv(tabled(*asked, "--format", "csv", cwd=here)), theirs, check_dtype=False)
    head, *rows = must(*asked, cwd=here).splitlines()
    assert head.split() == ["value", "mean", "rank"]
    assert [row.split() for row in rows[:3]] == [[of.value, f"{of.mean_rank:.2f}"] for of in theirs.itertuples()]
    assert must("compare", "r", "--setting", "optimizer", "--best-of", "lr", cwd=here).endswith("\n".join(rows[3:]) + "\n")


def test_p_is_of_convergence_and_speed_has_its_own_sentence(here):
    """As the table has it: a side is said to need fewer epochs where the interval leaves out 0, and nowhere else."""
    asked = ["compare", "r", "--setting", "optimizer", "--where", "lr=2", "--where", "hidden=4"]
    found = csv(tabled(*asked, "--format", "csv", cwd=here)).set_index(["first", "second"])
    text = must(*asked, cwd=here)
    assert "p is of McNemar's test: whether both sides converge equally often. It says nothing of how soon." in text
    assert "Holm's method raises it for the 3 rows as one family." in text
    low, high = found["running_time_difference_low"], found["running_time_difference_high"]
    for (first, second), fewer, more in zip(found.index, high < 0, low > 0, strict=True):
        for word, is_so in (("fewer", fewer), ("more", more)):
            said = re.search(rf"optimizer {second} needs [\d,]+ {word} \([\d,]+ – [\d,∞]+\) than optimizer {first}", text)
            assert (said is not None) == is_so
    assert (text.count("holds 0, so it is open which side needs fewer") == 1) == bool(((low <= 0) & (high >= 0)).any())
    unpaired = must(*asked, "--unpaired", cwd=here)
    assert "p is of the log-rank test: whether the runs of both sides converge equally often and soon." in unpaired


def test_the_numbers_of_seeds_say_what_they_are_for(here):
    two = ["seeds", "r", "--setting", "hidden", "--values", "3,4", "--where", "optimizer=gd"]
    told = must(*two, "--power", "0.9", cwd=here)
    assert "McNemar's test at the level of 5 % finds the difference with a probability of 90.0 %" in told
    assert "probability of 80.0 %" in must(*two, cwd=here)
    share = must("seeds", "r", "--half-width", "0.05", cwd=here)
    assert "the 95 % interval of the share that converges reaches at most 0.05 to each side" in share


def test_sweeps_of_unlike_settings_are_told_what_would_make_them_alike(here):
    """The other sweep varies what this one does not; one value of it, chosen in the same command, makes pairs."""
    moons = {"name": "moons", "samples": 20, "noise": {"values": [0.1, 0.2]}}
    Sweep(task=moons, seeds=20, model=MODEL, train={"epochs": 5, "stop": {"loss": 0.1}}).run(here / "m", jobs=1)
    chosen = ["compare", "r", "--with", "m", "--where", "optimizer=gd", "--where", "lr=0.5"]
    assert refused(*chosen, cwd=here) == (
        "backsweep: noise varies in the second alone, where several runs have the same hidden, seed; "
        "choose one value of noise with --where\n"
    )
    assert len(csv(tabled(*chosen, "--where", "noise=0.1", "--format", "csv", cwd=here))) == 3
    assert "--where: there is no setting 'nix' that varies" in refused(*chosen, "--where", "nix=1", cwd=here)
    assert "--by: runs of the first table share hidden, seed; what else varies is optimizer, lr" in refused(
        "compare", "r", "--with", "r", "--by", "hidden", cwd=here
    )


def test_what_is_pooled_is_said(here):
    assert "Pooled over" not in must("compare", "r", "--with", "r", cwd=here)
    pooled = must("compare", "r", "--with", "r", "--unpaired", "--by", "hidden", cwd=here)
    assert pooled.count("Pooled over optimizer, lr; the pooled runs count as replicates of one setting.") == 1


def test_where_nothing_converged_nothing_is_said_of_p(tmp_path):
    optimizer = {"values": ["gd", "rprop", "adam"]}
    train = {"optimizer": optimizer, "lr": {"values": [0.01, 0.02, 0.03]}, "epochs": 3, "stop": {"loss": 1e-9}}
    Sweep(task="xor", seeds=4, train=train).run(tmp_path / "r", jobs=1)
    for more in ([], ["--unpaired"]):
        lines = must("compare", "r", "--setting", "optimizer", *more, cwd=tmp_path).splitlines()
        assert lines[1 + 9 :] == ["No run that is compared converged, so nothing here tells the sides apart."]


@pytest.mark.parametrize("form", ["csv", "json", "markdown", "latex"])
@pytest.mark.parametrize(
    "asked",
    [
        ["table", "r", "--of", "best", "--by", "optimizer"],
        ["compare", "r", "--setting", "optimizer", "--best-of", "lr"],
        ["compare", "r", "--setting", "optimizer", "--best-of", "lr", "--of", "ranks"],
        ["compare", "r", "--with", "r", "--unpaired", "--by", "hidden"],
        ["seeds", "r", "--half-width", "0.1", "--by", "hidden"],
    ],
)
def test_every_format_has_the_notes_of_the_text(here, asked, form):
    code, printed, message = answered(*asked, "--format", form, cwd=here)
    notes = [line.removeprefix("backsweep: ") for line in message.splitlines()]
    assert code == 0
    assert notes
    assert must(*asked, cwd=here).splitlines()[-len(notes) :] == notes
    assert "Pooled" in message or "McNemar" in message or "highest that was tried" in message
    comments = [line for line in printed.splitlines() if line.startswith("%")]
    assert comments == ([f"% {note}" for note in notes] if form == "latex" else [])
