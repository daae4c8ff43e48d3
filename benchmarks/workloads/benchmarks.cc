/* innerloop_benchmarks: the table of workloads as a Google Benchmark suite. Every workload is compared with its twin
 * before it is timed; one that differs is skipped with an error and the status is 1. Counters are finite numbers. */
#include <benchmark/benchmark.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

extern "C" { /* the engine's headers are C */
#include "benchmarks/machine/calibration.h"
#include "benchmarks/machine/peaks.h"
#include "benchmarks/workloads/bench.h"
#include "harness/durations.h"
#include "innerloop_build.h"
#include "kernels/host.h"
}

namespace {

/* No core does 512-bit multiply-adds faster (two a cycle at 5 GHz are 3.2e11): such a rate is work optimised away. */
const double fastest_core = 5e11;

struct Suite {
  il_arena *arena = nullptr;
  bench_conditions conditions = {};
  bench_list list = {};
  double peak_one = 0,
         peak_all = 0; /* flop/s of a large matrix product on one thread (by CPU time), on all (by wall time) */
  int processors = 1;
  std::atomic<int> failures{0};
};

/* Flop/s of a matrix product on `threads` threads; 0 where OpenBLAS cannot be used. */
double measure_peak(int threads) {
  il_workers *workers = nullptr;
  if (il_workers_new(&workers, threads, nullptr) != IL_OK) return 0;
  il_peak peak = il_gemm_peak(workers);
  il_workers_free(workers);
  return peak.rate;
}

int count_processors() {
  il_workers *workers = nullptr;
  if (il_workers_new(&workers, 0, nullptr) != IL_OK) return 1;
  int threads = il_workers_count(workers);
  il_workers_free(workers);
  return threads;
}

void fail(Suite &suite, benchmark::State &state, const std::string &why) {
  suite.failures++;
  state.SkipWithError(why.c_str());
}

/* Sets a counter; a number that is not finite is a failed benchmark, since JSON has no word for it. */
void set(Suite &suite, benchmark::State &state, const char *name, double value) {
  if (!std::isfinite(value))
    fail(suite, state, std::string("counter ") + name + " is not finite");
  else
    state.counters[name] = value;
}

void time_work(Suite &suite, benchmark::State &state, const bench_case &what, const bench_work &work, int threads) {
  unsigned long long before = bench_allocations();
  double (*const clock)() =
      threads > 1 ? il_seconds : bench_cpu_seconds; /* one thread: time that others took is not ours */
  double begin = clock();
  for (auto _ : state) bench_region(what.family, work.state, 1);
  double seconds = clock() - begin, runs = static_cast<double>(state.iterations());
  double peak = threads > 1 ? suite.peak_all : suite.peak_one;
  if (runs == 0 || seconds <= 0) return;
  set(suite, state, "allocations", static_cast<double>(bench_allocations() - before) / runs);
  set(suite, state, "workspace_bytes", static_cast<double>(work.workspace_bytes));
  if (work.episodes > 0) set(suite, state, "episodes_per_s", work.episodes * runs / seconds);
  if (work.calls > 0) set(suite, state, "kernel_calls", work.calls);
  if (work.drawn > 0) set(suite, state, "drawn", work.drawn);
  if (work.bytes > 0) set(suite, state, "bytes", work.bytes);
  if (work.flops > 0) set(suite, state, "flop", work.flops);
  if (work.flops <= 0 || peak <= 0) return;
  double rate = work.flops * runs / seconds;
  set(suite, state, "gflop_per_s", 1e-9 * rate);
  set(suite, state, "gemm_share", rate / peak);
  if (work.flops * runs > 1e6 && rate > fastest_core * threads)
    fail(suite, state, "faster than any processor: nothing was measured");
}

void run(benchmark::State &state, Suite &suite, const bench_case &what, int threads) {
  bench_conditions conditions = suite.conditions;
  bench_work work = {};
  il_error error = {};
  conditions.threads = threads;
  il_status status = what.family->open(&work, &what, &conditions, &error);
  if (status == IL_OK) status = what.family->check(work.state, &error);
  if (status == IL_OK)
    time_work(suite, state, what, work, threads);
  else
    fail(suite, state, error.message);
  if (work.state && what.family->close) what.family->close(work.state);
}

void add(Suite &suite, const bench_case &what, int threads) {
  std::string name = what.name;
  if (threads > 1) name += "/threads:" + std::to_string(threads);
  auto *made = benchmark::RegisterBenchmark(
      name.c_str(), [&suite, &what, threads](benchmark::State &state) { run(state, suite, what, threads); });
  made->Unit(benchmark::kMicrosecond);
  if (threads > 1) made->UseRealTime()->MeasureProcessCPUTime();
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

il_status add_context(const Suite &suite, il_error *error) {
  const il_kernels *kernels = nullptr;
  il_status status = il_kernels_select(&kernels, suite.conditions.kernels, error);
  if (status != IL_OK) return status;
  il_blas blas = {};
  bool has_blas = il_blas_load(&blas, 1, nullptr) == IL_OK;
  const std::pair<const char *, std::string> rows[] = {
      {"innerloop_version", IL_VERSION},
      {"commit", std::string(IL_SOURCE_COMMIT) + (IL_SOURCE_DIRTY ? "+changes" : "")},
      {"build_type", IL_BUILD_TYPE},
      {"compiler", IL_BUILD_COMPILER},
      {"flags", IL_BUILD_FLAGS},
      {"blas", has_blas ? blas.version : ""},
      {"blas_core", has_blas ? blas.core : ""},
      {"kernels", kernels->name},
      {"cpu", cpu_model()},
      {"processors", std::to_string(suite.processors)},
      {"gemm_peak_gflop_per_s_1_thread", number(1e-9 * suite.peak_one)},
      {"gemm_peak_gflop_per_s_all_threads", number(1e-9 * suite.peak_all)},
      {"fma_peak_gflop_per_s_1_thread", number(1e-9 * bench_peak_fma())},
      {"triad_gbyte_per_s_512_KiB", number(1e-9 * bench_peak_triad(1 << 19))},
      {"triad_gbyte_per_s_4_MiB", number(1e-9 * bench_peak_triad(1 << 22))},
      {"triad_gbyte_per_s_192_MiB", number(1e-9 * bench_peak_triad(192 << 20))}};
  for (const auto &row : rows) benchmark::AddCustomContext(row.first, row.second);
  return IL_OK;
}

il_status prepare(Suite &suite, il_error *error) {
  suite.arena = il_arena_new();
  if (!suite.arena) return il_fail_memory(error, "a suite", 0);
  il_status status = bench_conditions_read(&suite.conditions, suite.arena, error);
  if (status != IL_OK) return status;
  suite.processors = count_processors();
  suite.peak_one = bench_peak_gemm();
  suite.peak_all = measure_peak(suite.processors);
  status = bench_list_cases(&suite.list, &suite.conditions, suite.arena, error);
  if (status != IL_OK) return status;
  for (int i = 0; i < suite.list.count; i++) {
    add(suite, suite.list.at[i], 1);
    const bench_family *family = suite.list.at[i].family;
    for (int threads = 2; family->ladder && threads < suite.processors; threads *= 2)
      add(suite, suite.list.at[i], threads);
    if (family->parallel && suite.processors > 1) add(suite, suite.list.at[i], suite.processors);
  }
  return add_context(suite, error);
}

} // namespace

int main(int argc, char **argv) {
  Suite suite;
  il_error error = {};
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  il_status status = prepare(suite, &error);
  if (status == IL_OK && benchmark::RunSpecifiedBenchmarks() == 0)
    status = il_fail(&error, IL_INVALID, "no benchmark has such a name");
  if (suite.failures > 0)
    status = il_fail(&error, IL_NEGATIVE, "%d benchmarks failed their check", suite.failures.load());
  il_arena_free(suite.arena);
  if (status != IL_OK) std::fprintf(stderr, "innerloop_benchmarks: %s\n", error.message);
  return il_status_exit(status);
}
