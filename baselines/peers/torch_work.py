"""What the PyTorch peers share: parameters, outer update, and two pinned processes that share a meta-batch."""
import mmap
import os

import numpy
import torch

import torch_networks as networks
from contestant import CONV4


class Work:
    """One arrangement. meta_gradient(theta, batch) -> ([directions], loss), means over the tasks of the batch;
    adapt_task(theta, support_x, support_y) -> [parameters]."""
    per_call = 1

    def __init__(self, problem, meta_gradient, adapt_task=None, processes=1, threads=1, memory_format=None):
        self.problem, self.meta_gradient, self.adapt_task = problem, meta_gradient, adapt_task
        self.theta = [networks.to_torch(problem.theta[n]) for n in problem.names]
        convert = networks.images if problem.model == CONV4 else (lambda a: torch.from_numpy(a.copy()))
        self.batches = [tuple(convert(p) if i in (0, 2) else torch.from_numpy(p.copy()) for i, p in enumerate(batch))
                        for batch in problem.batches]
        if memory_format:
            self.theta = [t.contiguous(memory_format=memory_format) if t.dim() == 4 else t for t in self.theta]
        self.at = 0
        torch.set_num_threads(threads)
        self.team = Team(self) if processes > 1 else None
        for t in self.theta:
            t.requires_grad_(True)
        if not problem.adaptation:
            kind = torch.optim.SGD if problem.reptile else torch.optim.Adam
            self.optimiser = kind(self.theta, lr=problem.outer_rate)

    def _gradient(self, batch):
        if self.team:
            return self.team.gradient(batch)
        return self.meta_gradient(self.theta, self.batches[batch])

    def direction(self):
        directions, loss = self._gradient(0)
        return dict(zip(self.problem.names, (networks.to_numpy(d) for d in directions))), float(loss)

    def iterate(self):
        directions, _ = self._gradient(self.at % len(self.batches))
        for t, d in zip(self.theta, directions):
            t.grad = d
        self.optimiser.step()
        self.at += 1

    def parameters(self):
        return dict(zip(self.problem.names, (networks.to_numpy(t) for t in self.theta)))

    def adapt(self):
        batch = self.batches[0]
        adapted = self.adapt_task(self.theta, batch[0][0], batch[1][0])
        return dict(zip(self.problem.names, (networks.to_numpy(t) for t in adapted)))

    def adapt_next(self):
        batch = self.batches[self.at % len(self.batches)]
        self.adapt_task(self.theta, batch[0][0], batch[1][0])
        self.at += 1

    def close(self):
        if self.team:
            self.team.close()


def shared(like):
    """A tensor like `like` in memory that a forked process sees."""
    bytes_needed = max(1, like.numel()) * like.element_size()
    array = numpy.frombuffer(mmap.mmap(-1, bytes_needed), dtype=like.numpy().dtype, count=like.numel())
    tensor = torch.from_numpy(array).view(like.shape)
    tensor.copy_(like)
    return tensor


class Team:
    """This process and a forked one, each pinned to a processor, each with half of the tasks."""

    def __init__(self, work):
        self.work = work
        work.theta = [shared(t) for t in work.theta]
        self.theirs = [shared(t) for t in work.theta]
        self.their_loss = shared(torch.zeros(1, dtype=work.theta[0].dtype))
        self.processors = sorted(os.sched_getaffinity(0))
        (self.go_out, self.go_in), (self.done_out, self.done_in) = os.pipe(), os.pipe()
        self.child = os.fork()
        if self.child == 0:
            try:
                self._serve()
            finally:
                os._exit(0)
        os.close(self.go_out)
        os.sched_setaffinity(0, self.processors[:1])

    def _half(self, batch, first):
        half = self.work.batches[batch][0].shape[0] // 2
        return tuple(part[:half] if first else part[half:] for part in self.work.batches[batch])

    def _serve(self):
        os.close(self.go_in)
        os.sched_setaffinity(0, self.processors[-1:])
        theta = [t.requires_grad_(True) for t in self.work.theta]
        while True:
            order = os.read(self.go_out, 1)
            if not order:
                return
            directions, loss = self.work.meta_gradient(theta, self._half(order[0], False))
            with torch.no_grad():
                for mine, d in zip(self.theirs, directions):
                    mine.copy_(d)
                self.their_loss.copy_(loss.detach())
            os.write(self.done_in, b"x")

    def gradient(self, batch):
        os.write(self.go_in, bytes([batch]))
        directions, loss = self.work.meta_gradient(self.work.theta, self._half(batch, True))
        if os.read(self.done_out, 1) != b"x":
            raise RuntimeError("the second process ended")
        with torch.no_grad():
            tasks = self.work.batches[batch][0].shape[0]
            mine = (tasks // 2) / tasks  # each process hands over the mean of its tasks
            directions = [(mine * a).add_(b, alpha=1 - mine) for a, b in zip(directions, self.theirs)]
            return directions, mine * loss.detach() + (1 - mine) * self.their_loss[0]

    def close(self):
        os.close(self.go_in)
        os.close(self.done_in)
        os.close(self.done_out)
        os.waitpid(self.child, 0)
        os.sched_setaffinity(0, self.processors)
