"""The commands that show a sweep in a browser: what they print and serve, what they leave, and how they end."""

import contextlib
import errno
import json
import os
import re
import signal
import socket
import sys
import urllib.request

import pytest

from backsweep.results.live import progress
from backsweep.results.live.watching import Watching
from backsweep.sweep.cli import watch
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
    assert message.startswith(f"backsweep: --port {port}: cannot be used: ")
    assert not (here / "none").exists()
    assert "nowhere: no results here" in refused("watch", "nowhere", cwd=here)
    missing = ("run", "missing.toml")  # options are looked at first
    message = refused(*missing, "--dry-run", "--watch", cwd=here)
    assert message == "backsweep: --watch: cannot be combined with --dry-run, which trains nothing that could be watched\n"
    assert "--port: has an effect only with --watch" in refused(*missing, "--dry-run", "--port", 99999999, cwd=here)
    assert "--no-open: has an effect only with --watch" in refused(*missing, "--dry-run", "--no-open", cwd=here)


def test_ctrl_c_after_the_end_ends_only_the_page(here, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Watching, "_wait_for_readers", interrupted)
    code, out, errors = in_process("run", "small.toml", "--out", "ended", "--watch", cwd=here)
    assert (code, errors) == (0, "")
    assert "Look closer: backsweep table ended" in out


def test_a_process_without_stdin_opens_no_browser(here, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)  # as Python has it after `<&-`
    must("run", "small.toml", "--out", "closed", "--watch", cwd=here)
    assert json.loads((here / "closed" / "watch.json").read_text())["state"] == "ended"


def test_a_page_that_cannot_be_made_is_not_blamed_on_the_port(here, monkeypatch):
    def full():
        raise OSError(errno.ENOSPC, "No space left on device", "page.html")

    monkeypatch.setattr(watch, "_page", full)
    message = refused("run", "small.toml", "--out", "none", "--watch", cwd=here)
    assert message.startswith("backsweep: page.html: No space left on device")


def test_a_page_that_breaks_does_not_harm_the_sweep(here, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("unexpected")

    monkeypatch.setattr(progress, "live_maps", broken)
    code, out, errors = in_process("run", "small.toml", "--out", "unseen", "--watch", cwd=here)
    assert code == 0
    assert "Look closer: backsweep table unseen" in out
    assert errors == "backsweep: the page was not brought up to date until the end: ZeroDivisionError: unexpected\n"


@pytest.mark.long
@pytest.mark.posix
def test_a_sweep_is_watched_from_another_process_which_leaves_nothing_there(here):
    with contextlib.ExitStack() as started:
        sweep = begun("run", "long.toml", "--out", "long", "--jobs", "1", cwd=here)
        started.callback(_end, sweep)
        while not (here / "long" / ".writer.json").exists():
            assert sweep.poll() is None
        watcher = begun("watch", "long", cwd=here)
        started.callback(_end, watcher)
        address = address_in(watcher.stdout)
        while (values := values_at(address))["state"] != "training":
            assert watcher.poll() is None
        assert (values["runs"], values["done"], values["maps"]) == (100_000, 0, [])
        os.killpg(sweep.pid, signal.SIGKILL)
        sweep.wait()
        while values_at(address)["state"] != "stopped":
            assert watcher.poll() is None
        os.killpg(watcher.pid, signal.SIGINT)
        out, errors = watcher.communicate(timeout=PATIENCE)
        assert (watcher.returncode, out, errors) == (0, "", "")
        assert list((here / "long").glob("*watch*")) == []


def _end(process):
    process.kill()
    process.communicate()


def test_the_page_is_made_once_and_read_afterwards(here, monkeypatch):
    from backsweep.results.report import write

    must("run", "small.toml", "--out", "once", "--watch", cwd=here)
    monkeypatch.setattr(write, "watch_page", lambda _: pytest.fail("made again"))
    code, _, _ = in_process("run", "small.toml", "--out", "again", "--watch", cwd=here)
    assert code == 0
    assert (here / "once" / "watch.html").read_bytes() == (here / "again" / "watch.html").read_bytes()
