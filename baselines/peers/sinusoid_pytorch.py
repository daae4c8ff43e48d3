#!/usr/bin/python3
"""The MAML meta-iteration of the sinusoid experiment in PyTorch eager mode: a peer to time innerloop against.

Setting (Finn et al. 2017, section 5.1): y = A sin(x - p), A in [0.1, 5], p in [0, pi], x in [-5, 5]; 25 tasks of 10 + 10
points; network 1-40-40-1 relu; one inner SGD step of 0.01, second order; Adam 1e-3 outside; float32. One meta-iteration
draws the tasks, takes the meta-gradient and steps Adam, as in innerloop.

Two arrangements: `per_task`, a Python loop over tasks, as tutorials and libraries write it; `batched`, every task a row of
one batched product (torch.baddbmm over per-task parameters), the best arrangement we found for PyTorch eager.

    sinusoid_pytorch.py --arrangement batched --threads 1 --iterations 300     one line of JSON with seconds
    sinusoid_pytorch.py --check DUMP.npz      meta-gradients against those of `innerloop prove --dump`, in float64
"""
import argparse
import json
import math
import statistics
import sys
import time

MISSING = "%s: no module %s: nothing is compared; install it with: apt-get install python3-torch python3-numpy"
try:
    import numpy
    import torch
except ImportError as missing:
    torch = None
    missing_name = missing.name

SIZES = (1, 40, 40, 1)
TASKS, SHOTS, QUERIES = 25, 10, 10
INNER_RATE, OUTER_RATE = 0.01, 1e-3


def draw(generator):
    """support_x, support_y, query_x, query_y, each [TASKS, points, 1]."""
    uniform = torch.rand(2, TASKS, 1, 1, generator=generator)
    amplitude, phase = 0.1 + 4.9 * uniform[0], math.pi * uniform[1]
    x = torch.rand(TASKS, SHOTS + QUERIES, 1, generator=generator) * 10 - 5
    y = amplitude * torch.sin(x - phase)
    return x[:, :SHOTS], y[:, :SHOTS], x[:, SHOTS:], y[:, SHOTS:]


def unflatten(flat):
    """Weights [in, out] and biases [out] from the flat vector, in innerloop's order."""
    parameters, offset = [], 0
    for rows, columns in zip(SIZES, SIZES[1:]):
        for shape in ((rows, columns), (columns,)):
            parameters.append(flat[offset:offset + math.prod(shape)].view(shape))
            offset += math.prod(shape)
    if offset != flat.numel():
        raise SystemExit("sinusoid_pytorch.py: %d parameters; expected %d" % (flat.numel(), offset))
    return [p.detach().clone().requires_grad_(True) for p in parameters]


def initial(seed):
    """Normal, standard deviation 0.01, biases 0. [P]"""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for rows, columns in zip(SIZES, SIZES[1:]):
        parts += [0.01 * torch.randn(rows * columns, generator=generator), torch.zeros(columns)]
    return unflatten(torch.cat(parts))


def predict(parameters, x):
    """x [N, 1] with weights [in, out]."""
    for layer in range(0, 6, 2):
        x = torch.addmm(parameters[layer + 1], x, parameters[layer])
        x = torch.relu(x) if layer < 4 else x
    return x


def predict_batched(parameters, x):
    """x [T, N, 1] with weights [T, in, out] and biases [T, 1, out]."""
    for layer in range(0, 6, 2):
        x = torch.baddbmm(parameters[layer + 1], x, parameters[layer])
        x = torch.relu(x) if layer < 4 else x
    return x


def squared_error(output, y):
    return (output - y).square().mean()


def meta_loss_per_task(theta, episodes):
    losses = []
    for support_x, support_y, query_x, query_y in zip(*episodes):
        loss = squared_error(predict(theta, support_x), support_y)
        gradients = torch.autograd.grad(loss, theta, create_graph=True)
        adapted = [p - INNER_RATE * g for p, g in zip(theta, gradients)]
        losses.append(squared_error(predict(adapted, query_x), query_y))
    return torch.stack(losses).mean()


def meta_loss_batched(theta, episodes):
    support_x, support_y, query_x, query_y = episodes
    tasks = support_x.shape[0]
    own = [p.expand(tasks, *p.shape) if p.dim() == 2 else p.expand(tasks, 1, *p.shape) for p in theta]
    loss = tasks * squared_error(predict_batched(own, support_x), support_y)  # the sum of the tasks' losses
    gradients = torch.autograd.grad(loss, own, create_graph=True)
    adapted = [p - INNER_RATE * g for p, g in zip(own, gradients)]
    return squared_error(predict_batched(adapted, query_x), query_y)


ARRANGEMENTS = {"per_task": meta_loss_per_task, "batched": meta_loss_batched}


def time_iterations(arrangement, threads, iterations, seed=0):
    """Seconds per meta-iteration: median, p10, p90; and the last meta-loss as proof of life."""
    torch.set_num_threads(threads)
    meta_loss = ARRANGEMENTS[arrangement]
    theta = initial(seed)
    optimiser = torch.optim.Adam(theta, lr=OUTER_RATE)
    generator = torch.Generator().manual_seed(seed)
    seconds = []
    for iteration in range(iterations + 20):
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        loss = meta_loss(theta, draw(generator))
        loss.backward()
        optimiser.step()
        if iteration >= 20:  # warm-up: allocator, caches, thread pool
            seconds.append(time.perf_counter() - start)
    deciles = statistics.quantiles(seconds, n=10)
    return {"peer": "pytorch " + torch.__version__, "arrangement": arrangement, "threads": threads,
            "iterations": iterations, "seconds_median": statistics.median(seconds), "seconds_p10": deciles[0],
            "seconds_p90": deciles[8], "loss": float(loss.detach())}


def check(path):
    """Largest relative L2 distance between our meta-gradients and the dumped one, over both arrangements; float64."""
    dump = {name: torch.from_numpy(array.astype(numpy.float64)) for name, array in numpy.load(path).items()}
    names = ("support_x", "support_y", "query_x", "query_y")
    missing_arrays = [n for n in names + ("parameters", "meta_gradient", "loss") if n not in dump]
    if missing_arrays:
        raise SystemExit("%s: there is no array %s" % (path, missing_arrays[0]))
    # one task [N, 1] or a meta-batch [T, N, 1]
    episodes = [dump[n].reshape(-1, dump[n].shape[-2], 1) for n in names]
    theirs, distances = dump["meta_gradient"].reshape(-1), {}
    for name, meta_loss in ARRANGEMENTS.items():
        theta = unflatten(dump["parameters"].reshape(-1))
        loss = meta_loss(theta, episodes)
        ours = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, theta)])
        distances[name] = float((ours - theirs).norm() / theirs.norm())
        distances[name + "_loss"] = abs(float(loss.detach() - dump["loss"].mean())) / abs(float(loss.detach()))
    return {"check": path, "tasks": episodes[0].shape[0], "distance": max(distances.values()), "distances": distances}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrangement", choices=sorted(ARRANGEMENTS), default="batched")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--check", metavar="DUMP.npz")
    arguments = parser.parse_args()
    if torch is None:
        print(MISSING % ("sinusoid_pytorch.py", missing_name))
        return 0
    if arguments.threads < 1 or arguments.iterations < 10:
        parser.error("threads must be at least 1 and iterations at least 10")
    answer = check(arguments.check) if arguments.check else time_iterations(
        arguments.arrangement, arguments.threads, arguments.iterations)
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
