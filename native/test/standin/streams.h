// Queues of copies. As on a GPU, work of one stream is in order, and nothing else is: a copy is
// carried out by another thread when its stream's next operator, an event or a synchronization
// needs it, and not before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace standin {

constexpr int kDevices = 2;
constexpr int kStreams = 33;  // the default stream, 0, and those of the pool

struct StreamKey {
  int device;
  int64_t id;
  bool operator==(const StreamKey &other) const { return device == other.device && id == other.id; }
};

// The bytes that a task reads and writes, by the addresses that LibTorch knows.
struct Task {
  std::function<void()> work;
  const void *reads = nullptr;
  const void *writes = nullptr;
  size_t bytes = 0;
};

int current_device();
void set_current_device(int device);
StreamKey current_stream(int device);
void set_current_stream(StreamKey stream);
StreamKey pooled_stream(int device);

// Appends a task to a stream; its place in the stream, from 1 on.
int64_t submit(StreamKey stream, Task task);
// Makes the stream's later tasks wait until another stream has passed a place.
void submit_wait(StreamKey stream, StreamKey other, int64_t place);
int64_t submitted(StreamKey stream);
bool is_done(StreamKey stream, int64_t place);
// Asks for the tasks up to a place, and returns at once.
void hasten(StreamKey stream, int64_t place);
// Waits until the tasks up to a place are done.
void run(StreamKey stream, int64_t place);
void run_all(StreamKey stream);
void run_device(int device);

// The stream, other than the given one, that has a task left which writes (or, with reads, uses)
// one of these bytes; "" if there is none.
std::string pending_use(const void *begin, size_t bytes, StreamKey except, bool reads);
// Whether any task left uses one of these bytes.
bool is_pending(const void *begin, size_t bytes);

// A place in a stream, and when it was passed.
struct Event {
  StreamKey stream{};
  int64_t place = 0;  // 0: not recorded yet
  std::shared_ptr<double> passed_ms;
};
void record(Event &event, StreamKey stream);

}  // namespace standin
