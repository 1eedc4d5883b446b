package dev.weir.standalone.command;

import dev.weir.stream.DeadRequest;
import dev.weir.stream.DeadRequests;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the dead requests. */
@Command(
    name = "list",
    description = "List the newest requests that were given up, each once, the newest last.")
final class DeadListCommand implements Callable<Integer> {
  private static final int MOST = 10_000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "how many, 1 to " + MOST + " (default: ${DEFAULT-VALUE})",
      defaultValue = "100")
  int limit;

  @Option(names = "--json", description = "as a JSON array")
  boolean json;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    var terminal = Objects.requireNonNull(spec).commandLine();
    if (limit < 1 || limit > MOST) {
      throw new ParameterException(
          terminal, "--limit is %d, must be 1 to %d".formatted(limit, MOST));
    }
    DeadRequests.Listing listing;
    try (DeadRequests dead = DeadCommand.open(kafka)) {
      listing = dead.list(limit);
    }
    PrintWriter out = terminal.getOut();
    if (json) {
      out.println(DeadPrinter.json(listing.requests()));
    } else {
      print(listing, out);
    }
    if (listing.more()) {
      terminal.getErr().println("there are older ones; --limit N shows more");
    }
    return 0;
  }

  private static void print(DeadRequests.Listing listing, PrintWriter out) {
    if (listing.requests().isEmpty()) {
      out.println("no request was given up");
      return;
    }
    String row = "%-20s  %-36s  %-16s  %-12s  %8s  %s%n";
    out.printf(row, "TIME (UTC)", "ID", "MODEL", "TENANT", "ATTEMPTS", "REASON");
    for (DeadRequest dead : listing.requests()) {
      out.printf(
          row,
          DeadPrinter.time(dead.timeMs()),
          DeadPrinter.line(dead.id(), 128),
          DeadPrinter.line(dead.model(), 180),
          DeadPrinter.line(dead.tenant(), 64),
          dead.attempts() == 0 ? "-" : Integer.toString(dead.attempts()),
          DeadPrinter.reason(dead, 120));
    }
  }
}
