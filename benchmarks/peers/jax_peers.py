"""JAX: all epochs within one jit; the gradient by grad, or written by hand in three ways.

Which of those by hand is fastest depends on the shape: all samples at once makes large products but also large arrays;
sample by sample leaves little beside the weights; every weight an array of its own lets XLA fuse a small network into one loop.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)
UNROLLED = 4  # samples, at most, that are written out; more are scanned, as code for each would compile for very long


@partial(jax.jit, static_argnums=0)
def _descent(gradient, weights, x, y, lr, epochs):
    def update(_, weights):
        return jax.tree.map(lambda w, g: w - lr * g, weights, gradient(weights, x, y))

    return lax.fori_loop(0, epochs, update, weights)


def _train(gradient, weights, x, y, lr, epochs):
    return jax.block_until_ready(_descent(gradient, weights, jnp.asarray(x), jnp.asarray(y), x.dtype.type(lr), epochs))


def _loss(weights, x, y):
    w1, w2 = weights
    logits = (jax.nn.sigmoid(x @ w1.T) @ w2.T)[:, 0]
    return jnp.mean(jax.nn.softplus(logits) - y * logits)


_mapped = jax.vmap(jax.grad(_loss), in_axes=(0, None, None))  # once: jit knows a function again by its identity


def vmap_of_grad(weights, x, y, lr, epochs):
    trained = _train(_mapped, [jnp.asarray(w) for w in weights], x, y, lr, epochs)
    return [np.asarray(w) for w in trained]


def _all_samples(weights, x, y):
    w1, w2 = weights
    a1 = jax.nn.sigmoid(jnp.einsum("si,rhi->rsh", x, w1))
    slope2 = (jax.nn.sigmoid(jnp.einsum("rsh,roh->rso", a1, w2)) - y[:, None]) / len(x)
    slope1 = slope2 * w2 * a1 * (1 - a1)
    return [jnp.einsum("rsh,si->rhi", slope1, x), jnp.einsum("rso,rsh->roh", slope2, a1)]


def by_hand(weights, x, y, lr, epochs):
    """All samples at once, by einsum: arrays of (runs, samples, units)."""
    return [np.asarray(w) for w in _train(_all_samples, [jnp.asarray(w) for w in weights], x, y, lr, epochs)]


def _scanned(of_sample, weights, x, y):
    """The sum over samples of a gradient, over their number; `of_sample` adds one sample's to what it is given."""
    gathered = jax.tree.map(jnp.zeros_like, weights)
    gathered, _ = lax.scan(lambda g, sample: (of_sample(weights, g, *sample), None), gathered, (x, y), unroll=UNROLLED)
    return jax.tree.map(lambda g: g / len(x), gathered)


def _of_sample(weights, gathered, x, y):
    (w1, w2), (g1, g2) = weights, gathered
    a1 = jax.nn.sigmoid(sum(x[i] * w1[:, i] for i in range(len(x))))
    slope2 = jax.nn.sigmoid((w2[0] * a1).sum(axis=0)) - y
    slope1 = slope2 * w2[0] * a1 * (1 - a1)
    return [g1 + slope1[:, None] * x[:, None], g2 + (slope2 * a1)[None]]


def _scanned_together(weights, x, y):
    return _scanned(_of_sample, weights, x, y)


def sample_by_sample(weights, x, y, lr, epochs):
    """A scan over samples; runs are the last axis, so that what is computed of one sample is contiguous over runs."""
    last = [jnp.asarray(np.moveaxis(w, 0, -1)) for w in weights]
    trained = _train(_scanned_together, last, x, y, lr, epochs)
    return [np.moveaxis(np.asarray(w), -1, 0) for w in trained]


def _of_sample_apart(weights, gathered, x, y):
    (w1, w2), (g1, g2) = weights, gathered
    a1 = [jax.nn.sigmoid(sum(x[i] * w for i, w in enumerate(unit))) for unit in w1]
    slope2 = jax.nn.sigmoid(sum(w * a for w, a in zip(w2, a1, strict=True))) - y
    slopes = [slope2 * w * a * (1 - a) for w, a in zip(w2, a1, strict=True)]
    g1 = [[g + slope * x[i] for i, g in enumerate(unit)] for unit, slope in zip(g1, slopes, strict=True)]
    return [g1, [g + slope2 * a for g, a in zip(g2, a1, strict=True)]]


def _scanned_apart(weights, x, y):
    return _scanned(_of_sample_apart, weights, x, y)


def every_weight_its_own(weights, x, y, lr, epochs):
    """Each weight an array (runs,)."""
    w1, w2 = weights
    apart = [[[jnp.asarray(w) for w in unit] for unit in np.moveaxis(w1, 0, -1)], [jnp.asarray(w) for w in w2[:, 0].T]]
    w1, w2 = _train(_scanned_apart, apart, x, y, lr, epochs)
    return [np.moveaxis(np.array(w1), -1, 0), np.array(w2).T[:, None]]


def _digits_loss(weights, x, y):
    w1, w2 = weights
    return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(jax.nn.sigmoid(x @ w1.T) @ w2.T), axis=-1))


_digits_mapped = jax.vmap(jax.grad(_digits_loss), in_axes=(0, None, None))
_digits_mapped_each = jax.vmap(jax.grad(_digits_loss))


@jax.jit
def _digits_batches(weights, x, y, orders, lr, epochs):
    def update(weights, some):
        gradient = _digits_mapped_each(weights, x[some], y[some])
        return jax.tree.map(lambda w, g: w - lr * g, weights, gradient), None

    return lax.fori_loop(0, epochs, lambda epoch, weights: lax.scan(update, weights, orders[epoch % len(orders)])[0], weights)


def digits(weights, x, y, lr, epochs, orders):
    """vmap(grad); each run gathers the samples of its own batches."""
    if orders is None:
        return [np.asarray(w) for w in _train(_digits_mapped, [jnp.asarray(w) for w in weights], x, y, lr, epochs)]
    arrays = [jnp.asarray(w) for w in weights], jnp.asarray(x), jnp.asarray(y), jnp.asarray(orders)
    trained = jax.block_until_ready(_digits_batches(*arrays, x.dtype.type(lr), epochs))
    return [np.asarray(w) for w in trained]
