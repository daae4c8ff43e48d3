"""What every peer shares: the dumped problem, the check that a peer computes the same, and the clock.

A peer is a program with a table of arrangements and a function that builds one of them. It is started as

    PEER.py --list WORKLOAD                                   its version and arrangements, one line of JSON
    PEER.py --workload W --arrangement A --dumps DIRECTORY    checks itself against the dumps, then answers lines

and prints one line of JSON: its version and distances, or {"error": ...} when it does not compute what innerloop does. Then
every line SECONDS on standard input is answered by "MEDIAN_SECONDS COUNT" of one meta-iteration (or one adaptation).
"""
import argparse
import json
import os
import statistics
import sys
import time

# Relative Euclidean distances. Float32 differs where a relu switches at a rounding error: a few tasks in a hundred
# differ in the third digit there, in innerloop's own float and double builds too.
LIMITS = {"float64": 1e-8, "float32": 1e-2}
LOSS_LIMITS = {"float64": 1e-10, "float32": 1e-4}
CONV4 = "conv4"
WARM_RUNS, WARM_SECONDS = 5, 1.0


class Problem:
    """A dump. theta, direction, after: {name: array}; batches: [(support_x, support_y, query_x, query_y)]."""

    def __init__(self, directory, workload, precision):
        import numpy
        suite, self.algorithm = workload.split("-")
        suffix = "" if precision == "float32" else "_f64"
        dump = numpy.load(os.path.join(directory, workload + suffix + ".npz"))
        self.precision, self.model = precision, suite
        self.adaptation = self.algorithm == "adaptation"
        self.first_order, self.reptile = self.algorithm != "maml", self.algorithm == "reptile"
        self.steps, self.inner_rate, self.outer_rate = (
            kind(dump[name]) for kind, name in ((int, "inner_steps"), (float, "inner_rate"), (float, "outer_rate")))
        self.theta, self.direction, self.after = (self._named(dump, part) for part in ("theta", "direction", "after"))
        self.names = list(self.theta)
        self.moves = [bool(m) for m in dump["moves"]]
        # A bias before batch normalisation changes nothing: its gradient is 0, and nobody has to compute it.
        self.idle = [suite == CONV4 and n.startswith("block") and n.endswith(".bias") for n in self.names]
        parts = [dump[n] for n in ("support_x", "support_y", "query_x", "query_y")]
        self.batches = [tuple(p[i] for p in parts) for i in range(len(parts[0]))]
        self.loss = float(dump["loss"]) if "loss" in dump else None

    @staticmethod
    def _named(dump, part):
        return {n[len(part) + 1:]: dump[n] for n in dump.files if n.startswith(part + ".")}


def distance(problem, found, wanted, origin=None):
    """|found - wanted| / |wanted - origin| over all parameters."""
    wrong = size = 0.0
    for name in problem.names:
        difference = found[name].astype("float64") - wanted[name]
        base = wanted[name] - (origin[name] if origin else 0.0)
        wrong, size = wrong + (difference ** 2).sum(), size + (base.astype("float64") ** 2).sum()
    return float((wrong / size) ** 0.5)


def check(problem, work):
    """{what: distance}; raises ValueError where one is too large."""
    found = {}
    if problem.adaptation:
        found["adapted"] = distance(problem, work.adapt(), problem.after, problem.theta)
    else:
        direction, loss = work.direction()
        found["direction"] = distance(problem, direction, problem.direction)
        found["loss"] = abs(loss - problem.loss) / abs(problem.loss)
        if problem.precision == "float64":  # Adam divides rounding errors by themselves: no comparison in float32
            work.iterate()
            found["updated"] = distance(problem, work.parameters(), problem.after, problem.theta)
    for what, value in found.items():
        limit = (LOSS_LIMITS if what == "loss" else LIMITS)[problem.precision]
        if not value <= limit:
            raise ValueError("%s: %s differs from innerloop's by %.3g; expected at most %g"
                             % (problem.precision, what, value, limit))
    return {"%s_%s" % (what, problem.precision): value for what, value in found.items()}


def answer(work, adaptation):
    """The clock: medians for lines of seconds, until standard input ends."""
    run = work.adapt_next if adaptation else work.iterate
    warm = time.perf_counter() + WARM_SECONDS
    for _ in range(WARM_RUNS):
        run()
        if time.perf_counter() >= warm:
            break
    for line in sys.stdin:
        seconds, end = [], time.perf_counter() + float(line)
        while True:
            start = time.perf_counter()
            run()
            now = time.perf_counter()
            seconds.append((now - start) / work.per_call)
            if now >= end:
                break
        print("%.9g %d" % (statistics.median(seconds), len(seconds) * work.per_call), flush=True)


def main(version, arrangements, build):
    """version: function; arrangements: {model or workload: [name]}; build(problem, arrangement): an object with direction,
    iterate, parameters, adapt, adapt_next, close and per_call (meta-iterations a call of iterate makes)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--list")
    parser.add_argument("--workload")
    parser.add_argument("--arrangement")
    parser.add_argument("--dumps")
    options = parser.parse_args()
    if options.list:
        names = arrangements.get(options.list, arrangements.get(options.list.split("-")[0], []))
        print(json.dumps({"version": version(), "arrangements": names}))
        return
    try:
        found, problem = {}, None
        for precision in ("float64", "float32"):
            problem = Problem(options.dumps, options.workload, precision)
            work = build(problem, options.arrangement)
            found.update(check(problem, work))
            if precision == "float64":
                work.close()
    except ValueError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return
    print(json.dumps({"version": version(), "distances": found}), flush=True)
    answer(work, problem.adaptation)
    work.close()
