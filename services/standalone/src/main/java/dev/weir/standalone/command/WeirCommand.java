package dev.weir.standalone.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

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
      ImagineCommand.class,
      FollowCommand.class,
      DeadCommand.class,
      GatewayCommand.class,
      TextWorkerCommand.class,
      ImageWorkerCommand.class,
      BrokerCommand.class,
      CheckCommand.class,
      BenchCommand.class,
      TrainCommand.class
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
    IParameterExceptionHandler usual = weir.getParameterExceptionHandler();
    weir.setParameterExceptionHandler((e, all) -> usual.handleParseException(misspelt(e), all));
    weir.getSubcommands().values().forEach(sub -> sub.setUsageHelpAutoWidth(true));
    return weir.execute(args);
  }

  /** An option that is not there may well be the one that is missing: it is what to tell. */
  private static ParameterException misspelt(ParameterException e) {
    List<String> unknown =
        e.getCommandLine().getUnmatchedArguments().stream()
            .filter(argument -> argument.startsWith("-"))
            .toList();
    return e instanceof MissingParameterException && !unknown.isEmpty()
        ? new UnmatchedArgumentException(e.getCommandLine(), unknown)
        : e;
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
