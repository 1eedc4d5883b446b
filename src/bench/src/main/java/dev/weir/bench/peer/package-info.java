/** What Weir is compared with: programs that are installed beside it and run as processes. */
@NullMarked
package dev.weir.bench.peer;

import org.jspecify.annotations.NullMarked;
