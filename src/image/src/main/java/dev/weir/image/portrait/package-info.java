/**
 * Portraits of 16x16 pixels: their attributes, how they are drawn, and the words for them. The
 * design is DiceBear's "pixel-art" (CC0 1.0).
 */
@NullMarked
package dev.weir.image.portrait;

import org.jspecify.annotations.NullMarked;
