// What a team has in C++ already: an operator with a gradient of its own, a class, and a plain
// function on tensors.

#include <torch/custom_class.h>
#include <torch/torch.h>

#include <cstdint>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// x + sin(frequency * x)^2 / frequency, the "snake" activation, on the CPU and element by element.
at::Tensor snake_kernel(const at::Tensor &x, double frequency) {
  auto y = at::empty_like(x, at::MemoryFormat::Contiguous);
  auto plain = x.contiguous();
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "snake", [&] {
    const auto *in = plain.const_data_ptr<scalar_t>();
    auto *out = y.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, x.numel(), 4096, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        auto s = std::sin(frequency * in[i]);
        out[i] = static_cast<scalar_t>(in[i] + s * s / frequency);
      }
    });
  });
  return y;
}

struct Snake : torch::autograd::Function<Snake> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x, double frequency) {
    context->save_for_backward({x});
    context->saved_data["frequency"] = frequency;
    at::AutoDispatchBelowAutograd below;
    return c10::Dispatcher::singleton()
        .findSchemaOrThrow("mine::snake", "")
        .typed<at::Tensor(const at::Tensor &, double)>()
        .call(x, frequency);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto x = context->get_saved_variables()[0];
    auto frequency = context->saved_data["frequency"].toDouble();
    return {gradients[0] * (1 + at::sin(2 * frequency * x)), at::Tensor()};
  }
};

at::Tensor snake_autograd(const at::Tensor &x, double frequency) {
  return Snake::apply(x, frequency);
}

// State that lives in C++: how often something happened.
struct Counter : torch::CustomClassHolder {
  int64_t count;
  explicit Counter(int64_t first) : count(first) {}
  int64_t increment(int64_t by) { return count += by; }
};

at::Tensor add_count(const at::Tensor &x, const c10::intrusive_ptr<Counter> &counter) {
  return x + counter->count;
}

TORCH_LIBRARY(mine, library) {
  library.def("snake(Tensor x, float frequency) -> Tensor");
  library.class_<Counter>("Counter")
      .def(torch::init<int64_t>())
      .def("increment", &Counter::increment);
  library.def("add_count(Tensor x, __torch__.torch.classes.mine.Counter counter) -> Tensor",
              add_count);
}
TORCH_LIBRARY_IMPL(mine, CPU, library) { library.impl("snake", snake_kernel); }
TORCH_LIBRARY_IMPL(mine, Autograd, library) { library.impl("snake", snake_autograd); }

}  // namespace

// A plain C function: Java passes handles of tensors, which are at::Tensor *, and takes the result
// as one. The result stays this library's until release_tensor.
extern "C" __attribute__((visibility("default"))) at::Tensor *row_norms(const at::Tensor *x) {
  return new at::Tensor(x->norm(2, {1}));
}
extern "C" __attribute__((visibility("default"))) void release_tensor(at::Tensor *tensor) {
  delete tensor;
}
