/** Durable streams on Kafka: topics, intake, chunk log, rule, control, model registry. */
@NullMarked
package dev.weir.stream;

import org.jspecify.annotations.NullMarked;
