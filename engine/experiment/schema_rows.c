/* Rows of a table of options, also of one whose options depend on what is chosen in it.
 *
 * Example: the section `inner` is put together from optimiser and learning_rate, what the first optimiser brings (sgd:
 * momentum, dampening, nesterov), weight_decay, what the others bring (adam: beta1, beta2, epsilon), then steps and the
 * rest. All of them are fields of il_inner_options, which so holds adam's options too where sgd is chosen: they have
 * their defaults, but are neither read nor printed, because they do not apply. */
#include <string.h>

#include "experiment/schema.h"

/* Row *left of what the choices bring; *left is less by those passed over. */
static bool brought_at(il_schema_item *item, const il_option *behind, int *left) {
  const il_brought *brings = behind->brings;
  for (int n = 0; brings && n < behind->end_brought && brings->names[n]; n++) {
    const il_options *rows = n < behind->first_brought ? NULL : brings->rows(n);
    if (rows && *left < rows->count) {
      *item = (il_schema_item){&rows->rows[*left], brings, n};
      return true;
    }
    if (rows) *left -= rows->count;
  }
  return false;
}

bool il_schema_at(il_schema_item *item, const il_options *options, int index) {
  for (int i = 0; i < options->count; i++) {
    *item = (il_schema_item){.row = &options->rows[i]};
    if (index-- == 0 || brought_at(item, &options->rows[i], &index)) return true;
  }
  return false;
}

bool il_schema_applies(const il_schema_item *item, const void *target) {
  return !item->from || *(const int *)((const char *)target + item->from->at) == item->number;
}

const il_option *il_schema_find(const il_options *options, const void *target, const char *name, int *index) {
  const il_option *found = NULL;
  il_schema_item item;
  for (int i = 0; il_schema_at(&item, options, i); i++) {
    if (strcmp(item.row->name, name) != 0) continue;
    bool applies = !target || il_schema_applies(&item, target);
    if (found && !applies) continue;
    if (index) *index = i;
    found = item.row;
    if (applies) break;
  }
  return found;
}

const il_option *il_schema_row(const il_options *options, const char *name, int *index) {
  return il_schema_find(options, NULL, name, index);
}
