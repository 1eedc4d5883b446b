/** Streaming load over HTTP on servers of the OpenAI API. */
@NullMarked
package dev.weir.bench.serve;

import org.jspecify.annotations.NullMarked;
