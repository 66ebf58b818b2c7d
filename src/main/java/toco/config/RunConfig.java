package toco.config;

import java.nio.file.Path;

/// `run.*`: folder and seed of a run.
///
/// @param dir folder for checkpoints, metrics and pictures, relative to the working directory;
///   created if it does not exist
/// @param seed seed of all random numbers of the run: initialisation, order of the samples,
///   augmentation, crops
public record RunConfig(@Default("runs/voc_deit_b") Path dir, @Default("0") long seed) {}
