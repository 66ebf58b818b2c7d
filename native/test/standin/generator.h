// Random numbers of a device: those of the CPU's generator with the same seed, so that a run on the
// stand-in can be compared with one on the CPU.
#pragma once

#include <ATen/core/Generator.h>

namespace standin {

const at::Generator &default_generator(int device);
at::Generator new_generator(int device);
// The CPU's generator within one of a device.
at::Generator inner_generator(const at::Generator &generator);

}  // namespace standin
