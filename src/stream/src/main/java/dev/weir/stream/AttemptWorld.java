package dev.weir.stream;

import java.time.Duration;
import java.time.InstantSource;

/**
 * What an attempt acts on: in the product Kafka, an engine and the clock; in simulations all of it
 * in virtual time.
 *
 * @param worker name of this worker
 * @param numericsId attempts with the same one give the same tokens
 * @param defaultDeadline of a request that names none, counted from its creation
 */
public record AttemptWorld(
    String worker,
    String numericsId,
    Duration defaultDeadline,
    LogReader reader,
    LogWriter writer,
    Generator generator,
    Cancellations cancellations,
    InstantSource clock) {}
