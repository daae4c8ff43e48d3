/* The double side of `innerloop prove`; compiled with the double engine only. */
#include "cli/builtin.h"
#include "cli/plugin.h"
#include "cli/prove.h"
#include "formats/npz.h"
#include "harness/prove.h"

static il_npz_array vector(const char *name, const real *data, size_t size) {
  il_npz_array array = {.type = (il_npz_type)IL_NPZ_REAL, .rank = 1, .dims = {size}, .data = data};
  snprintf(array.name, sizeof array.name, "%s", name);
  return array;
}

static il_npz_array matrix(const char *name, const real *data, int rows, size_t columns) {
  il_npz_array array = vector(name, data, (size_t)rows);
  array.rank = 2;
  array.dims[1] = columns;
  return array;
}

static il_status dump(const char *path, const il_proof_arrays *arrays, il_error *error) {
  il_npz_array all[] = {vector("parameters", arrays->theta, arrays->parameters),
                        matrix("support_x", arrays->support_x, arrays->support, arrays->input),
                        matrix("support_y", arrays->support_y, arrays->support, arrays->output),
                        matrix("query_x", arrays->query_x, arrays->query, arrays->input),
                        matrix("query_y", arrays->query_y, arrays->query, arrays->output),
                        vector("meta_gradient", arrays->direction, arrays->parameters),
                        vector("adapted", arrays->adapted, arrays->parameters),
                        vector("loss", &arrays->loss, 1)};
  all[7].rank = 0;
  return il_npz_write(path, all, (int)(sizeof all / sizeof all[0]), 0, error);
}

static il_status prove_all(const il_prove_request *request, const il_session *session, il_arena *arena,
                           il_error *error) {
  const il_experiment *experiment = session->experiment;
  il_status answer = IL_OK;
  for (int a = 0; a < experiment->n_algorithms; a++) {
    il_proof proof;
    il_proof_arrays arrays = {0};
    il_status status = il_prove(&proof, &arrays, session, a, arena, error);
    if (status != IL_OK) return status;
    il_proof_print(&proof, experiment->algorithms[a].label, request->out);
    if (proof.verdict == IL_PROOF_WRONG) answer = IL_NEGATIVE;
    if (!request->dump) continue;
    if (proof.finding == IL_FINDING_UNTRAINED)
      return il_fail(error, IL_INVALID, "--dump: %s does not train: there is nothing to write",
                     experiment->algorithms[a].label);
    status = dump(request->dump, &arrays, error);
    if (status != IL_OK) return status;
  }
  return answer;
}

il_status il_prove_f64(const il_prove_request *request, il_error *error) {
  il_status status = IL_OK;
  il_session *session = NULL;
  il_experiment *experiment;
  il_registry registry;
  il_arena *arena = il_arena_new();
  if (!arena) return il_fail_memory(error, "the experiment", 0);
  IL_TRY(il_plugins_load(&registry, &il_builtin_registry, request->plugins, arena, error));
  IL_TRY(il_experiment_read(&experiment, request->file, &request->overrides, &registry, arena, error));
  if (request->dump && experiment->n_algorithms != 1)
    IL_TRY(il_fail(error, IL_INVALID,
                   "--dump: the experiment has %d algorithms; expected one: choose it with --algorithm",
                   experiment->n_algorithms));
  IL_TRY(il_session_open(&session, experiment, 1, NULL, request->data, error));
  IL_TRY(prove_all(request, session, arena, error));
done:
  il_session_close(session);
  il_arena_free(arena);
  return status;
}
