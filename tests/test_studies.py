"""The studies pass; with a wrong setting, or with maps whose axes are exchanged, their comparisons fail."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree

import momentum_xor
import numpy as np
import pytest
import quickprop_parity
import quickprop_xor
import trainability

STUDIES = Path(__file__).parent.parent / "studies"
MODULES = (quickprop_xor, quickprop_parity, momentum_xor, trainability)


def changed(study, tmp_path, **replacements):
    """A study's spec with other settings, each given as `old = new`, next to the folder of its data."""
    text = (STUDIES / f"{study}.toml").read_text()
    for line, replacement in replacements.items():
        (old,) = (given for given in text.splitlines() if given.startswith(f"{line} ="))
        text = text.replace(old, f"{line} = {replacement}")
    spec = tmp_path / f"{study}.toml"
    spec.write_text(text)
    copytree(STUDIES / "data", tmp_path / "data")
    return spec


@pytest.fixture(scope="module", params=MODULES, ids=lambda study: study.__name__)
def study(request, tmp_path_factory):
    """A study, and the folder of its results, made by its script."""
    out = tmp_path_factory.mktemp(request.param.__name__)
    script = [sys.executable, STUDIES / f"{request.param.__name__}.py", "--out", out]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    return request.param, out, script, done


def test_published_results_are_reproduced(study):
    _, out, script, done = study
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "PASS"), done.stdout + done.stderr
    again = subprocess.run(script, capture_output=True, text=True, check=True)
    assert again.stdout == done.stdout
    assert len(list((out / "shards").iterdir())) >= 1


@pytest.mark.parametrize("study", [quickprop_xor], indirect=True)
def test_results_of_another_spec_are_no_failure(study):
    _, out, _, _ = study
    other = [sys.executable, STUDIES / "momentum_xor.py", "--out", out]
    done = subprocess.run(other, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "holds the results of another spec" in done.stderr


@pytest.mark.parametrize(
    ("study", "wrong"),
    [
        (quickprop_xor, {"optimizer": '{ name = "quickprop", mu = 1.75 }'}),
        (quickprop_xor, {"derivative_offset": "0.0"}),
        (quickprop_xor, {"bias_input": "1.0"}),
        (quickprop_xor, {"lr_over_fan_in": "false"}),
        (quickprop_parity, {"derivative_offset": "0.0"}),
        (quickprop_parity, {"bias_input": "1.0"}),
        (momentum_xor, {"seeds": "30", "optimizer": '{ name = "momentum", beta = 0.91 }'}),
        (momentum_xor, {"seeds": "30", "stream": '"mt19937"'}),
        (trainability, {"parametrization": '"ntk"'}),
    ],
    ids=lambda value: value.__name__ if hasattr(value, "__name__") else "+".join(value),
)
def test_with_a_wrong_setting_it_fails(study, wrong, tmp_path, capsys):
    assert study.study(changed(study.__name__, tmp_path, **wrong), tmp_path / "out") is False
    assert capsys.readouterr().out.splitlines()[-1] == "FAIL"


def test_a_map_with_its_axes_exchanged_fails():
    _, measure = trainability.reference()
    assert all(check.passed for check in trainability.compare(measure))
    assert not any(check.passed for check in trainability.compare(measure.T))


def test_another_seed_takes_another_number_of_epochs(tmp_path):
    table = momentum_xor.run(changed("momentum_xor", tmp_path, seeds="2"), tmp_path / "out").table
    assert all(check.passed for check in momentum_xor.compare(table))
    assert not all(check.passed for check in momentum_xor.compare(table.assign(seed=[1, 0])))


def test_bins_are_merged_until_each_expects_twenty():
    ours, theirs = np.array([0, 1, 30, 9, 25, 3, 40, 7]), np.array([5, 2, 40, 8, 3, 4, 36, 8])
    found = quickprop_xor.merged(ours, theirs)
    assert found.tolist() == [[31, 34, 50], [47, 11, 48]]
    assert quickprop_xor.histogram(np.array([0, 8, 9, 40, 41, 99, 100]), 9, 32, 100).tolist() == [2, 1, *[0] * 30, 1, 2, 1]
