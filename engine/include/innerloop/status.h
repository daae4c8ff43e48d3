/* Status codes and the error record every fallible function of the library fills. The library never prints or exits. */
#ifndef INNERLOOP_STATUS_H
#define INNERLOOP_STATUS_H

/* name, exit status of the command line, meaning */
#define IL_STATUS_MAP(X)                                                                                               \
  X(OK, 0, "done")                                                                                                     \
  X(NEGATIVE, 1, "negative answer")                                                                                    \
  X(INVALID, 2, "invalid input")                                                                                       \
  X(IO, 3, "input or output failed")                                                                                   \
  X(DATA, 3, "damaged or missing data")                                                                                \
  X(MEMORY, 3, "out of memory")                                                                                        \
  X(INTERRUPTED, 130, "interrupted")

typedef enum il_status {
#define IL_STATUS_ENUM(name, exit_status, text) IL_##name,
  IL_STATUS_MAP(IL_STATUS_ENUM)
#undef IL_STATUS_ENUM
} il_status;

enum { IL_MESSAGE_SIZE = 1024, IL_ABOUT_SIZE = 64 };

/* One error: the code and one line of text without the "innerloop: " prefix and without a newline. The first error
 * recorded wins; a caller that wants to go on clears it with il_error_clear. */
typedef struct il_error {
  il_status status;
  char message[IL_MESSAGE_SIZE];
  /* The option that is wrong, from which whoever knows the file makes FILE:LINE:COLUMN. "ways": an option of the suite,
   * model or algorithm that fails; "inner.steps": with its section; "model.": a section as a whole; "": none. */
  char about[IL_ABOUT_SIZE];
} il_error;

/* Records `status` and the formatted line in `error` (which may be NULL) unless an error stands there already.
 * Control characters in the text are replaced by '?', so that the message stays one line. Returns `status`. */
il_status il_fail(il_error *error, il_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same about one option (il_error.about). */
il_status il_fail_about(il_error *error, const char *option, il_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Passes on what a part of an experiment failed with: "KIND `NAME`: " in front of its message, and an option without a
 * section becomes one of `section`. Returns cause->status. */
il_status il_fail_of(il_error *error, const char *section, const char *kind, const char *name, const il_error *cause);

/* il_fail(error, IL_MEMORY, "out of memory (SIZE bytes for WHAT)"). */
il_status il_fail_memory(il_error *error, const char *what, unsigned long long bytes);

/* Makes `error` (may be NULL) say "no error". */
void il_error_clear(il_error *error);

/* The exit status (0, 1, 2, 3, 130) the command line ends with on `status`. */
int il_status_exit(il_status status);

/* "OK", "INVALID", ...: for logs and tests. */
const char *il_status_name(il_status status);

/* For functions with a variable `status` and a label `done`: the only macro of the library that jumps. */
#define IL_TRY(expression)                                                                                             \
  do {                                                                                                                 \
    status = (expression);                                                                                             \
    if (status != IL_OK) goto done;                                                                                    \
  } while (0)

#endif
