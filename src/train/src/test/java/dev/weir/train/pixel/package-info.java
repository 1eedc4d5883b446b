@NullMarked
package dev.weir.train.pixel;

import org.jspecify.annotations.NullMarked;
