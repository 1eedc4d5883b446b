package dev.weir.bench.stream;

import java.util.List;
import java.util.Map;

/** How the product's gateway is started: who knows the command line says it. */
@FunctionalInterface
public interface GatewayLauncher {
  /**
   * A command that runs a gateway on a free port and prints {@code weir gateway is ready on
   * http://…}.
   *
   * @param jvmOptions such as {@code -Xmx256m}, behind the usual ones
   * @param settings {@code weir.gateway.…} to value
   */
  List<String> command(
      String bootstrap, String prefix, List<String> jvmOptions, Map<String, String> settings);
}
