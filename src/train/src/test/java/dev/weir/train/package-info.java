@NullMarked
package dev.weir.train;

import org.jspecify.annotations.NullMarked;
