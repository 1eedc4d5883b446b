/** The script that starts Weir. */
@NullMarked
package dev.weir.standalone.launcher;

import org.jspecify.annotations.NullMarked;
