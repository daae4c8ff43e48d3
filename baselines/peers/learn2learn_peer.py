"""learn2learn: its MAML wrapper (clone, adapt) around modules, one task after the other, as its examples do; Reptile as in its
example: a clone per task, plain gradient descent, the difference of parameters.

Arrangements are per_task/THREADS or per_task/2x1: two single-threaded processes with half of the tasks each.
"""
import sys
import warnings

warnings.simplefilter("ignore")
try:
    import torch
    import torch_networks as networks
    import contextlib
    import io
    with contextlib.redirect_stderr(io.StringIO()):  # gym's advertisement
        import learn2learn
    from torch_work import Work
except ImportError as missing:
    sys.exit("missing %s" % missing.name)
import contestant

ARRANGEMENTS = {"sinusoid": ["per_task/1", "per_task/2x1"], "conv4": ["per_task/1", "per_task/2", "per_task/2x1"],
                "conv4-adaptation": ["per_task/1", "per_task/2"]}


class Network(torch.nn.Module):
    """One of the two networks over a list of parameters. learn2learn adapts every parameter of the module it wraps, so what
    the inner loop leaves alone (the shifts of batch normalisation) is handed in from outside."""

    def __init__(self, problem, theta):
        super().__init__()
        self.problem = problem
        self.outside = [t if idle or not moves else None
                        for t, idle, moves in zip(theta, problem.idle, problem.moves)]
        self.inside = torch.nn.ParameterList(
            [torch.nn.Parameter(t.detach()) for t, o in zip(theta, self.outside) if o is None])

    def forward(self, x):
        inside = iter(self.inside)
        parameters = [next(inside) if o is None else o for o in self.outside]
        return (networks.conv4 if self.problem.model == contestant.CONV4 else networks.mlp)(parameters, x)


class Method:
    def __init__(self, problem):
        self.problem = problem
        self.loss = networks.cross_entropy if problem.model == contestant.CONV4 else networks.squared_error

    def adapt(self, wrapper, x, y):
        """A clone after the inner loop, and the loss before the last step."""
        learner, loss = wrapper.clone(), None
        for _ in range(self.problem.steps):
            loss = self.loss(learner(x), y)
            learner.adapt(loss)
        return learner, loss

    def parameters_of(self, learner, theta):
        inside = iter(learner.module.inside)
        return [next(inside) if o is None else t for o, t in zip(learner.module.outside, theta)]

    def wrap(self, theta):
        network = Network(self.problem, theta)
        first_order = self.problem.first_order
        return learn2learn.algorithms.MAML(network, lr=self.problem.inner_rate, first_order=first_order)

    def meta_gradient(self, theta, batch):
        for t in theta:
            t.grad = None
        wrapper, total, tasks = self.wrap(theta), 0.0, batch[0].shape[0]
        sums = [torch.zeros_like(t) for t in theta]
        for support_x, support_y, query_x, query_y in zip(*batch):
            learner, loss = self.adapt(wrapper, support_x, support_y)
            if self.problem.reptile:
                with torch.no_grad():
                    for s, t, p in zip(sums, theta, self.parameters_of(learner, theta)):
                        s += t - p
            else:
                loss = self.loss(learner(query_x), query_y)
                (loss / tasks).backward()
            total = total + loss.detach()
        if self.problem.reptile:
            return [s / tasks for s in sums], total / tasks
        inside = iter(wrapper.module.inside)
        found = [next(inside).grad if o is None else t.grad for o, t in zip(wrapper.module.outside, theta)]
        return [s if g is None else g for s, g in zip(sums, found)], total / tasks

    def adapt_task(self, theta, x, y):
        return self.parameters_of(self.adapt(self.wrap(theta), x, y)[0], theta)


def build(problem, arrangement):
    threads = arrangement.split("/")[1]
    method = Method(problem)
    return Work(problem, method.meta_gradient, method.adapt_task, processes=2 if "x" in threads else 1,
                threads=1 if "x" in threads else int(threads))


def version():
    return "learn2learn %s, PyTorch %s" % (learn2learn.__version__, torch.__version__)


if __name__ == "__main__":
    contestant.main(version, ARRANGEMENTS, build)
