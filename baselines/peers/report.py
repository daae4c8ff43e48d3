"""Rows and tables of the comparison: peers.csv, arrangements.csv, PEERS.md."""
import csv
import datetime
import math
import os
import platform
import statistics
import subprocess

COLUMNS = ("workload", "peer", "version", "arrangement", "peer_s", "innerloop_threads", "innerloop_s", "rounds", "ratio",
           "ratio_lo", "ratio_hi", "confidence", "target", "verdict", "distance_float64", "distance_float32", "status",
           "utc", "commit", "processor", "processors", "load")
SURVEY_COLUMNS = ("workload", "peer", "version", "arrangement", "seconds", "status", "utc", "commit",
                  "processor", "processors", "load")
TARGETS = {  # (workload, peer or family): ratio aimed at
    ("sinusoid-maml", "pytorch"): 40, ("sinusoid-maml", "pytorch-debian"): 40, ("sinusoid-maml", "jax"): 3,
    ("conv4-maml", "pytorch"): 4.5, ("conv4-maml", "pytorch-debian"): 4.5, ("conv4-maml", "pytorch-func"): 4.5,
    ("conv4-maml", "jax"): 3,
    ("conv4-fomaml", "pytorch"): 3.5, ("conv4-fomaml", "pytorch-debian"): 3.5, ("conv4-fomaml", "pytorch-func"): 3.5,
    ("conv4-adaptation", "pytorch"): 5, ("conv4-adaptation", "pytorch-debian"): 5,
    ("conv4-adaptation", "pytorch-func"): 5,
}


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def commit(root):
    """The revision measured; + marks uncommitted changes outside results/."""
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!results")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + "+" * bool(changed)


def common(root):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"utc": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "commit": commit(root), "processor": processor(),
            "processors": len(os.sched_getaffinity(0)), "load": "%.2f" % os.getloadavg()[0]}


def interval(values):
    """Median, and order statistics that hold the true median with probability >= 95 %, whatever the distribution; that
    probability."""
    values, count = sorted(values), len(values)
    outside, cut = 0.0, 0
    while cut < count // 2:
        more = outside + 2 * math.comb(count, cut) / 2 ** count
        if more > 0.05:
            break
        outside, cut = more, cut + 1
    return statistics.median(values), values[max(cut - 1, 0)], values[count - max(cut, 1)], 1 - outside


def row(root, workload, peer, ours):
    """One row out of the rounds of two contestants: ratios are taken within a round."""
    median, low, high, confidence = interval([a / b for a, b in zip(peer.seconds, ours.seconds)])
    target = TARGETS.get((workload, peer.name))
    verdict = "" if target is None else "met" if low >= target else "missed" if high < target else "open"
    worst = {p: max(v for k, v in peer.distances.items() if k.endswith(p) and not k.startswith("loss"))
             for p in ("float64", "float32")}
    return dict(common(root), workload=workload, peer=peer.name, version=peer.version, arrangement=peer.arrangement,
                peer_s="%.9g" % statistics.median(peer.seconds), innerloop_threads=ours.arrangement,
                innerloop_s="%.9g" % statistics.median(ours.seconds), rounds=len(peer.seconds), ratio="%.3g" % median,
                ratio_lo="%.3g" % low, ratio_hi="%.3g" % high, confidence="%.4f" % confidence, target=target or "",
                verdict=verdict, distance_float64="%.2g" % worst["float64"],
                distance_float32="%.2g" % worst["float32"], status="timed")


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def merge(path, columns, rows, key):
    """Rows replace those of the same key; the file is replaced as a whole."""
    new = {tuple(r[k] for k in key) for r in rows}
    kept = [r for r in read(path) if tuple(r[k] for k in key) not in new]
    temporary = path + ".new"
    with open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept + rows)
    os.replace(temporary, path)


def milliseconds(text):
    value = 1e3 * float(text)
    return "%.3g" % value if value < 100 else "%.0f" % value


def line(r):
    """One row for a terminal."""
    if r["status"] != "timed":
        return "%-15s %s" % (r["peer"], r["status"])
    goal = "; aimed at %s: %s" % (r["target"], r["verdict"]) if r["target"] else ""
    return "%-15s %-24s %9s ms | innerloop %9s ms | %s x [%s, %s]%s" % (
        r["peer"], r["arrangement"], milliseconds(r["peer_s"]), milliseconds(r["innerloop_s"]), r["ratio"],
        r["ratio_lo"], r["ratio_hi"], goal)


HEAD = """# innerloop and its peers

Written by `baselines/peers/compare` from peers.csv beside it. Milliseconds of one meta-iteration (adaptation: of one new task), medians
of rounds in which every program had its turn; ratio = peer / innerloop within a round, median, and an interval that holds the
true median with 95 % probability or more. Every peer starts from innerloop's parameters and tasks and computes the same
meta-gradient before it is timed: largest relative distance in float64 and in float32, as timed.

"""


TITLES = {"pytorch": "PyTorch", "pytorch-func": "torch.func", "jax": "JAX", "learn2learn": "learn2learn",
          "pytorch-debian": "Debian's PyTorch"}
README_BEGIN, README_END = "<!-- from results/reference/peers/PEERS.md -->\n", "<!-- end -->\n"


def ratio_of(r):
    return "%s [%s, %s]" % (r["ratio"], r["ratio_lo"], r["ratio_hi"]) if r["status"] == "timed" else "differs or failed"


def glance(rows, workloads, peers):
    """A line a workload, a column a peer."""
    lines = ["| workload | innerloop, ms | " + " | ".join(TITLES[p] for p in peers) + " |",
             "| :--- | ---: |" + " ---: |" * len(peers)]
    for workload in workloads:
        found = {r["peer"]: r for r in rows if r["workload"] == workload}
        own = [r["innerloop_s"] for r in found.values() if r["innerloop_s"]]
        if own:
            cells = [ratio_of(found[p]) if p in found else "" for p in peers]
            lines.append("| %s | %s | %s |" % (workload, milliseconds(own[-1]), " | ".join(cells)))
    return lines


def details(rows):
    lines = ["| workload | peer | arrangement | peer, ms | innerloop, ms | innerloop's threads | ratio | aim |",
             "| :--- | :--- | :--- | ---: | ---: | ---: | ---: | :--- |"]
    for r in rows:
        if r["status"] != "timed":
            lines.append("| %s | %s |  |  |  |  |  | %s |" % (r["workload"], r["peer"], r["status"].replace("|", "/")))
            continue
        aim = "%s: %s" % (r["target"], r["verdict"]) if r["target"] else ""
        lines.append("| %s | %s | %s | %s | %s | %s | %s | %s |" % (
            r["workload"], r["peer"], r["arrangement"], milliseconds(r["peer_s"]), milliseconds(r["innerloop_s"]),
            r["innerloop_threads"], ratio_of(r), aim))
    return lines


def circumstances(rows):
    lines = ["| workload | peer | version | rounds | distance float64 | float32 | measured | commit | machine | load |",
             "| :--- | :--- | :--- | ---: | ---: | ---: | :--- | :--- | :--- | ---: |"]
    return lines + ["| %s | %s | %s | %s | %s | %s | %s | %s | %s x %s | %s |" % (
        r["workload"], r["peer"], r["version"], r["rounds"], r["distance_float64"], r["distance_float32"], r["utc"],
        r["commit"], r["processors"], r["processor"], r["load"]) for r in rows]


def markdown(folder, workloads, peers):
    """Writes PEERS.md; returns its first table."""
    rows = read(os.path.join(folder, "peers.csv"))
    order = {(w, p): (i, j) for i, w in enumerate(workloads) for j, p in enumerate(peers)}
    rows.sort(key=lambda r: order.get((r["workload"], r["peer"]), (len(workloads), 0)))
    first = glance(rows, workloads, peers)
    with open(os.path.join(folder, "PEERS.md"), "w", encoding="utf-8") as file:
        file.write(HEAD + "\n\n".join("\n".join(t) for t in (first, details(rows), circumstances(rows))) + "\n")
    return first


def show_in_readme(path, table):
    """The README shows the first table word for word."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    begin = text.find(README_BEGIN)
    if begin < 0:
        return
    begin += len(README_BEGIN)
    end = text.index(README_END, begin)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:begin] + "\n".join(table) + "\n" + text[end:])
