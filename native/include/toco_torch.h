/*
 * toco_torch.h: the C ABI between the JVM and LibTorch, the one authority on signatures.
 *
 * Conventions that hold for every declaration unless its comment says otherwise:
 *   Status     functions return TT_OK or an error class; tt_last_error() then holds the message of this thread's last
 *              failure. On failure no out-parameter is written and nothing is left allocated.
 *   Ownership  inputs are borrowed for the length of the call. Every handle written through an out-pointer is new and
 *              owned by the caller, who frees it with tt_free or tt_free_list. Handles may share storage (views).
 *   Null       pointers must not be NULL, save those marked "or NULL". A count of 0 permits a NULL array.
 *   Threads    any thread may call; one handle must not be freed while another thread uses it. Grad mode, autocast and
 *              the error message belong to the calling thread; RNG state and thread counts to the process.
 *   Scalars    travel as double. With a tensor of integers an integral value counts as an integer, so int64 + 1 stays
 *              int64. Dimensions may be negative, counted from the end, as in PyTorch.
 *   Flags      int32_t, 0 is false.
 *   Dtypes     PyTorch's ScalarType numbers: uint8 0, int8 1, int16 2, int32 3, int64 4, float16 5, float32 6, float64 7,
 *              bool 11, bfloat16 15. Devices are a type (cpu 0, cuda 1) and an index (-1 for the current one).
 */
#ifndef TOCO_TORCH_H
#define TOCO_TORCH_H
#include <stdint.h>

#define TT_API __attribute__((visibility("default")))

#define TT_OK 0
#define TT_OUT_OF_MEMORY 1
#define TT_INDEX 2
#define TT_TYPE 3
#define TT_VALUE 4
#define TT_NOT_IMPLEMENTED 5
#define TT_CUDA 6
#define TT_IO 7
#define TT_OTHER 8
#define TT_DISTRIBUTED 9 /* another process failed, went away or did not answer in time */

/* The kinds of values on a tt_stack. */
enum tt_kind {
  TT_KIND_NONE = 0,
  TT_KIND_TENSOR = 1,
  TT_KIND_INT = 2,
  TT_KIND_DOUBLE = 3,
  TT_KIND_BOOL = 4,
  TT_KIND_STRING = 5,
  TT_KIND_INT_LIST = 6,
  TT_KIND_DOUBLE_LIST = 7,
  TT_KIND_BOOL_LIST = 8,
  TT_KIND_TENSOR_LIST = 9,
  TT_KIND_OBJECT = 10, /* anything else, a device or an object of a registered class for example */
  TT_KIND_TUPLE = 11,
  TT_KIND_DICT = 12,
  TT_KIND_LIST = 13 /* a list of any other element type */
};

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tt_tensor_ *tt_tensor; /* a reference to an at::Tensor */
typedef struct tt_stack_ *tt_stack;   /* the arguments, then the results, of a boxed operator call */
typedef struct tt_object_ *tt_object; /* any other value: an object of a class that a library registered, say */
typedef struct tt_module_ *tt_module; /* a TorchScript module */
typedef struct tt_generator_ *tt_generator; /* a random generator of one's own */
typedef struct tt_inference_ *tt_inference; /* a thread's inference mode, while it lasts */
typedef struct tt_event_ *tt_event;   /* a mark on a GPU's stream */
typedef struct tt_store_ *tt_store;   /* keys and values that processes share */
typedef struct tt_group_ *tt_group;   /* processes that exchange tensors */
typedef struct tt_reducer_ *tt_reducer; /* averages gradients over a group */
typedef struct tt_package_ *tt_package; /* a model that AOTInductor compiled */

/* ---- runtime (runtime.cpp) ------------------------------------------------------------------------------------- */
TT_API const char *tt_last_error(void);       /* never NULL; valid until this thread's next failure */
TT_API const char *tt_libtorch_version(void); /* of the headers the shim was compiled with, such as "2.15.0"; static */
TT_API int64_t tt_live_tensors(void);         /* handles created and not yet freed, in the process */
TT_API int32_t tt_manual_seed(int64_t seed);  /* all devices */
TT_API int32_t tt_rng_state(int32_t device_type, int32_t device_index, tt_tensor *out); /* uint8 [bytes] on the CPU */
TT_API int32_t tt_set_rng_state(int32_t device_type, int32_t device_index, tt_tensor state);
TT_API int32_t tt_generator_new(int32_t device_type, int32_t device_index, int64_t seed, tt_generator *out);
TT_API void tt_generator_free(tt_generator self); /* or NULL */
TT_API int32_t tt_generator_state(tt_generator self, tt_tensor *out); /* uint8 [bytes] on the CPU */
TT_API int32_t tt_generator_set_state(tt_generator self, tt_tensor state);
TT_API int32_t tt_synchronize(int32_t device_type, int32_t device_index); /* waits for the device; nothing on a CPU */
TT_API int32_t tt_set_num_threads(int32_t threads); /* intra-op threads, at least 1 */
TT_API int32_t tt_get_num_threads(int32_t *out);
TT_API int32_t tt_serial_thread(void); /* operators called from this thread run on it alone, whatever the others do */
TT_API int32_t tt_set_flush_denormal(int32_t on); /* this thread and those LibTorch starts after */
TT_API int32_t tt_trim_memory(void); /* gives free pages of the C heap back to the system, where the C library can (glibc) */
TT_API int32_t tt_cpu_capability(const char **out); /* the kernels LibTorch chose, such as "AVX512"; static */
TT_API int32_t tt_load_library(const char *path); /* a shared library whose initialisers register operators */

/* ---- tensors (tensor.cpp) -------------------------------------------------------------------------------------- */
TT_API void tt_free(tt_tensor self);                             /* or NULL */
TT_API void tt_free_list(const tt_tensor *tensors, int64_t count); /* entries or NULL */
/* Writes dims, dtype, device type, device index, requires_grad, then the sizes; info has room for 5 + 64 values. */
TT_API int32_t tt_info(tt_tensor self, int64_t *info);
TT_API int32_t tt_strides(tt_tensor self, int64_t *strides); /* in elements; room for dims values */
TT_API int32_t tt_is_contiguous(tt_tensor self, int32_t *out);
TT_API int32_t tt_data(tt_tensor self, void **data, int64_t *bytes); /* first element; bytes = elements x element size */
TT_API int32_t tt_item_double(tt_tensor self, double *out);  /* one element; waits for the device */
TT_API int32_t tt_item_int64(tt_tensor self, int64_t *out);  /* one element; waits for the device */
TT_API int32_t tt_alias(tt_tensor self, tt_tensor *out);     /* another handle to the same tensor, autograd included */
/* C++ of a user's own: a tt_tensor may be cast to const at::Tensor *, borrowed while the handle lives. This is the way
   back: another handle to the tensor behind an at::Tensor *, which stays its owner's to delete. */
TT_API int32_t tt_from_pointer(const void *tensor, tt_tensor *out);
TT_API int32_t tt_empty(const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type, int32_t device_index, int32_t pinned, tt_tensor *out);
TT_API int32_t tt_full(const int64_t *sizes, int64_t dims, double value, int32_t dtype, int32_t device_type, int32_t device_index, tt_tensor *out);
TT_API int32_t tt_rand(const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type, int32_t device_index, tt_tensor *out); /* uniform [0, 1) */
TT_API int32_t tt_randn(const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type, int32_t device_index, tt_tensor *out);
TT_API int32_t tt_randint(int64_t low, int64_t high, const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type, int32_t device_index, tt_tensor *out); /* [low, high) */
TT_API int32_t tt_randperm(int64_t n, int32_t device_type, int32_t device_index, tt_tensor *out); /* int64 [n] */
TT_API int32_t tt_arange(double start, double end, double step, int32_t dtype, int32_t device_type, int32_t device_index, tt_tensor *out);
TT_API int32_t tt_full_like(tt_tensor self, double value, tt_tensor *out);
/* A CPU tensor over the caller's memory, without a copy. When the last view of it dies, token joins a queue that
   tt_released drains: only then may the memory go. */
TT_API int32_t tt_wrap(void *data, const int64_t *sizes, int64_t dims, int32_t dtype, int64_t token, tt_tensor *out);
TT_API int32_t tt_released(int64_t *tokens, int64_t capacity, int64_t *count); /* moves up to capacity tokens out */
TT_API int32_t tt_clone(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_detach(tt_tensor self, tt_tensor *out);     /* shares storage */
TT_API int32_t tt_contiguous(tt_tensor self, tt_tensor *out); /* shares storage where it already is contiguous */
TT_API int32_t tt_to_dtype(tt_tensor self, int32_t dtype, tt_tensor *out);
TT_API int32_t tt_to_device(tt_tensor self, int32_t device_type, int32_t device_index, int32_t non_blocking, tt_tensor *out);
TT_API int32_t tt_copy_(tt_tensor self, tt_tensor source, int32_t non_blocking); /* source broadcasts */
TT_API int32_t tt_fill_(tt_tensor self, double value);
TT_API int32_t tt_add_(tt_tensor self, tt_tensor other, double alpha); /* self += alpha x other */
TT_API int32_t tt_mul_scalar_(tt_tensor self, double value);
TT_API int32_t tt_clamp_(tt_tensor self, double low, double high); /* NaN leaves a side open */
TT_API int32_t tt_normal_(tt_tensor self, double mean, double std);
TT_API int32_t tt_uniform_(tt_tensor self, double low, double high);

/* ---- element by element (pointwise.cpp): binary operators broadcast and promote dtypes as PyTorch's --------------- */
TT_API int32_t tt_add(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_sub(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_mul(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_div(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_maximum(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_minimum(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_pow(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_eq(tt_tensor self, tt_tensor other, tt_tensor *out); /* comparisons give bool */
TT_API int32_t tt_ne(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_lt(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_le(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_gt(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_ge(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_logical_and(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_logical_or(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_add_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_sub_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_rsub_scalar(tt_tensor self, double value, tt_tensor *out); /* value - self */
TT_API int32_t tt_mul_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_div_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_pow_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_eq_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_ne_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_lt_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_le_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_gt_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_ge_scalar(tt_tensor self, double value, tt_tensor *out);
TT_API int32_t tt_clamp(tt_tensor self, double low, double high, tt_tensor *out); /* NaN leaves a side open */
TT_API int32_t tt_neg(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_abs(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_exp(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_log(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_sqrt(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_square(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_sin(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_cos(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_tanh(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_sigmoid(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_log_sigmoid(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_relu(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_gelu(tt_tensor self, tt_tensor *out); /* the exact form, by erf */
TT_API int32_t tt_floor(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_round(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_trunc(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_logical_not(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_isnan(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_where(tt_tensor condition, tt_tensor self, tt_tensor other, tt_tensor *out); /* condition bool */
TT_API int32_t tt_masked_fill(tt_tensor self, tt_tensor mask, double value, tt_tensor *out);    /* mask bool */

/* ---- reductions and order (reduce.cpp): dims lists reduce together; an empty list means every dimension ----------- */
TT_API int32_t tt_sum(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim, tt_tensor *out);
TT_API int32_t tt_mean(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim, tt_tensor *out);
TT_API int32_t tt_amax(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim, tt_tensor *out);
TT_API int32_t tt_amin(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim, tt_tensor *out);
TT_API int32_t tt_std(tt_tensor self, const int64_t *dims, int64_t count, int32_t unbiased, int32_t keepdim, tt_tensor *out);
TT_API int32_t tt_norm(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim, tt_tensor *out); /* L2 */
TT_API int32_t tt_any(tt_tensor self, tt_tensor *out); /* bool scalar */
TT_API int32_t tt_all(tt_tensor self, tt_tensor *out); /* bool scalar */
TT_API int32_t tt_max_dim(tt_tensor self, int64_t dim, int32_t keepdim, tt_tensor *values, tt_tensor *indices);
TT_API int32_t tt_argmax(tt_tensor self, int64_t dim, int32_t keepdim, tt_tensor *out); /* int64 */
TT_API int32_t tt_topk(tt_tensor self, int64_t k, int64_t dim, int32_t largest, tt_tensor *values, tt_tensor *indices);
TT_API int32_t tt_sort(tt_tensor self, int64_t dim, int32_t descending, tt_tensor *values, tt_tensor *indices);
TT_API int32_t tt_cumsum(tt_tensor self, int64_t dim, tt_tensor *out);
TT_API int32_t tt_bincount(tt_tensor self, int64_t minlength, tt_tensor *out); /* self int, 1-D; int64 */

/* ---- shape and indexing (shape.cpp): views where PyTorch gives views ------------------------------------------- */
TT_API int32_t tt_reshape(tt_tensor self, const int64_t *sizes, int64_t dims, tt_tensor *out);
TT_API int32_t tt_view(tt_tensor self, const int64_t *sizes, int64_t dims, tt_tensor *out);
TT_API int32_t tt_expand(tt_tensor self, const int64_t *sizes, int64_t dims, tt_tensor *out);
TT_API int32_t tt_permute(tt_tensor self, const int64_t *order, int64_t dims, tt_tensor *out);
TT_API int32_t tt_flip(tt_tensor self, const int64_t *dims, int64_t count, tt_tensor *out);
TT_API int32_t tt_repeat(tt_tensor self, const int64_t *times, int64_t count, tt_tensor *out);
TT_API int32_t tt_flatten(tt_tensor self, int64_t start, int64_t end, tt_tensor *out);
TT_API int32_t tt_transpose(tt_tensor self, int64_t a, int64_t b, tt_tensor *out);
TT_API int32_t tt_squeeze(tt_tensor self, int64_t dim, tt_tensor *out);
TT_API int32_t tt_unsqueeze(tt_tensor self, int64_t dim, tt_tensor *out);
TT_API int32_t tt_select(tt_tensor self, int64_t dim, int64_t index, tt_tensor *out);
TT_API int32_t tt_slice(tt_tensor self, int64_t dim, int64_t start, int64_t end, int64_t step, tt_tensor *out); /* ends clamp */
TT_API int32_t tt_cat(const tt_tensor *tensors, int64_t count, int64_t dim, tt_tensor *out);
TT_API int32_t tt_stack_tensors(const tt_tensor *tensors, int64_t count, int64_t dim, tt_tensor *out);
TT_API int32_t tt_index_select(tt_tensor self, int64_t dim, tt_tensor index, tt_tensor *out); /* index int64 1-D */
TT_API int32_t tt_gather(tt_tensor self, int64_t dim, tt_tensor index, tt_tensor *out);       /* index int64 */
TT_API int32_t tt_scatter(tt_tensor self, int64_t dim, tt_tensor index, tt_tensor source, tt_tensor *out);
TT_API int32_t tt_masked_select(tt_tensor self, tt_tensor mask, tt_tensor *out); /* 1-D; waits for the device */
TT_API int32_t tt_nonzero(tt_tensor self, tt_tensor *out); /* int64 [found, dims]; waits for the device */
TT_API int32_t tt_one_hot(tt_tensor self, int64_t classes, tt_tensor *out); /* self int64; int64 [..., classes] */
TT_API int32_t tt_pad(tt_tensor self, const int64_t *pad, int64_t count, double value, tt_tensor *out); /* constant; last dim first */

/* ---- linear algebra and network layers (nn.cpp) ---------------------------------------------------------------- */
TT_API int32_t tt_matmul(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_linear(tt_tensor input, tt_tensor weight, tt_tensor bias, tt_tensor *out); /* bias or NULL */
/* input [B,C,H,W], weight [O,C/groups,kh,kw], bias [O] or NULL; stride, padding and dilation are pairs (h, w). */
TT_API int32_t tt_conv2d(tt_tensor input, tt_tensor weight, tt_tensor bias, const int64_t *stride, const int64_t *padding, const int64_t *dilation, int64_t groups, tt_tensor *out);
TT_API int32_t tt_max_pool2d(tt_tensor input, const int64_t *kernel, const int64_t *stride, const int64_t *padding, tt_tensor *out); /* pairs */
TT_API int32_t tt_avg_pool2d(tt_tensor input, const int64_t *kernel, const int64_t *stride, const int64_t *padding, tt_tensor *out); /* pairs */
TT_API int32_t tt_layer_norm(tt_tensor input, tt_tensor weight, tt_tensor bias, double eps, tt_tensor *out); /* over the last dims, weight's shape */
/* linear(layer_norm(input)) without a bias, and residual + linear(gelu(hidden + hidden_bias)), the exact gelu; what lies
   between is not kept for the backward pass but computed again there (fused.cpp). norm_weight, norm_bias [in],
   weight [out,in], hidden_bias [in] and bias [out] or NULL. */
TT_API int32_t tt_norm_linear(tt_tensor input, tt_tensor norm_weight, tt_tensor norm_bias, double eps, tt_tensor weight, tt_tensor *out);
TT_API int32_t tt_gelu_linear(tt_tensor residual, tt_tensor hidden, tt_tensor hidden_bias, tt_tensor weight, tt_tensor bias, tt_tensor *out);
TT_API int32_t tt_linear_add(tt_tensor residual, tt_tensor input, tt_tensor weight, tt_tensor bias, tt_tensor *out); /* residual + linear(input) */
/* query, key, value [B,heads,N,d]; mask or NULL; scale NaN for 1/sqrt(d). */
TT_API int32_t tt_attention(tt_tensor query, tt_tensor key, tt_tensor value, tt_tensor mask, double scale, tt_tensor *out);
/* The same of queries, keys and values side by side: qkv + bias [B,T,3*heads*d] -> [B,T,heads*d] (attention.cpp);
   bias [3*heads*d] or NULL. */
TT_API int32_t tt_self_attention(tt_tensor qkv, tt_tensor bias, int64_t heads, double scale, tt_tensor *out);
TT_API int32_t tt_softmax(tt_tensor self, int64_t dim, tt_tensor *out);
TT_API int32_t tt_log_softmax(tt_tensor self, int64_t dim, tt_tensor *out);
TT_API int32_t tt_normalize(tt_tensor self, int64_t dim, double eps, tt_tensor *out); /* self / max(L2 norm, eps) */
TT_API int32_t tt_dropout(tt_tensor self, double p, int32_t training, tt_tensor *out);
TT_API int32_t tt_embedding(tt_tensor weight, tt_tensor index, tt_tensor *out);
/* input [B,C,H,W] to height x width; mode 0 nearest, 1 bilinear, 2 bicubic; antialias for 1 and 2 only. */
TT_API int32_t tt_interpolate(tt_tensor input, int64_t height, int64_t width, int32_t mode, int32_t align_corners, int32_t antialias, tt_tensor *out);
/* logits [B,C,...], target int64 [B,...]; reduction 0 none, 1 mean, 2 sum. */
TT_API int32_t tt_cross_entropy(tt_tensor logits, tt_tensor target, int64_t ignore_index, int32_t reduction, tt_tensor *out);
TT_API int32_t tt_mse_loss(tt_tensor input, tt_tensor target, tt_tensor *out); /* mean */

/* ---- autograd and mixed precision (autograd.cpp) --------------------------------------------------------------- */
TT_API int32_t tt_backward(tt_tensor self, tt_tensor gradient, int32_t retain_graph); /* gradient or NULL for a scalar */
TT_API int32_t tt_grad(tt_tensor self, tt_tensor *out); /* writes NULL where there is no gradient */
/* The gradients of outputs towards inputs, without touching .grad, each output's weighted by its tensor of grad_outputs
   (or NULL where all outputs are scalars); entries of out are NULL for inputs that no output depends on. */
TT_API int32_t tt_autograd_grad(const tt_tensor *outputs, const tt_tensor *grad_outputs, int64_t output_count, const tt_tensor *inputs, int64_t input_count, int32_t retain_graph, int32_t create_graph, tt_tensor *out);
TT_API int32_t tt_inference_enter(tt_inference *out); /* inference mode for this thread, until left; nests */
TT_API void tt_inference_leave(tt_inference self); /* on the same thread, innermost first */
TT_API int32_t tt_set_requires_grad(tt_tensor self, int32_t on);
TT_API int32_t tt_zero_grad(const tt_tensor *tensors, int64_t count, int32_t set_to_none);
TT_API int32_t tt_set_grad_enabled(int32_t on, int32_t *previous);
TT_API int32_t tt_set_autocast(int32_t device_type, int32_t on, int32_t dtype, int32_t *previous_on, int32_t *previous_dtype);
TT_API int32_t tt_clear_autocast_cache(void);
TT_API int32_t tt_set_float32_precision(int32_t tf32); /* CUDA matrix products and convolutions; process-wide */

/* ---- optimizers (optim.cpp): coarse calls over whole lists ------------------------------------------------------ */
/* Both steps take the parameters of all groups at once, group after group: group g is the next group_sizes[g] of the
   count parameters and learns at the rate lrs[g]. TT_VALUE, with nothing updated, if the sizes do not add up to count.
   step counts from 1. A parameter without gradient is skipped, or, with missing_as_zero, updated as if its gradient
   were zero (its moments age and it decays). */
/* Decoupled weight decay (Loshchilov and Hutter 2019), fused. */
TT_API int32_t tt_adamw_step(const tt_tensor *params, const tt_tensor *exp_avgs, const tt_tensor *exp_avg_sqs, int64_t count, const int64_t *group_sizes, const double *lrs, int64_t group_count, int64_t step, double beta1, double beta2, double eps, double weight_decay, int32_t missing_as_zero);
/* Momentum buffers may be NULL when momentum is 0; on step 1 they take the gradient. */
TT_API int32_t tt_sgd_step(const tt_tensor *params, const tt_tensor *momentum_buffers, int64_t count, const int64_t *group_sizes, const double *lrs, int64_t group_count, int64_t step, double momentum, double weight_decay, int32_t missing_as_zero);
TT_API int32_t tt_ema_update(const tt_tensor *averages, const tt_tensor *sources, int64_t count, double momentum); /* average = momentum x average + (1 - momentum) x source */
/* Scales the gradients down so that their common Euclidean norm is at most max_norm; out: the norm before, a scalar on their device. */
TT_API int32_t tt_clip_grad_norm_(const tt_tensor *params, int64_t count, double max_norm, tt_tensor *out);

/* ---- the boxed call (call.cpp): every operator that LibTorch or a loaded library registers ------------------------ */
TT_API int32_t tt_stack_new(tt_stack *out);
TT_API void tt_stack_free(tt_stack self); /* or NULL */
TT_API int32_t tt_push_none(tt_stack self);
TT_API int32_t tt_push_tensor(tt_stack self, tt_tensor value);
TT_API int32_t tt_push_int(tt_stack self, int64_t value);
TT_API int32_t tt_push_double(tt_stack self, double value);
TT_API int32_t tt_push_bool(tt_stack self, int32_t value);
TT_API int32_t tt_push_string(tt_stack self, const char *value); /* UTF-8 */
TT_API int32_t tt_push_device(tt_stack self, int32_t device_type, int32_t device_index);
TT_API int32_t tt_push_int_list(tt_stack self, const int64_t *values, int64_t count);
TT_API int32_t tt_push_double_list(tt_stack self, const double *values, int64_t count);
TT_API int32_t tt_push_bool_list(tt_stack self, const int32_t *values, int64_t count);
TT_API int32_t tt_push_tensor_list(tt_stack self, const tt_tensor *values, int64_t count); /* entries or NULL: then optionals */
TT_API int32_t tt_push_generator(tt_stack self, tt_generator value);
TT_API int32_t tt_push_object(tt_stack self, tt_object value);
TT_API int32_t tt_push_tuple(tt_stack self, int64_t count); /* the last count values become one tuple */
TT_API int32_t tt_push_dict(tt_stack self, int64_t count);  /* the last 2 x count, a string and a value by turns, become one dict */
/* op such as "aten::add", overload such as "Tensor" or "". Missing trailing arguments take the schema's defaults. The
   arguments on the stack are replaced by the results. On failure the stack is empty. */
TT_API int32_t tt_call(const char *op, const char *overload, tt_stack stack);
TT_API int32_t tt_schema(const char *op, const char *overload, tt_stack stack); /* pushes the schema's text */
TT_API int32_t tt_stack_size(tt_stack self, int64_t *out);
/* kind: a tt_kind. length: the entries of a list, tuple or dict, the bytes of a string, else 1. */
TT_API int32_t tt_stack_kind(tt_stack self, int64_t index, int32_t *kind, int64_t *length);
TT_API int32_t tt_stack_contents(tt_stack self, int64_t index, tt_stack *out); /* the entries of a tuple, list or dict (keys and values by turns), as a stack of their own */
TT_API int32_t tt_stack_tensors_at(tt_stack self, int64_t index, tt_tensor *out); /* a tensor, or each of a list; NULL if undefined */
TT_API int32_t tt_stack_ints_at(tt_stack self, int64_t index, int64_t *out);       /* an int, bool, or each of a list */
TT_API int32_t tt_stack_doubles_at(tt_stack self, int64_t index, double *out);     /* a double, or each of a list */
TT_API int32_t tt_stack_object_at(tt_stack self, int64_t index, tt_object *out); /* a TT_KIND_OBJECT */
TT_API int32_t tt_stack_string_at(tt_stack self, int64_t index, char *out);        /* length bytes, no terminator */

/* ---- objects of registered classes (object.cpp) ---------------------------------------------------------------- */
/* class_name such as "my::Counter"; the arguments of its constructor on the stack are taken off. */
TT_API int32_t tt_object_new(const char *class_name, tt_stack arguments, tt_object *out);
TT_API void tt_object_free(tt_object self); /* or NULL */
TT_API int32_t tt_object_call(tt_object self, const char *method, tt_stack stack); /* arguments, self apart, are replaced by the result */

/* ---- GPUs (device.cpp): TT_CUDA where there is none ------------------------------------------------------------- */
TT_API int32_t tt_cuda_device_count(int32_t *out); /* 0 where there is no GPU, driver or CUDA build */
/* Bytes of the caching allocator, without waiting: taken by tensors, the most so far, reserved, the most so far. */
TT_API int32_t tt_cuda_memory(int32_t device_index, int64_t *out4);
TT_API int32_t tt_cuda_reset_peak(int32_t device_index);
TT_API int32_t tt_cuda_empty_cache(void); /* gives what is reserved and not taken back to the driver */
TT_API int32_t tt_stream_new(int32_t device_index, int32_t high_priority, int64_t *stream); /* from a pool; not freed */
TT_API int32_t tt_stream_current(int32_t device_index, int64_t *stream);
TT_API int32_t tt_stream_use(int32_t device_index, int64_t stream); /* for this thread's work from now on */
TT_API int32_t tt_stream_synchronize(int32_t device_index, int64_t stream);
TT_API int32_t tt_event_new(int32_t timing, tt_event *out);
TT_API void tt_event_free(tt_event self); /* or NULL */
TT_API int32_t tt_event_record(tt_event self, int32_t device_index, int64_t stream);
TT_API int32_t tt_event_block(tt_event self, int32_t device_index, int64_t stream); /* the stream waits for the event */
TT_API int32_t tt_event_synchronize(tt_event self);
TT_API int32_t tt_event_elapsed_ms(tt_event self, tt_event later, double *out); /* of two recorded ones with timing */

/* ---- processes that work together (distributed.cpp): TT_NOT_IMPLEMENTED where the shim was built without Gloo ------ */
TT_API int32_t tt_distributed_missing(const char **out); /* what such a build lacks, for the life of the process; NULL if nothing */
/* A store lives in the process that serves it; the others connect, and wait so long for it to be there. */
TT_API int32_t tt_store_new(const char *host, int32_t port, int32_t server, int64_t timeout_ms, tt_store *out);
TT_API void tt_store_free(tt_store self); /* or NULL */
TT_API int32_t tt_store_set(tt_store self, const char *key, const char *value);
TT_API int32_t tt_store_get(tt_store self, const char *key, tt_stack out); /* pushes the value; waits up to the timeout for it */
TT_API int32_t tt_store_has(tt_store self, const char *key, int32_t *out);
TT_API int32_t tt_store_add(tt_store self, const char *key, int64_t amount, int64_t *out); /* the sum so far */
/* Every process of ranks 0..size-1 calls this with the same name, unused in the store so far; address is this process's own, by
   which the others reach it. device_index: the GPU whose tensors are exchanged, too; -1 for none. Calls on a group, in the same
   order in every process, wait for the others up to the timeout. Trailing _: every process's tensor receives the result. */
TT_API int32_t tt_group_new(tt_store store, const char *name, int32_t rank, int32_t size, const char *address, int32_t device_index, int64_t timeout_ms, tt_group *out);
TT_API void tt_group_free(tt_group self); /* or NULL */
TT_API int32_t tt_group_all_reduce_(tt_group self, tt_tensor tensor, int32_t op); /* contiguous; op 0 sum, 1 least, 2 largest */
TT_API int32_t tt_group_broadcast_(tt_group self, const tt_tensor *tensors, int64_t count, int32_t root);
TT_API int32_t tt_group_all_gather(tt_group self, tt_tensor tensor, tt_tensor *out); /* [size, ...], by rank; of one shape everywhere */
TT_API int32_t tt_group_barrier(tt_group self);
TT_API int32_t tt_group_first_difference(tt_group self, const tt_tensor *tensors, int64_t count, int64_t *out); /* the first tensor that is not the same to the bit everywhere; -1 for none */

/* ---- gradients averaged over a group (reducer.cpp) ---------------------------------------------------------------- */
/* params: leaves of one dtype and device, which the reducer keeps alive; overlap: send a bucket while the backward pass goes on,
   which must then be a single one. */
TT_API int32_t tt_reducer_new(tt_group group, const tt_tensor *params, int64_t count, int64_t bucket_bytes, int32_t overlap, tt_reducer *out);
TT_API void tt_reducer_free(tt_reducer self); /* or NULL; before its group */
TT_API int32_t tt_reducer_begin(tt_reducer self); /* before the backward pass whose gradients are to be averaged */
/* After it: each gradient that any process has becomes the mean over all, a missing one counting as zero; *votes: the sum of the
   processes' votes. */
TT_API int32_t tt_reducer_finish(tt_reducer self, double vote, double *votes);

/* ---- profiler (profiler.cpp): one at a time in the process -------------------------------------------------------- */
TT_API int32_t tt_profiler_start(int32_t record_shapes, int32_t profile_memory); /* operators of this thread, and a GPU's kernels */
TT_API int32_t tt_profiler_stop(const char *path); /* on the same thread; a trace in Chrome's format goes to path, or nowhere for NULL */

/* ---- kernels that LibTorch has no operator for (kernels.cpp); on the CPU, no autograd ----------------------------- */
/* Pixel-adaptive refinement, float32: images [B,3,H,W], masks [B,C,H,W]; out [B,C,H,W]. */
TT_API int32_t tt_par(tt_tensor images, tt_tensor masks, const int64_t *dilations, int64_t count, int64_t iterations, tt_tensor *out);
/* Permutohedral-lattice bilateral filter, float32: images [B,3,H,W] in 0..255, values [B,K,H,W]; out [B,K,H,W]. */
TT_API int32_t tt_bilateral_filter(tt_tensor images, tt_tensor values, double sigma_rgb, double sigma_xy, tt_tensor *out);
/* Dense CRF by mean field: image uint8 [H,W,3], probabilities float32 [C,H,W], 0..1; out float32 [C,H,W], which sums to 1 over
   C. A weight of 0 leaves its term out; sigmas in pixels and colour levels, > 0. On at most `threads` threads, 0 for as
   many as the calling thread's operators use; the result does not depend on it. Calls may run side by side. */
TT_API int32_t tt_dense_crf(tt_tensor image, tt_tensor probabilities, int64_t iterations, double gaussian_weight, double gaussian_sigma, double bilateral_weight, double bilateral_sigma, double bilateral_sigma_rgb, int32_t threads, tt_tensor *out);
/* The vertices of the bilateral term's lattice, on which the time depends besides the sizes. */
TT_API int32_t tt_dense_crf_vertices(tt_tensor image, double bilateral_sigma, double bilateral_sigma_rgb, int64_t *out);

/* ---- images (image.cpp): uint8 [H,W,3], contiguous, on the CPU; level for level as Pillow, on the calling thread alone.
   Memory for intermediate results stays with the thread for its next call. ------------------------------------------ */
TT_API int32_t tt_image_brightness_(tt_tensor image, double factor); /* factors >= 0; 1 changes nothing */
TT_API int32_t tt_image_contrast_(tt_tensor image, double factor);
TT_API int32_t tt_image_saturation_(tt_tensor image, double factor);
TT_API int32_t tt_image_hue_(tt_tensor image, double shift); /* in turns, -0.5..0.5; through 8-bit HSV, whatever the shift */
TT_API int32_t tt_image_grayscale_(tt_tensor image);
TT_API int32_t tt_image_solarize_(tt_tensor image, int32_t threshold); /* inverts levels >= threshold, 0..256 */
TT_API int32_t tt_image_gaussian_blur_(tt_tensor image, double radius); /* pixels, 0..10000; 0 changes nothing */
TT_API int32_t tt_image_flip_(tt_tensor image); /* mirrors the columns */
/* The part of image inside cut (top, left, height, width), resized to scaled (height, width), laid with its first pixel at
   place (row, column; may lie outside) onto out, uint8 [h,w,3], and cut off at out's borders; black around it. filter 1
   is Pillow's BILINEAR, 2 its BICUBIC. image and out share no memory. */
TT_API int32_t tt_image_resample(tt_tensor image, const int64_t *cut, const int64_t *scaled, const int64_t *place, int32_t filter, tt_tensor out);
/* (level - mean) / deviation, three numbers each, into out, float32 [3,H,W], contiguous. */
TT_API int32_t tt_image_normalize(tt_tensor image, const double *mean, const double *deviation, tt_tensor out);

/* ---- TorchScript (jit.cpp): a module may be called from several threads at once, and freed when none does ------------ */
/* extra_names: files that were saved beside the code; their texts are pushed in that order, "" for what is not there. */
TT_API int32_t tt_module_load(const char *path, int32_t device_type, int32_t device_index, const char *const *extra_names, int64_t extra_count, tt_stack extra, tt_module *out);
TT_API void tt_module_free(tt_module self); /* or NULL */
/* The arguments on the stack, self apart, are replaced by the one result. On failure the stack is empty. */
TT_API int32_t tt_module_call(tt_module self, const char *method, tt_stack stack);
TT_API int32_t tt_module_methods(tt_module self, tt_stack stack); /* pushes a string a method, its schema */
/* Pushes name, tensor and 1 for a parameter, 0 for a buffer, for each in the module and its children. The tensors are
   the module's own: what changes them changes it. */
TT_API int32_t tt_module_tensors(tt_module self, tt_stack stack);
TT_API int32_t tt_module_train(tt_module self, int32_t on); /* training mode, or evaluation mode */
TT_API int32_t tt_module_new(const char *name, tt_module *out); /* name of its class, such as "Encoder" */
TT_API int32_t tt_module_register(tt_module self, const char *name, tt_tensor tensor, int32_t is_parameter); /* shares it */
TT_API int32_t tt_module_add_child(tt_module self, const char *name, tt_module child); /* shares it */
TT_API int32_t tt_module_define(tt_module self, const char *source); /* methods, as Python text */
TT_API int32_t tt_module_save(tt_module self, const char *path, const char *const *extra_names, const char *const *extra_texts, int64_t extra_count);

/* ---- packages of AOTInductor (package.cpp): compiled by Python for one device; TT_NOT_IMPLEMENTED where this LibTorch
   cannot run them ------------------------------------------------------------------------------------------------ */
TT_API int32_t tt_package_load(const char *path, tt_package *out); /* a .pt2 file */
TT_API void tt_package_free(tt_package self); /* or NULL */
TT_API int32_t tt_package_run(tt_package self, const tt_tensor *inputs, int64_t count, tt_stack results); /* pushes a list of tensors */

#ifdef __cplusplus
}
#endif
#endif
