/** What models that draw portraits are worth, by what they draw. */
@NullMarked
package dev.weir.bench.image;

import org.jspecify.annotations.NullMarked;
