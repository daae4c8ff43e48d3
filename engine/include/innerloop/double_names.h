/* In the double build every function of the public headers that knows what a real is has a name of its own, il_add_f64 for
 * il_add: the program holds both engines, and a plug-in compiled with IL_REAL_IS_DOUBLE calls the double one. Included by
 * real.h; nothing to do for who writes a plug-in. The test check_plugin holds the list against the headers. */
#ifndef INNERLOOP_DOUBLE_NAMES_H
#define INNERLOOP_DOUBLE_NAMES_H

#define il_add il_add_f64
#define il_batch_moments il_batch_moments_f64
#define il_batch_norm il_batch_norm_f64
#define il_batch_norm_unfused il_batch_norm_unfused_f64
#define il_broadcast il_broadcast_f64
#define il_build_displacement il_build_displacement_f64
#define il_build_pooled il_build_pooled_f64
#define il_constant il_constant_f64
#define il_convolution il_convolution_f64
#define il_cross_entropy il_cross_entropy_f64
#define il_differences il_differences_f64
#define il_divide il_divide_f64
#define il_episode_noise_stream il_episode_noise_stream_f64
#define il_episode_stream il_episode_stream_f64
#define il_exp il_exp_f64
#define il_gate il_gate_f64
#define il_gradient il_gradient_f64
#define il_graph_fail il_graph_fail_f64
#define il_graph_free il_graph_free_f64
#define il_graph_new il_graph_new_f64
#define il_graph_status il_graph_status_f64
#define il_inner_gradient il_inner_gradient_f64
#define il_inner_loop il_inner_loop_f64
#define il_inner_loss_factor il_inner_loss_factor_f64
#define il_inner_step il_inner_step_f64
#define il_input il_input_f64
#define il_log il_log_f64
#define il_log_softmax il_log_softmax_f64
#define il_loss_of il_loss_of_f64
#define il_matmul il_matmul_f64
#define il_max_pool il_max_pool_f64
#define il_mean il_mean_f64
#define il_mean_squared_error il_mean_squared_error_f64
#define il_multiply il_multiply_f64
#define il_normalise il_normalise_f64
#define il_parameters_add il_parameters_add_f64
#define il_parameters_initialise il_parameters_initialise_f64
#define il_pool_stream il_pool_stream_f64
#define il_relu il_relu_f64
#define il_reshape il_reshape_f64
#define il_scale il_scale_f64
#define il_shape_equal il_shape_equal_f64
#define il_shape_matrix il_shape_matrix_f64
#define il_shape_of il_shape_of_f64
#define il_shape_scalar il_shape_scalar_f64
#define il_shape_size il_shape_size_f64
#define il_shape_vector il_shape_vector_f64
#define il_shift il_shift_f64
#define il_sigmoid il_sigmoid_f64
#define il_softmax il_softmax_f64
#define il_softplus il_softplus_f64
#define il_spatial_mean il_spatial_mean_f64
#define il_sqrt il_sqrt_f64
#define il_square il_square_f64
#define il_stop_gradient il_stop_gradient_f64
#define il_stop_gradients il_stop_gradients_f64
#define il_subtract il_subtract_f64
#define il_sum il_sum_f64
#define il_sum_to il_sum_to_f64
#define il_tanh il_tanh_f64
#define il_task_batch il_task_batch_f64
#define il_task_loss il_task_loss_f64
#define il_task_predict il_task_predict_f64
#define il_task_role il_task_role_f64
#define il_task_step il_task_step_f64
#define il_transpose il_transpose_f64
#define il_values_append il_values_append_f64
#define il_plugin_entry il_plugin_entry_f64

#endif
