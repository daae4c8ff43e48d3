#!/usr/bin/python3
"""Golden vectors of the engine's algorithms, computed by PyTorch's automatic differentiation in float64.

    /usr/bin/python3 engine/tests/golden/generate.py [DIRECTORY]     (Debian: apt-get install python3-torch)

writes DIRECTORY/*.txt (default: this directory), which the C tests read without Python. The maths is written down here
on its own, from the papers: nothing of the engine is used. Same torch version, same bytes.

Format: '#' comments; a header line `name rank d0 d1 ...`, then the values (%.17g, row-major). Parameters are one flat
vector: layer1.weight [in, out] row-major, layer1.bias [out], layer2.weight, ...; a layer is y = x W + b.
Inputs (parameters, episodes) are multiples of 2^-9, so that the float build starts from the very same numbers.
"""
import math
import os
import sys

try:
    import torch
except ImportError:
    sys.exit("generate.py: no module torch; install it with: apt-get install python3-torch")

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

GRID = 2.0 ** -9
KINK = 2e-5  # smallest |pre-activation| of a relu allowed: far above the rounding of a float
FLAT = 1e-5  # smallest |gradient| allowed into Adam, unless it is exactly 0


class Unsuitable(Exception):
    """This seed lands too near a kink; the next one is tried."""


class Case:
    """A network, its task and its seed; adam: MAML through Adam is "second" order, "first" (relu units that never fire
    together have gradient exactly 0, where sqrt has no derivative) or None."""

    def __init__(self, name, sizes, activation, classes, rate, shots, queries, scale, adam):
        self.name, self.sizes, self.activation, self.classes = name, sizes, activation, classes
        self.rate, self.shots, self.queries, self.scale, self.adam = rate, shots, queries, scale, adam


CASES = [
    Case("relu8", (1, 8, 8, 1), "relu", 0, 0.02, 10, 12, 0.7, "first"),
    Case("tanh8", (1, 8, 8, 1), "tanh", 0, 0.05, 10, 12, 0.7, "second"),
    Case("softmax6", (3, 6, 4), "relu", 4, 0.4, 12, 8, 0.8, "second"),
    Case("relu40", (1, 40, 40, 1), "relu", 0, 0.01, 10, 10, 0.25, None),
]


class Writer:
    """Collects named arrays of one file."""

    def __init__(self, title):
        self.lines = ["# " + title, "# written by generate.py with torch " + torch.__version__ + ", float64"]

    def comment(self, text):
        self.lines.append("# " + text)

    def add(self, name, value):
        value = torch.as_tensor(value, dtype=torch.float64).detach()
        if not bool(torch.isfinite(value).all()):
            raise Unsuitable(name + " is not finite")
        self.lines.append(" ".join([name, str(value.dim())] + [str(d) for d in value.shape]))
        row = value.shape[-1] if value.dim() else 1
        flat = ["%.17g" % v for v in value.reshape(-1).tolist()]
        width = min(row, 8)
        self.lines += [" ".join(flat[i:i + width]) for i in range(0, len(flat), width)]

    def save(self, path):
        text = "\n".join(self.lines) + "\n"
        if len(text) > 200000:
            raise SystemExit("%s: %d bytes, more than 200000" % (path, len(text)))
        with open(path + ".part", "w") as file:
            file.write(text)
        os.replace(path + ".part", path)
        print("%-28s %7d bytes" % (os.path.basename(path), len(text)))


def on_grid(tensor):
    return torch.round(tensor / GRID) * GRID


def parameter_count(sizes):
    return sum(a * b + b for a, b in zip(sizes, sizes[1:]))


def predict(case, theta, x):
    """The network of flat parameters theta [P] on x [N, in]; raises Unsuitable near a relu's kink."""
    offset, last = 0, len(case.sizes) - 2
    for layer, (rows, columns) in enumerate(zip(case.sizes, case.sizes[1:])):
        weight = theta[offset:offset + rows * columns].view(rows, columns)
        offset += rows * columns
        x = x @ weight + theta[offset:offset + columns]
        offset += columns
        if layer == last:
            continue
        if case.activation == "relu" and float(x.detach().abs().min()) < KINK:
            raise Unsuitable("a pre-activation is nearly 0")
        x = torch.relu(x) if case.activation == "relu" else torch.tanh(x)
    assert offset == theta.numel()
    return x


def loss_of(case, theta, x, y):
    output = predict(case, theta, x)
    if case.classes:
        return -(y * torch.log_softmax(output, dim=1)).sum(dim=1).mean()
    return ((output - y) ** 2).mean()


def gradient_of(case, theta, x, y, create_graph):
    return torch.autograd.grad(loss_of(case, theta, x, y), theta, create_graph=create_graph)[0]


def check_adam_gradient(gradient):
    size = gradient.detach().abs()
    if bool(((size > 0) & (size < FLAT)).any()):
        raise Unsuitable("a gradient is nearly 0")


def draw_set(case, rows, generator, task):
    if case.classes:
        centres, count = task, rows // case.classes
        label = torch.arange(case.classes).repeat_interleave(count)
        x = centres[label] + 0.7 * torch.randn(rows, case.sizes[0], generator=generator)
        return on_grid(x), torch.nn.functional.one_hot(label, case.classes).double()
    amplitude, phase = task
    x = on_grid(torch.rand(rows, 1, generator=generator) * 10 - 5)
    return x, on_grid(amplitude * torch.sin(x - phase))


def draw_episode(case, generator):
    """support_x, support_y, query_x, query_y of one task."""
    if case.classes:
        task = torch.randn(case.classes, case.sizes[0], generator=generator)
    else:
        uniform = torch.rand(2, generator=generator)
        task = (0.1 + 4.9 * uniform[0], math.pi * uniform[1])
    support = draw_set(case, case.shots, generator, task)
    return support + draw_set(case, case.queries, generator, task)


def inner_sgd(case, theta, episode, steps, create_graph):
    for _ in range(steps):
        gradient = gradient_of(case, theta, episode[0], episode[1], create_graph)
        theta = theta - case.rate * gradient
    return theta


def inner_adam(case, theta, episode, steps, rule, create_graph):
    """Kingma and Ba, Algorithm 1; zero state at the start."""
    rate, beta1, beta2, epsilon = rule
    m = v = torch.zeros_like(theta)
    for step in range(1, steps + 1):
        gradient = gradient_of(case, theta, episode[0], episode[1], create_graph)
        check_adam_gradient(gradient)
        if create_graph and float(gradient.detach().abs().min()) == 0:
            raise Unsuitable("sqrt has no derivative at 0")
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient * gradient
        m_hat, v_hat = m / (1 - beta1 ** step), v / (1 - beta2 ** step)
        theta = theta - rate * m_hat / (torch.sqrt(v_hat) + epsilon)
    return theta


def first_order(case, theta, episode, inner):
    """Adapted parameters, the query loss there and its gradient there."""
    leaf = inner(theta.clone().requires_grad_(True), False).detach().requires_grad_(True)
    loss = loss_of(case, leaf, episode[2], episode[3])
    return {"adapted": leaf.detach(), "loss": loss.detach(), "first_order_gradient": torch.autograd.grad(loss, leaf)[0]}


def meta(case, theta, episode, inner):
    """As first_order, and the gradient through the inner loop, checked by a directional difference."""
    result = first_order(case, theta, episode, inner)
    start = theta.clone().requires_grad_(True)
    second = torch.autograd.grad(loss_of(case, inner(start, True), episode[2], episode[3]), start)[0]

    direction = torch.cos(torch.arange(theta.numel()) * 0.7)
    at = lambda h: float(loss_of(case, inner((theta + h * direction).requires_grad_(True), False),
                                 episode[2], episode[3]).detach())
    difference, expected = (at(1e-7) - at(-1e-7)) / 2e-7, float(second @ direction)
    if abs(difference - expected) > 1e-5 * (1 + abs(expected)):
        raise Unsuitable("differences say %.9g, the gradient %.9g" % (difference, expected))
    if float((second - result["first_order_gradient"]).norm() / second.norm()) < 1e-3:
        raise Unsuitable("second order is not visible")
    result["meta_gradient"] = second
    return result


def write_meta(writer, prefix, result):
    for name, value in result.items():
        writer.add(prefix + "." + name, value)


def write_inputs(writer, case, theta, episode):
    writer.add("inner.learning_rate", case.rate)
    writer.add("parameters", theta)
    for name, value in zip(("support_x", "support_y", "query_x", "query_y"), episode):
        writer.add(name, value)
    leaf = theta.clone().requires_grad_(True)
    writer.add("query.loss", loss_of(case, leaf, episode[2], episode[3]))
    writer.add("query.gradient", gradient_of(case, leaf, episode[2], episode[3], False))


def draw_batches(case, generator, steps=5):
    """Row numbers [steps, rows]: a permutation of the support set, then another: cycled without replacement."""
    rows = case.shots // 2 - 1
    order = torch.cat([torch.randperm(case.shots, generator=generator) for _ in range(steps)])
    return order[:steps * rows].view(steps, rows)


def reptile_task(case, theta, optimiser, leaf, episode, batches, adam):
    """k mini-batch steps of torch.optim from theta; the displacement theta - phi."""
    leaf.data.copy_(theta)
    for rows in batches:
        leaf.grad = gradient_of(case, leaf, episode[0][rows], episode[1][rows], False)
        if adam:
            check_adam_gradient(leaf.grad)
        optimiser.step()
    return theta - leaf.detach()


def write_reptile(writer, case, theta, episodes, batches):
    adam = {"lr": 0.003, "betas": (0.0, 0.999), "eps": 1e-8}
    writer.comment("Reptile: theta - phi after 5 mini-batch steps; rows of the support set per step in *.batches")
    for task in (1, 2):
        writer.add("reptile.task%d.support_x" % task, episodes[task - 1][0])
        writer.add("reptile.task%d.support_y" % task, episodes[task - 1][1])
        writer.add("reptile.task%d.batches" % task, batches[task - 1])
    writer.add("reptile.adam.learning_rate", adam["lr"])
    writer.add("reptile.adam.beta1", adam["betas"][0])
    writer.add("reptile.adam.beta2", adam["betas"][1])
    writer.add("reptile.adam.epsilon", adam["eps"])

    leaf = theta.clone().requires_grad_(True)
    sgd = torch.optim.SGD([leaf], lr=case.rate)
    writer.add("reptile.sgd.displacement", reptile_task(case, theta, sgd, leaf, episodes[0], batches[0], False))
    momentum = torch.optim.SGD([leaf], lr=case.rate, momentum=0.9)
    writer.comment("SGD with momentum 0.9, v = mu v + g, state reset")
    writer.add("reptile.momentum.displacement", reptile_task(case, theta, momentum, leaf, episodes[0], batches[0], False))

    writer.comment("Adam; task 2 starts from the same theta, but from the moments and powers task 1 left (carried)")
    carried = torch.optim.Adam([leaf], **adam)
    for task in (1, 2):
        displacement = reptile_task(case, theta, carried, leaf, episodes[task - 1], batches[task - 1], True)
        state = carried.state[leaf]
        prefix = "reptile.adam_carried.task%d." % task
        writer.add(prefix + "displacement", displacement)
        writer.add(prefix + "first_moment", state["exp_avg"])
        writer.add(prefix + "second_moment", state["exp_avg_sq"])
        writer.add(prefix + "beta2_power", adam["betas"][1] ** int(state["step"]))
    reset = torch.optim.Adam([leaf], **adam)
    writer.comment("the same task 2 from zero state")
    writer.add("reptile.adam_reset.task2.displacement",
               reptile_task(case, theta, reset, leaf, episodes[1], batches[1], True))


def build_case(case, seed):
    """All files of one case from one seed: {file name: Writer}."""
    generator = torch.Generator().manual_seed(seed)
    theta = on_grid(case.scale * torch.randn(parameter_count(case.sizes), generator=generator))
    episodes = [draw_episode(case, generator) for _ in range(2)]
    batches = [draw_batches(case, generator) for _ in range(2)]
    title = "%s: mlp %s, %s%s, seed %d" % (case.name, "-".join(map(str, case.sizes)), case.activation,
                                         ", softmax cross-entropy" if case.classes else "", seed)
    files = {}
    large = theta.numel() > 1000  # one file for each number of steps
    writer = files.setdefault(case.name, Writer(title))
    write_inputs(writer, case, theta, episodes[0])
    for steps in (1, 3, 5):
        if large:
            writer = files.setdefault("%s-steps%d" % (case.name, steps), Writer(title))
        inner = lambda start, graph: inner_sgd(case, start, episodes[0], steps, graph)
        write_meta(writer, "maml.steps%d" % steps, meta(case, theta, episodes[0], inner))
    if case.adam:
        write_maml_adam(writer, case, theta, episodes[0])
    if not large:
        write_reptile(writer, case, theta, episodes, batches)
    return files


def write_maml_adam(writer, case, theta, episode):
    writer.comment("MAML through 2 steps of Adam from zero state; adam_wide: an epsilon as large as the gradients")
    for name, rule in (("adam", (0.01, 0.9, 0.999, 1e-8)), ("adam_wide", (0.05, 0.8, 0.99, 0.1))):
        for key, value in zip(("learning_rate", "beta1", "beta2", "epsilon"), rule):
            writer.add("maml.%s.%s" % (name, key), value)
        inner = lambda start, graph: inner_adam(case, start, episode, 2, rule, graph)
        order = meta if case.adam == "second" else first_order
        write_meta(writer, "maml.%s" % name, order(case, theta, episode, inner))


def build_outer():
    """torch.optim on given gradients: three steps of Adam and of SGD with momentum."""
    generator = torch.Generator().manual_seed(1)
    writer = Writer("outer optimisers: parameters [P] after each of three steps along gradients [3, P]")
    theta = on_grid(torch.randn(12, generator=generator))
    gradients = on_grid(torch.randn(3, 12, generator=generator))
    gradients[1, 3] = 0.0
    gradients[:, 4] = 0.0
    writer.add("parameters", theta)
    writer.add("gradients", gradients)
    for name, make, settings in (
            ("adam", torch.optim.Adam, {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8}),
            ("adam_wide", torch.optim.Adam, {"lr": 0.02, "betas": (0.5, 0.9), "eps": 0.1}),
            ("sgd", torch.optim.SGD, {"lr": 0.1}),
            ("momentum", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9})):
        writer.comment("%s: %s" % (name, ", ".join("%s %s" % pair for pair in settings.items())))
        writer.add(name + ".learning_rate", settings["lr"])
        beta1, beta2 = settings.get("betas", (0.0, 0.0))
        writer.add(name + ".beta1", beta1)
        writer.add(name + ".beta2", beta2)
        writer.add(name + ".epsilon", settings.get("eps", 1.0))
        writer.add(name + ".momentum", settings.get("momentum", 0.0))
        leaf = theta.clone().requires_grad_(True)
        optimiser, path = make([leaf], **settings), []
        for gradient in gradients:
            leaf.grad = gradient.clone()
            optimiser.step()
            path.append(leaf.detach().clone())
        writer.add(name + ".path", torch.stack(path))
    return writer


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    build_outer().save(os.path.join(directory, "outer.txt"))
    for case in CASES:
        for seed in range(1, 2000):
            try:
                files = build_case(case, seed)
                break
            except Unsuitable:
                continue
        else:
            raise SystemExit("%s: no suitable seed" % case.name)
        for name, writer in files.items():
            writer.save(os.path.join(directory, name + ".txt"))


if __name__ == "__main__":
    main()
