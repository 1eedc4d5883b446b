package dev.weir.bench.stream;

/** What the load asks for. */
final class LoadRequest {
  /** Fields of the request: an answer that goes on until the benchmark ends it. */
  static final String FIELDS =
      "\"model\":\"%s\",\"prompt\":\"Go on.\",\"max_tokens\":1000000".formatted(PacedWorker.MODEL);

  private LoadRequest() {}
}
