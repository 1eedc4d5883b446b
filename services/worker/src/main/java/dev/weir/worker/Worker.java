package dev.weir.worker;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Serves models: takes their requests from Kafka and writes their streams. */
public interface Worker extends AutoCloseable {
  /** Name of this worker. */
  String worker();

  /** Names under which it takes requests. */
  List<String> models();

  /** Whether all is warm and requests are taken: true until something fails or a close. */
  boolean ready();

  /** Completes with the cause if an engine ever stops by a fatal error; closing does not count. */
  CompletionStage<Throwable> failure();

  /**
   * Ends in order: takes nothing more, lets what runs go on for a moment, hands the rest over to
   * other workers, and frees the models.
   */
  @Override
  void close();
}
