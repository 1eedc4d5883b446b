/** Absorbing (masked) diffusion over palette indices. */
@NullMarked
package dev.weir.train.masked;

import org.jspecify.annotations.NullMarked;
