"""Fixtures of test_statistics_golden.c from SciPy (made with 1.17.1):
    python3 generate_statistics.py >../fixtures/statistics_golden.h
Nothing here uses our code. Exact tests are enumerated by scipy.stats.permutation_test where SciPy has no exact form."""
import itertools

import numpy
import scipy
from scipy import stats

draw = numpy.random.default_rng(2026)


def numbers(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


def rows(name, columns, table):
    print(f"static const double {name}[][{columns}] = {{")
    for row in table:
        print("    " + numbers(row) + ",")
    print("};\n")


def samples(name, fields, table):
    print(f"static const struct {{\n  {fields}\n}} {name}[] = {{")
    for row in table:
        print("    {" + ", ".join(row) + "},")
    print("};\n")


def signed_rank(d):
    """Twice the smaller tail over all signs, of the rank sum of the positive ones; zeros out, mean ranks."""
    d = d[d != 0]
    ranks = stats.rankdata(abs(d))
    sums = numpy.array([ranks[numpy.array(s, bool)].sum() for s in itertools.product((0, 1), repeat=len(d))])
    seen = ranks[d > 0].sum()
    return min(1, 2 * min((sums <= seen).mean(), (sums >= seen).mean()))


def rank_sum(a, b):
    """Twice the smaller tail over all ways to choose which values are a's; mean ranks."""
    ranks = stats.rankdata(numpy.concatenate([a, b]))
    sums = numpy.array([ranks[list(c)].sum() for c in itertools.combinations(range(len(ranks)), len(a))])
    seen = ranks[: len(a)].sum()
    return min(1, 2 * min((sums <= seen + 1e-9).mean(), (sums >= seen - 1e-9).mean()))


def bound(d, level):
    """Smallest centre that a one-sided exact signed-rank test does not reject; the test is flat between the pair means."""
    means = sorted((d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i, len(d)))
    steps = [means[0] - 1] + [(p + q) / 2 for p, q in zip(means, means[1:])] + [means[-1] + 1]
    for k, centre in enumerate(steps):
        if stats.wilcoxon(d - centre, alternative="greater", method="exact").pvalue > 1 - level:
            return means[k - 1] if k else -numpy.inf
    return numpy.nan


print(f"/* Written by golden/generate_statistics.py with SciPy {scipy.__version__}; not by hand. */")
print("#ifndef INNERLOOP_TESTS_STATISTICS_GOLDEN_H\n#define INNERLOOP_TESTS_STATISTICS_GOLDEN_H\n")
print("enum { GOLDEN_MOST = 12 };\n")

grid = [(p, f) for p in (1e-6, 0.025, 0.2, 0.9, 0.975, 0.995, 0.9999) for f in (1, 2, 2.5, 4, 9, 30, 599)]
print("/* p, freedom, quantile of Student's t */")
rows("golden_student_quantiles", 3, [(p, f, stats.t.ppf(p, f)) for p, f in grid])
print("/* t, freedom, probability below */")
rows("golden_student_probabilities", 3, [(t, f, stats.t.cdf(t, f)) for t in (-6, -2.2, -0.3, 0.7, 1.5, 4) for f in (1.5, 3, 12, 50)])
print("/* p, quantile of the standard normal */")
rows("golden_normal_quantiles", 2, [(p, stats.norm.ppf(p)) for p in (1e-12, 1e-4, 0.05, 0.3, 0.5, 0.8, 0.975, 0.9995)])

table = []
for count in (3, 5, 8, 10, 12):
    d = numpy.round(draw.normal(0.4, 1, count), 3)
    table.append((d, stats.wilcoxon(d, method="exact").pvalue))
    assert abs(table[-1][1] - signed_rank(d)) < 1e-12
for count in (6, 9, 12):  # equal sizes and zeros
    d = numpy.round(draw.normal(0.3, 1, count) * 2) / 2
    table.append((d, signed_rank(d)))
print("/* differences; two-sided p of: signed ranks; sign flips. Lower bounds of the centre at 0.9 and 0.95: without ties only. */")
out = []
for i, (d, p) in enumerate(table):
    flips = stats.permutation_test((d,), numpy.sum, permutation_type="samples", n_resamples=numpy.inf).pvalue
    bounds = [bound(d, level) if i < 5 else numpy.nan for level in (0.9, 0.95)]
    text = ["NAN" if numpy.isnan(b) else "-INFINITY" if numpy.isinf(b) else repr(float(b)) for b in bounds]
    out.append([str(len(d)), numbers(d), repr(float(p)), repr(float(flips)), *text])
samples("golden_differences", "int count;\n  double values[GOLDEN_MOST], signed_rank, sign_flip, bound_90, bound_95;", out)

out = []
for a_count, b_count, step in ((3, 4, 0), (5, 5, 0), (8, 6, 0), (4, 4, 0.5), (7, 5, 0.5), (6, 6, 1)):
    a, b = draw.normal(0, 1, a_count), draw.normal(0.8, 1, b_count)
    a, b = (numpy.round(v / step) * step if step else numpy.round(v, 3) for v in (a, b))
    p = rank_sum(a, b) if step else stats.mannwhitneyu(a, b, method="exact").pvalue
    assert abs(p - rank_sum(a, b)) < 1e-12
    out.append([str(a_count), str(b_count), numbers(a), numbers(b), repr(float(p))])
print("/* two samples, p of the rank-sum test */")
samples("golden_samples", "int a_count, b_count;\n  double a[GOLDEN_MOST], b[GOLDEN_MOST], p;", out)

print("/* p, adjusted by Holm: every pair a row */")
out = []
for count in (4, 7, 12):
    p = numpy.round(draw.uniform(0, 0.2, count) ** 1.5, 4)
    order = numpy.argsort(p)
    adjusted = numpy.empty(count)
    adjusted[order] = numpy.minimum(1, numpy.maximum.accumulate((count - numpy.arange(count)) * p[order]))
    out.append([str(count), numbers(p), numbers(adjusted)])
samples("golden_holm", "int count;\n  double p[GOLDEN_MOST], adjusted[GOLDEN_MOST];", out)

d = table[3][0]
made = stats.bootstrap((d,), numpy.mean, method="percentile", n_resamples=2_000_000, batch=20_000, rng=draw)
interval = made.confidence_interval
print("/* percentile bootstrap of the mean of golden_differences[3], two million resamples: low, high */")
print(f"static const double golden_bootstrap[2] = {numbers(interval)};\n")
print("#endif")
