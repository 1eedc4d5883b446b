/** The autoregressive image model: a transformer that writes pictures pixel by pixel. */
@NullMarked
package dev.weir.train.pixel;

import org.jspecify.annotations.NullMarked;
