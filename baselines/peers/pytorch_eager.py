"""PyTorch in eager mode: a loop over tasks as tutorials write it, or every task in one batched operation.

Arrangements are NAME/THREADS or NAME/2x1: two single-threaded processes with half of the tasks each.
"""
import sys

try:
    import torch
    import torch_networks as networks
    from torch_work import Work
except ImportError as missing:
    sys.exit("missing %s" % missing.name)
import contestant

NETWORKS = {  # arrangement -> (network, tasks at once)
    "sinusoid": {"per_task": (networks.mlp, False), "batched": (networks.mlp_batched, True)},
    "conv4": {
        "per_task": (networks.conv4, False),
        "per_task_channels_last": (networks.conv4, False),
        "per_task_composed_norm": (lambda p, x: networks.conv4(p, x, networks.composed_norm), False),
        "grouped": (networks.conv4_grouped, True),
        "unfolded": (networks.conv4_unfolded, True),
    },
}
ARRANGEMENTS = {
    "sinusoid": ["per_task/1", "batched/1", "batched/2", "batched/2x1"],
    "conv4": ["per_task/1", "per_task/2", "per_task/2x1", "per_task_channels_last/2x1", "per_task_composed_norm/2x1",
              "unfolded/2"],
    "conv4-adaptation": ["per_task/1", "per_task/2", "per_task_channels_last/1", "per_task_composed_norm/1",
                         "unfolded/1", "unfolded/2"],
}


def gradient_of(loss, parameters, live, create_graph):
    """Gradients of the parameters that are live, None for the others."""
    found = iter(torch.autograd.grad(loss, [p for p, l in zip(parameters, live) if l], create_graph=create_graph))
    return [next(found) if l else None for l in live]


class Method:
    """The three algorithms for one task (parameters as they are) or many (parameters [tasks, ...])."""

    def __init__(self, problem, network):
        self.problem, self.network = problem, network
        self.moving = [m and not i for m, i in zip(problem.moves, problem.idle)]
        self.trained = [not i for i in problem.idle]
        self.loss = networks.cross_entropy if problem.model == contestant.CONV4 else networks.squared_error

    def inner(self, phi, x, y, create_graph):
        """Parameters after the inner loop, and the support loss before its last step."""
        loss = None
        for _ in range(self.problem.steps):
            loss = self.loss(self.network(phi, x), y).sum()
            slopes = gradient_of(loss, phi, self.moving, create_graph)
            phi = [p if g is None else p - self.problem.inner_rate * g for p, g in zip(phi, slopes)]
            if not create_graph:
                phi = [p.detach().requires_grad_(True) if m else p for p, m in zip(phi, self.moving)]
        return phi, loss

    def task(self, theta, batch):
        """Direction, summed over the tasks in `batch`, with the loss, for parameters that are leaves."""
        support_x, support_y, query_x, query_y = batch
        if self.problem.reptile:
            phi, loss = self.inner(theta, support_x, support_y, False)
            return [t - p for t, p in zip(theta, phi)], loss
        phi, _ = self.inner(theta, support_x, support_y, not self.problem.first_order)
        loss = self.loss(self.network(phi, query_x), query_y).sum()
        return gradient_of(loss, phi if self.problem.first_order else theta, self.trained, False), loss


def complete(directions, theta):
    return [torch.zeros_like(t) if d is None else d.detach() for d, t in zip(directions, theta)]


def one_by_one(method):
    def meta_gradient(theta, batch):
        total, total_loss, tasks = None, 0.0, batch[0].shape[0]
        for task in zip(*batch):
            directions, loss = method.task(theta, task)
            total_loss = total_loss + loss.detach()
            if total is None:
                total = complete(directions, theta)
            else:
                with torch.no_grad():
                    for t, d in zip(total, directions):
                        if d is not None:
                            t += d
        return [t / tasks for t in total], total_loss / tasks
    return meta_gradient


def at_once(method):
    def meta_gradient(theta, batch):
        tasks = batch[0].shape[0]
        own = [t.detach().unsqueeze(0).expand(tasks, *t.shape).requires_grad_(True) for t in theta]
        directions, loss = method.task(own, batch)
        directions = [None if d is None else d.detach().mean(0) for d in directions]
        return complete(directions, theta), loss.detach() / tasks
    return meta_gradient


def adapt_one(method, at_once_):
    def adapt_task(theta, x, y):
        if not at_once_:
            return method.inner(theta, x, y, False)[0]
        own = [t.detach().unsqueeze(0).requires_grad_(True) for t in theta]
        return [p.squeeze(0) for p in method.inner(own, x.unsqueeze(0), y.unsqueeze(0), False)[0]]
    return adapt_task


def build(problem, arrangement):
    name, threads = arrangement.split("/")
    network, together = NETWORKS[problem.model][name]
    method = Method(problem, network)
    layout = torch.channels_last if name.endswith("channels_last") else None
    return Work(problem, (at_once if together else one_by_one)(method), adapt_one(method, together),
                processes=2 if "x" in threads else 1, threads=1 if "x" in threads else int(threads), memory_format=layout)


if __name__ == "__main__":
    contestant.main(lambda: "PyTorch " + torch.__version__, ARRANGEMENTS, build)
