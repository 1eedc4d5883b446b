/** Weights as they lie in files: memory-mapped, dequantised as they are read. */
@NullMarked
package dev.weir.text.weights;

import org.jspecify.annotations.NullMarked;
