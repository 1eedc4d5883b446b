package dev.weir.bench.fault;

import java.util.List;

/** How the {@code weir} program is started in a process of its own. */
@FunctionalInterface
public interface WeirProgram {
  /**
   * A command line.
   *
   * @param jvmOptions beside those that the program needs anyway
   * @param arguments of {@code weir}
   */
  List<String> command(List<String> jvmOptions, List<String> arguments);
}
