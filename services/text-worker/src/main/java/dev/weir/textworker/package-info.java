/** Requests from Kafka into the text engine, chunks back. */
@NullMarked
package dev.weir.textworker;

import org.jspecify.annotations.NullMarked;
