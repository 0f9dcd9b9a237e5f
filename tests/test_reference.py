"""The oracle's gradients and updates against finite differences, PyTorch, and sums computed by hand."""

import itertools
import math

import numpy as np
import pytest

import reference
from reference import HEADS

torch = pytest.importorskip("torch")  # PyTorch has no wheels for some machines


def problem(output, rng, samples=7, inputs=3, outputs=2):
    """Data, with targets that the output can reach."""
    x, y = rng.normal(size=(samples, inputs)), rng.random((samples, outputs))
    if output == "softmax":
        y /= y.sum(axis=1, keepdims=True)
    elif output == "symmetric_sigmoid":
        y -= 0.5
    return x, y


def start(rng, network, inputs=3, outputs=2):
    return reference.start(network, inputs, outputs, {"scheme": "normal"}, rng)


def interleaved(weights, biases):
    """In the order of a file: W1, b1, W2, b2, ..."""
    return list(itertools.chain(*zip(weights, biases, strict=True))) if biases else weights


# ---- gradients


@pytest.mark.parametrize("activation", reference.ACTIVATIONS)
@pytest.mark.parametrize(("output", "loss"), HEADS)
def test_gradients_are_finite_differences(activation, output, loss):
    rng = np.random.default_rng([ord(letter) for letter in activation + output + loss])
    hidden = tuple(int(width) for width in rng.integers(1, 5, rng.integers(1, 4)))
    parametrization = str(rng.choice(["standard", "ntk", "mean_field"]))
    bias, shortcuts = bool(rng.random() < 0.7), bool(rng.random() < 0.5)
    network = reference.Network(hidden, activation, output, bias, 0.5, shortcuts, parametrization)
    x, y = problem(output, rng)
    weights, biases = start(rng, network)
    found = [array.copy() for arrays in reference.gradients(weights, biases, x, y, network, loss, 0.3) for array in arrays]
    for parameter, gradient in zip(weights + biases, found, strict=True):
        for place in np.ndindex(parameter.shape):
            middle, h = parameter[place], 1e-5
            parameter[place] = middle + h
            above = reference.loss_of(weights, biases, x, y, network, loss, 0.3)
            parameter[place] = middle - h
            below = reference.loss_of(weights, biases, x, y, network, loss, 0.3)
            parameter[place] = middle
            assert gradient[place] == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-7)


TORCH_ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "symmetric_sigmoid": lambda z: torch.sigmoid(z) - 0.5,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "softplus": torch.nn.functional.softplus,
    "gelu": torch.nn.functional.gelu,
    "sine": torch.sin,
    "identity": lambda z: z,
}
TORCH_LOSSES = {
    "bce": torch.nn.functional.binary_cross_entropy_with_logits,
    "cross_entropy": torch.nn.functional.cross_entropy,
    "huber": torch.nn.functional.huber_loss,
    "mse": torch.nn.functional.mse_loss,
}


def torch_loss(parameters, x, y, activation, output, loss, offset=0.0):
    """The loss of a fully connected network with biases. The offset changes only the slopes: z - z.detach() is 0 and has slope
    1.
    """

    def activated(z, name):
        return TORCH_ACTIVATIONS[name](z) + offset * (z - z.detach())

    a, depth = torch.tensor(x), len(parameters) // 2
    for layer, (w, b) in enumerate(zip(parameters[::2], parameters[1::2], strict=True), start=1):
        z = torch.nn.functional.linear(a, w, b)
        if layer < depth:
            a = activated(z, activation)
        elif loss not in ("bce", "cross_entropy"):  # these two take the logits
            z = activated(z, output)
        else:
            return TORCH_LOSSES[loss](z, torch.tensor(y))
        last = z
    return TORCH_LOSSES[loss](last, torch.tensor(y))


@pytest.mark.parametrize("offset", [0.0, 0.1])
@pytest.mark.parametrize("activation", reference.ACTIVATIONS)
@pytest.mark.parametrize(("output", "loss"), [head for head in HEADS if head[1] in TORCH_LOSSES])
def test_losses_and_gradients_are_pytorchs(activation, output, loss, offset):
    rng = np.random.default_rng(3)
    x, y = problem(output, rng)
    network = reference.Network((4, 3), activation, output, bias=True, derivative_offset=offset)
    weights, biases = start(rng, network)
    parameters = [torch.tensor(array, requires_grad=True) for array in interleaved(weights, biases)]
    value = torch_loss(parameters, x, y, activation, output, loss, offset)
    value.backward()
    assert reference.loss_of(weights, biases, x, y, network, loss) == pytest.approx(value.item(), rel=1e-12)
    for parameter, gradient in zip(
        parameters, interleaved(*reference.gradients(weights, biases, x, y, network, loss)), strict=True
    ):
        np.testing.assert_allclose(gradient, parameter.grad, rtol=1e-10, atol=1e-14)


# ---- updates


def torch_run(run, x, y, loss, make, steps=10, activation="tanh", clip=None, schedule=None, batches=None):
    """The weights of a PyTorch network trained like the oracle's run; run is the oracle's at epoch 0."""
    parameters = [torch.tensor(array, requires_grad=True) for array in interleaved(run.weights, run.biases)]
    optimizer = make(parameters)
    scheduler = schedule(optimizer) if schedule else None
    for epoch in range(steps):
        for samples in batches[epoch] if batches else [np.arange(len(x))]:
            optimizer.zero_grad()
            torch_loss(parameters, x[samples], y[samples], activation, "sigmoid", loss).backward()
            if clip:
                length = torch.nn.utils.get_total_norm([parameter.grad for parameter in parameters])
                for parameter in parameters:  # clip_grad_norm_ would add 1e-6 to the norm
                    parameter.grad *= min(1.0, clip / length)
            optimizer.step()
        if scheduler:
            scheduler.step()
    return [parameter.detach().numpy() for parameter in parameters]


def agree(make, *, loss="bce", activation="tanh", clip=None, torch_schedule=None, batches=None, rtol=1e-9, **settings):
    """Compare ten epochs of the oracle with PyTorch."""
    x, y = problem("softmax" if loss == "cross_entropy" else "sigmoid", np.random.default_rng(11))
    settings |= {
        "hidden": (4, 3),
        "bias": True,
        "loss": loss,
        "activation": activation,
        "clip": clip,
        "init": {"scheme": "normal"},
    }
    settings["output"] = "softmax" if loss == "cross_entropy" else "sigmoid"
    before = reference.train(x, y, epochs=0, **settings)
    after = reference.train(x, y, epochs=10, **settings)
    assert after.outcome == "capped"
    assert after.epochs == 10
    twin = torch_run(before, x, y, loss, make, 10, activation, clip, torch_schedule, batches)
    for ours, theirs in zip(interleaved(after.weights, after.biases), twin, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12)


OPTIMIZERS = {
    "gd": ({"name": "gd"}, lambda p: torch.optim.SGD(p, 0.2)),
    "momentum": ({"name": "momentum", "beta": 0.8}, lambda p: torch.optim.SGD(p, 0.2, momentum=0.8)),
    "nesterov": ({"name": "nesterov"}, lambda p: torch.optim.SGD(p, 0.2, momentum=0.9, nesterov=True)),
    "adagrad": ({"name": "adagrad"}, lambda p: torch.optim.Adagrad(p, 0.2)),
    "rmsprop": ({"name": "rmsprop", "alpha": 0.9}, lambda p: torch.optim.RMSprop(p, 0.2, alpha=0.9)),
    "adam": ({"name": "adam", "beta1": 0.8}, lambda p: torch.optim.Adam(p, 0.2, betas=(0.8, 0.999))),
    "rprop": ({"name": "rprop"}, lambda p: torch.optim.Rprop(p, 0.2)),
    "rprop at its bounds": (
        {"name": "rprop", "grow": 1.5, "shrink": 0.2, "least": 0.19, "most": 0.22},
        lambda p: torch.optim.Rprop(p, 0.2, etas=(0.2, 1.5), step_sizes=(0.19, 0.22)),
    ),
}
DECAYED = {
    "gd": ({"name": "gd"}, lambda p: torch.optim.SGD(p, 0.2, weight_decay=0.3)),
    "momentum": ({"name": "momentum"}, lambda p: torch.optim.SGD(p, 0.2, momentum=0.9, weight_decay=0.3)),
    "nesterov": ({"name": "nesterov"}, lambda p: torch.optim.SGD(p, 0.2, momentum=0.9, nesterov=True, weight_decay=0.3)),
    "adagrad": ({"name": "adagrad"}, lambda p: torch.optim.Adagrad(p, 0.2, weight_decay=0.3)),
    "rmsprop": ({"name": "rmsprop"}, lambda p: torch.optim.RMSprop(p, 0.2, weight_decay=0.3)),
    "adam": ({"name": "adam"}, lambda p: torch.optim.Adam(p, 0.2, weight_decay=0.3)),
    "adamw": ({"name": "adamw"}, lambda p: torch.optim.AdamW(p, 0.2, weight_decay=0.3)),
}
SCHEDULES = {
    "step": ({"name": "step", "every": 3, "factor": 0.5}, lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5)),
    "exponential": ({"name": "exponential", "factor": 0.8}, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8)),
    "cosine": (
        {"name": "cosine", "epochs": 10, "floor": 0.1},
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10, eta_min=0.02),
    ),
    "warm-up": (
        {"name": "constant", "warmup": 5},
        lambda o: torch.optim.lr_scheduler.LinearLR(o, 1 / 5, 1.0, total_iters=4),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_are_pytorchs(name):
    optimizer, make = OPTIMIZERS[name]
    agree(make, optimizer=optimizer, lr=0.2)


@pytest.mark.parametrize("name", DECAYED)
def test_weight_decay_is_pytorchs(name):
    optimizer, make = DECAYED[name]
    agree(make, optimizer=optimizer, lr=0.2, weight_decay=0.3)


@pytest.mark.parametrize("name", ["gd", "nesterov", "adam"])
def test_clipping_is_pytorchs(name):
    optimizer, make = OPTIMIZERS[name]
    agree(make, optimizer=optimizer, lr=0.2, clip=0.05)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_pytorchs(name):
    schedule, torch_schedule = SCHEDULES[name]
    for name in ("gd", "adam"):
        optimizer, make = OPTIMIZERS[name]
        agree(make, optimizer=optimizer, lr=0.2, schedule=schedule, torch_schedule=torch_schedule)


@pytest.mark.parametrize("loss", TORCH_LOSSES)
@pytest.mark.parametrize("activation", reference.ACTIVATIONS)
def test_ten_steps_are_pytorchs(activation, loss):
    optimizer, make = OPTIMIZERS["momentum"]
    agree(make, optimizer=optimizer, lr=0.2, loss=loss, activation=activation)


def test_one_rate_per_layer_and_rates_over_the_fan_in():
    def make(rates):
        return lambda p: torch.optim.SGD([{"params": p[2 * i : 2 * i + 2], "lr": rate} for i, rate in enumerate(rates)])

    agree(make([0.1, 0.2, 0.4]), lr=[0.1, 0.2, 0.4])
    agree(make([0.3 / 4, 0.3 / 5, 0.3 / 4]), lr=0.3, lr_over_fan_in=True)


def test_schedules_go_on_after_their_last_epoch():
    factors = [reference.optimizers.schedule_factor(epoch, "cosine", epochs=4, floor=0.2, warmup=2) for epoch in range(7)]
    np.testing.assert_allclose(
        factors, [0.5, 0.2 + 0.4 * (1 + math.sqrt(0.5)), 0.6, 0.2 + 0.4 * (1 - math.sqrt(0.5)), 0.2, 0.2, 0.2]
    )


def follow(name, gradients, lr, **hyperparameters):
    """The weights of a single-weight network whose gradients are given."""
    w, memory, path = np.zeros(1), {}, []
    for g in gradients:
        w = reference.OPTIMIZERS[name](w, np.array([float(g)]), lr, memory, **hyperparameters)
        path.append(w[0])
    return path


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide", "ignore:divide by zero")
def test_optimizers_that_pytorch_lacks_by_hand():
    assert follow("averaged_momentum", [1, 1, 1], 1.0, beta=0.5) == [-0.5, -1.25, -2.125]
    # The rate: 1, grown to 1.5, grown to 2, halved to 1, and left where the gradient is 0.
    delta_bar_delta = follow("delta_bar_delta", [1, 1, 1, -1, 0], 1.0, kappa=0.5, phi=0.5, theta=0.5)
    assert delta_bar_delta == [-1, -2.5, -4.5, -3.5, -3.5]
    # Slopes 8, 4, 4, -2, 0, -1: a plain step; to the minimum of the parabola; mu times the last step; back; no step; a plain
    # step.
    quickprop = follow("quickprop", [-8, -4, -4, 2, 0, 1], 0.125, mu=1.0)
    np.testing.assert_allclose(
        np.diff(quickprop, prepend=0), [1, 1 + 0.5, 1.5 + 0.5, -2 / 6 * 2, 0, -0.125], rtol=1e-14, atol=0
    )
    mirrored = follow("quickprop", [8, 4, 4, -2, 0, -1], 0.125, mu=1.0)
    assert mirrored == [-w for w in quickprop]


# ---- draws


@pytest.mark.parametrize("order", ["given", "shuffled", "shared", "replacement"])
@pytest.mark.parametrize("stream", ["mt19937", "pcg64"])
def test_orders_follow_the_weights_in_the_runs_own_stream_or_the_epoch(stream, order):
    rng = np.random.RandomState(4) if stream == "mt19937" else np.random.default_rng(4)
    for shape in ((4, 3), 4, (3, 4), 3, (2, 3), 2):
        rng.standard_normal(shape)
    draw = {
        "given": lambda epoch: np.arange(7),
        "shuffled": lambda epoch: rng.permutation(7),
        "shared": lambda epoch: np.random.default_rng(epoch).permutation(7),
        "replacement": lambda epoch: rng.randint(0, 7, 7) if stream == "mt19937" else rng.integers(0, 7, 7),
    }[order]
    batches = [np.split(draw(epoch), [3, 6]) for epoch in range(10)]
    optimizer, make = OPTIMIZERS["adam"]
    agree(make, optimizer=optimizer, lr=0.2, stream=stream, seed=4, batch={"size": 3, "order": order}, batches=batches)


def test_pattern_is_a_batch_of_one():
    batches = [[[i] for i in range(7)]] * 10
    agree(lambda p: torch.optim.SGD(p, 0.2), lr=0.2, batch="pattern", batches=batches)
