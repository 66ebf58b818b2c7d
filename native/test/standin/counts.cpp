#include "counts.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

namespace standin {
namespace {

struct Texts {
  std::mutex mutex;
  std::map<std::string, int64_t> operators;
  std::vector<std::string> hazards;
};

Texts &texts() {
  static auto *all = new Texts;  // never freed: threads of LibTorch may outlive static objects
  return *all;
}

std::string lines_of(int32_t which) {
  std::lock_guard<std::mutex> lock(texts().mutex);
  std::string lines;
  if (which == 0) {
    for (const auto &[name, calls] : texts().operators) {
      lines += name + '\t' + std::to_string(calls) + '\n';
    }
  } else {
    for (const auto &hazard : texts().hazards) lines += hazard + '\n';
  }
  return lines;
}

}  // namespace

void count_operator(const std::string &name) {
  count(STANDIN_LAUNCHES);
  std::lock_guard<std::mutex> lock(texts().mutex);
  texts().operators[name]++;
}

void report_hazard(const std::string &text) {
  count(STANDIN_HAZARDS);
  std::lock_guard<std::mutex> lock(texts().mutex);
  texts().hazards.push_back(text);
}

}  // namespace standin

void standin_counts(int64_t *out) {
  std::copy(standin::counts.begin(), standin::counts.end(), out);
}

void standin_reset(void) {
  auto live = standin::counts[STANDIN_LIVE_BYTES].load();
  for (int what = 0; what < STANDIN_COUNTS; what++) {
    if (what != STANDIN_LIVE_BYTES) standin::counts[what] = 0;
  }
  standin::counts[STANDIN_PEAK_BYTES] = live;
  std::lock_guard<std::mutex> lock(standin::texts().mutex);
  standin::texts().operators.clear();
  standin::texts().hazards.clear();
}

int64_t standin_text(int32_t which, char *out, int64_t capacity) {
  auto lines = standin::lines_of(which);
  auto length = static_cast<int64_t>(lines.size());
  std::memcpy(out, lines.data(), static_cast<size_t>(std::min(length, capacity)));
  return length;
}
