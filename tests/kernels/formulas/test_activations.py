"""Activations in both precisions: outputs and slopes against mpmath, edge cases, softmax, and equal bits without the JIT."""

import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest

from backsweep.kernels.formulas.activations import ACTIVATIONS, OUTPUTS
from backsweep.kernels.lanes.calls import call
from backsweep.kernels.lanes.compile import compiled
from backsweep.kernels.lanes.operations import aligned, rows
from backsweep.kernels.lanes.vector import QUAD, lanes_of

mpmath.mp.dps = 40
PRECISIONS = (np.float64, np.float32)

EXACT = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "symmetric_sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)) - mpmath.mpf(1) / 2,
    "tanh": mpmath.tanh,
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "elu": lambda z: z if z > 0 else mpmath.expm1(z),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "gelu": lambda z: z * mpmath.ncdf(z),
    "sine": mpmath.sin,
    "identity": lambda z: z,
}


@compiled
def run_forward(address, out, z, slopes, count):
    call(address, rows(out, 0), rows(z, 0), rows(slopes, 0), count)


@compiled
def run_backward(address, deltas, out, slopes, offset, with_offset, count):
    call(address, rows(deltas, 0), rows(out, 0), rows(slopes, 0), rows(offset, 0), with_offset, count)


def forward(name, z):
    """(outputs, slopes) of rows of weighted sums."""
    out, slopes = aligned(z.dtype, *z.shape), aligned(z.dtype, *z.shape)
    activation = OUTPUTS[name] if name in OUTPUTS else ACTIVATIONS[name]
    run_forward(activation.forward.address(z.dtype), out, z, slopes, len(z))
    return out, slopes


def backward(name, deltas, out, slopes, offset=None):
    """deltas * (f' + offset), computed in place."""
    offsets = aligned(out.dtype, 1, out.shape[1])
    offsets[0] = 0.0 if offset is None else offset
    address = ACTIVATIONS[name].backward.address(out.dtype)
    run_backward(address, deltas, out, slopes, offsets, int(offset is not None), len(out))
    return deltas


def table_of(dtype, count, values=None, seed=0):
    z = aligned(dtype, count, lanes_of(dtype))
    z[:] = np.random.default_rng(seed).normal(size=z.shape) * 3 if values is None else values
    return z


def slope_of(name, z):
    out, slopes = forward(name, z)
    return backward(name, table_of(z.dtype, len(z), 1.0), out, slopes)


def exact(function, z):
    return np.array([float(function(mpmath.mpf(float(value)))) for value in z.ravel()]).reshape(z.shape)


def test_every_activation_has_a_reference_formula():
    assert set(EXACT) == set(ACTIVATIONS)
    assert set(OUTPUTS) - set(ACTIVATIONS) == {"softmax"}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", EXACT)
def test_outputs(name, dtype):
    z = table_of(dtype, 20)
    np.testing.assert_allclose(forward(name, z)[0], exact(EXACT[name], z), rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", EXACT)
def test_slopes_are_those_of_finite_differences(name, dtype):
    z, step = table_of(dtype, 8), mpmath.mpf(10) ** -13
    differences = exact(lambda x: (EXACT[name](x + step) - EXACT[name](x - step)) / (2 * step), z)
    np.testing.assert_allclose(slope_of(name, z), differences, rtol=0, atol=4 * np.finfo(dtype).eps)


AT_ZERO = {"relu": 0.0, "leaky_relu": 0.01, "elu": 1.0, "softplus": 0.5, "gelu": 0.5, "sine": 1.0, "sigmoid": 0.25}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", AT_ZERO)
def test_slopes_at_zero(name, dtype):
    assert (slope_of(name, table_of(dtype, 1, 0.0)) == dtype(AT_ZERO[name])).all()


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", EXACT)
def test_each_lane_adds_its_own_offset_to_the_slope(name, dtype):
    z, offset = table_of(dtype, 3), np.linspace(0, 0.3, lanes_of(dtype)).astype(dtype)
    deltas = table_of(dtype, 3, seed=1)
    expected = deltas * (slope_of(name, z) + offset)
    np.testing.assert_array_equal(backward(name, deltas, *forward(name, z), offset), expected)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", [*EXACT, "softmax"])
def test_nan_stays_nan_and_stays_in_its_lane(name, dtype):
    z = table_of(dtype, 2 * QUAD)
    sound = forward(name, z)[0]
    z[QUAD + 1, 3] = np.nan
    out, _ = forward(name, z)
    hit = np.zeros(z.shape, bool)
    hit[[1, QUAD + 1] if name == "softmax" else [QUAD + 1], 3] = True
    np.testing.assert_array_equal(np.isnan(out), hit)
    np.testing.assert_array_equal(out[~hit], sound[~hit])


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", [*EXACT, "softmax"])
def test_outputs_may_take_the_place_of_the_weighted_sums(name, dtype):
    z = table_of(dtype, 2 * QUAD)
    expected, slopes = forward(name, z)
    activation = OUTPUTS[name] if name in OUTPUTS else ACTIVATIONS[name]
    run_forward(activation.forward.address(dtype), z, z, slopes, len(z))
    np.testing.assert_array_equal(z, expected)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", [*EXACT, "softmax"])
def test_outputs_stay_in_their_documented_range(name, dtype):
    activation = {**ACTIVATIONS, **OUTPUTS}[name]
    out, _ = forward(name, table_of(dtype, 400) * dtype(10))
    assert activation.low is None or out.min() >= activation.low
    assert activation.high is None or out.max() <= activation.high


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ["elu", "gelu", "softplus"])
def test_infinities_are_sensible(name, dtype):
    z = table_of(dtype, 1, np.inf)
    assert (forward(name, z)[0] == np.inf).all()
    assert (slope_of(name, z) == 1.0).all()
    np.testing.assert_allclose(forward(name, -z)[0], -1.0 if name == "elu" else 0.0, atol=np.finfo(dtype).tiny ** 0.9)
    np.testing.assert_allclose(slope_of(name, -z), 0.0, atol=np.finfo(dtype).tiny ** 0.9)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("outputs", [2, 3, 10])
def test_softmax(dtype, outputs):
    z = table_of(dtype, outputs * QUAD)
    a = forward("softmax", z)[0].reshape(outputs, QUAD, -1)
    powers = np.exp(z.astype(np.longdouble)).reshape(a.shape)
    np.testing.assert_allclose(a.astype(float), (powers / powers.sum(0)).astype(float), rtol=16 * np.finfo(dtype).eps)
    np.testing.assert_allclose(a.sum(0), 1.0, rtol=outputs * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_softmax_of_huge_numbers(dtype):
    z = table_of(dtype, 3 * QUAD, -1e30)
    z[QUAD : 2 * QUAD] = 1e30
    out, _ = forward("softmax", z)
    np.testing.assert_array_equal(out.reshape(3, QUAD, -1)[:, 0, 0], [0, 1, 0])


CASE = """
import hashlib
import numpy as np
import test_activations as case

for dtype in case.PRECISIONS:
    for name in [*case.EXACT, "softmax"]:
        z = case.table_of(dtype, 16)
        z[0] = np.geomspace(1e-6, 1000, z.shape[1])
        z[1] = -z[0]
        out, slopes = case.forward(name, z)
        deltas = case.table_of(dtype, 16, seed=1)
        if name in case.ACTIVATIONS:
            case.backward(name, deltas, out, slopes)
            case.backward(name, deltas, out, slopes, 0.1)
        print(name, dtype.__name__, hashlib.sha256(out.tobytes() + slopes.tobytes() + deltas.tobytes()).hexdigest())
"""


def test_without_the_jit_the_bits_are_the_same():
    here = os.pathsep.join([os.path.dirname(__file__), os.environ.get("PYTHONPATH", "")])  # noqa: PTH120
    digests = [
        subprocess.run(
            [sys.executable, "-c", CASE],
            env={**os.environ, "PYTHONPATH": here, "NUMBA_DISABLE_JIT": off},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for off in ("0", "1")
    ]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 2 * (len(EXACT) + 1)
