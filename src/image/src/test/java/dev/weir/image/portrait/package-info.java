@NullMarked
package dev.weir.image.portrait;

import org.jspecify.annotations.NullMarked;
