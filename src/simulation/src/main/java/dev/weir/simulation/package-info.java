/** The stream protocol of a whole cluster in one thread and in virtual time. */
@NullMarked
package dev.weir.simulation;

import org.jspecify.annotations.NullMarked;
