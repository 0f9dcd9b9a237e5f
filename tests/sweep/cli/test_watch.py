"""The commands that show a sweep in a browser: what they print and serve, what they leave, and how they end."""

import json
import os
import re
import signal
import socket
import urllib.request

import pytest

from helpers.commands import LONG, PATIENCE, SPEC, begun, must, refused
from helpers.commands import here as in_process


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    (folder / "small.toml").write_text(SPEC)
    (folder / "long.toml").write_text(LONG)
    must("run", "small.toml", cwd=folder)
    return folder


def address_in(lines):
    """The address of the page, from the lines of a command."""
    for line in lines:
        found = re.search(r"To watch it: (http://127\.0\.0\.1:\d+/[\w-]+/watch\.html)$", line.rstrip())
        if found:
            return found[1]
    raise AssertionError("no address")


def values_at(address):
    with urllib.request.urlopen(address.replace("watch.html", "watch.json"), timeout=PATIENCE) as answer:
        return json.load(answer)


def test_a_finished_sweep_is_not_waited_for(here):
    line = must("watch", "runs/small", cwd=here)
    assert re.fullmatch(r"small: 20 of 20 runs done: .*converged.*\. For the whole report: backsweep report runs/small\n", line)


def test_a_watched_sweep_leaves_its_page_and_values(here):
    out = must("run", "small.toml", "--out", "kept", "--watch", cwd=here)
    assert address_in(out.splitlines())
    values = json.loads((here / "kept" / "watch.json").read_text())
    assert (values["state"], values["runs"], values["done"], values["counted"]) == ("ended", 20, 20, 20)
    assert sum(values["outcomes"].values()) == 20
    (found,) = values["maps"]
    assert sorted([found["across"], found["down"]]) == ["hidden", "lr"]
    assert found["cells"]["runs"] == [5] * 4
    assert str(here) not in (here / "kept" / "watch.json").read_text()
    assert "</html>" in (here / "kept" / "watch.html").read_text()
    assert "20 of 20 runs trained again: every bit is the same" in must("verify", "kept", cwd=here)
    must("run", "small.toml", "--out", "kept", cwd=here)
    assert (here / "kept" / "watch.json").exists()
    must("bundle", "kept", cwd=here)
    must("open", "kept.zip", "--out", "opened", cwd=here)
    assert not (here / "opened" / "watch.json").exists()


def test_a_log_for_programs_has_the_address_as_a_remark(here):
    lines = must("run", "small.toml", "--out", "logged", "--watch", "--log", "json", cwd=here).splitlines()
    (remark,) = [event["text"] for event in map(json.loads, lines) if event["event"] == "remark"]
    assert address_in([remark])


def test_options_that_have_no_effect_or_cannot_be_had_are_refused(here):
    for command in (("run", "small.toml"), ("resume", "runs/small")):
        assert "--port: has an effect only with --watch" in refused(*command, "--port", 8080, cwd=here)
        assert "--no-open: has an effect only with --watch" in refused(*command, "--no-open", cwd=here)
        assert "--port 70000: must be a whole number from 0 to 65535" in refused(*command, "--watch", "--port", 70000, cwd=here)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refused("run", "small.toml", "--out", "none", "--watch", "--port", port, cwd=here)
    assert message == f"backsweep: --port {port}: cannot be used: Address already in use\n"
    assert not (here / "none").exists()
    assert "nowhere: no results here" in refused("watch", "nowhere", cwd=here)


@pytest.mark.long
@pytest.mark.posix
def test_a_sweep_is_watched_from_another_process_which_leaves_nothing_there(here):
    sweep = begun("run", "long.toml", "--out", "long", "--jobs", "1", cwd=here)
    try:
        while not (here / "long" / ".writer.json").exists():
            assert sweep.poll() is None
        watch = begun("watch", "long", cwd=here)
        address = address_in(watch.stdout)
        while (values := values_at(address))["state"] != "training":
            assert watch.poll() is None
        assert (values["runs"], values["done"], values["maps"]) == (100_000, 0, [])
        os.killpg(sweep.pid, signal.SIGKILL)
        sweep.wait()
        while values_at(address)["state"] != "stopped":
            assert watch.poll() is None
        os.killpg(watch.pid, signal.SIGINT)
        out, errors = watch.communicate(timeout=PATIENCE)
        assert (watch.returncode, out, errors) == (0, "", "")
        assert list((here / "long").glob("*watch*")) == []
    finally:
        for process in (sweep, watch):
            process.kill()
            process.communicate()


def test_the_page_is_made_once_and_read_afterwards(here, monkeypatch):
    from backsweep.results.report import write

    must("run", "small.toml", "--out", "once", "--watch", cwd=here)
    monkeypatch.setattr(write, "watch_page", lambda _: pytest.fail("made again"))
    code, _, _ = in_process("run", "small.toml", "--out", "again", "--watch", cwd=here)
    assert code == 0
    assert (here / "once" / "watch.html").read_bytes() == (here / "again" / "watch.html").read_bytes()
