/* innerloop prove: is the meta-gradient second-order, first-order or wrong? */
#include "cli/prove.h"

#include <stdlib.h>

#include "cli/cli.h"

typedef struct prove_values {
  il_texts set, plugins;
  const char *algorithm, *dump, *data;
} prove_values;

static const il_argument rows[] = {
    {"algorithm", IL_ARGUMENT_TEXT, offsetof(prove_values, algorithm), "A", 0, 0, "only this label (default: all)"},
    {"dump", IL_ARGUMENT_TEXT, offsetof(prove_values, dump), "F.npz", 0, 0,
     "write parameters, episode and direction as named arrays"},
    {"set", IL_ARGUMENT_TEXTS, offsetof(prove_values, set), "KEY.PATH=VALUE", 0, 0, "overrides a key; may be repeated"},
    {"data", IL_ARGUMENT_TEXT, offsetof(prove_values, data), "DIR", 0, 0,
     "data directory (default $INNERLOOP_DATA, else ~/.cache/innerloop)"},
    {"plugin", IL_ARGUMENT_TEXTS, offsetof(prove_values, plugins), "FILE.so", 0, 0,
     "rows of a shared object compiled for double; may be repeated"},
};

static const il_usage usage = {
    .command = "prove",
    .summary = "checks meta-gradients on a real episode against finite differences in double",
    .positional = "FILE.yaml",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = 1,
    .details = "Says second-order, first-order, or what else it is; \"cannot tell\" with the reason\n"
               "where the episode does not decide; \"wrong\" where an algorithm is not what it\n"
               "claims to be, and then ends with exit status 1.\n"
               "A plug-in is compiled once more for this, in double:\n"
               "  cc -DIL_REAL_IS_DOUBLE -std=c11 -O2 -ffp-contract=off -fPIC -shared \\\n"
               "     -I PREFIX/include -o mine_f64.so mine.c\n"
               "Arrays of --dump, float64: parameters [P], support_x, support_y, query_x, query_y,\n"
               "meta_gradient [P], adapted [P], loss.\n",
};

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  prove_values values = {0};
  il_texts files;
  (void)cli;
  il_status status = il_arguments_parse(&values, &files, &usage, argc, argv, error);
  if (status != IL_OK) return status;
  il_prove_request request = {
      .file = files.at[0],
      .overrides = {.n_set = values.set.count, .set = values.set.at, .algorithms = values.algorithm},
      .dump = values.dump,
      .plugins = &values.plugins,
      .data = values.data ? values.data : getenv("INNERLOOP_DATA"),
      .out = stdout};
  return il_prove_f64(&request, error);
}

const il_command il_command_prove = {.usage = &usage, .run = run};
