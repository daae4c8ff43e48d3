/* Matrix products by OpenBLAS. */
#include "kernels/host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Names of cblas.h, which is not needed to build. */
enum { ROW_MAJOR = 101, NOT_TRANSPOSED = 111, TRANSPOSED = 112 };

/* Address space: of the library and those it needs (60 MB in Debian 12), and of one caller's buffer (128 MB there),
 * with some to spare. */
static const unsigned long long library_bytes = 160ULL << 20, caller_bytes = 160ULL << 20;

static const char library[] = "libopenblas.so.0";

/* ---- room ---- */

/* Bytes of address space in use. */
static unsigned long long bytes_in_use(void) {
  unsigned long long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file) return 0;
  if (fscanf(file, "%llu", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* Bytes that may still be mapped. RLIMIT_DATA counts only a part of what is in use: the answer may be less than there
 * is. */
static unsigned long long bytes_left(void) {
  static const int kinds[] = {RLIMIT_AS, RLIMIT_DATA};
  unsigned long long least = RLIM_INFINITY, used = bytes_in_use();
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)kinds[i], &limit) == 0 && limit.rlim_cur < least) least = limit.rlim_cur;
  }
  if (least == RLIM_INFINITY) return least;
  return least > used ? least - used : 0;
}

static il_status check_room(int callers, il_error *error) {
  unsigned long long needed = library_bytes + (unsigned long long)callers * caller_bytes, left = bytes_left();
  if (left >= needed) return IL_OK;
  return il_fail(error, IL_MEMORY,
                 "OpenBLAS takes up to %llu MB of address space for %d thread%s; %llu MB are left (ulimit -v)",
                 needed >> 20, callers, callers == 1 ? "" : "s", left >> 20);
}

/* ---- loading ---- */

/* ISO C has no conversion from void * to a pointer to a function; POSIX promises the bytes. */
static int find(void *function, void *handle, const char *name) {
  void *symbol = dlsym(handle, name);
  memcpy(function, &symbol, sizeof symbol);
  return symbol != NULL;
}

/* A variable of the environment, for a moment. */
typedef struct setting {
  const char *name;
  char *kept; /* what it was; NULL: not set */
  int failed;
} setting;

static setting set(const char *name, const char *value) {
  const char *before = getenv(name);
  setting made = {.name = name, .kept = before ? strdup(before) : NULL};
  made.failed = (before && !made.kept) || setenv(name, value, 1) != 0;
  return made;
}

static void unset(setting *made) {
  if (made->kept)
    setenv(made->name, made->kept, 1);
  else
    unsetenv(made->name);
  free(made->kept);
}

/* With one thread OpenBLAS starts none of its own; it reads that from the environment while it is loaded. */
static void *load_with_one_thread(void) {
  setting threads = set("OPENBLAS_NUM_THREADS", "1");
  void *handle = threads.failed ? NULL : dlopen(library, RTLD_NOW | RTLD_LOCAL);
  unset(&threads);
  return handle;
}

static const char *core_of(void *handle) {
  char *(*core)(void);
  return find(&core, handle, "openblas_get_corename") ? core() : "";
}

/* A processor that is younger than the library is taken for the oldest it knows, at a tenth of the rate: no
 * yardstick. */
static const char *core_mistaken(void *handle) {
  if (getenv("OPENBLAS_CORETYPE") || strcmp(core_of(handle), "Prescott") != 0) return NULL;
  if (il_kernels_find("avx512")) return "SkylakeX";
  return il_kernels_find("avx2") ? "Haswell" : NULL;
}

/* Loaded once to see what it takes the processor for, and again where it is mistaken. */
static void *load(void) {
  void *handle = load_with_one_thread();
  const char *core = handle ? core_mistaken(handle) : NULL;
  if (core) {
    dlclose(handle);
    setting type = set("OPENBLAS_CORETYPE", core);
    handle = load_with_one_thread();
    unset(&type);
  }
  /* The last word stays loaded. */
  return handle && dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) ? handle : NULL;
}

static il_status find_all(il_blas *blas, void *handle, il_error *error) {
  void (*set_threads)(int);
  char *(*core)(void), *(*version)(void);
  if (!find(&blas->sgemm, handle, "cblas_sgemm") || !find(&blas->dgemm, handle, "cblas_dgemm") ||
      !find(&set_threads, handle, "openblas_set_num_threads") || !find(&core, handle, "openblas_get_corename") ||
      !find(&version, handle, "openblas_get_config"))
    return il_fail(error, IL_IO, "%s: not OpenBLAS as it is known; expected that of libopenblas0-pthread", library);
  set_threads(1);
  blas->core = core();
  blas->version = version();
  return IL_OK;
}

il_status il_blas_load(il_blas *blas, int callers, il_error *error) {
  *blas = (il_blas){.core = ""};
  il_status status = check_room(callers, error);
  if (status != IL_OK) return status;
  void *handle = load();
  if (!handle)
    return il_fail(error, IL_IO, "OpenBLAS cannot be loaded (%s); expected the package libopenblas0-pthread", library);
  status = find_all(blas, handle, error);
  dlclose(handle); /* it stays: RTLD_NODELETE */
  return status;
}

/* ---- use ---- */

void il_blas_multiply(const il_blas *blas, float *c, const float *a, const float *b, int m, int n, int k) {
  blas->sgemm(ROW_MAJOR, NOT_TRANSPOSED, NOT_TRANSPOSED, m, n, k, 1, a, k, b, n, 0, c, n);
}

static void gemm(const il_gemm *g) {
  size_t columns = (size_t)g->n;
  for (size_t row = 0; g->init && row < (size_t)g->m; row++) {
    const real *from = g->init + row * (size_t)g->init_stride;
    if (from != g->c + row * columns) memcpy(g->c + row * columns, from, columns * sizeof(real));
  }
  const il_blas *blas = g->blas;
#ifdef IL_REAL_IS_DOUBLE
  il_blas_dgemm *product = blas->dgemm;
#else
  il_blas_sgemm *product = blas->sgemm;
#endif
  product(ROW_MAJOR, g->a_transposed ? TRANSPOSED : NOT_TRANSPOSED, NOT_TRANSPOSED, g->m, g->n, g->k, g->alpha, g->a,
          g->a_transposed ? g->m : g->k, g->b, g->n, g->init ? 1 : 0, g->c, g->n);
}

il_kernels il_kernels_host(const il_kernels *base, const il_blas *blas) {
  il_kernels host = *base;
  host.name = host.contract = "host";
  host.gemm = gemm;
  host.blas = blas;
  return host;
}
