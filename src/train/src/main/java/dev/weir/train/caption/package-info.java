/** The language model that goes on with half-written captions of portraits. */
@NullMarked
package dev.weir.train.caption;

import org.jspecify.annotations.NullMarked;
