"""Optimizers: from an array of weights w, its gradient g and its rate lr to the next w. Each array has a dict for its state."""

import math

import numpy as np


def gd(w, g, lr, memory):
    return w - lr * g


def momentum(w, g, lr, memory, beta=0.9):
    memory["v"] = beta * memory.get("v", 0.0) - lr * g
    return w + memory["v"]


def averaged_momentum(w, g, lr, memory, beta=0.9):
    memory["m"] = beta * memory.get("m", 0.0) + (1 - beta) * g
    return w - lr * memory["m"]


def nesterov(w, g, lr, memory, beta=0.9):
    memory["v"] = beta * memory.get("v", 0.0) - lr * g
    return w + beta * memory["v"] - lr * g


def adagrad(w, g, lr, memory, epsilon=1e-10):
    memory["s"] = memory.get("s", 0.0) + g**2
    return w - lr * g / (np.sqrt(memory["s"]) + epsilon)


def rmsprop(w, g, lr, memory, alpha=0.99, epsilon=1e-8):
    memory["s"] = alpha * memory.get("s", 0.0) + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(memory["s"]) + epsilon)


def adam(w, g, lr, memory, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Kingma & Ba, 2015. AdamW (Loshchilov & Hutter, 2019) differs only in its weight decay, which is applied elsewhere."""
    t = memory["t"] = memory.get("t", 0) + 1
    memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
    memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g**2
    return w - lr * (memory["m"] / (1 - beta1**t)) / (np.sqrt(memory["v"] / (1 - beta2**t)) + epsilon)


def rprop(w, g, lr, memory, grow=1.2, shrink=0.5, least=1e-6, most=50.0):
    """iRprop-: Igel & Hüsken, 2000."""
    step, agreement = memory.get("step", np.full_like(w, lr)), g * memory.get("g", 0.0)
    step = np.where(agreement > 0, np.minimum(step * grow, most), step)
    step = np.where(agreement < 0, np.maximum(step * shrink, least), step)
    g = np.where(agreement < 0, 0.0, g)
    memory["step"], memory["g"] = step, g
    return w - np.sign(g) * step


def quickprop(w, g, lr, memory, mu=1.75):
    """Fahlman, 1988, as in his program."""
    slope, before, last = -g, memory.get("slope", np.zeros_like(w)), memory.get("step", np.zeros_like(w))
    side = np.sign(last)  # if the last step was below 0, everything is mirrored
    descent = np.where(side * slope > 0, lr * slope, 0.0)
    parabola = np.where(slope == 0, 0.0, slope / (before - slope)) * last
    jump = np.where(side * slope > mu / (1 + mu) * side * before, mu * last, parabola)
    step = np.where(last == 0, lr * slope, descent + jump)
    memory["slope"], memory["step"] = slope, step
    return w + step


def delta_bar_delta(w, g, lr, memory, kappa=0.01, phi=0.1, theta=0.7):
    """Jacobs, 1988."""
    rate, average = memory.get("rate", np.full_like(w, lr)), memory.get("average", 0.0)
    rate = np.where(average * g > 0, rate + kappa, np.where(average * g < 0, rate * (1 - phi), rate))
    memory["rate"], memory["average"] = rate, (1 - theta) * g + theta * average
    return w - rate * g


OPTIMIZERS = {
    "gd": gd,
    "momentum": momentum,
    "averaged_momentum": averaged_momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adam,
    "rprop": rprop,
    "quickprop": quickprop,
    "delta_bar_delta": delta_bar_delta,
}


def norm(arrays):
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays)))


def rates_of(network, inputs, lr, lr_over_fan_in):
    """One learning rate per layer."""
    rates = list(lr) if np.iterable(lr) else [lr] * network.depth
    if lr_over_fan_in:  # as in Fahlman's program, where the bias is one more input
        rates = [rate / (network.fan_in(layer, inputs) + network.bias) for layer, rate in enumerate(rates, start=1)]
    return rates


def cosine(epoch, epochs, floor=0.0):
    return floor + (1 - floor) * (1 + math.cos(math.pi * min(epoch / epochs, 1.0))) / 2


# Functions of the epoch, counted from 0, and of the schedule's hyperparameters.
SCHEDULES = {
    "constant": lambda epoch: 1.0,
    "step": lambda epoch, every, factor: factor ** (epoch // every),
    "exponential": lambda epoch, factor: factor**epoch,
    "cosine": cosine,
}


def schedule_factor(epoch, name="constant", warmup=0, **hyperparameters):
    """The factor of the learning rates in an epoch."""
    factor = SCHEDULES[name](epoch, **hyperparameters)
    return factor * min(1.0, (epoch + 1) / warmup) if warmup else factor


def updated(parameters, slopes, memories, rates, optimizer, weight_decay, clip):
    """All arrays after one update. Clipping comes first, then the weight decay, then the optimizer."""
    hyperparameters = dict(optimizer)
    name = hyperparameters.pop("name")
    length = norm(slopes)
    if clip is not None and length > clip:
        slopes = [g * (clip / length) for g in slopes]
    after = []
    for w, g, memory, lr in zip(parameters, slopes, memories, rates, strict=True):
        if name == "adamw":
            w = w * (1 - lr * weight_decay)
        else:
            g = g + weight_decay * w
        after.append(OPTIMIZERS[name](w, g, lr, memory, **hyperparameters))
    return after
