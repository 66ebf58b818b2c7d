// Device memory: every address has a hidden twin. LibTorch sees addresses of a mapping without
// access, so host code that touches one faults; kernels and copies use the twin, which is another
// mapping of the same memory.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <cstddef>

namespace standin {

// The device of an address, -1 for one of the host.
int device_of(const void *address);
// The address that host code may use: the twin of a device's, any other as it is.
void *twin(const void *address);
// The device's address whose twin this is; null if it is none.
void *device_address(const void *twin);

c10::DeviceAllocator *device_allocator();

// Page-locked memory: the host's, of which it is known that copies may be late. It is reused only
// after the copies that use it are done, as in LibTorch.
c10::Allocator *pinned_allocator();
bool is_pinned(const void *address);

}  // namespace standin
