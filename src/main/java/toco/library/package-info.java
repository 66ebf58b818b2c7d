/// Finds LibTorch and the shim on this machine or on the class path, and loads them.
///
/// [toco.library.NativeSearch] has the order of the search, docs/BRIDGE.md explains it to users.
@NullMarked
package toco.library;

import org.jspecify.annotations.NullMarked;
