"""The comparison with peers: one with wrong results is left out and the rest continues; the README shows the measurements."""

import os
from pathlib import Path

import numpy as np
import psutil
import pytest

from helpers.commands import PATIENCE

ROOT = Path(__file__).parent.parent


@pytest.fixture
def peers(monkeypatch):
    """The modules `timing` and `page`, with the shortest possible measurements and few starts."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "peers"))
    import networks
    import page
    import timing

    for name, value in {"PROBE": 0.001, "TURN": 0.001}.items():
        monkeypatch.setattr(timing, name, value)
    monkeypatch.setattr(networks, "STARTS", 64)
    return timing, page


def test_a_peer_that_differs_from_the_oracle_is_left_out_and_the_rest_goes_on(peers):
    timing, page = peers
    good = timing.Peer(page.REFERENCE, "numpy_peers", "by_matrices", sizes=(8, 64))
    other = timing.Peer("NumPy, sample by sample", "numpy_peers", "runs_last", each_core=True, sizes=(8,))
    wrong = timing.Peer(page.MAPPED, "numpy_peers", "by_matrices", sizes=(8,), biased=True)  # this peer has no biases
    field = timing.Field((good, other, wrong))
    try:
        found = {shape.name: field.figures(shape) for shape in page.SHAPES[:2]}
    finally:
        field.close()
    for figures in found.values():
        for name in (good.name, other.name):
            assert figures[name].error < 1e-12
            assert len(figures[name].rates) == timing.ROUNDS
        assert figures[wrong.name].fault.startswith("differs from the oracle")
        assert figures[wrong.name].rates == []
        figures[f"{page.REFERENCE}, float32"] = figures[wrong.name]
    text = page.by_shape(found, page.rate_cell)
    assert text.count("left out") == 4
    short = page.short_table(found, page.FAMILIES)
    assert "| JAX, `vmap(grad)` | left out | left out |" in short
    assert page.times_faster(found[page.XOR], good.name) == 1.0


@pytest.mark.parametrize("batch", [None, 8])
def test_each_run_trains_a_softmax_network_in_its_own_order_of_samples(peers, batch):
    import backsweep_peer
    import networks
    import numpy_peers

    shape, runs = networks.Shape(5, 4, 24, outputs=3, batch=batch), 3
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(24, 5)), np.eye(3)[rng.integers(3, size=24)]
    starts, orders = shape.starts(runs), shape.orders(runs)
    own = [None] * runs if batch is None else np.moveaxis(orders, 2, 0)
    epochs = networks.ORDERS
    expected = [
        networks.digits_oracle(*start, x, y, epochs, o) for start, o in zip(zip(*starts, strict=True), own, strict=True)
    ]
    for train in (backsweep_peer.digits, numpy_peers.digits_run_after_run, numpy_peers.digits_by_matrices):
        found = train(starts, x, y, networks.RATE, epochs, orders)
        for layer, true in zip(found, zip(*expected, strict=True), strict=True):
            np.testing.assert_allclose(layer, true, rtol=0, atol=1e-12)


def test_a_peer_held_to_avx2_has_the_variables_that_hold_it_and_others_do_not(peers, monkeypatch):
    timing, _ = peers
    for name in timing.AVX2:
        monkeypatch.delenv(name, raising=False)
    with timing.environment(timing.AVX2):
        assert timing.AVX2.items() <= os.environ.items()
    assert not set(timing.AVX2) & set(os.environ)


def test_a_section_is_the_same_after_it_was_kept(peers, tmp_path):
    timing, _ = peers
    import kept

    good = timing.Figures(timing.Setting(8, 1.5, 3), 1e-16, 0.25, [1.0, 2.0])
    found = {"2-2-1 (4)": {"one": good, "other": timing.Figures(None, 1.0, 2.0, [], "not done")}}
    kept.keep(tmp_path, "2-2-1", kept.Section(found, 1.0, 2.0, (0.5, 1.5)))
    section = kept.kept(tmp_path, "2-2-1")
    assert kept.figures(section.found) == found
    assert kept.kept(tmp_path, "digits") is None


def suspend(team):
    """Let no member answer: even with no patience at all, a quick one may be quicker than the question whether it is."""
    for process, _ in team.members:
        psutil.Process(process.pid).suspend()


def test_a_peer_that_takes_too_long_is_left_out_and_replaced(peers, monkeypatch):
    timing, page = peers
    monkeypatch.setattr(timing, "PATIENCE", 0.0)
    field = timing.Field((timing.Peer("NumPy, by matrices", "numpy_peers", "by_matrices", sizes=(8,)),))
    try:
        for team in field.teams.values():
            suspend(team)
        (figures,) = field.figures(page.SHAPES[0]).values()
        assert figures.fault == "not done in 0.0 s"
        monkeypatch.setattr(timing, "PATIENCE", PATIENCE)
        (figures,) = field.figures(page.SHAPES[0]).values()
        assert len(figures.rates) == timing.ROUNDS
    finally:
        field.close()


def test_a_late_answer_is_not_taken_for_that_to_the_next_question(peers, monkeypatch):
    timing, page = peers
    team = timing.Team(timing.Peer("NumPy, by matrices", "numpy_peers", "by_matrices"))
    try:
        team.ready()
        suspend(team)
        monkeypatch.setattr(timing, "PATIENCE", 0.0)
        with pytest.raises(timing.Fault):
            team.train(page.SHAPES[0], 8, 1)
        monkeypatch.setattr(timing, "PATIENCE", PATIENCE)
        _, (weights,) = team.train(page.SHAPES[0], 16, 1, keep=True)
        assert [len(layer) for layer in weights] == [16, 16]
    finally:
        team.close()


def test_the_readme_shows_what_was_measured(peers):
    _, page = peers
    measured, readme = ((ROOT / name).read_text() for name in ("benchmarks/PEERS.md", "README.md"))
    shown = [text.split(page.BEGIN)[1].split(page.END)[0] for text in (measured, readme)]
    assert shown[0] == shown[1]
    assert all(f"| {family} |" in shown[0] for family in page.FAMILIES)
    assert measured.endswith(page.NOTES)
