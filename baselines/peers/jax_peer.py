"""JAX: one jit for a whole meta-iteration, outer update included.

Arrangements: `vmap` vectorises over tasks, `map` loops over them inside the program (lax.map); `patches` writes a convolution
as one matrix product over shifted slices instead of XLA's convolution; `_many` runs a hundred meta-iterations in one call
(lax.scan); `_devices` shares the tasks over two host devices.
"""
import os
import sys

if "--arrangement" in sys.argv and "_devices" in " ".join(sys.argv):
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=2"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
try:
    import jax
    import jax.numpy as jnp
    import numpy
    from jax import lax
except ImportError as missing:
    sys.exit("missing %s" % missing.name)
import contestant

EPSILON = 1e-3
MANY = 100
ARRANGEMENTS = {
    "sinusoid": ["vmap", "map", "vmap_many", "map_many"],
    "conv4": ["vmap", "map", "vmap_patches", "map_patches", "map_patches_devices"],
    "conv4-adaptation": ["map", "map_patches"],
}


def norm_relu(x, beta):
    mean = x.mean((0, 1, 2))
    variance = jnp.square(x - mean).mean((0, 1, 2))
    return jax.nn.relu((x - mean) * lax.rsqrt(variance + EPSILON) + beta)


def convolution(x, weight):
    return lax.conv_general_dilated(x, weight, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def patches(x, weight):
    """The same as one product: [rows pixels, 9 in] times [9 in, out]."""
    rows, side, _, channels = x.shape
    out = (side + 1) // 2
    x = jnp.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)) if side % 2 == 0 else ((0, 0), (1, 1), (1, 1), (0, 0)))
    slices = [x[:, i:i + 2 * out - 1:2, j:j + 2 * out - 1:2] for i in range(3) for j in range(3)]
    windows = jnp.concatenate(slices, -1).reshape(rows * out * out, 9 * channels)
    return (windows @ weight.reshape(9 * channels, -1)).reshape(rows, out, out, -1)


def conv4(parameters, x, convolve):
    for block in range(4):
        x = norm_relu(convolve(x, parameters[3 * block]), parameters[3 * block + 2])
    return x.mean((1, 2)) @ parameters[12] + parameters[13]


def mlp(parameters, x):
    for layer in range(0, 6, 2):
        x = x @ parameters[layer] + parameters[layer + 1]
        x = jax.nn.relu(x) if layer < 4 else x
    return x


class Method:
    def __init__(self, problem, arrangement):
        self.problem, self.arrangement = problem, arrangement
        self.convolve = patches if "patches" in arrangement else convolution

    def loss(self, phi, x, y):
        if self.problem.model == contestant.CONV4:
            return -(jax.nn.log_softmax(conv4(phi, x, self.convolve)) * y).sum(-1).mean()
        return jnp.square(mlp(phi, x) - y).mean()

    def adapted(self, theta, x, y):
        phi, loss = theta, None
        for _ in range(self.problem.steps):
            loss, slopes = jax.value_and_grad(self.loss)(phi, x, y)
            if self.problem.first_order:
                slopes = lax.stop_gradient(slopes)
            phi = [p - self.problem.inner_rate * s if m else p for p, s, m in zip(phi, slopes, self.problem.moves)]
        return phi, loss

    def task(self, theta, batch):
        """(loss, direction) of one task."""
        support_x, support_y, query_x, query_y = batch
        if self.problem.reptile:
            phi, loss = self.adapted(theta, support_x, support_y)
            return loss, [t - p for t, p in zip(theta, phi)]
        if self.problem.first_order:
            return jax.value_and_grad(self.loss)(self.adapted(theta, support_x, support_y)[0], query_x, query_y)
        after = lambda t: self.loss(self.adapted(t, support_x, support_y)[0], query_x, query_y)  # noqa: E731
        return jax.value_and_grad(after)(theta)

    def mean(self, theta, batch):
        """(loss, direction), means over tasks."""
        if "map" in self.arrangement.split("_"):
            def add(total, one):
                return jax.tree.map(jnp.add, total, self.task(theta, one)), None
            zero = (jnp.zeros((), theta[0].dtype), [jnp.zeros_like(t) for t in theta])
            total, _ = lax.scan(add, zero, batch)
            return jax.tree.map(lambda t: t / batch[0].shape[0], total)
        if self.problem.reptile or self.problem.first_order:
            losses, directions = jax.vmap(self.task, (None, 0))(theta, batch)
            return losses.mean(), [d.mean(0) for d in directions]
        # second order: the gradient of the mean lets shared parameters be summed inside the products
        each = lambda t, b: self.loss(self.adapted(t, b[0], b[1])[0], b[2], b[3])  # noqa: E731
        return jax.value_and_grad(lambda t: jax.vmap(each, (None, 0))(t, batch).mean())(theta)


def adam(theta, state, direction, rate):
    count, first, second = state
    count = count + 1
    first = [0.9 * m + 0.1 * d for m, d in zip(first, direction)]
    second = [0.999 * v + 0.001 * d * d for v, d in zip(second, direction)]
    one, two = 1 - 0.9 ** count, 1 - 0.999 ** count
    theta = [t - rate * (m / one) / (jnp.sqrt(v / two) + 1e-8) for t, m, v in zip(theta, first, second)]
    return theta, (count, first, second)


class Work:
    def __init__(self, problem, arrangement):
        jax.config.update("jax_enable_x64", problem.precision == "float64")
        self.problem, self.at = problem, 0
        method = Method(problem, arrangement)
        many = arrangement.endswith("_many")
        self.per_call = MANY if many and problem.precision == "float32" else 1
        self.theta = [jnp.asarray(problem.theta[n]) for n in problem.names]
        self.batches = [tuple(jnp.asarray(p) for p in batch) for batch in problem.batches]
        zeros = [jnp.zeros_like(t) for t in self.theta]
        self.state = (jnp.zeros((), self.theta[0].dtype), zeros, zeros)
        mean = method.mean
        if arrangement.endswith("_devices"):
            mean = self._shared_over_devices(mean)
        self.mean = jax.jit(mean)
        self.adapted = jax.jit(lambda t, x, y: method.adapted(t, x, y)[0])

        def iterate(theta, state, batch):
            _, direction = mean(theta, batch)
            if problem.reptile:
                return [t - problem.outer_rate * d for t, d in zip(theta, direction)], state
            return adam(theta, state, direction, problem.outer_rate)

        def iterate_many(theta, state, batches):
            order = jnp.arange(MANY) % len(self.batches)
            step = lambda s, i: (iterate(*s, [b[i] for b in batches]), None)  # noqa: E731
            return lax.scan(step, (theta, state), order)[0]

        self.step = jax.jit(iterate if self.per_call == 1 else iterate_many, donate_argnums=(0, 1))
        self.stacked = [jnp.stack(parts) for parts in zip(*self.batches)] if self.per_call > 1 else None
        self.theta = [t.copy() for t in self.theta]
        self.state = jax.tree.map(jnp.copy, self.state)

    def _shared_over_devices(self, mean):
        from jax.sharding import Mesh, NamedSharding, PartitionSpec
        mesh = Mesh(numpy.array(jax.devices()[:2]), ("tasks",))
        everywhere, split = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec("tasks"))
        self.theta, self.state = jax.device_put((self.theta, self.state), everywhere)
        self.batches = [jax.device_put(b, split) for b in self.batches]

        def one_device(theta, batch):
            return jax.tree.map(lambda v: lax.pmean(v, "tasks"), mean(theta, batch))
        return jax.shard_map(one_device, mesh=mesh, in_specs=(PartitionSpec(), PartitionSpec("tasks")),
                             out_specs=PartitionSpec(), check_vma=False)

    def direction(self):
        loss, direction = self.mean(self.theta, self.batches[0])
        return {n: numpy.asarray(d) for n, d in zip(self.problem.names, direction)}, float(loss)

    def iterate(self):
        batch = self.stacked if self.per_call > 1 else self.batches[self.at % len(self.batches)]
        self.theta, self.state = jax.block_until_ready(self.step(self.theta, self.state, batch))
        self.at += 1

    def parameters(self):
        return {n: numpy.asarray(t) for n, t in zip(self.problem.names, self.theta)}

    def adapt(self):
        adapted = self.adapted(self.theta, self.batches[0][0][0], self.batches[0][1][0])
        return {n: numpy.asarray(t) for n, t in zip(self.problem.names, adapted)}

    def adapt_next(self):
        if self.at == 0:
            self.ready = [(b[0][0], b[1][0]) for b in self.batches]
        jax.block_until_ready(self.adapted(self.theta, *self.ready[self.at % len(self.ready)]))
        self.at += 1

    def close(self):
        pass


if __name__ == "__main__":
    if "PEERS_CACHE" in os.environ:
        jax.config.update("jax_compilation_cache_dir", os.environ["PEERS_CACHE"])
    contestant.main(lambda: "JAX " + jax.__version__, ARRANGEMENTS, Work)
