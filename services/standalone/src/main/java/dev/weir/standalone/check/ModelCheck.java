package dev.weir.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.engine.LanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.Tokenizer;
import dev.weir.torch.SequenceScorer;
import dev.weir.torch.SequenceScorer.Scores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Holds a whole model against its answers in float32: token ids exact, first-token
 * log-probabilities within 1e-3, greedy text equal for at least the first 16 tokens of each prompt,
 * likelihoods of text windows within 0.1 %.
 */
final class ModelCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Greedy text of a long answer may part where two tokens are as good as equal. */
  private static final int GREEDY_PREFIX = 16;

  /** Tokens of a window whose prediction counts; those before them are context. */
  static final int SCORED = 256;

  private static final double LIKELIHOOD_TOLERANCE = 1e-3;

  private ModelCheck() {}

  static void run(
      CheckTarget.ModelAnswers target, Checkpoint checkpoint, LanguageModel model, Report report)
      throws IOException {
    JsonNode answers = JSON.readTree(target.file().toFile());
    Tokenizer tokenizer = checkpoint.tokenizer();
    if (tokenizer == null) {
      throw new CheckException(checkpoint.name() + " has no tokenizer, which these answers want");
    }
    tokenizer(answers.path("tokenizer"), tokenizer, report);
    generation(answers.path("generation"), checkpoint, tokenizer, model, report);
    likelihood(answers.path("perplexity_windows"), model, report);
  }

  private static void tokenizer(JsonNode cases, Tokenizer tokenizer, Report report) {
    for (JsonNode expected : cases) {
      String text = expected.path("text").asText();
      int[] ids = tokenizer.encode(text, false);
      report.equal(list(ids), integers(expected.path("ids")), "ids of " + quoted(text));
      report.equal(
          tokenizer.decode(ids, true),
          expected.path("decoded").asText(),
          "text of " + quoted(text));
    }
  }

  private static void generation(
      JsonNode cases,
      Checkpoint checkpoint,
      Tokenizer tokenizer,
      LanguageModel model,
      Report report) {
    for (JsonNode expected : cases) {
      String user = quoted(expected.path("user").asText());
      int[] prompt = tokenizer.encode(expected.path("prompt").asText(), false);
      report.equal(list(prompt), integers(expected.path("prompt_ids")), user + ": prompt ids");

      Scores scores = SequenceScorer.score(model, prompt);
      double logSumExp = scores.logSumExp()[prompt.length - 1];
      for (JsonNode top : expected.path("first_token_top5")) {
        double logprob = scores.lastLogits()[top.path("id").asInt()] - logSumExp;
        report.expect(
            Math.abs(logprob - top.path("logprob").asDouble()) <= Tolerance.LOGITS,
            "%s: log-probability of first token %s is %.5f, expected %s"
                .formatted(user, top.path("id"), logprob, top.path("logprob")));
      }

      List<Integer> reference = integers(expected.path("greedy_ids"));
      List<Integer> greedy =
          Greedy.decode(model, prompt, reference.size(), checkpoint.endOfSequence());
      int compared = Math.min(GREEDY_PREFIX, reference.size());
      report.equal(
          greedy.subList(0, Math.min(compared, greedy.size())),
          reference.subList(0, compared),
          user + ": greedy tokens");
    }
  }

  private static void likelihood(JsonNode windows, LanguageModel model, Report report) {
    int number = 0;
    for (JsonNode window : windows) {
      int[] ids = JSON.convertValue(window.path("ids"), int[].class);
      double[] logprobs = SequenceScorer.score(model, ids).logprobs();
      double nll = 0;
      for (int i = ids.length - SCORED - 1; i < ids.length - 1; i++) {
        nll -= logprobs[i];
      }
      double expected = window.path("nll_sum_of_last_256").asDouble();
      report.expect(
          Math.abs(nll - expected) <= LIKELIHOOD_TOLERANCE * expected,
          "window %d: negative log-likelihood is %.4f, expected %.4f"
              .formatted(number++, nll, expected));
    }
  }

  private static List<Integer> list(int[] ids) {
    return IntStream.of(ids).boxed().toList();
  }

  private static List<Integer> integers(JsonNode array) {
    return list(Objects.requireNonNull(JSON.convertValue(array, int[].class)));
  }

  private static String quoted(String text) {
    String line = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    return "'" + line.replace("\n", "\\n") + "'";
  }

  /** Token windows for a quality report, [windows][tokens]. */
  static List<int[]> windows(CheckTarget.ModelAnswers target) throws IOException {
    List<int[]> windows = new ArrayList<>();
    for (JsonNode window : JSON.readTree(target.file().toFile()).path("perplexity_windows")) {
      windows.add(JSON.convertValue(window.path("ids"), int[].class));
    }
    return windows;
  }
}
