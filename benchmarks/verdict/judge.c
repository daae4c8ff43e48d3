/* innerloop_judge RECORDS DIRECTORY [ALLOWANCES]: reads what the gate recorded, prints the table, writes
 * DIRECTORY/perfgate.json and ends with the gate's status: 0 PASS, 1 ERROR, 2 INCONCLUSIVE, 3 REGRESSION, 4 not
 * deterministic or nothing measured.
 * innerloop_judge --flagged RECORDS [ALLOWANCES]: names the workloads whose timings need a confirming invocation. */
#include "benchmarks/verdict/judge.h"

#include <string.h>

static il_status read_file(judge_case *judge, const char *path,
                           il_status (*read)(judge_case *judge, FILE *file, const char *name, il_error *error),
                           il_error *error) {
  FILE *file = fopen(path, "r");
  if (!file) return il_fail(error, IL_IO, "%s: cannot read", path);
  il_status status = read(judge, file, path, error);
  fclose(file);
  return status;
}

static void print_flagged(const judge_case *judge) {
  if (judge->machine[0].noisy) return;
  for (int i = 0; i < judge->n_workloads; i++)
    if (judge->workloads[i].timing[0].flagged) printf("%s\n", judge->workloads[i].name);
}

static il_status start(int *verdict, judge_case *judge, int argc, char **argv, il_error *error) {
  bool flagged = argc > 1 && strcmp(argv[1], "--flagged") == 0;
  const char *records = argc > 2 ? argv[flagged ? 2 : 1] : NULL, *allowances = argc == 4 ? argv[3] : NULL;
  if (!records || argc > 4) return il_fail(error, IL_INVALID, "usage: innerloop_judge RECORDS DIRECTORY [ALLOWANCES]");
  if (!judge) return il_fail_memory(error, "a verdict", 0);
  il_status status = read_file(judge, records, judge_read, error);
  if (status == IL_OK && allowances) status = read_file(judge, allowances, judge_read_allowances, error);
  if (status != IL_OK) return status;
  judge_decide(judge);
  *verdict = flagged ? 0 : judge_verdict_status(judge->verdict);
  if (flagged) {
    print_flagged(judge);
    return IL_OK;
  }
  status = judge_write(judge, argv[2], error);
  if (status == IL_OK) judge_print(judge, stdout);
  return status;
}

int main(int argc, char **argv) {
  il_error error = {0};
  int verdict = 1;
  judge_case *judge = judge_new();
  il_status status = start(&verdict, judge, argc, argv, &error);
  judge_free(judge);
  if (status == IL_OK && (fflush(stdout) != 0 || ferror(stdout)))
    status = il_fail(&error, IL_IO, "cannot write to standard output");
  if (status == IL_OK) return verdict;
  fprintf(stderr, "innerloop_judge: %s\n", error.message);
  printf("ERROR\n");
  return 1;
}
