#!/usr/bin/python3
"""Golden vectors of transfer learning for classification, computed by PyTorch in float64: one pretraining step with the
running statistics of torch's own batch normalisation, then a new head trained by torch's own SGD.

    /usr/bin/python3 engine/tests/golden/generate_transfer.py [DIRECTORY]

The format, and the habits, are those of generate.py and generate_conv.py. Behind the parameters of the network (head: all
CLASSES classes) stand those of the new head, task_head.weight [in, ways] and task_head.bias. Running statistics are one
vector: mean and variance of the first layer, then of the second.
"""
import os
import sys

from generate import Unsuitable, Writer, on_grid, torch
from generate_conv import Case, draw_theta, max_pool, relu, shapes, unpack

F = torch.nn.functional

CLASSES, WAYS, ROWS, SHOTS, QUERIES, MOMENTUM = 6, 3, 5, 2, 2, 0.1
CASE = Case("transfer", filters=3, pool=True, same=False, flatten=True, gamma=True, adapt=True, epsilon=1e-5,
            ways=CLASSES)


def features(parts, images, running, training):
    """[N, F]; running: list of (mean, variance), which training moves."""
    x = images.permute(0, 3, 1, 2)
    for number in range(1, CASE.blocks + 1):
        name = "block%d" % number
        x = F.conv2d(x, parts[name + ".weight"].permute(3, 2, 0, 1), parts[name + ".bias"], padding=1)
        mean, variance = running[number - 1]
        x = F.batch_norm(x, mean, variance, parts[name + ".gamma"], parts[name + ".beta"], training, MOMENTUM,
                         CASE.epsilon)
        x = max_pool(CASE, relu(x))
    return x.permute(0, 2, 3, 1).flatten(1)


def cross_entropy(logits, y):
    return -(y * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()


def flat(running):
    return torch.cat([part for pair in running for part in pair])


def batch(generator, classes, labels):
    x = torch.randn((len(labels), CASE.size, CASE.size, CASE.channels), generator=generator)
    return on_grid(x), F.one_hot(torch.tensor(labels), classes).double()


def pretrain(writer, theta, own, running, generator):
    """Two batches at the same parameters: gradients of the first, statistics after each."""
    for number, labels in ((1, [4, 0, 3, 3, 5]), (2, [1, 1, 2, 0, 4])):
        x, y = batch(generator, CLASSES, labels)
        leaf = theta.clone().requires_grad_(True)
        parts = unpack(CASE, leaf)
        loss = cross_entropy(features(parts, x, running, True) @ parts["head.weight"] + parts["head.bias"], y)
        gradient = torch.autograd.grad(loss, leaf)[0]
        prefix = "batch%d." % number
        for name, value in (("x", x), ("y", y), ("loss", loss), ("running", flat(running)),
                            ("gradient", torch.cat([gradient, torch.zeros(own)]))):
            writer.add(prefix + name, value)


def adapt(writer, name, theta, new, running, support, query, moves):
    """New head on `theta`, which moves along where `moves`: its own head never does."""
    weight = new[:-WAYS].view(-1, WAYS).clone().requires_grad_(True)
    bias = new[-WAYS:].clone().requires_grad_(True)
    parts = {key: value.clone().requires_grad_(True) for key, value in unpack(CASE, theta).items()}
    moving = [weight, bias]
    if moves:
        moving += [value for key, value in parts.items() if not key.startswith("head")]
    optimiser = torch.optim.SGD(moving, lr=0.05, momentum=0.9, dampening=0.9, weight_decay=0.01)
    for step in range(1, 4):
        optimiser.zero_grad()
        cross_entropy(features(parts, support[0], running, False) @ weight + bias, support[1]).backward()
        optimiser.step()
        order = [row[0] for row in shapes(CASE)]
        phi = torch.cat([parts[key].flatten() for key in order] + [weight.flatten(), bias])
        writer.add("%s.steps%d.adapted" % (name, step), phi)
    logits = features(parts, query[0], running, False) @ weight + bias
    writer.add(name + ".prediction", logits)
    writer.add(name + ".loss", cross_entropy(logits, query[1]))


def build(seed):
    generator = torch.Generator().manual_seed(seed)
    theta = draw_theta(CASE, generator)
    inputs = unpack(CASE, theta)["head.weight"].shape[0]
    new = on_grid(0.3 * torch.randn(inputs * WAYS + WAYS, generator=generator))
    running = [(torch.zeros(CASE.filters), torch.ones(CASE.filters)) for _ in range(CASE.blocks)]
    writer = Writer("transfer, seed %d" % seed)
    writer.add("parameters", torch.cat([theta, new]))
    pretrain(writer, theta, new.numel(), running, generator)
    support = batch(generator, WAYS, list(range(WAYS)) * SHOTS)
    query = batch(generator, WAYS, list(range(WAYS)) * QUERIES)
    for name, value in zip(("support_x", "support_y", "query_x", "query_y"), support + query):
        writer.add(name, value)
    writer.add("codes", features(unpack(CASE, theta), query[0], running, False))
    adapt(writer, "frozen", theta, new, running, support, query, False)
    adapt(writer, "full", theta, new, running, support, query, True)
    return writer


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for seed in range(1000):
        try:
            build(seed).save(os.path.join(directory, "transfer.txt"))
            return
        except Unsuitable:
            continue
    sys.exit("transfer: no seed will do")


if __name__ == "__main__":
    main()
