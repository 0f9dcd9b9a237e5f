"""A fused multiply-add for NumPy, which has none. It is used when the JIT is off, so that the bits are the same there too."""

import numpy as np

SPLITTER = 134217729.0  # 2**27 + 1: cuts a float64 into two halves of 26 bits


def _two_sum(a, b):
    """s + error == a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _halves(a):
    high = a * SPLITTER
    high = high - (high - a)
    return high, a - high


def _two_product(a, b):
    """p + error == a * b exactly (Dekker)."""
    p = a * b
    (ah, al), (bh, bl) = _halves(a), _halves(b)
    return p, al * bl - (((p - ah * bh) - al * bh) - ah * bl)


def _sum_rounded_to_odd(a, b):
    """a + b; if that is inexact, the neighbour whose last bit is 1, so that rounding it once more rounds correctly."""
    s, error = _two_sum(a, b)
    even = (s.view(np.int64) & 1) == 0
    return np.where((error != 0) & even, np.nextafter(s, np.where(error > 0, np.inf, -np.inf)), s)


def fused_multiply_add(a, b, c) -> np.ndarray:
    """a * b + c, rounded once, on arrays of one dtype (float64 or float32) that broadcast; some may be plain numbers.

    Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Trans. Computers 57 (2008), figure 5. If an
    intermediate result overflows, the result is the plain a * b + c.
    """
    single = any(getattr(number, "dtype", None) == np.float32 for number in (a, b, c))
    dtype = np.float32 if single else np.float64
    a, b, c = np.broadcast_arrays(*(np.asarray(number, dtype).astype(np.float64) for number in (a, b, c)))
    with np.errstate(all="ignore"):
        if single:  # the product is exact in float64
            return _finite_or_plain(_sum_rounded_to_odd(a * b, c), a, b, c).astype(np.float32)
        product_high, product_low = _two_product(a, b)
        sum_high, sum_low = _two_sum(c, product_low)
        total_high, total_low = _two_sum(product_high, sum_high)
        return _finite_or_plain(total_high + _sum_rounded_to_odd(sum_low, total_low), a, b, c)


def _finite_or_plain(result, a, b, c):
    return np.where(np.isfinite(result), result, a * b + c)
