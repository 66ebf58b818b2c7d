/// Label maps in the formats of annotation tools: COCO's JSON, CVAT's segmentation masks, GeoTIFF.
@NullMarked
package toco.annotation;

import org.jspecify.annotations.NullMarked;
