package dev.weir.standalone.command;

import dev.weir.bench.text.OwnModel;
import dev.weir.text.Checkpoint;
import dev.weir.textworker.ServedModel;
import dev.weir.textworker.TextWorkerConfig;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a benchmark runs Weir's model: loaded by the function that a worker uses. */
final class BenchedModel {
  /** Holds a prompt of 512 with its output, and windows of as many tokens. */
  private static final String CONTEXT = "1024";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "of everybody (default: ${DEFAULT-VALUE})",
      defaultValue = "2")
  int threads = 2;

  @Option(
      names = "--precision",
      paramLabel = "auto|f32|bf16|int8",
      description = "of Weir's linear layers (default: ${DEFAULT-VALUE})",
      defaultValue = "auto")
  String precision = "auto";

  @Option(
      names = "--backend",
      paramLabel = "auto|kernels|torch",
      description = "what computes Weir's model (default: ${DEFAULT-VALUE})",
      defaultValue = "auto")
  String backend = "auto";

  OwnModel load(Checkpoint checkpoint, int slots) {
    return load(checkpoint, backend, precision, slots);
  }

  /** With so many threads, or {@code auto}. */
  OwnModel load(Checkpoint checkpoint, int slots, String number) {
    return load(checkpoint, backend, precision, slots, number);
  }

  /** What the tests hold against transformers. */
  OwnModel float32(Checkpoint checkpoint, int slots) {
    return load(checkpoint, "torch", "f32", slots);
  }

  private OwnModel load(Checkpoint checkpoint, String where, String how, int slots) {
    return load(checkpoint, where, how, slots, Integer.toString(threads));
  }

  private static OwnModel load(
      Checkpoint checkpoint, String where, String how, int slots, String number) {
    ServedModel served =
        ServedModel.load(
            checkpoint,
            TextWorkerConfig.load(
                Map.of(
                    "weir.worker.model",
                    checkpoint.name(),
                    "weir.worker.backend",
                    where,
                    "weir.worker.precision",
                    how,
                    "weir.worker.slots",
                    Integer.toString(slots),
                    "weir.worker.max-context",
                    CONTEXT,
                    "weir.worker.threads",
                    number)));
    return new OwnModel(served.model(), served.backend(), served.precision());
  }
}
