/// Downloads of files: resumed, verified, and complete or not there.
@NullMarked
package toco.download;

import org.jspecify.annotations.NullMarked;
