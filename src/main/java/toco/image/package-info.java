/// Image files to and from off-heap memory, what is done to pixels before the network sees them,
/// and the pictures that a run leaves behind.
///
/// Decoding gives the very bytes that Pillow's `convert("RGB")` gives, into memory of the caller's
/// arena. Everything here is a pure function of its arguments: random draws are made elsewhere and
/// handed in. Nothing here knows of data sets or of ToCo.
@NullMarked
package toco.image;

import org.jspecify.annotations.NullMarked;
