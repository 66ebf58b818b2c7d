/// A local server: a page that shows what a trained network makes of a photograph and how trainings
/// progress, and the JSON API behind it. HTTP is handled on virtual threads, LibTorch on a few
/// platform threads with a bounded queue. No path of a request reaches the file system: names are
/// looked up in tables.
@NullMarked
package toco.serve;

import org.jspecify.annotations.NullMarked;
