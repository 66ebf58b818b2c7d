// Device memory: every address has a hidden twin. LibTorch sees addresses of a mapping without
// access, so host code that touches one faults; kernels and copies use the twin, which is another
// mapping of the same memory.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/StorageImpl.h>

#include <cstddef>

namespace standin {

// The device of an address, -1 for one of the host.
int device_of(const void *address);
// The address that host code may use: the twin of a device's, any other as it is.
void *twin(const void *address);

// Gives a storage more memory of the current device; the bytes that it has stay.
void grow(c10::StorageImpl *storage, size_t bytes);

c10::DeviceAllocator *device_allocator();

// Page-locked memory: the host's, of which it is known that copies may be late. It is reused only
// after the copies that use it are done, as in LibTorch.
c10::Allocator *pinned_allocator();
bool is_pinned(const void *address);

}  // namespace standin
