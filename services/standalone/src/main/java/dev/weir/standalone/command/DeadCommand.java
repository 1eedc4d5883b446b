package dev.weir.standalone.command;

import dev.weir.stream.DeadRequests;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Requests that were given up. */
@Command(
    name = "dead",
    description = {
      "See what became of requests whose stream ended in an error, and ask again.",
      "They lie on the topic weir.dead (of your --prefix)."
    },
    subcommands = {DeadListCommand.class, DeadShowCommand.class, DeadRetryCommand.class})
final class DeadCommand implements Runnable {
  @Spec @Nullable CommandSpec spec;

  @Override
  public void run() {
    Objects.requireNonNull(spec).commandLine().usage(spec.commandLine().getOut());
  }

  /**
   * Connects.
   *
   * @throws CommandException if Kafka does not answer
   */
  static DeadRequests open(KafkaOptions kafka) {
    StreamConfig streams = kafka.streams();
    try (StreamAdmin admin = new StreamAdmin(streams)) {
      if (!admin.answers()) {
        throw new CommandException(
            "no Kafka answers at %s; start weir with 'weir up', or name yours with --bootstrap"
                .formatted(streams.bootstrap()));
      }
    }
    return new DeadRequests(streams);
  }

  /**
   * The error for an id that nobody gave up.
   *
   * @param id what was asked for
   */
  static CommandException notDead(String id) {
    return new CommandException(
        "no request '%s' was given up; 'weir dead list' shows those that were".formatted(id));
  }
}
