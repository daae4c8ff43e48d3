# The page of benchmarks/scaling: tables, roofline, and a model of the time of one thread, fitted by least squares.
# Input lines: machine KEY VALUE, and kind value threads seconds flop bytes calls workspace drawn.

function digits(x, n) { return x >= 10 ^ n ? sprintf("%.0f", x) : sprintf("%." n "g", x) + 0 }
function machine_of(key) { return key in machine ? machine[key] : "?" }

# ---- the model: seconds = flop / (e R) + bytes / (b W) + calls c + drawn d + f, by relative least squares; never
# negative ----

# Unknowns x[1..n] of a[i,j] x = y by elimination with the largest pivot.
function solve(a, y, x, n,    i, j, k, best, t) {
  for (i = 1; i <= n; i++) {
    best = i
    for (k = i + 1; k <= n; k++) if (abs(a[k, i]) > abs(a[best, i])) best = k
    for (j = 1; j <= n; j++) { t = a[i, j]; a[i, j] = a[best, j]; a[best, j] = t }
    t = y[i]; y[i] = y[best]; y[best] = t
    for (k = i + 1; k <= n; k++) {
      t = a[k, i] / a[i, i]
      for (j = i; j <= n; j++) a[k, j] -= t * a[i, j]
      y[k] -= t * y[i]
    }
  }
  for (i = n; i >= 1; i--) {
    x[i] = y[i]
    for (j = i + 1; j <= n; j++) x[i] -= a[i, j] * x[j]
    x[i] /= a[i, i]
  }
}
function abs(x) { return x < 0 ? -x : x }

# Seconds of row r by each resource when everything goes at the measured rate.
function ideal(r, which) {
  if (which == 1) return flop[r] / rate
  if (which == 2) return bytes[r] / bandwidth
  return which == 5 ? 1e-6 : (which == 3 ? calls[r] : drawn[r]) * 1e-9
}

# Fits the rows that `fitted` marks to the resources in use[1..n]; coefficient[which], others 0.
function fit(use, n,    r, i, j, a, y, x) {
  for (i = 1; i <= n; i++) { y[i] = 0; for (j = 1; j <= n; j++) a[i, j] = 0 }
  for (r = 1; r <= rows; r++) if (fitted[r]) {
    for (i = 1; i <= n; i++) {
      y[i] += ideal(r, use[i]) / seconds[r]
      for (j = 1; j <= n; j++) a[i, j] += ideal(r, use[i]) * ideal(r, use[j]) / seconds[r] ^ 2
    }
  }
  solve(a, y, x, n)
  for (i = 1; i <= RESOURCES; i++) coefficient[i] = 0
  for (i = 1; i <= n; i++) coefficient[use[i]] = x[i]
}
# A resource that comes out negative explains nothing here: it is left out, and the others are fitted again.
function fit_all(    use, n, i, kept, again) {
  n = RESOURCES
  for (i = 1; i <= n; i++) use[i] = i
  do {
    fit(use, n)
    kept = 0
    for (i = 1; i <= n; i++) if (coefficient[use[i]] > 0) use[++kept] = use[i]
    again = kept < n
    n = kept
  } while (again && n > 0)
}
function predicted(r,    i, sum) {
  for (i = 1; i <= RESOURCES; i++) sum += coefficient[i] * ideal(r, i)
  return sum
}

# ---- tables ----

function key(kind, value, threads) { return kind SUBSEP value SUBSEP threads }

function table(kind, what,    r, k, t, line) {
  printf "\n## %s\n\n| %s | one thread, µs | GFLOP/s | of the GEMM rate | flop a byte | workspace, bytes |", what, kind
  for (t = 1; t <= n_ladder; t++) printf " %d threads, µs | speed-up |", ladder[t]
  printf "\n|---|---|---|---|---|---|"
  for (t = 1; t <= n_ladder; t++) printf "---|---|"
  printf "\n"
  for (r = 1; r <= rows; r++) {
    if (kinds[r] != kind) continue
    printf "| %s | %s | %s | %s | %s | %s |", values[r], digits(1e6 * seconds[r], 3), digits(1e-9 * flop[r] / seconds[r], 3),
      digits(flop[r] / seconds[r] / rate, 2), digits(flop[r] / bytes[r], 2), workspace[r]
    for (t = 1; t <= n_ladder; t++) {
      k = key(kind, values[r], ladder[t])
      if (k in shared) printf " %s | %s |", digits(1e6 * shared[k], 3), digits(seconds[r] / shared[k], 2)
      else printf " | |"
    }
    printf "\n"
  }
}

function roof(name, bytes_per_s) {
  if (bytes_per_s <= 0) return
  printf "| triad over %s | %s GB/s | %s |\n", name, digits(bytes_per_s * 1e-9, 3), digits(rate / bytes_per_s, 2)
}

function roofline(    r, low, high) {
  print "\n## The roofline of this machine, one core\n"
  print "| ceiling | measured in the same run | intensity where it meets the GEMM rate, flop a byte |"
  print "|---|---|---|"
  printf "| multiply-adds in registers | %s GFLOP/s | |\n", machine_of("fma_peak_gflop_per_s_1_thread")
  printf "| matrix product, OpenBLAS (%s), n = 768 | %s GFLOP/s | |\n", machine_of("blas_core"), digits(rate * 1e-9, 3)
  roof("512 KiB", 1e9 * machine_of("triad_gbyte_per_s_512_KiB"))
  roof("4 MiB", 1e9 * machine_of("triad_gbyte_per_s_4_MiB"))
  roof("192 MiB", 1e9 * machine_of("triad_gbyte_per_s_192_MiB"))
  low = 1e99
  for (r = 1; r <= rows; r++) {
    if (flop[r] / bytes[r] < low) low = flop[r] / bytes[r]
    if (flop[r] / bytes[r] > high) high = flop[r] / bytes[r]
  }
  printf "\nA workload's intensity is its operations by the bytes its kernel calls read and write, every operand once a call: %s to\n%s ", digits(low, 2), digits(high, 2)
  print "flop a byte here. A task's scratch memory is the column *workspace*: where it fits a second-level cache, the first triad is"
  print "the ceiling, else the second; main memory is seldom seen."
}

function errors(wanted, title,    r, e, n, worst) {
  printf "\n%s\n\n| setting | measured, µs | predicted, µs | error |\n|---|---|---|---|\n", title
  for (r = 1; r <= rows; r++) {
    if (fitted[r] != wanted) continue
    e = predicted(r) / seconds[r] - 1
    if (abs(e) > worst) worst = abs(e)
    n++
    printf "| %s %s | %s | %s | %+.0f %% |\n", kinds[r], values[r], digits(1e6 * seconds[r], 3), digits(1e6 * predicted(r), 3), 100 * e
  }
  printf "\nLargest error of these %d: %.0f %%.\n", n, 100 * worst
}

function model() {
  fit_all()
  print "\n## A model for other machines\n"
  print "    seconds on one thread = flop / (e R) + bytes / (b W) + kernel calls x c + numbers drawn x d + f\n"
  print "R is the rate of a large matrix product on one core, W the bandwidth of a triad over 4 MiB, both measured by"
  print "`benchmarks/run` (its context). flop, bytes, kernel calls and the numbers in the episodes drawn are counters of every"
  print "workload: exact, and the same on every machine. c, d and f go with the clock. On t threads a meta-batch of n tasks takes"
  print "ceil(n / t) / n of it. Fitted here:\n"
  printf "| R | W | e | b | c | d | f |\n|---|---|---|---|---|---|---|\n| %s GFLOP/s | %s GB/s |", digits(rate * 1e-9, 3), digits(bandwidth * 1e-9, 3)
  printf " %s | %s | %s ns | %s ns | %s µs |\n", coefficient[1] ? digits(1 / coefficient[1], 2) : "not seen",
    coefficient[2] ? digits(1 / coefficient[2], 2) : "not seen", digits(coefficient[3], 2), digits(coefficient[4], 2), digits(coefficient[5], 2)
  errors(0, "Settings it was **not** fitted on:")
  errors(1, "Settings it was fitted on:")
}

BEGIN {
  RESOURCES = 5
  # what the model is fitted on; the other kinds check it
  split("tasks width images filters", fit_kinds, " ")
  for (i in fit_kinds) is_fit[fit_kinds[i]] = 1
}
$1 == "machine" { machine[$2] = $3; next }
$3 == 1 {
  rows++
  kinds[rows] = $1; values[rows] = $2; seconds[rows] = $4; flop[rows] = $5; bytes[rows] = $6
  calls[rows] = $7; workspace[rows] = $8; drawn[rows] = $9; fitted[rows] = ($1 in is_fit)
  next
}
{
  shared[key($1, $2, $3)] = $4
  if (!($3 in seen)) { seen[$3] = 1; ladder[++n_ladder] = $3 }
}
END {
  rate = 1e9 * machine_of("gemm_peak_gflop_per_s_1_thread")
  bandwidth = 1e9 * machine_of("triad_gbyte_per_s_4_MiB")
  if (!rows || rate <= 0 || bandwidth <= 0) {
    print "scaling: no scaling/ benchmarks, or no GEMM rate and bandwidth, in this file" >"/dev/stderr"
    exit 1
  }
  print "# How cost grows\n"
  print "Written by `benchmarks/scaling` from a benchmark run; not by hand. One meta-iteration of exact MAML, one thing varied at a"
  print "time. Tasks, steps and width: sine waves, 25 tasks of 10 + 10 points, 1 inner step, a network 1-40-40-1. Images, ways, shots"
  print "and filters: pictures of 28 x 28, 4 tasks of 5 classes with 1 + 1 example, 1 inner step, four convolutions of 64 filters."
  print "Adam outside. CPU time on one thread, wall time on several (work below a threshold is not shared out).\n"
  printf "Machine: %s, %s processors, kernels %s, load average %s when it began; %s,\n%s; commit %s.\n", machine_of("cpu"),
    machine_of("processors"), machine_of("kernels"), digits(machine_of("load_average"), 2), machine_of("compiler"),
    machine_of("flags"), substr(machine_of("commit"), 1, 12)
  table("tasks", "Tasks of a meta-batch, sine waves")
  table("images", "Tasks of a meta-batch, images")
  table("steps", "Inner steps")
  table("ways", "Classes of a task")
  table("shots", "Examples of a class")
  table("width", "Width of both hidden layers")
  table("filters", "Filters of every convolution")
  roofline()
  model()
}
