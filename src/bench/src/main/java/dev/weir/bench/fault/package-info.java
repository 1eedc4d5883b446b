/** Faults on real processes, while every token of every stream is checked. */
@NullMarked
package dev.weir.bench.fault;

import org.jspecify.annotations.NullMarked;
