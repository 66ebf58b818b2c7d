// Hash table of the vertices of a permutohedral lattice that points touch: coordinates -> index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace toco {

// d of a vertex's d + 1 coordinates (they sum to 0, so the last is implied), 16 bits each, in two
// machine words. Addition and subtraction wrap, per coordinate.
struct VertexKey {
  static constexpr int kMaxCoordinates = 8;
  typedef int16_t Coordinates __attribute__((vector_size(2 * kMaxCoordinates)));
  Coordinates coordinates = {};

  VertexKey operator+(const VertexKey &o) const { return {coordinates + o.coordinates}; }
  VertexKey operator-(const VertexKey &o) const { return {coordinates - o.coordinates}; }
  bool operator==(const VertexKey &o) const {
    return std::memcmp(&coordinates, &o.coordinates, sizeof coordinates) == 0;
  }
  uint64_t hash() const {
    uint64_t words[2];
    std::memcpy(words, &coordinates, sizeof words);
    uint64_t h = words[0] * 0x9E3779B97F4A7C15u ^ words[1] * 0xC2B2AE3D27D4EB4Fu;
    h ^= h >> 32;
    return (h * 0xD6E8FEB86659FD93u) >> 24;
  }
};

// Open addressing with linear probing, at most half full. Indices count up from 0 in order of first
// insertion, so they depend on the points alone. A slot holds bits of its key's hash next to the
// index, so that a probe rarely reads another key.
class VertexTable {
 public:
  static constexpr int32_t kAbsent = -1;

  VertexTable() : slots_(1024, kFree) {}

  int32_t size() const { return int32_t(keys_.size()); }
  const VertexKey &key(int32_t vertex) const { return keys_[size_t(vertex)]; }

  // For callers with many keys: prefetch their slots first, so that cache misses overlap.
  void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }

  int32_t insert(const VertexKey &key) { return insert(key, key.hash()); }
  int32_t insert(const VertexKey &key, uint64_t hash) {
    size_t slot = probe(key, hash);
    if (slots_[slot].vertex != kAbsent) return slots_[slot].vertex;
    if (2 * (keys_.size() + 1) > slots_.size()) {
      grow();
      slot = probe(key, hash);
    }
    slots_[slot] = {tag(hash), size()};
    keys_.push_back(key);
    return size() - 1;
  }

  int32_t find(const VertexKey &key) const { return find(key, key.hash()); }
  int32_t find(const VertexKey &key, uint64_t hash) const {
    return slots_[probe(key, hash)].vertex;
  }

 private:
  struct Slot {
    uint32_t tag;
    int32_t vertex;
  };
  static constexpr Slot kFree = {0, kAbsent};

  static uint32_t tag(uint64_t hash) { return uint32_t(hash >> 8); }

  // The slot that holds the key, or the free one where it belongs.
  size_t probe(const VertexKey &key, uint64_t hash) const {
    const size_t mask = slots_.size() - 1;  // a power of two minus one
    const uint32_t wanted = tag(hash);
    size_t slot = hash & mask;
    while (slots_[slot].vertex != kAbsent &&
           !(slots_[slot].tag == wanted && keys_[size_t(slots_[slot].vertex)] == key)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kFree);
    for (int32_t vertex = 0; vertex < size(); ++vertex) {
      const uint64_t hash = key(vertex).hash();
      slots_[probe(key(vertex), hash)] = {tag(hash), vertex};
    }
  }

  std::vector<Slot> slots_;
  std::vector<VertexKey> keys_;
};

}  // namespace toco
