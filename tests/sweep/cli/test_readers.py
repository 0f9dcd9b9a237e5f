"""Output whose reader goes away, as `head` does: a sweep goes on, and other commands end."""

import io
import os
import subprocess
import sys

import pytest

from backsweep.columns import RECORDED
from backsweep.sweep.output import outlast_readers, say
from helpers.commands import BACKSWEEP, PATIENCE, SPEC, complaint, must


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readers")
    (folder / "small.toml").write_text(SPEC)
    must("run", "small.toml", cwd=folder)
    return folder


@pytest.mark.posix
@pytest.mark.parametrize("more", ["--log bar", "--log json", "2>&1"])
def test_a_sweep_outlasts_whoever_reads_its_output(here, tmp_path, more):
    command = " ".join([f"'{part}'" for part in BACKSWEEP])
    sweep = f"({command} run {here}/small.toml --out r {more}; echo $? > code)"
    script = f"{sweep} | head -1; while [ ! -s code ]; do sleep 0.1; done"
    done = subprocess.run(script, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert len(done.stdout.splitlines()) == 1
    assert (tmp_path / "code").read_text() == "0\n"
    assert must("status", "r", cwd=tmp_path).splitlines()[1] == "Finished"
    if more != "2>&1":
        message = "backsweep: nobody reads the output any more, so the rest of it is lost; the sweep needs no reader\n"
        assert complaint(done) in ("", message)  # the pipe may hold all of it before head ends


def test_output_that_nobody_reads_goes_nowhere(monkeypatch):
    read, write = os.pipe()
    os.close(read)
    output = io.StringIO()
    with os.fdopen(write, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        monkeypatch.setattr(sys, "stderr", output)
        outlast_readers("nobody reads")
        for _ in range(3):
            say("x" * 100_000)
            sys.stdout.flush()
    assert output.getvalue() == "backsweep: nobody reads\n"


def test_a_closed_pipe_is_not_an_error(here):
    command = " ".join([f"'{part}'" for part in BACKSWEEP])
    done = subprocess.run(
        f"{command} replay runs/small 19 --format csv | head -1",
        shell=True,
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"epoch,{','.join(RECORDED)}\n"
    assert done.stderr == ""
