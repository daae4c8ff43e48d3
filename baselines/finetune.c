/* Transfer learning: one model is pretrained on the data of all tasks pooled together, then fine-tuned on the support
 * set of a new one (Finn et al. 2017, section 5.1, "pretrained on all of the tasks"). The gradient of a meta-batch's
 * mean support loss is the gradient of the pooled loss. The test learning rate can be tuned on validation episodes
 * (adapt.tune). */
#include "innerloop/algorithm.h"

const il_algorithm il_algorithm_finetune = {
    .name = "finetune",
    .summary = "transfer learning: pretrain on pooled tasks, fine-tune on each new one",
    .citation = "Finn, Abbeel and Levine, ICML 2017, section 5.1",
    .refusals = {[IL_CLASSES] = "the labels of a class change from task to task, so that tasks pooled together teach "
                                "nothing; expected `transfer`, one classifier of all training classes"},
    .build = il_build_joint,
};
