@NullMarked
package dev.weir.train.judge;

import org.jspecify.annotations.NullMarked;
