package dev.weir.standalone.command;

import dev.weir.bench.fault.FaultBenchmark;
import dev.weir.bench.fault.FaultException;
import dev.weir.bench.fault.FaultKind;
import dev.weir.bench.fault.FaultPlan;
import dev.weir.standalone.model.ModelSource;
import dev.weir.standalone.model.ModelStore;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code bench stream --faults}. */
final class FaultOptions {
  private static final int STREAMS = 12;

  @Option(
      names = "--faults",
      paramLabel = "DURATION",
      arity = "0..1",
      fallbackValue = "10m",
      converter = ShortDuration.class,
      description =
          "kill, pause, cut off and restart the processes of a whole Weir for so long (default:"
              + " 10m), and hold each token that a reader sees against what comes undisturbed")
  @Nullable Duration faults;

  @Option(
      names = "--kinds",
      paramLabel = "KIND",
      split = ",",
      completionCandidates = Kinds.class,
      converter = KindConverter.class,
      description = "of faults: ${COMPLETION-CANDIDATES} (default: all)")
  List<FaultKind> kinds = List.of();

  @Option(
      names = "--each",
      paramLabel = "N",
      description = "end sooner, once every kind has happened so often",
      defaultValue = "0")
  int each;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "of the moments, the victims and the questions (default: drawn, and printed); of the"
              + " schedule that --simulate shows")
  @Nullable Long seed;

  static final class Kinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(FaultKind.values()).map(FaultKind::toString).iterator();
    }
  }

  static final class KindConverter implements ITypeConverter<FaultKind> {
    @Override
    public FaultKind convert(String text) {
      return Arrays.stream(FaultKind.values())
          .filter(kind -> kind.toString().equals(text))
          .findAny()
          .orElseThrow(() ->
              new TypeConversionException(
                  "'%s' is no kind of fault; there are %s"
                      .formatted(text, String.join(", ", new Kinds()))));
    }
  }

  boolean isChosen() {
    return faults != null;
  }

  /** Returns the exit code: 1 if a token was lost, doubled or changed. */
  int run(
      PrintWriter out,
      BenchOutput output,
      ModelStore store,
      String model,
      @Nullable Integer streams)
      throws Exception {
    ModelSource source = ModelSource.resolve(model, store);
    try (BenchTerminal progress = new BenchTerminal()) {
      FaultPlan plan =
          new FaultPlan(
              source.name(),
              source.path(),
              Objects.requireNonNull(faults),
              each,
              kinds.isEmpty() ? List.of(FaultKind.values()) : kinds.stream().distinct().toList(),
              seed == null ? new SecureRandom().nextInt(1_000_000) : seed,
              streams == null ? STREAMS : streams);
      FaultBenchmark.Outcome outcome =
          new FaultBenchmark(plan, FaultOptions::command).run(out, progress);
      output.write(outcome.results(), outcome.plot());
      return outcome.isFlawless() ? 0 : 1;
    } catch (FaultException | IllegalArgumentException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  private static List<String> command(List<String> jvmOptions, List<String> arguments) {
    List<String> command = new ArrayList<>(OwnProcess.smallCommand(jvmOptions));
    command.addAll(arguments);
    return command;
  }
}
