@NullMarked
package dev.weir.torch;

import org.jspecify.annotations.NullMarked;
