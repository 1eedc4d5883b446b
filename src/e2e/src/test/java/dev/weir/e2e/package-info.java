/** Whole-system tests: real broker, real processes, real browser. */
@NullMarked
package dev.weir.e2e;

import org.jspecify.annotations.NullMarked;
