#include "streams.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace standin {
namespace {

struct Queue {
  std::deque<Task> tasks;
  int64_t submitted = 0;
  int64_t done = 0;
};

// Tasks run under the mutex: they are short copies.
struct Queues {
  std::mutex mutex;
  std::condition_variable changed;
  std::array<std::array<Queue, kStreams>, kDevices> all;
  std::deque<std::pair<StreamKey, int64_t>> wanted;

  Queues() { std::thread(&Queues::serve, this).detach(); }

  Queue &of(StreamKey stream) { return all[stream.device][static_cast<size_t>(stream.id)]; }

  void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return !wanted.empty(); });
      auto [stream, place] = wanted.front();
      wanted.pop_front();
      run_here(stream, place);
      changed.notify_all();
    }
  }

  // A task may itself call this, for the stream that its own waits for.
  void run_here(StreamKey stream, int64_t place) {
    auto &queue = of(stream);
    while (queue.done < place && !queue.tasks.empty()) {
      auto task = std::move(queue.tasks.front());
      queue.tasks.pop_front();
      task.work();
      queue.done++;
      left.fetch_sub(1);
    }
  }

  std::atomic<int64_t> left{0};  // tasks of all streams, read without the mutex
};

Queues &queues() {
  static auto *all = new Queues;  // never freed: its thread may outlive static objects
  return *all;
}

bool overlaps(const void *begin, size_t bytes, const void *other, size_t other_bytes) {
  auto a = reinterpret_cast<uintptr_t>(begin), b = reinterpret_cast<uintptr_t>(other);
  return other && a < b + other_bytes && b < a + bytes;
}

double now_ms() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(since).count();
}

thread_local int device_in_use = 0;
thread_local std::array<int64_t, kDevices> streams_in_use{};

}  // namespace

int current_device() { return device_in_use; }
void set_current_device(int device) { device_in_use = device; }
StreamKey current_stream(int device) { return {device, streams_in_use[device]}; }
void set_current_stream(StreamKey stream) { streams_in_use[stream.device] = stream.id; }

StreamKey pooled_stream(int device) {
  static std::atomic<int64_t> next{0};
  return {device, 1 + next.fetch_add(1) % (kStreams - 1)};
}

int64_t submit(StreamKey stream, Task task) {
  std::lock_guard<std::mutex> lock(queues().mutex);
  auto &queue = queues().of(stream);
  queue.tasks.push_back(std::move(task));
  queues().left.fetch_add(1);
  return ++queue.submitted;
}

void submit_wait(StreamKey stream, StreamKey other, int64_t place) {
  if (stream == other) return;  // in order anyway
  submit(stream, {[=] { queues().run_here(other, place); }});
}

int64_t submitted(StreamKey stream) {
  std::lock_guard<std::mutex> lock(queues().mutex);
  return queues().of(stream).submitted;
}

bool is_done(StreamKey stream, int64_t place) {
  std::lock_guard<std::mutex> lock(queues().mutex);
  return queues().of(stream).done >= place;
}

void hasten(StreamKey stream, int64_t place) {
  std::lock_guard<std::mutex> lock(queues().mutex);
  queues().wanted.emplace_back(stream, place);
  queues().changed.notify_all();
}

void run(StreamKey stream, int64_t place) {
  if (queues().left.load() == 0) return;
  std::unique_lock<std::mutex> lock(queues().mutex);
  auto &queue = queues().of(stream);
  if (queue.done >= place) return;
  queues().wanted.emplace_back(stream, place);
  queues().changed.notify_all();
  queues().changed.wait(lock, [&] { return queue.done >= place; });
}

void run_all(StreamKey stream) {
  if (queues().left.load() > 0) run(stream, submitted(stream));
}

void run_device(int device) {
  for (int64_t id = 0; id < kStreams; id++) run_all({device, id});
}

std::string pending_use(const void *begin, size_t bytes, StreamKey except, bool reads) {
  if (queues().left.load() == 0) return "";
  std::lock_guard<std::mutex> lock(queues().mutex);
  for (int device = 0; device < kDevices; device++) {
    for (int64_t id = 0; id < kStreams; id++) {
      StreamKey stream{device, id};
      if (stream == except) continue;
      for (const auto &task : queues().of(stream).tasks) {
        if (overlaps(begin, bytes, task.writes, task.bytes) ||
            (reads && overlaps(begin, bytes, task.reads, task.bytes))) {
          return "stream " + std::to_string(id) + " of device " + std::to_string(device);
        }
      }
    }
  }
  return "";
}

bool is_pending(const void *begin, size_t bytes) {
  return !pending_use(begin, bytes, {-1, -1}, true).empty();
}

void record(Event &event, StreamKey stream) {
  auto passed = std::make_shared<double>(0);
  event.passed_ms = passed;
  event.stream = stream;
  event.place = submit(stream, {[passed] { *passed = now_ms(); }});
}

}  // namespace standin
