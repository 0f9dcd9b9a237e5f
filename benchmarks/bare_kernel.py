"""The yardstick: one SIMD lane per training run and nothing else, in one file of Numba alone.

    python benchmarks/bare_kernel.py

trains the 2-2-1 sigmoid XOR network (full-batch gradient descent, binary cross-entropy, no biases, float64), LANES runs
at a time, without checks, stopping rule, refill or recording, and prints on one core its throughput in millions of
run-epochs per second, the ceiling that this core's own sigmoids and multiply-adds allow, and the notebook's NumPy loop.

It is the proof of concept from which the kernels grew, kept as it was: `make bench` holds the real kernel against it in
the same minute on the same core, since absolute times drift.
"""

import operator
import time

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 16  # two AVX-512 registers, four AVX2 registers: enough independent work to hide latency


class Lanes(types.Type):
    """A vector of LANES float64, held in SIMD registers. LLVM splits it to fit any CPU."""

    def __init__(self):
        super().__init__(name=f"lanes_f64x{LANES}")


lanes = Lanes()
VECTOR = ir.VectorType(ir.DoubleType(), LANES)
BITS = ir.VectorType(ir.IntType(64), LANES)


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    def __init__(self, manager, lane_type):
        super().__init__(manager, lane_type, VECTOR)


def as_lanes(context, builder, ty, value):
    """Broadcast a scalar; leave lanes as they are."""
    if isinstance(ty, Lanes):
        return value
    scalar = context.cast(builder, value, ty, types.float64)
    undefined = ir.Constant(VECTOR, ir.Undefined)
    one = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def arithmetic(op, instruction):
    @infer_global(op)
    class Typing(AbstractTemplate):
        def generic(self, args, kws):
            if len(args) == 2 and any(isinstance(a, Lanes) for a in args):
                if all(isinstance(a, (Lanes, types.Number)) for a in args):
                    return signature(lanes, *args)

    def lower(context, builder, sig, args):
        # No fast-math flag: the same bits on every CPU. Contraction is asked for by name (fma).
        a, b = (as_lanes(context, builder, ty, v) for ty, v in zip(sig.args, args))
        return getattr(builder, instruction)(a, b)

    for left, right in ((Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)):
        lower_builtin(op, left, right)(lower)


for _op, _instruction in ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul"), (operator.truediv, "fdiv")):
    arithmetic(_op, _instruction)


@intrinsic
def fma(typing, a, b, c):
    def lower(context, builder, sig, args):
        values = [as_lanes(context, builder, ty, v) for ty, v in zip(sig.args, args)]
        name = f"llvm.fma.v{LANES}f64"
        fn = builder.module.globals.get(name) or ir.Function(builder.module, ir.FunctionType(VECTOR, [VECTOR] * 3), name)
        return builder.call(fn, values)

    return lanes(a, b, c), lower


@intrinsic
def clip(typing, x, low, high):
    def lower(context, builder, sig, args):
        x, low, high = (as_lanes(context, builder, ty, v) for ty, v in zip(sig.args, args))
        x = builder.select(builder.fcmp_ordered("<", x, low), low, x)
        return builder.select(builder.fcmp_ordered(">", x, high), high, x)

    return lanes(x, low, high), lower


@intrinsic
def scale_by_power_of_two(typing, p, t):
    """p * 2**k, where k sits in the low bits of t = k + MAGIC."""

    def lower(context, builder, sig, args):
        k = builder.shl(builder.bitcast(args[1], BITS), ir.Constant(BITS, [52] * LANES))
        return builder.bitcast(builder.add(builder.bitcast(args[0], BITS), k), VECTOR)

    return lanes(p, t), lower


def _address(context, builder, array_type, array, row):
    data = context.make_array(array_type)(context, builder, array).data
    start = builder.gep(data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return builder.bitcast(start, VECTOR.as_pointer())


@intrinsic
def load(typing, array, row):
    def lower(context, builder, sig, args):
        return builder.load(_address(context, builder, sig.args[0], *args), align=8)

    return lanes(array, types.intp), lower


@intrinsic
def store(typing, array, row, value):
    def lower(context, builder, sig, args):
        builder.store(args[2], _address(context, builder, sig.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), lower


LOG2E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer
P0, P2, P4 = 1.0, 3.02994407707441961300e-2, 1.26177193074810590878e-4
Q2, Q4, Q6 = 2.27265548208155028766e-1, 2.52448340349684104192e-3, 3.00198505138664455042e-6


@njit(inline="always")
def sigmoid(z):
    """1 / (1 + e**-z) to 2 ulp, NumPy's own error, with a single division.

    -z = k ln 2 + r, and e**r = (q + p) / (q - p) with p odd and q even in r (the rational form and coefficients of
    Cephes' exp), so the sigmoid is (q - p) / ((q - p) + 2**k (q + p)). 28 % more run-epochs per second than a degree-12
    polynomial followed by the division; sharing one division among four sigmoids was slower (15 %).
    """
    x = clip(0.0 - z, -708.0, 708.0)
    t = fma(x, LOG2E, MAGIC)
    n = t - MAGIC
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    rr = r * r
    p = r * fma(rr, fma(rr, P4, P2), P0)
    q = fma(rr, fma(rr, fma(rr, Q6, Q4), Q2), 2.0)
    low = q - p
    return low / (low + scale_by_power_of_two(q + p, t))


@njit(error_model="numpy", nogil=True)
def train(w1, w2, lr, x, y, epochs, activations, g1, g2):
    """Train LANES networks in place, four samples at a time.

    w1 (hidden*inputs, LANES), w2 (hidden, LANES), lr (1, LANES), x (samples, inputs), y (samples,);
    activations (4*hidden, LANES), g1 like w1 and g2 like w2 are scratch. samples must be a multiple of 4.
    """
    inputs = x.shape[1]
    samples = x.shape[0]
    hidden = w2.shape[0]
    step = load(lr, 0) * (1.0 / samples)
    zero = step * 0.0
    for _ in range(epochs):
        for j in range(hidden * inputs):
            store(g1, j, zero)
        for j in range(hidden):
            store(g2, j, zero)
        for s in range(0, samples, 4):
            d0 = zero
            d1 = zero
            d2 = zero
            d3 = zero
            for h in range(hidden):
                z0 = zero
                z1 = zero
                z2 = zero
                z3 = zero
                for i in range(inputs):
                    w = load(w1, h * inputs + i)
                    z0 = fma(w, x[s, i], z0)
                    z1 = fma(w, x[s + 1, i], z1)
                    z2 = fma(w, x[s + 2, i], z2)
                    z3 = fma(w, x[s + 3, i], z3)
                z0 = sigmoid(z0)
                z1 = sigmoid(z1)
                z2 = sigmoid(z2)
                z3 = sigmoid(z3)
                store(activations, 4 * h, z0)
                store(activations, 4 * h + 1, z1)
                store(activations, 4 * h + 2, z2)
                store(activations, 4 * h + 3, z3)
                w = load(w2, h)
                d0 = fma(w, z0, d0)
                d1 = fma(w, z1, d1)
                d2 = fma(w, z2, d2)
                d3 = fma(w, z3, d3)
            d0 = sigmoid(d0) - y[s]
            d1 = sigmoid(d1) - y[s + 1]
            d2 = sigmoid(d2) - y[s + 2]
            d3 = sigmoid(d3) - y[s + 3]
            for h in range(hidden):
                z0 = load(activations, 4 * h)
                z1 = load(activations, 4 * h + 1)
                z2 = load(activations, 4 * h + 2)
                z3 = load(activations, 4 * h + 3)
                store(g2, h, fma(d3, z3, fma(d2, z2, fma(d1, z1, fma(d0, z0, load(g2, h))))))
                w = load(w2, h)
                z0 = w * d0 * z0 * (1.0 - z0)
                z1 = w * d1 * z1 * (1.0 - z1)
                z2 = w * d2 * z2 * (1.0 - z2)
                z3 = w * d3 * z3 * (1.0 - z3)
                for i in range(inputs):
                    j = h * inputs + i
                    g = fma(z1, x[s + 1, i], fma(z0, x[s, i], load(g1, j)))
                    store(g1, j, fma(z3, x[s + 3, i], fma(z2, x[s + 2, i], g)))
        for j in range(hidden):
            store(w2, j, load(w2, j) - step * load(g2, j))
        for j in range(hidden * inputs):
            store(w1, j, load(w1, j) - step * load(g1, j))


@njit(error_model="numpy", nogil=True)
def many_sigmoids(x, out, repeats):
    for _ in range(repeats):
        for i in range(x.shape[0]):
            store(out, i, sigmoid(load(x, i)))


@njit(error_model="numpy", nogil=True)
def many_fmas(x, repeats):
    a, b, c, d = load(x, 0), load(x, 1), load(x, 2), load(x, 3)
    e, f, g, h = load(x, 4), load(x, 5), load(x, 6), load(x, 7)
    k = a * 0.0 + 0.999
    q = a * 0.0 + 0.001
    for _ in range(repeats):
        a, b, c, d = fma(a, k, q), fma(b, k, q), fma(c, k, q), fma(d, k, q)
        e, f, g, h = fma(e, k, q), fma(f, k, q), fma(g, k, q), fma(h, k, q)
    store(x, 0, a + b + c + d + e + f + g + h)


X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])


def notebook_loop(seed, lr, epochs):
    """The notebook, unchanged: one run in plain NumPy."""
    stream = np.random.RandomState(seed)
    w1, w2, x, y = stream.rand(2, 2), stream.rand(1, 2), X.T, Y[None]
    for _ in range(epochs):
        a1 = 1 / (1 + np.exp(-np.dot(w1, x)))
        a2 = 1 / (1 + np.exp(-np.dot(w2, a1)))
        _loss = -(1 / 4) * np.sum(y * np.log(a2) + (1 - y) * np.log(1 - a2))
        dz2 = a2 - y
        dz1 = np.dot(w2.T, dz2) * a1 * (1 - a1)
        w2 = w2 - lr * np.dot(dz2, a1.T) / 4
        w1 = w1 - lr * np.dot(dz1, x.T) / 4
    return w1, w2


def timed(fn, *args):
    start = time.perf_counter()
    fn(*args)
    return time.perf_counter() - start


def aligned(rows):
    """Zeros (rows, LANES) that start on a cache line: a vector that straddles two lines costs up to 20 %."""
    raw = np.zeros(rows * LANES + 8)
    start = -raw.ctypes.data % 64 // 8
    return raw[start : start + rows * LANES].reshape(rows, LANES)


def xor_batch():
    w1, w2, lr = aligned(4), aligned(2), aligned(1)
    lr[:] = 0.1
    for lane in range(LANES):
        stream = np.random.RandomState(lane)
        w1[:, lane], w2[:, lane] = stream.rand(4), stream.rand(2)
    return w1, w2, lr, X, Y, 10_000, aligned(8), aligned(4), aligned(2)


def main():
    batch = xor_batch()
    train(*batch)
    reference = notebook_loop(2, 0.1, 10_000)
    np.testing.assert_allclose(batch[0][:, 2], reference[0].ravel(), rtol=1e-10)
    np.testing.assert_allclose(batch[1][:, 2], reference[1].ravel(), rtol=1e-10)
    grid, out, ring = aligned(512), aligned(512), aligned(8)
    grid[:] = np.random.default_rng(0).normal(size=grid.shape)
    many_sigmoids(grid, out, 1)
    many_fmas(ring, 1)
    for _ in range(3):
        epochs = 10_000 * LANES
        kernel = epochs / min(timed(train, *xor_batch()) for _ in range(5))
        sigmoids = 1000 * grid.size / timed(many_sigmoids, grid, out, 1000)
        fmas = 1_000_000 * ring.size / timed(many_fmas, ring, 1_000_000)
        numpy_loop = 5_000 / timed(notebook_loop, 2, 0.1, 5_000)
        # 12 sigmoids; 24 + 56 + 12 multiply-adds forward, backward and in the update
        ceiling = 1 / (12 / sigmoids + 92 / fmas)
        print(
            f"kernel {kernel / 1e6:6.1f} M run-epochs/s   ceiling {ceiling / 1e6:6.1f} M "
            f"({kernel / ceiling:.0%})   notebook loop {numpy_loop / 1e6:.3f} M (x{kernel / numpy_loop:,.0f})   "
            f"sigmoid {sigmoids / 1e9:.2f} G/s   fma {fmas / 1e9:.1f} G/s"
        )


if __name__ == "__main__":
    main()
