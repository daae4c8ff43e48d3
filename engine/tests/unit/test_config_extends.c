/* covers: experiment */
/* `extends`: what a file says, laid over another one. Held against the flattened form written by hand. */
#include "config_fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char inside[] = "experiment: inside\nsuite: bare\nmodel: {name: net, scale: 0.5}\nalgorithms: [idle]\n";
static const char near_text[] = "extends: ../some/inside.yaml\nexperiment: near\nmodel: {scale: 0.25}\n";
static const char far_text[] = "extends: near\nseeds: 3\nmodel: {hiden: [8]}\n";
static const char far_base[] =
    "extends: other/near\nexperiment: far\nseeds: 3\nalgorithms: [{name: idle, label: two}]\n";
static const il_embedded files[] = {{"experiments/some/inside.yaml", inside, sizeof inside - 1},
                                    {"experiments/other/near.yaml", near_text, sizeof near_text - 1},
                                    {"experiments/other/far.yaml", far_base, sizeof far_base - 1},
                                    {"experiments/other/typo.yaml", far_text, sizeof far_text - 1},
                                    {NULL, NULL, 0}};

static void put(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fputs(text, file) >= 0, 1);
  assert_int_equal(fclose(file), 0);
}

static il_status read_file(void **state, il_experiment **experiment, const char *file, il_error *error) {
  il_registry registry = stubs;
  registry.experiments = files;
  il_registry *kept = il_arena_get(*state, 1, sizeof *kept);
  *kept = registry;
  il_error_clear(error);
  return il_experiment_read(experiment, file, NULL, kept, *state, error);
}

/* The text of a file that extends another resolves to the bytes, and so to the digest, of the flattened one. */
static void equals(void **state, const char *file, const char *extends, const char *flat_text) {
  il_experiment *experiment, *flat = parse(state, flat_text);
  il_error error = {0};
  if (read_file(state, &experiment, file, &error) != IL_OK) fail_msg("%s", error.message);
  size_t size;
  char *one = il_experiment_text(experiment, &size), *other = il_experiment_text(flat, &size);
  assert_string_equal(one, other);
  assert_string_equal(experiment->digest, flat->digest);
  assert_string_equal(experiment->extends, extends);
  free(one);
  free(other);
}

static void refused(void **state, const char *file, const char *message) {
  il_experiment *experiment;
  il_error error = {0};
  assert_int_equal(read_file(state, &experiment, file, &error), IL_INVALID);
  assert_string_equal(error.message, message);
}

static void maps_lists_and_entries(void **state) {
  put("base.yaml", base_text);
  put("over.yaml", "extends: base.yaml\n"
                   "experiment: over\n"
                   "suite: {amplitude: [1, 2]}\n"
                   "training: {shots: 2}\n"
                   "algorithms:\n"
                   "  - {name: learner, first_order: true}\n"
                   "  - {label: slow, inner: {learning_rate: 0.4}}\n"
                   "  - {name: mover, label: more}\n");
  equals(state, "over.yaml", "base.yaml",
         "experiment: over\n"
         "suite: {name: wave, amplitude: [1, 2]}\n"
         "model: {name: net, scale: 0.01}\n"
         "training: {iterations: 100, shots: 2}\n"
         "evaluation: {steps: 4}\n"
         "algorithms:\n"
         "  - {name: learner, first_order: true}\n"
         "  - {name: mover, label: slow, training: {meta_batch: 2}, inner: {learning_rate: 0.4, batch: 6}}\n"
         "  - idle\n"
         "  - {name: mover, label: more}\n");
  /* another name: the options of the one before are not its own */
  put("bare.yaml", "extends: over.yaml\nexperiment: bare\nsuite: bare\n");
  equals(state, "bare.yaml", "over.yaml, base.yaml",
         "experiment: bare\n"
         "suite: bare\n"
         "model: {name: net, scale: 0.01}\n"
         "training: {iterations: 100, shots: 2}\n"
         "evaluation: {steps: 4}\n"
         "algorithms:\n"
         "  - {name: learner, first_order: true}\n"
         "  - {name: mover, label: slow, training: {meta_batch: 2}, inner: {learning_rate: 0.4, batch: 6}}\n"
         "  - idle\n"
         "  - {name: mover, label: more}\n");
}

static void embedded_files(void **state) {
  static const char flat[] = "experiment: far\nsuite: bare\nmodel: {name: net, scale: 0.25}\nseeds: 3\n"
                             "algorithms: [idle, {name: idle, label: two}]\n";
  static const char chain[] = "experiments/other/near.yaml, experiments/some/inside.yaml";
  equals(state, "other/far", chain, flat);
  put("mine.yaml", "extends: other/far\nexperiment: far\n"); /* a file on disk extends a built-in one */
  equals(state, "mine.yaml", "experiments/other/far.yaml, experiments/other/near.yaml, experiments/some/inside.yaml",
         flat);
}

static void errors_stand_in_the_right_file(void **state) {
  refused(state, "other/typo",
          "experiments/other/typo.yaml:3:9: unknown key `hiden` in model `net`; did you mean `hidden`?");
  mkdir("deep", 0777);
  put("wrong.yaml", "experiment: wrong\nsuite: bare\nmodel: {name: net,\n  scale: 7}\nalgorithms: [idle]\n");
  put("deep/up.yaml", "extends: ../wrong.yaml\nexperiment: up\n");
  il_experiment *experiment;
  il_error error = {0};
  assert_int_equal(read_file(state, &experiment, "deep/up.yaml", &error), IL_INVALID);
  if (strncmp(error.message, "deep/../wrong.yaml:4:10: ", 25) != 0) fail_msg("%s", error.message);
  put("lost.yaml", "experiment: x\nextends: lots.yaml\n");
  refused(state, "lost.yaml",
          "lost.yaml:2:10: `extends` names `lots.yaml`: no such file; expected one beside this file, or a name from "
          "`innerloop list experiments`");
  put("near.yaml", "extends: other/fra\n");
  refused(
      state, "near.yaml",
      "near.yaml:1:10: `extends` names `other/fra`: no such file, no built-in experiment; did you mean `other/far`?");
  put("list.yaml", "extends: [a, b]\n");
  refused(state, "list.yaml", "list.yaml:1:10: `extends` names no file; expected a YAML file or a built-in experiment");
  put("no-map.yaml", "- a\n");
  put("on-no-map.yaml", "extends: no-map.yaml\n");
  refused(state, "on-no-map.yaml",
          "no-map.yaml:1:1: not a map; expected an experiment, which `on-no-map.yaml` extends");
}

static void chains_end(void **state) {
  put("a.yaml", "extends: b.yaml\n");
  put("b.yaml", "extends: ./a.yaml\n");
  refused(state, "a.yaml", "b.yaml:1:10: `extends` leads back to `a.yaml`; expected a chain of files that ends");
  put("self.yaml", "extends: self.yaml\n");
  refused(state, "self.yaml",
          "self.yaml:1:10: `extends` leads back to `self.yaml`; expected a chain of files that ends");
  for (int i = 0; i < 18; i++) {
    char name[32], text[64];
    snprintf(name, sizeof name, "chain%d.yaml", i);
    snprintf(text, sizeof text, "extends: chain%d.yaml\n", i + 1);
    put(name, text);
  }
  refused(state, "chain0.yaml", "chain15.yaml:1:10: a chain of more than 16 files; expected fewer");
}

static void settled_before_set(void **state) {
  const char *const set[] = {"extends=x.yaml"};
  const il_overrides overrides = {.n_set = 1, .set = set};
  il_error error;
  assert_null(parse_with(state, base_text, &overrides, &error));
  assert_string_equal(error.message, "--set extends=x.yaml: what a file extends is settled before --set; expected the "
                                     "key in the file");
}

static int enter_folder(void **state) {
  char folder[] = "extends-XXXXXX";
  return mkdtemp(folder) && chdir(folder) == 0 ? arena_setup(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maps_lists_and_entries),
      cmocka_unit_test(embedded_files),
      cmocka_unit_test(errors_stand_in_the_right_file),
      cmocka_unit_test(chains_end),
      cmocka_unit_test(settled_before_set),
  };
  return cmocka_run_group_tests(tests, enter_folder, arena_teardown);
}
