package dev.weir.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.engine.LanguageModel;
import dev.weir.torch.SequenceScorer;
import dev.weir.torch.SequenceScorer.Scores;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Runs a checkpoint's prompts in float32: logits within 1e-3, arg max and greedy tokens exact. */
final class CheckpointCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CheckpointCheck() {}

  /** Returns the largest difference of a logit. */
  static double run(CheckTarget.CheckpointAnswers target, LanguageModel model, Report report)
      throws IOException {
    double worst = 0;
    for (JsonNode expected : JSON.readTree(target.file().toFile()).path("cases")) {
      int[] prompt = JSON.convertValue(expected.path("prompt"), int[].class);
      String name = "prompt of %d tokens".formatted(prompt.length);
      Scores scores = SequenceScorer.score(model, prompt);

      double difference =
          largestDifference(
              scores.lastLogits(), JSON.convertValue(expected.path("logits_last"), double[].class));
      worst = Math.max(worst, difference);
      report.expect(
          difference <= Tolerance.LOGITS, "%s: logits differ by %g".formatted(name, difference));

      report.equal(
          IntStream.of(scores.argMax()).boxed().toList(),
          integers(expected.path("argmax_every_position")),
          name + ": arg max at every position");

      double[] sums = JSON.convertValue(expected.path("logsumexp_every_position"), double[].class);
      report.expect(
          IntStream.range(0, sums.length)
              .allMatch(i -> Math.abs(scores.logSumExp()[i] - sums[i]) <= Tolerance.LOGITS),
          name + ": log-sum-exp at every position");

      List<Integer> greedy = integers(expected.path("greedy_24"));
      report.equal(
          Greedy.decode(model, prompt, greedy.size(), Set.of()), greedy, name + ": greedy tokens");
    }
    return worst;
  }

  private static double largestDifference(float[] actual, double[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
    }
    return largest;
  }

  private static List<Integer> integers(JsonNode array) {
    return IntStream.of(JSON.convertValue(array, int[].class)).boxed().toList();
  }
}
