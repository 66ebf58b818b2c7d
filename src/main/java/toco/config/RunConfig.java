package toco.config;

import java.nio.file.Path;

/// `run.*`: identity of a run.
///
/// @param dir folder that receives checkpoints, metrics and pictures, relative to the working
///   directory; made if it does not exist
/// @param seed seed of every random draw of the run: initialisation, order, augmentation, crops
public record RunConfig(@Default("runs/voc_deit_b") Path dir, @Default("0") long seed) {}
