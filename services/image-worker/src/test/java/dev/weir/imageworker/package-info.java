@NullMarked
package dev.weir.imageworker;

import org.jspecify.annotations.NullMarked;
