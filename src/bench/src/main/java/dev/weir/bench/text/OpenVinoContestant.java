package dev.weir.bench.text;

import dev.weir.bench.Samples;
import dev.weir.bench.peer.OpenVino;
import dev.weir.bench.text.Measure.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** OpenVINO GenAI's continuous batching over the file as shipped; it cannot tell decode apart. */
record OpenVinoContestant(OpenVino openVino, TokenPrompts prompts, Workload workload)
    implements Contestant {
  private static final int PREFILLS = 3;

  @Override
  public String name() {
    return "openvino";
  }

  @Override
  public String setting() {
    return "";
  }

  @Override
  public String description() {
    return "OpenVINO GenAI " + openVino.version() + ", continuous batching, the GGUF itself";
  }

  @Override
  public Map<Measure, Double> round() {
    Map<Measure, Double> speeds = new LinkedHashMap<>();
    for (int batch : workload.batches()) {
      OpenVino.Batch result =
          openVino.generate(
              prompts.prompts(batch, workload.promptTokens()), workload.outputTokens());
      if (result.tokens() != batch * workload.outputTokens()) {
        throw new IllegalStateException(
            "openvino made %d tokens, not %d sequences of %d"
                .formatted(result.tokens(), batch, workload.outputTokens()));
      }
      speeds.put(new Measure(Phase.THROUGHPUT, batch), result.tokens() / result.seconds());
    }
    double[] prefills = new double[PREFILLS];
    for (int i = 0; i < PREFILLS; i++) {
      List<int[]> text = List.of(prompts.prompt(i, workload.prefillTokens()));
      prefills[i] = workload.prefillTokens() / openVino.generate(text, 1).seconds();
    }
    speeds.put(new Measure(Phase.PREFILL, workload.prefillTokens()), Samples.of(prefills).median());
    return speeds;
  }

  @Override
  public void close() {
    openVino.close();
  }
}
