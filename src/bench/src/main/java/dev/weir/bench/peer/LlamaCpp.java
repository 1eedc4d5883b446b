package dev.weir.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * llama.cpp as {@code src/bench/peers/install-llamacpp.sh} builds it.
 *
 * @param home holds {@code bin}, and {@code models} for files that were requantised
 */
public record LlamaCpp(Path home) {

  /** Its attention kernels: which are faster depends on machine and file. */
  public enum FlashAttention {
    ON,
    OFF;

    String argument() {
      return this == ON ? "on" : "off";
    }
  }

  /** The file as shipped, and what it is requantised to. */
  public enum Variant {
    AS_SHIPPED("as-shipped", ""),
    Q8_0("q8_0", "Q8_0"),
    BF16("bf16", "BF16");

    private final String label;
    private final String type;

    Variant(String label, String type) {
      this.label = label;
      this.type = type;
    }

    /** In names of results, such as {@code q8_0}. */
    public String label() {
      return label;
    }
  }

  /** Version and build of the sources. */
  public String version() {
    try {
      return Files.readString(home.resolve("bin/VERSION")).strip();
    } catch (IOException e) {
      return "unknown version";
    }
  }

  /** Whether its HTTP server lies there; an older installation may have none. */
  public boolean hasServer() {
    return Files.isExecutable(program("llama-server"));
  }

  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  /** The file of a variant, made on the first call and kept. */
  public Path file(Path model, Variant variant) throws InterruptedException {
    if (variant == Variant.AS_SHIPPED) {
      return model;
    }
    try {
      // Another file of the same name has another size or time.
      String stem =
          "%s-%d-%d"
              .formatted(
                  model.getFileName(),
                  Files.size(model),
                  Files.getLastModifiedTime(model).toMillis());
      Path made = home.resolve("models").resolve(stem + "." + variant.type + ".gguf");
      if (Files.notExists(made)) {
        Files.createDirectories(made.getParent());
        Path part = made.resolveSibling(made.getFileName() + ".part");
        Program.run(
            List.of(
                program("llama-quantize").toString(),
                "--allow-requantize",
                model.toString(),
                part.toString(),
                variant.type));
        Files.move(part, made, StandardCopyOption.ATOMIC_MOVE);
      }
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Generates for several sequences at the same time, without sampling.
   *
   * @param batches sequences, one row each
   * @param prompt tokens of each sequence
   * @param output tokens of each sequence
   */
  public List<LlamaOutputs.BatchRow> batched(
      Path file, FlashAttention flash, List<Integer> batches, int prompt, int output, int threads)
      throws InterruptedException {
    int largest = batches.stream().mapToInt(Integer::intValue).max().orElse(1);
    return LlamaOutputs.batched(
        Program.run(
            List.of(
                program("llama-batched-bench").toString(),
                "-m",
                file.toString(),
                "-t",
                Integer.toString(threads),
                "-fa",
                flash.argument(),
                "-c",
                Integer.toString(largest * (prompt + output)),
                "-npp",
                Integer.toString(prompt),
                "-ntg",
                Integer.toString(output),
                "-npl",
                batches.stream().map(String::valueOf).collect(Collectors.joining(",")),
                "--output-format",
                "jsonl")));
  }

  /** Tokens per second of one prompt, a sample for each repetition. */
  public List<Double> prefill(
      Path file, FlashAttention flash, int tokens, int repetitions, int threads)
      throws InterruptedException {
    return LlamaOutputs.bench(
        Program.run(
            List.of(
                program("llama-bench").toString(),
                "-m",
                file.toString(),
                "-t",
                Integer.toString(threads),
                "-fa",
                flash.argument(),
                "-p",
                Integer.toString(tokens),
                "-n",
                "0",
                "-r",
                Integer.toString(repetitions),
                "-o",
                "jsonl")));
  }

  /** The logits behind every token of some windows. */
  public LogitStream logits(Path file, FlashAttention flash, List<int[]> windows, int threads) {
    return LogitStream.of(
        List.of(
            program("window-logits").toString(),
            file.toString(),
            Integer.toString(threads),
            flash.argument()),
        windows);
  }
}
