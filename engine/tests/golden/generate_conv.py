#!/usr/bin/python3
"""Golden vectors of the convolutional networks and of batch normalisation, computed by PyTorch in float64.

    /usr/bin/python3 engine/tests/golden/generate_conv.py [DIRECTORY]

The format, and the habits, are those of generate.py. Images are [N, H, W, C], labels one-hot. Parameters are one flat
vector: block1.weight [3, 3, in, out], block1.bias, block1.gamma, block1.beta (as far as there are any), block2...,
head.weight [in, out], head.bias; in a network without convolutions block1.weight is [in, out].
"""
import os
import sys

from generate import KINK, Unsuitable, Writer, on_grid, torch

F = torch.nn.functional


class Case:
    """A network and its task. loss: the factor of the mean inner loss; adapt: the inner loop moves gamma and beta."""

    def __init__(self, name, **settings):
        self.name = name
        self.size, self.channels, self.filters, self.blocks = 8, 1, 4, 2
        self.pool = self.late_relu = self.pool_same = self.flatten = self.gamma = self.adapt = False
        self.same, self.norm, self.conv = True, True, True
        self.ways, self.shots, self.queries, self.rate, self.loss, self.epsilon = 3, 2, 2, 0.1, "per_class_sum", 1e-3
        self.__dict__.update(settings)


CASES = [
    Case("conv-maml"),
    Case("conv-reptile", size=7, channels=2, filters=3, pool=True, pool_same=True, late_relu=True, flatten=True,
         gamma=True, adapt=True, loss="sum", rate=0.02),
    Case("conv-pool", size=9, filters=5, pool=True, same=False, flatten=True, gamma=True, epsilon=1e-5, loss="mean",
         rate=0.3),
    Case("conv-plain", size=7, filters=3, same=False, norm=False, loss="mean", rate=0.2),
    Case("mlp-norm", conv=False, size=3, filters=7),
]


def shapes(case):
    """(name, shape, adapted) of every parameter in order."""
    rows, inputs = [], case.channels if case.conv else case.size * case.size * case.channels
    side = case.size
    for block in range(1, case.blocks + 1):
        kernel = (3, 3, inputs, case.filters) if case.conv else (inputs, case.filters)
        rows.append(("block%d.weight" % block, kernel, True))
        rows.append(("block%d.bias" % block, (case.filters,), True))
        if case.norm and case.gamma:
            rows.append(("block%d.gamma" % block, (case.filters,), case.adapt))
        if case.norm:
            rows.append(("block%d.beta" % block, (case.filters,), case.adapt))
        inputs = case.filters
        side = (side + (not case.pool or case.pool_same)) // 2
    if case.conv and case.flatten:
        inputs *= side * side
    rows.append(("head.weight", (inputs, case.ways), True))
    rows.append(("head.bias", (case.ways,), True))
    return rows


def unpack(case, theta):
    offset, parts = 0, {}
    for name, shape, _ in shapes(case):
        size = 1
        for d in shape:
            size *= d
        parts[name] = theta[offset:offset + size].view(shape)
        offset += size
    assert offset == theta.numel()
    return parts


def relu(x):
    if float(x.detach().abs().min()) < KINK:
        raise Unsuitable("a pre-activation is nearly 0")
    return torch.relu(x)


def max_pool(case, x):
    """x [N, C, H, W]; raises Unsuitable where the two largest of a window are nearly equal, unless both are relu's 0."""
    for top in range(0, x.shape[2] - (not case.pool_same), 2):
        for left in range(0, x.shape[3] - (not case.pool_same), 2):
            window = x.detach()[:, :, top:top + 2, left:left + 2].flatten(2)
            if window.shape[2] == 1:
                continue
            best, next_best = window.topk(2, dim=2).values.unbind(2)
            if bool(((best - next_best < KINK) & (best != 0)).any()):
                raise Unsuitable("a maximum is nearly shared")
    return F.max_pool2d(x, 2, 2, ceil_mode=case.pool_same)


def batch_norm(case, parts, name, x, channels):
    """Written down here: torch's own has no second derivative without a weight."""
    axes = [0, 2, 3] if case.conv else [0]
    x = x - x.mean(dim=axes, keepdim=True)
    x = x / torch.sqrt((x * x).mean(dim=axes, keepdim=True) + case.epsilon)
    if case.gamma:
        x = x * parts[name + ".gamma"].view(channels)
    return x + parts[name + ".beta"].view(channels)


def block(case, parts, name, x):
    stride = 1 if case.pool else 2
    if case.conv:
        if case.same:  # TensorFlow: as few zeros as needed, the odd one at the bottom and right
            n = x.shape[2]
            needed = max((-(-n // stride) - 1) * stride + 3 - n, 0)
            x = F.pad(x, (needed // 2, needed - needed // 2, needed // 2, needed - needed // 2))
        x = F.conv2d(x, parts[name + ".weight"].permute(3, 2, 0, 1), stride=stride, padding=0 if case.same else 1)
    else:
        x = x @ parts[name + ".weight"]
    channels = (1, -1, 1, 1) if case.conv else (1, -1)
    x = x + parts[name + ".bias"].view(channels)
    if case.norm:
        x = batch_norm(case, parts, name, x, channels)
    if not case.late_relu:
        x = relu(x)
    if case.conv and case.pool:
        x = max_pool(case, x)
    return relu(x) if case.late_relu else x


def predict(case, theta, images):
    """Logits [N, ways] of images [N, H, W, C]."""
    parts = unpack(case, theta)
    x = images.permute(0, 3, 1, 2) if case.conv else images.flatten(1)
    for number in range(1, case.blocks + 1):
        x = block(case, parts, "block%d" % number, x)
    if case.conv:
        x = x.permute(0, 2, 3, 1)
        x = x.flatten(1) if case.flatten else x.mean(dim=(1, 2))
    return x @ parts["head.weight"] + parts["head.bias"]


def loss_of(case, theta, x, y):
    return -(y * torch.log_softmax(predict(case, theta, x), dim=1)).sum(dim=1).mean()


def factor(case, rows):
    return {"mean": 1, "per_class_sum": case.ways, "sum": rows}[case.loss]


def inner(case, theta, x, y, steps, create_graph):
    mask = torch.cat([torch.full((torch.Size(shape).numel(),), float(adapted)) for _, shape, adapted in shapes(case)])
    for _ in range(steps):
        loss = factor(case, x.shape[0]) * loss_of(case, theta, x, y)
        gradient = torch.autograd.grad(loss, theta, create_graph=create_graph)[0]
        theta = theta - case.rate * mask * gradient
    return theta


def draw_theta(case, generator):
    parts = []
    for name, shape, _ in shapes(case):
        kind = name.split(".")[1]
        start = {"weight": 0.0, "bias": 0.0, "gamma": 1.0, "beta": 0.1}[kind]
        scale = {"weight": 0.5, "bias": 0.2, "gamma": 0.3, "beta": 0.3}[kind]
        parts.append((start + scale * torch.randn(shape, generator=generator)).flatten())
    return on_grid(torch.cat(parts))


def draw_set(case, centres, count, generator):
    label = torch.arange(case.ways).repeat_interleave(count)
    x = centres[label] + 0.6 * torch.randn((len(label),) + centres.shape[1:], generator=generator)
    return on_grid(x), F.one_hot(label, case.ways).double()


def check_direction(case, theta, episode, steps, gradient):
    direction = torch.cos(torch.arange(theta.numel()) * 0.7)

    def at(h):
        leaf = (theta + h * direction).requires_grad_(True)
        return float(loss_of(case, inner(case, leaf, episode[0], episode[1], steps, False), *episode[2:]).detach())

    difference, expected = (at(1e-7) - at(-1e-7)) / 2e-7, float(gradient @ direction)
    if abs(difference - expected) > 2e-5 * (1 + abs(expected)):
        raise Unsuitable("differences say %.9g, the gradient %.9g" % (difference, expected))


def write_steps(writer, case, theta, episode, steps):
    prefix = "maml.steps%d." % steps
    adapted = inner(case, theta.clone().requires_grad_(True), episode[0], episode[1], steps, False)
    leaf = adapted.detach().requires_grad_(True)
    loss = loss_of(case, leaf, *episode[2:])
    first = torch.autograd.grad(loss, leaf)[0]
    start = theta.clone().requires_grad_(True)
    end = inner(case, start, episode[0], episode[1], steps, True)
    second = torch.autograd.grad(loss_of(case, end, *episode[2:]), start)[0]
    check_direction(case, theta, episode, steps, second)
    if float((second - first).norm() / second.norm()) < 1e-2:
        raise Unsuitable("second order is not visible")
    for name, value in (("adapted", leaf), ("loss", loss), ("first_order_gradient", first), ("meta_gradient", second)):
        writer.add(prefix + name, value)


def build(case, seed):
    generator = torch.Generator().manual_seed(seed)
    theta = draw_theta(case, generator)
    centres = torch.randn(case.ways, case.size, case.size, case.channels, generator=generator)
    episode = draw_set(case, centres, case.shots, generator) + draw_set(case, centres, case.queries, generator)
    settings = ", ".join("%s %s" % pair for pair in sorted(case.__dict__.items()) if pair[0] != "name")
    writer = Writer("%s: %s, seed %d" % (case.name, settings, seed))
    writer.add("inner.learning_rate", case.rate)
    writer.add("parameters", theta)
    for name, value in zip(("support_x", "support_y", "query_x", "query_y"), episode):
        writer.add(name, value)
    writer.add("query.loss", loss_of(case, theta, *episode[2:]))
    writer.add("query.prediction", predict(case, theta, episode[2]))
    alone = [predict(case, theta, torch.cat([episode[0], row[None]]))[-1] for row in episode[2]]
    writer.comment("not transductive: each query judged as the last row of a batch of the support set and itself")
    writer.add("query.prediction_alone", torch.stack(alone))
    for steps in (1, 2):
        write_steps(writer, case, theta, episode, steps)
    return writer


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for case in CASES:
        for seed in range(1, 200):
            try:
                writer = build(case, seed)
            except Unsuitable as reason:
                print("%s, seed %d: %s" % (case.name, seed, reason))
                continue
            writer.save(os.path.join(folder, case.name + ".txt"))
            break
        else:
            sys.exit("%s: no suitable seed" % case.name)


if __name__ == "__main__":
    main()
