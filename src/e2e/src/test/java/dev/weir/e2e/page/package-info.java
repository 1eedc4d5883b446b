/** The page in a real browser, against a scripted gateway or against the real one. */
@NullMarked
package dev.weir.e2e.page;

import org.jspecify.annotations.NullMarked;
