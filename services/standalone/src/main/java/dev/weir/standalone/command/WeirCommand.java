package dev.weir.standalone.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The top of the command line. */
@Command(
    name = "weir",
    description = "Generative models served as durable streams on Kafka.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    subcommands = {
      UpCommand.class,
      PullCommand.class,
      ChatCommand.class,
      GenerateCommand.class,
      FollowCommand.class,
      DeadCommand.class,
      GatewayCommand.class,
      TextWorkerCommand.class,
      BrokerCommand.class,
      CheckCommand.class,
      BenchCommand.class
    })
public final class WeirCommand implements Runnable {

  /** Runs a command line and returns its exit code. */
  public static int run(String... args) {
    return run(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        args);
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine weir =
        new CommandLine(new WeirCommand())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(WeirCommand::report);
    weir.getSubcommands().values().forEach(sub -> sub.setUsageHelpAutoWidth(true));
    return weir.execute(args);
  }

  private static int report(Exception e, CommandLine command, CommandLine.ParseResult result) {
    LoggerFactory.getLogger(WeirCommand.class).debug("{} failed", command.getCommandName(), e);
    command.getErr().println("weir: " + sentence(e));
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String sentence(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
