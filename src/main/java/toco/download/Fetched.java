package toco.download;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file that is complete.
///
/// @param checksum the hash that was stated for it, and is its; null if none is known
/// @param existed whether it was there before
public record Fetched(Path file, long bytes, @Nullable Checksum checksum, boolean existed) {}
