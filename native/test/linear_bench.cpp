// The linear layer of `toco bench ops` in C++, for comparison with the bridge. Prints one JSON
// object.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace {

constexpr int kRows = 1568, kIn = 768, kOut = 3072, kWarmUp = 5, kRounds = 40;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main() {
  at::NoGradGuard no_grad;
  at::manual_seed(0);
  auto input = at::randn({kRows, kIn}), weight = at::randn({kOut, kIn}), bias = at::randn({kOut});
  for (int i = 0; i < kWarmUp; i++) at::linear(input, weight, bias);
  std::vector<double> rounds;
  for (int i = 0; i < kRounds; i++) {
    double start = seconds();
    at::linear(input, weight, bias);  // [1568, 3072]; the time includes freeing it, as in Java
    rounds.push_back(seconds() - start);
  }
  double typical = median(rounds);
  std::printf("{\"linearMs\": %.4f, \"linearGflops\": %.2f, \"threads\": %d}\n", typical * 1e3,
              2e-9 * kRows * kIn * kOut / typical, at::get_num_threads());
}
