@NullMarked
package dev.weir.image.draw;

import org.jspecify.annotations.NullMarked;
