package dev.weir.standalone.command;

import dev.weir.proto.v1.Sampling;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How tokens are drawn; the model's defaults where nothing is given. */
final class SamplingOptions {
  @Option(names = "--temperature", paramLabel = "T", description = "0 is greedy (default: 1)")
  @Nullable Double temperature;

  @Option(names = "--top-p", paramLabel = "P", description = "nucleus, above 0, at most 1")
  @Nullable Double topP;

  @Option(names = "--top-k", paramLabel = "K", description = "draw among the K most probable")
  @Nullable Integer topK;

  @Option(names = "--min-p", paramLabel = "P", description = "drop below this share of the best")
  @Nullable Double minP;

  @Option(names = "--seed", paramLabel = "N", description = "the same seed gives the same text")
  @Nullable Long seed;

  @Option(names = "--max-tokens", paramLabel = "N", description = "most tokens of the answer")
  @Nullable Integer maxTokens;

  @Option(names = "--stop", paramLabel = "TEXT", description = "end here; repeatable")
  List<String> stop = List.of();

  Sampling sampling() {
    Sampling.Builder sampling = Sampling.newBuilder().addAllStop(stop);
    if (temperature != null) {
      sampling.setTemperature(temperature);
    }
    if (topP != null) {
      sampling.setTopP(topP);
    }
    if (topK != null) {
      sampling.setTopK(topK);
    }
    if (minP != null) {
      sampling.setMinP(minP);
    }
    if (seed != null) {
      sampling.setSeed(seed);
    }
    if (maxTokens != null) {
      sampling.setMaxTokens(maxTokens);
    }
    return sampling.build();
  }
}
