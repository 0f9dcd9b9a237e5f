"""Sixty sweeps give their stored results: specs with their defaults, and rows, records and weights to the last bit.

The digests cover what results promise on every processor: no times, no versions, no names of modules. `reference` compares the
results with the formulas; this test holds what no formula says, such as columns, orders and encodings.
"""

import json

import pytest

from backsweep import kernels
from backsweep.outcomes import OUTCOMES
from backsweep.sweep import Sweep
from backsweep.sweep.spec.design import METHODS
from helpers.sixty_digests import KEPT, digests
from helpers.sixty_specs import specs

DIGESTS = json.loads(KEPT.read_text())
NAMED = {
    "model.activation": kernels.ACTIVATIONS,
    "model.output": kernels.OUTPUTS,
    "model.parametrization": kernels.PARAMETRIZATIONS,
    "model.init.scheme": kernels.SCHEMES,
    "model.stream": kernels.STREAMS,
    "train.optimizer.name": kernels.OPTIMIZERS,
    "train.schedule.name": kernels.SCHEDULES,
    "train.batch.order": kernels.ORDERS,
    "train.loss": kernels.LOSSES,
    "train.dtype": kernels.DTYPES,
}
RECORD = ("every", "points", "runs", "weights", "measure")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return specs(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("number", range(len(DIGESTS)))
def test_a_sweep_gives_its_stored_digests(number, tables, tmp_path):
    assert digests(tables[number], tmp_path / "results") == DIGESTS[number]


def test_the_sweeps_cover_every_registry(tables):
    """Every name of a registry, every key of a record and every outcome occurs in one of them."""
    read = [Sweep.from_dict(table).spec for table in tables]
    assert len(read) == len(DIGESTS) >= 60
    used: dict[str, set] = {}
    for spec in read:
        axes = {axis.setting: axis.points for axis in spec.axes}
        for key, value in spec.settings():
            used.setdefault(key, set()).update(map(str, axes.get(key, [value])))
    for key, names in NAMED.items():
        assert used[key] >= {*names}, key
    assert {spec.design.method for spec in read if spec.design} == {*METHODS}
    for key in RECORD:
        assert any(getattr(spec.record, key) for spec in read), key
    assert {end for one in DIGESTS for end in one["ends"]} == {*OUTCOMES}
