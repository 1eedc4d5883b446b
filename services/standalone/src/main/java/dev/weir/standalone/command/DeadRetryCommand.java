package dev.weir.standalone.command;

import dev.weir.proto.InvalidRequestException;
import dev.weir.stream.DeadLetter;
import dev.weir.stream.DeadRequest;
import dev.weir.stream.DeadRequests;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes dead requests again. */
@Command(
    name = "retry",
    description = {
      "Publish a request that was given up again, or all that were not retried yet.",
      "It gets a new id, since an id is written once; its record names the old one in the header"
          + " retry-of. Its old deadline does not count any more."
    })
final class DeadRetryCommand implements Callable<Integer> {
  private static final int MOST = 10_000;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "REQUEST_ID",
      description = "as 'weir dead list' shows it")
  @Nullable String requestId;

  @Option(names = "--all", description = "the newest " + MOST + " that were not retried yet")
  boolean all;

  @Option(names = "--again", description = "also one that was retried before")
  boolean again;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine terminal = Objects.requireNonNull(spec).commandLine();
    if (all == (requestId != null)) {
      throw new ParameterException(
          terminal, "name one REQUEST_ID, or say --all" + (all ? ", not both" : ""));
    }
    if (all && again) {
      throw new ParameterException(terminal, "--again is for one REQUEST_ID, not for --all");
    }
    try (DeadRequests dead = DeadCommand.open(kafka)) {
      return requestId != null
          ? retryOne(dead, requestId, terminal.getOut())
          : retryAll(dead, terminal.getOut(), terminal.getErr());
    }
  }

  private int retryOne(DeadRequests dead, String id, PrintWriter out) {
    DeadLetter letter = dead.find(id).orElseThrow(() -> DeadCommand.notDead(id));
    String before = letter.about().retriedAs();
    if (before != null && !again) {
      throw new CommandException(
          "request %s was retried as %s already; --again retries it once more"
              .formatted(id, before));
    }
    retry(dead, letter, out);
    return 0;
  }

  private static void retry(DeadRequests dead, DeadLetter letter, PrintWriter out) {
    String newId = dead.retry(letter);
    out.printf(
        "%s is retried as %s; read it: weir follow %s%n",
        DeadPrinter.line(letter.about().id(), 128), newId, newId);
  }

  private static int retryAll(DeadRequests dead, PrintWriter out, PrintWriter err) {
    Set<String> open =
        dead.list(MOST).requests().stream()
            .filter(about -> about.retriedAs() == null)
            .map(DeadRequest::id)
            .collect(Collectors.toSet());
    List<String> failed = new ArrayList<>();
    dead.find(
        open,
        letter -> {
          try {
            retry(dead, letter, out);
          } catch (InvalidRequestException e) { // others may do
            failed.add(letter.about().id());
            err.printf(
                "%s is not retried: %s%n",
                DeadPrinter.line(letter.about().id(), 128), e.getMessage());
          }
        });
    out.printf("%d retried, %d not%n", open.size() - failed.size(), failed.size());
    return failed.isEmpty() ? 0 : 1;
  }
}
