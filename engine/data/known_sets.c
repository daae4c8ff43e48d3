/* Known data sets. */
#include "data/known_sets.h"

#include <stdio.h>
#include <string.h>

#include "data/omniglot_characters.h"

static const il_known_set known[] = {
    {.name = "omniglot",
     .of = "characters",
     .classes = IL_OMNIGLOT_CHARACTERS,
     .images = IL_OMNIGLOT_CHARACTERS * IL_OMNIGLOT_DRAWINGS,
     .digest = IL_OMNIGLOT_DIGEST,
     .get = "`innerloop data fetch omniglot` or `innerloop data import omniglot FILE.zip...`"},
    /* The pixels: 100 classes in the order of their names' bytes, 600 pictures each in the order of their files' names,
     * red, green, blue. The 60,000 pictures are those of CIFAR-100, training and test set. */
    {.name = "cifar-fs",
     .of = "classes",
     .classes = 100,
     .images = 60000,
     .digest = "b2d5a0de003b1157a35b40bd31a03bd06ea2728d3a09450cecf467064dc558b8",
     .get = "`innerloop data import images cifar-fs cifar100.zip`, its authors' archive (see docs/data-sets.md)",
     .terms = "CIFAR-100 carries no licence; its author asks to be cited: A. Krizhevsky, Learning multiple layers of "
              "features from tiny images, 2009; the split: L. Bertinetto et al., ICLR 2019"},
    {.name = "mini-imagenet",
     .of = "classes",
     .classes = 100,
     .images = 60000,
     .get = "`innerloop data import images mini-imagenet PATH --size 84`, a folder or zip of its pictures with "
            "train.csv, val.csv and test.csv"},
};

const il_known_set *il_known_set_called(const char *name) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].name, name) == 0) return &known[i];
  return NULL;
}

void il_known_set_hint(char *text, size_t size, const char *name) {
  const il_known_set *set = il_known_set_called(name);
  if (set)
    (void)snprintf(text, size, "get it by %s", set->get);
  else
    (void)snprintf(text, size, "get it by `innerloop data import images %.63s PATH`, a folder or zip of class folders",
                   name);
}

void il_known_set_coverage(char *text, size_t size, const char *name, int classes) {
  const il_known_set *set = il_known_set_called(name);
  *text = '\0';
  if (set && classes < set->classes) (void)snprintf(text, size, "%d of %d %s", classes, set->classes, set->of);
}
