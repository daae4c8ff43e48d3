"""PyTorch's functional transforms: torch.func.vmap over tasks of torch.func.grad, plain or compiled.

Arrangements are NAME/THREADS or NAME/2x1: two single-threaded processes with half of the tasks each.
"""
import sys

try:
    import torch
    import torch_networks as networks
    from torch.func import grad_and_value, vmap
    from torch_work import Work
except ImportError as missing:
    sys.exit("missing %s" % (missing.name or "torch.func (PyTorch 2)"))
import contestant


def unfolded(parameters, x):
    """A convolution as one product over unfolded windows: vmap makes it a batched product."""
    return networks.conv4_unfolded([p.unsqueeze(0) for p in parameters], x.unsqueeze(0)).squeeze(0)


NETWORKS = {"mlp": networks.mlp,
            "native": networks.conv4,
            "composed": lambda p, x: networks.conv4(p, x, networks.composed_norm),
            "unfolded": unfolded}
ARRANGEMENTS = {
    "sinusoid": ["mlp/1", "mlp/2", "mlp_compiled/1", "mlp_compiled/2"],
    "conv4": ["composed/2", "composed/2x1", "unfolded/2", "unfolded/2x1", "unfolded_compiled/2"],
    "conv4-adaptation": ["native/1", "composed/1", "unfolded/1", "unfolded/2", "composed_compiled/1",
                         "unfolded_compiled/1"],
}


class Method:
    def __init__(self, problem, network):
        self.problem, self.network = problem, network
        self.moving = [m and not i for m, i in zip(problem.moves, problem.idle)]
        self.loss_of = networks.cross_entropy if problem.model == contestant.CONV4 else networks.squared_error

    def loss(self, phi, x, y):
        return self.loss_of(self.network(phi, x), y)

    def step(self, phi, x, y):
        """One inner step on the parameters that move, and the loss before it."""
        fixed = [p for p, m in zip(phi, self.moving) if not m]

        def loss_of_moving(moving):
            a, b = iter(moving), iter(fixed)
            return self.loss([next(a) if m else next(b) for m in self.moving], x, y)

        slopes, loss = grad_and_value(loss_of_moving)([p for p, m in zip(phi, self.moving) if m])
        at = iter(slopes)
        return [p - self.problem.inner_rate * next(at) if m else p for p, m in zip(phi, self.moving)], loss

    def adapted(self, theta, x, y):
        phi, loss = list(theta), None
        for _ in range(self.problem.steps):
            phi, loss = self.step(phi, x, y)
        return phi, loss

    def query_loss(self, theta, support_x, support_y, query_x, query_y):
        return self.loss(self.adapted(theta, support_x, support_y)[0], query_x, query_y)

    def displacement(self, theta, support_x, support_y):
        phi, loss = self.adapted(theta, support_x, support_y)
        return [t - p for t, p in zip(theta, phi)], loss

    def first_order(self, theta, support_x, support_y, query_x, query_y):
        phi, _ = self.adapted(theta, support_x, support_y)
        return grad_and_value(self.loss)(phi, query_x, query_y)


def meta_gradient_of(method):
    problem = method.problem

    def second_order(theta, batch):
        def mean_loss(parameters):
            return vmap(method.query_loss, (None, 0, 0, 0, 0))(parameters, *batch).mean()
        return grad_and_value(mean_loss)(theta)

    def first_order(theta, batch):
        directions, losses = vmap(method.first_order, (None, 0, 0, 0, 0))(theta, *batch)
        return [d.mean(0) for d in directions], losses.mean()

    def reptile(theta, batch):
        directions, losses = vmap(method.displacement, (None, 0, 0))(theta, *batch[:2])
        return [d.mean(0) for d in directions], losses.mean()

    return reptile if problem.reptile else first_order if problem.first_order else second_order


def build(problem, arrangement):
    name, threads = arrangement.split("/")
    compiled = name.endswith("_compiled")
    method = Method(problem, NETWORKS[name.replace("_compiled", "")])
    gradient = meta_gradient_of(method)
    adapt = lambda theta, x, y: method.adapted(theta, x, y)[0]  # noqa: E731
    if compiled:
        torch._dynamo.reset()
        gradient, adapt = torch.compile(gradient), torch.compile(adapt)

    def plain(function):  # the transforms take tensors that ask for no gradient
        return lambda theta, *rest: function([t.detach() for t in theta], *rest)

    return Work(problem, plain(gradient), plain(adapt), processes=2 if "x" in threads else 1,
                threads=1 if "x" in threads else int(threads))


if __name__ == "__main__":
    contestant.main(lambda: "PyTorch " + torch.__version__, ARRANGEMENTS, build)
