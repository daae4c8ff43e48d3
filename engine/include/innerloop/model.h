/* The contract of a model: parameters as named views of one flat vector, and a function that builds its prediction.
 *
 * A row needs `name`, `summary`, `parameters` and `build`; `citation`, `options` and `features` may stay zero. Its
 * functions are called while a program is compiled, never in the loop, and keep nothing; wrong shapes are errors of the
 * graph (il_graph_fail). */
#ifndef INNERLOOP_MODEL_H
#define INNERLOOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "innerloop/graph.h"
#include "innerloop/option.h"
#include "innerloop/status.h"

enum { IL_PARAMETER_NAME_SIZE = 48, IL_PARAMETERS_MAX = 256 };

/* How a parameter starts. `scale` means what the row says. */
#define IL_INITIALISER_MAP(X)                                                                                          \
  X(CONSTANT, "constant", "every element = scale")                                                                     \
  X(NORMAL, "normal", "normal, standard deviation scale")                                                              \
  X(TRUNCATED_NORMAL, "truncated_normal", "normal, standard deviation scale, cut at two of them")                      \
  X(UNIFORM, "uniform", "uniform in [-scale, scale)")                                                                  \
  X(XAVIER_UNIFORM, "xavier_uniform", "uniform in +-scale sqrt(6 / (fan_in + fan_out))")                               \
  X(KAIMING_NORMAL, "kaiming_normal", "normal, standard deviation scale sqrt(2 / fan_in)")                             \
  X(FAN_IN_UNIFORM, "fan_in_uniform", "uniform in +-scale / sqrt(fan_in), PyTorch's default for linear layers")        \
  X(KAIMING_NORMAL_FAN_OUT, "kaiming_normal_fan_out", "normal, standard deviation scale sqrt(2 / fan_out)")

/* BETWEEN, uniform in [low, scale), takes two numbers (il_parameters_add_between) and is no choice of an option. */
typedef enum il_initialiser {
#define IL_INITIALISER_ENUM(name, text, help) IL_INITIALISER_##name,
  IL_INITIALISER_MAP(IL_INITIALISER_ENUM)
#undef IL_INITIALISER_ENUM
      IL_INITIALISER_BETWEEN
} il_initialiser;

/* NULL-terminated names, in the order of the enumeration: the choices of an option. */
extern const char *const il_initialiser_names[];

/* What a parameter does in its model: algorithms ask for roles, not for names. */
typedef enum il_role {
  IL_ROLE_BODY,       /* all others */
  IL_ROLE_HEAD,       /* of the last, linear layer, which maps features to outputs: weight, then bias */
  IL_ROLE_NORM_SCALE, /* gamma of a normalised layer */
  IL_ROLE_NORM_SHIFT, /* beta */
  IL_ROLES
} il_role;

/* One parameter: a view [offset, offset + size of shape) of the flat vector. */
typedef struct il_parameter {
  char name[IL_PARAMETER_NAME_SIZE]; /* "layer1.weight" */
  il_shape shape;
  size_t offset; /* reals */
  il_initialiser initialiser;
  double scale;
  double low; /* BETWEEN: the lower bound; else 0 */
  int fan_in, fan_out;
  bool adapted; /* moved by the inner loop; else only meta-trained */
  il_role role;
} il_parameter;

/* All parameters of a model, in the order `build` receives them. size: length P of the flat vector. */
typedef struct il_parameters {
  int count;
  size_t size;
  il_parameter at[IL_PARAMETERS_MAX];
} il_parameters;

/* What a model maps: one example of shape `input` (without the batch axis) to `outputs` numbers. */
typedef struct il_interface {
  il_shape input;
  int outputs;
} il_interface;

/* What batch normalisation goes by in one pass through a model. Layers in the order they are met, each [C]. */
typedef struct il_normalisation {
  bool given; /* true: by `mean` and `variance`; false: by the batch, whose mean and unbiased variance are left here */
  int layer;  /* the next one */
  il_values mean, variance;
} il_normalisation;

typedef struct il_model {
  const char *name;     /* "mlp" */
  const char *summary;  /* one line */
  const char *citation; /* paper or NULL */
  il_options options;
  /* Lists the parameters with il_parameters_add. Errors: IL_INVALID (options that do not fit the interface). */
  il_status (*parameters)(il_parameters *parameters, const void *options, const il_interface *interface,
                          il_error *error);
  /* Prediction [N, outputs] for x [N, input...], from parameters in the order they were listed (more may follow them);
   * batch normalisation by the batch. */
  il_value (*build)(il_graph *graph, const void *options, const il_interface *interface, const il_values *parameters,
                    il_value x);
  /* What the head sees: features [N, F] of x, so that build = features head.weight + head.bias. normalisation: NULL: by
   * the batch, nothing is left. May be NULL: no such layer. */
  il_value (*features)(il_graph *graph, const void *options, const il_interface *interface, const il_values *parameters,
                       il_normalisation *normalisation, il_value x);
} il_model;

/* Appends a parameter, adapted, of the body, at the end of the flat vector. Errors: IL_INVALID (more than
 * IL_PARAMETERS_MAX parameters, a name that another has, that is empty, too long, no UTF-8 or holds control characters,
 * a shape of no or too many elements). */
il_status il_parameters_add(il_parameters *parameters, const char *name, il_shape shape, il_initialiser initialiser,
                            double scale, int fan_in, int fan_out, il_error *error);

/* The same, every element uniform in [low, high): for parameters of an algorithm's own, such as the inner learning
 * rates of Meta-SGD (Li et al. 2017: between 0.005 and 0.1). Errors: those, and bounds that are not finite or low >=
 * high in float. */
il_status il_parameters_add_between(il_parameters *parameters, const char *name, il_shape shape, double low,
                                    double high, il_error *error);

/* Fills theta[P] from (seed, IL_PURPOSE_INIT, parameter number): a pure function of the seed and the parameter's
 * row. */
void il_parameters_initialise(real *theta, const il_parameters *parameters, uint64_t seed);

/* ---- dense layers, y = x W + b: for models, and for heads of an algorithm's own ---- */

/* How the parameters of a dense layer start. */
typedef struct il_dense_start {
  il_initialiser weight;
  double weight_scale;
  il_initialiser bias;
  double bias_scale;
} il_dense_start;

/* Choices of how biases start. Scale 1 is what fan_in_uniform means; a constant 1 is never wanted, so biases have no
 * scale of their own. */
typedef struct il_bias_start {
  il_initialiser initialiser;
  double scale;
} il_bias_start;

extern const char *const il_bias_names[]; /* "zero", "fan_in_uniform", NULL */
extern const il_bias_start il_bias_starts[];

enum { IL_DENSE_MAX = 1 << 24 }; /* features a dense layer takes */

/* Lists NAME.weight [inputs, outputs] and, where `bias`, NAME.bias [outputs]. Errors: as il_parameters_add. */
il_status il_dense_parameters(il_parameters *parameters, const char *name, int inputs, int outputs, bool bias,
                              const il_dense_start *start, il_error *error);

/* The same with the name "head": the last layer, marked as such. */
il_status il_head_parameters(il_parameters *parameters, int inputs, int outputs, bool bias, const il_dense_start *start,
                             il_error *error);

/* x [N, inputs] weight [inputs, outputs] + bias [outputs]; bias IL_NO_VALUE: none. */
il_value il_dense(il_graph *graph, il_value x, il_value weight, il_value bias);

/* x [N, ...] as a matrix [N, features of one example]. */
il_value il_flatten(il_graph *graph, il_value x);

/* Numbers in one example; 0 when there are more than INT_MAX. */
int il_interface_features(const il_interface *interface);

#endif
