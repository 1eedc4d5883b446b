@NullMarked
package dev.weir.text.weights;

import org.jspecify.annotations.NullMarked;
