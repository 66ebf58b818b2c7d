package toco.prepare;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What to prepare, and how.
///
/// @param root the data set's folder, `data.root`
/// @param from a folder with the archives or with what was unpacked from them, or the URL of a
///   folder with the archives; null: the publishers' servers
/// @param sbd whether to make train_aug; VOC only
/// @param removeArchives whether to delete downloaded archives in the end
/// @param allowDifferences whether archives and lists may differ from the published ones
public record PrepareOptions(
    Path root,
    @Nullable String from,
    boolean sbd,
    boolean removeArchives,
    boolean allowDifferences) {}
