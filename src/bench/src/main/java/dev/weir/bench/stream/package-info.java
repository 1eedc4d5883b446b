/** How streams scale: delays, memory and traffic of gateways under many readers. */
@NullMarked
package dev.weir.bench.stream;

import org.jspecify.annotations.NullMarked;
