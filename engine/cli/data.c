/* innerloop data: data sets, brought in from files or the network, and looked at. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/data.h"
#include "data/data_directory.h"
#include "data/fetch.h"
#include "data/known_sets.h"
#include "data/resize.h"
#include "experiment/schema.h"

static const il_argument rows[] = {
    {"data", IL_ARGUMENT_TEXT, offsetof(il_data_values, data), "DIR", 0, 0,
     "data directory (default $INNERLOOP_DATA, else ~/.cache/innerloop)"},
    {"size", IL_ARGUMENT_INT, offsetof(il_data_values, size), "PIXELS", 1, 4096,
     "import images: side they are resized to (default: as they are, all equally large)"},
    {"filter", IL_ARGUMENT_TEXT, offsetof(il_data_values, filter), "NAME", 0, 0,
     "import images: lanczos (default), bicubic or bilinear, as in PIL"},
    {"grey", IL_ARGUMENT_FLAG, offsetof(il_data_values, grey), NULL, 0, 0,
     "import images: one channel instead of three"},
    {"replace", IL_ARGUMENT_FLAG, offsetof(il_data_values, replace), NULL, 0, 0,
     "import: also where classes of the set that is there would be lost"},
    {"skip-unreadable", IL_ARGUMENT_FLAG, offsetof(il_data_values, skip_unreadable), NULL, 0, 0,
     "import images: leave out pictures that cannot be read, and count them"},
    {"from", IL_ARGUMENT_TEXT, offsetof(il_data_values, from), "URL", 0, 0,
     "fetch: another address: of the folder of Omniglot's zips, or of the archive cifar100.zip"},
    {"sheet", IL_ARGUMENT_TEXT, offsetof(il_data_values, sheet), "FILE.png", 0, 0,
     "info: writes a sheet of images as a learner sees them; rows are classes"},
    {"out", IL_ARGUMENT_TEXT, offsetof(il_data_values, out), "FILE.npz", 0, 0, "episodes: where they go"},
    {"set", IL_ARGUMENT_TEXTS, offsetof(il_data_values, set), "KEY.PATH=VALUE", 0, 0,
     "episodes: overrides a key; may be repeated"},
    {"algorithms", IL_ARGUMENT_TEXT, offsetof(il_data_values, algorithms), "A", 0, 0,
     "episodes: as this label sees them (default: the first)"},
    {"quiet", IL_ARGUMENT_FLAG, offsetof(il_data_values, quiet), NULL, 0, 0, "no progress"},
};

static const il_action help_actions[] = {
    {"list", "list", "data sets that are there"},
    {"info", "info NAME [--sheet FILE.png]",
     "classes, images, digests; NAME: a data set, or a suite that makes its images"},
    {"fetch", "fetch omniglot", "downloads the official zips (16 MB), checks and imports them"},
    {"fetch", "fetch cifar-fs --from URL", "the same with CIFAR-FS (about 150 MB), by the digest of its pixels"},
    {"import", "import omniglot PATH...", "from the official zips of PNGs or from .npz files"},
    {"import", "import images NAME PATH", "from a zip or a folder of class folders of PNG or JPEG files"},
    {"episodes", "episodes FILE.yaml --out FILE.npz",
     "the test episodes of an experiment as arrays: settingN.support_x, ..."},
    {NULL, NULL, NULL},
};

static const il_usage usage = {
    .command = "data",
    .summary = "lists, describes, fetches and imports data sets",
    .positional = "ACTION [NAME [PATH...]]",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .least = 1,
    .most = IL_TEXTS_MAX,
    .actions = help_actions,
    .details = "A set that is imported stands in its place only when all went well. One that is there\n"
               "already stays, unless it is damaged, or is Omniglot and all of its characters come\n"
               "again, or --replace is given.\n",
};

static const char *plural(int count) {
  return count == 1 ? "" : "s";
}

static void print_report(const char *name, const char *directory, const il_import_report *report) {
  printf("%s: %d class%s, %d image%s, SHA-256 of the pixels %s\n", name, report->classes,
         report->classes == 1 ? "" : "es", report->images, plural(report->images), report->digest);
  printf("written to %s/%s%s\n", directory, name, il_data_set_suffix);
}

static void print_omniglot(const char *directory, const il_import_report *report) {
  print_report("omniglot", directory, report);
  if (report->complete)
    puts("all 1623 characters are there, with the known digest");
  else
    printf("a partial set: %d of 1623 characters; splits are restricted to them\n", report->classes);
}

static void print_pictures(const char *name, const char *directory, const il_import_report *report) {
  const il_known_set *known = il_known_set_called(name);
  print_report(name, directory, report);
  if (report->splits > 0)
    printf("%d split%s came along: `innerloop data info %s`\n", report->splits, plural(report->splits), name);
  if (report->unlisted > 0)
    printf("%d picture%s left out: no list names them\n", report->unlisted, plural(report->unlisted));
  if (known && known->digest)
    printf("the pixels %s those known as %s\n", strcmp(known->digest, report->digest) == 0 ? "are" : "are not", name);
}

/* ---- import ---- */

static il_status import_omniglot(const il_data_call *call, il_error *error) {
  il_import_report report;
  const il_texts *words = call->words;
  if (words->count < 3)
    return il_fail(error, IL_INVALID, "data: import omniglot: which files? expected official zips or .npz files");
  il_status status =
      il_import_omniglot(&report, call->directory, words->at + 2, words->count - 2, call->values->replace, error);
  if (status == IL_OK) print_omniglot(call->directory, &report);
  return status;
}

static il_status filter_of(int *filter, const char *name, il_error *error) {
  for (*filter = 0; il_resize_filter_names[*filter]; (*filter)++)
    if (strcmp(il_resize_filter_names[*filter], name) == 0) return IL_OK;
  return il_fail(error, IL_INVALID, "data: --filter `%.60s` is unknown; expected lanczos, bicubic or bilinear", name);
}

static il_status import_images(const il_data_call *call, il_error *error) {
  const il_data_values *values = call->values;
  const il_texts *words = call->words;
  if (words->count != 4)
    return il_fail(error, IL_INVALID,
                   "data: import images: expected `innerloop data import images NAME PATH`, a zip or a folder");
  if (strcmp(words->at[2], "omniglot") == 0)
    return il_fail(error, IL_INVALID, "data: import images: the name omniglot is taken; expected another one");
  il_import_images options = {.size = values->size,
                              .grey = values->grey,
                              .replace = values->replace,
                              .skip_unreadable = values->skip_unreadable};
  il_import_report report;
  il_status status = filter_of(&options.filter, values->filter, error);
  if (status == IL_OK)
    status = il_import_pictures(&report, call->directory, words->at[2], words->at[3], &options, error);
  if (status != IL_OK) return status;
  print_pictures(words->at[2], call->directory, &report);
  if (report.skipped > 0)
    printf("%d picture%s left out; the first: %s\n", report.skipped, plural(report.skipped), report.first_skipped);
  return IL_OK;
}

static il_status import(const il_data_call *call, il_error *error) {
  const char *kind = call->words->count > 1 ? call->words->at[1] : "";
  if (strcmp(kind, "omniglot") == 0) return import_omniglot(call, error);
  if (strcmp(kind, "images") == 0) return import_images(call, error);
  return il_fail(error, IL_INVALID, "data: import `%.60s`: no such kind of data; expected omniglot or images", kind);
}

/* ---- fetch ---- */

/* Progress on a terminal: one line that is written over. */
typedef struct fetch_line {
  int percent;
} fetch_line;

static void show_progress(void *context, const char *name, unsigned long long done, unsigned long long all) {
  fetch_line *line = context;
  char have[32], whole[32];
  int percent = all > 0 ? (int)(100 * done / all) : 0;
  if (percent == line->percent) return;
  line->percent = percent;
  il_fetch_size_text(have, sizeof have, done);
  il_fetch_size_text(whole, sizeof whole, all);
  fprintf(stderr, "\r%s: %s of %s, %d %% ", name, have, whole, percent);
  if (done == all) fputc('\n', stderr);
}

static void print_cifar_fs(const char *directory, const il_import_report *report) {
  print_pictures("cifar-fs", directory, report);
  puts(il_known_set_called("cifar-fs")->terms);
}

/* What can be fetched. */
static const struct {
  const char *name;
  il_status (*fetch)(il_import_report *report, const char *directory, const char *from, const il_fetch_watch *watch,
                     il_error *error);
  void (*print)(const char *directory, const il_import_report *report);
} fetched[] = {{"omniglot", il_fetch_omniglot, print_omniglot}, {"cifar-fs", il_fetch_cifar_fs, print_cifar_fs}};

static il_status fetch(const il_data_call *call, il_error *error) {
  const il_texts *words = call->words;
  size_t which = 0, count = sizeof fetched / sizeof fetched[0];
  while (which < count && (words->count != 2 || strcmp(words->at[1], fetched[which].name) != 0)) which++;
  if (which == count)
    return il_fail(error, IL_INVALID,
                   "data: fetch `%.60s`: not a set that can be fetched; expected omniglot or cifar-fs",
                   words->count > 1 ? words->at[1] : "");
  fetch_line line = {.percent = -1};
  il_fetch_watch watch = {.progress = show_progress, .context = &line};
  bool show = !call->values->quiet && isatty(STDERR_FILENO);
  il_import_report report;
  il_status status = fetched[which].fetch(&report, call->directory, call->values->from, show ? &watch : NULL, error);
  if (status == IL_OK) fetched[which].print(call->directory, &report);
  return status;
}

/* ---- the command ---- */

static const struct {
  const char *name;
  il_status (*run)(const il_data_call *call, il_error *error);
} actions[] = {{"list", il_data_list},
               {"info", il_data_info},
               {"fetch", fetch},
               {"import", import},
               {"episodes", il_data_episodes}};

enum { ACTIONS = sizeof actions / sizeof actions[0] };

static il_status unknown_action(const char *name, il_error *error) {
  const char *names[ACTIONS + 1] = {NULL};
  for (int i = 0; i < ACTIONS; i++) names[i] = actions[i].name;
  const char *nearest = il_schema_nearest(name, names);
  if (nearest) return il_fail(error, IL_INVALID, "data: no action `%.60s`; did you mean `%s`?", name, nearest);
  return il_fail(error, IL_INVALID, "data: no action `%.60s`; expected list, info, fetch, import or episodes", name);
}

static il_status run(const il_cli *cli, int argc, char **argv, il_error *error) {
  il_data_values values = {.filter = "lanczos"};
  il_texts words;
  char directory[PATH_MAX];
  il_status status = il_arguments_parse(&values, &words, &usage, argc, argv, error);
  if (status == IL_OK) status = il_data_directory(directory, sizeof directory, values.data, error);
  if (status != IL_OK) return status;
  il_data_call call = {.cli = cli, .values = &values, .words = &words, .directory = directory};
  for (int i = 0; i < ACTIONS; i++)
    if (strcmp(actions[i].name, words.at[0]) == 0) return actions[i].run(&call, error);
  return unknown_action(words.at[0], error);
}

const il_command il_command_data = {.usage = &usage, .run = run};
