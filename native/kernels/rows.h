// Rows of channels as vectors of 8 floats on every processor, so that sums have one order
// everywhere.
#pragma once

#include <cstdint>

#include "simd.h"

namespace toco {

constexpr int64_t kBlock = 8;  // floats

// Aligned to its 32 bytes, as rows are; a pair of SSE registers without AVX.
typedef float Block __attribute__((vector_size(4 * kBlock), may_alias));

inline int64_t padded_channels(int64_t channels) {
  return (channels + kBlock - 1) / kBlock * kBlock;
}

// `Count` consecutive blocks of a row, or the only number of a row.
template <int Count>
struct BlockPart {
  using Vector = Block;
  static constexpr int kVectors = Count;
};
struct NumberPart {
  using Vector = float;
  static constexpr int kVectors = 1;
};

// Calls body(part, offset in floats) for the parts of a row, each small enough for registers. Rows
// have one float or a multiple of 8.
template <class Body>
TOCO_INLINE void for_row_parts(int64_t channels, const Body &body) {
  if (channels == 1) {
    body(NumberPart{}, 0);
    return;
  }
  int64_t offset = 0;
  for (; channels - offset > 4 * kBlock; offset += 4 * kBlock) body(BlockPart<4>{}, offset);
  switch ((channels - offset) / kBlock) {
    case 1: body(BlockPart<1>{}, offset); break;
    case 2: body(BlockPart<2>{}, offset); break;
    case 3: body(BlockPart<3>{}, offset); break;
    case 4: body(BlockPart<4>{}, offset); break;
    default: break;
  }
}

}  // namespace toco
