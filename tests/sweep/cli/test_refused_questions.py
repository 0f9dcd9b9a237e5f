"""What commands that ask about results refuse: one sentence and exit code 2."""

import pytest

from helpers.commands import refused
from helpers.sweeps import two_sweeps


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return two_sweeps(tmp_path_factory.mktemp("findings"))


BAD = [
    (
        ["table", "r", "--by", "nix"],
        "backsweep: --by: there is no setting 'nix' that varies. There are: hidden, lr, cell, seed",
    ),
    (
        ["table", "r", "--of", "restarts", "--by", "lr"],
        "--by: cannot be combined with --of restarts; use it with --of summary, settings or best",
    ),
    (["compare", "r"], "give either --with DIR or --setting NAME\n"),
    (
        ["compare", "r", "--setting", "lr", "--values", "2"],
        "--values: a comparison needs two values of lr or more, and there is 1",
    ),
    (["compare", "r", "--setting", "lr", "--values", "2,5,2"], "--values: 2.0 is given twice; name different values of lr"),
    (["compare", "r", "--setting", "lr", "--best-of", "beta"], "--best-of: there is no setting 'beta' that varies"),
    (["compare", "r", "--with", "biased", "--best-of", "lr"], "--best-of: cannot be combined with --with"),
    (["seeds", "r", "--setting", "lr", "--values", "1"], "--values 1: must be two values of the setting, such as 0.1,1.0"),
    (["seeds", "r", "--setting", "lr", "--values", "2,2"], "must be two values of the setting"),
    (
        ["compare", "r", "--with", "biased", "--values", "2,5"],
        "--values: cannot be combined with --with; use it with --setting",
    ),
    (
        ["seeds", "r", "--half-width", "0.1", "--power", "0.5"],
        "--power: cannot be combined with --half-width; use it with --setting",
    ),
    (["seeds", "r", "--setting", "lr", "--values", "2,5", "--by", "x"], "--by: cannot be combined with --setting"),
    (
        ["table", "r", "--of", "best", "--by", "seed"],
        "--by: seed cannot be a setting here, because",
    ),
    (["table", "r", "--of", "best", "--resampling-seed", "-1"], "resampling-seed"),
    (["compare", "r", "--setting", "lr", "--values", "1,2"], "--values: lr has no value 1; its values are 0.5, 2.0, 5.0"),
    (
        ["compare", "r", "--setting", "beta", "--values", "1,2"],
        "--setting: there is no setting 'beta' that varies. There are: h",
    ),
    (["compare", "r", "--setting", "lr", "--values", "2,5", "--by", "lr"], "--by: cannot be combined with --setting"),
    (["compare", "r", "--with", "nix"], "nix"),
    (["seeds", "r"], "give either --half-width W or --setting NAME --values A,B"),
    (["seeds", "r", "--half-width", "0.7"], "backsweep: --half-width 0.7: must be a number above 0 and below 0.5"),
    (
        ["seeds", "r", "--setting", "lr", "--values", "2,5", "--power", "2"],
        "--power 2: must be a number above 0 and below 1",
    ),
    (["figure", "r", "pie"], "KIND pie: there is no such figure. There are: success"),
    (["figure", "r", "nope"], "outcomes, trajectories, trainability, loss, decision, weights\n"),
    (["figure", "r", "sucess"], "backsweep: KIND sucess: there is no such figure; did you mean success? There are: success"),
    (
        ["table", "r", "--where", "hidden=[2"],
        "--where: hidden = [2: a value that begins with a quote or",
    ),
    (["compare", "r", "--with", "biased", "--by", "nix"], "backsweep: --by: there is no setting 'nix' that varies in both"),
    (["replay", "r", "99999"], "backsweep: RUN 99999: there is no such run; the runs are 0 to 239"),
    (["table", "r", "--where", "=3"], "--where: there is no setting ''"),
    (["figure", "r", "success", "--out", "s.gif"], "s.gif: a figure is saved as .png, .svg, .pdf"),
    (["figure", "r", "loss"], "backsweep: --run: missing; the figure loss needs the number of a run"),
    (["figure", "r", "loss", "--run", "99999"], "backsweep: --run 99999: there is no such run; the runs are 0 to 239"),
    (["figure", "r", "loss", "--run", "1,x"], "--run 1,x: must be whole numbers, such as 1,2,7 or 0..9"),
    (["figure", "r", "loss", "--run", "4,000"], "--run 4,000: 000 begins with 0; write a number above 999 without a comma"),
    (
        ["compare", "r", "--with", "biased", "--of", "ranks"],
        "--of ranks: cannot be combined with --with; use it with --setting",
    ),
    (["compare", "r", "--setting", "lr", "--of", "ranks", "--unpaired"], "--unpaired: cannot be combined with --of ranks"),
    (["compare", "r", "--setting", "lr", "--of", "ranks"], "Friedman's test needs 3 combinations of hidden or more"),
    (["figure", "r", "loss", "--run", "0..99"], "--run: 100 were given; the figure loss shows 1 to 16"),
    (["figure", "r", "loss", "--run", "1", "--seeds", "2"], "--seeds: cannot be combined with --run"),
    (["figure", "r", "loss", "--seeds", "7000..7001"], "--seeds 7000..7001: no run has such a seed"),
    (["figure", "r", "decision"], "--run: missing; the figure decision needs the number of a run"),
    (["figure", "r", "decision", "--run", "1,2"], "--run: 2 were given; this figure shows one run"),
    (["figure", "r", "decision", "--seeds", "1"], "--seeds: cannot be combined with KIND decision; use it with loss"),
    (
        ["figure", "r", "loss", "--run", "1", "--epochs", "0"],
        "--epochs: cannot be combined with KIND loss; use it with decision, weights",
    ),
    (["figure", "r", "success", "--data", "a.csv"], "--data: the figure success trains no run again"),
    (["figure", "r", "success", "--run", "1"], "--run: cannot be combined with KIND success; use it with loss"),
    (["figure", "r", "trainability"], "measure"),
    (
        ["figure", "r", "success", "--by", "lr"],
        "--by: cannot be combined with KIND success; use it with survival, histogram, ecdf, outcomes",
    ),
    (["table", "r", "--where", "lr"], "--where lr: must be a setting and its value, such as optimizer=gd"),
    (["table", "r", "--where", "lr=3"], "--where: lr has no value 3; its values are 0.5, 2.0, 5.0"),
    (["table", "r", "--where", "beta=3"], "backsweep: --where: there is no setting 'beta' that varies. There are: hidden, lr"),
    (["seeds", "r", "--setting", "lr"], "--values: missing; give two values of the setting, such as 0.1,1.0"),
    (["table", "r/manifest.json"], "manifest.json: a file; results are in a folder"),
]


@pytest.fixture(scope="module")
def answers(here):
    """The message for each of BAD."""
    return [refused(*arguments, cwd=here) for arguments, _ in BAD]


@pytest.mark.parametrize("case", range(len(BAD)), ids=lambda case: " ".join(BAD[case][0]))
def test_bad_input_is_told_in_a_sentence(answers, case):
    assert BAD[case][1] in answers[case]
