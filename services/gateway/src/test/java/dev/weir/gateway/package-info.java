/** Tests over real sockets, on streams in memory. */
@NullMarked
package dev.weir.gateway;

import org.jspecify.annotations.NullMarked;
