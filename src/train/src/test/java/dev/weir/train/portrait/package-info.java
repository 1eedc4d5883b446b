@NullMarked
package dev.weir.train.portrait;

import org.jspecify.annotations.NullMarked;
