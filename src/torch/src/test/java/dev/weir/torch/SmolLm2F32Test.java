package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real model's weights, dequantised, against transformers in float32. */
class SmolLm2F32Test {
  /** Tokens of a greedy answer that no order of float sums may change. */
  private static final int SAME_TOKENS = 16;

  private static TorchLanguageModel model;

  @BeforeAll
  static void load() {
    model = SmolLm2.load(TestingConfigs.OPTIONS.withSlots(8));
  }

  @AfterAll
  static void close() {
    if (model != null) {
      model.close();
    }
  }

  @Test
  void firstTokensHaveTheReferencesProbabilities() {
    for (JsonNode expected : SmolLm2.EXPECTED.get("generation")) {
      int[] prompt = Fixtures.ints(expected.get("prompt_ids"));
      SequenceScorer.Scores scores = SequenceScorer.score(model, prompt);
      double norm = scores.logSumExp()[prompt.length - 1];
      for (JsonNode top : expected.get("first_token_top5")) {
        assertThat(scores.lastLogits()[top.get("id").asInt()] - norm)
            .isCloseTo(top.get("logprob").asDouble(), within(1e-3));
      }
    }
  }

  @Test
  void greedyAnswersAreTheReferencesWhenAllPromptsRunTogether() {
    List<int[]> prompts = new ArrayList<>();
    for (JsonNode expected : SmolLm2.EXPECTED.get("generation")) {
      prompts.add(Fixtures.ints(expected.get("prompt_ids")));
    }
    int[] slots = new int[prompts.size()];
    Arrays.setAll(slots, i -> i);
    List<int[]> answers = Greedy.batch(model, slots, prompts, SAME_TOKENS);
    for (int i = 0; i < slots.length; i++) {
      int[] expected = Fixtures.ints(SmolLm2.EXPECTED.get("generation").get(i).get("greedy_ids"));
      assertThat(answers.get(i))
          .startsWith(Arrays.copyOf(expected, Math.min(SAME_TOKENS, expected.length)));
    }
  }

  @Test
  void proseIsAsLikelyAsTheReferenceSays() {
    for (JsonNode window : SmolLm2.EXPECTED.get("perplexity_windows")) {
      double[] logprobs = SequenceScorer.score(model, Fixtures.ints(window.get("ids"))).logprobs();
      double nll = -Arrays.stream(logprobs, logprobs.length - 256, logprobs.length).sum();
      assertThat(nll)
          .isCloseTo(window.get("nll_sum_of_last_256").asDouble(), Percentage.withPercentage(0.1));
    }
  }
}
