#!/usr/bin/python3
"""innerloop against PyTorch eager on the same second-order MAML meta-iteration (sinusoid, 25 tasks), run in turn.

First both must compute the same meta-gradient (float64, relative L2 below 1e-10): a fast wrong run is never timed. Then every
round runs each contestant once, in a rotating order, so that drift of the machine falls on all alike; the ratio is taken
inside a round. Printed: median over rounds and the range; with n rounds the range holds the true median with
probability 1 - 2^(1-n), whatever the distribution. One CSV row per arrangement is appended to --csv.

    baselines/peers/compare_sinusoid.py [--innerloop PROGRAM] [--rounds 7] [--threads 1,2] [--csv FILE]
"""
import argparse
import csv
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EXPERIMENT = os.path.join(ROOT, "experiments", "sinusoid", "maml2017-table2.yaml")
PEER = os.path.join(HERE, "sinusoid_pytorch.py")
ARRANGEMENTS = ("per_task", "batched")
SAME = 1e-10
COLUMNS = ("utc", "processor", "load", "peer", "arrangement", "rounds", "peer_threads", "peer_s", "innerloop_threads",
           "innerloop_s", "ratio_median", "ratio_min", "ratio_max", "ratio_one_thread_median", "ratio_one_thread_min",
           "ratio_one_thread_max", "gradient_distance")


class Failed(Exception):
    """One line for the user."""


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        lines = (result.stderr.strip() or result.stdout.strip() or "no message").splitlines()
        raise Failed("%s: exit status %d: %s" % (" ".join(command[:3]), result.returncode, lines[-1]))
    return result.stdout


def peer(*arguments):
    """The peer's JSON line, or None where a module is missing (its one line is printed)."""
    output = run([sys.executable, PEER, *arguments])
    if output.startswith("{"):
        return json.loads(output)
    print(output, end="")
    return None


def time_innerloop(settings, threads, directory):
    """Median seconds per meta-iteration, from timings.csv."""
    out = os.path.join(directory, "run-%d" % threads)
    run([settings.innerloop, "run", EXPERIMENT, "--algorithms", settings.label, "--seeds", "0", "--quiet", "--out", out,
         "--threads", str(threads), "--set", "training.iterations=%d" % settings.iterations,
         "--set", "training.validate_every=0", "--set", "training.validation_episodes=1",
         "--set", "evaluation.episodes=2"])
    with open(os.path.join(out, "timings.csv"), newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["algorithm"] == settings.label]
    if len(rows) != 1:
        raise Failed("%s/timings.csv: %d rows of %s; expected 1" % (out, len(rows), settings.label))
    return float(rows[0]["meta_iteration_s_median"])


def check_gradient(settings, directory):
    """Relative L2 distance of the meta-gradients, or None without PyTorch."""
    dump = os.path.join(directory, "prove.npz")
    if peer("--iterations", "10") is None:
        return None
    run([settings.innerloop, "prove", EXPERIMENT, "--algorithm", settings.label, "--dump", dump])
    answer = peer("--check", dump)
    print("meta-gradient: %d task%s, relative distance %.2g (innerloop, PyTorch; float64)"
          % (answer["tasks"], "s"[:answer["tasks"] != 1], answer["distance"]))
    if not answer["distance"] < SAME:
        raise Failed("the meta-gradients differ: relative distance %.3g, expected below %g; nothing is timed"
                     % (answer["distance"], SAME))
    return answer["distance"]


def measure(settings, directory):
    """{(contestant, threads): [seconds of each round]}; and the peer's name."""
    contestants = [(name, threads) for name in ("innerloop",) + ARRANGEMENTS for threads in settings.threads]
    seconds, name = {c: [] for c in contestants}, ""
    for number in range(settings.rounds):
        shift = number % len(contestants)
        for contestant, threads in contestants[shift:] + contestants[:shift]:
            if contestant == "innerloop":
                value = time_innerloop(settings, threads, directory)
            else:
                answer = peer("--arrangement", contestant, "--threads", str(threads),
                              "--iterations", str(settings.peer_iterations))
                value, name = answer["seconds_median"], answer["peer"]
            seconds[contestant, threads].append(value)
        print("round %d of %d: %s" % (number + 1, settings.rounds, ", ".join(
            "%s/%d %.3f ms" % (c, t, 1e3 * seconds[c, t][-1]) for c, t in contestants)), flush=True)
    return seconds, name


def ratios(slow, fast):
    """Median, smallest and largest ratio over rounds."""
    values = [a / b for a, b in zip(slow, fast)]
    return statistics.median(values), min(values), max(values)


def compare(settings, seconds, arrangement):
    """One row: each side at its own best number of threads, and both on one thread."""
    best = lambda who: min(settings.threads, key=lambda t: statistics.median(seconds[who, t]))
    theirs, ours = best(arrangement), best("innerloop")
    row = {"arrangement": arrangement, "rounds": settings.rounds, "peer_threads": theirs, "innerloop_threads": ours,
           "peer_s": statistics.median(seconds[arrangement, theirs]),
           "innerloop_s": statistics.median(seconds["innerloop", ours])}
    row["ratio_median"], row["ratio_min"], row["ratio_max"] = ratios(seconds[arrangement, theirs], seconds["innerloop", ours])
    if 1 in settings.threads:
        row["ratio_one_thread_median"], row["ratio_one_thread_min"], row["ratio_one_thread_max"] = ratios(
            seconds[arrangement, 1], seconds["innerloop", 1])
    return row


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def append(path, rows):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    fresh = not os.path.exists(path) or os.path.getsize(path) == 0
    with open(path, "a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerows({k: "%.9g" % v if isinstance(v, float) else v for k, v in row.items()} for row in rows)


def report(row):
    print("%-22s %d thread%s %8.3f ms | innerloop %d thread%s %7.3f ms | %6.1f x (%.1f to %.1f)" % (
        row["peer"] + " " + row["arrangement"], row["peer_threads"], " s"[row["peer_threads"] > 1], 1e3 * row["peer_s"],
        row["innerloop_threads"], " s"[row["innerloop_threads"] > 1], 1e3 * row["innerloop_s"],
        row["ratio_median"], row["ratio_min"], row["ratio_max"]))
    if "ratio_one_thread_median" in row:
        print("%-22s both on one thread: %.1f x (%.1f to %.1f)" % (
            "", row["ratio_one_thread_median"], row["ratio_one_thread_min"], row["ratio_one_thread_max"]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--innerloop", default=os.path.join(ROOT, "innerloop"), help="program to time (default: the wrapper)")
    parser.add_argument("--label", default="maml", help="label of the algorithm in the experiment (default: maml)")
    parser.add_argument("--rounds", type=int, default=7, help="at least 5 (default: 7)")
    parser.add_argument("--iterations", type=int, default=3000, help="meta-iterations of innerloop in a round")
    parser.add_argument("--peer-iterations", type=int, default=200, help="meta-iterations of the peer in a round")
    parser.add_argument("--threads", default="1,2", help="numbers of threads tried on both sides (default: 1,2)")
    parser.add_argument("--csv", default=os.path.join(ROOT, "results", "peers", "sinusoid.csv"), help="rows are appended here")
    settings = parser.parse_args()
    try:
        settings.threads = sorted({int(t) for t in settings.threads.split(",")})
    except ValueError:
        parser.error("--threads: expected numbers such as 1,2")
    if settings.threads[0] < 1 or settings.rounds < 5 or settings.iterations < 10 or settings.peer_iterations < 10:
        parser.error("expected threads >= 1, rounds >= 5 and iterations >= 10")
    return settings


def main():
    settings = arguments()
    load = os.getloadavg()[0]
    try:
        with tempfile.TemporaryDirectory() as directory:
            distance = check_gradient(settings, directory)
            if distance is None:
                return 0
            if load > 0.5:
                print("warning: load average %.2f: something else is running; the spread will show it" % load)
            seconds, name = measure(settings, directory)
    except (Failed, OSError) as error:
        print("compare_sinusoid.py: %s" % error, file=sys.stderr)
        return 1
    common = {"utc": datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"), "processor": processor(), "load": load,
              "peer": name, "gradient_distance": distance}
    rows = [dict(common, **compare(settings, seconds, arrangement)) for arrangement in ARRANGEMENTS]
    for row in rows:
        report(row)
    append(settings.csv, rows)
    print("rows appended to %s" % os.path.relpath(settings.csv))
    return 0


if __name__ == "__main__":
    sys.exit(main())
