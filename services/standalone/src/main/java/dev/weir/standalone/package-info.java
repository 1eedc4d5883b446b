/** The command line, and everything in one process. */
@NullMarked
package dev.weir.standalone;

import org.jspecify.annotations.NullMarked;
