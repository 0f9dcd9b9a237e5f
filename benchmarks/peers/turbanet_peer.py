"""TurbaNet: a swarm of Flax networks whose update is a vmap of jit; its users call it once per update, so this does too.

It takes the samples of each network, so data that all share are repeated. Its own starts are replaced by those of the others.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen
from turbanet import TurbaTrainState, softmax_cross_entropy

jax.config.update("jax_enable_x64", True)


class Network(linen.Module):
    """One hidden layer of sigmoid units, no biases; its outputs are logits."""

    hidden: int
    outputs: int
    dtype: jnp.dtype

    @linen.compact
    def __call__(self, x):
        kinds = {"use_bias": False, "dtype": self.dtype, "param_dtype": self.dtype}
        hidden = linen.sigmoid(linen.Dense(self.hidden, **kinds)(x))
        return linen.Dense(self.outputs, **kinds)(hidden)


def _binary(params, x, y, apply_fn):
    logits = apply_fn({"params": params}, x)
    return optax.sigmoid_binary_cross_entropy(logits, y).mean(), logits


_SWARMS = {}  # the last one, by its shape: jit knows a swarm again only by the functions that it holds


def _started(weights, lr):
    """A swarm of the given starts."""
    w1, w2 = weights
    key = (*w1.shape, w2.shape[1], w1.dtype, lr)
    if key not in _SWARMS:
        _SWARMS.clear()
        network = Network(w1.shape[1], w2.shape[1], w1.dtype)
        descent = optax.chain(optax.scale_by_schedule(lambda _: -lr))  # a swarm's length is that of its optimizer's counts
        _SWARMS[key] = TurbaTrainState.swarm(network, descent, len(w1), jnp.zeros((1, w1.shape[2]), w1.dtype))
    kernels = {f"Dense_{layer}": {"kernel": jnp.asarray(w.swapaxes(1, 2))} for layer, w in enumerate(weights)}
    return _SWARMS[key].replace(params=kernels)


def _trained(swarm):
    params = jax.block_until_ready(swarm.params)
    return [np.asarray(params[f"Dense_{layer}"]["kernel"]).swapaxes(1, 2) for layer in range(2)]


def _repeated(values, runs):
    return jnp.broadcast_to(jnp.asarray(values), (runs, *values.shape))


def train(weights, x, y, lr, epochs):
    swarm, runs = _started(weights, lr), len(weights[0])
    inputs, targets = _repeated(x, runs), _repeated(y[:, None], runs)
    for _ in range(epochs):
        swarm, _loss, _logits = swarm.train(inputs, targets, _binary)
    return _trained(swarm)


def digits(weights, x, y, lr, epochs, orders):
    swarm, runs = _started(weights, lr), len(weights[0])
    if orders is None:
        inputs, targets = _repeated(x, runs), _repeated(y, runs)
        for _ in range(epochs):
            swarm, _loss, _logits = swarm.train(inputs, targets, softmax_cross_entropy)
        return _trained(swarm)
    x, y = jnp.asarray(x), jnp.asarray(y)
    for epoch in range(epochs):
        for some in orders[epoch % len(orders)]:
            swarm, _loss, _logits = swarm.train(x[some], y[some], softmax_cross_entropy)
    return _trained(swarm)
