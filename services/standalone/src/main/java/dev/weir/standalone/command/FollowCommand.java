package dev.weir.standalone.command;

import dev.weir.client.Answer;
import dev.weir.client.AnswerException;
import dev.weir.stream.Cursor;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a stream. */
@Command(
    name = "follow",
    description = {
      "Print the stream of a request, live or replayed; leaving it does not cancel the request.",
      "Ctrl-C leaves."
    })
final class FollowCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "REQUEST_ID", description = "as generate prints it")
  String requestId = "";

  @Option(names = "--from-start", description = "from the first token (the default)")
  boolean fromStart;

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "behind this place (partition-offset), as an event stream's id says it")
  @Nullable String after;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Cursor cursor = after == null || fromStart ? null : Cursor.parse(after);
    if (after != null && cursor == null && !fromStart) {
      throw new CommandException(
          "--after %s is not partition-offset, such as 3-1042".formatted(after));
    }
    try (ClientSession session = ClientSession.open(kafka.streams(), null, ClientSession.Kind.ANY);
        Answer answer =
            cursor == null
                ? session.client().follow(requestId)
                : session.client().resume(requestId, cursor)) {
      AnswerPrinter.print(answer, Objects.requireNonNull(spec).commandLine().getOut());
    } catch (AnswerException e) {
      throw new CommandException("request %s: %s".formatted(requestId, e.getMessage()), e);
    }
    return 0;
  }
}
