/* Parameters of a model: named views of one flat vector, and how they start. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "innerloop/model.h"
#include "innerloop/random.h"

const char *const il_initialiser_names[] = {
#define INITIALISER_NAME(name, text, help) text,
    IL_INITIALISER_MAP(INITIALISER_NAME)
#undef INITIALISER_NAME
        NULL,
};

/* One element of a parameter whose width (bound, standard deviation, constant) is `width`; `low`: il_parameter.low. */
typedef float (*draw_element)(il_stream *stream, float low, float width);

static float draw_constant(il_stream *stream, float low, float width) {
  (void)stream, (void)low;
  return width;
}

static float draw_normal(il_stream *stream, float low, float width) {
  (void)low;
  return width * il_random_normal(stream);
}

static float draw_truncated(il_stream *stream, float low, float width) {
  (void)low;
  return width * il_random_truncated_normal(stream);
}

static float draw_uniform(il_stream *stream, float low, float width) {
  (void)low;
  return width == 0 ? 0 : il_random_uniform(stream, -width, width);
}

static float draw_between(il_stream *stream, float low, float high) {
  return il_random_uniform(stream, low, high);
}

/* What the scale is multiplied with, from the fans. Square roots are exact in IEEE 754, so double is safe here. */
static double plain_gain(double fan_in, double fan_out) {
  (void)fan_in, (void)fan_out;
  return 1;
}

static double xavier_gain(double fan_in, double fan_out) {
  return sqrt(6 / (fan_in + fan_out));
}

static double kaiming_gain(double fan_in, double fan_out) {
  (void)fan_out;
  return sqrt(2 / fan_in);
}

static double kaiming_fan_out_gain(double fan_in, double fan_out) {
  (void)fan_in;
  return sqrt(2 / fan_out);
}

static double fan_in_gain(double fan_in, double fan_out) {
  (void)fan_out;
  return 1 / sqrt(fan_in);
}

typedef struct initialiser_row {
  draw_element draw;
  double (*gain)(double fan_in, double fan_out);
} initialiser_row;

static const initialiser_row initialisers[] = {
    [IL_INITIALISER_CONSTANT] = {draw_constant, plain_gain},
    [IL_INITIALISER_NORMAL] = {draw_normal, plain_gain},
    [IL_INITIALISER_TRUNCATED_NORMAL] = {draw_truncated, plain_gain},
    [IL_INITIALISER_UNIFORM] = {draw_uniform, plain_gain},
    [IL_INITIALISER_XAVIER_UNIFORM] = {draw_uniform, xavier_gain},
    [IL_INITIALISER_KAIMING_NORMAL] = {draw_normal, kaiming_gain},
    [IL_INITIALISER_FAN_IN_UNIFORM] = {draw_uniform, fan_in_gain},
    [IL_INITIALISER_KAIMING_NORMAL_FAN_OUT] = {draw_normal, kaiming_fan_out_gain},
    [IL_INITIALISER_BETWEEN] = {draw_between, plain_gain},
};

/* Elements of `shape`; 0 when it is not the shape of a parameter or has more than INT_MAX elements. */
static size_t shape_elements(const il_shape *shape) {
  size_t elements = 1;
  if (shape->rank < 0 || shape->rank > IL_MAX_RANK) return 0;
  for (int i = 0; i < shape->rank; i++) {
    if (shape->dims[i] < 1) return 0;
    if (__builtin_mul_overflow(elements, (size_t)shape->dims[i], &elements) || elements > INT_MAX) return 0;
  }
  return elements;
}

static il_status check_name(const il_parameters *parameters, const char *name, il_error *error) {
  if (!name || !*name || !il_utf8_is_text(name))
    return il_fail(error, IL_INVALID, "the name of parameter %d is no text; expected UTF-8 without control characters",
                   parameters->count + 1);
  if (parameters->count >= IL_PARAMETERS_MAX)
    return il_fail(error, IL_INVALID, "parameter %s is one too many; expected at most %d", name, IL_PARAMETERS_MAX);
  if (strlen(name) >= IL_PARAMETER_NAME_SIZE)
    return il_fail(error, IL_INVALID, "parameter name %s is too long; expected at most %d bytes", name,
                   IL_PARAMETER_NAME_SIZE - 1);
  for (int i = 0; i < parameters->count; i++)
    if (strcmp(parameters->at[i].name, name) == 0)
      return il_fail(error, IL_INVALID, "two parameters are called %s; expected a name of its own for each", name);
  return IL_OK;
}

il_status il_parameters_add(il_parameters *parameters, const char *name, il_shape shape, il_initialiser initialiser,
                            double scale, int fan_in, int fan_out, il_error *error) {
  size_t elements = shape_elements(&shape);
  il_status status = check_name(parameters, name, error);
  if (status != IL_OK) return status;
  if (elements == 0 || parameters->size > INT_MAX - elements)
    return il_fail(error, IL_INVALID, "parameter %s has a bad shape; expected 1 to %d elements in the whole model",
                   name, INT_MAX);
  if ((unsigned)initialiser >= IL_INITIALISER_BETWEEN || fan_in < 1 || fan_out < 1 || !isfinite(scale))
    return il_fail(error, IL_INVALID, "parameter %s cannot be initialised (scale %g, fan in %d, fan out %d)", name,
                   scale, fan_in, fan_out);
  il_parameter *added = &parameters->at[parameters->count++];
  *added = (il_parameter){.shape = shape,
                          .offset = parameters->size,
                          .initialiser = initialiser,
                          .scale = scale,
                          .fan_in = fan_in,
                          .fan_out = fan_out,
                          .adapted = true};
  memcpy(added->name, name, strlen(name) + 1);
  parameters->size += elements;
  return IL_OK;
}

il_status il_parameters_add_between(il_parameters *parameters, const char *name, il_shape shape, double low,
                                    double high, il_error *error) {
  if (!isfinite((float)low) || !isfinite((float)high) || (float)low >= (float)high)
    return il_fail(error, IL_INVALID,
                   "parameter %s cannot start between %g and %g; expected two numbers, the lower first", name, low,
                   high);
  il_status status = il_parameters_add(parameters, name, shape, IL_INITIALISER_UNIFORM, high, 1, 1, error);
  if (status != IL_OK) return status;
  parameters->at[parameters->count - 1].initialiser = IL_INITIALISER_BETWEEN;
  parameters->at[parameters->count - 1].low = low;
  return IL_OK;
}

void il_parameters_initialise(real *theta, const il_parameters *parameters, uint64_t seed) {
  for (int i = 0; i < parameters->count; i++) {
    const il_parameter *row = &parameters->at[i];
    const initialiser_row *initialiser = &initialisers[row->initialiser];
    il_stream stream = il_stream_open(seed, IL_PURPOSE_INIT, (uint64_t)i);
    float width = (float)(row->scale * initialiser->gain(row->fan_in, row->fan_out));
    size_t elements = shape_elements(&row->shape);
    for (size_t j = 0; j < elements; j++)
      theta[row->offset + j] = (real)initialiser->draw(&stream, (float)row->low, width);
  }
}
