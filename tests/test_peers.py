"""The comparison with peers: one with wrong results is left out and the rest continues; the README shows the measurements."""

from pathlib import Path

import pytest

from helpers.commands import PATIENCE

ROOT = Path(__file__).parent.parent


@pytest.fixture
def peers(monkeypatch):
    """The modules `timing` and `page`, with the shortest possible measurements and few starts."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "peers"))
    import page
    import timing

    for name, value in {"PROBE": 0.001, "TURN": 0.001, "STARTS": 64}.items():
        monkeypatch.setattr(timing, name, value)
    monkeypatch.setattr(page, "LIBRARIES", ("numpy",))
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
    text = page.by_shape(page.Comparison(found, {}, (0.0, 0.0), 1.0), page.rate_cell)
    assert text.count("left out") == 4
    short = page.short_table(page.Comparison(found, {}, (0.0, 0.0), 1.0))
    assert "| JAX, `vmap(grad)` | left out | left out |" in short
    assert page.times_faster(found[page.XOR], good.name) == 1.0


def test_a_peer_that_takes_too_long_is_left_out_and_replaced(peers, monkeypatch):
    timing, page = peers
    monkeypatch.setattr(timing, "PATIENCE", 0.0)
    field = timing.Field((timing.Peer("NumPy, by matrices", "numpy_peers", "by_matrices", sizes=(8,)),))
    try:
        (figures,) = field.figures(page.SHAPES[0]).values()
        assert figures.fault == "not done in 0.0 s"
        monkeypatch.setattr(timing, "PATIENCE", PATIENCE)
        (figures,) = field.figures(page.SHAPES[0]).values()
        assert len(figures.rates) == timing.ROUNDS
    finally:
        field.close()


def test_the_readme_shows_what_was_measured(peers):
    _, page = peers
    measured, readme = ((ROOT / name).read_text() for name in ("benchmarks/PEERS.md", "README.md"))
    shown = [text.split(page.BEGIN)[1].split(page.END)[0] for text in (measured, readme)]
    assert shown[0] == shown[1]
    assert all(f"| {family} |" in shown[0] for family in page.FAMILIES)
    assert measured.endswith(page.NOTES)
