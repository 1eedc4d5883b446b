package dev.weir.bench.text;

import dev.weir.bench.Samples;
import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import dev.weir.bench.peer.LlamaOutputs.BatchRow;
import dev.weir.bench.text.Measure.Phase;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * llama.cpp with one file and one flash-attention setting. Its benchmarks draw random tokens and do
 * not sample, which costs the others some time that it is spared.
 *
 * @param file made of the model by {@link LlamaCpp#file}
 */
record LlamaContestant(
    LlamaCpp llama, Variant variant, Path file, FlashAttention flash, Workload workload)
    implements Contestant {
  private static final int PREFILLS = 3;

  @Override
  public String name() {
    return "llamacpp-" + variant.label();
  }

  @Override
  public String setting() {
    return "flash attention " + flash.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String description() {
    return llama.version() + ", " + file.getFileName();
  }

  @Override
  public Map<Measure, Double> round() throws InterruptedException {
    Map<Measure, Double> speeds = new LinkedHashMap<>();
    for (BatchRow row :
        llama.batched(
            file,
            flash,
            workload.batches(),
            workload.promptTokens(),
            workload.outputTokens(),
            workload.threads())) {
      speeds.put(new Measure(Phase.DECODE, row.batch()), row.decodeSpeed());
      speeds.put(new Measure(Phase.THROUGHPUT, row.batch()), row.throughput());
    }
    int tokens = workload.prefillTokens();
    speeds.put(
        new Measure(Phase.PREFILL, tokens),
        Samples.of(llama.prefill(file, flash, tokens, PREFILLS, workload.threads())).median());
    return speeds;
  }

  @Override
  public void close() {} // every measurement is a process of its own
}
