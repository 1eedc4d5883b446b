package dev.weir.standalone.check;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.engine.Sampler;
import dev.weir.engine.SamplingParameters;
import java.io.IOException;
import java.util.Map;

/** Compares the distribution after sampling transforms with the reference's. */
final class SamplingCheck {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int[] NO_PROMPT = {};

  private SamplingCheck() {}

  static void run(CheckTarget.SamplingAnswers target, Report report) throws IOException {
    JsonNode answers = JSON.readTree(target.file().toFile());
    float[][] logits = JSON.convertValue(answers.path("logits"), float[][].class);
    int[][] history = JSON.convertValue(answers.path("history"), int[][].class);
    Sampler sampler = new Sampler(answers.path("vocabulary").asInt());
    for (JsonNode expected : answers.path("cases")) {
      int index = expected.path("logits_index").asInt();
      String name =
          "%s %s, logits %d"
              .formatted(expected.path("name").asText(), expected.path("params"), index);
      double[] probabilities =
          sampler.distribution(
              logits[index], parameters(expected.path("params")), NO_PROMPT, history[index]);
      double[] reference = JSON.convertValue(expected.path("probabilities"), double[].class);
      report.expect(same(probabilities, reference), name);
    }
  }

  private static boolean same(double[] actual, double[] expected) {
    if (actual.length != expected.length) {
      return false;
    }
    for (int i = 0; i < actual.length; i++) {
      if (!Tolerance.same(actual[i], expected[i])) {
        return false;
      }
    }
    return true;
  }

  private static SamplingParameters parameters(JsonNode params) {
    SamplingParameters.Builder builder = SamplingParameters.builder(1);
    for (Map.Entry<String, JsonNode> entry : params.properties()) {
      JsonNode value = entry.getValue();
      switch (entry.getKey()) {
        case "temperature" -> builder.temperature(value.asDouble());
        case "top_k" -> builder.topK(value.asInt());
        case "top_p" -> builder.topP(value.asDouble());
        case "min_p" -> builder.minP(value.asDouble());
        case "typical_p" -> builder.typicalP(value.asDouble());
        case "repetition_penalty" -> builder.repetitionPenalty(value.asDouble());
        case "frequency_penalty" -> builder.frequencyPenalty(value.asDouble());
        case "presence_penalty" -> builder.presencePenalty(value.asDouble());
        case "logit_bias" ->
            builder.logitBias(
                JSON.convertValue(value, new TypeReference<Map<Integer, Double>>() {}));
        default ->
            throw new CheckException(
                "sampling parameter %s is not known".formatted(entry.getKey()));
      }
    }
    return builder.build();
  }
}
