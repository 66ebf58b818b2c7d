// The vertices of a permutohedral lattice that points have touched: integer coordinates -> index.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace toco {

// d of a vertex's d + 1 coordinates (they sum to 0, so the last is implied), 16 bits each.
struct VertexKey {
  static constexpr int kMaxCoordinates = 8;
  uint64_t words[2] = {0, 0};

  static VertexKey pack(const int16_t (&coordinates)[kMaxCoordinates]) {
    VertexKey key;
    std::memcpy(key.words, coordinates, sizeof key.words);
    return key;
  }
  void unpack(int16_t (&coordinates)[kMaxCoordinates]) const {
    std::memcpy(coordinates, words, sizeof words);
  }
  bool operator==(const VertexKey& o) const {
    return words[0] == o.words[0] && words[1] == o.words[1];
  }
  uint64_t hash() const {
    uint64_t h = words[0] * 0x9E3779B97F4A7C15u ^ words[1] * 0xC2B2AE3D27D4EB4Fu;
    h ^= h >> 32;
    return (h * 0xD6E8FEB86659FD93u) >> 24;
  }
};

// Open addressing with linear probing, at most half full. Indices count up from 0 in order of first
// insertion, so they depend on the points alone.
class VertexTable {
 public:
  static constexpr int32_t kAbsent = -1;

  VertexTable() : slots_(1024, kAbsent) {}

  int32_t size() const { return int32_t(keys_.size()); }
  const VertexKey& key(int32_t vertex) const { return keys_[size_t(vertex)]; }

  int32_t insert(const VertexKey& key) {
    size_t slot = probe(key);
    if (slots_[slot] != kAbsent) return slots_[slot];
    if (2 * (keys_.size() + 1) > slots_.size()) {
      grow();
      slot = probe(key);
    }
    slots_[slot] = size();
    keys_.push_back(key);
    return slots_[slot];
  }

  int32_t find(const VertexKey& key) const { return slots_[probe(key)]; }

 private:
  // The slot that holds the key, or the free one where it belongs.
  size_t probe(const VertexKey& key) const {
    const size_t mask = slots_.size() - 1;  // a power of two, less one
    size_t slot = key.hash() & mask;
    while (slots_[slot] != kAbsent && !(keys_[size_t(slots_[slot])] == key)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kAbsent);
    for (int32_t vertex = 0; vertex < size(); ++vertex) {
      slots_[probe(keys_[size_t(vertex)])] = vertex;
    }
  }

  std::vector<int32_t> slots_;
  std::vector<VertexKey> keys_;
};

}  // namespace toco
