/** Every benchmark, with its peers; each prints its machine and a ratio. */
@NullMarked
package dev.weir.bench;

import org.jspecify.annotations.NullMarked;
