/** Measures models that draw: how well, and how fast. */
@NullMarked
package dev.weir.bench.image;

import org.jspecify.annotations.NullMarked;
