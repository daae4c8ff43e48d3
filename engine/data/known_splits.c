/* Splits by names of classes.
 *
 * FC100, Oreshkin, Rodriguez Lopez and Lacoste: TADAM, NeurIPS 2018: the 20 superclasses of CIFAR-100 (Krizhevsky 2009)
 * divided 12, 4, 4. The numbers of the superclasses (training 1-6, 9, 10, 15, 17-19, validation 8, 11, 13, 16, test 0,
 * 7, 12, 14 in alphabetical order) stand so in a script made after the authors' (github.com/ElementAI/TADAM); the
 * paper's appendix was not read. */
#include "data/known_splits.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64 };

/* classes: separated by blanks, by il_split; a split is offered for a set that has all of them. */
static const struct {
  const char *name, *classes[3];
} known[] = {
    {"fc100",
     {"aquarium_fish flatfish ray shark trout "              /* fish */
      "orchid poppy rose sunflower tulip "                   /* flowers */
      "bottle bowl can cup plate "                           /* food containers */
      "apple mushroom orange pear sweet_pepper "             /* fruit and vegetables */
      "clock keyboard lamp telephone television "            /* household electrical devices */
      "bed chair couch table wardrobe "                      /* household furniture */
      "bridge castle house road skyscraper "                 /* large man-made outdoor things */
      "cloud forest mountain plain sea "                     /* large natural outdoor scenes */
      "crocodile dinosaur lizard snake turtle "              /* reptiles */
      "maple_tree oak_tree palm_tree pine_tree willow_tree " /* trees */
      "bicycle bus motorcycle pickup_truck train "           /* vehicles 1 */
      "lawn_mower rocket streetcar tank tractor",            /* vehicles 2 */
      "bear leopard lion tiger wolf "                        /* large carnivores */
      "camel cattle chimpanzee elephant kangaroo "           /* large omnivores and herbivores */
      "crab lobster snail spider worm "                      /* non-insect invertebrates */
      "hamster mouse rabbit shrew squirrel",                 /* small mammals */
      "beaver dolphin otter seal whale "                     /* aquatic mammals */
      "bee beetle butterfly caterpillar cockroach "          /* insects */
      "fox porcupine possum raccoon skunk "                  /* medium-sized mammals */
      "baby boy girl man woman"}},                           /* people */
};

static int class_called(const il_image_set *set, const char *name) {
  for (int c = 0; c < set->classes; c++)
    if (strcmp(set->names[c], name) == 0) return c;
  return -1;
}

/* Gives the classes of a list their role. False where the set does not have one of them. */
static bool assign(unsigned char *of, const il_image_set *set, const char *classes, int role) {
  while (*classes) {
    char name[NAME_SIZE];
    int length = (int)strcspn(classes, " ");
    (void)snprintf(name, sizeof name, "%.*s", length, classes);
    int class = class_called(set, name);
    if (class < 0) return false;
    of[class] = (unsigned char)role;
    classes += length + (classes[length] == ' ');
  }
  return true;
}

static bool has(const il_image_lists *lists, const char *name) {
  for (int i = 0; i < lists->count; i++)
    if (strcmp(lists->at[i].name, name) == 0) return true;
  return false;
}

il_status il_image_set_splits(il_image_lists *lists, const il_image_set *set, il_arena *arena, il_error *error) {
  *lists = set->lists;
  for (size_t k = 0; k < sizeof known / sizeof known[0] && lists->count < IL_LISTS_MAX; k++) {
    unsigned char *of = il_arena_get(arena, (size_t)set->classes, 1);
    bool all = true;
    if (!of) return il_fail_memory(error, "a split", (unsigned long long)set->classes);
    memset(of, IL_LIST_UNUSED, (size_t)set->classes);
    for (int role = 0; role < 3; role++) all = all && assign(of, set, known[k].classes[role], role);
    if (all && !has(lists, known[k].name)) lists->at[lists->count++] = (il_image_list){known[k].name, of};
  }
  return IL_OK;
}
