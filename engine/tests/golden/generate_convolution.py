#!/usr/bin/python3
"""Golden vectors of MAML through a small convolutional network, computed by PyTorch's automatic differentiation in float64.

    /usr/bin/python3 engine/tests/golden/generate_convolution.py [DIRECTORY]

writes DIRECTORY/convolution.txt (default: this directory) in the format of generate.py. The network: images [N,9,8,2];
convolution 3x3 to 3 channels, stride 2, TensorFlow's SAME padding (rows 1/1, columns 0/1), + bias, relu; convolution 3x2
to 4 channels, stride 1, one row and column of zeros on every side, + bias, relu; flatten; linear to 3 classes. Images are
NHWC, weights [kh, kw, in, out]; parameters are one flat vector in the order conv1.weight, conv1.bias, conv2.weight, ...
"""
import os
import sys

sys.dont_write_bytecode = True
from generate import GRID, KINK, Unsuitable, Writer, on_grid, torch

CLASSES, RATE = 3, 0.25
SHAPES = [(3, 3, 2, 3), (3,), (3, 2, 3, 4), (4,), (5 * 5 * 4, CLASSES), (CLASSES,)]


def relu(x):
    if float(x.detach().abs().min()) < KINK:
        raise Unsuitable("a pre-activation is nearly 0")
    return torch.relu(x)


def convolve(x, weight, bias, stride, padding):
    """x [N,H,W,C]; padding: left, right, top, bottom."""
    x = torch.nn.functional.pad(x.permute(0, 3, 1, 2), padding)
    return torch.nn.functional.conv2d(x, weight.permute(3, 2, 0, 1), bias, stride).permute(0, 2, 3, 1)


def logits(theta, x):
    parts, offset = [], 0
    for shape in SHAPES:
        size = int(torch.tensor(shape).prod())
        parts.append(theta[offset:offset + size].view(shape))
        offset += size
    assert offset == theta.numel()
    x = relu(convolve(x, parts[0], parts[1], 2, (0, 1, 1, 1)))
    x = relu(convolve(x, parts[2], parts[3], 1, (1, 1, 1, 1)))
    return x.reshape(x.shape[0], -1) @ parts[4] + parts[5]


def loss_of(theta, x, y):
    return -(y * torch.log_softmax(logits(theta, x), dim=1)).sum(dim=1).mean()


def adapt(theta, episode, steps, create_graph):
    for _ in range(steps):
        gradient = torch.autograd.grad(loss_of(theta, episode[0], episode[1]), theta, create_graph=create_graph)[0]
        theta = theta - RATE * gradient
    return theta


def check_difference(theta, episode, steps, gradient):
    direction = torch.cos(torch.arange(theta.numel()) * 0.7)
    at = lambda h: float(loss_of(adapt((theta + h * direction).requires_grad_(True), episode, steps, False),
                                 episode[2], episode[3]).detach())
    difference, expected = (at(1e-6) - at(-1e-6)) / 2e-6, float(gradient @ direction)
    if abs(difference - expected) > 1e-5 * (1 + abs(expected)):
        raise Unsuitable("differences say %.9g, the gradient %.9g" % (difference, expected))


def write(writer, theta, episode):
    writer.add("inner.learning_rate", RATE)
    writer.add("parameters", theta)
    for name, value in zip(("support_x", "support_y", "query_x", "query_y"), episode):
        writer.add(name, value)
    writer.add("logits", logits(theta, episode[2]))
    for steps in (1, 3):
        prefix = "steps%d." % steps
        start = theta.clone().requires_grad_(True)
        leaf = adapt(start, episode, steps, False).detach().requires_grad_(True)
        first = torch.autograd.grad(loss_of(leaf, episode[2], episode[3]), leaf)[0]
        loss = loss_of(adapt(start, episode, steps, True), episode[2], episode[3])
        second = torch.autograd.grad(loss, start)[0]
        check_difference(theta, episode, steps, second)
        if float((second - first).norm() / second.norm()) < 1e-2:
            raise Unsuitable("second order is not visible")
        writer.add(prefix + "adapted", leaf)
        writer.add(prefix + "loss", loss)
        writer.add(prefix + "first_order_gradient", first)
        writer.add(prefix + "meta_gradient", second)


def build(seed):
    generator = torch.Generator().manual_seed(seed)
    writer = Writer("MAML through convolutions, %d classes, seed %d" % (CLASSES, seed))
    writer.lines[1] = writer.lines[1].replace("generate.py", "generate_convolution.py")
    scales = [0.4, 0.2, 0.4, 0.2, 0.3, 0.2]
    theta = torch.cat([scale * torch.randn(int(torch.tensor(shape).prod()), generator=generator)
                       for scale, shape in zip(scales, SHAPES)])
    centres = torch.randn(CLASSES, 9, 8, 2, generator=generator)
    episode = []
    for rows in (6, 9):
        label = torch.arange(rows) % CLASSES
        episode.append(on_grid(centres[label] + 0.5 * torch.randn(rows, 9, 8, 2, generator=generator)))
        episode.append(torch.nn.functional.one_hot(label, CLASSES).double())
    write(writer, on_grid(theta), episode)
    return writer


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    assert GRID == 2.0 ** -9
    for seed in range(1, 2000):
        try:
            writer = build(seed)
        except Unsuitable:
            continue
        writer.save(os.path.join(directory, "convolution.txt"))
        return
    raise SystemExit("no suitable seed")


if __name__ == "__main__":
    main()
