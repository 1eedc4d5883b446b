/** Training of the built-in models. */
@NullMarked
package dev.weir.train;

import org.jspecify.annotations.NullMarked;
