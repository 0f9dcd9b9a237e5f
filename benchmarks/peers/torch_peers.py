"""PyTorch, eager: autograd over a batch of runs, torch.func's vmap of grad, and the gradient by hand in two layouts."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def _tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


def autograd(weights, x, y, lr, epochs):
    """One graph of all runs; runs do not touch each other, so the gradient of the sum of their losses is each one's own."""
    w1, w2, x, y = _tensors(*weights, x, y)
    w1, w2 = w1.clone().requires_grad_(), w2.clone().requires_grad_()
    targets = y.expand(len(w1), -1)
    for _ in range(epochs):
        logits = (torch.sigmoid(x @ w1.mT) @ w2.mT)[..., 0]
        loss = binary_cross_entropy_with_logits(logits, targets, reduction="sum") / len(x)
        g1, g2 = torch.autograd.grad(loss, (w1, w2))
        with torch.no_grad():
            w1 -= lr * g1
            w2 -= lr * g2
    return [w1.detach().numpy(), w2.detach().numpy()]


def _loss(weights, x, y):
    w1, w2 = weights
    return binary_cross_entropy_with_logits((torch.sigmoid(x @ w1.mT) @ w2.mT)[:, 0], y)


def vmap_of_grad(weights, x, y, lr, epochs):
    w1, w2, x, y = _tensors(*weights, x, y)
    gradient = torch.func.vmap(torch.func.grad(_loss), in_dims=(0, None, None))
    for _ in range(epochs):
        g1, g2 = gradient((w1, w2), x, y)
        w1, w2 = w1 - lr * g1, w2 - lr * g2
    return [w1.numpy(), w2.numpy()]


def by_hand(weights, x, y, lr, epochs):
    """Arrays of (runs, samples, units), multiplied by `@`."""
    w1, w2, x, y = _tensors(*weights, x, y)
    targets = y[:, None]
    for _ in range(epochs):
        a1 = torch.sigmoid(x @ w1.mT)
        slope2 = (torch.sigmoid(a1 @ w2.mT) - targets) / len(x)
        slope1 = slope2 * w2 * a1 * (1 - a1)
        w1, w2 = w1 - lr * (slope1.mT @ x), w2 - lr * (slope2.mT @ a1)
    return [w1.numpy(), w2.numpy()]


def runs_last(weights, x, y, lr, epochs):
    """Arrays of (samples, units, runs): what is computed of a unit is contiguous over runs."""
    w1, w2, x, y = _tensors(*weights, x, y)
    w1, w2 = w1.movedim(0, -1).contiguous(), w2[:, 0].T.contiguous()
    targets, samples = y[:, None], len(x)
    for _ in range(epochs):
        a1 = torch.sigmoid((x @ w1).movedim(1, 0))
        slope2 = torch.sigmoid((w2 * a1).sum(dim=1)) - targets
        slope1 = slope2[:, None] * w2 * a1 * (1 - a1)
        w2 = w2 - lr / samples * (slope2[:, None] * a1).sum(dim=0)
        w1 = w1 - lr / samples * (x.T @ slope1.movedim(0, 1))
    return [w1.movedim(-1, 0).numpy(), w2.T[:, None].numpy()]


def digits(weights, x, y, lr, epochs, orders):
    """The gradient by hand: arrays of (runs, samples, units), multiplied by `@`."""
    w1, w2, x, y = _tensors(*weights, x, y)
    batches = [[slice(None)]] if orders is None else torch.from_numpy(orders)
    for epoch in range(epochs):
        for some in batches[epoch % len(batches)]:
            inputs = x[some]
            a1 = torch.sigmoid(inputs @ w1.mT)
            slope2 = (torch.softmax(a1 @ w2.mT, dim=-1) - y[some]) / a1.shape[1]
            slope1 = (slope2 @ w2) * a1 * (1 - a1)
            w1, w2 = w1 - lr * (slope1.mT @ inputs), w2 - lr * (slope2.mT @ a1)
    return [w1.numpy(), w2.numpy()]
