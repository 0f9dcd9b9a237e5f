"""Optimizers: ten steps against the oracle and PyTorch, and runs with different hyperparameters in one call."""

import itertools

import numpy as np
import pytest

import reference
from backsweep.kernels import OPTIMIZERS, SCHEDULES, train

torch = pytest.importorskip("torch")  # PyTorch has no wheels for some machines

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(6, 3)), RNG.random((6, 2))
NETWORK = {"hidden": (4, 3), "activation": "tanh", "output": "identity", "loss": "half_mse", "bias": True}
START = {"init": {"scheme": "normal", "std": 0.5}, "seed": 11, "midpoint": None}
RATES = {"gd": 0.3, "momentum": 0.1, "averaged_momentum": 0.3, "nesterov": 0.1, "quickprop": 0.1, "delta_bar_delta": 0.1}
# Hyperparameters of each optimizer, all different from the defaults.
HYPERPARAMETERS = {
    "gd": {},
    "momentum": {"beta": 0.7},
    "averaged_momentum": {"beta": 0.7},
    "nesterov": {"beta": 0.7},
    "adagrad": {"epsilon": 1e-3},
    "rmsprop": {"alpha": 0.8, "epsilon": 1e-3},
    "adam": {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
    "adamw": {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
    "rprop": {"grow": 1.3, "shrink": 0.4, "least": 1e-3, "most": 0.05},
    "quickprop": {"mu": 1.4},
    "delta_bar_delta": {"kappa": 0.02, "phi": 0.2, "theta": 0.5},
}
EXTRAS = {
    "alone": {},
    "weight decay": {"weight_decay": 0.02},
    "clipped": {"clip": 0.3},
    "a rate for each layer": {"lr": 3},
    "over the fan-in": {"lr_over_fan_in": True},
    "all at once": {"weight_decay": 0.02, "clip": 0.3, "lr": 3, "lr_over_fan_in": True},
}
SCHEDULE_HYPERPARAMETERS = {
    "constant": {},
    "step": {"every": 3, "factor": 0.5},
    "exponential": {"factor": 0.8},
    "cosine": {"epochs": 7, "floor": 0.1},
}


def test_the_lists_above_have_every_hyperparameter():
    tables = {
        "HYPERPARAMETERS": (OPTIMIZERS, HYPERPARAMETERS),
        "SCHEDULE_HYPERPARAMETERS": (SCHEDULES, SCHEDULE_HYPERPARAMETERS),
    }
    for called, (registry, table) in tables.items():
        assert set(table) == set(registry), f"{called} in this file must have an entry for each of them"
        for name, entry in registry.items():
            defaults = {key: one.default for key, one in entry.hyperparameters.items()}
            assert set(table[name]) == set(defaults), f"{called}[{name!r}] must have each hyperparameter of {name}"
            assert all(table[name][key] != defaults[key] for key in defaults), f"{called}[{name!r}] must have no default"


def settings_of(name, extra=(), **more):
    rate = RATES.get(name, 0.02)
    settings = {**NETWORK, **START, "optimizer": {"name": name, **HYPERPARAMETERS[name]}, "lr": rate, "epochs": 10}
    settings |= {**dict(extra), **more}
    if settings["lr"] == 3:
        settings["lr"] = [rate, 2 * rate, rate / 2]
    return settings


def compare(settings, rtol=1e-10):
    fit, run = train(X, Y, **settings), reference.train(X, Y, **settings)
    assert (fit.outcome, fit.epochs) == (run.outcome, run.epochs) == ("capped", 10)
    for found, expected in zip(fit.weights + fit.biases, run.weights + run.biases, strict=True):
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol)
    assert fit.loss == pytest.approx(run.loss, rel=rtol)


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_are_the_oracles(name, extra):
    compare(settings_of(name, EXTRAS[extra]))
    compare(settings_of(name, EXTRAS[extra], optimizer={"name": name}))


@pytest.mark.parametrize("warmup", [0, 1, 4])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules(schedule, warmup):
    for name, batch in itertools.product(("gd", "adam"), ("full", {"size": 4, "order": "given"})):
        compare(
            settings_of(name, schedule={"name": schedule, **SCHEDULE_HYPERPARAMETERS[schedule], "warmup": warmup}, batch=batch)
        )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_hyperparameters_that_differ_from_run_to_run(name):
    """Twenty runs in one call have the same bits as in twenty calls; the first run has neither decay nor clipping, the others
    do.
    """
    varied = {
        "seed": np.arange(20),
        "lr": [RATES.get(name, 0.02) * np.geomspace(0.5, 2, 20), 0.01, 0.02],
        "weight_decay": np.where(np.arange(20) % 3, 0.01, 0.0),
        "clip": np.geomspace(0.05, 50, 20),
        "epochs": 1 + np.arange(20) % 7,
        "derivative_offset": np.where(np.arange(20) % 2, 0.1, 0.0),
    }
    hyperparameters = {name: value * np.linspace(0.9, 1.0, 20) for name, value in HYPERPARAMETERS[name].items()}
    hyperparameters |= {"grow": hyperparameters["grow"] + 0.2} if name == "rprop" else {}
    schedule = {"warmup": np.arange(20) % 4, "every": 1 + np.arange(20) % 3, "factor": np.linspace(0.5, 1.5, 20)}
    schedule = {} if OPTIMIZERS[name].own_rates else {"schedule": {"name": "step", **schedule}}

    def at(i, value):
        if isinstance(value, dict):
            return {key: at(i, one) for key, one in value.items()}
        if isinstance(value, list):
            return [at(i, one) for one in value]
        return value[i] if isinstance(value, np.ndarray) else value

    settings = {**settings_of(name), **varied, **schedule, "optimizer": {"name": name, **hyperparameters}}
    together = train(X, Y, **settings)
    for i in range(20):
        alone = train(X, Y, **at(i, settings))
        for one, many in zip(alone.weights + alone.biases, together.weights + together.biases, strict=True):
            assert one.tobytes() == many[i].tobytes()
        run = reference.train(X, Y, **at(i, settings))
        np.testing.assert_allclose(alone.weights[0], run.weights[0], rtol=1e-9, atol=1e-10)


def test_quickprop_stops_where_slopes_are_zero():
    """Saturated units have slopes of exactly 0 after a step; 0 / 0 must count as 0."""
    settings = {"hidden": (), "output": "tanh", "loss": "mse", "init": {"scheme": "constant", "value": 0.5}, "lr": 4.0}
    settings |= {"optimizer": {"name": "quickprop"}, "epochs": 12, "midpoint": None}
    for scale in (1.0, 30.0, 100.0):
        fit, run = train([[scale]], [[1.0]], **settings), reference.train([[scale]], [[1.0]], **settings)
        np.testing.assert_allclose(fit.weights[0], run.weights[0], rtol=1e-10)
        assert np.isfinite(fit.weights[0]).all()


PYTORCH = {
    "gd": lambda p, lr: torch.optim.SGD(p, lr, weight_decay=0.01),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.7, weight_decay=0.01),
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.7, nesterov=True, weight_decay=0.01),
    "adagrad": lambda p, lr: torch.optim.Adagrad(p, lr, eps=1e-3, weight_decay=0.01),
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.8, eps=1e-3, weight_decay=0.01),
    "adam": lambda p, lr: torch.optim.Adam(p, lr, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.01),
    "adamw": lambda p, lr: torch.optim.AdamW(p, lr, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.01),
}


@pytest.mark.parametrize("clip", [None, 0.2])
@pytest.mark.parametrize("name", PYTORCH)
def test_ten_steps_are_pytorchs(name, clip):
    settings = settings_of(name, weight_decay=0.0 if clip else 0.01, clip=clip)
    weights, biases = reference.start(
        reference.Network((4, 3), "tanh", "identity", bias=True), 3, 2, START["init"], np.random.RandomState(11)
    )
    layers = [torch.nn.Linear(*reversed(w.shape), dtype=torch.float64) for w in weights]
    for layer, w, b in zip(layers, weights, biases, strict=True):
        layer.weight.data, layer.bias.data = torch.tensor(w), torch.tensor(b)
    net = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
    optimizer = PYTORCH[name](net.parameters(), settings["lr"])
    for group in optimizer.param_groups:
        group["weight_decay"] = settings["weight_decay"]
    for _ in range(10):
        optimizer.zero_grad()
        (torch.nn.functional.mse_loss(net(torch.tensor(X)), torch.tensor(Y)) / 2).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()
    fit = train(X, Y, **settings)
    rtol = 1e-4 if clip else 1e-9  # PyTorch divides by the norm plus 1e-6
    for layer, w, b in zip(layers, fit.weights, fit.biases, strict=True):
        np.testing.assert_allclose(w, layer.weight.detach().numpy(), rtol=rtol, atol=rtol)
        np.testing.assert_allclose(b, layer.bias.detach().numpy(), rtol=rtol, atol=rtol)
