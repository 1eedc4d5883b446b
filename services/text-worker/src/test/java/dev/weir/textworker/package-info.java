@NullMarked
package dev.weir.textworker;

import org.jspecify.annotations.NullMarked;
