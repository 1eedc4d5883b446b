/** Many schedules of a simulated cluster, and what happened in them. */
@NullMarked
package dev.weir.bench.simulation;

import org.jspecify.annotations.NullMarked;
