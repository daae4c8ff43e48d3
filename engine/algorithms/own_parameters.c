/* What algorithms with parameters or steps of their own are written with. */
#include <stdio.h>
#include <string.h>

#include "algorithms/optimiser.h"
#include "innerloop/algorithm.h"

il_status il_parameters_add_of(il_parameters *parameters, int of, const char *suffix, il_shape shape, double start,
                               il_error *error) {
  char name[2 * IL_PARAMETER_NAME_SIZE];
  (void)snprintf(name, sizeof name, "%s.%.40s", parameters->at[of].name, suffix);
  il_status status = il_parameters_add(parameters, name, shape, IL_INITIALISER_CONSTANT, start, 1, 1, error);
  if (status == IL_OK) parameters->at[parameters->count - 1].adapted = false;
  return status;
}

static il_status useless(const char *section, const char *option, const char *expected, il_error *error) {
  char about[IL_ABOUT_SIZE];
  (void)snprintf(about, sizeof about, "%s.%s", section, option);
  return il_fail_about(error, about, IL_INVALID,
                       "a step with learned rates of its own has no use for this `%s`; expected %s", option, expected);
}

static il_status check_step(const char *section, const il_inner_options *inner, il_error *error) {
  if (strcmp(il_optimiser_names[inner->rule.optimiser], "sgd") != 0) return useless(section, "optimiser", "sgd", error);
  return il_optimiser_of(&inner->rule)->moments(&inner->rule) == 0 ? IL_OK : useless(section, "momentum", "0", error);
}

il_status il_check_own_rates(const il_sections *sections, il_error *error) {
  il_status status = check_step("inner", &sections->inner, error);
  if (status == IL_OK) status = check_step("adapt", &sections->adapt, error);
  if (status != IL_OK) return status;
  if (sections->adapt.tune.count > 0) return useless("adapt", "tune", "none", error);
  if (sections->adapt.rule.learning_rate == sections->inner.rule.learning_rate) return IL_OK;
  return useless("adapt", "learning_rate", "that of `inner`, at which the rates start", error);
}
