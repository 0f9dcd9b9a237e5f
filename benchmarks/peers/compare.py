"""The same networks from the same weights, trained by backsweep and by its peers: python benchmarks/peers/compare.py

Every peer first proves that it trains what it should; then all take turns, each as it is fastest. Writes benchmarks/PEERS.md;
with --readme only copies that page's short table into README.md. Takes about twenty minutes, and means
nothing on a machine that does something else beside.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import page
from networks import SHAPES
from timing import CORES, Field, Peer


def both(name: str, module: str, function: str) -> list[Peer]:
    """In one process whose threads are the library's own choice, as people run it, and in one pinned to each core."""
    return [Peer(name, module, function), Peer(name + page.EACH_CORE, module, function, each_core=True)]


PEERS = (
    Peer(page.NOTEBOOK, "numpy_peers", "notebook", sizes=(1,)),
    Peer(page.NOTEBOOK + page.EACH_CORE, "numpy_peers", "notebook", each_core=True, sizes=(1,)),
    *both("NumPy, by matrices", "numpy_peers", "by_matrices"),
    *both("NumPy, sample by sample", "numpy_peers", "runs_last"),
    Peer("scikit-learn, joblib", "sklearn_peer", "train", sizes=(len(CORES),), biased=True),
    *both("PyTorch, autograd of a batch", "torch_peers", "autograd"),
    *both("PyTorch, vmap(grad)", "torch_peers", "vmap_of_grad"),
    *both("PyTorch, by hand, by matrices", "torch_peers", "by_hand"),
    *both("PyTorch, by hand, runs last", "torch_peers", "runs_last"),
    *both(page.MAPPED, "jax_peers", "vmap_of_grad"),
    *both("JAX, by hand, all samples at once", "jax_peers", "by_hand"),
    *both("JAX, by hand, sample by sample", "jax_peers", "sample_by_sample"),
    *both("JAX, by hand, every weight its own array", "jax_peers", "every_weight_its_own"),
    Peer(page.REFERENCE, "backsweep_peer", "train"),
    Peer("backsweep, float32", "backsweep_peer", "train", dtype="float32"),
)


def compared() -> page.Comparison:
    began, load = time.time(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as machine_code:
        os.environ["NUMBA_CACHE_DIR"] = machine_code  # empty, so that backsweep's first call compiles as the others' do
        field = Field(PEERS)
        try:
            found = {}
            for shape in SHAPES:
                print(f"{shape.name}, after {time.time() - began:.0f} s", flush=True)
                found[shape.name] = field.figures(shape)
        finally:
            field.close()
        from overhead import overheads  # not above: what the peers are spawned from need not load Optuna

        return page.Comparison(found, overheads(), (load, os.getloadavg()[0]), time.time() - began)


def main(arguments: list[str]) -> None:
    root = Path(__file__).parents[2]
    if arguments == ["--readme"]:
        page.copy_block(root / "benchmarks" / "PEERS.md", root / "README.md")
    elif arguments:
        sys.exit(__doc__)
    else:
        text = page.written(compared())
        (root / "benchmarks" / "PEERS.md").write_text(text)
        print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
