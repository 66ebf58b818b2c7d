/// The image formats of cameras, microscopes and clinics: TIFF, BMP, WebP and DICOM. Headers are
/// read here, within bounds; optional libraries, which nothing else touches, decode the pixels of
/// TIFF and WebP.
@NullMarked
package toco.image.formats;

import org.jspecify.annotations.NullMarked;
