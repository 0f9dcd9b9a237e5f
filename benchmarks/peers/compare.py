"""The same networks from the same weights, trained by backsweep and its peers: python benchmarks/peers/compare.py [SECTION ...]

Every peer first proves that it trains what it should; then all take turns, each as it is fastest. Each section is kept under
build/peers; what was measured so far is written to benchmarks/PEERS.md, and its short table to README.md.
All sections take about a quarter of an hour, and mean nothing on a machine that does something else beside. They are:
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import kept
import page
import published
from networks import BATCH, DIGIT_SHAPES, SHAPES, Shape
from tables import EACH_CORE, MAPPED, NOTEBOOK, REFERENCE, SINGLE
from timing import CORES, FEW_SIZES, Field, Peer

ROOT = Path(__file__).parents[2]


def both(name: str, module: str, function: str, **kind) -> list[Peer]:
    """In one process whose threads are the library's own choice, as people run it, and in one pinned to each core."""
    return [Peer(name, module, function, **kind), Peer(name + EACH_CORE, module, function, each_core=True, **kind)]


PEERS = (
    Peer(NOTEBOOK, "numpy_peers", "notebook", sizes=(1,)),
    Peer(NOTEBOOK + EACH_CORE, "numpy_peers", "notebook", each_core=True, sizes=(1,)),
    *both("NumPy, by matrices", "numpy_peers", "by_matrices"),
    *both("NumPy, sample by sample", "numpy_peers", "runs_last"),
    Peer("scikit-learn, joblib", "sklearn_peer", "train", sizes=(len(CORES),), biased=True),
    *both("PyTorch, autograd of a batch", "torch_peers", "autograd"),
    *both("PyTorch, vmap(grad)", "torch_peers", "vmap_of_grad"),
    *both("PyTorch, by hand, by matrices", "torch_peers", "by_hand"),
    *both("PyTorch, by hand, runs last", "torch_peers", "runs_last"),
    *both("TurbaNet", "turbanet_peer", "train"),
    *both(MAPPED, "jax_peers", "vmap_of_grad"),
    *both("JAX, by hand, all samples at once", "jax_peers", "by_hand"),
    *both("JAX, by hand, sample by sample", "jax_peers", "sample_by_sample"),
    *both("JAX, by hand, every weight its own array", "jax_peers", "every_weight_its_own"),
    Peer(REFERENCE, "backsweep_peer", "train"),
    Peer(SINGLE, "backsweep_peer", "train", dtype="float32"),
)
AVX2_PEERS = tuple(
    peer._replace(avx2=True)
    for peer in PEERS
    if peer.module == "backsweep_peer" or (peer.module == "jax_peers" and peer.each_core)
)
SOME = {"sizes": FEW_SIZES}
DIGIT_PEERS = (
    Peer("NumPy, run after run" + EACH_CORE, "numpy_peers", "digits_run_after_run", each_core=True, sizes=(1,)),
    Peer("NumPy, runs batched" + EACH_CORE, "numpy_peers", "digits_by_matrices", each_core=True, **SOME),
    *both("PyTorch, by hand, by matrices", "torch_peers", "digits", **SOME),
    *both("TurbaNet", "turbanet_peer", "digits", **SOME),
    *both(MAPPED, "jax_peers", "digits", **SOME),
    Peer(REFERENCE, "backsweep_peer", "digits", **SOME),
    Peer(SINGLE, "backsweep_peer", "digits", dtype="float32", **SOME),
)


def figures(peers: tuple[Peer, ...], shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """Of each shape and peer, by name."""
    with tempfile.TemporaryDirectory() as machine_code:
        os.environ["NUMBA_CACHE_DIR"] = machine_code  # empty, so that backsweep's first call compiles as the others' do
        field = Field(peers)
        try:
            return {shape.name: field.figures(shape) for shape in shapes}
        finally:
            field.close()


def trials() -> dict[str, list[float]]:
    from overhead import overheads  # not above: what the peers are spawned from need not load Optuna

    return overheads()


SHAPE_SECTIONS = {shape.network: partial(figures, PEERS, (shape,)) for shape in SHAPES}
AVX2_SECTIONS = {f"{shape.network}-avx2": partial(figures, AVX2_PEERS, (shape,)) for shape in SHAPES}
DIGIT_SECTIONS = {
    f"digits-{shape.hidden}{way}": partial(figures, DIGIT_PEERS, (shape._replace(batch=batch),))
    for shape in DIGIT_SHAPES
    for way, batch in (("", None), ("-batches", BATCH))
}
SECTIONS: dict[str, Callable[[], Any]] = {
    **SHAPE_SECTIONS,
    **AVX2_SECTIONS,
    **DIGIT_SECTIONS,
    "published": published.measured,
    "trials": trials,
}


def together(sections: dict[str, kept.Section], names: Iterable[str]) -> dict:
    """The figures of those sections that were measured, by shape and peer."""
    found = [kept.figures(sections[name].found) for name in names if name in sections]
    return {shape: of for figures in found for shape, of in figures.items()}


def measure(name: str) -> None:
    """And keep what was found."""
    print(name, flush=True)
    began, load = time.time(), os.getloadavg()[0]
    found = SECTIONS[name]()
    kept.keep(ROOT, name, kept.Section(found, began, time.time() - began, (load, os.getloadavg()[0])))


def write(sections: dict[str, kept.Section]) -> None:
    """The page, and its short table into the README."""
    missing = [name for name in SECTIONS if name not in sections]
    groups = [together(sections, names) for names in (SHAPE_SECTIONS, AVX2_SECTIONS, DIGIT_SECTIONS)]
    others = [sections[name].found if name in sections else [] for name in ("published", "trials")]
    text = page.written(page.Comparison(*groups, *others, sections, missing))
    (ROOT / "benchmarks" / "PEERS.md").write_text(text)
    page.copy_block(ROOT / "benchmarks" / "PEERS.md", ROOT / "README.md")


def main(asked: list[str]) -> None:
    if not set(asked) <= set(SECTIONS):
        sys.exit(f"{__doc__}{' '.join(SECTIONS)}")
    for name in asked or SECTIONS:
        measure(name)
    sections = {name: section for name in SECTIONS if (section := kept.kept(ROOT, name))}
    if set(SHAPE_SECTIONS) & set(sections):
        write(sections)


if __name__ == "__main__":
    main(sys.argv[1:])
