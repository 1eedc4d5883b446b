@NullMarked
package dev.weir.simulation;

import org.jspecify.annotations.NullMarked;
