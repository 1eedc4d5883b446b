@NullMarked
package dev.weir.train.caption;

import org.jspecify.annotations.NullMarked;
