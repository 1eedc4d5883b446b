@NullMarked
package dev.weir.kernels;

import org.jspecify.annotations.NullMarked;
