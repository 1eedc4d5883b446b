package dev.weir.bench.text;

import java.util.Map;

/** Somebody who generates text on this machine. */
interface Contestant extends AutoCloseable {
  /** In results: {@code weir}, {@code llamacpp-q8_0}, {@code openvino}. */
  String name();

  /** A setting of which the better one counts, such as flash attention; empty without one. */
  String setting();

  /** What it runs, for the head of the report: version, file, backend. */
  String description();

  /** Measures each thing once, in tokens per second. */
  Map<Measure, Double> round() throws InterruptedException;

  @Override
  void close();
}
