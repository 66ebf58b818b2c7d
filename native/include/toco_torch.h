/*
 * toco_torch.h: the C ABI between the JVM and LibTorch. Signatures are defined here and nowhere
 * else: the Java bindings are generated from this file, so it is one file, whatever its length.
 *
 * Conventions, which hold for every declaration unless its comment says otherwise:
 *   Status     Functions return TT_OK or an error class; tt_last_error() then returns the message
 *              of the calling thread's last failure. A call that fails writes no out-parameter,
 *              pushes nothing and leaves nothing allocated. In-place operators may have changed
 *              part of their tensors.
 *   Ownership  Inputs are borrowed for the duration of the call. Every handle written through an
 *              out-pointer is new and owned by the caller, who frees it with tt_free, tt_free_list
 *              or the _free function of its type. Handles may share storage (views).
 *   Null       Pointers must not be NULL, except those marked "or NULL". A count of 0 permits a
 *              NULL array.
 *   Threads    Any thread may call; a handle must not be freed while another thread uses it. Grad
 *              mode, autocast and the error message belong to the calling thread; RNG state and
 *              thread counts belong to the process.
 *   Scalars    are passed as double. With an integer tensor, an integral value counts as an
 *              integer, so int64 + 1 stays int64. Dimensions may be negative: counted from the
 *              end, as in PyTorch.
 *   Flags      int32_t; 0 is false, anything else true.
 *   Dtypes     PyTorch's ScalarType numbers: uint8 0, int8 1, int16 2, int32 3, int64 4,
 *              float16 5, float32 6, float64 7, complex32 8, complex64 9, complex128 10, bool 11,
 *              bfloat16 15, the five of float8 23 to 26 and 44, uint16 27, uint32 28, uint64 29.
 *   Devices    a type (cpu 0, cuda 1, and 20 for the device that a loaded library registers,
 *              LibTorch's PrivateUse1) and an index (-1 for the current one).
 *   Strings    UTF-8, terminated by a zero byte.
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
#define TT_DISTRIBUTED 9 /* another process failed, exited or timed out */

/* Types of values on a tt_stack. */
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
  TT_KIND_OBJECT = 10, /* anything else, such as a device or an object of a registered class */
  TT_KIND_TUPLE = 11,
  TT_KIND_DICT = 12,
  TT_KIND_LIST = 13,   /* a list of any other element type */
  TT_KIND_COMPLEX = 14 /* two doubles: real and imaginary part */
};

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tt_tensor_ *tt_tensor; /* a reference to an at::Tensor */
typedef struct tt_stack_ *tt_stack;   /* arguments, then results, of a boxed operator call */
typedef struct tt_object_ *tt_object; /* any other value, such as an object of a custom class */
typedef struct tt_module_ *tt_module; /* a TorchScript module */
typedef struct tt_generator_ *tt_generator; /* a random number generator */
typedef struct tt_inference_ *tt_inference; /* a guard that keeps a thread in inference mode */
typedef struct tt_event_ *tt_event;         /* an event on a stream */
typedef struct tt_store_ *tt_store;         /* a key-value store shared between processes */
typedef struct tt_group_ *tt_group;         /* a process group */
typedef struct tt_reducer_ *tt_reducer;     /* averages gradients over a process group */
typedef struct tt_package_ *tt_package;     /* a model compiled by AOTInductor */

/* ---- runtime (runtime.cpp) ---- */
TT_API const char *tt_last_error(void); /* never NULL; valid until this thread's next failure */
/* The version of the headers that the shim was compiled with, such as "2.15.0"; static. */
TT_API const char *tt_libtorch_version(void);
/* The version of the LibTorch that is loaded, such as "2.15.0", or "" if it does not say; static.
   It may differ from tt_libtorch_version in the last number. */
TT_API const char *tt_libtorch_runtime_version(void);
/* The sha256 of this file, as 64 hexadecimal digits, when the shim was compiled; static. Bindings
   that were generated from another header must not call anything else. */
TT_API const char *tt_header_hash(void);
TT_API int64_t tt_live_tensors(void);        /* tensor handles not yet freed, in the process */
TT_API int32_t tt_manual_seed(int64_t seed); /* all devices */
/* The state is a uint8 tensor [bytes] on the CPU. */
TT_API int32_t tt_rng_state(int32_t device_type, int32_t device_index, tt_tensor *out);
TT_API int32_t tt_set_rng_state(int32_t device_type, int32_t device_index, tt_tensor state);
TT_API int32_t tt_generator_new(int32_t device_type, int32_t device_index, int64_t seed,
                                tt_generator *out);
TT_API void tt_generator_free(tt_generator self);                     /* or NULL */
TT_API int32_t tt_generator_state(tt_generator self, tt_tensor *out); /* uint8 [bytes], CPU */
TT_API int32_t tt_generator_set_state(tt_generator self, tt_tensor state);
/* Waits for the device's work; does nothing for the CPU. */
TT_API int32_t tt_synchronize(int32_t device_type, int32_t device_index);
TT_API int32_t tt_set_num_threads(int32_t threads); /* intra-op threads, at least 1 */
TT_API int32_t tt_get_num_threads(int32_t *out);
/* From now on, operators that the calling thread runs use one thread; other threads keep theirs. */
TT_API int32_t tt_serial_thread(void);
/* For the calling thread, and for threads that LibTorch starts afterwards. */
TT_API int32_t tt_set_flush_denormal(int32_t on);
/* Returns free pages of the C heap to the system; does nothing without glibc. */
TT_API int32_t tt_trim_memory(void);
/* The instruction set of LibTorch's kernels, such as "AVX512"; static. */
TT_API int32_t tt_cpu_capability(const char **out);
/* Loads a shared library whose initializers register operators or classes. */
TT_API int32_t tt_load_library(const char *path);

/* ---- tensors (tensor.cpp) ---- */
TT_API void tt_free(tt_tensor self);                               /* or NULL */
TT_API void tt_free_list(const tt_tensor *tensors, int64_t count); /* entries or NULL */
/* Writes the number of dimensions, dtype, device type, device index and requires_grad, then the
   sizes; info has room for 5 + 64 values. */
TT_API int32_t tt_info(tt_tensor self, int64_t *info);
/* In elements, one value per dimension; for reading tt_data of a non-contiguous tensor. */
TT_API int32_t tt_strides(tt_tensor self, int64_t *strides);
TT_API int32_t tt_is_contiguous(tt_tensor self, int32_t *out);
/* The address of the first element; bytes = elements x element size. */
TT_API int32_t tt_data(tt_tensor self, void **data, int64_t *bytes);
/* The value of a tensor of one element; waits for the device. */
TT_API int32_t tt_item_double(tt_tensor self, double *out);
TT_API int32_t tt_item_int64(tt_tensor self, int64_t *out);
/* Another handle to the same tensor, with the same autograd history. */
TT_API int32_t tt_alias(tt_tensor self, tt_tensor *out);
/* For your own C++: a tt_tensor may be cast to const at::Tensor *, borrowed while the handle lives.
   This is the way back: a new handle to the tensor behind an at::Tensor *, which is borrowed. */
TT_API int32_t tt_from_pointer(const void *tensor, tt_tensor *out);
/* Elements are uninitialized; pinned: in page-locked memory of the accelerator that is there, for
   asynchronous copies to it. */
TT_API int32_t tt_empty(const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type,
                        int32_t device_index, int32_t pinned, tt_tensor *out);
TT_API int32_t tt_full(const int64_t *sizes, int64_t dims, double value, int32_t dtype,
                       int32_t device_type, int32_t device_index, tt_tensor *out);
/* Uniform in [0, 1). */
TT_API int32_t tt_rand(const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type,
                       int32_t device_index, tt_tensor *out);
/* Standard normal. */
TT_API int32_t tt_randn(const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type,
                        int32_t device_index, tt_tensor *out);
/* Uniform in [low, high). */
TT_API int32_t tt_randint(int64_t low, int64_t high, const int64_t *sizes, int64_t dims,
                          int32_t dtype, int32_t device_type, int32_t device_index, tt_tensor *out);
/* A random permutation of 0..n-1, int64 [n]. */
TT_API int32_t tt_randperm(int64_t n, int32_t device_type, int32_t device_index, tt_tensor *out);
TT_API int32_t tt_arange(double start, double end, double step, int32_t dtype, int32_t device_type,
                         int32_t device_index, tt_tensor *out);
TT_API int32_t tt_full_like(tt_tensor self, double value, tt_tensor *out);
/* A CPU tensor over the caller's memory, without a copy. When the last view of it is gone, token
   joins a queue that tt_released drains; the memory must stay valid until then. If the call fails,
   the token does not join the queue. */
TT_API int32_t tt_wrap(void *data, const int64_t *sizes, int64_t dims, int32_t dtype, int64_t token,
                       tt_tensor *out);
/* Moves up to capacity tokens out of the queue. */
TT_API int32_t tt_released(int64_t *tokens, int64_t capacity, int64_t *count);
TT_API int32_t tt_clone(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_detach(tt_tensor self, tt_tensor *out);     /* shares storage */
TT_API int32_t tt_contiguous(tt_tensor self, tt_tensor *out); /* shares storage if contiguous */
TT_API int32_t tt_to_dtype(tt_tensor self, int32_t dtype, tt_tensor *out);
TT_API int32_t tt_to_device(tt_tensor self, int32_t device_type, int32_t device_index,
                            int32_t non_blocking, tt_tensor *out);
TT_API int32_t tt_copy_(tt_tensor self, tt_tensor source, int32_t non_blocking); /* broadcasts */
TT_API int32_t tt_fill_(tt_tensor self, double value);
TT_API int32_t tt_add_(tt_tensor self, tt_tensor other, double alpha); /* self += alpha x other */
TT_API int32_t tt_mul_scalar_(tt_tensor self, double value);
TT_API int32_t tt_clamp_(tt_tensor self, double low, double high); /* NaN: no limit on that side */
TT_API int32_t tt_normal_(tt_tensor self, double mean, double std);
TT_API int32_t tt_uniform_(tt_tensor self, double low, double high);

/* ---- pointwise operators (pointwise.cpp) ----
   Binary operators broadcast and promote dtypes as PyTorch's do; comparisons return bool. */
TT_API int32_t tt_add(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_sub(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_mul(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_div(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_maximum(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_minimum(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_pow(tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_eq(tt_tensor self, tt_tensor other, tt_tensor *out);
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
/* NaN: no limit on that side. */
TT_API int32_t tt_clamp(tt_tensor self, double low, double high, tt_tensor *out);
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
TT_API int32_t tt_gelu(tt_tensor self, tt_tensor *out); /* exact, with erf */
TT_API int32_t tt_floor(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_round(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_trunc(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_logical_not(tt_tensor self, tt_tensor *out);
TT_API int32_t tt_isnan(tt_tensor self, tt_tensor *out);
/* condition and mask are bool. */
TT_API int32_t tt_where(tt_tensor condition, tt_tensor self, tt_tensor other, tt_tensor *out);
TT_API int32_t tt_masked_fill(tt_tensor self, tt_tensor mask, double value, tt_tensor *out);

/* ---- reductions and sorting (reduce.cpp) ----
   A list of dims is reduced together; an empty list means all dimensions. */
TT_API int32_t tt_sum(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim,
                      tt_tensor *out);
TT_API int32_t tt_mean(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim,
                       tt_tensor *out);
TT_API int32_t tt_amax(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim,
                       tt_tensor *out);
TT_API int32_t tt_amin(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim,
                       tt_tensor *out);
TT_API int32_t tt_std(tt_tensor self, const int64_t *dims, int64_t count, int32_t unbiased,
                      int32_t keepdim, tt_tensor *out);
/* The L2 norm. */
TT_API int32_t tt_norm(tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim,
                       tt_tensor *out);
TT_API int32_t tt_any(tt_tensor self, tt_tensor *out); /* bool scalar */
TT_API int32_t tt_all(tt_tensor self, tt_tensor *out); /* bool scalar */
TT_API int32_t tt_max_dim(tt_tensor self, int64_t dim, int32_t keepdim, tt_tensor *values,
                          tt_tensor *indices);
TT_API int32_t tt_argmax(tt_tensor self, int64_t dim, int32_t keepdim, tt_tensor *out); /* int64 */
TT_API int32_t tt_topk(tt_tensor self, int64_t k, int64_t dim, int32_t largest, tt_tensor *values,
                       tt_tensor *indices);
TT_API int32_t tt_sort(tt_tensor self, int64_t dim, int32_t descending, tt_tensor *values,
                       tt_tensor *indices);
TT_API int32_t tt_cumsum(tt_tensor self, int64_t dim, tt_tensor *out);
/* self: integers, 1-D; out: int64. */
TT_API int32_t tt_bincount(tt_tensor self, int64_t minlength, tt_tensor *out);

/* ---- shape and indexing (shape.cpp) ----
   Views where PyTorch returns views. */
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
/* start and end are clamped to the dimension. */
TT_API int32_t tt_slice(tt_tensor self, int64_t dim, int64_t start, int64_t end, int64_t step,
                        tt_tensor *out);
TT_API int32_t tt_cat(const tt_tensor *tensors, int64_t count, int64_t dim, tt_tensor *out);
TT_API int32_t tt_stack_tensors(const tt_tensor *tensors, int64_t count, int64_t dim,
                                tt_tensor *out);
/* index: int64; 1-D for tt_index_select. */
TT_API int32_t tt_index_select(tt_tensor self, int64_t dim, tt_tensor index, tt_tensor *out);
TT_API int32_t tt_gather(tt_tensor self, int64_t dim, tt_tensor index, tt_tensor *out);
TT_API int32_t tt_scatter(tt_tensor self, int64_t dim, tt_tensor index, tt_tensor source,
                          tt_tensor *out);
/* 1-D; waits for the device, as does tt_nonzero. */
TT_API int32_t tt_masked_select(tt_tensor self, tt_tensor mask, tt_tensor *out);
TT_API int32_t tt_nonzero(tt_tensor self, tt_tensor *out); /* int64 [nonzero elements, dims] */
/* self: int64 [...]; out: int64 [..., classes]. */
TT_API int32_t tt_one_hot(tt_tensor self, int64_t classes, tt_tensor *out);
/* Pads with a constant; pad holds (before, after) per dimension, the last dimension first. */
TT_API int32_t tt_pad(tt_tensor self, const int64_t *pad, int64_t count, double value,
                      tt_tensor *out);

/* ---- linear algebra and network layers (nn.cpp) ---- */
TT_API int32_t tt_matmul(tt_tensor self, tt_tensor other, tt_tensor *out);
/* bias or NULL. */
TT_API int32_t tt_linear(tt_tensor input, tt_tensor weight, tt_tensor bias, tt_tensor *out);
/* input [B,C,H,W], weight [O,C/groups,kh,kw], bias [O] or NULL; stride, padding and dilation are
   pairs (h, w). */
TT_API int32_t tt_conv2d(tt_tensor input, tt_tensor weight, tt_tensor bias, const int64_t *stride,
                         const int64_t *padding, const int64_t *dilation, int64_t groups,
                         tt_tensor *out);
/* kernel, stride and padding are pairs (h, w). */
TT_API int32_t tt_max_pool2d(tt_tensor input, const int64_t *kernel, const int64_t *stride,
                             const int64_t *padding, tt_tensor *out);
TT_API int32_t tt_avg_pool2d(tt_tensor input, const int64_t *kernel, const int64_t *stride,
                             const int64_t *padding, tt_tensor *out);
/* Over the last dimensions, which have weight's shape. */
TT_API int32_t tt_layer_norm(tt_tensor input, tt_tensor weight, tt_tensor bias, double eps,
                             tt_tensor *out);
/* Fused layers, whose intermediate results are not kept for the backward pass but recomputed there
   (fused.cpp). norm_weight, norm_bias [in], weight [out,in], hidden_bias [in], bias [out]. */
/* linear(layer_norm(input), weight) */
TT_API int32_t tt_norm_linear(tt_tensor input, tt_tensor norm_weight, tt_tensor norm_bias,
                              double eps, tt_tensor weight, tt_tensor *out);
/* residual + linear(gelu(hidden + hidden_bias), weight, bias), exact GELU; biases or NULL. */
TT_API int32_t tt_gelu_linear(tt_tensor residual, tt_tensor hidden, tt_tensor hidden_bias,
                              tt_tensor weight, tt_tensor bias, tt_tensor *out);
/* residual + linear(input, weight, bias); bias or NULL. */
TT_API int32_t tt_linear_add(tt_tensor residual, tt_tensor input, tt_tensor weight, tt_tensor bias,
                             tt_tensor *out);
/* query, key, value [B,heads,N,d]; mask or NULL; scale NaN for 1/sqrt(d). */
TT_API int32_t tt_attention(tt_tensor query, tt_tensor key, tt_tensor value, tt_tensor mask,
                            double scale, tt_tensor *out);
/* Attention of packed queries, keys and values: qkv + bias [B,T,3*heads*d] -> [B,T,heads*d]
   (attention.cpp); bias [3*heads*d] or NULL. */
TT_API int32_t tt_self_attention(tt_tensor qkv, tt_tensor bias, int64_t heads, double scale,
                                 tt_tensor *out);
TT_API int32_t tt_softmax(tt_tensor self, int64_t dim, tt_tensor *out);
TT_API int32_t tt_log_softmax(tt_tensor self, int64_t dim, tt_tensor *out);
/* self / max(L2 norm, eps) */
TT_API int32_t tt_normalize(tt_tensor self, int64_t dim, double eps, tt_tensor *out);
TT_API int32_t tt_dropout(tt_tensor self, double p, int32_t training, tt_tensor *out);
TT_API int32_t tt_embedding(tt_tensor weight, tt_tensor index, tt_tensor *out);
/* Resizes input [B,C,H,W] to height x width; mode 0 nearest, 1 bilinear, 2 bicubic; antialias for
   modes 1 and 2 only. */
TT_API int32_t tt_interpolate(tt_tensor input, int64_t height, int64_t width, int32_t mode,
                              int32_t align_corners, int32_t antialias, tt_tensor *out);
/* logits [B,C,...], target int64 [B,...]; reduction 0 none, 1 mean, 2 sum. */
TT_API int32_t tt_cross_entropy(tt_tensor logits, tt_tensor target, int64_t ignore_index,
                                int32_t reduction, tt_tensor *out);
TT_API int32_t tt_mse_loss(tt_tensor input, tt_tensor target, tt_tensor *out); /* mean */

/* ---- autograd and mixed precision (autograd.cpp) ---- */
/* gradient or NULL for a scalar. */
TT_API int32_t tt_backward(tt_tensor self, tt_tensor gradient, int32_t retain_graph);
TT_API int32_t tt_grad(tt_tensor self, tt_tensor *out); /* writes NULL if there is no gradient */
/* Gradients of outputs with respect to inputs, without touching .grad. Each output is weighted by
   its tensor of grad_outputs (or NULL if all outputs are scalars); out holds one handle per input,
   NULL for inputs that no output depends on. */
TT_API int32_t tt_autograd_grad(const tt_tensor *outputs, const tt_tensor *grad_outputs,
                                int64_t output_count, const tt_tensor *inputs, int64_t input_count,
                                int32_t retain_graph, int32_t create_graph, tt_tensor *out);
/* Inference mode for the calling thread until tt_inference_leave; may be nested. Leave on the same
   thread, innermost first. */
TT_API int32_t tt_inference_enter(tt_inference *out);
TT_API void tt_inference_leave(tt_inference self);
TT_API int32_t tt_set_requires_grad(tt_tensor self, int32_t on);
TT_API int32_t tt_zero_grad(const tt_tensor *tensors, int64_t count, int32_t set_to_none);
TT_API int32_t tt_set_grad_enabled(int32_t on, int32_t *previous);
TT_API int32_t tt_set_autocast(int32_t device_type, int32_t on, int32_t dtype, int32_t *previous_on,
                               int32_t *previous_dtype);
TT_API int32_t tt_clear_autocast_cache(void);
/* Of CUDA matrix products and convolutions; process-wide. */
TT_API int32_t tt_set_float32_precision(int32_t tf32);

/* ---- optimizers (optim.cpp): one call for a whole list of parameters ----
   Both steps take the parameters of all groups, group after group: group g consists of the next
   group_sizes[g] of the count parameters and has the learning rate lrs[g]. If the sizes do not add
   up to count, the result is TT_VALUE and nothing is updated. step counts from 1. A parameter
   without a gradient is skipped or, with missing_as_zero, updated as if its gradient were zero (its
   moments decay, and weight decay applies). */
/* AdamW: decoupled weight decay (Loshchilov and Hutter 2019), fused. */
TT_API int32_t tt_adamw_step(const tt_tensor *params, const tt_tensor *exp_avgs,
                             const tt_tensor *exp_avg_sqs, int64_t count,
                             const int64_t *group_sizes, const double *lrs, int64_t group_count,
                             int64_t step, double beta1, double beta2, double eps,
                             double weight_decay, int32_t missing_as_zero);
/* momentum_buffers may be NULL if momentum is 0; on step 1 they are set to the gradients. */
TT_API int32_t tt_sgd_step(const tt_tensor *params, const tt_tensor *momentum_buffers,
                           int64_t count, const int64_t *group_sizes, const double *lrs,
                           int64_t group_count, int64_t step, double momentum, double weight_decay,
                           int32_t missing_as_zero);
/* average = momentum x average + (1 - momentum) x source */
TT_API int32_t tt_ema_update(const tt_tensor *averages, const tt_tensor *sources, int64_t count,
                             double momentum);
/* Scales all gradients down so that their total L2 norm is at most max_norm; out: the norm before,
   a scalar on their device. */
TT_API int32_t tt_clip_grad_norm_(const tt_tensor *params, int64_t count, double max_norm,
                                  tt_tensor *out);

/* ---- boxed calls (call.cpp): every operator that LibTorch or a loaded library registers ---- */
TT_API int32_t tt_stack_new(tt_stack *out);
TT_API void tt_stack_free(tt_stack self); /* or NULL */
TT_API int32_t tt_push_none(tt_stack self);
TT_API int32_t tt_push_tensor(tt_stack self, tt_tensor value);
TT_API int32_t tt_push_int(tt_stack self, int64_t value);
TT_API int32_t tt_push_double(tt_stack self, double value);
TT_API int32_t tt_push_complex(tt_stack self, double real, double imaginary);
TT_API int32_t tt_push_bool(tt_stack self, int32_t value);
TT_API int32_t tt_push_string(tt_stack self, const char *value);
TT_API int32_t tt_push_device(tt_stack self, int32_t device_type, int32_t device_index);
TT_API int32_t tt_push_int_list(tt_stack self, const int64_t *values, int64_t count);
TT_API int32_t tt_push_double_list(tt_stack self, const double *values, int64_t count);
TT_API int32_t tt_push_bool_list(tt_stack self, const int32_t *values, int64_t count);
/* With a NULL entry, it becomes a list of optional tensors. */
TT_API int32_t tt_push_tensor_list(tt_stack self, const tt_tensor *values, int64_t count);
TT_API int32_t tt_push_generator(tt_stack self, tt_generator value);
TT_API int32_t tt_push_object(tt_stack self, tt_object value);
/* The last count values become one list, which takes the type that the schema wants. */
TT_API int32_t tt_push_list(tt_stack self, int64_t count);
/* The last count values become one tuple. */
TT_API int32_t tt_push_tuple(tt_stack self, int64_t count);
/* The last 2 x count values, alternating keys (strings) and values, become one dict. */
TT_API int32_t tt_push_dict(tt_stack self, int64_t count);
/* op such as "aten::add", overload such as "Tensor" or "". Missing trailing arguments take the
   schema's defaults. As in PyTorch, a Scalar may be a bool, a Tensor a number, a number a tensor
   without dimensions, a list of fixed length one number, and a Device a string. The results replace
   the arguments on the stack; on failure it is empty. */
TT_API int32_t tt_call(const char *op, const char *overload, tt_stack stack);
/* The same; the last count values on the stack are arguments by keyword, of these names. */
TT_API int32_t tt_call_named(const char *op, const char *overload, tt_stack stack,
                             const char *const *names, int64_t count);
/* Pushes the schema as a string. */
TT_API int32_t tt_schema(const char *op, const char *overload, tt_stack stack);
TT_API int32_t tt_stack_size(tt_stack self, int64_t *out);
/* kind: a tt_kind; length: entries of a list, tuple or dict, bytes of a string, 2 of a complex
   number, otherwise 1. */
TT_API int32_t tt_stack_kind(tt_stack self, int64_t index, int32_t *kind, int64_t *length);
/* The entries of a tuple, list or dict (alternating keys and values), on a new stack. */
TT_API int32_t tt_stack_contents(tt_stack self, int64_t index, tt_stack *out);
/* The next three write `length` entries of a list, or the one value of another kind. */
/* A tensor or a list of tensors; NULL for undefined tensors. */
TT_API int32_t tt_stack_tensors_at(tt_stack self, int64_t index, tt_tensor *out);
/* Ints or bools. */
TT_API int32_t tt_stack_ints_at(tt_stack self, int64_t index, int64_t *out);
TT_API int32_t tt_stack_doubles_at(tt_stack self, int64_t index, double *out); /* or complex */
/* Any value, usually one of kind TT_KIND_OBJECT. */
TT_API int32_t tt_stack_object_at(tt_stack self, int64_t index, tt_object *out);
/* length bytes, without a terminator. */
TT_API int32_t tt_stack_string_at(tt_stack self, int64_t index, char *out);

/* ---- objects of registered classes (object.cpp) ---- */
/* class_name such as "my::Counter"; takes the constructor's arguments off the stack. */
TT_API int32_t tt_object_new(const char *class_name, tt_stack arguments, tt_object *out);
TT_API void tt_object_free(tt_object self); /* or NULL */
/* The result replaces the arguments (without self) on the stack; on failure it is empty. */
TT_API int32_t tt_object_call(tt_object self, const char *method, tt_stack stack);

/* ---- devices (device.cpp) ----
   Except for the first three: TT_CUDA if there is no CUDA device, TT_NOT_IMPLEMENTED for type 20 if
   no loaded library registers a device, TT_VALUE for the CPU. */
TT_API int32_t tt_device_count(int32_t device_type, int32_t *out); /* 0 without such a device */
/* text such as "cuda:1", or "NAME:1" of a device that a loaded library registers; index: -1 if the
   text has none. TT_VALUE for a name that LibTorch does not know. The device need not be there. */
TT_API int32_t tt_device_parse(const char *text, int32_t *device_type, int32_t *device_index);
/* As a device's text starts, such as "cuda"; static. Type 20 is "privateuseone" until a loaded
   library gives its device another name. */
TT_API int32_t tt_device_name(int32_t device_type, const char **out);
/* Bytes of the caching allocator, without waiting: allocated, peak allocated, reserved, peak
   reserved. TT_NOT_IMPLEMENTED before LibTorch 2.9, and if the device's library counts none. */
TT_API int32_t tt_device_memory(int32_t device_type, int32_t device_index, int64_t *out4);
TT_API int32_t tt_device_reset_peak(int32_t device_type, int32_t device_index);
/* Returns unused reserved memory to the driver. */
TT_API int32_t tt_device_empty_cache(int32_t device_type);
/* A stream from LibTorch's pool; it need not be freed. */
TT_API int32_t tt_stream_new(int32_t device_type, int32_t device_index, int32_t high_priority,
                             int64_t *stream);
TT_API int32_t tt_stream_current(int32_t device_type, int32_t device_index, int64_t *stream);
/* For the calling thread. */
TT_API int32_t tt_stream_use(int32_t device_type, int32_t device_index, int64_t stream);
TT_API int32_t tt_stream_synchronize(int32_t device_type, int32_t device_index, int64_t stream);
TT_API int32_t tt_event_new(int32_t device_type, int32_t timing, tt_event *out);
TT_API void tt_event_free(tt_event self); /* or NULL */
TT_API int32_t tt_event_record(tt_event self, int32_t device_type, int32_t device_index,
                               int64_t stream);
/* Makes the stream wait for the event. */
TT_API int32_t tt_event_block(tt_event self, int32_t device_type, int32_t device_index,
                              int64_t stream);
TT_API int32_t tt_event_synchronize(tt_event self);
/* Between two recorded events with timing. */
TT_API int32_t tt_event_elapsed_ms(tt_event self, tt_event later, double *out);

/* ---- process groups (distributed.cpp) ----
   TT_NOT_IMPLEMENTED if the shim was built without Gloo. */
/* What this build lacks, a static string; NULL if nothing. */
TT_API int32_t tt_distributed_missing(const char **out);
/* One process serves the store (server); the others connect to it, and wait up to the timeout for
   it to come up. */
TT_API int32_t tt_store_new(const char *host, int32_t port, int32_t server, int64_t timeout_ms,
                            tt_store *out);
TT_API void tt_store_free(tt_store self); /* or NULL */
TT_API int32_t tt_store_set(tt_store self, const char *key, const char *value);
/* Pushes the value; waits up to the timeout until the key is set. */
TT_API int32_t tt_store_get(tt_store self, const char *key, tt_stack out);
TT_API int32_t tt_store_has(tt_store self, const char *key, int32_t *out);
/* Adds amount to the key's number and returns the sum. */
TT_API int32_t tt_store_add(tt_store self, const char *key, int64_t amount, int64_t *out);
/* Every rank 0..size-1 calls this with the same name, not used in the store before; address: this
   process's address, at which the others reach it; device: the one whose tensors the group
   exchanges in addition to the CPU's, or the CPU. Tensors on the CPU are exchanged by Gloo, those
   on CUDA by NCCL, those on another accelerator by Gloo, through host memory. Collectives are
   called in the same order by every rank and wait for the others up to the timeout. Trailing _:
   the result replaces every rank's tensor. */
TT_API int32_t tt_group_new(tt_store store, const char *name, int32_t rank, int32_t size,
                            const char *address, int32_t device_type, int32_t device_index,
                            int64_t timeout_ms, tt_group *out);
TT_API void tt_group_free(tt_group self); /* or NULL */
/* tensor: contiguous; op 0 sum, 1 minimum, 2 maximum. */
TT_API int32_t tt_group_all_reduce_(tt_group self, tt_tensor tensor, int32_t op);
TT_API int32_t tt_group_broadcast_(tt_group self, const tt_tensor *tensors, int64_t count,
                                   int32_t root);
/* out: [size, ...], by rank; tensor has the same shape on every rank. */
TT_API int32_t tt_group_all_gather(tt_group self, tt_tensor tensor, tt_tensor *out);
TT_API int32_t tt_group_barrier(tt_group self);
/* The index of the first tensor that is not bit-equal on all ranks; -1 if all are. */
TT_API int32_t tt_group_first_difference(tt_group self, const tt_tensor *tensors, int64_t count,
                                         int64_t *out);

/* ---- gradient averaging over a group (reducer.cpp) ---- */
/* params: leaves of one dtype and device, which the reducer keeps alive; overlap: all-reduce a
   bucket as soon as it is complete, during the backward pass, of which there must then be only one
   per step. */
TT_API int32_t tt_reducer_new(tt_group group, const tt_tensor *params, int64_t count,
                              int64_t bucket_bytes, int32_t overlap, tt_reducer *out);
TT_API void tt_reducer_free(tt_reducer self);     /* or NULL; before its group */
TT_API int32_t tt_reducer_begin(tt_reducer self); /* before the backward pass */
/* After the backward pass: every gradient that any rank has becomes the mean over all ranks, where
   a missing gradient counts as zero; *votes: the sum of all ranks' votes. */
TT_API int32_t tt_reducer_finish(tt_reducer self, double vote, double *votes);

/* ---- profiler (profiler.cpp): one at a time per process ---- */
/* Records the calling thread's operators, and CUDA's kernels. */
TT_API int32_t tt_profiler_start(int32_t record_shapes, int32_t profile_memory);
/* On the same thread; writes a trace in Chrome's format to path, or nothing for NULL. */
TT_API int32_t tt_profiler_stop(const char *path);

/* ---- kernels that LibTorch has no operator for (kernels.cpp) ----
   On the CPU, without autograd. */
/* Pixel-adaptive refinement, float32: images [B,3,H,W], masks [B,C,H,W]; out [B,C,H,W]. */
TT_API int32_t tt_par(tt_tensor images, tt_tensor masks, const int64_t *dilations, int64_t count,
                      int64_t iterations, tt_tensor *out);
/* Permutohedral-lattice bilateral filter, float32: images [B,3,H,W] in 0..255, values [B,K,H,W];
   out [B,K,H,W]. */
TT_API int32_t tt_bilateral_filter(tt_tensor images, tt_tensor values, double sigma_rgb,
                                   double sigma_xy, tt_tensor *out);
/* Dense CRF by mean field: image uint8 [H,W,3], probabilities float32 [C,H,W] in 0..1; out float32
   [C,H,W], which sums to 1 over C. A weight of 0 omits its term; sigmas > 0, in pixels and colour
   levels. Runs on at most `threads` threads, or, for 0, as many as the calling thread's operators
   use; the result does not depend on them. May be called concurrently. */
TT_API int32_t tt_dense_crf(tt_tensor image, tt_tensor probabilities, int64_t iterations,
                            double gaussian_weight, double gaussian_sigma, double bilateral_weight,
                            double bilateral_sigma, double bilateral_sigma_rgb, int32_t threads,
                            tt_tensor *out);
/* Number of vertices in the bilateral term's lattice, which determines the run time together with
   the sizes. */
TT_API int32_t tt_dense_crf_vertices(tt_tensor image, double bilateral_sigma,
                                     double bilateral_sigma_rgb, int64_t *out);

/* ---- images (image.cpp): uint8 [H,W,3], contiguous, on the CPU ----
   Bit-equal to Pillow; single-threaded. Each thread keeps its scratch memory for its next call. */
TT_API int32_t tt_image_brightness_(tt_tensor image, double factor); /* >= 0; 1 changes nothing */
TT_API int32_t tt_image_contrast_(tt_tensor image, double factor);
TT_API int32_t tt_image_saturation_(tt_tensor image, double factor);
/* shift in turns, -0.5..0.5; always converts to 8-bit HSV and back, even for 0. */
TT_API int32_t tt_image_hue_(tt_tensor image, double shift);
TT_API int32_t tt_image_grayscale_(tt_tensor image);
/* Inverts levels >= threshold; threshold 0..256. */
TT_API int32_t tt_image_solarize_(tt_tensor image, int32_t threshold);
/* radius in pixels, 0..10000; 0 changes nothing. */
TT_API int32_t tt_image_gaussian_blur_(tt_tensor image, double radius);
TT_API int32_t tt_image_flip_(tt_tensor image); /* horizontally */
/* Resizes the part of image inside cut (top, left, height, width) to scaled (height, width) and
   writes it to out, uint8 [h,w,3], with its first pixel at place (row, column; may be outside);
   what exceeds out is dropped, the rest of out is black. filter 1 is Pillow's BILINEAR, 2 its
   BICUBIC. image and out share no memory. */
TT_API int32_t tt_image_resample(tt_tensor image, const int64_t *cut, const int64_t *scaled,
                                 const int64_t *place, int32_t filter, tt_tensor out);
/* (level - mean) / deviation, per channel, into out, float32 [3,H,W], contiguous. */
TT_API int32_t tt_image_normalize(tt_tensor image, const double *mean, const double *deviation,
                                  tt_tensor out);

/* ---- TorchScript (jit.cpp) ----
   Several threads may call a module at once; free it when none does. */
/* extra_names: names of extra files saved with the module; their contents are pushed onto extra in
   that order, "" for a missing one. */
TT_API int32_t tt_module_load(const char *path, int32_t device_type, int32_t device_index,
                              const char *const *extra_names, int64_t extra_count, tt_stack extra,
                              tt_module *out);
TT_API void tt_module_free(tt_module self); /* or NULL */
/* The result replaces the arguments (without self) on the stack; on failure it is empty. */
TT_API int32_t tt_module_call(tt_module self, const char *method, tt_stack stack);
/* Pushes one string per method, its schema. */
TT_API int32_t tt_module_methods(tt_module self, tt_stack stack);
/* For each parameter and buffer of the module and its children, pushes its name, the tensor and 1
   for a parameter or 0 for a buffer. The tensors are the module's, not copies. */
TT_API int32_t tt_module_tensors(tt_module self, tt_stack stack);
TT_API int32_t tt_module_train(tt_module self, int32_t on); /* training or evaluation mode */
/* An empty module; name: of its class, such as "Encoder". */
TT_API int32_t tt_module_new(const char *name, tt_module *out);
/* Adds a parameter or buffer that shares the tensor. */
TT_API int32_t tt_module_register(tt_module self, const char *name, tt_tensor tensor,
                                  int32_t is_parameter);
/* Adds a submodule that shares child. */
TT_API int32_t tt_module_add_child(tt_module self, const char *name, tt_module child);
/* Adds methods; source: their definitions in TorchScript. */
TT_API int32_t tt_module_define(tt_module self, const char *source);
TT_API int32_t tt_module_save(tt_module self, const char *path, const char *const *extra_names,
                              const char *const *extra_texts, int64_t extra_count);

/* ---- AOTInductor packages (package.cpp) ----
   TT_NOT_IMPLEMENTED if this LibTorch cannot run them. */
/* path: a .pt2 file, compiled in Python for one device. */
TT_API int32_t tt_package_load(const char *path, tt_package *out);
TT_API void tt_package_free(tt_package self); /* or NULL */
/* Pushes a list of tensors. */
TT_API int32_t tt_package_run(tt_package self, const tt_tensor *inputs, int64_t count,
                              tt_stack results);

#ifdef __cplusplus
}
#endif
#endif
