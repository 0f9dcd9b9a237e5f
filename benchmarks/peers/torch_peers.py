"""PyTorch, eager: autograd over a batch of runs, and torch.func's vmap of grad."""

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
