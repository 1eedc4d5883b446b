package dev.weir.standalone.command;

import dev.weir.stream.DeadLetter;
import dev.weir.stream.DeadRequests;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one dead request. */
@Command(
    name = "show",
    description = "Show one request that was given up: its error, its headers and what it asks.")
final class DeadShowCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "REQUEST_ID", description = "as 'weir dead list' shows it")
  String requestId = "";

  @Option(names = "--json", description = "as a JSON object")
  boolean json;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    DeadLetter letter;
    try (DeadRequests dead = DeadCommand.open(kafka)) {
      letter = dead.find(requestId).orElseThrow(() -> DeadCommand.notDead(requestId));
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(DeadPrinter.json(letter));
    } else {
      DeadPrinter.print(letter, out);
    }
    return 0;
  }
}
