/* Convolutional network of the few-shot papers: blocks of [3 x 3 convolution, normalisation, relu] that halve the
 * image, by stride or by pooling, and a linear head on the mean of what is left, or on all of it.
 *
 * The defaults are Finn et al.'s Omniglot network (ICML 2017): 64 filters, stride 2, TensorFlow's padding, beta only
 * and not adapted, head on the mean, weights of the head N(0, 1). Others:
 *   their mini-ImageNet network: filters 32, downsample max_pool, head flatten, head_initialiser xavier_uniform
 *   Reptile's (Nichol et al. 2018): affine gamma_beta, adapt_norm true, head flatten, head_initialiser xavier_uniform;
 *   on mini-ImageNet also filters 32, downsample max_pool, pool_padding same, order conv_norm_pool_relu
 *   Chen et al.'s (ICLR 2019): downsample max_pool, padding symmetric, affine gamma_beta, epsilon 1e-5, initialiser
 *   kaiming_normal_fan_out, head_initialiser fan_in_uniform
 *   PyTorch's habits: padding symmetric, epsilon 1e-5 */
#include <stdbool.h>
#include <stdio.h>

#include "models/norm.h"

typedef struct conv4_options {
  int filters, blocks;
  int downsample, padding, pool_padding, order, head;
  bool bias;
  il_norm_options norm;
  int initialiser, head_initialiser, bias_initialiser;
  double scale, head_scale;
} conv4_options;

enum { DOWNSAMPLE_STRIDE, DOWNSAMPLE_MAX_POOL };
enum { ORDER_NORM_RELU, ORDER_NORM_POOL_RELU };
enum { HEAD_MEAN, HEAD_FLATTEN };
enum { FILTERS_MAX = 4096, BLOCKS_MAX = 8, KERNEL = 3 };

static const char *const downsample_names[] = {"stride", "max_pool", NULL};
static const char *const padding_names[] = {"tensorflow_same", "symmetric", NULL};
static const char *const pool_padding_names[] = {"valid", "same", NULL};
static const char *const order_names[] = {"conv_norm_relu", "conv_norm_pool_relu", NULL};
static const char *const head_names[] = {"mean", "flatten", NULL};

static const int paddings[] = {IL_SAME, 1};
static const int pool_paddings[] = {IL_VALID, IL_SAME};

static const il_option conv4_rows[] = {
    {.name = "filters",
     .type = IL_OPTION_INT,
     .offset = offsetof(conv4_options, filters),
     .fallback = "64",
     .low = 1,
     .high = FILTERS_MAX,
     .help = "channels of every block",
     .source = "Finn et al. 2017, section 5.2"},
    {.name = "blocks",
     .type = IL_OPTION_INT,
     .offset = offsetof(conv4_options, blocks),
     .fallback = "4",
     .low = 1,
     .high = BLOCKS_MAX,
     .help = "blocks, each halving the image",
     .source = "Finn et al. 2017, section 5.2"},
    {.name = "downsample",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, downsample),
     .fallback = "stride",
     .choices = downsample_names,
     .help = "how a block halves the image: stride 2, or stride 1 and maxima of 2 x 2",
     .source = "Finn et al. 2017, section 5.2; max_pool on mini-ImageNet"},
    {.name = "padding",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, padding),
     .fallback = "tensorflow_same",
     .choices = padding_names,
     .help = "zeros around images: as few as needed, an odd one at the bottom and right; or one on every side",
     .source = "github.com/cbfinn/maml, utils.py"},
    {.name = "pool_padding",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, pool_padding),
     .fallback = "valid",
     .choices = pool_padding_names,
     .help = "max_pool on odd sizes: valid drops the last row and column, same keeps them",
     .source = "github.com/cbfinn/maml, utils.py; same in Reptile's code"},
    IL_NORM_ROWS(conv4_options, "batch"),
    {.name = "order",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, order),
     .fallback = "conv_norm_relu",
     .choices = order_names,
     .help = "whether max_pool comes after relu or before it",
     .source = "github.com/cbfinn/maml, utils.py; conv_norm_pool_relu in Reptile's code"},
    {.name = "head",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, head),
     .fallback = "mean",
     .choices = head_names,
     .help = "what the linear head sees: the mean over all pixels, or all of them",
     .source = "github.com/cbfinn/maml, maml.py: mean on Omniglot, flatten on mini-ImageNet"},
    {.name = "bias",
     .type = IL_OPTION_BOOL,
     .offset = offsetof(conv4_options, bias),
     .fallback = "true",
     .help = "whether convolutions have a bias; before batch normalisation it is counted but without effect",
     .source = "github.com/cbfinn/maml, maml.py"},
    {.name = "initialiser",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, initialiser),
     .fallback = "xavier_uniform",
     .choices = il_initialiser_names,
     .help =
         "how the weights of the convolutions start; kaiming_normal_fan_out counts 9 x filters in every block, also "
         "where the image has one channel",
     .source = "github.com/cbfinn/maml, maml.py; kaiming_normal_fan_out: github.com/wyharveychen/CloserLookFewShot, "
               "backbone.py"},
    {.name = "scale",
     .type = IL_OPTION_REAL,
     .offset = offsetof(conv4_options, scale),
     .fallback = "1",
     .low = 0,
     .high = 1e6,
     .help = "width of these weights, as the initialiser means it"},
    {.name = "head_initialiser",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, head_initialiser),
     .fallback = "normal",
     .choices = il_initialiser_names,
     .help = "how the weights of the head start",
     .source = "github.com/cbfinn/maml, maml.py: normal on Omniglot, xavier_uniform on mini-ImageNet"},
    {.name = "head_scale",
     .type = IL_OPTION_REAL,
     .offset = offsetof(conv4_options, head_scale),
     .fallback = "1",
     .low = 0,
     .high = 1e6,
     .help = "width of the head's weights, as the initialiser means it"},
    {.name = "bias_initialiser",
     .type = IL_OPTION_CHOICE,
     .offset = offsetof(conv4_options, bias_initialiser),
     .fallback = "zero",
     .choices = il_bias_names,
     .help = "how the biases start; fan_in_uniform is uniform in +-1 / sqrt(fan_in)",
     .source = "github.com/cbfinn/maml, maml.py"},
};

/* Images [height, width, channels] of the interface: of rank 2, one channel; returns 0 when it is none. */
static int image_of(const il_interface *interface, il_shape *image) {
  *image = interface->input;
  if (image->rank == 2) image->dims[image->rank++] = 1;
  return image->rank == 3 && image->dims[0] > 0 && image->dims[1] > 0;
}

/* Rows or columns after one block. 3 x 3 windows with either padding leave (n + 1) / 2 of n at stride 2. */
static int halved(const conv4_options *options, int n) {
  int up = options->downsample == DOWNSAMPLE_STRIDE || pool_paddings[options->pool_padding] == IL_SAME;
  return (n + up) / 2;
}

static il_status block_parameters(il_parameters *parameters, const conv4_options *options, int block, int inputs,
                                  il_error *error) {
  char name[IL_PARAMETER_NAME_SIZE], full[IL_PARAMETER_NAME_SIZE];
  const il_bias_start *bias = &il_bias_starts[options->bias_initialiser];
  il_shape shape = {.rank = 4, .dims = {KERNEL, KERNEL, inputs, options->filters}};
  int taps = KERNEL * KERNEL, fan_in = taps * inputs, fan_out = taps * options->filters;
  (void)snprintf(name, sizeof name, "block%d", block + 1);
  (void)snprintf(full, sizeof full, "block%d.weight", block + 1);
  il_status status = il_parameters_add(parameters, full, shape, (il_initialiser)options->initialiser, options->scale,
                                       fan_in, fan_out, error);
  (void)snprintf(full, sizeof full, "block%d.bias", block + 1);
  if (status == IL_OK && options->bias)
    status = il_parameters_add(parameters, full, il_shape_vector(options->filters), bias->initialiser, bias->scale,
                               fan_in, fan_out, error);
  if (status != IL_OK) return status;
  return il_norm_parameters(parameters, name, options->filters, &options->norm, error);
}

static il_status conv4_parameters(il_parameters *parameters, const void *options, const il_interface *interface,
                                  il_error *error) {
  const conv4_options *chosen = options;
  const il_bias_start *bias = &il_bias_starts[chosen->bias_initialiser];
  il_dense_start start = {(il_initialiser)chosen->head_initialiser, chosen->head_scale, bias->initialiser, bias->scale};
  il_shape image;
  if (!image_of(interface, &image))
    return il_fail_about(error, "name", IL_INVALID, "it takes images of rank 2 or 3, not inputs of rank %d",
                         interface->input.rank);
  int height = image.dims[0], width = image.dims[1], inputs = image.dims[2];
  for (int block = 0; block < chosen->blocks; block++) {
    il_status status = block_parameters(parameters, chosen, block, inputs, error);
    if (status != IL_OK) return status;
    height = halved(chosen, height);
    width = halved(chosen, width);
    inputs = chosen->filters;
    if (height < 1 || width < 1)
      return il_fail_about(error, "blocks", IL_INVALID,
                           "%d blocks leave nothing of images of %d x %d; expected at most %d", chosen->blocks,
                           image.dims[0], image.dims[1], block);
  }
  size_t pixels = chosen->head == HEAD_MEAN ? 1 : (size_t)height * (size_t)width;
  size_t features = pixels * (size_t)chosen->filters;
  if (features > IL_DENSE_MAX)
    return il_fail_about(error, "filters", IL_INVALID, "%zu features for its head; expected at most %d", features,
                         IL_DENSE_MAX);
  return il_head_parameters(parameters, (int)features, interface->outputs, true, &start, error);
}

/* One block; *at moves past its parameters. */
static il_value build_block(il_graph *graph, const conv4_options *options, il_value x, const il_value **at,
                            il_normalisation *normalisation) {
  bool pools = options->downsample == DOWNSAMPLE_MAX_POOL, late = options->order == ORDER_NORM_POOL_RELU && pools;
  il_value weight = *(*at)++, bias = options->bias ? *(*at)++ : IL_NO_VALUE;
  x = il_convolution(graph, x, weight, pools ? 1 : 2, paddings[options->padding]);
  bias = il_norm_bias(&options->norm, bias, normalisation);
  if (bias != IL_NO_VALUE) x = il_add(graph, x, bias);
  x = il_norm_layer(graph, x, &options->norm, at, !late, normalisation);
  if (pools) x = il_max_pool(graph, x, pool_paddings[options->pool_padding]);
  return late ? il_relu(graph, x) : x;
}

/* Features of x; *at moves to the head. */
static il_value body(il_graph *graph, const conv4_options *options, const il_interface *interface, const il_value **at,
                     il_normalisation *normalisation, il_value x) {
  il_shape image, batch = il_shape_of(graph, x);
  if (x < 0 || batch.rank != interface->input.rank + 1 || !image_of(interface, &image))
    return il_graph_fail(graph, IL_INVALID, "model conv4 needs a batch of images");
  x = il_reshape(graph, x, (il_shape){4, {batch.dims[0], image.dims[0], image.dims[1], image.dims[2]}});
  for (int block = 0; block < options->blocks; block++) x = build_block(graph, options, x, at, normalisation);
  return options->head == HEAD_MEAN ? il_spatial_mean(graph, x) : il_flatten(graph, x);
}

static il_value conv4_features(il_graph *graph, const void *options, const il_interface *interface,
                               const il_values *parameters, il_normalisation *normalisation, il_value x) {
  const il_value *at = parameters->at;
  return body(graph, options, interface, &at, normalisation, x);
}

static il_value conv4_build(il_graph *graph, const void *options, const il_interface *interface,
                            const il_values *parameters, il_value x) {
  const il_value *at = parameters->at;
  x = body(graph, options, interface, &at, NULL, x);
  return x < 0 ? IL_NO_VALUE : il_dense(graph, x, at[0], at[1]);
}

const il_model il_model_conv4 = {
    .name = "conv4",
    .summary = "3 x 3 convolutions with batch normalisation and relu, each halving the image, and a linear head",
    .citation = "Vinyals et al. 2016; Finn, Abbeel, Levine 2017; Nichol, Achiam, Schulman 2018",
    .options = {conv4_rows, sizeof conv4_rows / sizeof conv4_rows[0], sizeof(conv4_options)},
    .parameters = conv4_parameters,
    .build = conv4_build,
    .features = conv4_features,
};
