/** How fast pictures are drawn. */
@NullMarked
package dev.weir.bench.image;

import org.jspecify.annotations.NullMarked;
