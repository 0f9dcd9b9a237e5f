"""What commands refuse, and what the system refuses them: one message and an exit code, never a traceback."""

import subprocess
import sys

import pytest

from helpers.commands import SPEC, backsweep, must, refused
from helpers.sweeps import a_sweep_and_another_spec


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return a_sweep_and_another_spec(tmp_path_factory.mktemp("cli"))


BAD = [
    (["run", "none.toml"], "none.toml: no such file"),
    (["run", "text.txt"], "text.txt: not TOML"),
    (["run", "other.toml", "--out", "runs/small"], "train.epochs: 2000 there, 3000 here"),
    (["run", "small.toml", "--out", "text.txt"], "text.txt: a file is in the place"),
    (["run", "small.toml", "--out", "."], "not empty, and not a folder of results"),
    (["run", "small.toml", "--jobs", "0"], "--jobs"),
    (
        ["run", "small.toml", "--backend", "thread"],
        "backsweep: --backend thread: there is no such name; did you mean threads? There are: threads, processes, dask, ray",
    ),
    (
        ["run", "small.toml", "--log", "jso"],
        "backsweep: --log jso: there is no such name; did you mean json? There are: bar, json",
    ),
    (
        ["table", "runs/small", "--of", "bst"],
        "--of bst: there is no such name; did you mean best? There are: summary, settings",
    ),
    (["report", "runs/small", "--format", "pdf"], "--format pdf: there is no such name. There are: html, markdown"),
    (["status", "runs/small", "--format", "xml"], "--format xml: there is no such name. There are: text, json"),
    (["run", "small.toml", "--out", "/proc/nowhere"], "/proc/nowhere"),
    (["resume", "nowhere"], "nowhere: no results here"),
    (["table", "."], "no results here"),
    (
        ["table", "runs/small", "--by", "lrr"],
        "--by: there is no setting 'lrr' that varies; did you mean lr? There are: hidden, lr",
    ),
    (["table", "runs/small", "--format", "xml"], "--format xml: there is no such name. There are: text, csv, markdown, latex"),
    (["replay", "runs/small", "20"], "RUN 20: there is no such run; the runs are 0 to 19"),
    (["replay", "runs/small", "--", "-1"], "RUN -1: there is no such run"),
    (["replay", "runs/small", "-1"], "backsweep: RUN -1: there is no such run; the runs are 0 to 19"),
    (["replay", "runs/small", "-2.5", "--format", "csv"], "backsweep: RUN -2.5: there is no such run; the runs are 0 to 19"),
    (["replay", "runs/small", "1e3"], "backsweep: RUN 1e3: there is no such run"),
    (["run", "small.toml", "--backend", ""], "backsweep: --backend '': there is no such name"),
    (["replay", "runs/small", "3", "--foo"], "No such option: --foo"),
    (["replay", "runs/small", "first"], "RUN"),
    (["report", "nowhere"], "nowhere: no results here"),
    (["verify", "runs/small", "--sample", "0"], "--sample"),
    (["sweep"], "No such command"),
]


@pytest.fixture(scope="module")
def answers(here):
    """The message for each of BAD; none of them changes a file."""
    before = (here / "runs" / "small" / "manifest.json").read_bytes()
    messages = [refused(*arguments, cwd=here) for arguments, _ in BAD]
    assert (here / "runs" / "small" / "manifest.json").read_bytes() == before
    return messages


@pytest.mark.parametrize("case", range(len(BAD)), ids=lambda case: " ".join(BAD[case][0]))
def test_bad_input_is_one_message_and_exit_code_2(answers, case):
    assert BAD[case][1] in answers[case]


def test_a_spec_with_a_mistake_is_named_with_file_key_and_value(here):
    (here / "wrong.toml").write_text(SPEC.replace("epochs = 2000", "epochs = -1\nlrr = 3"))
    message = refused("run", "wrong.toml", cwd=here)
    assert "wrong.toml: train.epochs = -1: must be a whole number from 1 to 2147483646" in message
    assert "wrong.toml: train.lrr: unknown key; did you mean lr?" in message
    assert not (here / "runs" / "wrong").exists()


@pytest.mark.posix
def test_a_full_disk_is_named_and_nothing_is_lost(here):
    """A limit on file sizes stands in for the full disk: the shards of 20 runs fit, those of 40,000 do not."""
    (here / "wide.toml").write_text(SPEC.replace("seeds = 5", "seeds = 20000").replace("2000\n", "20\n"))
    spec = ["run", "wide.toml", "--out", "full", "--jobs", "1"]

    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    done = backsweep(*spec, cwd=here, preexec_fn=limit)
    assert done.returncode == 2
    assert "File too large. Everything written so far is intact" in done.stderr
    assert not list((here / "full").rglob("*.partial"))
    assert "80,000 of 80,000 runs" in must(*spec, cwd=here)
    assert "every bit is the same" in must("verify", "full", cwd=here)


@pytest.mark.posix
def test_a_folder_without_write_permission_is_named(public_path):
    """As a user without permission: root, who may write anywhere, becomes nobody first."""
    spec, closed = public_path / "small.toml", public_path / "closed"
    spec.write_text(SPEC)
    closed.mkdir()
    closed.chmod(0o555)
    code = f"""
import contextlib, os, sys
from backsweep.sweep.cli.main import main

def run(out):
    sys.argv = ["backsweep", "run", {str(spec)!r}, "--out", out]
    main()

with contextlib.suppress(SystemExit):
    run({str(public_path / "first")!r})  # so that all modules are loaded: nobody may not read them
if os.geteuid() == 0:
    os.seteuid(65534)
run({str(closed / "r")!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Permission denied" in done.stderr
    assert done.returncode == 2
    assert list(closed.iterdir()) == []
