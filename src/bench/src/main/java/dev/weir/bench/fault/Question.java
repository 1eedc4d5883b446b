package dev.weir.bench.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.bench.Prompts;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Sampling;
import java.util.ArrayList;
import java.util.List;

/**
 * A request whose answer is known: its sampling depends on its seed alone.
 *
 * @param temperature 0 is greedy
 * @param topP 1 is off
 * @param repetitionPenalty 1 is off; what a worker that continues a stream rebuilds from its tokens
 */
record Question(
    int number,
    String prompt,
    long seed,
    double temperature,
    double topP,
    double repetitionPenalty,
    int maxTokens) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FEWEST_TOKENS = 32;
  private static final int TOKENS_STEP = 16;

  /** Greedy ones and sampled ones, of 32 to 96 tokens. */
  static List<Question> draw(int count, long seed) {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean greedy = i % 3 == 0;
      questions.add(
          new Question(
              i,
              "Write a story; " + Prompts.story((int) (seed * 1000 + i)) + ".",
              seed + i,
              greedy ? 0 : i % 3 == 1 ? 0.8 : 1.0,
              greedy ? 1 : 0.95,
              i % 4 == 3 ? 1.1 : 1,
              FEWEST_TOKENS + TOKENS_STEP * (i % 5)));
    }
    return questions;
  }

  GenerationRequest request(String model) {
    return GenerationRequest.newBuilder()
        .setModel(model)
        .setPrompt(prompt)
        .setSampling(
            Sampling.newBuilder()
                .setSeed(seed)
                .setTemperature(temperature)
                .setTopP(topP)
                .setRepetitionPenalty(repetitionPenalty)
                .setMaxTokens(maxTokens)
                .setMinTokens(FEWEST_TOKENS))
        .build();
  }

  /** The same for the gateway. */
  String json(String model) {
    ObjectNode json = JSON.createObjectNode();
    json.put("model", model)
        .put("prompt", prompt)
        .put("seed", seed)
        .put("temperature", temperature)
        .put("top_p", topP)
        .put("repetition_penalty", repetitionPenalty)
        .put("max_tokens", maxTokens)
        .put("min_tokens", FEWEST_TOKENS);
    return json.toString();
  }

  @Override
  public String toString() {
    return "question %d, seed %d, temperature %s".formatted(number, seed, temperature);
  }
}
