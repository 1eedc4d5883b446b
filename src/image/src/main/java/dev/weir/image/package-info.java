/** Pictures: palettes, PNG, and the portraits that the built-in image models draw. */
@NullMarked
package dev.weir.image;

import org.jspecify.annotations.NullMarked;
