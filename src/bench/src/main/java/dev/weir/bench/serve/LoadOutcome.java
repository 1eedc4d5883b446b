package dev.weir.bench.serve;

import dev.weir.bench.Samples;
import dev.weir.bench.serve.ChatClient.Answer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a load gave. Requests that failed are counted apart and in nothing else.
 *
 * @param seconds from the start to the last answer
 * @param error what the first failed request was told; empty without errors
 */
record LoadOutcome(List<Answer> answers, int errors, String error, double seconds) {

  /** Output tokens of all answers over the whole time. */
  double tokensPerSecond() {
    return answers.stream().mapToLong(Answer::tokens).sum() / seconds;
  }

  double meanPromptTokens() {
    return answers.stream().mapToInt(Answer::promptTokens).average().orElse(Double.NaN);
  }

  /** Milliseconds from when a request was due to its first text. */
  Samples firstToken() {
    return Samples.of(answers.stream().map(Answer::firstTokenMs).toList());
  }

  /** Milliseconds from one text to the next. */
  Samples betweenTokens() {
    return Samples.of(answers.stream().flatMap(answer -> answer.gapsMs().stream()).toList());
  }

  /** Rounds of the same load together. */
  LoadOutcome and(LoadOutcome other) {
    List<Answer> both = new ArrayList<>(answers);
    both.addAll(other.answers);
    return new LoadOutcome(
        both,
        errors + other.errors,
        error.isEmpty() ? other.error : error,
        seconds + other.seconds);
  }
}
