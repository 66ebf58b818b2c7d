/// Images: decoding and encoding of files, geometric and photometric changes, and drawing of
/// pictures.
///
/// Decoding gives the same bytes as Pillow's `convert("RGB")`, in memory of the caller's arena.
/// Everything here is a pure function of its arguments; random numbers are passed in. The package
/// does not depend on data sets or on ToCo.
@NullMarked
package toco.image;

import org.jspecify.annotations.NullMarked;
