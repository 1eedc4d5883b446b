@NullMarked
package dev.weir.stream;

import org.jspecify.annotations.NullMarked;
